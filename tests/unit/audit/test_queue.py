"""What waits to be written is counted with all that takes memory, so that the queue's bound is one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.entries import begun, execution, judged
from verifierd.audit.queue import size_of

MUCH = 100_000


@pytest.mark.parametrize(
    "outputs",
    [
        {"stdout": b"x" * MUCH},
        {"stderr": b"x" * MUCH},
        {"actual": ("x" * MUCH,)},
        {"actual": ([[number] for number in range(MUCH // 50)],)},
    ],
    ids=["stdout", "stderr", "text", "lists"],
)
def test_outputs_count_in_whatever_form_they_are(outputs: dict[str, Any]) -> None:
    less, more = (judged(executions=(execution(**each),)) for each in ({"stdout": b""}, outputs))
    assert size_of([more]) >= size_of([less]) + MUCH


def test_a_program_a_request_and_a_problem_count() -> None:
    assert size_of([judged(source="x" * MUCH)]) > MUCH
    assert size_of([begun(request=b"x" * MUCH, problem=b"x" * MUCH)]) > 2 * MUCH
