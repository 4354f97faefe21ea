from __future__ import annotations

import pytest

from tests.unit.report.results import RIGHT, WRONG, sample
from verifierd.report.absent import Absent
from verifierd.report.clusters import ClusterFigures, ClusterSize, cluster_figures
from verifierd.report.samples import gathered


def figures_of(*tasks: str) -> ClusterFigures:
    """Clusters of tasks, a letter a sample: its cluster, a capital if it is right, `-` for none."""
    found = cluster_figures(
        gathered(
            sample(
                index,
                RIGHT if letter.isupper() else WRONG,
                f"T/{task}",
                cluster=None if letter == "-" else letter.lower(),
            )
            for task, letters in enumerate(tasks)
            for index, letter in enumerate(letters)
        )
    )
    assert isinstance(found, ClusterFigures)
    return found


def test_the_largest_cluster_comes_first_and_of_equal_ones_that_of_the_first_sample() -> None:
    (task,) = figures_of("aBBCcd-").tasks
    assert task.clusters == (
        ClusterSize(2, 2, True),
        ClusterSize(2, 1, True),
        ClusterSize(1, 0, False),
        ClusterSize(1, 0, False),
    )
    assert (task.unclustered, task.largest_is_right) == (1, True)
    assert task.largest_share == pytest.approx(1 / 3)


def test_plurality_is_right_where_the_first_sample_of_the_largest_cluster_is() -> None:
    figures = figures_of("AAb", "aaB", "aAAb", "aab")
    assert (figures.plurality_right, figures.solvable, figures.mixed) == (1, 3, 1)


def test_tasks_stand_by_how_far_their_samples_agree() -> None:
    figures = figures_of("ab", "aaaa", "AAb")
    assert [task.task_id for task in figures.tasks] == ["T/1", "T/2", "T/0"]
    assert [each.count for each in figures.by_share.bins] == [0, 0, 1, 1, 1]


def test_tasks_without_clusters_are_left_out_and_a_set_without_any_says_how_to_get_them() -> None:
    assert [task.task_id for task in figures_of("--", "a").tasks] == ["T/1"]
    found = cluster_figures(gathered([sample(0)]))
    assert isinstance(found, Absent)
    assert "`cluster`" in found.absent
