"""What a batch adds up to: verdict counts, clusters, picks and cost, gathered as results land."""

from __future__ import annotations

from collections import Counter

from verifierd.batches.early_stop import StopReason
from verifierd.batches.settings import EngineSettings
from verifierd.economics.cost import cost_of, total
from verifierd.model import BatchFinished, CandidateResult, Cost, Verdict
from verifierd.selection.clusters import ClusterBuilder
from verifierd.selection.rules import Standings


class Tally:
    """Keeps digests, ids and sums only: no source and no output of a candidate."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._verdicts: Counter[Verdict] = Counter()
        self._clusters = ClusterBuilder()
        self._accepted: list[tuple[int, str]] = []
        self._cost = Cost()

    def add(self, position: int, result: CandidateResult) -> None:
        """Count a candidate's final result; `position` is its place in order of arrival."""
        self._verdicts[result.verdict] += 1
        self._clusters.add(position, result)
        self._cost = total((self._cost, cost_of(result, self._settings.prices)))
        if result.verdict is Verdict.ACCEPTED:
            self._accepted.append((position, result.candidate_id))

    def figures(self) -> dict[str, object]:
        """Return the sums as a log line carries them."""
        return {
            "verdicts": {verdict.name: count for verdict, count in self._verdicts.items()},
            "cpu_time_s": round(self._cost.cpu_time_ns / 1e9, 3),
            "executions": self._cost.executions,
            "executions_saved": self._cost.executions_saved,
            "money_usd": self._cost.money_usd,
        }

    def summary(
        self, batch_id: str, stop_reason: StopReason, started_at_ns: int, ended_at_ns: int
    ) -> BatchFinished:
        """Return the batch's last event. Times are epoch nanoseconds."""
        clusters = self._clusters.clusters()
        accepted_ids = tuple(candidate_id for _, candidate_id in sorted(self._accepted))
        standings = Standings(clusters, accepted_ids)
        return BatchFinished(
            batch_id=batch_id,
            verdict_counts=dict(self._verdicts),
            clusters=clusters,
            picks=self._settings.rule.picks(standings, self._settings.picks),
            cost=self._cost,
            stop_reason=stop_reason,
            started_at_ns=started_at_ns,
            ended_at_ns=ended_at_ns,
        )
