"""Every page in light and dark, wide and on a phone: nothing sticks out, is cut or is printed over a text.

Screenshots go to build/screenshots, for a person to look at.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browser.conftest import SCREENSHOTS, watch
from tests.browser.looks import LOOKS
from tests.support.consoles import FINISHED
from verifierd.audit.queries import Asked, candidates_of_batch
from verifierd.audit.store import Store
from verifierd.model import Verdict

pytestmark = pytest.mark.anyio

UNREADABLE = Path(__file__).with_name("unreadable.js").read_text("utf-8")
VIEWS = [(1200, "light"), (1200, "dark"), (820, "light"), (390, "light"), (390, "dark")]


@pytest.fixture(scope="session")
def places(filled: Store) -> dict[str, int]:
    """Where in the finished batch there is a candidate of each fate."""
    wanted = {"right": Verdict.ACCEPTED, "wrong": Verdict.WRONG_ANSWER, "slow": Verdict.TIME_LIMIT_EXCEEDED}
    with filled.reading() as connection:
        return {
            name: candidates_of_batch(connection, FINISHED, Asked(1), (verdict,)).items[0].position
            for name, verdict in wanted.items()
        }


@pytest.mark.parametrize("name", LOOKS)
@pytest.mark.parametrize(("width", "scheme"), VIEWS)
async def test_a_page_is_whole(
    browser: Browser, served: str, places: dict[str, int], name: str, width: int, scheme: str
) -> None:
    context = await browser.new_context(
        base_url=served,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    watched = await watch(context)
    await watched.goto(LOOKS[name].format(**places))
    page = watched.page
    assert await page.locator("h1").count() == 1
    inner, outer = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert inner <= outer
    await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert await page.evaluate(UNREADABLE) == []
    await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = false; })")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
    await context.close()
    watched.ignore("status of 404")
    assert watched.complaints == []
