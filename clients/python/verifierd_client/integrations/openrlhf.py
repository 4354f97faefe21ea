"""A reward function for OpenRLHF, by the signature that it publishes. Held against OpenRLHF 0.11.2.

OpenRLHF loads it from a file of yours, which `--reward.remote_url` names:

    from verifierd_client.integrations.openrlhf import code_reward
    reward_func = code_reward("unix:/tmp/verifierd.sock")

What stands in the dataset's label column is a suite in a form that `suites` lists.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from verifierd_client.errors import NoVerdict
from verifierd_client.integrations.columns import problem_of
from verifierd_client.integrations.scoring import Scorer

RewardFunction = Callable[..., dict[str, Any]]

END_OF_PROMPT = 64
"""So many characters at a prompt's end find where it ends, if its begin was cut off."""

_log = logging.getLogger("verifierd_client")


def code_reward(scorer: Scorer | str) -> RewardFunction:
    """Return a reward function that has responses verified, by a scorer or at a server's address.

    OpenRLHF calls it in threads, many at once. With an address, a response that could not be judged raises;
    OpenRLHF goes on without a reward then, and ends for want of a reward model. With `on_infra="none"` its
    reward is NaN: `--algo.dynamic_filtering_enable` drops its prompt and draws another. Without that
    filter NaN ruins the model, so do not use the one without the other.
    """
    return partial(verified_code, Scorer(scorer, on_infra="raise") if isinstance(scorer, str) else scorer)


def verified_code(
    scorer: Scorer, queries: Sequence[str], prompts: Sequence[str], labels: Sequence[Any], **_: Any
) -> dict[str, Any]:
    """Return tensors of rewards and scores, one for each query: a prompt with the response behind it.

    Raises:
        NoVerdict: one could not be judged, and the scorer's `on_infra` is `raise`.
        NotAProblem: a label has no known form.
        ValueError: a query does not hold its prompt.
    """
    import torch

    responses = [response_of(query, prompt) for query, prompt in zip(queries, prompts, strict=True)]
    problems = [
        problem_of({"tests": label}, response) for label, response in zip(labels, responses, strict=True)
    ]
    try:
        scores = scorer.score_blocking(zip(problems, responses, strict=True))
    except NoVerdict as error:
        _log.error("%s; OpenRLHF will end, saying that it has no reward model", error)
        raise
    rewards = torch.tensor([float("nan") if score is None else score for score in scores])
    judged = torch.tensor([float(score is not None) for score in scores])
    return {"rewards": rewards, "scores": rewards, "extra_logs": {"verifierd_judged": judged}}


def response_of(query: str, prompt: str) -> str:
    """Return what follows the prompt in a query. Raises ValueError where the prompt is not found."""
    for known in (prompt, prompt[-END_OF_PROMPT:]):
        at = query.find(known)
        if at >= 0:
            return query[at + len(known) :]
    raise ValueError(f"a query must hold the end of its prompt, {prompt[-END_OF_PROMPT:]!r}, and does not")
