"""LiveCodeBench's packed tests give up one string, and nothing in them is ever run."""

from __future__ import annotations

import base64
import os
import pickle
import zlib
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifierd.datasets.packed import NotPacked, unpacked

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def packed(value: Any, protocol: int | None = None) -> str:
    return of_bytes(pickle.dumps(value, protocol))


def of_bytes(pickled: bytes) -> str:
    return base64.b64encode(zlib.compress(pickled)).decode()


class RunsACommand:
    """Unpickled by Python, it leaves a file behind."""

    def __init__(self, file: Path) -> None:
        self.command = f"touch {file}"

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (self.command,)


@given(st.text(alphabet=st.characters(), max_size=400), st.sampled_from(PROTOCOLS))
def test_a_string_comes_back_as_it_was(text: str, protocol: int) -> None:
    assert unpacked(packed(text, protocol)) == text


def test_a_long_string_comes_back_as_it_was() -> None:
    text = "1 2 ü\n" * 300_000
    assert unpacked(packed(text)) == text


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_command_is_named_and_not_run(protocol: int, tmp_path: Path) -> None:
    left = tmp_path / "left"
    with pytest.raises(NotPacked, match=r"must hold one string, and wants (posix|nt|os)\.system \(opcode"):
        unpacked(packed(RunsACommand(left), protocol))
    assert not left.exists()


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "value", [["a"], ("a", "b"), {"a": "b"}, {1}, 7, 2**70, 1.5, True, None, OrderedDict(), Path]
)
def test_nothing_but_a_string_is_taken(value: Any, protocol: int) -> None:
    with pytest.raises(NotPacked, match="must hold one string, and wants"):
        unpacked(packed(value, protocol))


@pytest.mark.parametrize(
    ("pickled", "what"),
    [
        (b"", "damaged"),
        (b"\x80\x04", "damaged"),
        (b"\x80\x04\x8c\x09short.", "damaged"),
        (b"no pickle", "damaged"),
        (b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fab.", "damaged"),
        (b"\x80\x04.", "wants 0 strings"),
        (b"\x80\x04\x8c\x01a\x8c\x01b.", "wants 2 strings"),
        (b"cos\nsystem\n(S'id'\ntR.", r"wants os\.system \(opcode GLOBAL\)"),
        (b"(S'id'\nios\nsystem\n.", "opcode MARK"),
        (b"Ptoken\n.", "opcode PERSID"),
        (b"\x80\x04\x8c\x01a\x82\x01.", "opcode EXT1"),
        (b"r\xff\xff\xff\x7f.", "wants 0 strings"),
    ],
)
def test_a_pickle_that_is_none_or_wants_more_is_refused(pickled: bytes, what: str) -> None:
    with pytest.raises(NotPacked, match=what):
        unpacked(of_bytes(pickled))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "its zlib data are cut off"),
        ("!", "it is not base64"),
        ("abc", "it is not base64"),
        ("größer", "it is not base64"),
        ("YWJj", "its zlib data are damaged"),
        (packed("a" * 999)[:-8], "its zlib data are cut off"),
    ],
)
def test_what_is_not_packed_is_refused(text: str, what: str) -> None:
    with pytest.raises(NotPacked, match=what):
        unpacked(text)


def test_a_bomb_is_given_up_at_the_bound_and_not_unpacked() -> None:
    bomb = packed("0" * (64 << 20))
    assert len(bomb) < 200_000
    with pytest.raises(NotPacked, match="its zlib data unpack to more than 1048576 bytes"):
        unpacked(bomb, max_bytes=1 << 20)
