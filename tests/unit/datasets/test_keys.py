"""Whatever decides the results of an evaluation tells it from others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import verifierd_client as client
from verifierd.datasets.adapter import Sample
from verifierd.datasets.keys import evaluation_key
from verifierd.datasets.samples import Samples
from verifierd.datasets.task import Oracle, Program, Task

ORACLE = Oracle(Program("def f(x): return x", "python"), lambda args, returned: returned, 4.0)
TASK = Task("T/0", "p:1", client.Problem("T/0", [client.CallTest("f", [1], None)]), "python", oracle=ORACLE)
OPTIONS = {"strict": False, "limits": {"cpu_time_s": None}}


def key(task: Task, options: dict[str, Any]) -> str:
    with Samples() as samples:
        samples.take([Sample("T/0", 0, "pass", "python")])
        return evaluation_key({"T/0": task}, samples, options)


def test_the_same_evaluation_has_the_same_key() -> None:
    assert key(TASK, OPTIONS) == key(replace(TASK), dict(OPTIONS))


@pytest.mark.parametrize(
    "change",
    [
        lambda: (replace(TASK, oracle=replace(ORACLE, time_factor=2.0)), OPTIONS),
        lambda: (replace(TASK, oracle=replace(ORACLE, program=Program("", "python"))), OPTIONS),
        lambda: (replace(TASK, unjudgeable="no tests"), OPTIONS),
        lambda: (TASK, OPTIONS | {"strict": True}),
        lambda: (TASK, OPTIONS | {"limits": {"cpu_time_s": 2.0}}),
    ],
    ids=["time factor", "oracle", "unjudgeable", "strict", "limits"],
)
def test_another_one_has_another(change: Callable[[], tuple[Task, dict[str, Any]]]) -> None:
    assert key(*change()) != key(TASK, OPTIONS)
