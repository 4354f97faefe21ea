"""What this server allows of a request that is well formed: ranges, counts, sizes, names, duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields

from sandboxes.model import Limits, Program, StdioRun
from verifierd.api.convert.fields import shown, under
from verifierd.api.engine import Abilities, LanguageAbility
from verifierd.batches.runs import run_of
from verifierd.errors import InvalidField
from verifierd.judging.probes import case_of
from verifierd.model import (
    AnswerTest,
    AssertsTest,
    CallTest,
    Candidate,
    CheckerSpec,
    FilesTest,
    InteractiveTest,
    Probes,
    Problem,
    StdioTest,
    TestBody,
    TestCase,
)

KIND_OF_BODY: dict[type[TestBody], str] = {
    StdioTest: "stdio",
    CallTest: "call",
    AssertsTest: "asserts",
    FilesTest: "files",
    AnswerTest: "answer",
    InteractiveTest: "interactive",
}
PAGE_BYTES = 4096  # a file takes whole ones
NANOSECOND_FIELDS = {"cpu_time_ns": "cpu_time", "wall_time_ns": "wall_time"}


def check_problem(problem: Problem, path: str, size_bytes: int, abilities: Abilities) -> None:
    """Check a problem that takes `size_bytes` as a message.

    Raises:
        InvalidField: its suite is too large, an id occurs twice, a limit is out of range, or
            its checker does not exist or does not judge its kind of tests.
    """
    bounds = abilities.bounds
    if size_bytes > bounds.max_total_bytes:
        raise InvalidField(path, f"it is {size_bytes} bytes", f"up to {bounds.max_total_bytes} bytes")
    check_unique((test.id for test in problem.tests), under(path, "tests"))
    check_limits(problem.limits, under(path, "limits"), abilities)
    for index, test in enumerate(problem.tests):
        at = under(path, f"tests[{index}]")
        check_room(test.body, at, problem.limits)
        if isinstance(test.body, InteractiveTest):
            check_program(test.body.interactor, under(at, "interactive.interactor"), abilities)
    if problem.probes is not None:
        check_probes(problem.probes, under(path, "probes"), problem.tests, abilities)
    check_checker(problem.checker, under(path, "checker"), kinds_of(problem), abilities)


def kinds_of(problem: Problem) -> set[str]:
    """Return the kinds of a problem's tests; probe inputs are run as tests are."""
    probes = problem.probes if problem.probes is not None else Probes()
    cases = (*problem.tests, *map(case_of, probes.inputs))
    printed = {KIND_OF_BODY[StdioTest]} if probes.generator is not None else set()
    return {KIND_OF_BODY[type(case.body)] for case in cases} | printed


def check_probes(probes: Probes, path: str, tests: Sequence[TestCase], abilities: Abilities) -> None:
    """Check where probe inputs come from.

    Raises:
        InvalidField: there are too many, an id occurs twice, or there is no test to make inputs of.
    """
    highest = abilities.bounds.max_tests
    if len(probes.inputs) > highest:
        raise InvalidField(under(path, "inputs"), f"there are {len(probes.inputs)}", f"up to {highest}")
    check_unique((each.id for each in probes.inputs), under(path, "inputs"))
    if probes.generator is not None:
        check_program(probes.generator, under(path, "generator"), abilities)
    if probes.mutate_tests and not any(isinstance(test.body, StdioTest | CallTest) for test in tests):
        raise InvalidField(
            under(path, "mutate_tests"), "no test has an input to change", "tests of kind stdio or call"
        )


def check_room(test: TestBody, path: str, limits: Limits) -> None:
    """Check that the files that a test gives a program fit into what the program may take.

    Raises:
        InvalidField: they do not.
    """
    run = run_of(test)
    files = run.files if isinstance(run, StdioRun) else ()
    taken_bytes = sum(-(-len(file.content) // PAGE_BYTES) * PAGE_BYTES for file in files)
    room_bytes = min(limits.disk_bytes, limits.memory_bytes)
    if taken_bytes > room_bytes:
        given = "files.files" if isinstance(test, FilesTest) else "stdio.stdin"
        raise InvalidField(
            under(path, given),
            f"it takes {taken_bytes} bytes on disk, in pages of {PAGE_BYTES}",
            f"up to {room_bytes} bytes, by limits.disk_bytes and limits.memory_bytes",
        )


def check_limits(limits: Limits, path: str, abilities: Abilities) -> None:
    """Check that every limit is in the allowed range.

    Raises:
        InvalidField: one is not.
    """
    lowest, highest = abilities.bounds.min_limits, abilities.bounds.max_limits
    for field in fields(Limits):
        value, low, high = (getattr(each, field.name) for each in (limits, lowest, highest))
        if low <= value <= high:
            continue
        name = NANOSECOND_FIELDS.get(field.name)
        if name is None:
            raise InvalidField(under(path, field.name), f"it is {value}", f"{low} to {high}")
        raise InvalidField(
            under(path, name), f"it is {value / 1e9:g} s", f"{low / 1e9:g} s to {high / 1e9:g} s"
        )


def check_checker(spec: CheckerSpec, path: str, kinds: set[str], abilities: Abilities) -> None:
    """Check that a checker exists, takes its parameters and judges some of these kinds of tests.

    Raises:
        InvalidField: it does not.
    """
    if spec.program is not None:
        check_program(spec.program, under(path, "program"), abilities)
    if not spec.name:
        for name, given in (("params", spec.params), ("program", spec.program)):
            if given:
                raise InvalidField(
                    under(path, name), f"there is {name}, but no checker is named", "name a checker"
                )
        return
    checker = next((each for each in abilities.checkers if each.name == spec.name), None)
    if checker is None or not checker.test_kinds & kinds:
        problem = (
            "there is no checker" if checker is None else f"no test of kind {_listed(kinds)} is judged by"
        )
        fitting = (each.name for each in abilities.checkers if each.test_kinds & kinds)
        raise InvalidField(under(path, "name"), f"{problem} {shown(spec.name)}", _listed(fitting))
    for name in spec.params:
        if name not in checker.params:
            raise InvalidField(
                under(path, f"params[{shown(name)}]"),
                f"checker {spec.name} has no such parameter",
                _listed(checker.params),
            )


def check_program(program: Program, path: str, abilities: Abilities) -> None:
    """Check that a program that is no candidate can be run: it reads and prints as in a `stdio` test.

    Raises:
        InvalidField: its language is unknown, not installed or one whose programs are not run.
    """
    run = [each for each in abilities.languages if KIND_OF_BODY[StdioTest] in each.test_kinds]
    if program.language in {each.name for each in abilities.languages} - {each.name for each in run}:
        wrong = f"programs in {program.language} are not run"
        raise InvalidField(
            under(path, "language"), wrong, _listed(each.name for each in run if each.available)
        )
    check_language(program.language, under(path, "language"), run)


def check_language(name: str, path: str, languages: Iterable[LanguageAbility]) -> LanguageAbility:
    """Return a language that is here.

    Raises:
        InvalidField: there is no such language, or it is not installed.
    """
    language = next((each for each in languages if each.name == name), None)
    if language is not None and language.available:
        return language
    problem = (
        f"there is no language {shown(name)}"
        if language is None
        else f"{name} is not installed on the server ({language.remedy})"
    )
    raise InvalidField(path, problem, _listed(each.name for each in languages if each.available))


class CandidateCheck:
    """Checks a batch's candidates one by one: languages, unique ids, number and size together."""

    def __init__(self, abilities: Abilities, problem: Problem, problem_bytes: int = 0) -> None:
        """Begin with the problem that they are for, and the room that it leaves."""
        self._kinds = kinds_of(problem)
        self._bounds = abilities.bounds
        self._languages = abilities.languages
        self._ids: dict[str, str] = {}
        self._total_bytes = problem_bytes

    def check(self, candidate: Candidate, path: str) -> None:
        """Check the next candidate.

        Raises:
            InvalidField: its language is unknown, not installed or not for such tests, its id was there
                before, or it is one too many.
        """
        self._check_language(candidate.language, under(path, "language"))
        first = self._ids.setdefault(candidate.id, path)
        if first is not path:
            raise InvalidField(
                under(path, "id"), f"{shown(candidate.id)} is the id of {first} already", "unique ids"
            )
        if len(self._ids) > self._bounds.max_candidates:
            raise InvalidField(
                path, "it is one candidate too many", f"up to {self._bounds.max_candidates} in a batch"
            )
        self._total_bytes += len(candidate.source.encode())
        if self._total_bytes > self._bounds.max_total_bytes:
            raise InvalidField(
                path,
                f"with it the batch is {self._total_bytes} bytes",
                f"up to {self._bounds.max_total_bytes} bytes of sources and tests together",
            )

    def knows(self, candidate_id: str) -> bool:
        """Tell whether there was a candidate of this id."""
        return candidate_id in self._ids

    def _check_language(self, name: str, path: str) -> None:
        language = check_language(name, path, self._languages)
        if not self._kinds <= language.test_kinds:
            fitting = (each.name for each in self._languages if self._kinds <= each.test_kinds)
            wrong = _listed(self._kinds - language.test_kinds)
            raise InvalidField(path, f"tests of kind {wrong} do not work in {name}", _listed(fitting))


def check_test_count(count: int, path: str, abilities: Abilities, has_probes: bool) -> None:
    """Check how many tests a problem has. With probe inputs it needs none.

    Raises:
        InvalidField: none, or too many.
    """
    if count or not has_probes:
        _check_count(count, path, "test", abilities.bounds.max_tests)


def check_candidate_count(count: int, path: str, abilities: Abilities) -> None:
    """Check how many candidates a closed batch has.

    Raises:
        InvalidField: none, or too many.
    """
    _check_count(count, path, "candidate", abilities.bounds.max_candidates)


def check_unique(ids: Iterable[str], path: str) -> None:
    """Check that no id occurs twice in the list at `path`.

    Raises:
        InvalidField: one does.
    """
    seen: dict[str, int] = {}
    for index, each in enumerate(ids):
        first = seen.setdefault(each, index)
        if first != index:
            raise InvalidField(
                under(f"{path}[{index}]", "id"),
                f"{shown(each)} is the id of {path}[{first}] already",
                "unique ids",
            )


def _check_count(count: int, path: str, what: str, highest: int) -> None:
    if count < 1:
        raise InvalidField(path, f"there is no {what}", f"1 to {highest}")
    if count > highest:
        raise InvalidField(path, f"there are {count}", f"1 to {highest}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
