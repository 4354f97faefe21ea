"""APPS (codeparrot/apps on the Hub): programs and functions, tested by pairs in `input_output`."""

from __future__ import annotations

from verifierd.datasets.adapter import Adapter
from verifierd.datasets.embedded import embedded, programs
from verifierd.datasets.evaluators import APPS as EVALUATOR
from verifierd.datasets.pairs import Pairs, read_pairs
from verifierd.datasets.prompts import in_field
from verifierd.datasets.records import Record
from verifierd.datasets.task import Rule, Task

KEY = "input_output"


def _task(record: Record, rule: Rule) -> Task:
    return EVALUATOR.task(
        record,
        rule,
        record.id("id" if record.has("id") else "problem_id"),
        published_pairs(record),
        record.text_or("starter_code", ""),
        programs(record, "solutions"),
    )


def published_pairs(record: Record) -> Pairs | None:
    """Return the pairs of `input_output`, JSON as text; None where it is empty: there are no tests.

    Raises:
        InputError: it is missing, or holds something else.
    """
    held = record.value(KEY)
    if held is None or held == "":
        return None
    return read_pairs(record, KEY, embedded(record, KEY, record.text(KEY)))


APPS = Adapter("apps", "APPS: problem_id, input_output, starter_code", _task, prompt=in_field("question"))
