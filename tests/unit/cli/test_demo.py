"""The demo's problems are what they claim to be, and what differs from what must be is shown."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

import verifierd_client as client
from tests.unit.datasets.fakes import FakeVerifier
from verifierd.cli.demo.data import CHECKOUT_DATA, read_demo, read_humaneval
from verifierd.cli.demo.run import Findings, Judged
from verifierd.cli.demo.views import as_json, views
from verifierd.datasets.adapter import canonical_samples
from verifierd.datasets.records import InputError
from verifierd.datasets.tallies import Tally

MISBEHAVIOURS = {
    "wrong",
    "slow",
    "exponential",
    "memory_hog",
    "crash",
    "endless_output",
    "network",
    "reads_host",
    "empty",
    "right",
}


def test_there_are_five_problems_with_sixteen_candidates_each() -> None:
    assert [len(batch.candidates) for batch in read_demo(CHECKOUT_DATA)] == [16] * 5


def test_every_problem_has_every_behaviour_that_the_demo_promises() -> None:
    for batch in read_demo(CHECKOUT_DATA):
        behaviours = Counter(each.behaviour for each in batch.candidates)
        assert MISBEHAVIOURS - set(behaviours) == set()
        assert behaviours["right"] >= 3, "right in different ways"


def test_every_kind_of_test_occurs() -> None:
    kinds = Counter(type(batch.problem.tests[0]) for batch in read_demo(CHECKOUT_DATA))
    assert kinds == {client.StdioTest: 2, client.CallTest: 2, client.AssertsTest: 1}


def test_expected_verdicts_are_verdicts() -> None:
    for batch in read_demo(CHECKOUT_DATA):
        assert {each.expected_verdict for each in batch.candidates} <= set(client.Verdict.__members__)


def test_humaneval_has_a_solution_for_each_of_its_problems() -> None:
    tasks = read_humaneval()
    assert len(tasks) == 164
    assert [sample.task_id for sample in canonical_samples(tasks)] == list(tasks)


def test_a_folder_without_problems_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no folder below it has a problem\.json"):
        read_demo(tmp_path)


async def found(wrong_candidate: str = "", humaneval_accepted: int = 164) -> Findings:
    """What a run finds in which one candidate gets another verdict than it must."""
    problems = []
    for batch in read_demo(CHECKOUT_DATA):
        verdicts = {
            each.candidate.source: client.Verdict.INFRASTRUCTURE_ERROR
            if each.candidate.id == wrong_candidate
            else client.Verdict(each.expected_verdict)
            for each in batch.candidates
        }
        fake = FakeVerifier(verdicts.__getitem__)
        stream = fake.stream(batch.problem, [each.candidate for each in batch.candidates])
        results = [result async for result in stream]
        judged = client.BatchResult(stream.in_order(results), stream.summary)
        problems.append(Judged(batch, judged))
    tally = Tally()
    for number in range(164):
        verdict = client.Verdict.ACCEPTED if number < humaneval_accepted else client.Verdict.WRONG_ANSWER
        tally.add(f"T/{number}", verdict)
    return Findings(tuple(problems), tally, 164, elapsed_s=2.0)


@pytest.mark.anyio
async def test_all_is_as_it_must_be_only_if_each_program_got_its_verdict() -> None:
    assert (await found()).as_it_must_be
    assert not (await found(wrong_candidate="right_stack")).as_it_must_be
    assert not (await found(humaneval_accepted=163)).as_it_must_be
    nobody_judged_humaneval = replace(await found(), humaneval=Tally())
    assert not nobody_judged_humaneval.as_it_must_be


@pytest.mark.anyio
@pytest.mark.parametrize("width", [60, 80, 120])
async def test_a_difference_is_named_with_what_was_due(width: int) -> None:
    out = io.StringIO()
    console = Console(file=out, width=width)
    for view in views(await found(wrong_candidate="right_stack", humaneval_accepted=163)):
        console.print(view)
    text = out.getvalue()
    assert "Not as they must be" in text
    assert "IE!" in text
    assert "163 of 164 accepted" in text
    assert "122.0 candidates/s" in text
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    for judged in (await found()).problems:
        assert judged.batch.problem.id.split("_")[0] in text.partition("Verdicts by behaviour")[2]
    words = " ".join(text.split())
    assert "longest_balanced right_stack: infrastructure error, expected accepted" in words


@pytest.mark.anyio
async def test_the_json_has_each_candidate_beside_what_it_must_get() -> None:
    report = as_json(await found())
    assert report["as_it_must_be"] is True
    assert [len(problem["candidates"]) for problem in report["problems"]] == [16] * 5
    candidates = [candidate for problem in report["problems"] for candidate in problem["candidates"]]
    assert all(candidate["verdict"] == candidate["expected_verdict"] for candidate in candidates)
    assert report["humaneval"]["accepted"] == 164
