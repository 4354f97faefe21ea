from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.selection.results import execution, result
from verifierd.batches.arrivals import Arrived, program_digest
from verifierd.batches.dedupe import RESULT_BYTES, Programs
from verifierd.model import Candidate, CandidateResult, Verdict

programs = st.tuples(st.sampled_from(["python", "pytho", ""]), st.text(max_size=4))


@given(programs, programs)
def test_programs_are_equal_where_language_and_source_are_and_nowhere_else(
    left: tuple[str, str], right: tuple[str, str]
) -> None:
    digests = [program_digest(Candidate("c", *program)) for program in (left, right)]
    assert (digests[0] == digests[1]) == (left == right)


def arrived(name: str, source: str = "x") -> Arrived:
    candidate = Candidate(name, "python", source)
    return Arrived(0, candidate, 0, program_digest(candidate))


def test_who_comes_while_the_program_runs_waits_and_gets_its_result() -> None:
    programs = Programs(kept_bytes=1 << 20)
    first, second, other = arrived("a"), arrived("b"), arrived("c", "y")
    assert programs.is_first(first)
    assert not programs.is_first(second)
    assert programs.is_first(other)
    shared = programs.finished(first, result("a"))
    assert shared == [(second, replace(result("b"), duplicate_of="a"))]


def test_who_comes_after_the_program_has_run_gets_its_result_at_once() -> None:
    programs = Programs(kept_bytes=1 << 20)
    assert programs.known(arrived("b")) is None
    programs.is_first(arrived("a"))
    programs.finished(arrived("a"), result("a"))
    assert programs.known(arrived("b")) == replace(result("b"), duplicate_of="a")


@pytest.mark.parametrize(
    "unkept",
    [
        pytest.param(
            result("a", execution(0, Verdict.INFRASTRUCTURE_ERROR)), id="says nothing of the program"
        ),
        pytest.param(
            result("a", replace(execution(), stdout=b"x" * (1 << 20))), id="larger than all that is kept"
        ),
        pytest.param(result("a", replace(execution(), actual=(["x"] * (1 << 20),))), id="a large value"),
    ],
)
def test_some_results_are_not_kept_and_an_equal_program_runs_again(unkept: CandidateResult) -> None:
    programs = Programs(kept_bytes=1 << 20)
    programs.is_first(arrived("a"))
    programs.finished(arrived("a"), unkept)
    assert programs.known(arrived("b")) is None
    assert programs.is_first(arrived("b"))


def test_the_longest_unused_result_goes_first() -> None:
    programs = Programs(kept_bytes=4 * RESULT_BYTES + 200)
    for source in ("x", "y"):
        programs.finished(arrived(source, source), result(source))
    assert programs.known(arrived("x2", "x")) is not None
    programs.finished(arrived("z", "z"), result("z"))
    assert programs.known(arrived("y2", "y")) is None
    assert programs.known(arrived("x3", "x")) is not None
    assert programs.known(arrived("z2", "z")) is not None
