"""`verifierd verify`: one problem, some candidates, and what became of them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from verifierd.cli.exits import EXIT_CODES_HELP, ExitCode, reported
from verifierd.cli.options import JSON_HELP, SERVER_HELP
from verifierd.cli.output import print_json, stdout_console
from verifierd.cli.progress import progress
from verifierd.cli.session import session
from verifierd.cli.summaries import candidate_as_json, candidates_view, summary_as_json, summary_view
from verifierd.datasets.native import read_candidates, read_problem
from verifierd_client import BatchResult, Candidate, Problem, Verdict

HELP = f"""Judge the candidates of one problem.

PROBLEM is a JSON object; `limits` and `checker` may be left out:

    {{"id": "sum",
     "limits": {{"cpu_time_s": 1, "memory_mib": 64}},
     "checker": {{"name": "tokens"}},
     "tests": [
       {{"id": "a", "stdio": {{"stdin": "1 2", "expected_stdout": "3"}}}},
       {{"id": "b", "call": {{"function": "f", "args": [1, 2], "expected": 3}}}},
       {{"id": "c", "asserts": {{"source": "assert f(1, 2) == 3"}}}}]}}

CANDIDATES has one JSON object a line, plain or gzipped:

    {{"id": "first", "language": "python", "source": "print(3)"}}

What JSON does not have is tagged in values of `call` tests: `{{"$tuple": [1, 2]}}`, `{{"$set": []}}`,
`{{"$bytes": "aGk="}}`, `{{"$complex": [0, 1]}}`, `{{"$float": "nan"}}`, `{{"$dict": [[1, 2]]}}`. Unknown keys
are errors.

    verifierd verify problem.json candidates.jsonl
    verifierd verify problem.json candidates.jsonl --json | jq .verdict

With `--json` there is one line a candidate and a last one with verdict counts, clusters, picks and cost.

{EXIT_CODES_HELP} 1 means that no candidate was accepted, 3 also that some could not be judged.
"""


def verify(
    problem: Annotated[Path, typer.Argument(help="The problem, a JSON file.", show_default=False)],
    candidates: Annotated[Path, typer.Argument(help="The candidates, JSON lines.", show_default=False)],
    server: Annotated[str | None, typer.Option("--server", help=SERVER_HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Judge some candidates."""
    with reported(as_json):
        asked = read_problem(problem)
        programs = [each.candidate for each in read_candidates(candidates)]
        batch = asyncio.run(_verified(server, asked, programs, as_json))
    if as_json:
        for result in batch.results:
            print_json(candidate_as_json(result))
        print_json({"summary": summary_as_json(batch.summary)})
    else:
        console = stdout_console()
        console.print(candidates_view(batch.results))
        console.print(summary_view(asked.id, batch.summary))
    raise typer.Exit(_exit_code(batch))


async def _verified(
    server: str | None, problem: Problem, candidates: list[Candidate], as_json: bool
) -> BatchResult:
    async with session(server) as verifier:
        with progress("verifying", len(candidates), shown=not as_json) as advance:
            stream = verifier.stream(problem, candidates)
            results = []
            async with stream:
                async for result in stream:
                    results.append(result)
                    advance()
            return BatchResult(results=stream.in_order(results), summary=stream.summary)


def _exit_code(batch: BatchResult) -> ExitCode:
    if batch.counts[Verdict.INFRASTRUCTURE_ERROR]:
        return ExitCode.TROUBLE
    return ExitCode.FINE if batch.counts[Verdict.ACCEPTED] else ExitCode.NEGATIVE
