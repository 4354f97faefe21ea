"""Clusters for the report: how samples of a task spread over behaviours, and whether the largest is right."""

from __future__ import annotations

from dataclasses import dataclass

from verifierd.datasets.results import SampleResult
from verifierd.economics.calibration import Reliability, reliability
from verifierd.report.absent import Absent
from verifierd.report.samples import Gathered, TaskSamples

SHARE_BINS = 5


@dataclass(frozen=True, slots=True)
class ClusterSize:
    """A cluster: how many samples it has, how many of them are right, and whether the first of them is."""

    size: int
    right: int
    first_is_right: bool


@dataclass(frozen=True, slots=True)
class TaskClusters:
    """The clusters of a task, the largest first; of equally large ones, the first to come."""

    task_id: str
    clusters: tuple[ClusterSize, ...]
    unclustered: int  # judged samples without a cluster, such as those that behave differently each time

    @property
    def largest_share(self) -> float:
        """Return the share of the clustered samples that is in the largest cluster."""
        return self.clusters[0].size / sum(each.size for each in self.clusters)

    @property
    def largest_is_right(self) -> bool:
        """Say whether the sample is right that plurality picks: the first of the largest cluster."""
        return self.clusters[0].first_is_right


@dataclass(frozen=True, slots=True)
class ClusterFigures:
    """The clusters of all tasks that have any, the task with the largest share of one cluster first.

    Attributes:
        plurality_right: tasks whose largest cluster is right.
        solvable: tasks that have a right sample among the clustered ones.
        mixed: clusters that hold right and wrong samples: the inputs that made them do not tell these apart.
        by_share: tasks by the share of their largest cluster, and how many of these clusters are right.
    """

    tasks: tuple[TaskClusters, ...]
    plurality_right: int
    solvable: int
    mixed: int
    by_share: Reliability


def cluster_figures(gathered: Gathered) -> ClusterFigures | Absent:
    """Return the clusters, or what is missing where no sample names one."""
    found = [_task_clusters(task) for task in gathered.sampled]
    tasks = tuple(sorted((each for each in found if each.clusters), key=lambda each: -each.largest_share))
    if not tasks:
        return Absent(
            "No line of these results names a cluster: write each sample's behaviour as the field `cluster`, "
            "equal for samples of a task that behave alike on its probe inputs."
        )
    clusters = [each for task in tasks for each in task.clusters]
    return ClusterFigures(
        tasks=tasks,
        plurality_right=sum(task.largest_is_right for task in tasks),
        solvable=sum(any(each.right for each in task.clusters) for task in tasks),
        mixed=sum(0 < each.right < each.size for each in clusters),
        by_share=reliability(
            [task.largest_share for task in tasks], [task.largest_is_right for task in tasks], SHARE_BINS
        ),
    )


def _task_clusters(task: TaskSamples) -> TaskClusters:
    groups: dict[str, list[SampleResult]] = {}
    for each in task.judged:
        if each.cluster is not None:
            groups.setdefault(each.cluster, []).append(each)
    clusters = tuple(
        ClusterSize(len(group), sum(each.passed for each in group), group[0].passed)
        for group in sorted(groups.values(), key=len, reverse=True)
    )
    return TaskClusters(task.task_id, clusters, len(task.judged) - sum(each.size for each in clusters))
