"""Programs, outputs, names and errors that attack a page run nothing, load nothing and steer nothing."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Watched
from tests.support.console_entries import HOSTILE
from tests.support.consoles import HOSTILE as BATCH

pytestmark = pytest.mark.anyio

PATHS = [
    "/",
    f"/batches/{BATCH}",
    "/problems",
    "/workers",
    "/search?q=hacked",
    *(f"/batches/{BATCH}/candidates/{position}?test=1" for position in range(len(HOSTILE))),
    *(f"/batches/{BATCH}/compare?left={position}&right=0" for position in range(len(HOSTILE))),
]


@pytest.mark.parametrize("path", PATHS)
async def test_no_text_of_others_runs(watched: Watched, served: str, path: str) -> None:
    asked: list[str] = []
    watched.page.on("request", lambda request: asked.append(request.url))
    await watched.goto(path)
    # What is under the pointer, in focus or clicked might run too.
    for summary in await watched.page.locator("summary").all():
        await summary.click()
    await watched.page.keyboard.press("Tab")
    await watched.page.mouse.move(400, 400)
    assert await watched.page.evaluate(
        "[typeof window.hacked, document.querySelectorAll('#hacked').length]"
    ) == [
        "undefined",
        0,
    ]
    assert watched.page.url == served + path
    strangers = [url for url in asked if not url.startswith((f"{served}{path}", f"{served}/static/"))]
    assert strangers == []


@pytest.mark.parametrize("text", HOSTILE)
async def test_an_address_that_attacks_runs_nothing(watched: Watched, text: str) -> None:
    sent = text.encode(errors="replace").decode().replace("\0", "")
    await watched.goto("/")
    await watched.page.fill("#find", sent)
    await watched.page.press("#find", "Enter")
    await watched.page.wait_for_url("**/search?**")
    assert await watched.page.evaluate("typeof window.hacked") == "undefined"


async def test_the_policy_stops_what_a_page_would_run_if_it_held_a_script(watched: Watched) -> None:
    await watched.goto("/")
    await watched.page.evaluate(
        "document.querySelector('main').innerHTML ="
        ' \'<img src=x onerror="window.hacked=1"><b style="color:red">\''
    )
    await watched.page.evaluate(
        "document.head.append("
        "Object.assign(document.createElement('script'), {textContent: 'window.hacked=1'}))"
    )
    assert await watched.page.evaluate("typeof window.hacked") == "undefined"
    stopped = [each for each in watched.complaints if "Content Security Policy" in each]
    assert stopped
    watched.complaints.clear()
