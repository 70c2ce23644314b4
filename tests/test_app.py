"""The planner's page as a planner uses it: a browser drives it from the first page on.

One visit: each test goes on where the one before stopped.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import PATIENCE, Server, chromium, elsewhere, served
from click.testing import CliRunner
from playwright.sync_api import Locator, Page, sync_playwright

from sdmsim.lab.execute import execute
from sdmsim.lab.experiment import load_experiment
from sdmsim.scenario import load
from sdmsim.school.template import write_workbook
from sdmsim.show.cli import main

IDS = re.compile(r"\b[ABLSV]\d\d\b")
"""As the children of Maple have them."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the whole file, in an empty folder."""
    chromium()
    with served(tmp_path_factory.mktemp("started-here")) as made:
        yield made


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """Every address that the browser asked for."""
    return []


@pytest.fixture(scope="module")
def page(server: Server, asked: list[str]) -> Iterator[Page]:
    """One visit, from the first page on."""
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
    page.get_by_role("combobox", name=label, exact=True).fill(option)
    page.get_by_role("option", name=option, exact=True).click()


def turn_to(page: Page, title: str) -> None:
    page.get_by_test_id("stTopNavLink").get_by_text(title, exact=True).click()


def card(page: Page, label: str) -> Locator:
    """A headline number with what it differs by."""
    return page.locator(".sd-card", has_text=label).first


def said(page: Page, words: str) -> None:
    """Wait until the page says so."""
    page.get_by_text(words).first.wait_for()


def day(page: Page, label: str, date: str) -> None:
    """Fill in a date, part by part as its field asks."""
    for name, part in zip(("year", "month", "day"), date.split("-"), strict=True):
        page.get_by_role("spinbutton", name=f"{name}, {label}", exact=True).press_sequentially(part)
    page.keyboard.press("Escape")


def test_the_maple_workbook_is_imported(page: Page, repository: Path, tmp_path: Path) -> None:
    """What the sheets do not say is asked; then children, posts and plans are said, and it is the Maple that ships."""
    book = tmp_path / "maple.xlsx"
    write_workbook(load(repository / "scenarios" / "maple.toml").roster, book)
    page.get_by_role("tab", name="Import your own").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(book)
    said(page, "Tables do not say this:")
    day(page, "First school day", "2024-09-03")
    day(page, "Last school day", "2025-06-13")
    choose(page, "How therapy is given now", "All apart, in a therapy room")
    press(page, "Read")
    said(page, "children on the caseload")
    said(page, "1,770")
    press(page, "Move levers")
    said(page, "simulated year")


def test_a_lever_moves_the_numbers_and_the_week(page: Page) -> None:
    """A first answer, then the solved week; other numbers than before, and by how much, under the same luck."""
    before = card(page, "promised minutes given").locator(".level").inner_text()
    choose(page, "strategy", "all in class (push-in)")
    page.get_by_role("heading", name="Strategy: all in class (push-in)").wait_for()
    card(page, "promised minutes given").get_by_text("less").wait_for()
    said(page, "The solved week")
    after = card(page, "promised minutes given").inner_text()
    assert before not in after
    assert re.search(r"less than .As it is.: -\d+\.\d points \(95 %", after)
    page.locator(".sd-slot").nth(20).wait_for()


def test_options_are_saved_compared_and_taken_away(page: Page, tmp_path: Path) -> None:
    """Two saved options beside the school as it is; the files that are taken away give the same numbers and report in
    the command line.
    """
    press(page, "Save the option")
    said(page, "Saved:")
    choose(page, "set of assumptions", "neutral: a minute of therapy is a minute of therapy")
    page.get_by_role("heading", name="Option 2: 2 levers moved").wait_for()
    page.get_by_role("textbox", name="Name this option, to compare it later").fill('Neutral <b>"x"</b>')
    press(page, "Save the option")
    said(page, "Saved:")
    turn_to(page, "Compare")
    page.get_by_text("10", exact=True).click()
    page.get_by_role("radio", name="10", checked=True).or_(
        page.locator("[aria-pressed=true]", has_text="10")
    ).wait_for()
    page.get_by_test_id("stBaseButton-primary").get_by_text("Compare", exact=True).click()
    said(page, "Means of 10 simulated years")
    table = page.locator(".sd-table").nth(1)
    assert "lower" in table.inner_text()
    assert 'Neutral <b>"x"</b>' in table.inner_text()
    got = {}
    for name, words in (
        ("report.html", "Report (one HTML page)"),
        ("options.zip", "Scenario, experiment and results (ZIP)"),
    ):
        with page.expect_download() as downloading:
            page.get_by_test_id("stDownloadButton").filter(has_text=words).get_by_role("button").click()
        got[name] = tmp_path / name
        downloading.value.save_as(got[name])
    with zipfile.ZipFile(got["options.zip"]) as archive:
        archive.extractall(tmp_path)
    out = tmp_path / "again"
    execute(load_experiment(tmp_path / "experiment.toml"), out=out)
    for table_name in ("summary.csv", "comparison.csv", "runs.parquet"):
        assert (out / table_name).read_bytes() == (tmp_path / "results" / table_name).read_bytes()
    made = CliRunner().invoke(
        main, ["report", str(tmp_path / "results"), "--out", str(tmp_path / "by-command"), "--quiet"]
    )
    assert made.exit_code == 0, made.output
    assert (tmp_path / "by-command" / "report.html").read_bytes() == got["report.html"].read_bytes()


def test_one_childs_year_and_its_replay_are_shown(page: Page) -> None:
    """A picture of the year, then the same year in other places; the child's id stands in no address."""
    turn_to(page, "One child")
    choose(page, "Child (id)", "L05")
    said(page, "The year of L05")
    said(page, "The year of L05 again, in other places")
    assert page.locator("img[alt]").count() == 2
    assert not IDS.search(page.url)
    assert page.locator("a[href*='L05' i]").count() == 0


def test_one_day_is_replayed_minute_by_minute(page: Page) -> None:
    """Lanes of therapist, rooms and classes, a clock that moves, and who is where at that minute."""
    turn_to(page, "One day")
    page.locator(".sd-lane").first.wait_for()
    clock = page.get_by_role("heading", name=re.compile(r"At \d\d:\d\d"))
    before = clock.inner_text()
    page.get_by_text("Play", exact=True).click()
    page.wait_for_function("before => !document.body.innerText.includes(before)", arg=before)
    assert "SLP-1" in page.locator(".sd-table").first.inner_text()


def test_nothing_but_this_computer_is_asked_and_nothing_listens_elsewhere(
    page: Page, server: Server, asked: list[str]
) -> None:
    """Every request of the browser, every socket of the server and its processes; no id of a child in an address."""
    assert len(asked) > 5
    assert elsewhere(asked) == []
    assert server.listening() == {"127.0.0.1"}
    assert server.talks_to() <= {"127.0.0.1"}
    assert not any(IDS.search(address) for address in asked if not address.startswith("data:"))


def test_ctrl_c_ends_it_with_all_its_processes_and_no_id_was_said(server: Server, page: Page) -> None:
    """Last: the server is ended as a user ends it."""
    words, left = server.end()
    assert left == []
    assert server.process.returncode == 0
    assert IDS.findall(words) == []
    assert "Traceback" not in words
