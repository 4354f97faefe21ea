"""DeepCoder-Preview-Dataset (agentica-org): `tests` as its sources have them; rows are named by number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from verifierd.datasets.adapter import Adapter
from verifierd.datasets.embedded import embedded, programs
from verifierd.datasets.evaluators import DEEPCODER, DEEPCODER_AS_LIVECODEBENCH, Evaluator
from verifierd.datasets.pairs import Pairs, function_named, read_cases, read_pairs, read_typed_cases
from verifierd.datasets.prompts import in_field
from verifierd.datasets.records import Record
from verifierd.datasets.task import Rule, Task

KEY = "tests"
MAX_TESTS = 15  # `max_tests` of rllm's rewards/code_reward.py


def _task(record: Record, rule: Rule) -> Task:
    held = record.value(KEY)
    tests = embedded(record, KEY, held) if isinstance(held, str) else held
    evaluator, pairs = _read(record, tests)
    if evaluator is DEEPCODER and not rule.strict:
        pairs = _longest(pairs)
    starter_code = record.text_or("starter_code", "")
    return evaluator.task(record, rule, str(record.index), pairs, starter_code, programs(record, "solutions"))


def _read(record: Record, tests: Any) -> tuple[Evaluator, Pairs]:
    """Return who judges these tests, and them: pairs in `taco`, typed in `primeintellect`, else plain."""
    first = tests[0] if isinstance(tests, list) and tests and isinstance(tests[0], dict) else {}
    if isinstance(tests, dict):
        return DEEPCODER, read_pairs(record, KEY, tests)
    if "type" in first:
        return DEEPCODER, read_typed_cases(record, KEY, tests)
    metadata = first.get("metadata", record.fields.get("metadata"))
    function = metadata.get("func_name") if isinstance(metadata, dict) else None
    pairs = read_cases(record, KEY, tests, function_named(record, KEY, function))
    return DEEPCODER_AS_LIVECODEBENCH, pairs


def _longest(pairs: Pairs) -> Pairs:
    """Return the tests with the longest inputs, which alone DeepCoder's evaluator runs."""
    if len(pairs.inputs) <= MAX_TESTS:
        return pairs
    both = zip(pairs.inputs, pairs.outputs, strict=True)
    longest = sorted(both, key=lambda pair: _length(pair[0]), reverse=True)[:MAX_TESTS]
    return replace(
        pairs, inputs=[given for given, _ in longest], outputs=[expected for _, expected in longest]
    )


def _length(given: Any) -> int:
    return len(given) if isinstance(given, str | list) else 0


DEEPCODER_PREVIEW = Adapter(
    "deepcoder", "DeepCoder: tests; rows are tasks 0, 1 and so on", _task, prompt=in_field("problem")
)
