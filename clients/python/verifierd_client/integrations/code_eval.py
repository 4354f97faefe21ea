"""In place of the metric `code_eval` of Hugging Face evaluate: the same call, in sandboxes.

There each candidate runs with its test appended, in a process of the evaluating host. Here the test runs in a
process of its own and reaches the candidate by calls, so that no candidate passes by ending it.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Sequence
from typing import Any

from verifierd_client.integrations import pass_at_k
from verifierd_client.integrations.batching import Item, Judged, Unjudged
from verifierd_client.integrations.scoring import Scorer
from verifierd_client.problems import AssertsTest, Candidate, Limits, Problem
from verifierd_client.results import Verdict

DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
AMBIGUOUS = frozenset(dir(builtins)) | sys.stdlib_module_names
"""Names that a test may mean as Python's own or as the candidate's."""


class CodeEval:
    """The metric, by a scorer or at a server's address.

    The scorer's `on_infra` says what becomes of a candidate that could not be judged: `raise` (the default
    here) gives no figure; `none` leaves it out, and a k for which too few candidates are left; `zero` counts
    it as failed.
    """

    name = "code_eval"

    def __init__(self, scorer: Scorer | str) -> None:
        """Keep the scorer; no connection is made."""
        self._scorer = Scorer(scorer, on_infra="raise") if isinstance(scorer, str) else scorer

    def compute(
        self,
        *,
        predictions: Sequence[Sequence[str]],
        references: Sequence[str],
        k: Sequence[int] = (1, 10, 100),
        num_workers: int = 4,
        timeout: float = 3.0,
    ) -> tuple[dict[str, float], dict[int, list[tuple[int, dict[str, Any]]]]]:
        """Return `pass@k` for each k, and by problem each candidate's position with what became of it.

        Args:
            predictions: candidates in Python, a list for each problem.
            references: a test program for each problem, such as `assert add(2, 3) == 5`.
            k: numbers of candidates; one above a problem's number of candidates is left out.
            num_workers: not used: the server says how many run at a time.
            timeout: CPU seconds of one candidate.

        Raises:
            ValueError: there are not as many references as predictions.
            NoVerdict: a candidate could not be judged, and `on_infra` is `raise`.
        """
        if len(predictions) != len(references):
            raise ValueError(
                f"there must be one reference for each list of predictions, and there are {len(references)} "
                f"for {len(predictions)}"
            )
        items: list[Item] = []
        for sources, reference in zip(predictions, references, strict=True):
            test = AssertsTest(reference, candidate_names=_candidate_names(reference, sources))
            problem = Problem(self.name, [test], Limits(timeout))
            items += [(problem, Candidate(source)) for source in sources]
        judged = iter(self._scorer.results_blocking(items))
        results = {
            task: [(at, self._told(task, at, next(judged))) for at in range(len(sources))]
            for task, sources in enumerate(predictions)
        }
        counts = [_count(told) for told in results.values() if told]
        figures = pass_at_k.each_of(counts, k)
        return {name: pass_at_k.mean(values) for name, values in figures.items()}, results

    def _told(self, task: int, at: int, judged: Judged) -> dict[str, Any]:
        if isinstance(judged, Unjudged):
            passed = False if self._scorer.on_infra == "zero" else None
            return {"task_id": task, "passed": passed, "result": judged.reason, "completion_id": at}
        told = f"failed: {judged.detail}"
        if judged.passed:
            told = "passed"
        elif judged.verdict is Verdict.TIME_LIMIT_EXCEEDED:
            told = "timed out"
        return {"task_id": task, "passed": judged.passed, "result": told, "completion_id": at}


def _candidate_names(reference: str, sources: Sequence[str]) -> list[str]:
    """Return the names of a test that are the candidates' although Python has them too, such as `sum`.

    A test that reads a name of its own asks for that one, and all others are Python's: a candidate with an
    `abs` would say by itself whether it is close enough. Of a test that reads Python's names alone they are
    those that some candidate defines; where none does, all: it would ask nothing of a candidate otherwise.
    """
    asked = _read(reference)
    if not asked <= AMBIGUOUS:
        return []
    defined = frozenset[str]().union(*map(_defined, sources))
    return sorted(asked & defined or asked)


def _defined(source: str) -> frozenset[str]:
    return frozenset(each.name for each in _parsed(source).body if isinstance(each, DEFINITIONS))


def _read(source: str) -> frozenset[str]:
    """Return the names that a program reads and does not bind."""
    read, bound = set[str](), set[str]()
    for node in ast.walk(_parsed(source)):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, DEFINITIONS):
            bound.add(node.name)
    return frozenset(read - bound)


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])  # the server says what is wrong with it


def _count(told: Sequence[tuple[int, dict[str, Any]]]) -> tuple[int, int]:
    judged = [each["passed"] for _, each in told if each["passed"] is not None]
    return len(judged), sum(judged)
