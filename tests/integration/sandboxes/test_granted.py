"""A language's programs may do what its declaration grants, and no other language's may."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

import pytest

from sandboxes import orders, seccomp
from sandboxes.backends.choice import make_backend
from sandboxes.languages import LANGUAGES
from sandboxes.languages.presence import host_versions
from sandboxes.model import Job, Limits, Program, StdioRun
from sandboxes.pool import SandboxPool
from sandboxes.settings import SandboxSettings

LIMITS = Limits(3_000_000_000, 11_000_000_000, 256 << 20, 1 << 20, 64, 64, 1 << 20)
ASKS = """
#include <stdio.h>
#include <sys/personality.h>
int main(void) { puts(personality(0xffffffff) == -1 ? "refused" : "granted"); }
"""


@pytest.mark.anyio
async def test_a_system_call_is_granted_to_the_language_that_declares_it(
    monkeypatch: pytest.MonkeyPatch, usable_host: None
) -> None:
    if not {"c", "cpp17"} <= host_versions().keys():
        pytest.skip("no compiler of C and C++ is here: make toolchains")
    declared = {**LANGUAGES, "c": replace(LANGUAGES["c"], system_calls=("personality",))}
    monkeypatch.setattr(seccomp, "LANGUAGES", declared)
    monkeypatch.setattr(orders, "LANGUAGES", declared)
    pool = SandboxPool(make_backend(SandboxSettings()), size=1)
    await pool.start()
    try:
        said = {}
        for language in ("c", "cpp17", "c"):
            job = Job(Program(language, ASKS), (StdioRun(b""),), LIMITS)
            async with pool.lease() as sandbox, aclosing(sandbox.run(job)) as outcomes:
                said[language] = [outcome.stdout async for outcome in outcomes]
    finally:
        await pool.close()
    assert said == {"c": [b"granted\n"], "cpp17": [b"refused\n"]}
