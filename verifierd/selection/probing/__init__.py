"""Probing: inputs made from a problem's tests, told apart by validity, chosen for what they tell apart."""
