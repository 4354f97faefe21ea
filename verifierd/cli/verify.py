"""`verifierd verify`: one problem, some candidates, and what became of them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from verifierd.cli import interrupts
from verifierd.cli.as_json import candidate_as_json, summary_as_json
from verifierd.cli.endings import OutputError
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.in_order import InOrder
from verifierd.cli.options import CONFIG_HELP, JSON_HELP, SERVER_HELP, SETTINGS_HELP
from verifierd.cli.output import print_json, print_views
from verifierd.cli.progress import progress
from verifierd.cli.session import session
from verifierd.cli.summaries import CandidatesView, summary_view
from verifierd.datasets.languages import languages_with
from verifierd.datasets.native import read_candidates, read_problem
from verifierd.datasets.params import read_params
from verifierd.datasets.refusals import Sources
from verifierd.datasets.task import KIND_OF_TEST
from verifierd_client import (
    AsyncVerifier,
    BatchResult,
    Candidate,
    CandidateResult,
    Options,
    Problem,
    Selection,
    Verdict,
)

PARAMS_HELP = "Parameters of the rule, a JSON object of numbers by name."
RULE_HELP = "By which rule candidates are picked; the server's default if left out."
FRESH_HELP = "Make every run, though the server may know what an earlier equal one did."
LINE_CHARS, COLUMN_CHARS = 80, 38


def _languages_by_kinds() -> Iterator[str]:
    """Yield lines of kinds of tests and the languages that they work in; kinds with the same share a line."""
    kinds_of: dict[tuple[str, ...], list[str]] = {}
    for kind in KIND_OF_TEST.values():
        kinds_of.setdefault(tuple(languages_with({kind})), []).append(kind)
    for names, kinds in kinds_of.items():
        head = f"    {', '.join(kinds)}  ".ljust(COLUMN_CHARS)
        yield from textwrap.wrap(
            ", ".join(names), LINE_CHARS, initial_indent=head, subsequent_indent=" " * COLUMN_CHARS
        )


LANGUAGE_LINES = "\n".join(_languages_by_kinds())

HELP = f"""Judge the candidates of one problem.

PROBLEM is a JSON object; `limits` and `checker` may be left out, and so may each key in them:

    {{"id": "sum",
     "limits": {{"cpu_time_s": 1, "memory_mib": 64}},
     "checker": {{"name": "tokens"}},
     "tests": [
       {{"id": "a", "stdio": {{"stdin": "1 2", "expected_stdout": "3"}}}},
       {{"id": "b", "call": {{"function": "f", "args": [1, 2],
                            "kwargs": {{"base": 2}}, "expected": 3}}}},
       {{"id": "c", "asserts": {{"source": "assert sum([1, 2]) == 3",
                               "candidate_names": ["sum"]}}}},
       {{"id": "d", "files": {{"files": {{"a.txt": "1", "run.sh": "exit"}},
                             "executables": ["run.sh"],
                             "expected": {{"a.txt": null, "b/c.txt": "1"}}}}}}]}}

A `stdio` test may have `arguments` (the command line after the program's name), an `input_file` that holds
`stdin` instead of standard input, and an `output_file` whose content is compared instead of standard output.
A file that is not there then is a wrong answer.

In a `files` test the state counts that a program leaves. `files` are there before it starts, `executables`
are those of them that may be started; `stdin` is what it is given. `expected` has the content of a file that
must be there by its path, or null where nothing may be; what else is left is not looked at. A link is no
file. `expected_stdout` is compared where it is given. Paths are relative to the working directory.

An answer of mathematics is a test of its own kind, for candidates in the language `text`: answers, or a
model's whole responses, with the answer best in \\boxed{{...}} or $...$. What is expected may be LaTeX:

       {{"id": "d", "answer": {{"expected": "\\\\frac{{1}}{{2}}"}}}}

In an `interactive` test the candidate talks with a program, standard output of each being standard input of
the other. That program is started as `interactor input.txt output.txt answer.txt` and finds `input` and
`answer` in these files, which the candidate does not see. Exit code 0 accepts; 1 and 2 refuse; anything else
is the interactor's own failure, such as an exception where the candidate says nothing. Two that wait for
each other end at the wall limit:

       {{"id": "e", "interactive": {{"interactor": {{"language": "cpp17", "source": "..."}},
                                   "input": "42", "answer": ""}}}}

`args` and `kwargs` may be left out. With a `class_name` the function is a method of an object of that class,
made without arguments. `candidate_names` names built-ins and standard modules that are the candidate's own in
this test program; any other name that the program does not define is the candidate's anyway. In a language
other than Python the test program follows the candidate's text and is built with it, as HumanEval-X has it.

Limits: `cpu_time_s` and `wall_time_s` in seconds, `memory_mib` and `disk_mib` in MiB, `output_bytes`,
`processes` and `open_files`. What is left out is the server's default.

Checkers, by the kind of test that they judge:

    stdio  tokens         (default) the same words, white space aside
           lines          the same lines, white space at their ends aside
           exact          every byte
           float          as tokens; numbers may differ by abs or rel
           unordered      the same lines in any order
           json           the same JSON value
           program        a program's word (see below)
           cf             as tokens; yes and no in any case, as on Codeforces
           codecontests   as that set's evaluator (strict: true mends it)
           livecodebench  as that set's evaluator (strict: true mends it)
           apps           as that set's evaluator (strict: true mends it)
           taco           as that set's evaluator (rstrip; strict: true mends it)
           prime          as Eurus-2's evaluator (strict: true mends it)
           genesys        as SYNTHETIC-1's evaluator
           sandboxfusion  as that evaluator (strict: true mends it)
    call   exact          (default) the same types and contents
           float          as exact; numbers may differ by abs or rel
           unordered      a list with the same items in any order
           livecodebench  as that set's evaluator (strict: true mends it)
           apps           as that set's evaluator (strict: true mends it)
           genesys        as SYNTHETIC-1's evaluator (strict: true mends it)
           evalplus       as that evaluator (atol, oracle; strict: true mends it)
    answer math-verify    (default) equal by the library math-verify

    files  exact          (default) every byte of each file that is compared
           and each of stdio, but for program

    "checker": {{"name": "float", "params": {{"abs": 1e-6, "rel": 1e-6}}}}

The checker `program`, for stdio, is a program of yours, in any language that works for `stdio`.
It is run in a sandbox of its own as `checker input.txt output.txt answer.txt`: stdin, what the candidate
printed, expected_stdout. Exit code 0 accepts; 1 and 2 refuse, and so does 7 (points); anything else is the
checker's own failure. It is one file: paste testlib.h into it in place of its `#include`. With
`protocol: open-r1` it is `checker input.txt answer.txt output.txt`, and it accepts by printing 1
(`strict: true` tells its failures from refusals).

    "checker": {{"name": "program", "params": {{"protocol": "testlib"}},
                "program": {{"language": "python", "source": "import sys; ..."}}}}

A test may have a `role`. `judge` (the default) and `example` decide the verdict; one that is `generated`, by
a model and perhaps wrong, does not: it is evidence for the rules `codet` and `posterior`.

    {{"id": "f", "role": "generated", "asserts": {{"source": "assert f(3) == 9"}}}}

`probes` are inputs that expect nothing. Candidates that do the same on all of them form a cluster; without
them those do that do the same on the tests. They are given as `inputs`, made by changing the inputs of the
tests (`mutate_tests`), printed by a `generator` that is given a seed as its first argument, or all of these.
At most `max_inputs` (50) of them are run, those that tell candidates apart, and what nearly every candidate
fails on does not count. With probes `tests` may be empty; then nobody is accepted, and yet some are picked:

    "probes": {{"inputs": [{{"id": "p", "stdin": "5 6"}},
                         {{"id": "q", "call": {{"function": "f", "args": [7]}}}}],
               "mutate_tests": true, "max_inputs": 30,
               "generator": {{"language": "python", "source": "import sys; ..."}}}}

Values of `call` tests that JSON does not have are written with a tag:

    {{"$tuple": [1, 2]}}        {{"$set": [1]}}        {{"$frozenset": [1]}}
    {{"$bytes": "aGk="}}        (base64; also for stdin, expected_stdout and files)
    {{"$dict": [[1, "one"]]}}   (keys that are no strings, or begin with $)
    {{"$float": "nan"}}         (or "inf", "-inf")
    {{"$complex": [0, 1]}}      {{"$int": "-ff"}}      (hexadecimal, any size)
    {{"$str": [55296]}}         (code points, for lone surrogates)

CANDIDATES has one JSON object a line, plain or gzipped. It may also have `note`, `behaviour` and
`expected_verdict`, which are not looked at here; `verifierd demo --data` compares the last. Unknown keys
are errors.

    {{"id": "first", "language": "python", "source": "print(3)"}}

With a `generation`, the bill has what drawing a candidate cost: `usd`, or `prompt_tokens` and
`completion_tokens` at the prices of the settings.

    {{"id": "first", "language": "python", "source": "print(3)",
     "generation": {{"prompt_tokens": 900, "completion_tokens": 120, "usd": 0.0004}}}}

Languages, by the kinds of tests that work in them, where the server has them (`verifierd doctor` tells):

{LANGUAGE_LINES}

Of the candidates that pass, `--picks` are picked by a `--rule`:

    plurality   (default) those of the largest cluster, which is of those that did the same; then the next
    first_pass  as they are in the file
    alphacode   one of each cluster, the largest first; then again
    codet       one of each set that passes the same generated tests, best by size and tests passed
    mbr_exec    those that did what most others did, summed over the inputs
    posterior   one of each cluster, the likeliest correct first, with its probability and that of none

Examples:

    verifierd verify problem.json candidates.jsonl
    verifierd verify problem.json candidates.jsonl --rule alphacode --picks 10
    verifierd verify problem.json candidates.jsonl --json | jq .verdict

With `--json` there is one line a candidate, in the order of the file and as soon as all before it have
theirs, and a last one with verdict counts, clusters, picks and cost.

{SETTINGS_HELP}

Exit status: 0 some candidate was accepted; 1 none was; 2 a file, an option or a setting is wrong; 3 the
service or this host failed, or some candidate could not be judged; 130 interrupted.
"""


def verify(
    problem: Annotated[
        Path, typer.Argument(metavar="PROBLEM", help="The problem, a JSON file.", show_default=False)
    ],
    candidates: Annotated[
        Path, typer.Argument(metavar="CANDIDATES", help="The candidates, JSON lines.", show_default=False)
    ],
    server: Annotated[str | None, typer.Option("--server", help=SERVER_HELP)] = None,
    config: Annotated[Path | None, typer.Option("--config", help=CONFIG_HELP)] = None,
    rule: Annotated[str | None, typer.Option("--rule", help=RULE_HELP, show_default=False)] = None,
    picks: Annotated[int, typer.Option("--picks", min=1, help="How many candidates to pick at most.")] = 1,
    params: Annotated[Path | None, typer.Option("--params", help=PARAMS_HELP, show_default=False)] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help=FRESH_HELP)] = False,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Judge some candidates."""
    with reported(as_json):
        asked = read_problem(problem)
        given = {} if params is None else read_params(params)
        read = list(read_candidates(candidates))
        sources = Sources(problem, candidates, [each.line for each in read])
        programs = [each.candidate for each in read]
        lines = InOrder((each.id for each in programs), partial(_print_line, asked))
        try:
            with sources.named():
                batch = interrupts.run(
                    _judged(
                        session(server, config),
                        asked,
                        programs,
                        Options(fresh=fresh, selection=Selection(rule, picks, given)),
                        lines if as_json else None,
                    )
                )
        except BaseException as error:
            if as_json and not isinstance(error, OutputError):
                lines.release()
            raise
        if as_json:
            print_json({"summary": summary_as_json(batch.summary)})
        else:
            print_views(CandidatesView(batch.results), summary_view(asked.id, batch.summary))
    raise typer.Exit(_exit_code(batch))


async def _judged(
    opened: AbstractAsyncContextManager[AsyncVerifier],
    problem: Problem,
    candidates: list[Candidate],
    options: Options,
    lines: InOrder | None,
) -> BatchResult:
    """Judge a batch; results go to `lines` as they land, or else are counted on a progress bar."""
    async with opened as verifier:
        with progress("verifying", len(candidates), shown=lines is None) as advance:
            stream = verifier.stream(problem, candidates, options)
            results = []
            async with stream:
                async for result in stream:
                    results.append(result)
                    advance()
                    if lines is not None:
                        lines.take(result)
            return BatchResult(results=stream.in_order(results), summary=stream.summary)


def _print_line(problem: Problem, result: CandidateResult) -> None:
    print_json(candidate_as_json(result, problem))


def _exit_code(batch: BatchResult) -> ExitCode:
    if batch.counts[Verdict.INFRASTRUCTURE_ERROR]:
        return ExitCode.TROUBLE
    return ExitCode.FINE if batch.counts[Verdict.ACCEPTED] else ExitCode.NEGATIVE
