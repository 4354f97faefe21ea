"""What `make prove-core` measures: two commands on a fresh checkout, true verdicts, nothing left behind."""

from __future__ import annotations

import json
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.prove import humaneval
from tests.prove.checkout import Checkout
from tests.prove.harness import Figure, Line, NotMeasured
from tests.prove.killing import survivors_of_a_killed_daemon
from tests.prove.service import busy_machine, evaluate, verifierd
from tests.support.leaks import adopt_orphans, left_behind, snapshot

FIRST_RUN_S = 240.0
SECOND_RUN_S = 30.0
TESTS_S = 3600.0
AGREEMENT = 0.999
QUIXBUGS_CPU_LIMIT_S = 10

Records = list[dict[str, Any]]


def lines(repository: Path, scratch: Path) -> list[Line]:
    """The lines of the proof, in the order they are measured in."""
    checkout, verdicts, demo = (
        _Checkout(repository, scratch),
        _Verdicts(repository, scratch),
        _Demo(repository, scratch),
    )
    return [
        Line("make run, clean checkout, new HOME", "exit 0 in under 4 min", checkout.first_run),
        Line("make run, again", "exit 0 in under 30 s", checkout.second_run),
        Line("make test, clean checkout", "green", checkout.tests),
        Line("eval of 4,100 real candidates, against the labels", ">= 99.9 % agree", verdicts.agreement),
        Line("infrastructure errors among them", "0", verdicts.infrastructure_errors),
        Line("the same verdicts when run three times", "0 differ", verdicts.repeated),
        Line("the same verdicts beside two busy loops per core", "0 differ", verdicts.beside_busy_loops),
        Line("HumanEval's canonical solutions", "164 of 164 ACCEPTED", verdicts.canonical),
        Line("QuixBugs, programs with JSON tests", "buggy fail, correct pass", verdicts.quixbugs),
        Line("the demo's misbehaviours", "each gets its verdict", demo.verdicts),
        Line("processes, mounts, cgroups and files after them", "0", demo.left_behind),
        Line(
            "sandbox processes 5 s after SIGKILL of the daemon in a batch",
            "0",
            lambda: _killed_daemon(scratch),
        ),
    ]


class _Checkout:
    """The README's commands in a checkout of their own."""

    def __init__(self, repository: Path, scratch: Path) -> None:
        self._repository = repository
        self._scratch = scratch

    @cached_property
    def _copy(self) -> Checkout:
        return Checkout(self._repository, self._scratch / "fresh")

    def first_run(self) -> Figure:
        return self._timed("run", FIRST_RUN_S)

    def second_run(self) -> Figure:
        return self._timed("run", SECOND_RUN_S)

    def tests(self) -> Figure:
        command = self._copy.run("make", "test", limit_s=TESTS_S)
        counts = [
            line.strip("= ") for line in command.tail.splitlines() if " passed" in line or " failed" in line
        ]
        wrong = [line for line in command.tail.splitlines() if line.startswith(("FAILED", "ERROR"))]
        text = "; ".join([counts[-1] if counts else "pytest came to no summary", *wrong])
        return Figure(text, command.status == 0 and bool(counts), {"tail": command.tail})

    def _timed(self, target: str, reach_s: float) -> Figure:
        command = self._copy.run("make", target, limit_s=2 * reach_s)
        ended = "did not end" if command.status is None else f"exit {command.status}"
        holds = command.status == 0 and command.took_s < reach_s
        return Figure(
            f"{ended}, {command.took_s:.0f} s", holds, {"took_s": command.took_s, "tail": command.tail}
        )


class _Verdicts:
    """Verdicts on real programs, against what is known of them and against one another."""

    def __init__(self, repository: Path, scratch: Path) -> None:
        self._data = repository.parent / "shared" / "data"
        self._scratch = scratch

    @cached_property
    def _files(self) -> humaneval.Evaluation:
        return humaneval.candidates(self._data, self._scratch)

    @cached_property
    def _first(self) -> Records:
        return evaluate(self._files)

    def agreement(self) -> Figure:
        differences = [
            {key: record[key] for key in ("task_id", "sample_index", "verdict", "detail")} | {"label": known}
            for record, known in zip(self._first, self._files.known, strict=True)
            if record["passed"] != known
        ]
        agreeing = 1 - len(differences) / len(self._first)
        text = f"{agreeing:.3%} of {len(self._first)}, {len(differences)} differ"
        return Figure(text, agreeing >= AGREEMENT, {"differences": differences})

    def infrastructure_errors(self) -> Figure:
        counts = Counter(record["verdict"] for record in self._first)
        return Figure(str(counts["INFRASTRUCTURE_ERROR"]), not counts["INFRASTRUCTURE_ERROR"], dict(counts))

    def repeated(self) -> Figure:
        return self._same_as_first([evaluate(self._files) for _ in range(2)])

    def beside_busy_loops(self) -> Figure:
        first = self._first
        with busy_machine():
            again = evaluate(self._files)
        return self._same_as_first([again]) if first else Figure("nothing was judged", holds=False)

    def canonical(self) -> Figure:
        results = evaluate(humaneval.canonical(self._scratch))
        failed = [record for record in results if record["verdict"] != "ACCEPTED"]
        accepted = len(results) - len(failed)
        return Figure(f"{accepted} of {len(results)}", accepted == 164, {"failed": failed})

    def quixbugs(self) -> Figure:
        files = humaneval.quixbugs(self._data, self._scratch)
        results = evaluate(files, QUIXBUGS_CPU_LIMIT_S)
        passed = Counter(
            (known, record["passed"]) for record, known in zip(results, files.known, strict=True)
        )
        wrong = [
            record for record, known in zip(results, files.known, strict=True) if record["passed"] != known
        ]
        skipped = sum(map(len, humaneval.QUIXBUGS_SKIPPED.values()))
        text = (
            f"{passed[False, False]} of {files.known.count(False)} buggy fail, "
            f"{passed[True, True]} of {files.known.count(True)} correct pass; "
            f"{skipped} cases left out that QuixBugs' own tests skip as too slow"
        )
        return Figure(text, not wrong, {"wrong": wrong})

    def _same_as_first(self, runs: list[Records]) -> Figure:
        differences = [
            {"task_id": one["task_id"], "sample_index": one["sample_index"], "verdicts": verdicts}
            for one, *others in zip(self._first, *runs, strict=True)
            if len(set(verdicts := [record["verdict"] for record in (one, *others)])) > 1
        ]
        return Figure(f"{len(differences)} differ", not differences, {"differences": differences})


class _Demo:
    """The demo's problems with candidates that misbehave in ten ways."""

    def __init__(self, repository: Path, scratch: Path) -> None:
        demo = repository / "tests" / "data" / "demo"
        self._folders = sorted(file.parent for file in demo.glob("*/problem.json"))
        self._temp_dir = scratch / "demo"
        self._left_behind: dict[str, list[str]] | None = None

    def verdicts(self) -> Figure:
        adopt_orphans()
        self._temp_dir.mkdir()
        before = snapshot(self._temp_dir)
        wrong = []
        behaviours: Counter[str] = Counter()
        for folder in self._folders:
            expected = [
                json.loads(line) for line in (folder / "candidates.jsonl").read_text("utf-8").splitlines()
            ]
            got = self._verify(folder)
            for candidate in expected:
                behaviours[candidate["behaviour"]] += 1
                if got.get(candidate["id"]) != candidate["expected_verdict"]:
                    place = f"{folder.name}/{candidate['id']}"
                    wrong.append(f"{place}: {got.get(candidate['id'])}, not {candidate['expected_verdict']}")
        self._left_behind = left_behind(before, self._temp_dir)
        total = behaviours.total()
        text = f"{total - len(wrong)} of {total} candidates of {len(behaviours)} behaviours"
        return Figure(text, total > 0 and not wrong, {"wrong": wrong, "behaviours": dict(behaviours)})

    def left_behind(self) -> Figure:
        if self._left_behind is None:
            raise NotMeasured("the misbehaviours did not run")
        count = sum(map(len, self._left_behind.values()))
        return Figure(str(count), count == 0, self._left_behind)

    def _verify(self, folder: Path) -> dict[str, str]:
        """Each candidate's verdict, by `verifierd verify`."""
        files = (str(folder / "problem.json"), str(folder / "candidates.jsonl"))
        output = verifierd("verify", *files, "--json", limit_s=300.0, temp_dir=self._temp_dir)
        answers = [json.loads(line) for line in output.splitlines()]
        return {answer["candidate_id"]: answer["verdict"] for answer in answers if "candidate_id" in answer}


def _killed_daemon(scratch: Path) -> Figure:
    seen, survivors = survivors_of_a_killed_daemon(scratch)
    return Figure(f"{len(survivors)} of {seen}", seen > 0 and not survivors, {"survivors": survivors})
