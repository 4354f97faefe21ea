"""The shared core of rewards: completions in, one number each out, None where the service failed."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, TypeVar, get_args

from verifierd_client._async import AsyncVerifier
from verifierd_client.completions import Extraction
from verifierd_client.errors import NoVerdict
from verifierd_client.integrations.batching import Item, Judge, Judged, Unjudged
from verifierd_client.problems import Options
from verifierd_client.results import CandidateResult

OnInfra = Literal["none", "raise", "zero"]
Reward = Callable[[CandidateResult], float]
T = TypeVar("T")

_log = logging.getLogger("verifierd_client")


def passed(result: CandidateResult) -> float:
    """Return 1 for a program that passes every test, else 0."""
    return float(result.passed)


def share_of_tests(result: CandidateResult) -> float:
    """Return the share of tests that a program passes, from 0 to 1.

    It rewards programs that are wrong. Use it where passing every test is too rare to learn from.
    """
    return result.tests_passed / result.tests_total if result.tests_total else 0.0


class Scorer:
    """Scores completions on the server at an address, or by a verifier of yours.

    It may be pickled (with a `reward` that may), shared between threads and event loops, and used on both
    sides of a fork.

    Args:
        verifier: where the service is, HOST:PORT or unix:PATH; or an `AsyncVerifier`, to say how often calls
            are repeated.
        on_infra: what stands for the score of a completion that could not be judged, because the service
            failed, could not be reached or refused the request: `none` gives None, `zero` gives 0, which
            tells a trainer that the program was wrong, and `raise` raises NoVerdict for the whole call.
        reward: makes the score of a result.
        language: of completions that are given as text.
        extraction: which part of such a completion is the program.
        options: of each batch; None: no outputs are sent back and, where only passing counts, a program
            ends at its first failure.
        timeout_s: bound of one batch.
        attempts: how often a completion is judged at most, while the service fails on it.
        max_batches: how many batches are in flight at most.

    Raises:
        ValueError: `on_infra` is another word, or a number is below 1.
    """

    def __init__(
        self,
        verifier: AsyncVerifier | str,
        *,
        on_infra: OnInfra = "none",
        reward: Reward = passed,
        language: str = "python",
        extraction: Extraction = Extraction.LAST_BLOCK,
        options: Options | None = None,
        timeout_s: float | None = 600.0,
        attempts: int = 2,
        max_batches: int = 16,
    ) -> None:
        """Keep the settings; no connection is made."""
        if on_infra not in get_args(OnInfra):
            raise ValueError(f"on_infra must be one of {', '.join(get_args(OnInfra))}, and is {on_infra!r}")
        if min(attempts, max_batches) < 1:
            raise ValueError(
                f"attempts and max_batches must be at least 1, and are {attempts} and {max_batches}"
            )
        self.on_infra = on_infra
        self.reward = reward
        self.judge = Judge(
            AsyncVerifier(verifier) if isinstance(verifier, str) else verifier,
            options or Options(include_outputs=False, stop_at_first_failure=reward is passed),
            language,
            extraction,
            timeout_s,
            attempts,
            max_batches,
        )

    async def score(self, items: Iterable[Item]) -> list[float | None]:
        """Return the score of each problem's completion, in their order.

        Completions of equal problems go in one batch. A fault of the service costs only what it concerns.

        Raises:
            NoVerdict: one could not be judged, and `on_infra` is `raise`.
        """
        substitute = 0.0 if self.on_infra == "zero" else None
        return [
            self.reward(each) if isinstance(each, CandidateResult) else substitute
            for each in await self.results(items)
        ]

    async def results(self, items: Iterable[Item]) -> list[Judged]:
        """Return the result of each, for those who want more than a score.

        What tells nothing of its program is Unjudged, where `on_infra` is `zero` too; and where the score is
        more than whether it passed, one of whose tests the service could not run. Raises NoVerdict.
        """
        judged = [self._of_the_program(each) for each in await self.judge.judged(list(items))]
        reasons = {at: each.reason for at, each in enumerate(judged) if isinstance(each, Unjudged)}
        if reasons:
            self._tell(reasons, judged)
        return judged

    def score_blocking(self, items: Iterable[Item]) -> list[float | None]:
        """Do what `score` does, in code that is not asynchronous. Raises NoVerdict."""
        return _blocking(self.score(items))

    def results_blocking(self, items: Iterable[Item]) -> list[Judged]:
        """Do what `results` does, in code that is not asynchronous. Raises NoVerdict."""
        return _blocking(self.results(items))

    def _of_the_program(self, outcome: Judged) -> Judged:
        """Return an outcome that a score may be made of: a test that nobody ran was not failed."""
        if isinstance(outcome, Unjudged):
            return outcome
        if not outcome.verdict.tells_of_program:
            return Unjudged(f"{outcome.verdict.value}: {outcome.detail}")
        if self.reward is not passed and outcome.lost:
            first = outcome.lost[0]
            return Unjudged(f"{first.verdict.value}: test {first.test_id}: {first.detail}")
        return outcome

    def _tell(self, reasons: dict[int, str], judged: list[Judged]) -> None:
        """Say what could not be judged, in the log or as an error. Raises NoVerdict."""
        (words, _), *others = Counter(reasons.values()).most_common()
        further = f", and {len(others)} further reasons" if others else ""
        message = f"{len(reasons)} of {len(judged)} completions could not be judged: {words}{further}"
        if self.on_infra == "raise":
            causes = (each.error for each in judged if isinstance(each, Unjudged))
            raise NoVerdict(message, reasons) from next((each for each in causes if each), None)
        _log.warning("%s; on_infra is %r", message, self.on_infra)


def _blocking(work: Coroutine[Any, Any, T]) -> T:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as beside:  # a loop runs in this thread, and waits for its caller
        return beside.submit(asyncio.run, work).result()
