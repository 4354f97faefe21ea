"""Seeded fuzzing of every line that untrusted bytes cross: frames, values, calls, requests, system calls."""
