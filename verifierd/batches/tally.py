"""What a batch adds up to: verdict counts, clusters, picks and cost, gathered as results land."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from verifierd.batches.early_stop import StopReason
from verifierd.batches.outcome_record import OutcomeRecord
from verifierd.batches.settings import EngineSettings
from verifierd.economics.cost import cost_of, generation_usd, total
from verifierd.model import (
    MAX_PROBES,
    Batch,
    BatchFinished,
    Candidate,
    CandidateResult,
    Cluster,
    Cost,
    ProbeInput,
    Verdict,
)
from verifierd.selection.by_probes import ClustersByProbes
from verifierd.selection.by_tests import ClustersByTests
from verifierd.selection.generated import GeneratedTests
from verifierd.selection.grouped import Clustering, Grouped
from verifierd.selection.rules import rule_named
from verifierd.selection.standings import Standings

HEAVY_CANDIDATES = 2000


class Tally:
    """Keeps digests, ids and sums only: no source and no output of a candidate."""

    def __init__(self, settings: EngineSettings, batch: Batch, probes: Sequence[ProbeInput]) -> None:
        """Pick in the end as the batch says. Raises KeyError, TypeError and ValueError as `rule_named`."""
        self._settings = settings
        self.rule = rule_named(batch.selection.rule, batch.selection.params)
        self._picks = batch.selection.picks
        self._verdicts: Counter[Verdict] = Counter()
        self.clustering: Clustering = (
            ClustersByProbes([each.id for each in probes])
            if probes
            else ClustersByTests(self.rule.reads_behaviours)
        )
        self._probes = len(probes)
        tests = batch.problem.tests if self.rule.reads_generated else ()
        self._generated = GeneratedTests(tests)
        self._outcomes = OutcomeRecord(batch.problem.tests)
        self._cost = Cost()

    def bill(self, candidate: Candidate, result: CandidateResult) -> Cost:
        """Return what a candidate with this result adds to the bill, by the prices of now."""
        prices = self._settings.prices
        return replace(cost_of(result, prices), generation_usd=generation_usd(candidate.generation, prices))

    def add(self, position: int, result: CandidateResult, cost: Cost) -> None:
        """Count the final result of the candidate at `position`, and what it adds to the bill."""
        self._verdicts[result.verdict] += 1
        self.clustering.add(position, result)
        self._outcomes.add(result)
        self._generated.add(position, result)
        self._cost = total((self._cost, cost))

    @property
    def is_heavy(self) -> bool:
        """Tell whether summing up takes longer than an event loop may be held."""
        return self._verdicts.total() > self.light_candidates or self._outcomes.tells

    @property
    def light_candidates(self) -> int:
        """Return of how many candidates clusters are made as fast as an event loop may be held."""
        return HEAVY_CANDIDATES * MAX_PROBES // max(MAX_PROBES, self._probes)

    @property
    def cost(self) -> Cost:
        """Return the bill as it stands."""
        return self._cost

    def clusters(self) -> tuple[Cluster, ...]:
        """Return the clusters as they stand."""
        return self.clustering.grouped().clusters({})

    def standings(self) -> Standings:
        """Return what a rule picks from, as it stands."""
        return self._standings(self.clustering.grouped())

    def _standings(self, grouped: Grouped) -> Standings:
        behaviours = self.clustering.behaviours(grouped.arrivals)
        return grouped.standings(behaviours, self._generated.passed(grouped.arrivals))

    def figures(self) -> dict[str, object]:
        """Return the sums as a log line carries them."""
        return {
            "verdicts": {verdict.name: count for verdict, count in self._verdicts.items()},
            "cpu_time_s": round(self._cost.cpu_time_ns / 1e9, 3),
            "executions": self._cost.executions,
            "executions_saved": self._cost.executions_saved,
            "money_usd": self._cost.money_usd,
            "generation_usd": self._cost.generation_usd,
        }

    def summary(
        self, batch_id: str, stop_reason: StopReason, started_at_ns: int, ended_at_ns: int
    ) -> BatchFinished:
        """Return the batch's last event. Times are epoch nanoseconds."""
        grouped = self.clustering.grouped()
        selected = self.rule.select(self._standings(grouped), self._picks)
        return BatchFinished(
            batch_id=batch_id,
            verdict_counts=dict(self._verdicts),
            clusters=grouped.clusters(selected.probabilities),
            picks=selected.picks,
            none_probability=selected.none_probability,
            suite=self._outcomes.report(),
            cost=self._cost,
            stop_reason=stop_reason.value,
            started_at_ns=started_at_ns,
            ended_at_ns=ended_at_ns,
        )
