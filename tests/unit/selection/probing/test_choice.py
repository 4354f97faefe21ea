from __future__ import annotations

import math
import time
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from verifierd.selection.probing.choice import chosen_probes

Table = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]


def told_apart(table: Table, weights: Weights, probes: list[int]) -> float:
    """The weight of the pairs that some of the probes tells apart, pair by pair."""
    return sum(
        float(weights[first] * weights[second])
        for first, second in combinations(range(len(table)), 2)
        if any(table[first, probe] != table[second, probe] for probe in probes)
    )


def plain_greedy(table: Table, weights: Weights, at_most: int) -> list[int]:
    chosen: list[int] = []
    while len(chosen) < at_most:
        before = told_apart(table, weights, chosen)
        gains = [told_apart(table, weights, [*chosen, probe]) - before for probe in range(table.shape[1])]
        if max(gains, default=0.0) <= 0:
            break
        chosen.append(gains.index(max(gains)))
    return chosen


def small(seed: int) -> tuple[Table, Weights]:
    rng = np.random.default_rng(seed)
    table = rng.integers(-1, 2, (int(rng.integers(1, 9)), int(rng.integers(0, 7))))
    return table, rng.integers(0, 5, len(table)).astype(np.float64)


@pytest.mark.parametrize("seed", range(25))
def test_each_next_probe_tells_the_most_pairs_apart_and_of_equals_is_the_first(seed: int) -> None:
    table, weights = small(seed)
    for at_most in (0, 1, 2, 10):
        assert chosen_probes(table, weights, at_most) == plain_greedy(table, weights, at_most)


@pytest.mark.parametrize("seed", range(25))
def test_what_is_chosen_is_near_the_best(seed: int) -> None:
    table, weights = small(seed)
    for at_most in (1, 2, 3):
        best = max(
            (told_apart(table, weights, list(each)) for each in combinations(range(table.shape[1]), at_most)),
            default=0.0,
        )
        reached = told_apart(table, weights, chosen_probes(table, weights, at_most))
        assert reached >= (1 - 1 / math.e) * best


def test_all_clusters_are_found_and_no_probe_more() -> None:
    table = np.array([[0, 0, 7, 1], [0, 1, 7, 1], [1, 0, 7, 2], [1, 1, 7, 2]])
    assert chosen_probes(table, np.ones(4)) == [0, 1]


def test_weights_decide_what_comes_first() -> None:
    table = np.array([[0, 0], [0, 1], [1, 1]])
    assert chosen_probes(table, np.array([1.0, 1.0, 9.0]), at_most=1) == [0]
    assert chosen_probes(table, np.array([9.0, 1.0, 1.0]), at_most=1) == [1]


def test_a_weightless_program_is_told_from_none() -> None:
    assert chosen_probes(np.array([[0], [0], [1]]), np.array([1.0, 1.0, 0.0])) == []


def test_fractions_that_split_nothing_do_not_seem_to() -> None:
    weights = np.random.default_rng(1).random(300)
    table = np.repeat(np.random.default_rng(2).integers(0, 9, (300, 1)), 5, axis=1)
    assert chosen_probes(table, weights) == [0]


def test_probes_that_may_not_be_used_are_not() -> None:
    table = np.array([[0, 0, 1], [1, 0, 2], [2, 0, 3]])
    assert chosen_probes(table, np.ones(3), usable=np.array([False, True, True])) == [2]


def test_no_programs_and_no_probes_choose_nothing() -> None:
    assert chosen_probes(np.empty((0, 3), dtype=np.int64), np.empty(0)) == []
    assert chosen_probes(np.empty((3, 0), dtype=np.int64), np.ones(3)) == []
    assert chosen_probes(np.array([[1, 2]]), np.ones(1)) == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"behaviours": np.array([1, 2])}, "behaviours has type int64 and shape"),
        ({"behaviours": np.array([[0.5], [1.0]])}, "behaviours has type float64"),
        ({"weights": np.ones(3)}, r"weights has shape \(3,\)"),
        ({"weights": np.array([1.0, math.nan])}, r"weights\[1\] is nan"),
        ({"weights": np.array([-1.0, math.inf])}, r"weights\[0\] is -1"),
        ({"at_most": -1}, "at_most is -1"),
        ({"usable": np.array([True, False])}, r"usable has type bool and shape \(2,\)"),
        ({"usable": np.array([1])}, "usable has type int64"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(changed: dict[str, object], message: str) -> None:
    arguments: dict[str, object] = {"behaviours": np.array([[0], [1]]), "weights": np.ones(2)}
    with pytest.raises(ValueError, match=message):
        chosen_probes(**{**arguments, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize("kinds", [2, 60, 10**12])
def test_a_large_batch_takes_less_than_a_second_of_processor_time(kinds: int) -> None:
    table = np.random.default_rng(0).integers(0, kinds, (2_000, 500))
    begin = time.process_time()
    chosen = chosen_probes(table, np.ones(2_000))
    assert time.process_time() - begin < 1.0
    assert chosen
