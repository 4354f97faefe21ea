from __future__ import annotations

import pytest

from tests.unit.judging.evaluators.agreement import hold, hold_stricter, printed
from verifierd.judging.evaluators import SandboxFusion


def sandbox_fusion_says(output: str, expected: str) -> bool:
    """The loop of check_stdio_test_case, with `lower_cmp` as it is by default."""
    result_lines, expected_lines = output.strip().split("\n"), expected.strip().split("\n")
    if len(result_lines) != len(expected_lines):
        return False
    for result, wanted in zip(result_lines, expected_lines, strict=True):
        if result.lower().strip() == wanted.lower().strip():
            continue
        if not _float_equal(result.lower(), wanted.lower()):
            return False
    return True


def _float_equal(result: str, wanted: str) -> bool:
    try:
        a, b = float(result), float(wanted)
    except ValueError:
        return False
    return abs(a - b) / max(abs(b), 1e-10) < 1e-5


def test_it_agrees_with_the_evaluator() -> None:
    hold(SandboxFusion(), sandbox_fusion_says, printed)


def test_strict_takes_less() -> None:
    hold_stricter(SandboxFusion(strict=True), SandboxFusion(), printed)


@pytest.mark.parametrize(
    ("expected", "actual", "accepted", "strictly"),
    [
        (b"YES\n", b"yes", True, False),
        (b"1000000", b"1000001", True, False),
        (b"1000", b"1_000", True, False),
        (b"3", "٣".encode(), True, False),
        (b"1.0", b"1.000001", True, True),
        (b"2", b"2.0", True, True),
        (b"0", b"0.0000001", False, False),
        (b"1\n2\n", b" 1 \n 2\n\n", True, True),
        (b"1\n2", b"1 2", False, False),
        (b"inf", b"Infinity", False, False),
        (b"nan", b"nan", True, True),
        (b"1e999", b"1e998", False, False),
        (b"", b"\n\n", True, True),
        (b"", b"0", False, False),
    ],
)
def test_lines_are_compared(expected: bytes, actual: bytes, accepted: bool, strictly: bool) -> None:
    assert SandboxFusion().check(expected, actual).accepted is accepted
    assert SandboxFusion(strict=True).check(expected, actual).accepted is strictly
