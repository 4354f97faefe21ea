"""Custom reward functions of verl, by the signatures that it publishes. Held against verl 0.9.1.

    reward.custom_reward_function.path=pkg://verifierd_client.integrations.verl
    reward.custom_reward_function.name=compute_score
    +reward.custom_reward_function.reward_kwargs.address=unix:/tmp/verifierd.sock

What stands in `reward_model.ground_truth` of a row is a suite in a form that `suites` lists; `checker` and
`limits` may be in its `extra_info`. verl has no reward for "unknown": with `on_infra=raise`, the default, a
step fails whose completions cannot be judged; with `zero` they count as wrong, and `judged` says which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from verifierd_client._async import AsyncVerifier
from verifierd_client.completions import Extraction
from verifierd_client.integrations.batching import Item
from verifierd_client.integrations.columns import problem_of
from verifierd_client.integrations.scoring import Scorer, passed, share_of_tests

Score = dict[str, float | bool]
RewardName = Literal["passed", "share_of_tests"]
REWARDS = {"passed": passed, "share_of_tests": share_of_tests}
FROM_EXTRA_INFO = ("checker", "limits", "problem_id", "entry_point")


async def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None = None,
    *,
    address: str,
    on_infra: Literal["raise", "zero"] = "raise",
    reward: RewardName = "passed",
    language: str = "python",
    extraction: str = Extraction.LAST_BLOCK.value,
    timeout_s: float = 600.0,
    **_: Any,
) -> Score:
    """Return the score of one response: `score` and `acc` are its reward, `judged` says whether it has one.

    verl's reward loop calls it for each response by itself, many at once (`reward_manager.name=naive`).

    Args:
        data_source: where the row is from; not looked at.
        solution_str: what the model wrote.
        ground_truth: the test suite, an object or JSON as text.
        extra_info: the row's further fields.
        address: where the service is, HOST:PORT or unix:PATH.
        on_infra: what happens where the service failed.
        reward: `passed`, or `share_of_tests` of those that pass.
        language: of the programs.
        extraction: which part of a response is the program: a value of `Extraction`.
        timeout_s: bound of each call.

    Raises:
        NoVerdict: the response could not be judged, and `on_infra` is `raise`.
        NotAProblem: the ground truth has no known form.
        ValueError: a setting has another value.
    """
    scorer = _scorer(address, on_infra, reward, language, extraction, timeout_s)
    scores = await scorer.score([_item(solution_str, ground_truth, extra_info)])
    return _score(scores[0])


def compute_scores(
    data_sources: Sequence[str],
    solution_strs: Sequence[str],
    ground_truths: Sequence[Any],
    extra_infos: Sequence[Mapping[str, Any] | None] | None = None,
    *,
    address: str,
    on_infra: Literal["raise", "zero"] = "raise",
    reward: RewardName = "passed",
    language: str = "python",
    extraction: str = Extraction.LAST_BLOCK.value,
    timeout_s: float = 600.0,
    **_: Any,
) -> list[Score]:
    """Return the scores of many responses, those to equal problems in one batch (`reward_manager: batch`).

    Arguments and errors are those of `compute_score`.
    """
    scorer = _scorer(address, on_infra, reward, language, extraction, timeout_s)
    infos = [None] * len(solution_strs) if extra_infos is None else extra_infos
    rows = zip(solution_strs, ground_truths, infos, strict=True)
    return [_score(each) for each in scorer.score_blocking([_item(*row) for row in rows])]


@lru_cache(maxsize=16)
def _scorer(
    address: str, on_infra: str, reward: str, language: str, extraction: str, timeout_s: float
) -> Scorer:
    """Return the one scorer of these settings: verl hands them over anew with each call."""
    if on_infra not in ("raise", "zero"):
        raise ValueError(f"on_infra must be raise or zero with verl, and is {on_infra!r}: it has no mask")
    if reward not in REWARDS:
        raise ValueError(f"reward must be one of {', '.join(REWARDS)}, and is {reward!r}")
    if extraction not in Extraction.__members__:
        allowed = ", ".join(Extraction.__members__)
        raise ValueError(f"extraction must be one of {allowed}, and is {extraction!r}")
    return Scorer(
        AsyncVerifier(address),
        on_infra="raise" if on_infra == "raise" else "none",
        reward=REWARDS[reward],
        language=language,
        extraction=Extraction[extraction],
        timeout_s=timeout_s,
    )


def _item(solution: str, ground_truth: Any, extra_info: Mapping[str, Any] | None) -> Item:
    further = {name: each for name, each in (extra_info or {}).items() if name in FROM_EXTRA_INFO}
    return problem_of({"ground_truth": ground_truth, **further}, solution), solution


def _score(score: float | None) -> Score:
    """Return what verl takes. All have the same keys: it makes columns of them."""
    return {"score": score or 0.0, "acc": score or 0.0, "judged": score is not None}
