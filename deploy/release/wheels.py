"""The wheels of the three distributions: from a commit, and to the byte the same whoever builds them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from deploy.release.versions import NotReleasable

PROJECTS = (".", "proto", "clients/python")
LIMIT_S = 600.0


def revision(root: Path) -> str:
    """Return the commit that is checked out. Raises NotReleasable where something is not committed."""
    if changed := _git(root, "status", "--porcelain").strip():
        raise NotReleasable(f"not committed: {', '.join(line[3:] for line in changed.splitlines()[:5])}")
    return head(root)


def head(root: Path) -> str:
    """Return the commit that is checked out, whatever is not committed."""
    return _git(root, "rev-parse", "HEAD").strip()


def time_of(root: Path, commit: str) -> int:
    """Return when a commit was made, as Unix time."""
    return int(_git(root, "log", "-1", "--format=%ct", commit))


def build_wheels(root: Path, commit: str, into: Path) -> list[Path]:
    """Build the wheels of a commit; files in them have the commit's time. Returns them, by name.

    Raises:
        NotReleasable: a build failed.
    """
    into.mkdir(parents=True, exist_ok=True)
    before = {*into.glob("*.whl")}
    with tempfile.TemporaryDirectory(prefix="release-") as scratch:
        tar, tree = Path(scratch, "tree.tar"), Path(scratch, "tree")
        _git(root, "archive", "--format=tar", f"--output={tar}", commit)
        with tarfile.open(tar) as archive:
            archive.extractall(tree, filter="data")
        for project in PROJECTS:
            _pip(
                *("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(into)),
                str(tree / project),
                environment={"SOURCE_DATE_EPOCH": str(time_of(root, commit))},
            )
    return sorted({*into.glob("*.whl")} - before)


def fetch(lock: Path, into: Path, own: Path) -> None:
    """Fetch what a lock names, our own from a folder. Raises NotReleasable."""
    into.mkdir(parents=True, exist_ok=True)
    _pip(
        *("download", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--requirement", str(lock)),
        *("--find-links", str(own), "--dest", str(into)),
    )


def sha256(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=root, capture_output=True, text=True, check=True, timeout=LIMIT_S
    ).stdout


def _pip(*arguments: str, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments],
        env=os.environ | (environment or {}),
        umask=0o022,  # a wheel holds the modes of what is copied on the way
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    if done.returncode:
        raise NotReleasable(f"pip {arguments[0]} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
