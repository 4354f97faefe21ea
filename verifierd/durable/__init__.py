"""Durable batches: accepted once they are stored, run in the background, finished after any crash."""
