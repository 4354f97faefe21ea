"""Trainers' reward functions: each framework's own arguments in, its own form of a missing score out."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest

from tests.unit.api.fakes import Serving
from verifierd_client import AsyncVerifier, NoVerdict, Problem, StdioTest
from verifierd_client.integrations import dspy, openrlhf, trl, verl
from verifierd_client.integrations.scoring import Scorer

pytestmark = pytest.mark.anyio

TESTS = '[{"stdin": "2", "stdout": "4"}]'
TRUTH = '{"inputs": ["2"], "outputs": ["4"]}'
INFO: dict[str, Any] = {"num_turns": 1, "limits": None, "checker": "tokens"}
RIGHT, WRONG = "```python\nok\n```", "```python\nwrong\n```"


@pytest.fixture
async def away(tmp_path: Path) -> AsyncIterator[AsyncVerifier]:
    """A verifier whose server is not there, and that does not wait for it."""
    async with AsyncVerifier(f"unix:{tmp_path}/nobody.sock", retries=0) as verifier:
        yield verifier


async def test_trl_texts_and_conversations_are_rewarded_by_the_columns_of_their_rows(served: Serving) -> None:
    reward = trl.code_reward(served.server.address)
    told: dict[str, float] = {}
    conversations = [
        [{"role": "assistant", "content": "thinks"}, {"role": "assistant", "content": RIGHT}],
        [{"role": "assistant", "content": [{"type": "text", "text": WRONG}]}],
        [{"role": "assistant", "content": RIGHT}],
        [{"role": "assistant", "content": None}],
    ]
    columns: dict[str, Any] = {"tests": [TESTS, TESTS, None, TESTS], "trainer_state": object()}
    rewards = await reward(
        prompts=["?"] * 4,
        completions=conversations,
        completion_ids=[[1]] * 4,
        log_metric=told.__setitem__,
        **columns,
    )
    assert rewards[:3] == [1.0, 0.0, None]
    assert told == {"verifierd/unjudged": 0.0}
    assert await reward(prompts=["?"], completions=[RIGHT], tests=[TESTS]) == [1.0]
    assert {batch.problem.id for batch in served.engine.batches} == {served.engine.batches[0].problem.id}


async def test_trl_takes_the_reward_as_asynchronous_and_it_has_a_name_and_travels(served: Serving) -> None:
    reward = pickle.loads(pickle.dumps(trl.code_reward(served.server.address)))  # noqa: S301
    assert inspect.iscoroutinefunction(reward)
    assert reward.__name__ == "verified_code"
    assert await reward(prompts=["?"], completions=[WRONG], tests=[TESTS]) == [0.0]


async def test_trl_gets_none_where_the_service_failed(away: AsyncVerifier) -> None:
    told: dict[str, float] = {}
    reward = trl.code_reward(Scorer(away))
    given: dict[str, Any] = {"tests": [TESTS, None]}
    assert await reward(completions=[RIGHT, RIGHT], log_metric=told.__setitem__, **given) == [None, None]
    assert told == {"verifierd/unjudged": 1.0}


async def test_verl_scores_one_response_and_many(served: Serving) -> None:
    address = served.server.address
    score = await verl.compute_score("taco", RIGHT, TRUTH, INFO, address=address)
    assert score == {"score": 1.0, "acc": 1.0, "judged": True}
    scores = await anyio.to_thread.run_sync(
        lambda: verl.compute_scores(
            data_sources=["taco"] * 3,
            solution_strs=[RIGHT, WRONG, RIGHT],
            ground_truths=[TRUTH] * 3,
            extra_infos=[INFO, INFO, INFO | {"limits": {"cpu_time_s": 2.0}}],
            address=address,
            reward="share_of_tests",
        )
    )
    assert [each["score"] for each in scores] == [1.0, 0.0, 1.0]
    limits = [batch.problem.limits.cpu_time_ns for batch in served.engine.batches]
    assert len(limits) == 3
    assert 2 * 10**9 in limits


async def test_verl_raises_or_says_what_was_not_judged(tmp_path: Path) -> None:
    address = f"unix:{tmp_path}/nobody.sock"
    with pytest.raises(NoVerdict):
        await verl.compute_score("taco", RIGHT, TRUTH, address=address, timeout_s=0.2)
    score = await verl.compute_score("taco", RIGHT, TRUTH, address=address, on_infra="zero", timeout_s=0.2)
    assert score == {"score": 0.0, "acc": 0.0, "judged": False}


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"on_infra": "none"}, "on_infra must be raise or zero with verl"),
        ({"reward": "best"}, "reward must be one of passed, share_of_tests"),
        ({"extraction": "all"}, "extraction must be one of LAST_BLOCK, FIRST_BLOCK, WHOLE_TEXT"),
    ],
)
async def test_verl_refuses_settings_that_it_has_not(setting: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        await verl.compute_score("taco", RIGHT, TRUTH, address="unix:/nobody", **setting)


@pytest.mark.parametrize(
    ("query", "prompt", "response"),
    [
        ("<s>say yes", "<s>say", " yes"),
        ("yes", "", "yes"),
        ("x" * 64 + "yes", "cut off " + "x" * 64, "yes"),
    ],
)
def test_openrlhf_the_response_is_what_follows_the_prompt(query: str, prompt: str, response: str) -> None:
    assert openrlhf.response_of(query, prompt) == response


def test_openrlhf_a_query_without_its_prompt_is_refused() -> None:
    with pytest.raises(ValueError, match="must hold the end of its prompt, 'say'"):
        openrlhf.response_of("yes", "say")


async def test_dspys_code_is_a_program_whatever_is_in_it_and_a_text_may_have_one(served: Serving) -> None:
    class Code:
        code = f"{WRONG}\nok"

    reward = dspy.VerifiedReward(served.server.address, Problem("sum", [StdioTest("1 2", "3")]))
    for written in (Code(), WRONG, "ok"):
        await anyio.to_thread.run_sync(reward, {}, {"code": written})
    assert [each.source for each in served.engine.candidates] == [Code.code, "wrong\n", "ok"]
