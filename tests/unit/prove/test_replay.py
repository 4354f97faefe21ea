"""The replay says what was recorded, and its queries ask what the dataset asks."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.prove.replay import SAMPLING, Recorded, recorded_problems
from tests.support.recording import cut
from verifierd_client import AssertsTest, Problem
from verifierd_client.strategies import Query


@pytest.fixture(scope="module")
def problems(shared_data: Path) -> list[Recorded]:
    return recorded_problems(shared_data)


def programs_of(query: Query) -> list[AssertsTest]:
    assert isinstance(query.problem, Problem)
    return [each for each in query.problem.tests if isinstance(each, AssertsTest)]


def test_what_is_decoded_is_each_recorded_program(problems: list[Recorded]) -> None:
    for problem in problems:
        record = problem.record
        said = [record["prompt"] + cut(each, SAMPLING)[0] for each in record["raw_completions"]]
        assert said == record["programs"]


def test_thirty_problems_are_solvable(problems: list[Recorded]) -> None:
    assert sum(each.is_solvable for each in problems) == 30


def test_every_assertion_that_asks_the_candidate_is_a_test_of_its_own(problems: list[Recorded]) -> None:
    for problem in problems:
        (whole,) = programs_of(problem.query())
        asked = {
            ast.unparse(each)
            for each in ast.walk(ast.parse(whole.source))
            if isinstance(each, ast.Assert) and "candidate" in ast.unparse(each)
        }
        parts = [test.source for test in programs_of(problem.query_by_assertions())]
        assert len(parts) >= 1
        assert all(sum(assertion in part for part in parts) >= 1 for assertion in asked)


def test_self_consistency_is_shown_inputs_and_no_test(problems: list[Recorded]) -> None:
    queries = [each.query_without_tests() for each in problems]
    shown = [each for each in queries if each is not None]
    assert len(shown) > 30
    assert not any(programs_of(each) for each in shown)
