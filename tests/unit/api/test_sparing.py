"""A flood writes a few lines a second, and says how many more there were."""

from __future__ import annotations

from verifierd.api.sparing import MAX_SUBJECTS, Sparing


def test_of_a_flood_a_few_are_told_and_the_others_are_counted() -> None:
    now_s = 0.0
    sparing = Sparing(3, lambda: now_s)
    assert [sparing.left_out("a") for _ in range(5)] == [0, 0, 0, None, None]
    assert sparing.left_out("b") == 0
    now_s = 1.0
    assert sparing.left_out("a") == 2
    now_s = 2.0
    assert sparing.left_out("a") == 0


def test_it_keeps_a_bounded_number_of_subjects() -> None:
    sparing = Sparing(1, lambda: 0.0)
    assert all(sparing.left_out(subject) == 0 for subject in range(3 * MAX_SUBJECTS))
    assert len(sparing._windows) <= MAX_SUBJECTS
