"""Problems that were uploaded once and are named by digest afterwards, within a bound of memory."""

from __future__ import annotations

from collections import OrderedDict

from verifierd.errors import UnknownProblem
from verifierd.model import Problem


class ProblemStore:
    """Keeps problems by digest; beyond `max_bytes` the longest unused go first."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._used_bytes = 0
        self._kept: OrderedDict[str, tuple[Problem, int]] = OrderedDict()

    def put(self, digest_hash: str, problem: Problem, size_bytes: int) -> None:
        """Keep a problem of so many bytes. One larger than the whole store alone is not kept."""
        self._forget(digest_hash)
        if size_bytes > self._max_bytes:
            return
        self._kept[digest_hash] = (problem, size_bytes)
        self._used_bytes += size_bytes
        while self._used_bytes > self._max_bytes:
            self._forget(next(iter(self._kept)))

    def get(self, digest_hash: str) -> Problem:
        """Return the problem of a digest.

        Raises:
            UnknownProblem: it never was here, or has gone since.
        """
        if digest_hash not in self._kept:
            raise UnknownProblem(digest_hash)
        self._kept.move_to_end(digest_hash)
        return self._kept[digest_hash][0]

    def _forget(self, digest_hash: str) -> None:
        if digest_hash in self._kept:
            self._used_bytes -= self._kept.pop(digest_hash)[1]
