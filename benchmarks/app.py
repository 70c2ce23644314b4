"""How long the planner's page keeps a planner waiting: seconds from moving a lever to the first answer, at Maple.

    python benchmarks/app.py [--moves 10] [--out FOLDER]

Starts `sdmsim app` with a timetable cache of its own (so that no week is known), drives Debian's Chromium, and moves
ten levers one after the other, each while the one before is still being worked on. The first answer is there when the
page shows numbers of the moved lever: of the first sketch, or of the solved week where that was quicker. With --out
the page is photographed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

MOVES: tuple[tuple[str, str | float], ...] = (
    ("children served in class (push-in) (%)", 0.3),
    ("strategy", "all in class (push-in)"),
    ("SLP, full-time posts (FTE)", 0.75),
    ("largest group (children)", 0.75),
    ("strategy", "12 weeks apart, then in class"),
    ("where the children sit", "in one class of each grade"),
    ("therapists are there on (% of days)", 0.4),
    ("children's absence", "10 % fewer children there, all year"),
    ("set of assumptions", "practitioner: what guides claim"),
    ("strategy", "three weeks of therapy, one with teachers (3:1)"),
)
"""A lever, and the option chosen or where on its track a slider is put, from 0 to 1."""
ARRIVED = """before => { const now = document.querySelector('.sd-cards');
 return now !== null && now.dataset.option !== before }"""


def main() -> None:
    """Print seconds by move, their median and worst, and the load of the machine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=len(MOVES))
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        os.environ["SDMSIM_CACHE"] = cache
        print(f"load of the last minute before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
        seconds = measured(MOVES[: given.moves], given.out)
    print(f"first answer after a lever: median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s")
    print(f"load of the last minute after: {os.getloadavg()[0]:.1f}")


def measured(moves: tuple[tuple[str, str | float], ...], out: Path | None) -> list[float]:
    """Seconds of each move."""
    from browser import chromium, served
    from playwright.sync_api import sync_playwright

    found = []
    with served(ROOT) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 1100})
        page.set_default_timeout(60_000)
        page.goto(server.address)
        page.get_by_role("combobox", name="School", exact=True).fill("scenarios/maple.toml")
        page.get_by_role("option", name="scenarios/maple.toml", exact=True).click()
        page.get_by_test_id("stBaseButton-primary").get_by_text("Open", exact=True).click()
        page.get_by_text("children on the caseload").wait_for()
        page.get_by_test_id("stTopNavLink").get_by_text("Try", exact=True).click()
        page.get_by_text("30 simulated years so far.").wait_for()
        for lever, to in moves:
            before = page.locator(".sd-cards").first.get_attribute("data-option")
            if isinstance(to, str):
                page.get_by_role("combobox", name=lever, exact=True).fill(to)
                option = page.get_by_role("option", name=to, exact=True)
                option.wait_for()
                began = perf_counter()
                option.click()
            else:
                track = page.get_by_test_id("stSlider").filter(has_text=lever)
                track.scroll_into_view_if_needed()
                box = track.bounding_box()
                assert box is not None
                began = perf_counter()
                page.mouse.click(box["x"] + to * box["width"], box["y"] + box["height"] - 12.0)
            page.wait_for_function(ARRIVED, arg=before)
            found.append(perf_counter() - began)
            print(f"  {found[-1]:5.2f} s  {lever}: {to}", flush=True)
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=out / "try.png")
        browser.close()
    return found


if __name__ == "__main__":
    main()
