"""In place of LiveCodeBench's `codegen_metrics`: the same call and the same answer, in sandboxes.

The rules are its own (checker `livecodebench`). Source of the shapes: LiveCodeBench/LiveCodeBench,
lcb_runner/evaluation/compute_code_generation_metrics.py, pass_k_utils.py and testing_util.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from verifierd_client.integrations import pass_at_k
from verifierd_client.integrations.batching import Item, Judged, Unjudged
from verifierd_client.integrations.scoring import Scorer
from verifierd_client.problems import CallTest, Candidate, Checker, Limits, Options, Problem, StdioTest
from verifierd_client.results import ExecutionResult, Verdict

K_LIST = (1, 5, 10, 20, 40, 50, 75, 100, 125, 150, 200, 500, 1000)
WRONG_ANSWER, TIME_LIMIT, RUNTIME_ERROR, RUNNER_ERROR = -2, -3, -4, -5
CODES = {Verdict.WRONG_ANSWER: WRONG_ANSWER, Verdict.TIME_LIMIT_EXCEEDED: TIME_LIMIT}
MESSAGES = {WRONG_ANSWER: "Wrong Answer", TIME_LIMIT: "Time Limit Exceeded", RUNTIME_ERROR: "Runtime Error"}
SHOWN_CHARACTERS = 300
DEFAULT_OUTPUT_BYTES = 1 << 20  # the service's; more must be asked for
CHECKER = Checker("livecodebench")
MODULES = (
    *("string", "re", "datetime", "collections", "heapq", "bisect", "copy", "math", "random", "statistics"),
    *("itertools", "functools", "operator", "io", "sys", "json"),
)
PRELUDE = "".join(
    (
        *(f"from {module} import *\n" for module in (*MODULES, "builtins", "typing")),
        f"import {', '.join(MODULES)}\n",
        "sys.setrecursionlimit(50000)\n",
    )
)
"""What LiveCodeBench puts before a program."""

FUTURE = re.compile(r"(?:.*^from __future__ import [^\n]*\n)?", re.DOTALL | re.MULTILINE)


def codegen_metrics(
    samples_list: Sequence[Mapping[str, Any]],
    generations_list: Sequence[Sequence[str]],
    k_list: Sequence[int] = K_LIST,
    num_process_evaluate: int = 16,
    timeout: float = 6,
    debug: bool = False,
    *,
    scorer: Scorer | str,
) -> list[Any]:
    """Return metrics, results and metadata, as LiveCodeBench's function of this name does.

    Args:
        samples_list: problems, each with `input_output`: JSON of `inputs`, `outputs` and, for functions,
            `fn_name`.
        generations_list: programs in Python, a list for each problem.
        k_list: of pass@k; one above a problem's number of programs is left out.
        num_process_evaluate: not used: the server says how many run at a time.
        timeout: CPU seconds of one test.
        debug: not used.
        scorer: judges them, or a server's address; `functools.partial` binds it where the call is not yours.
            Its `on_infra` says what becomes of a program that could not be judged: `raise` (the default here)
            gives no figure; `none` leaves it out of the figures; `zero` counts it as failed. Its result is
            [-5] then, LiveCodeBench's own word for a failure of the tester.

    Returns:
        `{"pass@1": mean, "detail": {"pass@1": {problem: value}}}`; by problem a list for each program, with
        True for each test passed up to the first failure, which is a code below 0; by problem a list of JSON.

    Raises:
        NoVerdict: a program could not be judged, and the scorer's `on_infra` is `raise`.
        ValueError: an `input_output` is not of this form.
    """
    pairs = [_Pairs(sample) for sample in samples_list[: len(generations_list)]]
    items: list[Item] = [
        (each.problem(source, timeout), Candidate(_with_prelude(source)))
        for each, sources in zip(pairs, generations_list, strict=True)
        for source in sources
    ]
    if isinstance(scorer, str):
        scorer = Scorer(scorer, on_infra="raise", options=Options(stop_at_first_failure=True))
    judged = iter(scorer.results_blocking(items))
    results: dict[int, list[list[Any]]] = {}
    metadata: list[list[str]] = []
    for at, (each, sources) in enumerate(zip(pairs, generations_list, strict=True)):
        told = [each.told(next(judged)) for _ in sources]
        results[at] = [codes for codes, _ in told]
        metadata.append([json.dumps(about) for _, about in told])
    return [_metrics(results, k_list, leave_out=scorer.on_infra == "none"), results, metadata]


class _Pairs:
    """One sample's inputs and outputs; a program is given each input, or a function its arguments."""

    def __init__(self, sample: Mapping[str, Any]) -> None:
        """Read them. Raises ValueError."""
        held = json.loads(sample["input_output"])
        self._inputs: list[str] = [_text(each) for each in held["inputs"]]
        self._outputs: list[str] = [_text(each) for each in held["outputs"]]
        self._function: str = held.get("fn_name") or ""
        if not self._inputs or len(self._inputs) != len(self._outputs):
            raise ValueError(
                f"input_output must hold as many outputs as inputs, and at least one; it holds "
                f"{len(self._outputs)} and {len(self._inputs)}"
            )

    def problem(self, source: str, timeout_s: float) -> Problem:
        """Return the problem for a program: the function is a method where it has a `class Solution`."""
        pairs = list(zip(self._inputs, self._outputs, strict=True))
        limits = Limits(timeout_s, output_bytes=max(DEFAULT_OUTPUT_BYTES, 2 * max(map(len, self._outputs))))
        if not self._function:
            return Problem("livecodebench", [StdioTest(*pair) for pair in pairs], limits, CHECKER)
        class_name = "Solution" if "class Solution" in source else ""
        calls = [
            CallTest(
                self._function,
                [json.loads(line) for line in given.split("\n")],
                json.loads(expected),
                class_name=class_name,
            )
            for given, expected in pairs
        ]
        return Problem("livecodebench", calls, limits, CHECKER)

    def told(self, judged: Judged) -> tuple[list[Any], dict[str, Any]]:
        """Return a program's result and what is known of it, for repair and for people."""
        if isinstance(judged, Unjudged):
            about = {"error": judged.reason, "error_code": RUNNER_ERROR, "error_message": "TestRunnerError"}
            return [RUNNER_ERROR], about
        if judged.passed:
            return [True] * judged.tests_total, {"execution time": judged.usage.cpu_time_s}
        first = next(
            (at for at, each in enumerate(judged.executions) if each.verdict is not Verdict.ACCEPTED), 0
        )
        code = CODES.get(judged.verdict, RUNTIME_ERROR)
        about = {
            "error": judged.detail,
            "error_code": code,
            "error_message": MESSAGES[code],
            "inputs": _short(self._inputs[first]),
            "expected": _short(self._outputs[first]),
        }
        if judged.executions:
            about["output"] = _short(_output(judged.executions[first]))
        is_unequal_value = bool(self._function) and code == WRONG_ANSWER
        return [*([True] * first), False if is_unequal_value else code], about


def _text(held: Any) -> str:
    """Return text, of which lists of lines are another form. Raises ValueError."""
    if isinstance(held, list) and all(isinstance(each, str) for each in held):
        return "\n".join(held)
    if not isinstance(held, str):
        raise ValueError(f"inputs and outputs must be texts, and one is {type(held).__name__}")
    return held


def _with_prelude(source: str) -> str:
    futures = FUTURE.match(source)
    start = futures.end() if futures else 0
    return source[:start] + PRELUDE + source[start:]


def _output(execution: ExecutionResult) -> str:
    return repr(execution.actual[0]) if execution.actual else execution.stdout.text


def _short(text: str) -> str:
    if len(text) <= SHOWN_CHARACTERS:
        return text
    half = SHOWN_CHARACTERS // 2
    return f"{text[:half]}...(truncated) ...{text[-half:]}"


def _metrics(
    results: Mapping[int, list[list[Any]]], k_list: Sequence[int], *, leave_out: bool
) -> dict[str, Any]:
    counts = []
    for codes in results.values():
        judged = [each for each in codes if not (leave_out and each == [RUNNER_ERROR])]
        counts.append((len(judged), sum(all(code is True for code in each) for each in judged)))
    figures = pass_at_k.each_of(counts, k_list)
    metrics: dict[str, Any] = {name: pass_at_k.mean(values) for name, values in figures.items()}
    metrics["detail"] = {name: dict(zip(results, values, strict=True)) for name, values in figures.items()}
    return metrics
