"""code_eval's and LiveCodeBench's calls are answered in their own shapes, by a real daemon."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from tests.integration.daemon.serving import serving
from verifierd_client import AsyncVerifier, NoVerdict
from verifierd_client.integrations.code_eval import CodeEval
from verifierd_client.integrations.livecodebench import codegen_metrics
from verifierd_client.integrations.scoring import OnInfra, Scorer

pytestmark = pytest.mark.anyio

ADD, SUBTRACT, ENDLESS = (
    f"def add(a, b):\n    {each}" for each in ("return a + b", "return a - b", "while 1: 0")
)
CALLS = {"input_output": json.dumps({"inputs": ["1\n2", "3\n4"], "outputs": ["3", "7"], "fn_name": "add"})}
LINES = {"input_output": json.dumps({"inputs": ["1 2\n", "3 4\n"], "outputs": ["3.0\n", "7\n"]})}
SUM, THREE = "print(sum(map(int, input().split())))", "print(3)"


@pytest.fixture
async def address() -> AsyncIterator[str]:
    async with serving() as daemon:
        yield daemon.address


def away(on_infra: OnInfra) -> Scorer:
    return Scorer(AsyncVerifier("unix:/nowhere/api.sock", retries=0), on_infra=on_infra, attempts=1)


async def test_code_eval_tells_each_candidate_and_the_unbiased_figures(address: str) -> None:
    figures, results = await asyncio.to_thread(
        CodeEval(address).compute,
        predictions=[[SUBTRACT, ADD, ENDLESS], ["def sum(x): return 7", "import os\nos._exit(0)"]],
        references=["assert add(2, 3) == 5", "assert sum([1]) == 7"],
        k=[1, 2, 10],
        timeout=0.5,
    )
    assert figures == {"pass@1": pytest.approx((1 / 3 + 1 / 2) / 2), "pass@2": pytest.approx((2 / 3 + 1) / 2)}
    told = {task: [each["passed"] for _, each in of_task] for task, of_task in results.items()}
    assert told == {0: [False, True, False], 1: [True, False]}
    words = [each["result"] for _, each in results[0]]
    assert words[0].startswith("failed: ")
    assert words[1:] == ["passed", "timed out"]
    assert [at for at, _ in results[0]] == [0, 1, 2]


@pytest.mark.parametrize(
    ("sources", "passed"),
    [
        (["def sum(x): return 7", "def total(x): return 7"], [True, False]),
        (["def total(x): return 7", "def sum("], [False, False]),  # nobody defines what is asked for
    ],
)
async def test_a_function_with_a_built_ins_name_is_the_candidates_or_missing(
    address: str, sources: list[str], passed: list[bool]
) -> None:
    check = "def check(candidate):\n    assert candidate([len('x')]) == 7\ncheck(sum)"
    for reference in ("assert sum([1]) == 7", check):
        _, results = await asyncio.to_thread(
            CodeEval(address).compute, predictions=[sources], references=[reference], k=[1]
        )
        assert [each["passed"] for _, each in results[0]] == passed


async def test_no_candidate_brings_the_built_ins_of_a_test_that_asks_for_another_name(
    address: str,
) -> None:
    honest, wrong = "def half(x): return x / 2", "def half(x): return 7"
    reference = "def check(candidate):\n    assert abs(candidate(3) - 1.5) < 1e-6\ncheck(half)"
    _, results = await asyncio.to_thread(
        CodeEval(address).compute,
        predictions=[[honest, wrong, f"def abs(x): return 0\n{wrong}"]],
        references=[reference],
        k=[1],
    )
    assert [each["passed"] for _, each in results[0]] == [True, False, False]


async def test_livecodebenchs_figures_codes_and_metadata_are_its_own(address: str) -> None:
    in_class = "class Solution:\n    def add(self, a: int, b: int) -> List[int]:\n        return (1 / 0)"
    metrics, results, metadata = await asyncio.to_thread(
        partial(
            codegen_metrics,
            [LINES, CALLS],
            [
                [SUM, THREE, "while True: pass"],
                [ADD.replace("a + b", "a + b  # class Solution"), in_class, SUBTRACT],
            ],
            k_list=[1, 5],
            timeout=0.5,
            scorer=address,
        )
    )
    assert results[0] == [[True, True], [True, -2], [-3]]
    assert results[1][1:] == [[-4], [False]]
    assert metrics["detail"]["pass@1"][0] == pytest.approx(1 / 3)
    assert "pass@5" not in metrics
    about = json.loads(metadata[0][1])
    assert (about["error_code"], about["inputs"], about["expected"]) == (-2, "3 4\n", "7\n")
    assert set(json.loads(metadata[0][0])) == {"execution time"}
    assert [len(each) for each in metadata] == [3, 3]


async def test_imports_that_livecodebench_makes_are_made_behind_future_imports(address: str) -> None:
    program = (
        '"""Adds."""\nfrom __future__ import annotations\n'
        "def add(a: Undefined, b) -> Counter:\n    return reduce(operator.add, deque([a, b]))\n"
    )
    _, results, _ = await asyncio.to_thread(
        partial(codegen_metrics, [CALLS], [[program]], k_list=[1], scorer=address)
    )
    assert results == {0: [[True, True]]}


@pytest.mark.parametrize(
    ("on_infra", "figures", "passed"), [("none", {}, None), ("zero", {"pass@1": 0.0}, False)]
)
async def test_what_cannot_be_judged_has_no_part_in_a_figure_unless_it_is_to_count_as_failed(
    on_infra: OnInfra, figures: dict[str, float], passed: bool | None
) -> None:
    def both() -> tuple[Any, Any]:
        evaluated = CodeEval(away(on_infra)).compute(
            predictions=[[ADD]], references=["assert add(1, 1)"], k=[1]
        )
        return evaluated, codegen_metrics([CALLS], [[ADD]], k_list=[1], scorer=away(on_infra))

    (told, results), (metrics, codes, metadata) = await asyncio.to_thread(both)
    assert told == figures
    assert results[0][0][1]["passed"] is passed
    assert {name: each for name, each in metrics.items() if name != "detail"} == figures
    assert codes == {0: [[-5]]}
    assert json.loads(metadata[0][0])["error_message"] == "TestRunnerError"


async def test_by_default_there_is_no_figure_while_something_could_not_be_judged() -> None:
    def compute() -> None:
        CodeEval("unix:/nowhere/api.sock").compute(
            predictions=[[ADD]], references=["assert add(1, 1)"], k=[1]
        )

    def metrics() -> None:
        codegen_metrics([CALLS], [[ADD]], scorer="unix:/nowhere/api.sock")

    for call in (compute, metrics):
        with pytest.raises(NoVerdict, match="1 of 1 completions could not be judged"):
            await asyncio.to_thread(call)


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ({"inputs": ["1"], "outputs": []}, "as many outputs as inputs"),
        ({"inputs": [1], "outputs": ["1"]}, "must be texts, and one is int"),
    ],
)
def test_samples_of_another_form_are_refused(held: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        codegen_metrics([{"input_output": json.dumps(held)}], [[ADD]], scorer="unix:/nowhere/api.sock")
