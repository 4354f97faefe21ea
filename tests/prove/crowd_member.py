"""`python -m tests.prove.crowd_member ADDRESS SEED`: one process of a crowd, led by lines on stdin.

Each line `round` has every thread verify something that nobody else does, half of them by a closed batch and
half by an open group, and answers with one line of JSON: what came back wrong, and the descriptors open then.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from verifierd_client import (
    BatchResult,
    Completion,
    ConnectionFailed,
    Options,
    Problem,
    StdioTest,
    Verdict,
    Verifier,
)

THREADS = 16
RETRIES = 200  # of a server that is away or full: it has 2 cores for 1,024 threads
AGAIN = 20  # times that a closed batch which was cut off is asked for once more, as its user would
OPTIONS = Options(include_outputs=True)


def main() -> None:
    """Answer each line until there is none."""
    address, seed = sys.argv[1], int(sys.argv[2])
    with Verifier(address, retries=RETRIES) as verifier, ThreadPoolExecutor(THREADS) as threads:
        for number, _ in enumerate(sys.stdin):
            wrong = list(threads.map(partial(_round, verifier, seed, number), range(THREADS)))
            fds = sum(1 for _ in Path("/proc/self/fd").iterdir())
            sys.stdout.write(json.dumps({"wrong": [each for each in wrong if each], "fds": fds}) + "\n")
            sys.stdout.flush()


def _round(verifier: Verifier, seed: int, number: int, thread: int) -> str:
    """Have one right and one wrong program judged; return what is amiss, empty where nothing is."""
    word = f"{seed}-{thread}-{number}"
    problem = Problem(f"crowd-{word}", [StdioTest("", word)])
    samples = [f"```python\nprint('{text}')\n```" for text in (word, f"not {word}")]
    try:
        result = _group(verifier, problem, samples) if thread % 2 else _closed(verifier, problem, samples)
    except Exception as error:
        return f"{word}: {type(error).__name__}: {error}"
    verdicts = [each.verdict for each in result.results]
    printed = [each.executions[0].stdout.text.strip() for each in result.results if each.executions]
    picked = [pick.candidate_id for pick in result.summary.picks]
    if verdicts == [Verdict.ACCEPTED, Verdict.WRONG_ANSWER] and printed == [word, f"not {word}"]:
        return "" if picked == ["0"] else f"{word}: picked {picked}"
    return f"{word}: {[each.value for each in verdicts]}, {printed}"


def _closed(verifier: Verifier, problem: Problem, samples: list[str]) -> BatchResult:
    for attempt in range(AGAIN):
        try:
            return verifier.verify(problem, [Completion(text) for text in samples], OPTIONS)
        except ConnectionFailed:
            if attempt == AGAIN - 1:
                raise
    raise AssertionError("there is a last attempt")


def _group(verifier: Verifier, problem: Problem, samples: list[str]) -> BatchResult:
    with verifier.group(problem, len(samples), options=OPTIONS) as group:
        for index, text in enumerate(samples):
            group.submit(index, text)
        return group.result()


if __name__ == "__main__":
    main()
