"""What runs inside a sandbox: standard library only, mounted read-only, the same for every backend."""
