"""The languages that sandboxes run."""

from __future__ import annotations

LANGUAGES = ("python",)
