"""A daemon as a process of its own, for the length of a block: started, spoken to, stopped by a signal."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sandboxes.inside import linux
from verifierd.daemon import StartFailed

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0
LAST_WORDS_CHARS = 2000


@asynccontextmanager
async def daemon_process(config: Path | None = None) -> AsyncIterator[str]:
    """Run `verifierd serve` on a socket in a folder of its own and give its address.

    `config` is the file with its settings; None: the environment alone has them.

    Raises:
        StartFailed: it did not start, or did not end well; the message has its last words.
    """
    folder = Path(tempfile.mkdtemp(prefix="verifierd-"))
    try:
        with (folder / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(
                    sys.executable,
                    "-m",
                    "verifierd",
                    "serve",
                    "--json",
                    "--listen",
                    f"unix:{folder}/api.sock",
                    *(() if config is None else ("--config", str(config))),
                ),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                preexec_fn=_outlive_nobody,
            )
        try:
            yield await _address(process, folder)
        finally:
            await _stop(process)
        if process.returncode != 0:
            raise StartFailed(f"the daemon ended with status {process.returncode}: {_last_words(folder)}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _outlive_nobody() -> None:
    """Be told to stop when the command has gone that this daemon is for, even where it was killed."""
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGTERM)


async def _address(process: asyncio.subprocess.Process, folder: Path) -> str:
    assert process.stdout is not None  # noqa: S101 - made with a pipe
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_TIMEOUT_S)
    except TimeoutError:
        raise StartFailed(f"the daemon was not ready within {START_TIMEOUT_S:g} s") from None
    said = json.loads(line) if line else {}
    if "listening" in said:
        return str(said["listening"])
    reason = said["error"]["message"] if "error" in said else _last_words(folder)
    raise StartFailed(f"the daemon did not start: {reason}")


async def _stop(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
    except TimeoutError:
        process.kill()
        await process.wait()


def _last_words(folder: Path) -> str:
    words = (folder / "log").read_text(errors="replace").strip()
    return words[-LAST_WORDS_CHARS:] or "it said nothing"
