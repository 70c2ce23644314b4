"""The documentation site: it builds, fetches nothing, and every snippet and the notebook run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import html5lib
import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
FENCE = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
OWN_TEST = "own-strategy.md"
TOLD = [p for p in sorted(DOCS.rglob("*.md")) if FENCE.search(p.read_text("utf-8")) and p.name != OWN_TEST]
"""Pages with snippets, which a reader runs one after the other; docs/own-strategy.md has a test of its own."""
NOT_RUN = ("sdmsim app", "pip install")
"""What a page may show but not run: a server that does not end, and what needs a package index."""
SHOWN = ("#:schema", "vidigi")
"""Words of what is neither a command nor a file here: a line for an editor, a script for a package of others."""


def on_path() -> dict[str, str]:
    """The environment of a reader who has installed sdmsim: its commands are found."""
    return {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built with every warning an error."""
    folder = tmp_path_factory.mktemp("site")
    made = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**on_path(), "NO_MKDOCS_2_WARNING": "1"},
    )
    assert made.returncode == 0, made.stderr + made.stdout
    return folder


def fetched(page: Path) -> Iterator[str]:
    """Addresses elsewhere that a browser would load with a page, as links that are clicked are not."""
    tree = html5lib.parse(page.read_bytes(), namespaceHTMLElements=False)
    for tag, attribute in (("script", "src"), ("img", "src"), ("iframe", "src"), ("link", "href"), ("source", "src")):
        for element in tree.iter(tag):
            address = element.get(attribute, "")
            loads = tag != "link" or element.get("rel") not in ("canonical", "next", "prev")
            if loads and re.match(r"(https?:)?//", address):
                yield address


def test_the_site_builds_and_fetches_nothing(site: Path) -> None:
    """Every link and anchor leads somewhere, every page has its place, and no page loads anything from elsewhere."""
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 30
    assert {page.name: found for page in pages if (found := list(fetched(page)))} == {}


def test_every_page_is_in_the_navigation() -> None:
    """A page that nobody can reach from the menu is forgotten."""
    menu = (ROOT / "mkdocs.yml").read_text("utf-8")
    named = set(re.findall(r"([\w/-]+\.(?:md|ipynb))$", menu, re.MULTILINE))
    there = {str(f.relative_to(DOCS).as_posix()) for kind in ("*.md", "*.ipynb") for f in DOCS.rglob(kind)}
    assert there == named


@pytest.mark.parametrize("page", TOLD, ids=lambda p: p.stem)
def test_every_snippet_runs(page: Path, tmp_path: Path) -> None:
    """The commands, files and scripts of a page do what they say, in an empty folder, in the order of the page."""
    run = 0
    for language, title, text in FENCE.findall(page.read_text("utf-8")):
        if title:
            (tmp_path / title).write_text(text, encoding="utf-8")
        elif language == "sh":
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", text], cwd=tmp_path, capture_output=True, text=True, env=on_path()
            )
            assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
            run += 1
        elif language == "python":
            done = subprocess.run([sys.executable, "-c", text], cwd=tmp_path, capture_output=True, text=True)
            assert done.returncode == 0, f"{text}\n{done.stderr}"
            run += 1
        elif language == "console":
            assert all(any(word in line for word in NOT_RUN) for line in text.splitlines()), text
        else:
            shown = language == "text" and any(word in text for word in SHOWN)
            assert shown, f"a snippet in {language} that is neither a file nor run:\n{text}"
    assert run or page.name == "app.md", "snippets, and not one of them run"


def test_the_notebook_runs_and_shows_what_it_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell of the tour runs, and the copy that ships was run to its end."""
    for name, value in on_path().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("MPLBACKEND", raising=False)
    tour = nbformat.read(DOCS / "tour.ipynb", as_version=4)
    cells = [cell for cell in tour.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    NotebookClient(tour, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()


@pytest.mark.parametrize("script", ["make_commands.py", "make_glossary.py", "make_protocols.py"])
def test_a_page_made_by_a_command_is_up_to_date(script: str) -> None:
    """What the program says of itself is what the page says."""
    made = subprocess.run([sys.executable, f"docs/{script}", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr


@pytest.mark.parametrize(("protocol", "least"), [("odd", 9), ("stress", 21)])
def test_no_item_of_a_protocol_is_empty(protocol: str, least: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each item says something, and where it lists what the model has, the list has entries that say something."""
    monkeypatch.syspath_prepend(str(DOCS))
    import make_protocols

    items = make_protocols.items(protocol)
    assert len(items) >= least
    assert [item.number for item in items if len(item.text.split()) < 5] == []
    assert [item.number for item in items if item.listed is not None and not item.listed] == []
    assert [entry for item in items for entry in item.listed or () if entry.rstrip().endswith(":")] == []
