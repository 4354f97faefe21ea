"""What the pages on strategies show runs as it stands, but for the model and the server's address."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.daemon.serving import Serving, serving
from tests.support.scripted import ScriptedSampler
from verifierd_client.strategies import Outcome

pytestmark = pytest.mark.anyio

DOCS = Path(__file__).resolve().parents[3] / "clients" / "python" / "docs"
ADDRESS = "127.0.0.1:50051"
RIGHT = "```python\ndef add(a, b):\n    return a + b\n```"


@pytest.fixture
async def served() -> AsyncIterator[Serving]:
    async with serving(VERIFIERD_SANDBOX__COUNT="2") as running:
        yield running


async def test_the_page_runs_as_it_stands(served: Serving, capsys: pytest.CaptureFixture[str]) -> None:
    page = (DOCS / "strategies.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```\n", page, re.DOTALL)
    names = {"sampler": ScriptedSampler([RIGHT]), "__name__": "page"}
    for block in blocks:
        source = compile(block.replace(ADDRESS, served.address), "strategies.md", "exec")
        await asyncio.to_thread(exec, source, names)
    assert names["resolution"].outcome is Outcome.ANSWERED  # type: ignore[attr-defined]
    assert "| best of 16 | 100.0%" in capsys.readouterr().out


async def test_the_dial_runs_and_goes_deeper_where_more_is_paid(served: Serving) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(DOCS / "dial.py"), served.address), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    lines = [line.strip("| ").split(" | ") for line in said.decode().splitlines() if line.startswith("|")]
    solved = {line[0]: line[1] for line in lines}
    assert solved["one sample"].startswith("33.3%")
    assert solved["best of 32"].startswith("66.7%")
    tokens = {line[0]: line[2] for line in lines}
    assert float(tokens["adaptive, worth $0.0001"]) < float(tokens["adaptive, worth $0.01"])
