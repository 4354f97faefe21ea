"""Everything that touches untrusted code: backends, pool, limits, and what runs inside a sandbox."""
