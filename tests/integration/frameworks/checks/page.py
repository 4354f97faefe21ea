"""Programs of a page of the documentation, run as they stand."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parents[4] / "clients" / "python" / "docs"


def program(page: str, about: str) -> str:
    """Return the one block of Python on a page in which a text stands, such as what it imports."""
    blocks = re.findall(r"^```python\n(.*?)^```$", (DOCS / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)
    (found,) = [block for block in blocks if about in block]
    return str(found)


async def said_by(source: str, **environment: str) -> list[str]:
    """Return the lines that a program printed; AssertionError if it failed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", source),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | environment,
    )
    stdout, stderr = await process.communicate()
    assert process.returncode == 0, stderr.decode()[-2000:]
    return stdout.decode().splitlines()
