"""Numbers keep their meaning in the words that a person reads."""

from __future__ import annotations

import pytest

from verifierd.cli.output import money_text, seconds_text, size_text
from verifierd.cli.summaries import clusters_text
from verifierd.cli.words import SHORT_FORMS, counted, cpu_text, plural
from verifierd_client import Cluster, Verdict


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


def cluster(size: int, verdict: Verdict) -> Cluster:
    return Cluster("c", tuple(map(str, range(size))), verdict)


@pytest.mark.parametrize(
    ("clusters", "text"),
    [
        ([], "none"),
        ([cluster(1, Verdict.ACCEPTED)], "1 behaviour, of one candidate"),
        ([cluster(3, Verdict.ACCEPTED)], "1 behaviour, all alike: 3 candidates (accepted)"),
        ([cluster(1, Verdict.ACCEPTED)] * 2, "2 behaviours, each of one candidate"),
        (
            [cluster(5, Verdict.ACCEPTED), cluster(2, Verdict.WRONG_ANSWER), cluster(1, Verdict.NO_CODE)],
            "3 behaviours; shared by 5 candidates (accepted), 2 candidates (wrong answer)",
        ),
        (
            [cluster(2, Verdict.ACCEPTED)] * 4,
            "4 behaviours; the largest shared by 2 candidates (accepted), 2 candidates (accepted), "
            "2 candidates (accepted)",
        ),
    ],
)
def test_clusters_are_told_by_what_candidates_share(clusters: list[Cluster], text: str) -> None:
    assert clusters_text(tuple(clusters)).plain == text


@pytest.mark.parametrize(
    ("saved", "text"),
    [
        (0, "1.50 s in 3 executions"),
        (1, "1.50 s in 3 executions, 1 more execution saved"),
        (5, "1.50 s in 3 executions, 5 more executions saved"),
    ],
)
def test_what_was_saved_is_named(saved: int, text: str) -> None:
    assert cpu_text(1.5, 3, saved) == text


def test_one_is_singular() -> None:
    assert (plural(1, "test"), plural(2, "test"), plural(0, "test")) == ("1 test", "2 tests", "0 tests")


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1024, "1.0 KiB"),
        (150 << 10, "150 KiB"),
        (5 << 29, "2.5 GiB"),
        (1 << 52, "4096 TiB"),
    ],
)
def test_sizes_are_told_in_binary_units(size_bytes: int, text: str) -> None:
    assert size_text(size_bytes) == text
