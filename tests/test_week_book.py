"""The week of therapists and teachers: as grids, and as a workbook for paper."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from small_school import write

from sdmsim.delivery.sessions import WeeklySession, clock, minute_of, sessions_of
from sdmsim.delivery.vocabulary import Week
from sdmsim.plan import timetable
from sdmsim.scenario import Scenario, load
from sdmsim.school.vocabulary import WEEKDAYS
from sdmsim.show.grids import APART, BOTH, CLASSROOM, class_grids, lessons_of, therapist_grids
from sdmsim.show.week_book import FILLS, week_book
from sdmsim.show.workbook import LONGEST_NAME, put, sheet_name


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scenario, Week]:
    """The small school and its week."""
    scenario = load(write(tmp_path_factory.mktemp("school")))
    return scenario, timetable(scenario)


def session(**changes: str) -> WeeklySession:
    """A weekly session of one child in its class."""
    plain = WeeklySession(
        therapist="SLP-1", weekday="Mon", start="09:00", end="09:30", setting="classroom", place="2A", site="",
        student="a", section="2A", goal="language", first="", last="", weeks="",
    )  # fmt: skip
    return plain._replace(**changes)


def test_every_child_of_every_appointment_is_there_once(made: tuple[Scenario, Week]) -> None:
    """By therapist, weekday and clock, with the child's own class."""
    scenario, week = made
    found = list(sessions_of(scenario.roster, week))
    assert len(found) == sum(len(a.members) for a in week.appointments) > 4
    at_home = {s.id: s.section for s in scenario.roster.students}
    assert all(s.section == at_home[s.student] for s in found)
    assert all(s.place == s.section for s in found if s.setting == "classroom")
    order = [(s.therapist, list(WEEKDAYS).index(s.weekday), s.start) for s in found]  # type: ignore[arg-type]
    assert order == sorted(order)


def test_a_grid_holds_every_minute_of_the_week(made: tuple[Scenario, Week]) -> None:
    """Of a therapist all appointments, of a class those of its own children."""
    scenario, week = made
    sessions = list(sessions_of(scenario.roster, week))
    (grid,) = therapist_grids(sessions)
    for a in week.appointments:
        assert any(
            box.weekday == a.weekday and box.start <= a.start and a.start + a.minutes <= box.end for box in grid.boxes
        )
    for grid in class_grids(sessions):
        ids = {s.id for s in scenario.roster.students if s.section == grid.whose}
        said = {one for box in grid.boxes for line in box.lines for one in line.split(", ")}
        others = {s.id for s in scenario.roster.students} - ids
        assert not said & others
        assert said & ids


def test_sessions_at_the_same_time_share_a_box() -> None:
    """Alternating weeks, or two therapists in one class: nothing is hidden, and the box says it is mixed."""
    one = session(weeks="1-3")
    other = session(student="b", start="09:15", end="10:00", setting="therapy_room", place="", weeks="4")
    (grid,) = therapist_grids([one, other])
    (box,) = grid.boxes
    assert (clock(box.start), clock(box.end), box.kind) == ("09:00", "10:00", BOTH)
    assert box.lines == (
        "09:00-09:30 in class 2A", "a", "weeks 1-3", "09:15-10:00 therapy room", "b", "weeks 4",
    )  # fmt: skip


def test_rows_of_a_page_cover_the_day_without_gaps() -> None:
    """A row for each time at which something begins or ends; a box is as many rows high as it reaches over."""
    late = session(weekday="Tue", start="09:15", end="10:00", student="b")
    (grid,) = therapist_grids([session(), late])
    assert [row.begins for row in grid.rows] == ["09:00", "09:15", "09:30"]
    assert [[cell.high for cell in row.cells] for row in grid.rows] == [[2, 1, 1, 1, 1], [2, 1, 1, 1], [1, 1, 1, 1]]
    assert grid.rows[0].cells[0].kind == CLASSROOM


def test_a_teacher_reads_who_comes_and_who_is_called_out() -> None:
    """In the words of the class."""
    out = session(setting="therapy_room", place="Room 1", start="10:00", end="10:20", student="b")
    (grid,) = class_grids([session(), out])
    assert [box.lines[0] for box in grid.boxes] == [
        "09:00-09:30 SLP-1 comes to class", "10:00-10:20 SLP-1 takes out to Room 1",
    ]  # fmt: skip
    assert [box.kind for box in grid.boxes] == [CLASSROOM, APART]


def test_the_workbook_has_a_sheet_for_each_therapist_and_class(made: tuple[Scenario, Week]) -> None:
    """Set up for paper; each session one merged cell in its colour, at its time, with its ids; lessons behind."""
    scenario, week = made
    sessions = list(sessions_of(scenario.roster, week))
    book = openpyxl.load_workbook(io.BytesIO(week_book("Small", sessions, lessons_of(scenario.roster))))
    classes = sorted({s.section for s in sessions})
    assert book.sheetnames == ["Overview", "SLP-1", *(f"Class {c}" for c in classes)]
    sheet = book["SLP-1"]
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 1)
    assert "not to be shared" in sheet.oddFooter.left.text
    merged = {str(r) for r in sheet.merged_cells.ranges}
    (grid,) = therapist_grids(sessions)
    low = minute_of(sheet["A4"].value)
    for box in grid.boxes:
        first = 4 + (box.start - low) // 5
        last = 4 + -(-(box.end - low) // 5) - 1
        letter = "BCDEF"[box.weekday]
        assert f"{letter}{first}:{letter}{last}" in merged
        cell = sheet[f"{letter}{first}"]
        assert cell.value == "\n".join(box.lines)
        assert cell.fill.start_color.rgb == f"00{FILLS[box.kind]}"
    lessons = [c.value for row in book[f"Class {classes[0]}"].iter_rows() for c in row if c.value]
    assert "lunch" in lessons


def test_the_workbook_is_the_same_each_time_and_holds_no_formula(made: tuple[Scenario, Week]) -> None:
    """Byte for byte; an id that begins with = is text."""
    scenario, week = made
    sessions = [s._replace(student="=cmd()") for s in sessions_of(scenario.roster, week)]
    once = week_book("=1+1", sessions)
    assert week_book("=1+1", sessions) == once
    book = openpyxl.load_workbook(io.BytesIO(once))
    kinds = {c.data_type for sheet in book for row in sheet.iter_rows() for c in row}
    assert "f" not in kinds
    assert book["Overview"]["A1"].value == "=1+1"
    assert any("=cmd()" in str(c.value) for row in book["SLP-1"].iter_rows() for c in row)


def test_sheets_have_names_that_excel_takes() -> None:
    """No sign that it refuses, at most 31 letters, none twice whatever the case."""
    assert sheet_name("Class 2/A: [x]?*", []) == "Class 2-A- -x---"
    assert sheet_name("slp-1", ["SLP-1"]) == "slp-1 (2)"
    long = sheet_name("x" * 40, ["x" * LONGEST_NAME])
    assert long == "x" * 27 + " (2)"
    assert sheet_name("''", []) == "sheet"


def test_what_is_no_number_is_text() -> None:
    """Formulas, control signs and nothing at all."""
    sheet = openpyxl.Workbook().active
    assert put(sheet, 1, 1, "=HYPERLINK(1)").data_type == "s"
    assert put(sheet, 1, 2, "a\x07b").value == "a b"
    assert put(sheet, 1, 3, float("nan")).value is None
    assert put(sheet, 1, 4, 2.5).data_type == "n"
    assert put(sheet, 1, 5, True).value == "True"


def test_files_of_the_timetable(made: tuple[Scenario, Week], tmp_path: Path) -> None:
    """sessions.csv and week.xlsx stand beside timetable.csv."""
    from sdmsim.show.week import write_week

    scenario, week = made
    write_week(scenario, lambda: week, tmp_path / "out")
    assert {"sessions.csv", "week.xlsx", "timetable.csv"} <= {f.name for f in (tmp_path / "out").iterdir()}
    text = (tmp_path / "out" / "sessions.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == ",".join(WeeklySession._fields)
