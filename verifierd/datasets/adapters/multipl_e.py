"""MultiPL-E (nuprl/MultiPL-E): HumanEval and MBPP translated, one language a file, problems by `name`.

A program is the prompt, the completion up to the first of the `stop_tokens`, a newline and the tests; it
passes where it ends with exit status 0 (evaluation/src/main.py, and eval_*.py beside it).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import verifierd_client as client
from verifierd.datasets.adapter import Adapter
from verifierd.datasets.languages import language_named
from verifierd.datasets.records import Record
from verifierd.datasets.task import Rule, Task

LIMITS = client.Limits(cpu_time_s=15.0)  # evaluation/src/safe_subprocess: timeout_seconds=15


def _task(record: Record, rule: Rule) -> Task:
    task_id, language = record.text("name"), language_named(record.text("language"))
    prompt = record.text("prompt")
    if language == "go":  # a test program and what it tests are of one package here
        prompt = re.sub(r"^package \w+", "package main", prompt, count=1, flags=re.MULTILINE)
    names = re.findall(r"^def (\w+)", prompt, re.MULTILINE) if language == "python" else []
    test = client.AssertsTest(record.text("tests"), "tests", candidate_names=tuple(dict.fromkeys(names)))
    return Task(
        task_id=task_id,
        place=record.place,
        problem=client.Problem(task_id, [test], LIMITS),
        language=language,
        complete=_after(prompt, record.texts("stop_tokens")),
    )


def _after(prompt: str, stop_tokens: Sequence[str]) -> Callable[[str], str]:
    """Return what goes on from `prompt` with a completion up to the first stop token."""
    stop = re.compile("|".join(map(re.escape, filter(None, stop_tokens))) or r"\Z")
    return lambda completion: prompt + stop.split(completion, maxsplit=1)[0]


MULTIPL_E = Adapter("multipl-e", "name, language, prompt, tests, stop_tokens", _task)
