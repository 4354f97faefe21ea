"""What a language's toolchain has ready, made once on the host so that each compilation is shorter."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from . import LANGUAGES, Language
from .declaration import PREPARED_DIRECTORY

PREPARING_SECONDS = 300.0


def prepare(present: Mapping[str, str]) -> dict[str, str]:
    """Make what the present languages have ready, below `PREPARED_DIRECTORY`, which root alone can write.

    Returns the names of the languages whose preparation failed, with the reason: they work all the same.
    """
    failed = {}
    for language in LANGUAGES.values():
        if language.prepared is not None and language.name in present:
            try:
                _prepare(language)
            except (OSError, subprocess.SubprocessError) as error:
                failed[language.name] = str(error)
    return failed


def _prepare(language: Language) -> None:
    prepared = language.prepared
    assert prepared is not None  # noqa: S101 - by the caller
    directory = Path(PREPARED_DIRECTORY) / language.name
    for name, text in prepared.files.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    subprocess.run(
        prepared.command, cwd=directory, check=True, timeout=PREPARING_SECONDS, capture_output=True
    )
