"""Results as other evaluators write them, for the tools that read theirs.

- `lines`: the service's own, one JSON object a sample.
- `human-eval`: openai/human-eval, evaluation.py: each sample as it was given, with `result` and `passed`.
- `evalplus`: evalplus/evalplus, evaluate.py: one JSON object with `eval` by task and `pass_at_k`.

The last two know no sample that could not be judged: their readers count all that is there, and what is not
passed as failed. So such samples are left out, and tasks that have no others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, TextIO

import verifierd_client as client
from verifierd.datasets.evaluation import Evaluation
from verifierd.datasets.keys import suite_sha256
from verifierd.datasets.lines import Line
from verifierd.datasets.records import opened
from verifierd.datasets.tallies import NOT_JUDGED

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class About:
    """What a style says of the whole beside its results: when it was made, and the problems' own files."""

    made_at: datetime
    problems: Sequence[Path]


def _lines(evaluation: Evaluation, about: About, out: TextIO) -> None:
    """With digests, by which others know the samples and the tests again that the results are of."""
    suites = {task_id: suite_sha256(evaluation.tasks[task_id]) for task_id in evaluation.samples.of_task}
    for number in range(len(evaluation.samples)):
        line = evaluation.line(number)
        digests = {
            "program_sha256": evaluation.samples.program_sha256(number),
            "suite_sha256": suites[line["task_id"]],
        }
        out.write(json.dumps(line | digests, ensure_ascii=False) + "\n")


def _human_eval(evaluation: Evaluation, about: About, out: TextIO) -> None:
    for number in range(len(evaluation.samples)):
        line = evaluation.line(number)
        if not _judged(line):
            continue
        said = {"result": _in_words(line), "passed": line["passed"]}
        out.write(json.dumps(dict(evaluation.samples.fields(number)) | said) + "\n")


def _judged(line: Line) -> bool:
    return client.Verdict(line["verdict"]) not in NOT_JUDGED


def _in_words(line: Line) -> str:
    if line["passed"]:
        return "passed"
    if line["verdict"] == client.Verdict.TIME_LIMIT_EXCEEDED.value:
        return "timed out"
    return f"failed: {line['detail'] or line['verdict']}"


def _evalplus(evaluation: Evaluation, about: About, out: TextIO) -> None:
    """Where a set's tests come in no groups, all of them are base tests, and nothing is said of `plus`."""
    head = {"date": about.made_at.strftime("%Y-%m-%d %H:%M"), "hash": _md5(about.problems)}
    out.write(json.dumps(head)[:-1] + ', "eval": {')
    separator = ""
    for task_id, numbers in evaluation.samples.of_task.items():
        lines = ((number, evaluation.line(number)) for number in numbers)
        judged = [_of_sample(evaluation, number, line) for number, line in lines if _judged(line)]
        if judged:
            out.write(f"{separator}{json.dumps(task_id)}: {json.dumps(judged)}")
            separator = ", "
    tally = evaluation.tally
    groups = tally.groups or {"base": None}
    pass_at_k = {
        group: {
            f"pass@{k}": estimate.value
            for k, estimate in tally.pass_at_k(group if tally.groups else None).items()
            if estimate is not None
        }
        for group in groups
    }
    out.write("}, " + json.dumps({"pass_at_k": pass_at_k})[1:] + "\n")


def _md5(files: Sequence[Path]) -> str | None:
    """Return the MD5 of what files hold, by which EvalPlus names a version of a set; None of a stream."""
    if not all(file.is_file() for file in files):
        return None
    digest = hashlib.md5(usedforsecurity=False)
    for file in files:
        with opened(file) as stream:
            while block := stream.read(MIB):
                digest.update(block)
    return digest.hexdigest()


def _of_sample(evaluation: Evaluation, number: int, line: Line) -> dict[str, Any]:
    groups = line.get("groups") or {"base": line["verdict"]}
    return {
        "task_id": line["task_id"],
        "solution": evaluation.samples.program(number).decode("utf-8", "replace"),
        "base_status": _status(groups.get("base")),
        "plus_status": _status(groups.get("plus")),
        "base_fail_tests": _failed_inputs(evaluation, line, "base"),
        "plus_fail_tests": _failed_inputs(evaluation, line, "plus"),
    }


def _status(verdict: str | None) -> str | None:
    if verdict is None or client.Verdict(verdict) in NOT_JUDGED:
        return None
    in_words = {client.Verdict.ACCEPTED: "pass", client.Verdict.TIME_LIMIT_EXCEEDED: "timeout"}
    return in_words.get(client.Verdict(verdict), "fail")


def _failed_inputs(evaluation: Evaluation, line: Line, group: str) -> list[Any]:
    """Return the arguments of the first test that failed, where it is of a group, as JSON can say them."""
    if not (line["failed_test"] or "").startswith(f"{group}/"):
        return []
    tests = evaluation.tasks[line["task_id"]].problem.tests
    test = next(test for test in tests if test.id == line["failed_test"])
    return [_as_json(list(test.args))] if isinstance(test, client.CallTest) else []


def _as_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _as_json(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_as_json(each) for each in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


Style = Callable[[Evaluation, About, TextIO], None]
STYLES: Mapping[str, Style] = MappingProxyType(
    {"lines": _lines, "human-eval": _human_eval, "evalplus": _evalplus}
)
