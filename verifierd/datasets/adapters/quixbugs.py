"""QuixBugs (jkoppel/QuixBugs): classic algorithms with one-line bugs, in Python and in Java.

A checkout's folder is read as it is: `json_testcases/NAME.json` has a line `[arguments, expected]` a case.
Or JSON lines with all of it: `name`, `json_tests`, `correct_python`, `correct_java`. The nine programs on
graphs, whose cases are code, cannot be judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import verifierd_client as client
from verifierd.datasets.adapter import Adapter
from verifierd.datasets.records import InputError, Record, read_records
from verifierd.datasets.task import Program, Rule, Task

LIMITS = client.Limits(cpu_time_s=3.0)

# Cases that its own tests pass over by default as too slow: about 4 minutes, and without end.
SLOW = frozenset({("knapsack", 9), ("levenshtein", 3)})

UNJUDGEABLE = MappingProxyType({"java/hanoi": "its Java half returns objects of a class of its own"})

# Its tests compare after list(generator), and square roots within the tolerance asked of them; JSON knows no
# tuples.
PYTHON_TEST = """
import math


def plain(value):
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return [plain(part) for part in value]


def same(actual, expected):
    if isinstance(expected, list):
        return (
            isinstance(actual, list)
            and len(actual) == len(expected)
            and all(same(one, other) for one, other in zip(actual, expected))
        )
    if isinstance(expected, float):
        return isinstance(actual, (int, float)) and math.isclose(actual, expected, abs_tol={tolerance})
    return actual == expected


assert same(plain({name}(*{args})), {expected})
"""


def _records(place: Path) -> Iterator[Record]:
    """Yield each program twice, once a language."""
    for record in _checkout(place) if place.is_dir() else read_records(place):
        for language in ("python", "java"):
            if language == "python" or record.has("correct_java"):
                yield Record(record.file, record.line, {**record.fields, "language": language})


def _checkout(folder: Path) -> Iterator[Record]:
    for cases in sorted((folder / "json_testcases").glob("*.json")):
        name = cases.stem
        fields: dict[str, Any] = {"name": name, "json_tests": list(_cases(cases))}
        for key, file in (
            ("correct_python", folder / "correct_python_programs" / f"{name}.py"),
            ("correct_java", folder / "correct_java_programs" / f"{name.upper()}.java"),
        ):
            if (program := _text(file)) is not None:
                fields[key] = program
        yield Record(cases, 1, fields)


def _text(file: Path) -> str | None:
    """Return what a file holds; None where there is none. Raises InputError where it cannot be read."""
    try:
        return file.read_bytes().decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise InputError(file, None, f"not UTF-8: {error.reason} at byte {error.start}") from None
    except OSError as error:
        raise InputError(file, None, f"cannot be read: {error.strerror or error}") from None


def _cases(file: Path) -> Iterator[dict[str, Any]]:
    for line, text in enumerate((_text(file) or "").splitlines(), start=1):
        if not text.strip():
            continue
        try:
            given, expected = json.loads(text)
        except (ValueError, TypeError, RecursionError):
            raise InputError(file, line, "must be a JSON list of arguments and the expected value") from None
        yield {"args": given if isinstance(given, list) else [given], "expected": expected}


def _task(record: Record, rule: Rule) -> Task:
    name, language = record.text("name"), record.text("language")
    if not name.isidentifier():
        raise record.error(f"field 'name' must be a name of a function, and is {name[:80]!r}")
    cases = [
        (str(number), *_case(record, number, case))
        for number, case in enumerate(record.values("json_tests") if record.has("json_tests") else ())
        if (name, number) not in SLOW
    ]
    test = _python_test if language == "python" else _java_test
    tests = [test(name, *case) for case in cases]
    task_id, solution = f"{language}/{name}", f"correct_{language}"
    checker = _java_checker(name, cases) if language == "java" else None
    return Task(
        task_id=task_id,
        place=record.place,
        problem=client.Problem(task_id, tests, LIMITS, checker),
        language=language,
        canonical=(Program(record.text(solution), language),) if record.has(solution) else (),
        unjudgeable=UNJUDGEABLE.get(task_id, "") if tests else "its published tests are code on graphs",
    )


def _case(record: Record, number: int, case: Any) -> tuple[list[Any], Any]:
    if not isinstance(case, dict) or not isinstance(case.get("args"), list) or "expected" not in case:
        raise record.error(f"field 'json_tests': item {number} must be an object with 'args' and 'expected'")
    return case["args"], case["expected"]


def _python_test(name: str, test_id: str, args: list[Any], expected: Any) -> client.AssertsTest:
    tolerance = args[-1] if name == "sqrt" and args else 0.0
    source = PYTHON_TEST.format(name=name, args=repr(args), expected=repr(expected), tolerance=tolerance)
    return client.AssertsTest(source, test_id, candidate_names=(name,))


def _java_test(name: str, test_id: str, args: list[Any], expected: Any) -> client.CallTest:
    """Its Java half has digits as text where its Python half has a list of them."""
    return client.CallTest(name, args, str(expected) if name == "next_palindrome" else expected, id=test_id)


def _java_checker(name: str, cases: Sequence[tuple[str, list[Any], Any]]) -> client.Checker:
    """Return one rule for all cases: of square roots the least tolerance that a case asks for."""
    asked = [args[-1] for _, args, _ in cases if name == "sqrt" and args and type(args[-1]) in (int, float)]
    return client.Checker("float", {"abs": repr(float(min(asked)))} if asked else {})


QUIXBUGS = Adapter("quixbugs", "a checkout's folder, or lines of name and json_tests", _task, _records)
