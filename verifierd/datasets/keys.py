"""What tells an evaluation from every other, and a task's tests from all others, as digests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from verifierd.datasets.samples import Samples
from verifierd.datasets.task import Task
from verifierd.judging.fingerprint import fingerprint


def evaluation_key(tasks: Mapping[str, Task], samples: Samples, options: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of all that decides what the results of an evaluation are."""
    whole = hashlib.sha256(samples.digest.encode())
    whole.update(_digest(dict(options)))
    for task_id in samples.of_task:
        task = tasks[task_id]
        oracle = task.oracle and [task.oracle.program, task.oracle.time_factor]
        whole.update(_digest([task.problem, oracle, task.unjudgeable]))
    return whole.hexdigest()


def suite_sha256(task: Task) -> str | None:
    """Return the SHA-256, in hexadecimal, of a task's tests, its checker and what computes expected outputs.

    None where a test holds an object without a value form.
    """
    oracle = task.oracle and task.oracle.program
    parts = (list(task.problem.tests), task.problem.checker, oracle)
    digest = fingerprint([_plain(part) for part in parts])
    return None if digest is None else digest.hex()


def _digest(value: Any) -> bytes:
    return fingerprint(_plain(value)) or b"it holds an object without a value form"


def _plain(value: Any) -> Any:
    """Return dataclasses as what they hold, enums as their names; values of tests stay as they are."""
    if is_dataclass(value):
        return [type(value).__name__, *(_plain(getattr(value, field.name)) for field in fields(value))]
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, (list, tuple)) and any(map(is_dataclass, value)):
        return [_plain(each) for each in value]
    return dict(value) if isinstance(value, Mapping) else value
