from __future__ import annotations

import math

import numpy as np
import pytest

from verifierd.economics.outcomes import outcome_table


def test_equal_rows_are_taken_together_and_no_candidate_is_lost() -> None:
    random = np.random.default_rng(4)
    passed, copies = random.integers(-1, 2, (500, 3)), random.integers(1, 9, 500)
    table = outcome_table(passed, copies)
    assert len(table.samples) == len(np.unique(passed, axis=0)) == 27
    for row, samples, programs in zip(table.passed, table.samples, table.programs, strict=True):
        same = (passed == row).all(axis=1)
        assert (samples, programs) == (copies[same].sum(), same.sum())


def test_accepted_is_all_passed_and_rejected_is_any_failed() -> None:
    table = outcome_table([[1, 1], [1, 0], [1, -1], [0, -1]])
    told = {
        tuple(row): (bool(yes), bool(no), bool(all_known))
        for row, yes, no, all_known in zip(
            table.passed.tolist(), table.accepted, table.rejected, table.complete, strict=True
        )
    }
    assert told == {
        (1, 1): (True, False, True),
        (1, 0): (False, True, True),
        (1, -1): (False, False, False),
        (0, -1): (False, True, False),
    }


def test_a_test_that_never_ran_leaves_no_row_incomplete() -> None:
    table = outcome_table([[1, -1], [0, -1]])
    assert table.complete.all()
    assert table.ran.tolist() == [True, False]
    assert table.accepted.tolist() == [row[0] == 1 for row in table.passed.tolist()]
    assert not outcome_table([[-1, -1]]).accepted.any()


def test_no_candidates_are_a_table_too() -> None:
    table = outcome_table(np.empty((0, 2), dtype=int))
    assert (table.samples.size, table.test_ids) == (0, ("0", "1"))


@pytest.mark.parametrize("passed", [[1, 0], [[]], [], [[2]], [[math.nan]], [[0.5]], [["1"]], 1])
def test_what_is_no_table_of_outcomes_is_refused(passed: object) -> None:
    with pytest.raises(ValueError, match="passed"):
        outcome_table(passed)  # type: ignore[arg-type]


def test_an_outcome_that_is_none_is_named_by_its_place() -> None:
    with pytest.raises(ValueError, match="program 1 and test 0 is 7"):
        outcome_table([[1, 1], [7, 0]])


@pytest.mark.parametrize("copies", [[1], [1, 0], [1, -2], [1, 1.5], [1, math.nan], [1, math.inf], [1, 1e300]])
def test_copies_are_whole_numbers_from_1_one_a_program(copies: list[float]) -> None:
    with pytest.raises(ValueError, match="copies"):
        outcome_table([[1], [0]], copies)


@pytest.mark.parametrize("test_ids", [["a"], ["a", "a"], ["a", "b", "c"]])
def test_each_test_has_a_name_of_its_own(test_ids: list[str]) -> None:
    with pytest.raises(ValueError, match="test_ids"):
        outcome_table([[1, 0]], test_ids=test_ids)
