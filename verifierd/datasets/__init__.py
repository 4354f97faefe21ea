"""Readers and writers of the files that problems and samples are published in."""
