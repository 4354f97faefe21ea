"""The pages of the client's documentation run as they stand, each in its framework's environment."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.integration.daemon.serving import serving
from tests.integration.frameworks.conftest import MAKING_S
from tests.integration.frameworks.environment import REPOSITORY
from tests.integration.frameworks.running import printed_by
from tests.integration.frameworks.test_verl import run_code

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(MAKING_S + 300)]

DOCS = REPOSITORY / "clients" / "python" / "docs"
# A fence that a block has in one of its strings begins no line.
BLOCK = re.compile(r"^(<!-- needs [^\n]+ -->\n)?```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
DAEMON, RUN_CODE = "unix:/tmp/verifierd.sock", "http://127.0.0.1:8080/run_code"


def programs(page: str) -> tuple[str, list[str]]:
    """The blocks of a page that run here, as one program, and those that need a model or a checkout."""
    blocks = BLOCK.findall((DOCS / page).read_text("utf-8"))
    assert blocks, page
    return "\n".join(code for mark, code in blocks if not mark), [code for mark, code in blocks if mark]


@pytest.fixture
def interpreter(python: str, request: pytest.FixtureRequest) -> Path:
    """The Python of the page's environment: made, which takes minutes, before any event loop runs."""
    made: Path = request.getfixturevalue(python)
    return made


@pytest.mark.parametrize(
    ("page", "python", "words"),
    [
        ("trl.md", "trl_python", ["[1.0]"]),
        ("verl.md", "verl_python", ["{'score': 1.0, 'acc': 1.0, 'judged': True}", "'score': 0.5"]),
        ("openrlhf.md", "verl_python", ["'rewards': tensor([1.])"]),
        ("sandboxfusion.md", "verl_python", ["'stdout': '42\\n'"]),
        ("dspy.md", "evals_python", ["return a + b", "100.0"]),
        ("inspect.md", "evals_python", ["1.0"]),
        ("livecodebench.md", "evals_python", ["0.5", "[[True], [-2]]", '"error_code": -2']),
        ("lm-eval.md", "evals_python", ["{'pass@1': 0.5, 'pass@2': 1.0}", "1 True passed"]),
        ("verifiers.md", "evals_python", []),  # it defines a taskset and an environment
    ],
)
async def test_a_page_runs_as_it_stands(
    page: str, interpreter: Path, words: list[str], tmp_path: Path
) -> None:
    program, others = programs(page)
    for other in others:
        compile(other, page, "exec")
    async with serving() as daemon, run_code(daemon.address) as url:
        file = tmp_path / "page.py"
        text = program.replace(DAEMON, daemon.address).replace(RUN_CODE, url)
        await asyncio.to_thread(file.write_text, text)
        printed = await printed_by(interpreter, file)
    assert [each for each in words if each not in printed] == []
