"""TACO (BAAI/TACO): APPS' fields with limits as words, and no ids: a task is named by its row, from 0."""

from __future__ import annotations

import re

import verifierd_client as client
from verifierd.datasets.adapter import Adapter
from verifierd.datasets.adapters.apps import published_pairs
from verifierd.datasets.embedded import programs
from verifierd.datasets.evaluators import TACO as EVALUATOR
from verifierd.datasets.prompts import in_field
from verifierd.datasets.records import Record
from verifierd.datasets.task import Rule, Task, allowed

# As in "1 second", "2.5 seconds", "256 megabytes"; other words are no limit.
_SECONDS = re.compile(r"(\d{1,4}(?:\.\d{1,6})?) ?s(?:ec(?:ond)?s?)?\b")
_MEGABYTES = re.compile(r"(\d{1,5}(?:\.\d{1,6})?) ?(?:MB|megabytes?)\b")


def _task(record: Record, rule: Rule) -> Task:
    return EVALUATOR.task(
        record,
        rule,
        str(record.index),
        published_pairs(record),
        record.text_or("starter_code", ""),
        programs(record, "solutions"),
        _own_limits(record) if rule.strict else None,
    )


def _own_limits(record: Record) -> client.Limits:
    """Return the limits that the problem states; TACO's evaluator gives 4 s whatever it states."""
    seconds = _SECONDS.match(record.text_or("time_limit", ""))
    megabytes = _MEGABYTES.match(record.text_or("memory_limit", ""))
    return allowed(
        client.Limits(
            cpu_time_s=float(seconds[1]) if seconds else EVALUATOR.limits.cpu_time_s,
            memory_bytes=int(float(megabytes[1]) * (1 << 20)) if megabytes else None,
        )
    )


TACO = Adapter(
    "taco", "TACO: input_output; rows are tasks 0, 1 and so on", _task, prompt=in_field("question")
)
