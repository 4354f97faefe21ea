"""The service's languages: the names that published sets give to them, and those that a kind of test has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from sandboxes.languages import LANGUAGES

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
    """Return the service's name of a language; a name that is not known here stays, in lower case."""
    lowered = name.strip().lower()
    return _ALIASES.get(lowered, lowered)


def languages_with(kinds: Collection[str] = ()) -> list[str]:
    """Return the names of the service's languages that all these kinds of tests work in, sorted."""
    return [name for name, language in LANGUAGES.items() if language.test_kinds.issuperset(kinds)]
