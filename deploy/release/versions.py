"""The version: the root's `pyproject.toml` is where it stands, and whatever repeats it must agree.

`python -m deploy.release version 0.2.0` writes a new one everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

PLACE = "pyproject.toml"
CHANGELOG = "deploy/CHANGELOG.md"
_DATE = r"\d{4}-\d{2}-\d{2}"


class NotReleasable(Exception):
    """Something keeps a release from being made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Where a version stands once more: a file, and what stands before and behind it on its line."""

    path: str
    before: str
    behind: str = ""

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return what finds it: the second group is the version."""
        return re.compile(rf"^({self.before})([0-9][^\"\s]*?)({self.behind})$", re.MULTILINE)


REPEATS = (
    Repeat(PLACE, 'version = "', '"'),
    Repeat("proto/pyproject.toml", 'version = "', '"'),
    Repeat("clients/python/pyproject.toml", 'version = "', '"'),
    # What one of ours asks for of another: they are released together, and an older one lacks what is new.
    Repeat(PLACE, ' +"verifier-proto>=', '",'),
    Repeat(PLACE, ' +"verifierd-client>=', '",'),
    Repeat("clients/python/pyproject.toml", 'dependencies = .*"verifier-proto>=', r'"\]'),
    Repeat("deploy/helm/verifierd/Chart.yaml", 'appVersion: "', '"'),
    Repeat("deploy/helm/verifierd/Chart.yaml", "version: "),
    Repeat("deploy/compose/compose.yaml", r" +image: \$\{FRONT_END_IMAGE:-verifierd/front-end:", r"\}"),
    Repeat("deploy/compose/compose.yaml", r" +image: \$\{WORKER_IMAGE:-verifierd/worker:", r"\}"),
)


def version_of(root: Path) -> str:
    """Return the version of a checkout. Raises NotReleasable where a file disagrees."""
    found = [(repeat.path, each) for repeat in REPEATS for each in _found(root, repeat)]
    version = found[0][1]
    wrong = [f"{path} has {each}" for path, each in found if each != version]
    if wrong:
        raise NotReleasable(
            f"{PLACE} has version {version}, but {'; '.join(wrong)}: "
            f"`python -m deploy.release version {version}` writes it everywhere"
        )
    return version


def set_version(root: Path, version: str) -> None:
    """Write a version everywhere. Raises NotReleasable where it is none, or a file has no place for it."""
    try:
        is_version = str(Version(version)) == version
    except InvalidVersion:
        is_version = False
    if not is_version:
        raise NotReleasable(f"{version!r} is no version; one looks like 0.2.0 or 0.2.0rc1")
    for repeat in REPEATS:
        next(_found(root, repeat))
        path = root / repeat.path
        path.write_text(repeat.pattern.sub(rf"\g<1>{version}\g<3>", path.read_text("utf-8")), "utf-8")


def changes_of(root: Path, version: str, *, dated: bool) -> str:
    """Return what the changelog says of a version.

    Raises:
        NotReleasable: it says nothing; or it is to be `dated`, as what is released is, and is not.
    """
    text = (root / CHANGELOG).read_text("utf-8")
    section = re.search(rf"(?ms)^## {re.escape(version)} - (\S+)\n(.*?)(?=^## |\Z)", text)
    if section is None or not section[2].strip():
        raise NotReleasable(
            f"{CHANGELOG} says nothing of {version}: begin a section '## {version} - unreleased'"
        )
    if dated and not re.fullmatch(_DATE, section[1]):
        raise NotReleasable(
            f"{CHANGELOG} says '{section[1]}' of {version}: put the day of the release there, as 2026-01-31; "
            "or try it with --draft (make release RELEASE=--draft)"
        )
    return section[2].strip()


def _found(root: Path, repeat: Repeat) -> Iterator[str]:
    try:
        text = (root / repeat.path).read_text("utf-8")
    except OSError as error:
        raise NotReleasable(f"{repeat.path} cannot be read: {error.strerror}") from None
    match = repeat.pattern.search(text)
    if match is None:
        raise NotReleasable(f"{repeat.path} has no version where one is expected, behind {repeat.before!r}")
    yield match[2]
