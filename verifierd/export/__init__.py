"""Verified completions as data to train on: matched with their results, chosen, and written."""
