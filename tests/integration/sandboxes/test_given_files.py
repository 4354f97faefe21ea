"""A run finds its arguments and its files, and nothing of the next run's or the last one's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandboxes.model import Ending, File, Job, Program, StdioRun
from sandboxes.pool import SandboxPool
from tests.integration.sandboxes.conftest import LIMITS, Perform, job

pytestmark = pytest.mark.anyio

TELLS = """
import os, sys
print(sys.argv[1:], sorted((name, open(name).read()) for name in os.listdir(".")), sys.stdin.read())
"""
GIVEN = StdioRun(b"in", ("a.txt", "-x"), (File("a.txt", b"A" * 3), File("b.txt", b"")))
OWN = (File("input.txt", b"6 7\n"), File("bin/tool", b"#!/bin/sh\necho tool $1\n", True), File("old", b"o"))
TOLD = "['a.txt', '-x'] [('a.txt', 'AAA'), ('b.txt', '')] in\n"


async def test_each_run_has_its_own_files_and_arguments(perform: Perform) -> None:
    outcomes = await perform(job(TELLS, GIVEN, StdioRun(b"x"), GIVEN))
    assert [outcome.stdout.decode() for outcome in outcomes] == [TOLD, "[] [] x\n", TOLD]


async def test_a_program_of_another_language_has_them_too(pool: SandboxPool, perform: Perform) -> None:
    if pool.backend.name != "bubblewrap":
        pytest.skip("the image has Python alone")
    source = 'print "@ARGV: "; open(F, $ARGV[0]); print <F>, <STDIN>;'
    (outcome,) = await perform(Job(Program("perl", source), (GIVEN,), LIMITS))
    assert (outcome.stdout, outcome.stderr) == (b"a.txt -x: AAAin", b"")


async def test_a_program_finds_its_files_as_its_own_and_its_arguments(perform: Perform) -> None:
    source = """
import os, subprocess, sys
print(sys.argv[1:], open("input.txt").read().split(), flush=True)
subprocess.run(["bin/tool", "used"])
for path in ("input.txt", "bin", "bin/tool"): assert os.stat(path).st_uid == os.getuid()
open("input.txt", "a").write("more"); open("bin/new", "w").close(); os.remove("old")
print(sorted(os.listdir(".")), sorted(os.listdir("bin")))
"""
    run = StdioRun(b"", ("--fast", "", "é y"), OWN)
    (outcome,) = await perform(job(source, run))
    assert outcome.ending is Ending.FINISHED, outcome.stderr
    assert outcome.stdout.decode().splitlines() == [
        "['--fast', '', 'é y'] ['6', '7']",
        "tool used",
        "['bin', 'input.txt'] ['new', 'tool']",
    ]


async def test_a_run_cannot_write_into_what_another_finds(perform: Perform) -> None:
    spoils = 'open("a.txt", "w").write("spoiled")\nopen("c", "w")\n' + TELLS
    outcomes = await perform(job(spoils, GIVEN, GIVEN))
    assert [outcome.ending for outcome in outcomes] == [Ending.FINISHED] * 2
    assert all("spoiled" in outcome.stdout.decode() for outcome in outcomes)
    (outcome,) = await perform(replace(job(TELLS), runs=(GIVEN,)))
    assert outcome.stdout.decode() == TOLD


async def test_arguments_may_be_as_long_as_a_command_line(perform: Perform) -> None:
    arguments = tuple("é" * 60_000 for _ in range(8))
    run = StdioRun(b"", arguments)
    (python,) = await perform(job("import sys\nprint([len(each) for each in sys.argv[1:]])", run))
    assert python.stdout == b"[60000, 60000, 60000, 60000, 60000, 60000, 60000, 60000]\n"


async def test_large_files_take_no_memory_beside_their_own(perform: Perform) -> None:
    files = (File("a", bytes(40 << 20)), File("b", bytes(8 << 20)))
    source = "import os\nprint(os.path.getsize('a'), os.path.getsize('b'))"
    limits = {"memory_bytes": 64 << 20, "disk_bytes": 48 << 20}
    (outcome,) = await perform(job(source, StdioRun(b"", (), files), **limits))
    assert (outcome.ending, outcome.stdout) == (Ending.FINISHED, b"41943040 8388608\n"), outcome
