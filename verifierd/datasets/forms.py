"""The shape of the service's own problem and candidate files, and what is said about a wrong one."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

import verifierd_client as client
from verifierd.datasets.fields import Form, Id, Octets, Param, Seconds, Text, TypedValue
from verifierd.datasets.probe_forms import GenerationForm, ProbeForm, ProbesForm, ProgramForm
from verifierd.datasets.records import type_name

MIB = 1 << 20
KINDS = ("stdio", "call", "asserts", "files", "answer", "interactive")


class _StdioForm(Form):
    stdin: Octets = b""
    expected_stdout: Octets
    arguments: list[Text] = Field(default_factory=list)
    input_file: Text = ""
    output_file: Text = ""

    def test(self, test_id: str) -> client.Test:
        return client.StdioTest(
            stdin=self.stdin,
            expected_stdout=self.expected_stdout,
            id=test_id,
            arguments=tuple(self.arguments),
            input_file=self.input_file,
            output_file=self.output_file,
        )


class _CallForm(Form):
    function: Text
    args: list[TypedValue] = Field(default_factory=list)
    kwargs: dict[Text, TypedValue] = Field(default_factory=dict)
    expected: TypedValue
    class_name: Text = ""

    def test(self, test_id: str) -> client.Test:
        return client.CallTest(self.function, self.args, self.expected, self.kwargs, test_id, self.class_name)


class _AssertsForm(Form):
    source: Text
    candidate_names: list[Text] = Field(default_factory=list)

    def test(self, test_id: str) -> client.Test:
        return client.AssertsTest(self.source, test_id, tuple(self.candidate_names))


class _FilesForm(Form):
    files: dict[Text, Octets] = Field(default_factory=dict)
    executables: list[Text] = Field(default_factory=list)
    stdin: Octets = b""
    expected: dict[Text, Octets | None]
    expected_stdout: Octets | None = None

    @model_validator(mode="after")
    def _executables_are_there(self) -> Self:
        if unknown := [path for path in self.executables if path not in self.files]:
            raise ValueError(f"'executables' has {unknown[0]!r}, which 'files' has not")
        return self

    def test(self, test_id: str) -> client.Test:
        files = {path: client.File(content, path in self.executables) for path, content in self.files.items()}
        return client.FilesTest(self.expected, files, self.stdin, self.expected_stdout, test_id)


class _AnswerForm(Form):
    expected: Text

    def test(self, test_id: str) -> client.Test:
        return client.AnswerTest(self.expected, test_id)


class _InteractiveForm(Form):
    interactor: ProgramForm
    input: Octets = b""
    answer: Octets = b""

    def test(self, test_id: str) -> client.Test:
        return client.InteractiveTest(self.interactor.program(), self.input, self.answer, test_id)


_BodyForm = _StdioForm | _CallForm | _AssertsForm | _FilesForm | _AnswerForm | _InteractiveForm


class _TestForm(Form):
    id: Id
    role: Literal["judge", "example", "generated"] = "judge"
    stdio: _StdioForm | None = None
    call: _CallForm | None = None
    asserts: _AssertsForm | None = None
    files: _FilesForm | None = None
    answer: _AnswerForm | None = None
    interactive: _InteractiveForm | None = None

    @property
    def _bodies(self) -> list[_BodyForm]:
        bodies = (self.stdio, self.call, self.asserts, self.files, self.answer, self.interactive)
        return [body for body in bodies if body is not None]

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (count := len(self._bodies)) != 1:
            *most, last = map(repr, KINDS)
            raise ValueError(f"needs exactly one of {', '.join(most)} and {last}, and has {count}")
        return self

    def test(self) -> client.Test:
        (body,) = self._bodies
        return replace(body.test(self.id), role=client.Role[self.role.upper()])


class _LimitsForm(Form):
    cpu_time_s: Seconds | None = None
    wall_time_s: Seconds | None = None
    memory_mib: int | None = None
    output_bytes: int | None = None
    processes: int | None = None
    open_files: int | None = None
    disk_mib: int | None = None

    def limits(self) -> client.Limits:
        return client.Limits(
            cpu_time_s=self.cpu_time_s,
            wall_time_s=self.wall_time_s,
            memory_bytes=_mebibytes(self.memory_mib),
            output_bytes=self.output_bytes,
            processes=self.processes,
            open_files=self.open_files,
            disk_bytes=_mebibytes(self.disk_mib),
        )


class _CheckerForm(Form):
    name: Text
    params: dict[Text, Param] = Field(default_factory=dict)
    program: ProgramForm | None = None

    def checker(self) -> client.Checker:
        return client.Checker(self.name, self.params, self.program.program() if self.program else None)


class ProblemForm(Form):
    """A problem file."""

    id: Id
    tests: list[_TestForm]
    limits: _LimitsForm = _LimitsForm()
    checker: _CheckerForm | None = None
    probes: ProbesForm | None = None

    def problem(self) -> client.Problem:
        """Return what the client sends."""
        return client.Problem(
            id=self.id,
            tests=tuple(test.test() for test in self.tests),
            limits=self.limits.limits(),
            checker=self.checker.checker() if self.checker else None,
            probes=self.probes.probes() if self.probes else None,
        )


class CandidateForm(Form):
    """A line of a candidates file."""

    id: Id
    language: Text
    source: Text
    generation: GenerationForm | None = None
    behaviour: Text = ""
    expected_verdict: Text = ""
    note: Text = ""


_FORMS_BY_KEY: dict[str, type[Form]] = {
    "tests": _TestForm,
    "stdio": _StdioForm,
    "call": _CallForm,
    "asserts": _AssertsForm,
    "files": _FilesForm,
    "answer": _AnswerForm,
    "interactive": _InteractiveForm,
    "interactor": ProgramForm,
    "limits": _LimitsForm,
    "checker": _CheckerForm,
    "program": ProgramForm,
    "probes": ProbesForm,
    "inputs": ProbeForm,
    "generator": ProgramForm,
    "generation": GenerationForm,
}


def first_fault(error: ValidationError, form: type[Form]) -> tuple[tuple[str | int, ...], str]:
    """Return the way to the first wrong value of a `form`, and what is wrong with it.

    An unknown key goes before all else: a mistyped one is also missing under its right name.
    """
    fault = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    way = tuple(fault["loc"])
    if fault["type"] == "extra_forbidden":
        allowed = ", ".join(_form_at(way[:-1], form).model_fields)
        return way, f"unknown key {way[-1]!r}{_inside(way[:-1])}; allowed: {allowed}"
    if fault["type"] == "missing":
        return way, f"key {way[-1]!r} is missing{_inside(way[:-1])}"
    if fault["type"] in ("model_type", "dict_type"):
        return way, f"{_shown(way)} must be an object, and is {type_name(fault['input'])}"
    reason = fault["msg"].removeprefix("Value error, ")
    return way, f"{_shown(way) or 'the object'}: {reason[:1].lower()}{reason[1:]}"


def _form_at(way: tuple[str | int, ...], form: type[Form]) -> type[Form]:
    keys = [step for step in way if isinstance(step, str)]
    return _FORMS_BY_KEY[keys[-1]] if keys else form


def _inside(way: tuple[str | int, ...]) -> str:
    return f" in {_shown(way)}" if way else ""


def _shown(way: tuple[str | int, ...]) -> str:
    """Return a way as a person writes it: tests[2].stdio."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in way)
    return text.removeprefix(".")


def _mebibytes(count: int | None) -> int | None:
    return None if count is None else count * MIB
