"""Open groups: the samples of one problem are verified while the rest of them is still decoded."""

from verifierd_client.groups.blocking import SyncGroup
from verifierd_client.groups.group import Group
from verifierd_client.groups.stops import (
    Budget,
    Confident,
    Deadline,
    FirstPass,
    Lead,
    MarginalValue,
    Passes,
    Stop,
)

__all__ = [
    "Budget",
    "Confident",
    "Deadline",
    "FirstPass",
    "Group",
    "Lead",
    "MarginalValue",
    "Passes",
    "Stop",
    "SyncGroup",
]
