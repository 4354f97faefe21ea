"""The languages that sandboxes run, and which version of each this host gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .backends.base import BackendUnavailable
from .python import find_python, python_version


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its name in requests, and how to ask for its version."""

    name: str
    find_version: Callable[[str | None], str]

    def version(self, configured: str | None = None) -> str:
        """Return the toolchain's version; empty where it is not installed."""
        return self.find_version(configured)


def _cpython_version(configured: str | None) -> str:
    try:
        return ".".join(map(str, python_version(find_python(configured))))
    except BackendUnavailable:
        return ""


LANGUAGES: Mapping[str, Language] = {"python": Language("python", _cpython_version)}
