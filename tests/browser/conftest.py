"""A real Chromium before a real server of the console; what the browser complains of fails the test."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.support.consoles import app_of, empty_store, fill
from tests.support.loop_watch import FSSPEC, MAIN
from verifierd.audit.store import Store

REPOSITORY = Path(__file__).resolve().parents[2]
SCREENSHOTS = REPOSITORY / "build" / "screenshots"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class Watched:
    """A page, and what the browser complained of while it was open."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    async def goto(self, path: str) -> None:
        """Open a page of the console."""
        await self.page.goto(path, wait_until="load")

    def ignore(self, words: str) -> None:
        """Forget complaints with these words, which the test brought about."""
        self.complaints[:] = [each for each in self.complaints if words not in each]


@pytest.fixture(scope="session")
def unwatched_threads() -> frozenset[str]:
    """The console's loop, in a thread, is watched; the test's own only tells a browser what to do."""
    return frozenset({FSSPEC, MAIN})


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = empty_store(tmp_path_factory.mktemp("browsed"))
    fill(store)
    yield store
    store.close()


@pytest.fixture(scope="session")
def served(filled: Store) -> Iterator[str]:
    """The URL of a console over the filled store."""
    with serving(filled) as url:
        yield url


@contextmanager
def serving(store: Store) -> Iterator[str]:
    """Serve a store's console from a thread while the context lasts; gives its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(app_of(store), log_config=None, access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            # The socket takes connections already; they wait until the server answers.
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    program = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    async with async_playwright() as playwright:
        # Chromium's own sandbox does not run as root; what it opens here is the console's own.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        launched = await playwright.chromium.launch(executable_path=program, args=arguments)
        yield launched
        await launched.close()


@pytest.fixture
async def context(browser: Browser, served: str) -> AsyncIterator[BrowserContext]:
    made = await browser.new_context(base_url=served, viewport={"width": 1280, "height": 900})
    yield made
    await made.close()


@pytest.fixture
async def watched(context: BrowserContext) -> AsyncIterator[Watched]:
    """A page whose browser must complain of nothing: no error, nothing that the policy stops."""
    found = await watch(context)
    yield found
    assert found.complaints == []


async def watch(context: BrowserContext) -> Watched:
    """Open a page of a context, and note what the browser complains of."""
    found = Watched(await context.new_page())
    found.page.set_default_timeout(10_000)
    found.page.on("console", lambda said: found.complaints.append(f"{said.type}: {said.text}"))
    found.page.on("pageerror", lambda error: found.complaints.append(f"error: {error}"))
    found.page.on("dialog", lambda dialog: found.complaints.append(f"dialog: {dialog.message}"))
    return found
