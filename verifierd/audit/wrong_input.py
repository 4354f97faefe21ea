"""What somebody gave beside the store that cannot be used: a key, a file of checkpoints, a rule.

    WrongInput
    ├── KeyUnusable         a key file is missing, unreadable or no Ed25519 key
    ├── CheckpointsUnusable the file of checkpoints cannot be read or written
    └── BadRule             a redaction rule cannot be used

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
