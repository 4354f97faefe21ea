"""Reads the programs of this suite: one a file, with a strict header that says what is expected of it.

| key | its value |
|---|---|
| what | one line on what the program tries |
| problem | a name of `problems.TASKS` |
| passes | how many tests it truly solves: 0, or as "1 of 3"; wrong programs only |
| verdict | where one verdict alone is right; wrong programs only |
| defect | a known defect by which it is judged wrongly: its test must fail as long as this stands |
| sent | how the source differs from the file as it lies here, see `SENT` |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tests.security.hacks.problems import TASKS, Task
from verifierd_client import CandidateResult, Verdict

FOLDER = Path(__file__).parent
KEYS = ("what", "problem", "passes", "verdict", "defect", "sent")
HEADER = re.compile(r"# ([a-z]+): (.*)")
PASSES = re.compile(r"(\d+)(?: of (\d+))?")
SENT: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {
        "bom": lambda source: b"\xef\xbb\xbf" + source,
        "crlf": lambda source: source.replace(b"\n", b"\r\n"),
        "no final newline": lambda source: source.rstrip(b"\r\n"),
        "long line": lambda source: source + b"UNUSED = '" + b"x" * 100_000 + b"'\n",
    }
)


@dataclass(frozen=True, slots=True)
class Program:
    """One program under test. `passes` is how many tests it truly solves."""

    name: str
    what: str
    problem: str
    source: bytes
    is_honest: bool
    passes: int
    verdict: Verdict | None
    defect: str

    @property
    def task(self) -> Task:
        """What it pretends to solve."""
        return TASKS[self.problem]

    @property
    def expected(self) -> str:
        """What is expected of it, in words."""
        verdict = self.verdict.value if self.verdict else "refused"
        return f"{verdict}, {self.passes} of {len(self.task.problem.tests)} passed"

    def fits(self, result: CandidateResult) -> bool:
        """Tell whether a result of all tests is what is expected."""
        passed = sum(each.verdict is Verdict.ACCEPTED for each in result.executions)
        return self.is_judged_rightly(result) and passed == result.tests_passed == self.passes

    def is_judged_rightly(self, result: CandidateResult) -> bool:
        """Tell whether a verdict is the right one, however many tests were run."""
        if self.is_honest:
            return result.verdict is Verdict.ACCEPTED
        refused = result.verdict in REFUSED
        return refused and result.tests_passed <= self.passes and self.verdict in (None, result.verdict)


# What may be said of a program that is wrong: of the program, not of the service or the batch.
REFUSED = frozenset(
    {
        Verdict.WRONG_ANSWER,
        Verdict.RUNTIME_ERROR,
        Verdict.TIME_LIMIT_EXCEEDED,
        Verdict.MEMORY_LIMIT_EXCEEDED,
        Verdict.OUTPUT_LIMIT_EXCEEDED,
    }
)


def read_all() -> tuple[Program, ...]:
    """Return all programs, by name."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("[hw]*/*/*.py")))


def _read(path: Path) -> Program:
    """Return the program of a file. Raises ValueError where its header is wrong."""
    group, kind, _ = path.relative_to(FOLDER).parts
    name, is_honest = f"{group}/{kind}/{path.stem}", group == "honest"
    source = path.read_bytes()
    said = parse_header(source.decode())
    allowed = {"what", "problem", "defect", "sent"} if is_honest else set(KEYS)
    required = {"what", "problem"} if is_honest else {"what", "problem", "passes"}
    if not required <= said.keys() <= allowed:
        raise ValueError(f"{name}: the header has {sorted(said)}, needs {sorted(required)}")
    if said["problem"] not in TASKS or TASKS[said["problem"]].kind != kind:
        raise ValueError(f"{name}: there is no {kind} problem {said['problem']!r}")
    tests_total = len(TASKS[said["problem"]].problem.tests)
    for how in filter(None, said.get("sent", "").split(", ")):
        source = SENT[how](source)
    return Program(
        name=name,
        what=said["what"],
        problem=said["problem"],
        source=source,
        is_honest=is_honest,
        passes=tests_total if is_honest else _passes(said["passes"], tests_total, name),
        verdict=Verdict.ACCEPTED if is_honest else Verdict[said["verdict"]] if "verdict" in said else None,
        defect=said.get("defect", ""),
    )


def parse_header(text: str) -> dict[str, str]:
    """Return what the comments at the top of a program say. Raises ValueError."""
    said: dict[str, str] = {}
    for line in text.splitlines():
        found = HEADER.fullmatch(line)
        if found is None:
            break
        key, value = found.groups()
        later = KEYS[KEYS.index(next(reversed(said))) + 1 :] if said else KEYS
        if key not in later or not value.strip():
            raise ValueError(f"{line!r} is out of place; the order is {', '.join(KEYS)}")
        said[key] = value.strip()
    return said


def _passes(text: str, tests_total: int, name: str) -> int:
    found = PASSES.fullmatch(text)
    if found is None or (int(found[1]) > 0) != (found[2] is not None):
        raise ValueError(f"{name}: passes is '0' or 'K of N', not {text!r}")
    passes = int(found[1])
    if passes >= tests_total or (found[2] is not None and int(found[2]) != tests_total):
        raise ValueError(f"{name}: passes {text!r}, and the problem has {tests_total} tests")
    return passes
