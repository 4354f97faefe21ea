"""An answer that is not wholly of its form is none."""

from __future__ import annotations

from typing import Any

import pytest

from sandboxes.model import AtPath, Ending, Left
from sandboxes.reading import NotAnAnswer, read_outcome

HEADER: dict[str, Any] = {
    "run": 0,
    "ending": "finished",
    "exit_code": 0,
    "term_signal": None,
    "behaviour": "0" * 64,
    "cpu_time_ns": 1,
    "wall_time_ns": 2,
    "peak_memory_bytes": 3,
    "started_at_ns": 4,
    "ended_at_ns": 5,
    "stdout_total_bytes": 3,
    "stderr_total_bytes": 0,
}
BLOBS = [b"42\n", b"", b'{"returned":42}']


def test_an_answer_is_read_as_it_stands() -> None:
    outcome = read_outcome(HEADER, BLOBS)
    assert (outcome.ending, outcome.exit_code, outcome.value) == (Ending.FINISHED, 0, (42,))
    assert outcome.usage.peak_memory_bytes == 3


@pytest.mark.parametrize("name", HEADER)
def test_an_answer_lacks_nothing(name: str) -> None:
    with pytest.raises(NotAnAnswer, match=name):
        read_outcome({key: value for key, value in HEADER.items() if key != name}, BLOBS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("run", "0"),
        ("run", True),
        ("ending", "accepted"),
        ("ending", []),
        ("exit_code", 0.0),
        ("exit_code", 256),
        ("term_signal", -1),
        ("behaviour", "x"),
        ("cpu_time_ns", float("nan")),
        ("wall_time_ns", 1 << 63),
        ("peak_memory_bytes", None),
        ("started_at_ns", -1),
        ("stdout_total_bytes", [3]),
        ("result_total_bytes", {}),
    ],
)
def test_a_field_of_another_kind_or_size_is_refused(name: str, value: Any) -> None:
    with pytest.raises(NotAnAnswer):
        read_outcome({**HEADER, name: value}, BLOBS)


@pytest.mark.parametrize("blobs", [[], [b""], BLOBS * 2])
def test_an_answer_has_its_three_parts(blobs: list[bytes]) -> None:
    with pytest.raises(NotAnAnswer):
        read_outcome(HEADER, blobs)


def test_what_a_run_left_is_read_by_its_sizes() -> None:
    outcome = read_outcome({**HEADER, "left": [2, "absent", 0, 1]}, [*BLOBS, b"abc"])
    file = AtPath.FILE
    assert outcome.left == (Left(file, b"ab"), Left(AtPath.ABSENT), Left(file, b""), Left(file, b"c"))


@pytest.mark.parametrize(
    ("told", "content"),
    [
        ([4], b"abc"),
        ([2], b"abc"),
        ([], b"abc"),
        ([3, -3, 3], b"abc"),
        ([3.0], b"abc"),
        ([True], b"a"),
        (["file"], b""),
        ([["absent"]], b""),
        ([None], b""),
        ("absent", b""),
        ({"absent": 0}, b"abc"),
        (3, b"abc"),
    ],
    ids=repr,
)
def test_what_a_run_left_is_refused_where_it_does_not_add_up(told: Any, content: bytes) -> None:
    with pytest.raises(NotAnAnswer):
        read_outcome({**HEADER, "left": told}, [*BLOBS, content])


def test_an_interactors_part_is_read_as_an_outcome_of_its_own() -> None:
    word = {**HEADER, "exit_code": 2, "ending": "raised"}
    header = {**HEADER, "interactor": word, "deadlock": False}
    outcome = read_outcome(header, [*BLOBS, b"", b"no number", b'{"raised":["SystemExit","2"]}'])
    assert outcome.interactor is not None
    assert (outcome.interactor.exit_code, outcome.interactor.stderr) == (2, b"no number")
    assert (outcome.stdout, outcome.left, outcome.is_deadlock) == (b"42\n", (), False)


@pytest.mark.parametrize(
    ("part", "blobs"),
    [
        ([], [b"", b"", b""]),
        ({**HEADER, "exit_code": "0"}, [b"", b"", b""]),
        ({**HEADER, "interactor": HEADER}, [b""] * 6),
        (HEADER, [b"", b""]),
    ],
)
def test_an_interactors_part_of_another_form_is_refused(part: Any, blobs: list[bytes]) -> None:
    with pytest.raises(NotAnAnswer):
        read_outcome({**HEADER, "interactor": part}, [*BLOBS, *blobs])
