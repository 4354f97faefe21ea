"""The console in use: by keys, without a script, and while batches grow."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Watched, serving, watch
from tests.support.console_entries import NOW_NS, SECOND, usual_batch
from tests.support.consoles import FINISHED, empty_store, put

pytestmark = pytest.mark.anyio


async def test_rows_are_walked_and_opened_by_keys(watched: Watched) -> None:
    await watched.goto("/")
    page = watched.page
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    first = page.locator("[data-row] [data-open]").first
    await expect(first).to_be_focused()
    address = await first.get_attribute("href")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**{address}")
    await page.keyboard.press("u")
    await page.wait_for_url("**/")


async def test_candidates_and_pages_are_turned_by_keys(watched: Watched) -> None:
    await watched.goto(f"/batches/{FINISHED}/candidates/5")
    page = watched.page
    await page.keyboard.press("]")
    await page.wait_for_url("**/candidates/6")
    await page.keyboard.press("[")
    await page.wait_for_url("**/candidates/5")
    await page.keyboard.press("u")
    await page.wait_for_url(f"**/batches/{FINISHED}")
    await page.keyboard.press("g")
    await page.keyboard.press("w")
    await page.wait_for_url("**/workers")


async def test_search_and_help_have_their_keys(watched: Watched) -> None:
    await watched.goto("/workers")
    page = watched.page
    await page.keyboard.press("?")
    await expect(page.locator("#keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#keys")).to_be_hidden()
    await page.keyboard.press("/")
    await expect(page.locator("#find")).to_be_focused()
    await page.keyboard.type("jk?total")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/search?q=jk%3Ftotal")


async def test_the_first_tab_leads_past_the_header(watched: Watched) -> None:
    await watched.goto("/")
    await watched.page.keyboard.press("Tab")
    await expect(watched.page.locator(".skip")).to_be_focused()
    await watched.page.keyboard.press("Enter")
    await expect(watched.page.locator("#content")).to_be_focused()


async def test_everything_is_there_without_a_script(browser: Browser, served: str) -> None:
    context = await browser.new_context(base_url=served, java_script_enabled=False)
    watched = await watch(context)
    page = watched.page
    await watched.goto("/")
    await page.select_option("select[name=state]", "finished")
    await page.click("button:has-text('Filter')")
    await page.click(f"a:has-text('{FINISHED}')")
    await page.click("button:has-text('Compare left with right')")
    await expect(page.locator("h1")).to_have_text("Side by side")
    await page.fill("#find", "total")
    await page.press("#find", "Enter")
    await page.click("[data-open] >> nth=0")
    await expect(page.locator("h2#source")).to_be_visible()
    await expect(page.locator("#keys-button")).to_be_hidden()
    await context.close()


async def test_clusters_of_the_map_lead_to_their_candidates(watched: Watched) -> None:
    await watched.goto(f"/batches/{FINISHED}")
    await watched.page.locator(".treemap a").first.click()
    await expect(watched.page.locator("#candidates ~ .note")).to_contain_text("Those of cluster")


async def test_a_batch_grows_before_the_eye_and_trouble_is_said(browser: Browser, tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    entries = list(usual_batch("growing", NOW_NS - 60 * SECOND))
    put(store, entries[:11])
    with serving(store) as url:
        context = await browser.new_context(base_url=url)
        watched = await watch(context)
        page = watched.page
        await watched.goto("/batches/growing")
        await expect(page.locator("#live")).to_contain_text("10 of 100 candidates judged")
        await page.click("#pause")
        put(store, entries[11:41])
        async with page.expect_event("console", lambda said: "passed over" in said.text):
            await page.evaluate(
                "document.body.addEventListener('htmx:beforeRequest',"
                " event => console.log(event.defaultPrevented ? 'passed over' : 'asked'))"
            )
        await expect(page.locator("#live")).to_contain_text("10 of 100 candidates judged")
        await page.click("#pause")
        await expect(page.locator("#live")).to_contain_text("40 of 100 candidates judged")
        put(store, entries[41:])
        await expect(page.locator("#live")).to_contain_text("100 of 100 candidates judged")
        await expect(page.locator("#clusters")).to_be_visible()
        await expect(page.locator("#live")).not_to_have_attribute("hx-trigger", "every 2s")
        assert not [each for each in watched.complaints if not each.startswith("log: ")]
        await watched.goto("/")
    # The server is gone, and the page says so.
    await expect(page.locator("#stale")).to_contain_text("not up to date")
    await context.close()
    store.close()
