from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifierd.judging.checker import Checker
from verifierd.judging.text import BLOCK_BYTES, ExactBytes, Lines, Tokens, common_prefix_length

TOKENS, LINES, EXACT = Tokens(), Lines(), ExactBytes()
MIB = 1 << 20

outputs = st.lists(
    st.sampled_from([b"1", b"22", b"a\xff", b" ", b"  ", b"\n", b"\t", b"\r\n"]), max_size=8
).map(b"".join)


def lines_of(output: bytes) -> list[bytes]:
    lines = [line.rstrip() for line in output.split(b"\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


@given(outputs, outputs)
def test_tokens_accepts_what_splits_alike(left: bytes, right: bytes) -> None:
    assert TOKENS.check(left, right).accepted == (left.split() == right.split())


@given(outputs, outputs)
def test_lines_accepts_what_has_the_same_lines_but_for_trailing_blanks(left: bytes, right: bytes) -> None:
    assert LINES.check(left, right).accepted == (lines_of(left) == lines_of(right))


@given(outputs, outputs)
def test_exact_accepts_equal_bytes_only(left: bytes, right: bytes) -> None:
    assert EXACT.check(left, right).accepted == (left == right)


@pytest.mark.parametrize("checker", [TOKENS, LINES, EXACT], ids=lambda checker: checker.name)
@given(outputs, outputs)
def test_digests_are_equal_where_outputs_are_accepted_and_differ_elsewhere(
    checker: Checker[bytes], left: bytes, right: bytes
) -> None:
    accepted = checker.check(left, right).accepted
    assert (checker.digest(left) == checker.digest(right)) == accepted
    assert (checker.difference(left, right) is None) == accepted


@given(
    st.lists(st.sampled_from([b"tok", b"x" * (BLOCK_BYTES - 2), b"yy" * BLOCK_BYTES]), min_size=1, max_size=5)
)
def test_a_block_boundary_never_splits_a_token_or_a_line(tokens: list[bytes]) -> None:
    assert Tokens.normal(b"\t\n ".join(tokens)) == b"".join(token + b" " for token in tokens)
    assert Lines.normal(b" \n".join(tokens)) == b"".join(token + b"\n" for token in tokens)


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_the_common_prefix_is_the_longest(left: bytes, right: bytes) -> None:
    length = common_prefix_length(left, right)
    assert left[:length] == right[:length]
    assert left[length : length + 1] != right[length : length + 1] or length == min(len(left), len(right))


@pytest.mark.parametrize(
    ("checker", "expected", "actual", "detail"),
    [
        (TOKENS, b"1 2 3", b"1 22 3", "token 2: expected '2', got '22'"),
        (TOKENS, b"1 2 3", b"1 2", "token 3: expected '3', but the output ended"),
        (TOKENS, b"1 2", b"1 2 3", "token 3: nothing more expected, got '3'"),
        (TOKENS, b"1", b" \n", "token 1: expected '1', but there was no output"),
        (TOKENS, b"caf\xc3\xa9", b"\xff\x1b[0m", "token 1: expected 'café', got '\\\\xff\\x1b[0m'"),
        (LINES, b"a\nb", b"a\n b", "line 2: expected 'b', got ' b'"),
        (LINES, b"a\n\nb", b"a\nb", "line 2: expected '', got 'b'"),
        (EXACT, b"a\nb", b"a\nc", "byte 3 (line 2): expected 'b', got 'c' (3 bytes expected, 3 came)"),
        (
            EXACT,
            b"a\n",
            b"a",
            "byte 2 (line 1): expected '\\n', got the end of the output (2 bytes expected, 1 came)",
        ),
    ],
)
def test_the_difference_says_where_and_what(
    checker: Checker[bytes], expected: bytes, actual: bytes, detail: str
) -> None:
    assert checker.check(expected, actual).detail == detail


def test_a_difference_late_in_a_long_token_is_shown_where_it_is() -> None:
    detail = TOKENS.check(b"0" * 500 + b"1" + b"0" * 500, b"0" * 500 + b"2" + b"0" * 500).detail
    assert "01" in detail
    assert "02" in detail
    assert len(detail) < 250


HOSTILE = {
    "many tokens": b"1 " * (5 * MIB),
    "one token": b"7" * (10 * MIB),
    "spaces": b" " * (10 * MIB),
    "newlines": b"\n" * (10 * MIB),
    "spaces before every newline": b"      \n" * MIB,
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("checker", [TOKENS, LINES, EXACT], ids=lambda checker: checker.name)
def test_ten_megabytes_are_judged_in_memory_of_their_own_size(checker: Checker[bytes], name: str) -> None:
    output = HOSTILE[name]
    tracemalloc.start()
    try:
        assert not checker.check(output + b" end", output + b" fin").accepted
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 8 * len(output)
