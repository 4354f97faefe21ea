"""Real candidates of 41 problems as one batch of any size: each says which of the problems it solves."""

from __future__ import annotations

import random
import textwrap
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from tests.prove.humaneval import records
from verifierd_client import AssertsTest, Candidate, Limits, Problem

SEED = 20_261_127
LIMITS = Limits(cpu_time_s=3.0, memory_bytes=1 << 30)


def batch(data: Path, count: int) -> tuple[Problem, list[Candidate]]:
    """Return one problem for all of them, and so many candidates in a seeded order.

    After each of the 4,100 programs stands a line that names its task and its own number: no two are
    equal, so that each is run however often its program comes. Raises NotMeasured where the data are absent.
    """
    tasks = list(records(data / "candidates_dev.jsonl.gz"))
    programs = [(number, program) for number, task in enumerate(tasks) for program in task["programs"]]
    random.Random(SEED).shuffle(programs)
    candidates = [
        Candidate(f"{program}\nTASK = {number}  # {place}\n", id=f"c{place}")
        for place, (number, program) in enumerate(islice(cycle(programs), count))
    ]
    return _problem(tasks), candidates


def _problem(tasks: Sequence[dict[str, Any]]) -> Problem:
    return Problem("41 tasks", [AssertsTest("\n".join(_test(tasks)), id="hidden")], LIMITS)


def _test(tasks: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield a test program that asks a candidate for its task, and then does that task's hidden test."""
    for number, task in enumerate(tasks):
        yield f"def task_{number}():"
        yield textwrap.indent(f"{task['hidden_test']}\n{task['hidden_test_call']}", "    ")
    for number in range(len(tasks)):
        yield f"{'el' * bool(number)}if TASK == {number}:\n    task_{number}()"
    yield "else:\n    raise AssertionError('it names no task')"
