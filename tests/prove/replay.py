"""The recorded samples of 41 problems in the place of a model, and these problems as queries."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.prove.humaneval import records
from tests.support.recording import TOKEN_S, Recording
from tests.support.replaying import ReplayingSampler
from verifierd_client import AssertsTest, AsyncVerifier, CallProbe, Extraction, Limits, Probes, Problem
from verifierd_client.sampling import Sampling
from verifierd_client.strategies import Prices, Query, Resolution, Resources, Strategy

SAMPLES = 100
# At these texts the programs of the recording end.
SAMPLING = Sampling(max_tokens=300, stop=("\nclass", "\ndef", "\n#", "\nif", "\nprint"))
# An illustration: what small models were sold at in 2024.
PRICES = Prices(usd_per_prompt_token=0.15e-6, usd_per_completion_token=0.60e-6)
LIMITS = Limits(cpu_time_s=1.0, memory_bytes=1 << 30)
MAX_PROBES = 20


@dataclass(frozen=True, slots=True)
class Recorded:
    """One problem: its record, the programs that were recorded, and which of them are right."""

    record: dict[str, Any]
    right: frozenset[str]

    @property
    def is_solvable(self) -> bool:
        """Say whether some recorded program is right."""
        return bool(self.right)

    def query(self) -> Query:
        """Return it with its hidden tests as one test program."""
        return self._query([_asserts(self.record["hidden_test"], self.record)])

    def query_by_assertions(self) -> Query:
        """Return it with one test for each assertion, so that a program may pass a share of them.

        Assertions that ask the candidate for nothing are left out.
        """
        tree = ast.parse(self.record["hidden_test"])
        (check,) = (each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == "check")
        body, tests = check.body, []
        setting_up = [each for each in body if not _asserts_something(each)]
        for each in body:
            if _asserts_something(each) and "candidate" in ast.unparse(each):
                check.body = [*setting_up, each]
                tests.append(_asserts(ast.unparse(tree), self.record))
        return self._query(tests)

    def query_without_tests(self) -> Query | None:
        """Return it with probe inputs only, of those that were made for it; None where there are none."""
        inputs = [
            CallProbe(self.record["entry_point"], each["args"])
            for each in self.record["generated_inputs"]
            if each["args"] is not None
        ]
        return self._query([], Probes(inputs[:MAX_PROBES])) if inputs else None

    def _query(self, tests: Sequence[AssertsTest], probes: Probes | None = None) -> Query:
        prompt = self.record["prompt"]
        problem = Problem(self.record["task_id"], tests, LIMITS, probes=probes)
        return Query(problem, prompt, extraction=Extraction.WHOLE_TEXT, prefix=prompt)


def recorded_problems(data: Path) -> list[Recorded]:
    """Return all of them. Raises NotMeasured where the data are absent."""
    problems = []
    samples = records(data / "candidates_dev.jsonl.gz")
    for record, labels in zip(samples, records(data / "labels_dev.jsonl.gz"), strict=True):
        passed = zip(record["programs"], labels["passed"], strict=True)
        problems.append(Recorded(record, frozenset(program for program, right in passed if right)))
    return problems


def sampler_of(problems: Sequence[Recorded], token_s: float = TOKEN_S) -> ReplayingSampler:
    """Return a model that has said nothing yet: each use gets the same samples in the same order."""
    completions = {each.record["prompt"]: each.record["raw_completions"] for each in problems}
    return ReplayingSampler(Recording(completions), token_s=token_s)


async def resolve_all(
    queries: Sequence[Query], strategy: Strategy, sampler: ReplayingSampler, address: str, at_once: int = 1
) -> list[Resolution]:
    """Resolve queries by one strategy, so many at a time."""
    turns = asyncio.Semaphore(at_once)
    async with AsyncVerifier(address) as verifier:
        resources = Resources(sampler, verifier, SAMPLING, PRICES)

        async def resolve(query: Query) -> Resolution:
            async with turns:
                return await strategy(query, resources)

        return await asyncio.gather(*map(resolve, queries))


def _asserts(source: str, record: dict[str, Any]) -> AssertsTest:
    return AssertsTest(f"{source}\n{record['hidden_test_call']}\n", candidate_names=(record["entry_point"],))


def _asserts_something(statement: ast.stmt) -> bool:
    return any(isinstance(each, ast.Assert) for each in ast.walk(statement))
