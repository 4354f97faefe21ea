"""Beam search over partial programs: at each depth those are kept whose finished programs pass most tests."""

from __future__ import annotations

from verifierd_client.groups import Stop
from verifierd_client.strategies._together import together
from verifierd_client.strategies._trial import UNTIL_ONE_PASSES, open_trial
from verifierd_client.strategies.partial_programs import Rollouts, Steps, lines
from verifierd_client.strategies.query import Query, Resources
from verifierd_client.strategies.resolution import Resolution


async def beam_search(
    query: Query,
    resources: Resources,
    *,
    samples: int,
    width: int = 4,
    rollouts: int = 4,
    cut: Steps = lines,
    stop: Stop | None = UNTIL_ONE_PASSES,
) -> Resolution:
    """Resolve a query by a beam of partial programs, the verifier being what values them.

    At each depth every partial program of the beam is finished `rollouts` times. Then the beam is the `width`
    best of those that are one step longer (Snell et al. 2024, "Scaling LLM Test-Time Compute Optimally",
    section 5, with verified rollouts in the place of a process reward model).

    Args:
        query: what is asked. Its options should not stop at a program's first failing test: the value of a
            program is the share of tests that it passes, of the example tests where it has any.
        resources: where samples come from, and who verifies them; the sampler must be able to continue texts.
        samples: how many programs are finished at most.
        width: partial programs that are kept.
        rollouts: how often each of them is finished.
        cut: what a step is; a line unless told otherwise.
        stop: when everything ends.

    Raises:
        ValueError: a number is below 1.
        SamplerError: the model's side failed.
        VerifierError: the batch failed as a whole.
    """
    if min(samples, width, rollouts) < 1:
        raise ValueError(
            f"samples, width and rollouts are {samples}, {width}, {rollouts}; each is at least 1"
        )
    async with open_trial(query, resources, samples, stop) as trial:
        tree = Rollouts(trial, cut, samples)
        await tree.draw(tree.root, width * rollouts)
        beam = [tree.root]
        while tree.left and not trial.is_stopped:
            longer = [child for partial in beam for child in partial.unfinished]
            beam = sorted(longer, key=lambda each: each.through.mean, reverse=True)[:width]
            if not beam:
                break
            await together(tree.draw(each, rollouts) for each in beam)
        return await trial.resolution("beam_search")
