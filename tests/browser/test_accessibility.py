"""axe-core, the accessibility checker that browsers' own tools have, finds no serious fault on any page.

It is fetched from npm into build/, and never kept in the repository.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.browser.conftest import REPOSITORY, watch
from tests.browser.looks import LOOKS

pytestmark = pytest.mark.anyio

VERSION = "4.14.1"
FOLDER = REPOSITORY / "build" / "axe-core"
# As others are, with less on them.
ALIKE = {
    "batches-none",
    "batch-running",
    "candidate-slow",
    "candidate-redacted",
    "problem-of-one-test",
    "search",
}
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="session")
def axe() -> str:
    """The checker's source."""
    script = FOLDER / f"axe-{VERSION}.min.js"
    if not script.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("axe-core comes by npm, which is not here")
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = [npm, "pack", "--silent", f"axe-core@{VERSION}"]
        fetched = subprocess.run(command, cwd=FOLDER, capture_output=True, timeout=60, check=False)
        if fetched.returncode:
            pytest.skip("axe-core could not be fetched by npm: is a registry reachable?")
        with tarfile.open(FOLDER / f"axe-core-{VERSION}.tgz") as archive:
            content = archive.extractfile("package/axe.min.js")
            assert content is not None
            script.write_bytes(content.read())
    return script.read_text("utf-8")


@pytest.mark.parametrize("name", [name for name in LOOKS if name not in ALIKE])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (400, "dark")])
async def test_a_page_has_no_serious_fault(
    browser: Browser, served: str, axe: str, name: str, width: int, scheme: str
) -> None:
    context = await browser.new_context(
        base_url=served,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    watched = await watch(context)
    await watched.goto(LOOKS[name].format(right=0, wrong=1, slow=2))
    await watched.page.evaluate(axe)
    found: dict[str, Any] = await watched.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    await context.close()
    faults = [
        (fault["id"], fault["impact"], node["html"][:200], node["failureSummary"][:300])
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
        for node in fault["nodes"]
    ]
    assert faults == []


def test_the_checker_is_no_part_of_the_repository() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert not [
        path for path in listed.stdout.splitlines() if "axe" in Path(path).name and path.endswith(".js")
    ]
