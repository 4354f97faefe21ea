"""Codeforces (open-r1/codeforces): official tests, the site's limits, and checkers written in Python."""

from __future__ import annotations

from types import MappingProxyType

import verifierd_client as client
from verifierd.datasets.adapter import Adapter
from verifierd.datasets.embedded import number_of
from verifierd.datasets.evaluators import NO_TESTS, PYTHON
from verifierd.datasets.pairs import read_cases, with_room
from verifierd.datasets.prompts import under_headings
from verifierd.datasets.records import Record
from verifierd.datasets.task import Rule, Task, allowed

TESTS, CHECKER, MODE = "official_tests", "generated_checker", "input_mode"
FILES = MappingProxyType({"stdio": ("", ""), "file": ("input.txt", "output.txt")})
MIB = 1 << 20


def _task(record: Record, rule: Rule) -> Task:
    task_id = record.id("id")
    held = record.value(TESTS)
    tests = [] if held is None else read_cases(record, TESTS, held).stdio(*_files(record))
    return Task(
        task_id=task_id,
        place=record.place,
        problem=client.Problem(task_id, tests, with_room(_limits(record), tests), _checker(record, rule)),
        language=PYTHON,
        unjudgeable=_obstacle(record, rule) or ("" if tests else NO_TESTS),
    )


def _checker(record: Record, rule: Rule) -> client.Checker:
    """Return the problem's own checker, a Python program that prints 1 for right, or the site's rule."""
    source = record.text_or(CHECKER, "")
    if not source:
        return client.Checker("cf")
    params = {"protocol": "open-r1", "strict": "true" if rule.strict else "false"}
    return client.Checker("program", params, client.Program(source, PYTHON))


def _files(record: Record) -> tuple[str, str]:
    """Return the files that stand for standard input and output, if any."""
    mode = record.text_or(MODE, "stdio")
    if mode not in FILES:
        raise record.error(f"field {MODE!r} must be 'stdio' or 'file', and is {mode[:80]!r}")
    return FILES[mode]


def _limits(record: Record) -> client.Limits:
    """Return the site's limits, in seconds and MiB; either may be null, which leaves it to the service."""
    seconds, mebibytes = number_of(record, "time_limit"), number_of(record, "memory_limit")
    memory_bytes = int(mebibytes * MIB) if mebibytes else None
    return allowed(client.Limits(cpu_time_s=seconds or None, memory_bytes=memory_bytes))


def _obstacle(record: Record, rule: Rule) -> str:
    """Return why a problem cannot be judged, if so."""
    if record.text_or("interaction_format", ""):
        return "it is interactive, and the dataset publishes no interactor"
    complete = record.fields.get("official_tests_complete")
    if rule.strict and complete is False:
        return "its official tests are not complete (official_tests_complete is false)"
    return ""


CODEFORCES = Adapter(
    "codeforces",
    "Codeforces (open-r1): id, official_tests, checkers",
    _task,
    prompt=under_headings(
        description="",
        input_format="Input",
        output_format="Output",
        interaction_format="Interaction",
        note="Note",
    ),
)
