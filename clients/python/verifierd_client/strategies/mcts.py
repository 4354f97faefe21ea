"""Monte Carlo tree search over partial programs: on where programs passed, elsewhere now and then."""

from __future__ import annotations

import math

from verifierd_client.groups import Stop
from verifierd_client.strategies._trial import UNTIL_ONE_PASSES, open_trial
from verifierd_client.strategies.partial_programs import Partial, Rollouts, Steps, lines
from verifierd_client.strategies.query import Query, Resources
from verifierd_client.strategies.resolution import Resolution

EXPLORATION = 1 / math.sqrt(2)


async def mcts(
    query: Query,
    resources: Resources,
    *,
    samples: int,
    rollouts: int = 4,
    exploration: float = EXPLORATION,
    cut: Steps = lines,
    stop: Stop | None = UNTIL_ONE_PASSES,
) -> Resolution:
    """Resolve a query by tree search, the verifier being what values partial programs.

    As in Zhang et al. 2023, "Planning with Large Language Models for Code Generation" (PG-TD), a partial
    program is chosen, finished by the model, verified, and the value goes to all partial programs on its way.
    PG-TD chooses by the model's own token probabilities, which not every sampler tells; so here it is by UCT
    (Kocsis and Szepesvari 2006, "Bandit Based Monte-Carlo Planning", section 2). What a model may write
    next has no end, so to draw anew from a node is one choice among its children (Inoue et al. 2025, "Wider
    or Deeper? Scaling LLM Inference-Time Compute with Adaptive Branching Tree Search", section 3).

    Args:
        query: what is asked. Its options should not stop at a program's first failing test: the value of a
            program is the share of tests that it passes, of the example tests where it has any.
        resources: where samples come from, and who verifies them; the sampler must be able to continue texts.
        samples: how many programs are finished at most.
        rollouts: how often a chosen partial program is finished before the next is chosen; these run at once.
        exploration: UCT's constant Cp; higher: more of what has been tried less.
        cut: what a step is; a line unless told otherwise.
        stop: when everything ends.

    Raises:
        ValueError: a number is out of its range.
        SamplerError: the model's side failed.
        VerifierError: the batch failed as a whole.
    """
    if min(samples, rollouts) < 1 or not 0 <= exploration < math.inf:
        raise ValueError(
            f"samples and rollouts are {samples} and {rollouts}, at least 1; "
            f"exploration is {exploration}, finite and at least 0"
        )
    async with open_trial(query, resources, samples, stop) as trial:
        tree = Rollouts(trial, cut, samples)
        while tree.left and not trial.is_stopped:
            await tree.draw(search(tree.root, exploration), rollouts)
        return await trial.resolution("mcts")


def search(root: Partial, exploration: float) -> Partial:
    """Return the partial program to be finished next, and count the way to it from the root.

    At each node the way on is that with the highest bound: mean + 2 Cp sqrt(ln N / n), where n is how often
    it was taken, a child's coming up in a rollout included, and N is the sum of all n. One way is to draw
    from the node itself, which is done before any other; where bounds are equal it goes deeper.
    """
    node = root
    while True:
        node.searches += 1
        drawn = node.searches - 1 - sum(child.searches for child in node.children.values())
        deeper = node.unfinished
        if drawn == 0 or not deeper:
            return node
        width = exploration * 2 * math.sqrt(math.log(drawn + sum(1 + child.searches for child in deeper)))
        best = max(deeper, key=lambda child: _bound(child, width))
        if node.begun.mean + width / math.sqrt(drawn) > _bound(best, width):
            return node
        node = best


def _bound(child: Partial, width: float) -> float:
    return child.through.mean + width / math.sqrt(1 + child.searches)
