from __future__ import annotations

import os
import subprocess
import sys
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.selection.probing.formats import FORMATS, InputFormat
from verifierd.model import StdioTest
from verifierd.selection.probing.inputs import mutated_inputs

VALID_SHARE = 0.95


def stdio(*inputs: str | bytes) -> list[StdioTest]:
    return [StdioTest(each.encode() if isinstance(each, str) else each, b"") for each in inputs]


def made(*inputs: str, count: int = 50, seed: int = 5) -> list[str]:
    return [each.decode() for each in mutated_inputs(stdio(*inputs), count, seed)]


@pytest.mark.parametrize("form", FORMATS, ids=[form.name for form in FORMATS])
def test_inputs_of_a_format_are_of_the_format(form: InputFormat) -> None:
    assert all(map(form.reads, form.examples))
    texts = made(*form.examples)
    assert len(texts) == 50
    assert sum(map(form.reads, texts)) >= VALID_SHARE * len(texts), [
        text for text in texts if not form.reads(text)
    ]


@pytest.mark.parametrize("form", FORMATS, ids=[form.name for form in FORMATS])
def test_inputs_are_of_several_sizes(form: InputFormat) -> None:
    assert len({len(text.split()) for text in made(*form.examples)}) > 2 or form.name in (
        "single number",
        "string with its length",
    )


def test_one_example_is_enough_for_most_formats() -> None:
    valid = [form.reads(text) for form in FORMATS for each in form.examples for text in made(each, count=15)]
    assert sum(valid) >= 0.8 * len(valid) > 0


def test_a_validator_tells_a_broken_input_from_a_valid_one() -> None:
    """Else the test of formats could not fail."""
    rng = Random(3)
    for form in FORMATS:
        broken = []
        for example in form.examples:
            tokens = example.split(" ")
            broken += [
                example + example,
                "\n" + example,
                example.replace("\n", " \n", 1),
                " ".join(tokens[:-1]),
            ]
            broken += [f"{rng.randint(10**10, 10**11)}\n" + example]
        assert sum(map(form.reads, broken)) <= len(broken) / 3, form.name


def test_one_example_is_enough_for_counts() -> None:
    for text in made("3\n10 20 15\n"):
        count, numbers = text.splitlines()
        assert int(count) == len(numbers.split())
    assert len({text.split()[0] for text in made("3\n10 20 15\n")}) > 2


def test_a_number_alone_is_varied_around_the_only_one_seen() -> None:
    assert {1, 14} <= {int(text) for text in made("7\n")}


def test_the_only_case_of_the_only_example_stays_a_case() -> None:
    for text in made("1\n3\n10 20 15\n"):
        cases, count, numbers = text.splitlines()
        assert (int(cases), int(count)) == (1, len(numbers.split()))


def test_how_many_digits_a_number_has_is_no_constraint() -> None:
    pairs = [text.split() for text in made("5 1\n", "18 2\n", "9 1\n")]
    assert any(len(first) != int(second) for first, second in pairs)


def test_line_ends_separators_and_what_follows_stay() -> None:
    assert all(
        text.endswith("\n\n") and text.count("\r\n") == 0 for text in made("2\n1 2\n\n", "3\n4 5 6\n\n")
    )
    windows = made("2\r\n1 2\r\n", "3\r\n4 5 6\r\n")
    assert windows and all(text.count("\r\n") == text.count("\n") == 2 for text in windows)
    assert all(not text.endswith("\n") for text in made("2\n1 2", "3\n4 5 6"))
    commas = made("2\n1,2\n", "3\n4,5,6\n")
    assert commas and all(
        " " not in text and text.count(",") == int(text[0]) - 1 for text in commas if text[1] == "\n"
    )


NOISE = ("4 a1 z\nx\n7 7 b\n", "q w\n9\n1 2 3 4 5 6\n\nend 3\n", "1\n")


def test_without_a_grammar_lines_and_numbers_of_tokens_stay() -> None:
    shapes = {tuple(len(line.split()) for line in text.split("\n")) for text in NOISE}
    texts = made(*NOISE)
    assert texts
    assert {tuple(len(line.split()) for line in text.split("\n")) for text in texts} <= shapes


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=30) | st.text("12 a\n-.,", max_size=40).map(str.encode), max_size=4))
def test_inputs_of_any_bytes_are_new_bounded_and_the_same_for_a_seed(inputs: list[bytes]) -> None:
    tests = stdio(*inputs)
    probes = mutated_inputs(tests, 10, 1)
    assert len(probes) <= 10
    assert len(set(probes)) == len(probes)
    assert not set(probes) & set(inputs)
    assert probes == mutated_inputs(tests, 10, 1)
    assert all(len(probe) <= max(2 * max(map(len, inputs)), 64) for probe in probes)


PROGRAM = """
from verifierd.model import StdioTest
from verifierd.selection.probing.inputs import mutated_inputs
tests = [StdioTest(each, b"") for each in (b"2\\nget a\\nput b 4\\n", b"3\\nget b\\nget a\\nput a 1\\n")]
print(mutated_inputs(tests, 30, 3))
"""


def test_a_seed_gives_the_same_inputs_in_every_process() -> None:
    printed = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert printed[0] == printed[1] != b"[]\n"


def test_nothing_comes_of_nothing() -> None:
    assert mutated_inputs([], 5, 0) == []
    assert mutated_inputs(stdio("", "\n"), 5, 0) == []
    assert mutated_inputs(stdio("1\n"), 0, 0) == []


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="count is -3"):
        mutated_inputs(stdio("1\n"), -3, 0)


def test_too_long_inputs_are_not_read() -> None:
    long = "1 " * 200_000
    assert mutated_inputs(stdio(long), 5, 0) == []
    assert all(len(text) <= 64 for text in made(long, "2\n5 6\n", "3\n7 8 9\n"))
