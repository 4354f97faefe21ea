"""HumanEval (openai/human-eval): a prompt to go on from, and a test that defines `check(candidate)`."""

from __future__ import annotations

import re

import verifierd_client as client
from verifierd.datasets.adapter import Adapter
from verifierd.datasets.records import Record
from verifierd.datasets.task import Program, Rule, Task, after

LANGUAGE = "python"
DEFINES_CHECK = re.compile(r"^def\s+check\b", re.MULTILINE)
LIMITS = client.Limits(cpu_time_s=3.0)  # `evaluate_functional_correctness` has a timeout of 3 s


def _task(record: Record, rule: Rule) -> Task:
    task_id, prompt, entry_point = record.text("task_id"), record.text("prompt"), python_name(record)
    tests = record.text("test")
    if not DEFINES_CHECK.search(tests):  # or else a sample could
        raise record.error("field 'test' must define check(candidate)")
    test = client.AssertsTest(f"{tests}\n\ncheck({entry_point})\n", "check", candidate_names=(entry_point,))
    canonical = record.text("canonical_solution") if "canonical_solution" in record.fields else None
    return Task(
        task_id=task_id,
        place=record.place,
        problem=client.Problem(task_id, [test], LIMITS),
        language=LANGUAGE,
        complete=after(prompt),
        canonical=() if canonical is None else (Program(prompt + canonical, LANGUAGE),),
    )


def python_name(record: Record, key: str = "entry_point") -> str:
    """Return the function that a record says is tested. Raises InputError where it is no Python name."""
    name = record.text(key).strip()
    if not name.isidentifier():
        raise record.error(f"field {key!r} must be a Python name, and is {name[:80]!r}")
    return name


HUMANEVAL = Adapter("humaneval", "task_id, prompt, entry_point, test", _task)
