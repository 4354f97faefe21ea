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

# Every Java prompt imports org.javatuples, which is not here; few problems have tuples, which need it.
_TUPLES = re.compile(r"^import org\.javatuples\.\*;[ \t]*\n", re.MULTILINE)
_TUPLE = re.compile(r"\b(?:Unit|Pair|Triplet|Quartet|Quintet|Sextet|Septet|Octet|Ennead|Decade)\b\s*[<.(]")
_JAVA_WORDS = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"', re.DOTALL)  # comments and texts


def _task(record: Record, rule: Rule) -> Task:
    task_id, language = record.text("name"), language_named(record.text("language"))
    prompt, tests = record.text("prompt"), record.text("tests")
    needs_tuples = language == "java" and _has_tuples(prompt + tests)
    if language == "java":
        prompt = _TUPLES.sub("", prompt, count=1)
    if language == "go":  # a test program and what it tests are of one package here
        prompt = re.sub(r"^package \w+", "package main", prompt, count=1, flags=re.MULTILINE)
    names = re.findall(r"^def (\w+)", prompt, re.MULTILINE) if language == "python" else []
    test = client.AssertsTest(tests, "tests", candidate_names=tuple(dict.fromkeys(names)))
    cut = _up_to(record.texts("stop_tokens"))
    return Task(
        task_id=task_id,
        place=record.place,
        problem=client.Problem(task_id, [test], LIMITS),
        language=language,
        complete=lambda completion: prompt + cut(completion),
        cut=cut,
        unjudgeable="it needs the Java library org.javatuples, which is not here" if needs_tuples else "",
    )


def _has_tuples(java: str) -> bool:
    return bool(_TUPLE.search(_JAVA_WORDS.sub(" ", java)))


def _up_to(stop_tokens: Sequence[str]) -> Callable[[str], str]:
    """Return what cuts a completion at the first stop token."""
    stop = re.compile("|".join(map(re.escape, filter(None, stop_tokens))) or r"\Z")
    return lambda completion: stop.split(completion, maxsplit=1)[0]


MULTIPL_E = Adapter("multipl-e", "name, language, prompt, tests, stop_tokens", _task)
