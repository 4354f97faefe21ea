"""Numbers keep their meaning in the words that a person reads."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from verifierd.cli.main import build
from verifierd.cli.output import money_text, seconds_text
from verifierd.cli.words import SHORT_FORMS, counted, plural
from verifierd_client import Verdict


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (0, "$0"),
        (1.5, "$1.50"),
        (12, "$12.00"),
        (0.0123, "$0.0123"),
        (0.0000123, "$0.0000123"),
        (0.5, "$0.500"),
    ],
)
def test_money_has_three_digits_that_count(usd: float, text: str) -> None:
    assert money_text(usd) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0042, "0.004 s"), (2.346, "2.35 s"), (200.4, "3 min 20 s"), (179.7, "3 min 0 s")]
)
def test_durations(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


def test_every_verdict_has_a_short_form_of_its_own() -> None:
    assert set(SHORT_FORMS) == set(Verdict)
    assert len(set(SHORT_FORMS.values())) == len(Verdict)


def test_counts_stand_in_the_order_of_the_verdicts() -> None:
    counts = {Verdict.NO_CODE: 1, Verdict.ACCEPTED: 2, Verdict.SKIPPED: 0}
    assert counted(counts).plain == "2 accepted, 1 no code"


def test_one_is_singular() -> None:
    assert (plural(1, "test"), plural(2, "test"), plural(0, "test")) == ("1 test", "2 tests", "0 tests")


@pytest.mark.parametrize("command", [(), ("serve",), ("verify",), ("eval",), ("doctor",), ("demo",)])
def test_help_shows_examples_line_by_line(command: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(build(), [*command, "--help"], env={"COLUMNS": "100"}).stdout
    examples = [line for line in shown.splitlines() if line.strip().startswith("verifierd ")]
    assert examples
    assert all(line.count("verifierd ") == 1 for line in examples), shown
