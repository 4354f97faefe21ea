"""The accounts of one query: what was drawn, when it was decoded and judged, and what that comes to."""

from __future__ import annotations

from verifierd_client.problems import Generation
from verifierd_client.results import BatchResult, CandidateResult
from verifierd_client.sampling import Sample
from verifierd_client.strategies._outcomes import outcome_of
from verifierd_client.strategies._stopwatch import Phase, Stopwatch
from verifierd_client.strategies.query import Prices
from verifierd_client.strategies.resolution import Latency, Resolution


class Accounts:
    """Told of each sample and result, in the order in which they come.

    Attributes:
        samples: how many samples were begun so far.
        results: what has landed so far, by candidate.
    """

    def __init__(self, prices: Prices) -> None:
        """Begin now, with nothing drawn."""
        self.samples = 0
        self.results: dict[int, CandidateResult] = {}
        self.stopwatch = Stopwatch()
        self._prices = prices
        self._aborted = self._prompt_tokens = self._completion_tokens = 0
        self._decoded_at_s: dict[int, float] = {}
        self._landed_at_s: dict[int, float] = {}
        self._stopped_at_s: float | None = None

    def drew(self, sample: Sample) -> Generation:
        """Count a sample that has ended, and return what drawing it cost."""
        self._prompt_tokens += sample.prompt_tokens
        self._completion_tokens += sample.completion_tokens
        self._aborted += not sample.is_whole
        return self._prices.of(sample)

    def submitted(self, candidate: int) -> None:
        """Note that a candidate is being verified from now on."""
        self._decoded_at_s[candidate] = self.stopwatch.elapsed_s()
        self.stopwatch.begin(Phase.VERIFYING)

    def landed(self, candidate: int, result: CandidateResult) -> None:
        """Note that a candidate has its result."""
        self.results[candidate] = result
        self._landed_at_s[candidate] = self.stopwatch.elapsed_s()
        self.stopwatch.end(Phase.VERIFYING)

    def stopped(self) -> None:
        """Note that what to answer is known before everything is verified."""
        self._stopped_at_s = self.stopwatch.elapsed_s()

    def resolution(self, strategy: str, batch: BatchResult, gave_up: str) -> Resolution:
        """Return what the query came to, its whole batch being there.

        Args:
            strategy: its name.
            batch: all that was verified.
            gave_up: why the strategy drew no more, where it was not worth it.
        """
        known_at_s = self.stopwatch.elapsed_s() if self._stopped_at_s is None else self._stopped_at_s
        pick = batch.summary.picks[0] if batch.summary.picks else None
        evidence = batch[pick.candidate_id] if pick else None
        outcome, detail = outcome_of(batch, gave_up)
        return Resolution(
            strategy=strategy,
            outcome=outcome,
            detail=detail,
            answer=evidence.extracted_source if evidence else None,
            evidence=evidence,
            probability=pick.probability if pick else None,
            batch=batch,
            samples=self.samples,
            aborted=self._aborted,
            prompt_tokens=self._prompt_tokens,
            completion_tokens=self._completion_tokens,
            generation_usd=self._prices.usd(self._prompt_tokens, self._completion_tokens),
            latency=Latency(
                decoding_s=self.stopwatch.spent_s(Phase.DECODING),
                verifying_s=self.stopwatch.spent_s(Phase.VERIFYING),
                waiting_s=self.stopwatch.spent_s(Phase.WAITING),
                time_to_answer_s=known_at_s,
                verdict_lag_s=self._lag_s(int(pick.candidate_id)) if pick else None,
            ),
        )

    def _lag_s(self, candidate: int) -> float | None:
        landed_at_s = self._landed_at_s.get(candidate)
        return None if landed_at_s is None else landed_at_s - self._decoded_at_s[candidate]
