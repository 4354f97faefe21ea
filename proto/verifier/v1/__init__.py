"""Version 1 of the verifier's API: generated messages and gRPC stubs."""
