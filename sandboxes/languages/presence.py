"""Which languages' toolchains a root directory has, and which version each tells."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from . import LANGUAGES, Language

PROBE_SECONDS = 20.0
VERSION_CHARACTERS = 200


def versions(root: Path, run: Callable[[Sequence[str]], str]) -> dict[str, str]:
    """Return the version of each language that is present below `root`, but of those that are warm.

    `run` runs a command of that root and returns what it prints. Raises OSError or SubprocessError: then
    the language is not present.
    """
    present = [
        each
        for each in LANGUAGES.values()
        if not each.warm and all((root / path.lstrip("/")).exists() for path in each.toolchain)
    ]
    with ThreadPoolExecutor() as probes:
        told = probes.map(lambda language: _version(language, run), present)
    return {language.name: version for language, version in zip(present, told, strict=True) if version}


@cache
def host_versions() -> Mapping[str, str]:
    """Return those of the host's own /usr, as it was when first asked."""
    return versions(Path("/"), _run)


def _version(language: Language, run: Callable[[Sequence[str]], str]) -> str:
    try:
        lines = run(language.version).strip().splitlines()
    except (OSError, subprocess.SubprocessError):
        return ""
    return lines[0][:VERSION_CHARACTERS] if lines else ""


def _run(command: Sequence[str]) -> str:
    return subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=PROBE_SECONDS, check=True
    ).stdout
