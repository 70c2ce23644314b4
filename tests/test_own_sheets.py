"""`sdmsim init DIR --from FILE`: a district's own sheets, headers and amounts in any spelling, every step reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lead_therapist import AMOUNTS, caseload, persons
from openpyxl import Workbook

from sdmsim.scenario import load
from sdmsim.school import own_values
from sdmsim.school.headers import key_of, synonyms
from sdmsim.school.tables import TABLES, columns_of
from sdmsim.show.cli import main


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and we are in it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ask(*words: str) -> Result:
    """What a command does with these words."""
    return CliRunner().invoke(main, list(words))


def test_a_lead_therapists_caseload_becomes_a_school_that_runs(here: Path) -> None:
    """From names and "2x30" to a scenario and an experiment that pass check, in two commands and no editing."""
    caseload().save("caseload.xlsx")
    assert ask("deidentify", "caseload.xlsx").exit_code == 0
    result = ask("init", "our", "--from", "deidentified/caseload.xlsx")
    assert result.exit_code == 0, result.output
    checked = ask("check", "our/scenario.toml", "our/experiment.toml")
    assert checked.exit_code == 0, checked.output
    school = load("our/scenario.toml").roster
    assert [s.grade for s in school.students] == ["K", "K", "1", "1", "2", "2", "3", "3", "3", "2", "K", "1"]
    assert [(s.sessions, s.minutes, s.per) for s in school.services[:5]] == [
        (2, 30, "week"), (2, 30, "week"), (2, 30, "week"), (1, 30, "week"), (2, 30, "week"),
    ]  # fmt: skip
    assert [s.setting for s in school.services[:6]] == [
        "therapy_room", "therapy_room", "classroom", "team", "classroom", "team",
    ]  # fmt: skip
    assert {s.goal for s in school.services} == {"articulation", "language", "social"}
    assert school.students[0].goal_type == "articulation"
    assert [s.section for s in school.sections] == ["K-A", "1A", "1B", "2A", "3A", "3B", "2B", "K-B"]
    report = Path("our/how-it-was-read.txt").read_text(encoding="utf-8")
    assert report.strip() in result.output
    for line in (
        "  Frequency: frequency",
        '"2x/wk for 20 min" as 2 sessions of 20 minutes per week',
        "  an amount without a period: per week (5 rows)",
        "  an amount without a number of sessions: sessions of 30 minutes (2 rows)",
        "  setting is empty or not there: team (3 rows)",
        "  size of the class is not there: 22 (8 rows)",
        "In no sheet, so example rows of a made-up school stand there, to be replaced: bell, staff, calendar.",
    ):
        assert line in report
    assert load("our/scenario.toml").title == "Our school (example bell, staff, calendar)"
    assert [word for word in persons() if word in report] == []


def test_names_without_ids_are_sent_to_deidentify(here: Path) -> None:
    """Refused in words with the command that helps; columns of persons are left out and named by what they are."""
    caseload(with_ids=False).save("caseload.xlsx")
    result = ask("init", "our", "--from", "caseload.xlsx")
    assert result.exit_code == 2
    assert result.stderr == (
        "caseload.xlsx, Caseload 24-25:3: has names and no column of ids; "
        "run sdmsim deidentify on the file, and give what it writes\n"
    )
    assert not Path("our").exists()
    caseload().save("caseload.xlsx")
    result = ask("init", "our", "--from", "caseload.xlsx")
    assert result.exit_code == 0, result.output
    assert "  Student Name: left out (names)" in result.output
    assert "  D.O.B.: left out (birth dates)" in result.output
    assert "  Bus #: left out (not a column that sdmsim reads)" in result.output
    kept = "".join(file.read_text(encoding="utf-8") for file in Path("our").iterdir())
    assert [word for word in persons() if word in kept + result.output] == []


def own_book() -> Workbook:
    """All six tables, each in a district's own words."""
    book = Workbook()
    book.remove(book.worksheets[0])
    sheets = {
        "Student List": [["Student Number", "Grade Level", "Class", "Disability", "Attendance Rate"],
                         ["A1", "2nd", "2A", "SLI", "93%"], ["A2", "2nd", "2A", "SLI", 0.9]],
        "IEP Minutes": [["Student Number", "Mins", "Times per Month", "Goals", "Service Location", "Provider Type"],
                        ["A1", 30, 4, "artic", "Sped", "Speech"], ["A2", "30", 2, "Pragmatics", "Both", "SLP"]],
        "Homerooms": [["Gr", "Homeroom", "Teacher Code", "Class Size"], ["2", "2A", "T7", 21]],
        "Bell Schedule": [["Grade", "Days", "Start Time", "End Time", "Activity", "Content", "No Pull", "Class Format"],
                          ["2nd", "M-F", "8:15 AM", "11:00 AM", "reading", "ELA", "Y", "whole_class"],
                          ["2nd", "Daily", "11:00", "11:30", "lunch", "lunch", "Y", "lunch"],
                          ["2nd", "Every day", "11:30", "2:45", "maths", "maths", "N", "whole_class"]],
        "Therapists": [["Initials", "Title", "FTE", "Start Time", "End Time", "Lunch From", "Lunch To"],
                       ["P1", "Speech Therapist", 0.5, "7:45", "3:15", "11:00", "12:30"]],
        "Holidays": [["Date", "Until", "Event"], ["11/27/2025", "11/28/2025", "Thanksgiving"],
                     ["12/22/2025", "1/2/2026", "Winter Break"]],
    }  # fmt: skip
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return book


def test_six_sheets_in_own_words_need_no_example(here: Path) -> None:
    """Each sheet is known by its name and headers; nothing is made up, and the year is that of the calendar."""
    own_book().save("ours.xlsx")
    result = ask("init", "our", "--from", "ours.xlsx", "--workbook")
    assert result.exit_code == 0, result.output
    assert "example" not in result.output
    assert sorted(p.name for p in Path("our").iterdir()) == [
        "README.md", "experiment.toml", "how-it-was-read.txt", "scenario.toml", "school.xlsx",
    ]  # fmt: skip
    scenario = load("our/scenario.toml")
    school = scenario.roster
    assert [(s.attendance) for s in school.students] == [0.93, 0.9]
    assert [(s.sessions, s.per, s.setting, s.goal) for s in school.services] == [
        (4, "month", "therapy_room", "articulation"), (2, "month", "team", "social"),
    ]  # fmt: skip
    assert [(b.start, b.end, b.protected) for b in school.bell[:1]] == [(495, 660, True)]
    assert max(b.end for b in school.bell) == 14 * 60 + 45
    assert (school.staff[0].role, school.staff[0].end) == ("SLP", 15 * 60 + 15)
    assert (school.calendar[0].kind, str(school.calendar[0].date)) == ("holiday", "2025-11-27")
    assert str(scenario.year.first_day) == "2025-09-02"


def test_what_cannot_be_read_is_named_with_sheet_and_row(here: Path) -> None:
    """An amount in words, a goal nobody knows, a class that is nowhere, merged cells: all by the user's own rows."""
    book = own_book()
    book["Student List"]["C3"] = "9Z"
    book.save("ours.xlsx")
    result = ask("init", "our", "--from", "ours.xlsx")
    assert result.stderr == 'ours.xlsx, Student List:3: section: "9Z" is not in ours.xlsx, Homerooms (known: 2A)\n'
    book = own_book()
    book["Student List"]["A3"] = "Quux, Zelda"
    book["IEP Minutes"].append([cell.value for cell in book["IEP Minutes"][1]])  # a header repeated, as on a new page
    book.save("ours.xlsx")
    result = ask("init", "our", "--from", "ours.xlsx")
    assert result.stderr == (
        "ours.xlsx, Student List:3: Student Number: looks like a name (not repeated here); "
        "give each a code such as S001, or run sdmsim deidentify on the file\n"
    )
    book = own_book()
    book["IEP Minutes"]["D3"] = "juggling"
    book.save("ours.xlsx")
    result = ask("init", "our", "--from", "ours.xlsx")
    assert "ours.xlsx, IEP Minutes:3: goal: " in result.stderr
    book["IEP Minutes"]["B3"] = "as needed"
    book["Holidays"].merge_cells("B2:C2")
    book.save("ours.xlsx")
    result = ask("init", "our", "--from", "ours.xlsx")
    assert "ours.xlsx, Holidays:1: the cells B2:C2 are merged" in result.stderr
    assert (
        'ours.xlsx, IEP Minutes:3: Mins: is no amount that could be read; write it like "2x30 per week"'
        in result.stderr
    )
    del book["IEP Minutes"]
    book["Holidays"].unmerge_cells("B2:C2")
    book.save("ours.xlsx")
    result = ask("init", "our", "--from", "ours.xlsx")
    assert result.stderr == (
        "ours.xlsx: nothing in it is read as services; "
        "one needs a column such as Frequency (2x30) or Minutes per week\n"
    )
    assert not Path("our").exists()


@pytest.mark.parametrize("command", ["check", "run", "experiment"])
def test_a_sheet_in_the_place_of_a_scenario_is_shown_the_way(here: Path, command: str) -> None:
    """Who gives a command the spreadsheet itself is told which command makes a scenario of it."""
    own_book().save("ours.xlsx")
    result = ask(command, "ours.xlsx")
    assert result.exit_code == 2
    assert "sdmsim init DIR --from makes" in result.stderr


@pytest.mark.parametrize(
    ("cell", "minutes", "sessions", "per"),
    [
        (AMOUNTS[1], 30, 2, "week"),
        (AMOUNTS[2], 30, 2, "week"),
        (AMOUNTS[3], 30, 1, "week"),
        (AMOUNTS[4], 30, 2, "week"),
        (AMOUNTS[6], 20, 2, "week"),
        (AMOUNTS[7], 30, 4, "month"),
        (AMOUNTS[8], 30, 4, "month"),
        ("30x2", 30, 2, "week"),
        ("twice weekly for 30 min", 30, 2, "week"),
        ("30 min daily", 30, 5, "week"),
        ("1 hour/week", 30, 2, "week"),
        ("90 mpw", 30, 3, "week"),
        ("45 min per week", 45, 1, "week"),
        ("3\u00d720 min", 20, 3, "week"),
        ("15 minutes 3 times a year", 15, 3, "year"),
        ("2 sessions of 25 minutes per quarter", 25, 2, "quarter"),
    ],
)  # fmt: skip
def test_an_amount_is_read_however_it_is_written(cell: str, minutes: int, sessions: int, per: str) -> None:
    """Crossed, in words, as a total, with any period."""
    found = own_values.amount(cell)
    assert found is not None
    assert (found.minutes, found.sessions, found.per) == (minutes, sessions, per)


@pytest.mark.parametrize("cell", ["as needed", "", "consult", "0x0", "twice"])
def test_what_is_no_amount_is_none(cell: str) -> None:
    """Nothing is guessed where there is no number of minutes."""
    assert own_values.amount(cell) is None


def test_grades_days_and_times_are_read_as_they_are_meant() -> None:
    """Ordinals, words, kindergartens; dates month first; afternoons without p.m.; what is not known stays as it is."""
    grades = {"3rd": "3", "Grade 3": "3", "Third": "3", "KG": "K", "Pre-K": "PK", "12": "12", "TK": "TK", "K-1": "K-1"}
    assert {cell: own_values.grade(cell) for cell in grades} == grades
    times = {"8:15 AM": "08:15", "815": "08:15", "1:30": "13:30", "12:05 pm": "12:05", "07:45": "07:45", "noon": "noon"}
    assert {cell: own_values.clock(cell) for cell in times} == times
    assert own_values.day("9/3/2024") == "2024-09-03"
    assert own_values.share("95%") == own_values.share("95") == "0.95"
    assert own_values.share("0.9") == "0.9"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Student ID", "student_ids"),
        ("mins/week", "Minutes Week"),
        ("Gr.", "GRADE"),
        ("Room #", "room number"),
        ("StudentName", "student names"),
        ("Freq", "frequency"),
        ("% Attendance", "percent attendance"),
    ],
)
def test_spelling_of_a_header_does_not_matter(one: str, other: str) -> None:
    """Capitals, spaces, underscores, points, plurals and short forms."""
    assert key_of(one) == key_of(other)


def test_every_column_stands_for_itself() -> None:
    """The exact headers of the tables are among the known ones, each for its own column."""
    for table in TABLES:
        for column in columns_of(table):
            assert synonyms(table)[key_of(column)] == column, (table, column)
