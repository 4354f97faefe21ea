"""Messages and stubs of the verifier's API, by version."""
