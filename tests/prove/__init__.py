"""Measures what the service promises, one module a part: `make prove-NAME`."""
