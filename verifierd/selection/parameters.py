"""Parameters of selection rules that are out of range."""

from __future__ import annotations


class ParameterRefused(ValueError):
    """A parameter of a rule is out of range."""

    def __init__(self, name: str, value: float, allowed: str) -> None:
        """Name the parameter, what it is, and what it may be."""
        super().__init__(f"{name} is {value:g}; allowed: {allowed}")
        self.name = name
        self.value = value
        self.allowed = allowed
