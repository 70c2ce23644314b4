"""A school as one Excel workbook: read like the CSV tables, refused in the words of Excel, never read without bound."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook
from small_school import write
from workbook_school import TOML, saved, workbook

from sdmsim.base import InputErrors
from sdmsim.scenario import Scenario, load
from sdmsim.school.template import write_workbook
from sdmsim.school.workbook_tables import read_workbook
from sdmsim.show.cli import main


def said(folder: Path) -> list[str]:
    """Every line about the school in this folder."""
    with pytest.raises(InputErrors) as raised:
        load(folder / "school.toml")
    return list(raised.value.lines())


def changed(folder: Path, sheet: str, cell: str, value: Any) -> list[str]:
    """What is said of the school with one cell changed."""
    book = workbook()
    book[sheet][cell].number_format = "General"
    book[sheet][cell] = value
    saved(book, folder)
    return said(folder)


def refused(folder: Path, content: bytes) -> str:
    """What is said of these bytes as a workbook."""
    (folder / "school.toml").write_text(TOML, encoding="utf-8")
    (folder / "school.xlsx").write_bytes(content)
    (line,) = said(folder)
    return line.removeprefix("school.xlsx: ")


def zipped(folder: Path, *names: str) -> bytes:
    """A ZIP file with these parts."""
    with zipfile.ZipFile(folder / "parts", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "<a/>")
    return (folder / "parts").read_bytes()


def test_a_workbook_reads_like_the_tables(tmp_path: Path) -> None:
    """Numbers, dates, clock times and text ids of six sheets and two optional ones make the same school."""
    tables = load(write(tmp_path / "csv"))
    scenario = load(saved(workbook(), tmp_path))
    assert scenario.roster == tables.roster
    assert scenario.roster.lines == tables.roster.lines
    assert scenario.roster.students[0].id == "007"
    assert [file.name for file in scenario.input_files()] == ["school.toml", "school.xlsx"]


def test_the_template_reads_back_as_the_school_that_it_holds(tmp_path: Path) -> None:
    """What init writes as a workbook is the school that it drew, to the last cell, with notes and lists in it."""
    school = load(write(tmp_path)).roster
    write_workbook(school, tmp_path / "filled.xlsx")
    found = read_workbook(tmp_path / "filled.xlsx", "filled.xlsx")
    assert (found.school, found.problems, found.notes) == (school, (), ())
    book = load_workbook(tmp_path / "filled.xlsx")
    assert book.sheetnames[:7] == ["read me", "students", "services", "sections", "bell", "staff", "calendar"]
    for sheet in book.worksheets[1:]:
        assert all(cell.comment is not None and len(cell.comment.text) > 10 for cell in sheet[1]), sheet.title
    offered = {str(v.sqref): v.formula1 for v in book["services"].data_validations.dataValidation}
    assert offered["A2:A2000"] == "=students!$A$2:$A$2000"
    assert offered["D2:D2000"] == '"week,month,quarter,year"'


def test_init_writes_a_workbook_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`sdmsim init DIR --workbook` is the same school as without, in one file, and passes check as it is."""
    monkeypatch.chdir(tmp_path)
    for words in (["init", "a"], ["init", "b", "--workbook"], ["check", "b/scenario.toml", "b/experiment.toml"]):
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, result.output
    assert {file.name for file in Path("b").iterdir()} == {
        "README.md",
        "scenario.toml",
        "experiment.toml",
        "school.xlsx",
    }
    assert load("b/scenario.toml").roster == load("a/scenario.toml").roster
    assert "school.xlsx" in Path("b/README.md").read_text(encoding="utf-8")


def test_an_id_that_is_a_number_is_read_as_text_and_said(tmp_path: Path) -> None:
    """A number-typed id 7 is "7", with a note, since zeros in front may be gone; the reference to it must agree."""
    book = workbook()
    book["students"]["A2"] = book["services"]["A2"] = book["pairs"]["A2"] = 7
    scenario = load(saved(book, tmp_path))
    assert scenario.roster.students[0].id == "7"
    assert 'school.xlsx, students: 1 id is a number, read as text (7 as "7").' in scenario.notes
    assert changed(tmp_path, "students", "A2", 7)[:1] == [
        'school.xlsx, services:2: id: "007" is not in school.xlsx, students; did you mean "7"?'
    ]


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "says"),
    [
        ("students", "C3", "9Z", 'students:3: section: "9Z" is not in school.xlsx, sections (known: 2A, 3A, 3B)'),
        ("students", "G2", "=1/2", "students:2: attendance: is a formula whose value was not saved; open the file in "
         "Excel and save it"),
        ("students", "A6", "#REF!", 'students:6: id: "#REF!" is an error of the spreadsheet; mend its formula and save'
         " again"),
        ("services", "C2", 30.5, 'services:2: minutes: "30.5" is not a whole number'),
        ("staff", "F2", "7:45 AM", 'staff:2: start: "7:45 AM" is not a clock time such as 08:15; did you mean '
         '"07:45"?'),
        ("calendar", "A2", 45560, 'calendar:2: date: "45560" is not a date such as 2024-09-03; did you mean '
         '"2024-09-25"?'),
        ("calendar", "A2", datetime(2024, 9, 25, 13, 25), 'calendar:2: date: "2024-09-25 13:25" is not a date such as '
         '2024-09-03; did you mean "2024-09-25"?'),
        ("bell", "C2", timedelta(hours=30), 'bell:2: start: "30:00" is not a clock time of a day; they run from 00:00 '
         "to 24:00"),
        ("sections", "F1", "Homeroom", "sections:1: Homeroom: is not a column of this table (known: grade, section, "
         "teacher, size, collab, site)"),
    ],
)  # fmt: skip
def test_a_cell_that_will_not_do_is_named_with_sheet_row_and_column(
    tmp_path: Path, sheet: str, cell: str, value: Any, says: str
) -> None:
    """Messages read like those of CSV tables, with the sheet in the place of the file's ending."""
    assert f"school.xlsx, {says}" in changed(tmp_path, sheet, cell, value)


def test_what_excel_makes_of_cells_is_read_as_meant(tmp_path: Path) -> None:
    """Percent formats, tick boxes, durations, times off by Excel's rounding, empty rows and columns at the end."""
    book = workbook()
    book["students"]["G2"].value, book["students"]["G2"].number_format = 0.95, "0%"
    for row in (2, 6):
        book["bell"][f"G{row}"] = True
    book["bell"]["C2"] = timedelta(hours=8, minutes=15)
    book["calendar"]["D2"] = 0.559027777777777 + 1e-5
    book["calendar"]["D2"].number_format = "h:mm"
    book["students"]["A40"].number_format = "@"
    book["students"]["K9"] = "  "
    assert load(saved(book, tmp_path)).roster == load(write(tmp_path / "csv")).roster


@pytest.fixture(autouse=True)
def _csv(tmp_path: Path) -> None:
    (tmp_path / "csv").mkdir(exist_ok=True)


def merged(book: Workbook) -> None:
    book["students"].merge_cells("B3:C3")


def two_headers(book: Workbook) -> None:
    book["sections"].insert_rows(1, 2)
    book["sections"]["A1"] = "Our classes"


def no_staff(book: Workbook) -> None:
    book["staff"].title = "staf"


def wide(book: Workbook) -> None:
    book["staff"].cell(2, 400, "far out")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (merged, "school.xlsx, students:3: the cells B3:C3 are merged; unmerge them (Home > Merge & Center), each cell "
         "with a value of its own"),
        (two_headers, "school.xlsx, sections:1: this line should be the header: grade,section,teacher,size,collab,"
         "site; line 3 looks like it: remove what stands above"),
        (no_staff, 'school.xlsx: has no sheet "staff"; did you mean "staf"?'),
        (wide, "school.xlsx, staff: has more than 300 columns; copy those that are meant to a new sheet"),
    ],
)  # fmt: skip
def test_a_sheet_of_another_shape_is_refused(tmp_path: Path, spoil: Callable[[Workbook], None], says: str) -> None:
    """Merged cells with their range, rows above the header, a sheet that is not there, columns without end."""
    book = workbook()
    spoil(book)
    saved(book, tmp_path)
    assert says in said(tmp_path)


def test_hidden_rows_and_sheets_are_noted_and_others_counted(tmp_path: Path) -> None:
    """What Excel hides is read, and said; other sheets are not read and named by number, never by name."""
    book = workbook()
    book["students"].row_dimensions[3].hidden = True
    book["services"].column_dimensions["F"].hidden = True
    book["calendar"].sheet_state = "hidden"
    book.create_sheet("Anna Smith")
    notes = load(saved(book, tmp_path)).notes
    assert notes[-len(notes) :].count("school.xlsx: 1 other sheet is not read.") == 1
    for text in (
        "school.xlsx, students: 1 hidden row is read like the others.",
        "school.xlsx, services: 1 hidden column is read like the others.",
        "school.xlsx, calendar: the sheet is hidden; it is read like the others.",
    ):
        assert text in notes
    assert not any("Anna" in note for note in notes)


def test_other_files_are_refused_with_how_to_save(tmp_path: Path) -> None:
    """Old Excel, binary Excel, OpenDocument, Numbers, a password, plain text, nothing, a damaged file."""
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert "old Excel (.xls); in Excel: File > Save As" in refused(tmp_path, old)
    assert "protected by a password" in refused(tmp_path, old + "EncryptedPackage".encode("utf-16-le") + bytes(600))
    assert "binary workbook (.xlsb)" in refused(tmp_path, zipped(tmp_path, "xl/workbook.bin"))
    assert "OpenDocument file (.ods)" in refused(tmp_path, zipped(tmp_path, "mimetype", "content.xml"))
    assert "Numbers document" in refused(tmp_path, zipped(tmp_path, "Index/Document.iwa"))
    assert refused(tmp_path, zipped(tmp_path, "a.txt")).startswith("is not an Excel workbook")
    assert refused(tmp_path, b"id,grade\n").startswith("is not an Excel workbook")
    assert refused(tmp_path, b"") == "is empty"
    assert "cannot be read as an Excel workbook" in refused(tmp_path, b"PK\x03\x04 nothing")
    (tmp_path / "school.xlsx").unlink()
    assert said(tmp_path)[0].startswith("school.xlsx: there is no such file")


def test_a_large_workbook_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """50 MB on disk, 50 MB once unpacked, half a million cells: refused with the limit, in the time of a look."""
    with open(tmp_path / "school.xlsx", "wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(50 * 2**20)
    (tmp_path / "school.toml").write_text(TOML, encoding="utf-8")
    assert said(tmp_path) == [
        "school.xlsx: has 50 MB, more than the 16 MB that a table may have; copy the rows to a new file"
    ]
    with zipfile.ZipFile(tmp_path / "bomb", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(50 * 2**20))
    assert refused(tmp_path, (tmp_path / "bomb").read_bytes()).startswith("unpacks to 50 MB, more than the 40 MB")


def test_a_sheet_of_too_many_cells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells are counted before any is kept."""
    monkeypatch.setattr("sdmsim.school.workbooks.MOST_CELLS", 50)
    saved(workbook(), tmp_path)
    assert any("services: has more than 50 cells, many of them perhaps empty" in line for line in said(tmp_path))


def test_xml_that_defines_entities_is_refused(tmp_path: Path) -> None:
    """A part that could grow when it is read is not read."""
    saved(workbook(), tmp_path)
    with zipfile.ZipFile(tmp_path / "school.xlsx", "a") as archive:
        archive.writestr("xl/laugh.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert said(tmp_path) == [
        "school.xlsx: holds definitions that no workbook of Excel has; "
        'in Excel: File > Save As > "Excel Workbook (.xlsx)"'
    ]


def test_an_arm_may_take_another_workbook(tmp_path: Path) -> None:
    """`school.workbook` is a file seen from where it is written, as the tables' names are."""
    scenario = load(saved(workbook(), tmp_path))
    book = workbook()
    book["staff"]["C2"] = 0.4
    (tmp_path / "arms").mkdir()
    book.save(tmp_path / "arms" / "less.xlsx")
    varied = scenario.vary({"school.workbook": "less.xlsx"}, tmp_path / "arms")
    assert isinstance(varied, Scenario)
    assert varied.roster.staff[0].fte == 0.4


def test_a_large_csv_table_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """The same limit holds for a CSV file."""
    write(tmp_path)
    with open(tmp_path / "students.csv", "ab") as file:
        file.truncate(50 * 2**20)
    assert said(tmp_path) == [
        "students.csv: has 50 MB, more than the 16 MB that a table may have; copy the rows to a new file"
    ]
