"""The languages that sandboxes run, each declared in a file of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

from .declaration import Language, read

__all__ = ["LANGUAGES", "Language"]


def _all() -> Mapping[str, Language]:
    files = (file for file in resources.files(__name__).iterdir() if file.name.endswith(".toml"))
    languages = (read(file) for file in files)
    return MappingProxyType({each.name: each for each in sorted(languages, key=lambda each: each.name)})


LANGUAGES: Mapping[str, Language] = _all()
