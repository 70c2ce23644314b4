"""The planner's page as a planner uses it: a browser drives it from the first page on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import PATIENCE, Server, chromium, elsewhere, served
from playwright.sync_api import Locator, Page, sync_playwright


@pytest.fixture(scope="module")
def server(repository: Path) -> Iterator[Server]:
    """One server for the whole file, where the schools that ship are."""
    chromium()
    with served(repository) as made:
        yield made


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """Every address that the browser asked for."""
    return []


@pytest.fixture(scope="module")
def page(server: Server, asked: list[str]) -> Iterator[Page]:
    """One visit, from the first page on; the tests below go on where the one before stopped."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        made = browser.new_page(viewport={"width": 1280, "height": 900})
        made.set_default_timeout(PATIENCE)
        made.on("request", lambda request: asked.append(request.url))
        made.on("websocket", lambda socket: asked.append(socket.url))
        made.goto(server.address)
        yield made
        browser.close()


def press(page: Page, words: str) -> None:
    page.get_by_test_id(re.compile("stBaseButton-.*")).get_by_text(words, exact=True).click()


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def level(page: Page, label: str) -> Locator:
    """The number on a card."""
    return page.locator(".sd-card", has_text=label).first.locator(".level")


def years(page: Page, words: str) -> None:
    """Wait until the page says so of the simulated years."""
    page.get_by_test_id("stAlert").filter(has_text=words).first.wait_for()


def test_a_school_is_chosen_and_what_was_read_is_said(page: Page) -> None:
    """Children, posts, school days; then the levers."""
    choose(page, "School", "scenarios/maple.toml")
    press(page, "Open")
    page.get_by_text("children on the caseload").wait_for()
    assert page.get_by_text("1,770").is_visible()
    press(page, "Move levers")
    years(page, "simulated year")


def test_a_lever_moves_the_numbers_and_the_bands_narrow(page: Page) -> None:
    """A first sketch or a solved week at once, then 30 years; other numbers than before, with what they differ by."""
    years(page, "The solved week, 30 simulated years so far.")
    before = level(page, "promised minutes given").inner_text()
    choose(page, "strategy", "all in class (push-in)")
    page.get_by_role("heading", name="Strategy: all in class (push-in)").wait_for()
    years(page, "The solved week, 30 simulated years so far.")
    assert level(page, "promised minutes given").inner_text() != before
    card = page.locator(".sd-card", has_text="promised minutes given").first
    assert "less than" in card.inner_text()
    assert "As it is" in card.inner_text()
    assert "95 %" in card.inner_text()
    page.locator(".sd-slot").nth(20).wait_for()


def test_nothing_but_this_computer_is_asked_and_nothing_listens_elsewhere(
    page: Page, server: Server, asked: list[str]
) -> None:
    """Every request of the browser, every socket of the server and its processes; no id of a child in an address."""
    assert len(asked) > 5
    assert elsewhere(asked) == []
    assert server.listening() == {"127.0.0.1"}
    assert server.talks_to() <= {"127.0.0.1"}
    assert "?" not in page.url


def test_ctrl_c_ends_it_with_all_its_processes_and_no_id_was_said(server: Server, page: Page) -> None:
    """Last: the server is ended as a user ends it."""
    said, left = server.end()
    assert left == []
    assert server.process.returncode == 0
    assert re.findall(r"\b[ABLSV]\d\d\b", said) == []
    assert "Traceback" not in said
