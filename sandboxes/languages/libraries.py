"""Languages that rest on Python libraries beside this service: where those are, which versions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from . import Language

OTHERS_ENTER = 0o001
SHARED = {"..", "__pycache__"}  # with whatever else is installed there


def library_folders(language: Language) -> Mapping[str, Path]:
    """Return the folders of a language's libraries by name, and of what their installer says of them.

    Empty where one is not installed, or where a sandbox could not see it: one of root's has no rights on the
    host, so the way there must be open to everybody.
    """
    found: dict[str, Path] = {}
    for name in language.libraries:
        try:
            library = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            return {}
        tops = {file.parts[0] for file in library.files or () if len(file.parts) > 1}
        found |= {top: Path(str(library.locate_file(top))).resolve() for top in sorted(tops - SHARED)}
    return found if all(map(_is_open, found.values())) else {}


def library_versions(language: Language) -> str:
    """Return the versions of a language's libraries, the decisive one first; empty where they are absent."""
    if not library_folders(language):
        return ""
    return ", ".join(f"{name} {metadata.version(name)}" for name in language.libraries)


def _is_open(folder: Path) -> bool:
    ways = (folder, *folder.parents)
    return os.getuid() != 0 or all(each.stat().st_mode & OTHERS_ENTER for each in ways)
