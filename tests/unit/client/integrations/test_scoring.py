"""Scores: one number each in the order asked, one fault touches nobody else's, no failure of ours is a 0."""

from __future__ import annotations

import asyncio
import logging
import pickle
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.api.fakes import Serving
from verifierd.errors import QueueFull
from verifierd_client import (
    AsyncVerifier,
    CallTest,
    Candidate,
    CandidateResult,
    Completion,
    Extraction,
    NoVerdict,
    Problem,
    StdioTest,
)
from verifierd_client.integrations.batching import Item, Unjudged
from verifierd_client.integrations.scoring import Scorer, passed, share_of_tests

pytestmark = pytest.mark.anyio

SUM = Problem("sum", [StdioTest("1 2", "3")])
PRODUCT = Problem("product", [CallTest("product", (2, 3), 6)])
UNSENDABLE = Problem("unsendable", [CallTest("f", (object(),), 1)])
RIGHT, WRONG = "```python\nok\n```", "```python\nwrong\n```"


def scorer(served: Serving, **settings: object) -> Scorer:
    return Scorer(served.server.address, extraction=Extraction.LAST_BLOCK, **settings)  # type: ignore[arg-type]


@pytest.fixture
async def away(tmp_path: Path) -> AsyncIterator[AsyncVerifier]:
    """A verifier whose server is not there, and that does not wait for it."""
    async with AsyncVerifier(f"unix:{tmp_path}/nobody.sock", retries=0) as verifier:
        yield verifier


async def test_scores_come_in_the_order_of_the_items_and_equal_problems_share_a_batch(
    served: Serving,
) -> None:
    again = Problem("sum", [StdioTest("1 2", "3")])
    items: list[Item] = [(SUM, RIGHT), (PRODUCT, WRONG), (again, WRONG), (PRODUCT, RIGHT), (SUM, RIGHT)]
    assert await scorer(served).score(items) == [1.0, 0.0, 0.0, 1.0, 1.0]
    assert sorted(batch.problem.id for batch in served.engine.batches) == ["product", "sum"]


async def test_completions_and_candidates_are_scored_as_they_are_whatever_their_ids(served: Serving) -> None:
    given: list[Completion | Candidate] = [
        Completion(WRONG, id="same"),
        Candidate("ok", id="same"),
        Completion("ok", extraction=Extraction.WHOLE_TEXT, id="same"),
    ]
    assert await scorer(served).score([(SUM, each) for each in given]) == [0.0, 1.0, 1.0]


async def test_nothing_to_score_is_an_empty_list(served: Serving) -> None:
    assert await scorer(served).score([]) == []


async def test_a_problem_that_cannot_be_sent_costs_only_its_own_completions(
    served: Serving, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "verifierd_client"):
        scores = await scorer(served).score([(SUM, RIGHT), (UNSENDABLE, RIGHT), (SUM, WRONG)])
    assert scores == [1.0, None, 0.0]
    assert "1 of 3 completions could not be judged: NotAValue" in caplog.text


async def test_a_name_that_is_no_unicode_costs_only_its_own_completions(served: Serving) -> None:
    surrogate = Problem("\ud800", SUM.tests)
    assert await scorer(served).score([(SUM, RIGHT), (surrogate, RIGHT), (SUM, WRONG)]) == [1.0, None, 0.0]


async def test_a_completion_that_the_server_refuses_costs_the_others_nothing(served: Serving) -> None:
    too_large = "x" * ((1 << 16) + 1)
    items: list[Item] = [
        (SUM, RIGHT),
        (SUM, Candidate(too_large)),
        (SUM, WRONG),
        (SUM, Candidate(b"ok", language="cobol")),
        (SUM, RIGHT),
    ]
    assert await scorer(served).score(items) == [1.0, None, 0.0, None, 1.0]


async def test_what_is_no_program_costs_the_others_nothing(served: Serving) -> None:
    nothing: Item = (SUM, None)  # type: ignore[assignment]
    assert await scorer(served).score([(SUM, RIGHT), nothing, (SUM, WRONG)]) == [1.0, None, 0.0]


async def test_a_server_that_is_away_gives_no_score_or_zero_or_an_error_as_told(away: AsyncVerifier) -> None:
    items: list[Item] = [(SUM, RIGHT), (PRODUCT, WRONG)]
    assert await Scorer(away).score(items) == [None, None]
    assert await Scorer(away, on_infra="zero").score(items) == [0.0, 0.0]
    with pytest.raises(NoVerdict, match="2 of 2 completions could not be judged: ConnectionFailed") as raised:
        await Scorer(away, on_infra="raise").score(items)
    assert set(raised.value.reasons) == {0, 1}
    assert raised.value.__cause__ is not None
    assert pickle.loads(pickle.dumps(raised.value)).reasons == raised.value.reasons  # noqa: S301


async def test_results_tell_of_programs_and_elsewhere_why_there_is_none(served: Serving) -> None:
    right, unsendable = await scorer(served, on_infra="zero").results([(SUM, RIGHT), (UNSENDABLE, RIGHT)])
    assert isinstance(right, CandidateResult)
    assert right.passed
    assert isinstance(unsendable, Unjudged)
    assert "NotAValue" in unsendable.reason


async def test_a_batch_that_is_cut_off_is_judged_again_and_its_results_that_landed_are_kept(
    served: Serving,
) -> None:
    served.engine.fails_later = RuntimeError("the server breaks in the midst of the batch")
    first = asyncio.create_task(scorer(served, attempts=1).score([(SUM, RIGHT)]))
    assert await first == [None]

    async def mend() -> None:
        await served.engine.closed.wait()
        served.engine.fails_later = None

    served.engine.closed.clear()

    mending = asyncio.create_task(mend())
    assert await scorer(served, attempts=20).score([(SUM, RIGHT), (SUM, WRONG)]) == [1.0, 0.0]
    await mending


async def test_a_full_server_is_waited_for(served: Serving) -> None:
    served.engine.fails_first = [QueueFull(0.001)]
    assert await scorer(served).score([(SUM, RIGHT)]) == [1.0]


async def test_a_score_that_is_given_up_ends_its_batches(served: Serving) -> None:
    served.engine.hold = True
    scoring = asyncio.create_task(scorer(served).score([(SUM, RIGHT)]))
    while not served.engine.batches:  # noqa: ASYNC110 - the fake engine has no event for it
        await asyncio.sleep(0.001)
    scoring.cancel()
    with pytest.raises(asyncio.CancelledError):
        await scoring
    await asyncio.wait_for(served.engine.closed.wait(), timeout=10)


async def test_only_passing_counts_by_default_and_then_a_program_ends_at_its_first_failure(
    served: Serving,
) -> None:
    assert await scorer(served).score([(SUM, RIGHT)]) == [1.0]
    assert await scorer(served, reward=share_of_tests).score([(SUM, RIGHT)]) == [1.0]
    only_passing, shares = served.engine.batches
    assert (only_passing.options.stop_at_first_failure, shares.options.stop_at_first_failure) == (True, False)
    assert not only_passing.options.include_outputs


async def test_a_share_is_never_made_of_tests_that_the_service_could_not_run(served: Serving) -> None:
    two = Problem("sum", [StdioTest("1 2", "3"), StdioTest("2 2", "4")])
    items: list[Item] = [(two, Candidate("wrong lost")), (two, WRONG), (two, RIGHT)]
    assert await scorer(served, reward=share_of_tests).score(items) == [None, 0.0, 1.0]
    assert await scorer(served).score(items) == [0.0, 0.0, 1.0]  # one failed test settles it


async def test_the_blocking_twin_works_in_threads_beside_a_loop_and_within_one(served: Serving) -> None:
    shared = pickle.loads(pickle.dumps(scorer(served)))  # noqa: S301
    scores: list[list[float | None]] = []

    def in_threads() -> None:
        def one() -> None:
            scores.append(shared.score_blocking([(SUM, RIGHT), (SUM, WRONG)]))

        threads = [threading.Thread(target=one) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    async def within_a_loop() -> list[float | None]:
        return shared.score_blocking([(SUM, RIGHT)])  # type: ignore[no-any-return]

    await asyncio.to_thread(in_threads)
    assert scores == [[1.0, 0.0]] * 4
    assert await asyncio.to_thread(asyncio.run, within_a_loop()) == [1.0]


def test_another_word_for_on_infra_is_refused() -> None:
    with pytest.raises(ValueError, match="must be one of none, raise, zero, and is 'skip'"):
        Scorer("unix:/nobody", on_infra="skip")  # type: ignore[arg-type]


@pytest.mark.parametrize("number", ["attempts", "max_batches"])
def test_a_number_by_which_nothing_is_ever_judged_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="must be at least 1"):
        Scorer("unix:/nobody", **{number: 0})  # type: ignore[arg-type]


def test_rewards_are_named_functions_that_travel() -> None:
    assert pickle.loads(pickle.dumps([passed, share_of_tests])) == [passed, share_of_tests]  # noqa: S301
