"""The names that published sets give to languages, as the service's names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# CodeContests' PYTHON3, HumanEval-X' js, MultiPL-E's rs and so on; in lower case.
_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "py": "python",
        "py3": "python",
        "python3": "python",
        "pypy3": "pypy",
        "cpp": "cpp17",
        "c++": "cpp17",
        "c++17": "cpp17",
        "c++20": "cpp20",
        "js": "javascript",
        "node": "javascript",
        "ts": "typescript",
        "golang": "go",
        "go_test.go": "go",
        "rs": "rust",
        "rb": "ruby",
        "pl": "perl",
    }
)


def language_named(name: str) -> str:
    """Return the service's name of a language; a name that is not known here is left to the service."""
    lowered = name.strip().lower()
    return _ALIASES.get(lowered, lowered)
