"""What a worker orders of a sandbox: programs built once each, harnesses with their places filled."""

from __future__ import annotations

import pytest

from sandboxes.languages import LANGUAGES
from sandboxes.model import CallRun, Job, Limits, Program
from sandboxes.orders import PLACE, order_of

LIMITS = Limits(2_000_000_000, 8_000_000_000, 64 << 20, 1 << 20, 16, 64, 1 << 20)
SOURCE = "fn main() {} // {{function}}"
CALLS = (CallRun("f", (1,), {}), CallRun("g", (), {}, "Solution"), CallRun("f", (2,), {}))


def test_a_program_is_built_once_for_each_function_that_is_called() -> None:
    header, _ = order_of(Job(Program("rust", SOURCE), CALLS, LIMITS))
    assert [run["build"] for run in header["runs"]] == [0, 1, 0]
    plain, method = (build["files"]["call.rs"] for build in header["builds"])
    assert SOURCE in plain
    assert "call(f, arguments)" in plain
    assert "call(Solution::g, arguments)" in method


@pytest.mark.parametrize("name", [name for name, language in LANGUAGES.items() if language.call])
def test_no_place_of_a_harness_is_left_and_what_fills_one_stays_as_it_is(name: str) -> None:
    header, _ = order_of(Job(Program(name, SOURCE), CALLS, LIMITS))
    texts = [text for build in header["builds"] for text in build["files"].values()]
    assert not any(PLACE.search(text.replace(SOURCE, "")) for text in texts)
