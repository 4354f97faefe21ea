"""What `make prove-languages` measures: published programs get the verdicts that are known of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sandboxes.languages import LANGUAGES
from sandboxes.languages.presence import host_versions
from tests.conformance.answer_cases import PAIRS
from tests.prove import humaneval
from tests.prove.harness import Figure, Line, NotMeasured
from tests.prove.polyglot import Judged, as_mbpp, evaluate
from tests.security.records import run_pytest

SUITE_S = 1800.0
# Of each language of HumanEval-X: its name there, the service's, canonical solutions that pass, bugs that are
# caught. None: what is seen is stated. What the figures leave out is in ../shared/data/README.md.
HUMANEVAL_X: Sequence[tuple[str, str, int | None, int | None]] = (
    ("python", "python", 164, 164),
    ("cpp", "cpp17", 162, 161),
    ("java", "java", 164, 164),
    ("js", "javascript", 161, 164),
    ("go", "go", 164, 164),
    ("rust", "rust", None, None),
)
MBPP_TASKS = 427
UNJUDGED = ("SKIPPED", "INFRASTRUCTURE_ERROR")
FORMATS = (Path("tests", "unit", "datasets"), Path("tests", "integration", "datasets"))
CHECKERS = Path("tests", "unit", "judging")
ANSWERS = Path("tests", "conformance", "test_answers.py")
PROOFS = Path("tests", "conformance", "test_asserts_in_languages.py")


def lines(repository: Path, scratch: Path) -> list[Line]:
    """The lines of the proof, in the order they are measured in."""
    sets = _Sets(repository.parent / "shared" / "data", scratch)
    tests = partial(_tests, repository)
    return [
        *(_humaneval_x(sets, *language) for language in HUMANEVAL_X),
        Line(
            "MBPP sanitized, canonical solutions",
            "all 427 judged, each that is not ACCEPTED is stated",
            sets.mbpp,
        ),
        Line("QuixBugs in Python", "buggy fail, correct pass", sets.quixbugs_python),
        Line("QuixBugs in Java, as call tests", "buggy fail, correct pass", sets.quixbugs_java),
        Line("each adapter reads its published form, odd cases and faults", "green", tests(*FORMATS)),
        Line("each set's checker agrees with its evaluator's rule on 10,000 pairs", "green", tests(CHECKERS)),
        Line(
            f"{len(PAIRS)} pairs of answers, texts that attack their reader, and one that hangs",
            "as math-verify says, TIME_LIMIT_EXCEEDED",
            tests(ANSWERS),
        ),
        Line(
            "Coq: right, wrong, admitted, by an axiom", "only the right one", tests(PROOFS, selected="proof")
        ),
    ]


def _humaneval_x(sets: _Sets, name: str, language: str, accepted: int | None, rejected: int | None) -> Line:
    reach = (
        f"{accepted} accepted, {rejected} rejected" if accepted else "stated, with the reason for each miss"
    )
    return Line(
        f"HumanEval-X canonical solutions, HumanEvalPack bugs: {name}",
        reach,
        partial(sets.humaneval_x, name, language, accepted, rejected),
    )


class _Sets:
    """The published sets, judged once each."""

    def __init__(self, data: Path, scratch: Path) -> None:
        self._data = data
        self._scratch = scratch

    def humaneval_x(self, name: str, language: str, accepted: int | None, rejected: int | None) -> Figure:
        _require(language)
        right = self._judged("humaneval-x", "humaneval_x", name, "canonical_solution")
        bugs = self._judged("humanevalpack", "humanevalpack_bugs", name, "buggy_solution")
        passing = [each for each in right if each.passed]
        # Where not even the solution compiles here, for want of a library, nothing is said about the tests.
        lacking = {each.task_id for each in right if each.verdict == "COMPILE_ERROR"}
        caught = [each for each in bugs if not each.passed and each.task_id not in lacking]
        unlike = (accepted is not None and len(passing) != accepted) or (
            rejected is not None and len(caught) != rejected
        )
        misses = [f"canonical {each.told}" for each in right if not each.passed]
        misses += [f"bug {each.told}" for each in bugs if each not in caught]
        text = f"{len(passing)} of {len(right)} accepted, {len(caught)} of {len(bugs)} rejected"
        broken = [each.told for each in [*right, *bugs] if each.verdict == "INFRASTRUCTURE_ERROR"]
        holds = not unlike and not broken and bool(right) and bool(bugs)
        return Figure(text, holds, {"misses": misses, "infrastructure": broken})

    def mbpp(self) -> Figure:
        tasks = [as_mbpp(each) for each in humaneval.records(self._file("mbpp_sanitized_427"))]
        file = self._scratch / "sanitized-mbpp.json"
        file.write_text(json.dumps(tasks), "utf-8")
        samples = [{"task_id": each["task_id"], "completion": each["code"]} for each in tasks]
        return _all_pass(evaluate("mbpp", file, samples, self._scratch / "mbpp"), MBPP_TASKS)

    def quixbugs_python(self) -> Figure:
        return self._quixbugs("python", "python")

    def quixbugs_java(self) -> Figure:
        _require("java")
        return self._quixbugs("java", "java")

    def _quixbugs(self, name: str, language: str) -> Figure:
        file = self._file("quixbugs")
        programs = [
            each for each in humaneval.records(file) if each["json_tests"] and each[f"correct_{name}"]
        ]
        judged = {
            kind: evaluate(
                "quixbugs",
                file,
                [
                    {"task_id": f"{language}/{each['name']}", "solution": each[f"{kind}_{name}"]}
                    for each in programs
                ],
                self._scratch / f"quixbugs-{name}-{kind}",
                *("--cpu-time-s", "10"),
            )
            for kind in ("correct", "buggy")
        }
        unjudged = [each.told for each in judged["correct"] if each.verdict == "SKIPPED"]
        judged = {
            kind: [each for each in results if each.verdict != "SKIPPED"] for kind, results in judged.items()
        }
        wrong = [f"correct {each.told}" for each in judged["correct"] if not each.passed]
        wrong += [f"buggy {each.told}" for each in judged["buggy"] if each.passed]
        passing = sum(each.passed for each in judged["correct"])
        failing = sum(not each.passed for each in judged["buggy"])
        count = len(programs) - len(unjudged)
        text = f"{passing} of {count} correct pass, {failing} of {count} buggy fail"
        if unjudged:
            text += f"; not judged: {'; '.join(unjudged)}"
        return Figure(text, passing == failing == count > 0, {"wrong": wrong})

    def _judged(self, form: str, stem: str, name: str, key: str) -> list[Judged]:
        file = self._file(stem)
        samples: list[dict[str, Any]] = [
            {"task_id": each["task_id"], "completion": each[key]}
            for each in humaneval.records(file)
            if each["language"] == name
        ]
        return evaluate(form, file, samples, self._scratch / f"{form}-{name}")

    def _file(self, stem: str) -> Path:
        file = self._data / f"{stem}.jsonl.gz"
        if not file.is_file():
            raise NotMeasured(f"{file.name} is not beside the checkout in ../shared/data")
        return file


def _all_pass(judged: Sequence[Judged], count: int) -> Figure:
    misses = [each.told for each in judged if not each.passed]
    text = f"{len(judged) - len(misses)} of {len(judged)} accepted"
    if misses:
        text += f"; not: {'; '.join(misses)}"
    unjudged = [each.told for each in judged if each.verdict in UNJUDGED]
    return Figure(text, len(judged) == count and not unjudged, {"misses": misses})


def _require(language: str) -> None:
    if language != "python" and language not in host_versions():
        raise NotMeasured(
            f"{language} is not here: {LANGUAGES[language].install_command}; or make toolchains"
        )


def _tests(repository: Path, *paths: Path, selected: str = "") -> Callable[[], Figure]:
    def measure() -> Figure:
        if absent := [str(path) for path in paths if not (repository / path).exists()]:
            raise NotMeasured(f"there is no {absent[0]}")
        ran = run_pytest(*paths, limit_s=SUITE_S, selected=selected)
        return Figure(ran.summary, ran.is_green, {"tail": ran.tail})

    return measure
