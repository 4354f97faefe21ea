"""What somebody gave beside the store that cannot be used: a key, a file of checkpoints, a rule.

    WrongInput
    ├── KeyUnusable         a key file is missing, unreadable or no Ed25519 key
    ├── CheckpointsUnusable the file of checkpoints cannot be read or written
    ├── BadRule             a redaction rule cannot be used
    ├── BadSearch           a text that has no word, or would take too long to search for
    └── NoSuchVersion       tables cannot be brought to this version

Each says, for a person, what is wrong, with which file or field, and what to do.
"""

from __future__ import annotations


class WrongInput(Exception):
    """What somebody gave cannot be used."""


class KeyUnusable(WrongInput):
    """A key file is missing, unreadable or no Ed25519 key."""


class CheckpointsUnusable(WrongInput):
    """The file of checkpoints cannot be read or written."""


class BadRule(WrongInput):
    """A redaction rule cannot be used."""


class NoSuchVersion(WrongInput):
    """Tables cannot be brought to this version."""


class BadSearch(WrongInput):
    """A text that has no word in it, or would take too long to search for."""

    def __init__(self, problem: str, allowed: str) -> None:
        """Say what is wrong with it, and what it may be."""
        super().__init__(f"{problem}; allowed: {allowed}")
        self.problem = problem
        self.allowed = allowed
