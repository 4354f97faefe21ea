"""Telemetry: metrics, traces and health of a daemon, for machines to ask."""
