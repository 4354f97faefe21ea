"""Batches: admitted, deduplicated, verified fairly beside one another, stopped early, and summed up."""
