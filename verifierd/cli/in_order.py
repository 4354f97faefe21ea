"""Results in the order of their candidates, each as soon as all before it are there."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from verifierd_client import CandidateResult


class InOrder:
    """Takes results as they land and shows them in the order of `ids`."""

    def __init__(self, ids: Iterable[str], show: Callable[[CandidateResult], None]) -> None:
        """Wait for the results of these candidates."""
        self._awaited = deque(ids)
        self._held: dict[str, CandidateResult] = {}
        self._show = show

    def take(self, result: CandidateResult) -> None:
        """Keep a result, and show all that nothing before them holds back any longer."""
        self._held[result.candidate_id] = result
        while self._awaited and self._awaited[0] in self._held:
            self._show(self._held.pop(self._awaited.popleft()))

    def release(self) -> None:
        """Show what is still held back: nothing further will land."""
        while self._awaited:
            result = self._held.pop(self._awaited.popleft(), None)
            if result is not None:
                self._show(result)
