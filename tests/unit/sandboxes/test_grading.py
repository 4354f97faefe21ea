"""Which process sees what: where a candidate's text is read there is no expected answer, nor the reverse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandboxes.inside.answers import Answer, BrokenTests
from sandboxes.inside.grading import EXPECTED_CPU_NS, Grader

LIMITS = {"cpu_time_ns": 10**9, "wall_time_ns": 5 * 10**9, "memory_bytes": 1 << 28}
ORDER = {"kind": "answer", "is_choice": False}
TEXT, EXPECTED = b"the text", b"what is expected"
READ = {TEXT: b'[["integer", "0x1"]]\n["1"]', EXPECTED: b'[["integer", "0x2"]]\n["2"]'}


class Stages:
    """Makes stages that are known by their names, and performs orders as told."""

    def __init__(self, **endings: str) -> None:
        self.endings = endings
        self.performed: list[tuple[str, str, bytes, dict[str, Any]]] = []
        self.live: list[str] = []

    def spawn(self, name: str, source: bytes, limits: dict[str, Any], *, zygote: str) -> Any:
        assert (source, zygote) == (b"", "answers")
        self.live.append(name)
        return _Stage(name, self.live)

    def perform(
        self,
        stage: Any,
        index: int,
        order: dict[str, Any],
        payload: bytes,
        limits: dict[str, Any],
        end: Callable[[], None],
    ) -> Answer:
        self.performed.append((stage.name, order["kind"], payload, limits))
        key = "expected" if order.get("is_expected") else order["kind"]
        used = {"cpu_time_ns": 4 * 10**8, "wall_time_ns": 10**9, "peak_memory_bytes": len(payload)}
        answer = {"run": index, "ending": self.endings.get(key, "finished"), "started_at_ns": 7, **used}
        return answer, [b"", b"", READ.get(payload, b'{"returned":"equal"}')]


class _Stage:
    def __init__(self, name: str, live: list[str]) -> None:
        self.name = name
        self._live = live

    def receive(self) -> dict[str, Any]:
        return {"ready": True}

    def end(self) -> None:
        self._live.remove(self.name)


def grader(stages: Stages) -> Grader:
    return Grader(stages, stages.perform)  # type: ignore[arg-type]


def test_neither_meets_the_other_s_text() -> None:
    stages = Stages()
    answer, (_, _, result) = grader(stages).run(3, ORDER, TEXT, EXPECTED, LIMITS)
    assert [(name, payload) for name, _, payload, _ in stages.performed] == [
        ("comparer", EXPECTED),
        ("reader", TEXT),
        ("comparer", READ[EXPECTED] + b"\n" + READ[TEXT]),
    ]
    assert (answer["run"], answer["ending"], result) == (3, "finished", b'{"returned":"equal"}')


def test_reading_and_comparing_together_are_held_to_the_limits_and_told_as_one() -> None:
    stages = Stages()
    answer, _ = grader(stages).run(0, ORDER, TEXT, EXPECTED, LIMITS)
    *_, compared = stages.performed
    assert compared[3]["cpu_time_ns"] == LIMITS["cpu_time_ns"] - 4 * 10**8
    assert compared[3]["wall_time_ns"] == LIMITS["wall_time_ns"] - 10**9
    assert (answer["cpu_time_ns"], answer["wall_time_ns"]) == (8 * 10**8, 2 * 10**9)
    assert answer["peak_memory_bytes"] == len(READ[EXPECTED] + b"\n" + READ[TEXT])


@pytest.mark.parametrize("ending", ["cpu_limit", "memory_limit", "raised"])
def test_what_ends_the_reader_is_the_candidate_s_own_and_nothing_is_compared(ending: str) -> None:
    stages = Stages(read=ending)
    answer, _ = grader(stages).run(0, ORDER, TEXT, EXPECTED, LIMITS)
    assert answer["ending"] == ending
    assert [kind for _, kind, _, _ in stages.performed] == ["read", "read"]


@pytest.mark.parametrize(
    ("ending", "words"),
    [("cpu_limit", "reading it exceeded its cpu_limit"), ("raised", "math-verify reads no expression in it")],
)
def test_an_expected_answer_that_cannot_be_read_is_no_candidate_s_failure(ending: str, words: str) -> None:
    with pytest.raises(BrokenTests, match=words):
        grader(Stages(expected=ending)).run(0, ORDER, TEXT, EXPECTED, LIMITS)


def test_one_without_an_expression_cannot_be_read_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READ, EXPECTED, b'[]\n["?"]')
    with pytest.raises(BrokenTests, match="math-verify reads no expression in it"):
        grader(Stages()).run(0, ORDER, TEXT, EXPECTED, LIMITS)


def test_an_expected_answer_is_read_once_and_in_time_of_its_own() -> None:
    stages = Stages()
    subject = grader(stages)
    for index in range(3):
        subject.run(index, ORDER, TEXT, EXPECTED, LIMITS)
    read = [limits for _, _, payload, limits in stages.performed if payload == EXPECTED]
    assert len(read) == 1
    assert read[0]["cpu_time_ns"] == EXPECTED_CPU_NS > LIMITS["cpu_time_ns"]


def test_the_end_leaves_no_stage() -> None:
    stages = Stages()
    subject = grader(stages)
    subject.run(0, ORDER, TEXT, EXPECTED, LIMITS)
    assert sorted(stages.live) == ["comparer", "reader"]
    subject.end()
    assert stages.live == []
