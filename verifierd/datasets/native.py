r"""The service's own files: a problem as one JSON object, candidates as JSON lines.

    problem.json      {"id": "sum",
                       "limits": {"cpu_time_s": 1, "memory_mib": 64},
                       "checker": {"name": "tokens"},
                       "tests": [{"id": "a", "stdio": {"stdin": "1 2\n", "expected_stdout": "3\n"}},
                                 {"id": "b", "call": {"function": "add", "args": [1, 2], "expected": 3}},
                                 {"id": "c", "asserts": {"source": "assert add(1, 2) == 3"}},
                                 {"id": "d", "files": {"files": {"a.txt": "1"},
                                                       "expected": {"a.txt": null, "b.txt": "1"}}}]}
    candidates.jsonl  {"id": "first", "language": "python", "source": "print(3)"}

`limits`, `checker` and `probes` may be left out; so may each key in them. A test may have a `role`, a
candidate a `generation` that says what drawing it cost. Values of `call` tests that JSON does not have are
written with a tag: `{"$tuple": [1, 2]}`, `{"$set": []}`, `{"$bytes": "aGk="}`,
`{"$float": "nan"}` (`sandboxes.inside.values` lists them all); `stdin`, `expected_stdout` and contents
of files are text or `{"$bytes": ...}`. A candidate may carry a `note`, a `behaviour` and its
`expected_verdict`, which the demo compares. Any other key is an error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

import verifierd_client as client
from verifierd.datasets.forms import CandidateForm, ProblemForm, first_fault
from verifierd.datasets.positions import line_of
from verifierd.datasets.records import InputError, Record, read_records, type_name


@dataclass(frozen=True, slots=True)
class AnnotatedCandidate:
    """A candidate with what its file says about it, and the line where it stands."""

    candidate: client.Candidate
    line: int
    behaviour: str
    expected_verdict: str
    note: str


def read_problem(file: Path) -> client.Problem:
    """Return the problem of a file.

    Raises:
        InputError: the file cannot be read, is not JSON, has an unknown key or a value that is not allowed.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(file, None, f"not UTF-8: {error.reason} at byte {error.start}") from None
    except OSError as error:
        raise InputError(file, None, f"cannot be read: {error.strerror or error}") from None
    try:
        fields = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(file, error.lineno, f"not JSON: {error.msg} at column {error.colno}") from None
    except (RecursionError, ValueError) as error:
        raise InputError(file, None, f"not JSON that can be read: {error}") from None
    if not isinstance(fields, dict):
        raise InputError(file, 1, f"must be a JSON object, and is {type_name(fields)}")
    try:
        return ProblemForm.model_validate(fields).problem()
    except ValidationError as error:
        way, what = first_fault(error, ProblemForm)
        raise InputError(file, line_of(text, way), what) from None


def read_candidates(file: Path) -> Iterator[AnnotatedCandidate]:
    """Yield the candidates of a file in its order.

    Raises:
        InputError: the file cannot be read or holds no candidate, a line has an unknown key or a value
            that is not allowed, or an id occurs twice.
    """
    first_lines: dict[str, int] = {}
    for record in read_records(file):
        form = _validated(record)
        if form.id in first_lines:
            raise record.error(f"id {form.id!r} occurs twice; the first is on line {first_lines[form.id]}")
        first_lines[form.id] = record.line
        yield AnnotatedCandidate(
            candidate=client.Candidate(
                id=form.id,
                language=form.language,
                source=form.source,
                generation=form.generation.generation() if form.generation else None,
            ),
            line=record.line,
            behaviour=form.behaviour,
            expected_verdict=form.expected_verdict,
            note=form.note,
        )
    if not first_lines:
        raise InputError(file, 1, "there is no candidate in this file")


def _validated(record: Record) -> CandidateForm:
    try:
        return CandidateForm.model_validate(dict(record.fields))
    except ValidationError as error:
        raise record.error(first_fault(error, CandidateForm)[1]) from None
