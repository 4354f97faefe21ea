"""SYNTHETIC-1 and verifiable-coding-problems (PrimeIntellect): tests and language in `verification_info`."""

from __future__ import annotations

import ast
from typing import Any

from verifierd.datasets.adapter import Adapter
from verifierd.datasets.embedded import embedded
from verifierd.datasets.evaluators import SYNTHETIC1 as EVALUATOR
from verifierd.datasets.evaluators import unjudgeable
from verifierd.datasets.fenced import last_block
from verifierd.datasets.languages import language_named
from verifierd.datasets.pairs import read_typed_cases
from verifierd.datasets.records import Record, type_name
from verifierd.datasets.task import Rule, Task

KEY, KIND = "verification_info", "verifiable_code"


def _task(record: Record, rule: Rule) -> Task:
    task_id = record.id("response_id" if record.has("response_id") else "problem_id")
    kind = record.text("task_type")
    if kind != KIND:
        return unjudgeable(record, task_id, f"its task_type is {kind[:80]!r}, not {KIND!r}")
    info = _info(record)
    language = info.get("language")
    if not isinstance(language, str):
        raise record.error(f"field {KEY!r}: 'language' must be a string, and is {type_name(language)}")
    pairs = read_typed_cases(record, KEY, info.get("test_cases"))
    solution = record.text_or("gold_standard_solution", "")
    solutions = [last_block(solution)] if solution else []
    prompt = record.text_or("prompt", "")
    return EVALUATOR.task(record, rule, task_id, pairs, prompt, solutions, language=language_named(language))


def _info(record: Record) -> dict[str, Any]:
    """Return `verification_info`: an object, or text of one as JSON or as Python writes it."""
    held = record.value(KEY)
    if isinstance(held, str):
        read = _python_literal if held.lstrip().startswith("{'") else embedded
        held = read(record, KEY, held)
    if not isinstance(held, dict):
        raise record.error(f"field {KEY!r} must hold an object, and is {type_name(held)}")
    return held


def _python_literal(record: Record, key: str, text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise record.error(f"field {key!r} is neither JSON nor a Python literal: {error}") from None


SYNTHETIC1 = Adapter("synthetic1", "SYNTHETIC-1: problem_id, verification_info", _task)
