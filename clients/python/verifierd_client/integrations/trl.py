"""A reward function for TRL's trainers: `GRPOTrainer(reward_funcs=code_reward(…))`. Held against TRL 1.16."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any

from verifierd_client.integrations.columns import problems_of
from verifierd_client.integrations.scoring import Scorer

RewardFunction = Callable[..., Coroutine[Any, Any, list[float | None]]]


def code_reward(scorer: Scorer | str) -> RewardFunction:
    """Return a reward function that has completions verified, by a scorer or at a server's address.

    It is asynchronous: TRL runs it beside other such ones. It may be pickled. It reads tests, checker and
    limits from the dataset's columns as `columns.problem_of` says, and finds the program in the last message
    of a conversation, or in a completion that is text.

    A completion that could not be judged gets None: TRL leaves it out of its group's baseline and gives it
    no advantage. So does one whose row has no tests, for which another reward is there.
    """
    held = Scorer(scorer) if isinstance(scorer, str) else scorer
    # No callable object: `inspect.iscoroutinefunction`, by which trainers tell, sees through partials alone.
    reward = partial(verified_code, held)
    reward.__name__ = verified_code.__name__  # type: ignore[attr-defined]
    return reward


async def verified_code(
    scorer: Scorer,
    *,
    completions: Sequence[str] | Sequence[Sequence[Mapping[str, Any]]],
    log_metric: Callable[[str, float], None] | None = None,
    **columns: Any,
) -> list[float | None]:
    """Return the rewards of completions, whose rows are in the columns. TRL calls it with these names.

    Raises:
        NotAProblem: a row has tests in no known form.
        NoVerdict: one could not be judged, and the scorer's `on_infra` is `raise`.
    """
    texts = [text_of(each) for each in completions]
    per_row = {name: each for name, each in columns.items() if isinstance(each, list)}
    problems = problems_of(per_row, texts)
    asked = [(problem, text) for problem, text in zip(problems, texts, strict=True) if problem is not None]
    scores = iter(await scorer.score(asked))
    rewards = [None if problem is None else next(scores) for problem in problems]
    if log_metric is not None and asked:
        unjudged = sum(
            reward is None and problem is not None for reward, problem in zip(rewards, problems, strict=True)
        )
        log_metric("verifierd/unjudged", unjudged / len(asked))
    return rewards


def text_of(completion: str | Sequence[Mapping[str, Any]]) -> str:
    """Return what the model said: the text, or that of the last message of a conversation."""
    if isinstance(completion, str):
        return completion
    content = completion[-1].get("content") if completion else None
    if isinstance(content, Sequence) and not isinstance(content, str):  # blocks, as of models that see
        return "".join(str(block.get("text") or "") for block in content)
    return content or ""
