"""The audit store: what was asked, what ran, what came of it, and proof that nobody changed it since."""
