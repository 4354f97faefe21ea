"""Stopping rules that look at the whole batch: its bill, its clusters, what one more candidate is worth."""

from __future__ import annotations

from verifierd.batches.early_stop import StopReason
from verifierd.batches.pace import Pace
from verifierd.batches.tally import Tally
from verifierd.economics.difficulty import Difficulty
from verifierd.model import BatchOptions, CandidateResult, Verdict
from verifierd.selection.lead import lead_tail
from verifierd.selection.standings import Standings

# How hard problems are before anything is seen of one: fitted to CodeGen-Mono-16B on HumanEval, 100 samples
# of each of 41 problems, by `economics.difficulty`.
PRIOR = Difficulty(unsolvable=0.25, a=0.45, b=1.1)


class StopRules:
    """Asked after each candidate; rules that read clusters are asked less often as the batch grows.

    In a large one they are asked no more: what has not led by then does not lead.
    """

    def __init__(self, options: BatchOptions, tally: Tally) -> None:
        self._options = options
        self._tally = tally
        self._pace = Pace(growth=1.05, last=2 * tally.light_candidates)
        self._seen = 0
        self._accepted = 0

    def reason(self, result: CandidateResult) -> StopReason | None:
        """Return why the batch is to stop, now that this candidate has its verdict; None: it goes on."""
        if result.verdict not in (Verdict.INFRASTRUCTURE_ERROR, Verdict.CANCELLED):
            self._seen += 1
            self._accepted += result.verdict is Verdict.ACCEPTED
        if self._costs_too_much():
            return StopReason.BUDGET
        if self._options.usd_per_resolved and self._is_worth_no_more():
            return StopReason.MARGINAL_VALUE
        if (self._options.lead_tail or self._options.confidence) and self._pace.is_due(self._seen):
            standings = self._tally.standings()
            if self._leads(standings) or self._is_confident(standings):
                return StopReason.CONFIDENT
        return None

    def _costs_too_much(self) -> bool:
        cost, budget_usd = self._tally.cost, self._options.money_budget_usd
        return 0 < budget_usd <= cost.money_usd + cost.generation_usd

    def _is_worth_no_more(self) -> bool:
        """Tell whether one more candidate costs more than the chance that it is the first to be accepted."""
        if self._accepted:
            return True
        if not self._seen:
            return False
        cost = self._tally.cost
        next_usd = (cost.money_usd + cost.generation_usd) / self._seen
        chance = PRIOR.given(self._seen, 0).pass_at(1)
        return chance * self._options.usd_per_resolved < next_usd

    def _leads(self, standings: Standings) -> bool:
        if not self._options.lead_tail:
            return False
        return lead_tail([group.size for group in standings.clusters()]) <= self._options.lead_tail

    def _is_confident(self, standings: Standings) -> bool:
        if not self._options.confidence:
            return False
        probabilities = self._tally.rule.select(standings, 1).probabilities.values()
        return max(probabilities, default=0.0) >= self._options.confidence
