from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from verifierd.selection.probing.validity import invalid_probes

PROBES = 6


def failures(*rows: str) -> npt.NDArray[np.bool_]:
    """One row a candidate, `x` where it fails."""
    return np.array([[each == "x" for each in row] for row in rows], dtype=np.bool_)


def invalid(rows: Sequence[str], **given: object) -> list[int]:
    return list(np.flatnonzero(invalid_probes(failures(*rows), **given)))  # type: ignore[arg-type]


def test_a_probe_on_which_all_that_work_elsewhere_fail_is_invalid() -> None:
    assert invalid(["..x..."] * 10) == [2]


def test_who_fails_everywhere_has_no_vote() -> None:
    assert invalid(["..x..."] * 10 + ["xxxxxx"] * 100) == [2]
    assert invalid(["......"] * 5 + ["xxxxxx"] * 100) == []


def test_a_few_that_crash_drop_no_probe() -> None:
    assert invalid(["......"] * 8 + ["..x..."] * 2) == []


def test_a_hard_edge_stays_while_more_than_one_in_ten_masters_it() -> None:
    assert invalid(["......"] * 3 + ["..x..."] * 17) == []
    assert invalid(["......"] * 1 + ["..x..."] * 19) == [2]


def test_copies_of_one_program_have_one_vote() -> None:
    rows = ["......"] * 4 + ["..x..."] * 96
    assert invalid(rows) == [2]
    assert invalid(rows, programs=[0, 1, 2, 3] + [4] * 96) == []
    assert invalid(rows, programs=np.array([7] * 4 + list(range(100, 196)))) == [2]


def test_where_all_fail_everywhere_nothing_is_invalid() -> None:
    assert invalid(["xxxxxx"] * 50) == []


def test_few_programs_are_not_enough_to_tell() -> None:
    assert invalid(["..x..."] * 4) == []
    assert invalid(["..x..."] * 50, programs=[1] * 50) == []


def test_the_only_probe_is_not_invalid() -> None:
    assert invalid(["x"] * 50) == []


def test_invalid_probes_are_told_even_where_they_are_most() -> None:
    assert (
        invalid([".xxxx."] * 9 + ["......"]) == []
    )  # the one that takes all has more than a tenth of the say
    assert invalid([".xxxx."] * 40 + ["......"]) == [1, 2, 3, 4]


def test_the_threshold_moves_the_border() -> None:
    rows = ["......"] * 3 + ["..x..."] * 7
    assert invalid(rows, threshold=0.9) == []
    assert invalid(rows, threshold=0.6) == [2]


def test_a_share_that_is_the_threshold_is_enough() -> None:
    assert invalid(["x" + "." * 9] * 9 + ["." * 10], threshold=0.9) == [0]


def test_valid_probes_are_kept_and_invalid_ones_found_in_simulated_batches() -> None:
    """Right programs fail on invalid probes only, wrong ones at random on valid ones too."""
    rng = np.random.default_rng(11)
    wrongly_dropped = missed = 0
    for _ in range(100):
        is_invalid = rng.random(30) < 0.2
        crash = rng.beta(0.5, 2.0, 60)  # of the valid probes: most programs crash rarely, some often
        crash[: int(rng.integers(7, 40))] = 0.0
        failed = rng.random((60, 30)) < np.where(is_invalid, 0.99, crash[:, np.newaxis])
        dropped = invalid_probes(failed)
        wrongly_dropped += int((dropped & ~is_invalid).sum())
        missed += int((~dropped & is_invalid).sum())
    assert wrongly_dropped == 0
    assert missed <= 6  # of some 600


def test_no_candidates_and_no_probes_are_no_trouble() -> None:
    assert invalid_probes(np.empty((0, 3), dtype=np.bool_)).tolist() == [False] * 3
    assert invalid_probes(np.empty((3, 0), dtype=np.bool_)).tolist() == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"failed": np.array([True])}, r"failed has type bool and shape \(1,\)"),
        ({"failed": np.array([[0, 1]])}, "failed has type int64"),
        ({"programs": [1, 2, 3]}, r"programs has shape \(3,\)"),
        ({"threshold": 0.5}, "threshold is 0.5"),
        ({"threshold": 1.01}, "threshold is 1.01"),
        ({"threshold": float("nan")}, "threshold is nan"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(changed: dict[str, object], message: str) -> None:
    arguments: dict[str, object] = {"failed": failures("..", "x.")}
    with pytest.raises(ValueError, match=message):
        invalid_probes(**{**arguments, **changed})  # type: ignore[arg-type]
