"""Containers by a Docker engine: any OCI runtime that it knows, runc by default."""
