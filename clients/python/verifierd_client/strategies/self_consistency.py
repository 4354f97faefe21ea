"""Self-consistency: the commonest behaviour over probe inputs is the answer; no test needs to judge."""

from __future__ import annotations

from dataclasses import replace

from verifierd_client.groups import Lead, Stop
from verifierd_client.problems import Problem
from verifierd_client.strategies._trial import open_trial
from verifierd_client.strategies.query import Query, Resources
from verifierd_client.strategies.resolution import Resolution

UNTIL_ONE_LEADS: Stop = Lead()


async def self_consistency(
    query: Query,
    resources: Resources,
    *,
    n: int,
    stop: Stop | None = UNTIL_ONE_LEADS,
) -> Resolution:
    """Resolve a query by a vote of what programs do.

    It is the self-consistency of Wang et al. 2023 ("Self-Consistency Improves Chain of Thought Reasoning in
    Language Models", section 2), where behaviour takes the place of a final answer: two programs vote for the
    same where they do the same on every probe input. Where tests judge, those that fail them have no vote.

    Args:
        query: what is asked; its options name the rule that counts votes, `plurality` unless told otherwise.
        resources: where samples come from, and who verifies them.
        n: how many samples at most.
        stop: when the rest is aborted; unless told otherwise once the largest cluster leads the second
            beyond doubt (adaptive consistency); None: never.

    Raises:
        ValueError: `n` is below 1, or the problem has neither probe inputs nor tests.
        SamplerError: the model's side failed.
        VerifierError: the batch failed as a whole.
    """
    if n < 1:
        raise ValueError(f"n is {n}; it must be at least 1")
    if isinstance(query.problem, Problem) and query.problem.probes is None and not query.problem.tests:
        raise ValueError(f"{query.problem.id} has no probe inputs: without them programs show no behaviour")
    options = query.options
    if options.selection.rule is None:
        options = replace(options, selection=replace(options.selection, rule="plurality"))
    async with open_trial(query, resources, n, stop, options) as trial:
        await trial.decode(n)
        return await trial.resolution("self_consistency")
