from __future__ import annotations

import math

import pytest

from verifierd.economics.power_law import PowerLaw, fit_power_law


def test_a_law_is_found_again() -> None:
    law = PowerLaw(1.4, 0.35)
    ks = [1, 2, 5, 10, 50, 100]
    found = fit_power_law(ks, [law.pass_at(k) for k in ks])
    assert [found.a, found.b] == pytest.approx([1.4, 0.35])
    assert found.pass_at(10_000) == pytest.approx(math.exp(-1.4 * 10_000**-0.35))


def test_coverages_of_0_and_1_say_nothing() -> None:
    law = PowerLaw(0.9, 0.5)
    among = fit_power_law([1, 2, 4, 8, 9], [0.0, *(law.pass_at(k) for k in (2, 4, 8)), 1.0])
    assert among == fit_power_law([2, 4, 8], [law.pass_at(k) for k in (2, 4, 8)])


def test_coverage_that_does_not_grow_is_no_law_that_falls() -> None:
    found = fit_power_law([1, 10, 100], [0.5, 0.4, 0.3])
    assert found.b == 0
    assert 0.3 < found.pass_at(7) == found.pass_at(10_000) < 0.5


@pytest.mark.parametrize(
    ("ks", "coverage", "why"),
    [
        ([1, 2], [0.5], "2 numbers of samples and 1"),
        ([0, 2], [0.5, 0.6], "at least 1"),
        ([1, 2], [0.0, 0.6], "needs two"),
        ([3, 3], [0.5, 0.6], "needs two"),
        ([], [], "needs two"),
        ([1, 2], [0.5, 1.7], "a share"),
        ([1, 2], [0.5, math.nan], "a share"),
        ([10**6, 10**6 + 10], [1e-9, 0.999999], "too fast"),
    ],
)
def test_too_little_to_fit_is_refused(ks: list[int], coverage: list[float], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        fit_power_law(ks, coverage)
    with pytest.raises(ValueError, match="at least 1"):
        PowerLaw(1.0, 1.0).pass_at(0)
