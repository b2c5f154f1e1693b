"""The console in a real browser: paths of personas, keys, cards, themes, widths, accessibility.

Part of `make verify`. Needs the packages of the extra `browser` and a chromium (`HOLDDESK_CHROMIUM`, else
the one on the path); where one is missing, these tests are named as not run.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from agent.app.service.application import application
from agent.app.service.office import Office

CHROMIUM = os.environ.get("HOLDDESK_CHROMIUM") or shutil.which("chromium")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="not run: there is no chromium"),
]
PAGES = {
    "u.neumann": ["/queue", "/cases/SO-1042", "/ask?q=why+is+SO-1042+blocked",
                  "/policies?order=SO-1042", "/sources", "/cases/SO-1042/what-if",
                  "/cases/SO-1042/cite?of=credit.limit", "/cases/SO-9999"],
    "u.schreiber": ["/audit"],
    "u.keller": ["/admin"],
}  # fmt: skip
EACH = [(user, path) for user, paths in PAGES.items() for path in paths]


@dataclass
class Live:
    """A service that listens at this machine, and what browsers complained of."""

    home: Path
    url: str
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def live(home: Path) -> Iterator[Live]:
    yield from _listening(home)


@pytest.fixture(scope="module")
def shared(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    where = tmp_path_factory.mktemp("browsed") / "home"
    yield from _listening(Path(shutil.copytree(demo_home, where)))


def _listening(home: Path) -> Iterator[Live]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    app = application(Office(home), url, rate=1e9, sign_ins=1e9)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield Live(home, url)
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="not run: no playwright")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def person(chromium: Any, live: Live, user_id: str, **context: Any) -> Any:
    """A page of somebody who signed in; complaints of the browser are collected."""
    page = chromium.new_context(base_url=live.url, **context).new_page()
    page.set_default_timeout(60_000)
    page.on("console", lambda m: m.type in ("error", "warning") and live.complaints.append(m.text))
    page.on("pageerror", lambda error: live.complaints.append(str(error)))
    page.on("request", lambda r: r.url.startswith(live.url) or live.complaints.append(r.url))
    page.goto("/sign-in")
    page.click(f'button[value="{user_id}"]')
    page.wait_for_url("**/*")
    return page


def test_the_order_that_waits_longest_for_carla_is_decided_by_keyboard_alone(
    chromium: Any, live: Live, record_property: Any
) -> None:
    started = time.monotonic()
    page = person(chromium, live, "u.neumann")
    page.goto("/queue?view=mine")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/SO-1301")
    page.wait_for_load_state("networkidle")
    assert page.locator(".fresh .ok").is_visible()
    page.locator("#reason").focus()
    page.keyboard.type("over the limit, no payment promised")
    page.keyboard.press("Escape")
    page.locator("#reason").evaluate("field => field.blur()")
    page.keyboard.press("2")
    assert page.evaluate("document.activeElement.value") == "reject"
    page.keyboard.press("Enter")
    page.wait_for_url("**after=SO-1301.v1")
    assert page.locator(".ok", has_text="SO-1301 is rejected").is_visible()
    seconds = time.monotonic() - started
    record_property("seconds", round(seconds, 1))
    assert seconds < 120
    assert live.complaints == []


def test_a_key_of_a_disabled_button_says_why(chromium: Any, shared: Live) -> None:
    page = person(chromium, shared, "u.marin")
    page.goto("/cases/SO-1042")
    page.keyboard.press("2")
    assert page.locator("#told").inner_text() != ""
    assert page.evaluate("document.activeElement.id") == "decide"


def test_a_citation_opens_its_card_when_it_is_reached_by_keyboard(
    chromium: Any, shared: Live
) -> None:
    page = person(chromium, shared, "u.neumann")
    page.goto("/cases/SO-1042")
    page.locator(".crumbs a").last.focus()
    for _ in range(5):
        page.keyboard.press("Tab")
    page.wait_for_selector("#card:popover-open")
    assert page.locator("#card").inner_text() != ""
    page.keyboard.press("Escape")
    assert page.locator("#card:popover-open").count() == 0


def test_without_scripts_the_whole_path_works(chromium: Any, live: Live) -> None:
    page = person(chromium, live, "u.neumann", java_script_enabled=False)
    page.goto("/queue?view=mine")
    page.click("text=SO-1042")
    page.click(".answer .fig >> nth=1")
    assert "132,400.00 EUR" in page.inner_text("main")
    page.go_back()
    page.fill("#reason", "stock first")
    page.click('button[value="reject"]')
    assert "SO-1042 is rejected" in page.inner_text("main")


def test_a_session_that_ended_leads_back_to_where_one_was(chromium: Any, shared: Live) -> None:
    page = person(chromium, shared, "u.vogt")
    page.context.clear_cookies()
    page.goto("/cases/SO-1305")
    page.click('button[value="u.vogt"]')
    assert page.url.endswith("/cases/SO-1305")


@pytest.mark.parametrize(("user", "path"), EACH)
@pytest.mark.parametrize("width", [360, 720])
def test_no_page_is_wider_than_the_window(
    chromium: Any, shared: Live, user: str, path: str, width: int
) -> None:
    """720 pixels are also a window of 1440 at a zoom of 200 %."""
    page = person(chromium, shared, user, viewport={"width": width, "height": 800})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize(("user", "path"), EACH)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(chromium: Any, shared: Live, user: str, path: str, theme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="not run: no axe")
    page = person(chromium, shared, user, color_scheme=theme, bypass_csp=True)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    found = axe.Axe().run(page).response["violations"]
    said = [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found]
    page.context.close()
    assert said == []


def test_nothing_was_asked_of_another_server_and_no_page_complained(shared: Live) -> None:
    missing = [text for text in shared.complaints if "404" not in text]
    assert missing == []
