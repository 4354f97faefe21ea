"""Sequential revision: a program that fails goes back to the model with what is known of why it failed."""

from __future__ import annotations

from verifierd_client.groups import Stop
from verifierd_client.results import Verdict
from verifierd_client.strategies._together import together
from verifierd_client.strategies._trial import UNTIL_ONE_PASSES, Trial, open_trial
from verifierd_client.strategies.feedback import Reveal, Revise, feedback, revision_prompt
from verifierd_client.strategies.query import Query, Resources
from verifierd_client.strategies.resolution import Resolution

_DONE = (Verdict.ACCEPTED, Verdict.SKIPPED)


async def sequential_revision(
    query: Query,
    resources: Resources,
    *,
    rounds: int = 4,
    chains: int = 1,
    reveal: Reveal = Reveal.EXAMPLES,
    revise: Revise = revision_prompt,
    stop: Stop | None = UNTIL_ONE_PASSES,
) -> Resolution:
    """Resolve a query by chains of revisions.

    It is Chen et al. 2024, "Teaching Large Language Models to Self-Debug", with what the tests say as
    feedback. Each chain draws one program, and as long as its last one failed, another that the model writes
    knowing that. Where the service failed to verify a program nothing is known of it, and its prompt is drawn
    from again; that counts as a round.

    Args:
        query: what is asked.
        resources: where samples come from, and who verifies them.
        rounds: how many programs each chain draws at most.
        chains: how many run beside one another.
        reveal: which tests' contents the model may see.
        revise: makes the prompt for the next program.
        stop: when all chains end.

    Raises:
        ValueError: `rounds` or `chains` is below 1.
        SamplerError: the model's side failed.
        VerifierError: the batch failed as a whole.
    """
    if min(rounds, chains) < 1:
        raise ValueError(f"rounds and chains are {rounds} and {chains}; both are at least 1")
    async with open_trial(query, resources, rounds * chains, stop) as trial:
        await together(_chain(trial, rounds, reveal, revise) for _ in range(chains))
        return await trial.resolution("sequential_revision")


async def _chain(trial: Trial, rounds: int, reveal: Reveal, revise: Revise) -> None:
    query = trial.query
    prompt = query.prompt
    for _ in range(rounds):
        for last in await trial.draw(1, prompt):
            if last.result.verdict in _DONE:
                return
            if last.result.verdict.tells_of_program:
                told = feedback(last.text, last.result, query.problem, reveal)
                prompt = revise(query.prompt, told)
