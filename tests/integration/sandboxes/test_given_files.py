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


async def test_a_run_cannot_write_into_what_another_finds(perform: Perform) -> None:
    spoils = (
        'import os\nos.chmod("a.txt", 0o600)\nopen("a.txt", "w").write("spoiled")\nopen("c", "w")\n' + TELLS
    )
    outcomes = await perform(job(spoils, GIVEN, GIVEN))
    assert [outcome.ending for outcome in outcomes] == [Ending.FINISHED] * 2
    assert all("spoiled" in outcome.stdout.decode() for outcome in outcomes)
    (outcome,) = await perform(replace(job(TELLS), runs=(GIVEN,)))
    assert outcome.stdout.decode() == TOLD
