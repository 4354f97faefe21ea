"""A daemon process for a test: `verifierd serve` on a socket of its own, ready when it is given."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

END_WITHIN_S = 30.0


@dataclass
class Serving:
    """A running daemon."""

    process: asyncio.subprocess.Process
    address: str
    log: Path

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def ended(self) -> int:
        """Wait for its end and return its exit status."""
        return await asyncio.wait_for(self.process.wait(), END_WITHIN_S)

    def events(self) -> list[dict[str, Any]]:
        """What it has logged so far."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


async def start(*arguments: str, log: Path, **environment: str) -> asyncio.subprocess.Process:
    """Start `verifierd serve --json` with these arguments."""
    with log.open("wb") as stderr:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "verifierd", "serve", "--json", *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            env=os.environ | environment,
        )


async def first_line(process: asyncio.subprocess.Process) -> dict[str, Any]:
    """The first thing it says on standard output: where it listens, or why not."""
    assert process.stdout is not None
    line = json.loads(await asyncio.wait_for(process.stdout.readline(), END_WITHIN_S))
    assert isinstance(line, dict)
    return line


@asynccontextmanager
async def serving(*arguments: str, listen: str = "", **environment: str) -> AsyncIterator[Serving]:
    """Run a daemon for the length of the block; what has not ended by then is told to, and must."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        address = listen or f"unix:{folder}/api.sock"
        process = await start("--listen", address, *arguments, log=log, **environment)
        try:
            said = await first_line(process)
            assert "listening" in said, said
            yield Serving(process, said["listening"], log)
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), END_WITHIN_S)
            except TimeoutError:
                process.kill()
                raise
