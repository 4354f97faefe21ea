"""A program is found in what a model wrote, in the language that was asked for, and nothing else is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifierd.judging.extraction import Extraction, NoProgram, blocks, program_in

PYTHON = frozenset({"python", "py"})
LAST, FIRST, WHOLE = Extraction.LAST_BLOCK, Extraction.FIRST_BLOCK, Extraction.WHOLE_TEXT
FENCE = "`" * 3


def _fenced(text: str, tag: str = "python") -> str:
    return f"{FENCE}{tag}\n{text}\n{FENCE}\n"


@pytest.mark.parametrize(
    ("completion", "extraction", "program"),
    [
        (f"So:\n{_fenced('a')}or\n{_fenced('b')}Done.", LAST, "b\n"),
        (f"So:\n{_fenced('a')}or\n{_fenced('b')}Done.", FIRST, "a\n"),
        (f"{_fenced('a')}{_fenced('pip install x', 'bash')}", LAST, "a\n"),
        (f"{_fenced('a')}{_fenced('b', '')}", LAST, "a\n"),
        (f"{_fenced('1', 'text')}{_fenced('b', '')}{_fenced('2', 'json')}", LAST, "b\n"),
        (_fenced("a", "Python"), LAST, "a\n"),
        (_fenced("a", "py title=main.py"), LAST, "a\n"),
        (_fenced("a", "python:main.py"), LAST, "a\n"),
        (_fenced("a", "{python}"), LAST, "a\n"),
        (f"{FENCE}python\na\nb", LAST, "a\nb"),
        ("~~~py\na\n~~~", LAST, "a\n"),
        ("~~~~py\n~~~\na\n~~~~", LAST, "~~~\na\n"),
        (f"````py\n{FENCE}\nx\n{FENCE}\n````", LAST, f"{FENCE}\nx\n{FENCE}\n"),
        (f"1. First\n   {FENCE}python\n   if a:\n       b\n   {FENCE}\n", LAST, "if a:\n    b\n"),
        (f"1. {FENCE}python\n   if a:\n     b\n   {FENCE}\nor\n", LAST, "if a:\n  b\n"),
        (f"- {FENCE}python\na\n{FENCE}\nbetter:\n{FENCE}python\nif b:\n  c\n{FENCE}\n", LAST, "if b:\n  c\n"),
        (f"10) {FENCE}python\nif a:\n  b\n{FENCE}\n", LAST, "if a:\n  b\n"),
        (f"{FENCE}python\r\na\r\n{FENCE}\r\n", LAST, "a\r\n"),
        (_fenced(f"def f():\n    {FENCE}\n\t{FENCE}"), LAST, f"def f():\n    {FENCE}\n\t{FENCE}\n"),
        (f"{FENCE}python\na\n   {FENCE}\n", LAST, "a\n"),
        (f"inline {FENCE}x{FENCE} is none\n{_fenced('a')}", FIRST, "a\n"),
        ("def f(): pass\n", WHOLE, "def f(): pass\n"),
        (_fenced("a"), WHOLE, _fenced("a")),
    ],
)
def test_the_block_in_the_language_is_the_program(
    completion: str, extraction: Extraction, program: str
) -> None:
    assert program_in(completion, PYTHON, extraction) == program


@pytest.mark.parametrize(
    ("completion", "why"),
    [
        ("", "no fenced code block"),
        ("I cannot help with that.", "no fenced code block"),
        ("def f(): pass", "no fenced code block"),
        (f"use {FENCE}x{FENCE} here", "no fenced code block"),
        (_fenced("ls", "bash") + _fenced("{}", "json"), "blocks of bash, json"),
    ],
)
def test_where_no_block_is_in_the_language_it_is_said_what_there_is(completion: str, why: str) -> None:
    with pytest.raises(NoProgram, match=why):
        program_in(completion, PYTHON, LAST)


def test_of_ten_blocks_it_is_the_last_one_in_the_language() -> None:
    completion = "".join(_fenced(str(number), "python" if number % 3 else "text") for number in range(10))
    assert program_in(completion, PYTHON, LAST) == "8\n"
    assert program_in(completion, PYTHON, FIRST) == "1\n"


PARTS = ["``", FENCE, "~~~", "python", "\n", " ", "\t", "x", "`", "{", "\r"]


@given(st.lists(st.sampled_from(PARTS), max_size=60))
def test_blocks_are_parts_of_the_text_in_their_order(parts: list[str]) -> None:
    text = "".join(parts)
    at = 0
    for block in blocks(text):
        lines = [line.strip() for line in block.text.split("\n") if line.strip()]
        for line in lines:
            found = text.find(line, at)
            assert found >= 0
            at = found


@pytest.mark.parametrize("unit", ["\n", FENCE + "\n", "`", " ", "~", FENCE + "py\n", " " + FENCE + "\n"])
def test_five_megabytes_take_no_more_than_a_glance(unit: str) -> None:
    text = unit * (5_000_000 // len(unit))
    began = time.process_time()
    found = sum(1 for _ in blocks(text))
    assert time.process_time() - began < 20
    assert found <= len(text)
