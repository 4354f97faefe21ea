"""CodeContests (deepmind/code_contests): the Hub's export, or the proto's fields as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeGuard

import verifierd_client as client
from verifierd.datasets.adapter import Adapter
from verifierd.datasets.evaluators import NO_TESTS, PYTHON
from verifierd.datasets.pairs import Pairs, read_cases, with_room
from verifierd.datasets.prompts import in_field
from verifierd.datasets.records import Record, type_name
from verifierd.datasets.task import Program, Rule, Task, allowed

TESTS = ("public_tests", "private_tests", "generated_tests")

# Enums of contest_problem.proto: numbers, or names in protobuf's own JSON. The proto gives 5 to no source;
# the Hub's export has class labels, which leave out no number.
_HUB_SOURCES = MappingProxyType(
    dict(enumerate(("unknown", "codechef", "codeforces", "hackerearth", "codejam", "atcoder", "aizu")))
)
_PROTO_SOURCES = MappingProxyType({key + (key >= 5): name for key, name in _HUB_SOURCES.items()})

# PYTHON, 1, is Python 2, which the service has not.
_LANGUAGES = MappingProxyType(
    {"2": "cpp17", "3": "python", "4": "java", "CPP": "cpp17", "PYTHON3": "python", "JAVA": "java"}
)

# TestOptions of execution/tester_sandboxer.h, for problems that state none.
_SECONDS, _MEMORY_BYTES = 10.0, 256 << 20

# A duration as text: protobuf's JSON ("2.5s"), or its text form ("seconds: 2\nnanos: 500000000\n").
_JSON_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")
_TEXT_DURATION = re.compile(r"\s*(?:seconds: (\d{1,9})\s*)?(?:nanos: (\d{1,9})\s*)?")


def _task(record: Record, rule: Rule) -> Task:
    task_id = f"{_source(record)}/{record.text('name')}"
    files = (record.text_or("input_file", ""), record.text_or("output_file", ""))
    tests = _pairs(record).stdio(*files)
    checker = client.Checker("codecontests", {"strict": "true"} if rule.strict else {})
    return Task(
        task_id=task_id,
        place=record.place,
        problem=client.Problem(task_id, tests, with_room(_limits(record), tests), checker),
        language=PYTHON,
        canonical=tuple(_solutions(record)),
        unjudgeable="" if tests else NO_TESTS,
    )


def _pairs(record: Record) -> Pairs:
    inputs, outputs = list[Any](), list[Any]()
    for key in TESTS:
        held = record.value(key)
        if _of_the_hub(held):
            held = _rows(record, key, held, "input", "output")
        some = read_cases(record, key, held)
        inputs += some.inputs
        outputs += some.outputs
    return Pairs(record, TESTS[0], inputs, outputs)


def _of_the_hub(held: Any) -> TypeGuard[dict[str, Any]]:
    """Say whether a table is held as in the Hub's export, where it is a dict of lists."""
    return isinstance(held, dict)


def _rows(record: Record, key: str, held: Mapping[str, Any], *columns: str) -> list[dict[str, Any]]:
    """Return the rows of a table that is held by columns, as the Hub's exports hold lists of objects."""
    lists = [held.get(column) for column in columns]
    for column, values in zip(columns, lists, strict=True):
        if not isinstance(values, list):
            raise record.error(f"field {key!r}: {column!r} must be a list, and is {type_name(values)}")
    if len({len(values or ()) for values in lists}) > 1:
        sizes = " and ".join(
            f"{len(values or ())} of {name!r}" for name, values in zip(columns, lists, strict=True)
        )
        raise record.error(f"field {key!r}: there are {sizes}, which must be equally many")
    return [dict(zip(columns, row, strict=True)) for row in zip(*(each or () for each in lists), strict=True)]


def _limits(record: Record) -> client.Limits:
    memory = record.fields.get("memory_limit_bytes") or 0  # 0: not known
    if isinstance(memory, str) and memory.isdecimal() and len(memory) < 19:  # int64 in protobuf's JSON
        memory = int(memory)
    if isinstance(memory, bool) or not isinstance(memory, int) or memory < 0:
        raise record.error(
            f"field 'memory_limit_bytes' must be a number of bytes, and is {str(memory)[:80]!r}"
        )
    seconds = _duration(record, "time_limit") or _SECONDS
    return allowed(client.Limits(cpu_time_s=seconds, memory_bytes=memory or _MEMORY_BYTES))


def _duration(record: Record, key: str) -> float:
    """Return a duration in seconds; 0 where it is missing, null or empty."""
    held = record.fields.get(key)
    if held is None:
        return 0.0
    if isinstance(held, dict):
        parts = [held.get("seconds") or 0, held.get("nanos") or 0]
        if all(isinstance(part, int) and not isinstance(part, bool) and 0 <= part < 1e9 for part in parts):
            return float(parts[0] + parts[1] / 1e9)
    if isinstance(held, str):
        if found := _JSON_DURATION.fullmatch(held):
            return float(found[1])
        if found := _TEXT_DURATION.fullmatch(held):
            return float(found[1] or 0) + float(found[2] or 0) / 1e9
    raise record.error(f"field {key!r} must be seconds and nanos or null, and is {str(held)[:80]!r}")


def _source(record: Record) -> str:
    """Return where a problem comes from: names alone may agree between sources, says the proto."""
    source = record.value("source")
    sources = _HUB_SOURCES if _of_the_hub(record.value(TESTS[0])) else _PROTO_SOURCES
    name = sources.get(source, "") if isinstance(source, int) else str(source).lower()
    if name not in sources.values():
        raise record.error(f"field 'source' must be one of {_said(sources)}, and is {str(source)[:80]!r}")
    return name


def _said(sources: Mapping[int, str]) -> str:
    return ", ".join(f"{number} ({name})" for number, name in sources.items())


def _solutions(record: Record) -> Iterator[Program]:
    """Yield the first solution in each language that the service has."""
    key, seen = "solutions", set[str]()
    held = record.fields.get(key) or []
    if _of_the_hub(held):
        held = _rows(record, key, held, "language", "solution")
    for case in held if isinstance(held, list) else [held]:
        if not isinstance(case, dict) or not isinstance(case.get("solution"), str):
            raise record.error(f"field {key!r} must hold objects with 'language' and 'solution'")
        language = _LANGUAGES.get(str(case.get("language")))
        if language and language not in seen:
            seen.add(language)
            yield Program(case["solution"], language)


CODECONTESTS = Adapter(
    "codecontests", "CodeContests: source and name, tests, limits", _task, prompt=in_field("description")
)
