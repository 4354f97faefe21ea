"""The dial: cheap first, and deeper only where verdicts say that it pays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from verifierd_client.groups import Stop
from verifierd_client.strategies._trial import UNTIL_ONE_PASSES, Attempt, open_trial
from verifierd_client.strategies.beliefs import Belief
from verifierd_client.strategies.feedback import Feedback, Reveal, Revise, feedback, revision_prompt
from verifierd_client.strategies.partial_programs import examples_of, value_of
from verifierd_client.strategies.query import Prices, Query, Resources
from verifierd_client.strategies.resolution import Resolution

STAGES = (1, 4, 16, 64)
_FIRST = Belief()


async def adaptive(
    query: Query,
    resources: Resources,
    *,
    usd_per_resolved: float,
    stages: Sequence[int] = STAGES,
    belief: Belief = _FIRST,
    revisions: int = 0,
    revision_belief: Belief = _FIRST,
    reveal: Reveal = Reveal.EXAMPLES,
    revise: Revise = revision_prompt,
    stop: Stop | None = UNTIL_ONE_PASSES,
) -> Resolution:
    """Resolve a query step by step: draw more samples, revise the best program, or give up.

    The first stage is always drawn. Then each way on has a price, the money that its next step is expected to
    cost over the chance that this step solves the problem: the marginal cost of a resolved query. The cheaper
    way is taken while its price is at most what a resolved query is worth. For ways that are independent and
    of which one success is enough that is the best order (Weitzman 1979, "Optimal Search for the Best
    Alternative", Econometrica 47). The chance is `Belief`'s after the failures of that way so far; a way that
    has been tried less is believed in more, so revision has its turn once samples have failed. That how far
    to go should follow from how hard the problem turns out is Snell et al. 2024, "Scaling LLM Test-Time
    Compute Optimally", section 3.

    Args:
        query: what is asked.
        resources: where samples come from, who verifies them, and what tokens cost. Without prices only
            verification costs anything.
        usd_per_resolved: what a resolved query is worth, in US dollars; infinite: never give up.
        stages: how many samples each further stage draws.
        belief: in a sample, before any is seen.
        revisions: how many programs are drawn by revision at most: one a step, of the best program so far.
        revision_belief: in a revision, before any is seen.
        reveal: which tests' contents the model may see in a revision.
        revise: makes the prompt of a revision.
        stop: when everything ends, whatever it is worth.

    Raises:
        ValueError: a number is out of its range.
        SamplerError: the model's side failed.
        VerifierError: the batch failed as a whole.
    """
    if not usd_per_resolved > 0:
        raise ValueError(f"usd_per_resolved is {usd_per_resolved}; what a resolved query is worth is above 0")
    if not stages or min(stages) < 1 or revisions < 0:
        raise ValueError(
            f"stages are {list(stages)}, at least one and each at least 1; "
            f"revisions are {revisions}, at least 0"
        )
    dial = _Dial(query, resources.prices, _Way(belief, list(stages)), _Way(revision_belief, [1] * revisions))
    gave_up = ""
    async with open_trial(query, resources, sum(stages) + revisions, stop) as trial:
        while not trial.is_stopped and (way := dial.cheapest()) is not None:
            price = dial.price(way)
            if price > usd_per_resolved:
                gave_up = (
                    f"a resolved query would cost ${price:.3g} more, and is worth ${usd_per_resolved:.3g}"
                )
                break
            prompt = revise(query.prompt, dial.feedback(reveal)) if way is dial.revisions else query.prompt
            dial.saw(way, await trial.draw(way.steps.pop(0), prompt))
        return await trial.resolution("adaptive", gave_up)


@dataclass(slots=True)
class _Way:
    """A way to draw programs: what is believed of it, how many each further step draws, what came of it."""

    belief: Belief
    steps: list[int]
    usd: float = 0.0
    programs: int = 0
    failures: int = 0


class _Dial:
    """Knows what both ways have come to, and what their next steps cost for each query that they resolve."""

    def __init__(self, query: Query, prices: Prices, samples: _Way, revisions: _Way) -> None:
        """Begin with nothing seen."""
        self.samples = samples
        self.revisions = revisions
        self._problem = query.problem
        self._examples = examples_of(query.problem)
        self._prices = prices
        self._best: Attempt | None = None
        self._best_value = 0.0

    def cheapest(self) -> _Way | None:
        """Return the way whose next step has the lowest price; None where no step is left."""
        ways = [way for way in (self.samples, self.revisions) if way.steps]
        if self._best is None and self.revisions in ways:
            ways.remove(self.revisions)
        return min(ways, key=self.price, default=None)

    def price(self, way: _Way) -> float:
        """Return what the next step of a way costs over the chance that it solves the problem, in US dollars.

        The first step of all has no price yet: 0.
        """
        step = way.steps[0]
        chance = way.belief.after(way.failures).chance(step)
        usd = step * self._usd_per_program(way)
        return usd / chance if chance else math.inf if usd else 0.0

    def _usd_per_program(self, way: _Way) -> float:
        """Return what a program of a way has cost; a first revision is a sample that reads a program too."""
        if way.programs:
            return way.usd / way.programs
        if way is self.samples or self._best is None:
            return 0.0
        reading_usd = self._prices.usd(self._best.generation.completion_tokens, 0)
        return self._usd_per_program(self.samples) + reading_usd

    def feedback(self, reveal: Reveal) -> Feedback:
        """Return what the model may be told of the best failed program. Raises ValueError without one."""
        if self._best is None:
            raise ValueError("there is no program yet that could be revised")
        return feedback(self._best.text, self._best.result, self._problem, reveal)

    def saw(self, way: _Way, attempts: Sequence[Attempt]) -> None:
        """Take note of what a step came to. Whom the service failed to verify is paid for, but no failure."""
        for attempt in attempts:
            way.usd += attempt.usd
            way.programs += 1
            value = value_of(attempt.result, self._examples)
            if value is None or attempt.result.passed:
                continue
            way.failures += 1
            if self._best is None or value >= self._best_value:
                self._best, self._best_value = attempt, value
