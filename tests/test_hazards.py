"""Hostile rosters: formulas, HTML and script, signs that cannot be seen, words without end. Refused, or shown inert.

What a child's code holds reaches no log, no address, no name of a file, and no page as anything but text.
"""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from pathlib import Path

import html5lib
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from small_school import FILES, edited, write
from workbook_school import saved, workbook

from sdmsim.base import InputErrors, as_meant, inert
from sdmsim.lab.folder import read_csv, write_csv
from sdmsim.scenario import load
from sdmsim.show.cli import main

FORMULAS = ("=cmd()", '=HYPERLINK("x")', "+1+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\uff1dcmd()")
UNSEEN = {
    "a zero-width space": "s\u200b9",
    "a mark that turns writing round": "s\u202e9",
    "a bell": "s\u00079",
    "a line break": "s\n9",
}
MARKUP = {
    "s2": "<script>alert(1)</script>",
    "s3": '"><img/src=x/onerror=alert(1)>',
    "s4": "</title></style>{{7*7}}",
    "s5": "../../&amp;s5:*?",
}
"""New ids of the small school's children."""


def said(folder: Path, changes: Mapping[str, str | bytes | None]) -> list[str]:
    """Every line about the small school with these files."""
    with pytest.raises(InputErrors) as raised:
        load(write(folder, changes))
    return list(raised.value.lines())


def as_cell(text: str) -> str:
    """A cell of a CSV file."""
    return '"' + text.replace('"', '""') + '"'


@pytest.mark.parametrize("formula", FORMULAS[:5])
@pytest.mark.parametrize("table", ["students.csv", "sections.csv", "staff.csv", "bell.csv"])
def test_a_formula_in_a_table_is_refused(tmp_path: Path, formula: str, table: str) -> None:
    """In an id, a teacher, a role, a block: never read as text that later lies in somebody's spreadsheet."""
    old = {"students.csv": "SLI", "sections.csv": "T2", "staff.csv": "SLP,", "bell.csv": "reading"}[table]
    new = as_cell(formula) + ("," if table == "staff.csv" else "")
    text = FILES[table].replace(old, new, 1)
    assert any("looks like a formula; write the value itself" in line for line in said(tmp_path, {table: text}))


@pytest.mark.parametrize("sign", UNSEEN.values(), ids=UNSEEN)
def test_signs_that_cannot_be_seen_are_refused(tmp_path: Path, sign: str) -> None:
    """Marks of direction, zero-width and control characters are named by number, never passed on."""
    students = FILES["students.csv"].replace("s3,3,3A", f"{as_cell(sign)},3,3A")
    lines = said(tmp_path, {"students.csv": students})
    assert any("students.csv:4: " in line for line in lines)
    assert sign not in "\n".join(lines)
    (tmp_path / "book").mkdir()
    if sign != UNSEEN["a bell"]:  # no workbook can hold it
        book = workbook()
        book["students"]["A4"] = sign
        saved(book, tmp_path / "book")
        with pytest.raises(InputErrors, match=r"school.xlsx, students:4: id: .*cannot be printed"):
            load(tmp_path / "book" / "school.toml")


def test_a_word_without_end_is_refused_in_few_words(tmp_path: Path) -> None:
    """A cell of a hundred thousand signs: its length is said, not the cell."""
    lines = said(tmp_path, edited("students.csv", ("s3,3,3A", "s" * 100_000 + ",3,3A")))
    assert lines[0] == "students.csv:4: id: has 100000 signs, more than the 64 that an id may have"
    assert max(map(len, lines)) < 300


@pytest.mark.parametrize("text", FORMULAS)
def test_inert_text_is_no_formula_and_comes_back(text: str) -> None:
    """A quotation mark goes before it, and is taken away again by our own reader."""
    assert inert(text) == f"'{text}"
    assert as_meant(inert(text)) == text


@pytest.mark.parametrize("text", ["-21.5", "+3", "1e-5", "3A", "", "'quoted'", "a=b", "25 % push-in"])
def test_numbers_and_plain_words_stay(text: str) -> None:
    """What no spreadsheet works out is left alone, both ways."""
    assert inert(text) == text
    assert as_meant(text) == text


def test_a_table_of_results_is_written_inert_and_read_as_meant(tmp_path: Path) -> None:
    """An arm called "+0.5 FTE" or "=cmd()" is text to a spreadsheet and itself to us."""
    import pandas as pd

    table = pd.DataFrame({"arm": ["=cmd()", "+0.5 FTE", "plain"], "metric": ["m"] * 3, "mean": [-1.5, 2.0, 0.0]})
    write_csv(table, tmp_path / "t.csv")
    lines = (tmp_path / "t.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in lines] == ["arm", "'=cmd()", "'+0.5 FTE", "plain"]
    assert read_csv(tmp_path / "t.csv").equals(table)
    assert table["arm"].tolist()[0] == "=cmd()"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The small school with markup for ids, lived, compared and traced; its folder and all that was printed with -v."""
    folder = tmp_path_factory.mktemp("hostile")
    changes = {}
    for file in ("students.csv", "services.csv", "pairs.csv"):
        rows = list(csv.reader(FILES[file].splitlines()))
        changes[file] = "".join(",".join(as_cell(MARKUP.get(cell, cell)) for cell in row) + "\n" for row in rows)
    changes["sections.csv"] = FILES["sections.csv"].replace("T2", "<b>T2</b>")
    changes["school.toml"] = FILES["school.toml"].replace('"Small"', "'<script>alert(2)</script>'")
    changes["experiment.toml"] = (
        'format = 1\ntitle = "</title><script>alert(3)</script>"\nscenario = "school.toml"\nreplications = 2\n'
        'baseline = "=cmd()"\n[[arm]]\nname = "=cmd()"\n[[arm]]\nname = "<img src=x onerror=alert(4)>"\n'
        'set = { "delivery.push_in_share" = 1.0 }\n'
    )
    write(folder, changes)
    printed = []
    where = str(folder)
    for words in (
        ("run", f"{where}/school.toml", "--out", f"{where}/year"),
        ("timetable", f"{where}/school.toml", "--out", f"{where}/week"),
        ("experiment", f"{where}/experiment.toml", "--out", f"{where}/compared", "--workers", "1"),
        ("trace", f"{where}/school.toml", "--student", MARKUP["s2"], "--out", f"{where}/child"),
    ):
        done = CliRunner().invoke(main, [*words, "-v"])
        assert done.exit_code == 0, done.output
        printed.append(done.stderr)
    return folder, "\n".join(printed)


def written(folder: Path) -> Iterator[Path]:
    """Every file that commands wrote."""
    for name in ("year", "week", "compared", "child"):
        yield from (file for file in (folder / name).rglob("*") if file.is_file())


def test_no_code_is_in_a_log_or_the_name_of_a_file(results: tuple[Path, str]) -> None:
    """Standard error with -v and every path: no id of a child, whole or in part."""
    folder, log = results
    names = "\n".join(str(file.relative_to(folder)) for file in written(folder))
    for code in (*MARKUP.values(), "alert", "onerror", "cmd()"):
        assert code not in log
        assert code not in names


def test_pages_show_codes_as_text_only(results: tuple[Path, str]) -> None:
    """Parsed as a browser does: no script, no handler, no address to elsewhere, no picture that is not in the page."""
    folder, _ = results
    pages = [file for file in written(folder) if file.suffix == ".html"]
    assert any(file.parent.name == "compared" for file in pages)
    for file in pages:
        tree = html5lib.parse(file.read_text(encoding="utf-8"), namespaceHTMLElements=False)
        for element in tree.iter():
            assert element.tag not in ("script", "iframe", "object", "embed", "form"), (file, element.tag)
            for name, value in element.attrib.items():
                assert not str(name).startswith("on"), (file, name)
                if name in ("src", "href", "action", "data"):
                    assert value.startswith(("data:", "#")), (file, name, value[:60])
        assert "alert(3)" in "".join(tree.itertext()) or "alert(2)" in "".join(tree.itertext())


def test_pictures_hold_no_script(results: tuple[Path, str]) -> None:
    """SVG files are well formed, and nothing in them can act."""
    folder, _ = results
    drawn = [file for file in written(folder) if file.suffix == ".svg"]
    assert drawn
    for file in drawn:
        for element in ElementTree.parse(file).iter():
            assert not str(element.tag).endswith(("}script", "}foreignObject", "}image"))
            assert not any(name.startswith("on") for name in element.attrib)


def test_no_written_cell_is_a_formula(results: tuple[Path, str]) -> None:
    """CSV cells begin with nothing that a spreadsheet works out; cells of workbooks are text or numbers."""
    folder, _ = results
    for file in written(folder):
        if file.suffix == ".csv":
            with file.open(encoding="utf-8", newline="") as rows:
                cells = [cell for row in csv.reader(rows) for cell in row]
            assert [cell for cell in cells if inert(cell) != cell] == [], file
        if file.suffix == ".xlsx":
            for sheet in load_workbook(file):
                assert [c.coordinate for row in sheet.iter_rows() for c in row if c.data_type == "f"] == [], file
