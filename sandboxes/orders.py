"""What a job is on the line to a supervisor: a header, and the bytes that belong to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from .inside import given, left
from .languages import LANGUAGES, Language
from .languages.declaration import Harness
from .model import AnswerRun, AssertsRun, CallRun, InteractiveRun, Job, Limits, Program, Run, StdioRun

INTERACTOR_CPU_FACTOR, INTERACTOR_CPU_EXTRA_NS = 2, 1_000_000_000
INTERACTOR_MEMORY_BYTES, INTERACTOR_DISK_BYTES = 1 << 30, 64 << 20
INTERACTOR_PROCESSES, INTERACTOR_OPEN_FILES = 64, 256

PLACE = re.compile(r"\{\{(function|class_name|callee|program|tests)\}\}")


def order_of(job: Job) -> tuple[dict[str, Any], list[bytes]]:
    """Return the frame that orders a job: the source's bytes, each interactor's, three parts of each run.

    Those are its payload, what it is given beside it (`inside.given`), and the paths at which to look when it
    has ended (`inside.left`).
    """
    language = LANGUAGES[job.program.language]
    builds = _Builds(language, job)
    interactors = _Interactors(job)
    runs, of_runs = [], []
    for run in job.runs:
        header, payload = _run_order(run, interactors)
        build = None if language.warm or isinstance(run, AnswerRun) else builds.index_of(run)
        runs.append({**header, "build": build})
        of_runs += [payload, *_gift_and_asked(run)]
    header = {
        "op": "job",
        "builds": builds.orders,
        "limits": asdict(language.limits.applied(job.limits)),
        "interactors": interactors.orders,
        "runs": runs,
    }
    return header, [job.program.source.encode(), *interactors.sources, *of_runs]


def _run_order(run: Run, interactors: _Interactors) -> tuple[dict[str, Any], bytes]:
    match run:
        case StdioRun(stdin):
            return {"kind": "stdio"}, stdin
        case CallRun(function, class_name=class_name):
            return {"kind": "call", "function": function, "class_name": class_name}, run.payload
        case AssertsRun(test_source, names):
            return {"kind": "asserts", "candidate_names": list(names)}, test_source.encode()
        case AnswerRun(expected):
            return {"kind": "answer", "is_choice": run.is_choice}, expected.encode()
        case InteractiveRun(interactor):
            return {"kind": "interactive", "interactor": interactors.index_of(interactor)}, b""


def _gift_and_asked(run: Run) -> tuple[bytes, bytes]:
    if not isinstance(run, StdioRun | InteractiveRun):
        return b"", b""
    files = [(file.path, file.is_executable, file.content) for file in run.files]
    asked = run.asked if isinstance(run, StdioRun) else ()
    return given.pack(run.arguments, files), left.SEPARATOR.join(path.encode() for path in asked)


class _Interactors:
    """The programs that a job's `interactive` runs talk with, each once."""

    def __init__(self, job: Job) -> None:
        self.orders: list[dict[str, Any]] = []
        self.sources: list[bytes] = []
        self._job = job
        self._indices: dict[Program, int] = {}

    def index_of(self, program: Program) -> int:
        """Return the place of an interactor among the orders."""
        if program not in self._indices:
            self._indices[program] = len(self.orders)
            language, limits = LANGUAGES[program.language], interactor_limits(self._job)
            build = _Builds(language, Job(program, (), limits))
            build.index_of(StdioRun(b""))
            applied = asdict(language.limits.applied(limits))
            self.orders.append({"build": None if language.warm else build.orders[0], "limits": applied})
            self.sources.append(program.source.encode())
        return self._indices[program]


def interactor_limits(job: Job) -> Limits:
    """Return what an interactor may use: at least as much as the program, and room for its files.

    It works for as long as the program talks, so a limit of its own would judge the program.
    """
    limits = job.limits
    runs = (run for run in job.runs if isinstance(run, InteractiveRun))
    files_bytes = max((sum(len(file.content) for file in run.files) for run in runs), default=0)
    return replace(
        limits,
        cpu_time_ns=INTERACTOR_CPU_FACTOR * limits.cpu_time_ns + INTERACTOR_CPU_EXTRA_NS,
        memory_bytes=max(limits.memory_bytes, INTERACTOR_MEMORY_BYTES) + files_bytes,
        processes=max(limits.processes, INTERACTOR_PROCESSES),
        open_files=max(limits.open_files, INTERACTOR_OPEN_FILES),
        disk_bytes=max(limits.disk_bytes, INTERACTOR_DISK_BYTES) + files_bytes,
    )


class _Builds:
    """The ways in which a job's runs need its program built, each once."""

    def __init__(self, language: Language, job: Job) -> None:
        self.orders: list[dict[str, Any]] = []
        self._language = language
        self._job = job
        self._indices: dict[tuple[str, ...], int] = {}

    def index_of(self, run: StdioRun | CallRun | AssertsRun | InteractiveRun) -> int:
        """Return the place of the build that a run needs among the orders."""
        match run:
            case StdioRun() | InteractiveRun():
                key: tuple[str, ...] = ("stdio",)
            case CallRun(function, class_name=class_name):
                key = ("call", function, class_name)
            case AssertsRun(test_source):
                key = ("asserts", "", "", test_source if self._tests_have_a_file else "")
        if key not in self._indices:
            self._indices[key] = len(self.orders)
            self.orders.append(self._order(*key))
        return self._indices[key]

    @property
    def _tests_have_a_file(self) -> bool:
        return any("{{tests}}" in text for text in self._harness("asserts").files.values())

    def _order(self, kind: str, function: str = "", class_name: str = "", tests: str = "") -> dict[str, Any]:
        language, limits = self._language, self._job.limits
        harness = self._harness(kind)
        program = self._job.program.source
        places = {"function": function, "class_name": class_name, "program": program, "tests": tests}
        places["callee"] = _filled(harness.method if class_name else harness.function, places)
        files = {name: _filled(text, places) for name, text in harness.files.items()}
        return {
            "kind": kind,
            "joins_tests": kind == "asserts" and not self._tests_have_a_file,
            "source": harness.source or language.source,
            "compile": _command(harness.compile or language.compile, limits),
            "run": _command(harness.run or language.run, limits),
            "artifacts": list(harness.artifacts or language.artifacts),
            "environment": dict(language.environment),
            "files": {**language.files, **files},
            "optional": dict(harness.optional),
            "refused": list(harness.refused),
            "closing": list(harness.closing),
            "before_tests": harness.before_tests,
            "after_tests": harness.after_tests,
            "system_calls": list(language.system_calls),
            "out_of_memory": list(language.out_of_memory),
            "build_limits": asdict(language.build_limits.as_limits),
        }

    def _harness(self, kind: str) -> Harness:
        declared = {"call": self._language.call, "asserts": self._language.asserts}.get(kind)
        return declared or Harness()


def _command(words: Sequence[str], limits: Limits) -> list[str]:
    return [word.replace("{memory_mib}", str(limits.memory_bytes >> 20)) for word in words]


def _filled(text: str, places: Mapping[str, str]) -> str:
    """Fill a harness's places, all at once: what is filled in has none."""
    return PLACE.sub(lambda place: places[place[1]], text)
