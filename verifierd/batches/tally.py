"""What a batch adds up to: verdict counts, clusters, picks and cost, gathered as results land."""

from __future__ import annotations

from collections import Counter

from verifierd.batches.early_stop import StopReason
from verifierd.batches.settings import EngineSettings
from verifierd.economics.cost import cost_of, total
from verifierd.model import BatchFinished, CandidateResult, Cost, SelectionSpec, Verdict
from verifierd.selection.behaviours import BehaviourTable
from verifierd.selection.clusters import ClusterBuilder
from verifierd.selection.rules import rule_named

HEAVY_CANDIDATES = 2000


class Tally:
    """Keeps digests, ids and sums only: no source and no output of a candidate."""

    def __init__(self, settings: EngineSettings, selection: SelectionSpec) -> None:
        """Pick in the end as `selection` says. Raises KeyError, TypeError and ValueError as `rule_named`."""
        self._settings = settings
        self._rule = rule_named(selection.rule, selection.params)
        self._picks = selection.picks
        self._verdicts: Counter[Verdict] = Counter()
        self._clusters = ClusterBuilder()
        self._behaviours = BehaviourTable() if self._rule.reads_behaviours else None
        self._cost = Cost()

    def add(self, position: int, result: CandidateResult) -> None:
        """Count a candidate's final result; `position` is its place in order of arrival."""
        self._verdicts[result.verdict] += 1
        self._clusters.add(position, result)
        self._cost = total((self._cost, cost_of(result, self._settings.prices)))
        if self._behaviours is not None:
            self._behaviours.add(position, result)

    @property
    def is_heavy(self) -> bool:
        """Tell whether summing up takes longer than an event loop may be held."""
        return self._verdicts.total() > HEAVY_CANDIDATES

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
        return BatchFinished(
            batch_id=batch_id,
            verdict_counts=dict(self._verdicts),
            clusters=self._clusters.clusters(),
            picks=self._rule.picks(self._clusters.standings(self._behaviours), self._picks),
            cost=self._cost,
            stop_reason=stop_reason,
            started_at_ns=started_at_ns,
            ended_at_ns=ended_at_ns,
        )
