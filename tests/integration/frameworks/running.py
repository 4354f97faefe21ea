"""Programs of this folder, run in the environment of a set beside a real daemon."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from tests.integration.frameworks.environment import FOLDER

LIMIT_S = 300.0
LAST_WORDS = 3000
# No model or data set is fetched, no progress is reported, and a CPU's threads do not fight.
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TRL_EXPERIMENTAL_SILENCE": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONDONTWRITEBYTECODE": "1",
}


async def answer_of(python: Path, program: str, *arguments: str) -> Any:
    """Run a program of this folder and return the JSON of the last line of its standard output.

    Raises:
        AssertionError: it failed; its last words are in it.
        TimeoutError: it did not end within five minutes.
    """
    printed = await printed_by(python, FOLDER / program, *arguments)
    return json.loads(printed.splitlines()[-1])


async def printed_by(python: Path, program: Path, *arguments: str) -> str:
    """Run a program and return its standard output. Raises AssertionError, TimeoutError."""
    inherited = {name: each for name, each in os.environ.items() if name != "PYTHONPATH"}
    with tempfile.TemporaryDirectory(prefix="fw-") as scratch:
        process = await asyncio.create_subprocess_exec(
            *(str(python), str(program), *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=inherited | OFFLINE | {"TMPDIR": scratch, "HOME": scratch, "INSPECT_LOG_DIR": scratch},
        )
        try:
            stdout, stderr = await asyncio.wait_for(process.communicate(), LIMIT_S)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
    assert process.returncode == 0, f"{program.name} ended with {process.returncode}: {_end(stderr)}"
    return stdout.decode()


def _end(output: bytes) -> str:
    return output.decode(errors="replace")[-LAST_WORDS:]
