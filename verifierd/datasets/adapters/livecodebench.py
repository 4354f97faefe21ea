"""LiveCodeBench (code_generation, code_generation_lite on the Hub): public tests and packed private ones."""

from __future__ import annotations

from typing import Any

from verifierd.datasets.adapter import Adapter
from verifierd.datasets.embedded import embedded
from verifierd.datasets.evaluators import LIVECODEBENCH as EVALUATOR
from verifierd.datasets.packed import NotPacked, unpacked
from verifierd.datasets.pairs import Pairs, function_named, read_cases
from verifierd.datasets.prompts import in_field
from verifierd.datasets.records import Record, type_name
from verifierd.datasets.task import Rule, Task

PUBLIC, PRIVATE, METADATA = "public_test_cases", "private_test_cases", "metadata"
KINDS = ("stdin", "functional")


def _task(record: Record, rule: Rule) -> Task:
    metadata = embedded(record, METADATA, record.text(METADATA))
    if not isinstance(metadata, dict):
        raise record.error(f"field {METADATA!r} must hold an object, and holds {type_name(metadata)}")
    function = function_named(record, METADATA, metadata.get("func_name"))
    public = _cases(record, PUBLIC, embedded(record, PUBLIC, record.text(PUBLIC)), function)
    private = _cases(record, PRIVATE, _private(record), function)
    pairs = Pairs(
        record,
        PRIVATE,
        (*public.inputs, *private.inputs),
        (*public.outputs, *private.outputs),
        function,
    )
    return EVALUATOR.task(record, rule, record.id("question_id"), pairs, record.text("starter_code"))


def _cases(record: Record, key: str, held: Any, function: str) -> Pairs:
    pairs = read_cases(record, key, held, function)
    for index, case in enumerate(held):
        kind = case.get("testtype", KINDS[bool(function)])
        if kind not in KINDS:
            told = (
                f"field {key!r}: item {index}: 'testtype' is {str(kind)[:80]!r}; allowed: {', '.join(KINDS)}"
            )
            raise record.error(told)
    return pairs


def _private(record: Record) -> Any:
    """Return the private tests: JSON in the full set, packed in the lite one."""
    text = record.text(PRIVATE)
    if not text.lstrip().startswith("["):
        try:
            text = unpacked(text)
        except NotPacked as fault:
            raise record.error(f"field {PRIVATE!r} must be JSON, or JSON packed: {fault}") from None
    return embedded(record, PRIVATE, text)


LIVECODEBENCH = Adapter(
    "livecodebench",
    "LiveCodeBench: question_id, public and private tests",
    _task,
    prompt=in_field("question_content"),
)
