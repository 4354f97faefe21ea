"""What a run left, against what it was to leave: one checker, asked path by path.

Only a regular file has content. Whatever else is at a path is told by its name, and equals nothing but
itself: a link is not followed, so it is neither the file that it leads to nor nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sandboxes.model import AtPath, Left, Outcome
from verifierd.judging.checker import Checker
from verifierd.judging.showing import printable
from verifierd.model import FilesTest, StdioTest, TestBody

PATH_CHARS = 120
STDOUT = "standard output"
FOUND = {
    AtPath.ABSENT: "nothing is there",
    AtPath.FOLDER: "a folder is there",
    AtPath.LINK: "a symbolic link is there or on the way, and none is followed",
    AtPath.CLOSED: "the program may not read it itself",
    AtPath.OTHER: "what is there is no regular file",
}
# Where it is (a path, or `STDOUT`), and the content there or what is there instead.
Parts = tuple[tuple[str, bytes | AtPath], ...]


@dataclass(frozen=True, slots=True)
class PartByPart(Checker[Parts]):
    """Asks a checker of bytes for each part. Two states are the same answer if all their parts are."""

    inner: Checker[bytes]

    name = "files"
    version = 1

    @property
    def label(self) -> str:
        """Return "name@version" of the checker that is asked."""
        return self.inner.label

    def digest(self, output: Parts) -> bytes | None:
        """Return the SHA-256 of all parts; None where one of them is comparable to nothing."""
        content = hashlib.sha256()
        for _, part in output:
            code = part.value.encode() if isinstance(part, AtPath) else self.inner.digest(part)
            if code is None:
                return None
            content.update((b"a" if isinstance(part, AtPath) else b"c") + len(code).to_bytes(1, "big") + code)
        return content.digest()

    def difference(self, expected: Parts, actual: Parts) -> str | None:
        """Name the first part that differs, and its first difference."""
        for (where, want), (_, got) in zip(expected, actual, strict=True):
            difference = self._difference(want, got)
            if difference is not None:
                return at_path(where, difference)
        return None

    def _difference(self, want: bytes | AtPath, got: bytes | AtPath) -> str | None:
        if isinstance(want, AtPath):
            found = f"a file of {len(got)} bytes is there" if isinstance(got, bytes) else FOUND[got]
            return None if got is want else f"expected nothing, and {found}"
        if isinstance(got, AtPath):
            return f"expected a file, and {FOUND[got]}"
        return self.inner.check(want, got).detail or None


def at_path(path: str, difference: str) -> str:
    """Return a difference with the place where it is."""
    return f"{printable(path, PATH_CHARS)}: {difference}"


def missing_output(test: TestBody, outcome: Outcome) -> str | None:
    """Say that the file is not there that was to hold a program's output; None where it is, or none was."""
    if not isinstance(test, StdioTest) or not test.output_file:
        return None
    what = outcome.left[0].what if outcome.left else AtPath.ABSENT
    return None if what is AtPath.FILE else at_path(test.output_file, f"expected a file, and {FOUND[what]}")


def expected_parts(test: FilesTest) -> Parts:
    """Return what a test expects."""
    files = ((each.path, AtPath.ABSENT if each.content is None else each.content) for each in test.expected)
    return _with_stdout(files, test.expected_stdout)


def actual_parts(test: FilesTest, left: Iterable[Left], stdout: bytes) -> Parts:
    """Return what a run left, in the same order. Standard output counts where the test compares it."""
    files = (
        (each.path, found.content if found.what is AtPath.FILE else found.what)
        for each, found in zip(test.expected, left, strict=False)  # a run that was stopped told of nothing
    )
    return _with_stdout(files, None if test.expected_stdout is None else stdout)


def _with_stdout(files: Iterable[tuple[str, bytes | AtPath]], stdout: bytes | None) -> Parts:
    return (*files, *(() if stdout is None else ((STDOUT, stdout),)))
