"""What front ends and workers send one another; no client needs it."""
