"""Good tables, however they were saved, read as the school that their author meant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_school import FILES, edited, write

from sdmsim.base import InputErrors
from sdmsim.school.calendar import school_year
from sdmsim.school.grid import conversions, totals, weekly_minutes, yearly_minutes
from sdmsim.school.sources import Tables
from sdmsim.school.synthetic import Synthetic
from sdmsim.school.tables import columns_of, read_school
from sdmsim.school.vocabulary import WEEKDAYS, Block, Pair, Room, School, Section, Service, StaffMember, Student
from sdmsim.school.writing import write_school

TABLES = [name for name in FILES if name.endswith(".csv")]
NAMES = {name.removesuffix(".csv"): name for name in TABLES}


def school(folder: Path, changes: Mapping[str, str | bytes | None] | None = None, *, without: str = "") -> School:
    """The small school, read, some tables with other content or (`without`) left out of the scenario."""
    write(folder, changes)
    return read_school(folder, {table: file for table, file in NAMES.items() if table != without})


def test_every_table_is_read_into_its_rows(tmp_path: Path) -> None:
    """Text stays text, clock times are minutes after midnight, and a cell that is empty is the default."""
    read = school(tmp_path)
    assert read.students[0] == Student(
        id="007", grade="2", section="2A", category="SLI", goal_type="language", severity="mild", attendance=0.95
    )
    assert read.students[2] == Student(id="s3", grade="3", section="3A", category="SLI", goal_type="articulation")
    assert read.services[2] == Service(
        id="s3", service="speech", minutes=20, per="week", sessions=1, kind="direct", goal="articulation",
        delivery="individual", setting="therapy_room", provider_role="SLP", start=None, end=date(2024, 11, 29),
    )  # fmt: skip
    assert read.sections[1] == Section(grade="3", section="3A", teacher="T2", size=21)
    assert read.sections[1].collab == 0.5
    assert read.staff == (
        StaffMember(
            id="SLP-1", role="SLP", fte=0.6, site_days=("Mon", "Wed", "Fri"), start=465, end=915, lunch_start=660,
            lunch_end=750, lunch_minutes=30, documentation=120, busy=(("Wed", 840, 900),),
        ),
    )  # fmt: skip
    assert [(e.date, e.through, e.kind, e.start, e.end, e.grade) for e in read.calendar] == [
        (date(2024, 9, 25), None, "early_release", 805, None, ""),
        (date(2024, 10, 14), None, "holiday", None, None, ""),
        (date(2024, 11, 27), date(2024, 11, 29), "holiday", None, None, ""),
        (date(2024, 12, 12), None, "assembly", 780, 840, "3"),
    ]
    assert read.rooms == (Room(room="Room 1", capacity=3, noise=0.2, metres={"2A": 20.0, "3A": 35.5}),)
    assert read.pairs == (
        Pair(student="007", other="s2", rule="must"),
        Pair(student="s3", other="s5", rule="never"),
    )


def test_daily_stands_for_the_five_days(tmp_path: Path) -> None:
    """One `daily` row and five rows, one for each weekday, are the same blocks."""
    cells = "10:00,10:45,WIN,WIN,no,small_groups"
    five = "\n".join(f"2,{day},{cells}" for day in WEEKDAYS)
    assert school(tmp_path, edited("bell.csv", (f"2,daily,{cells}", five))).blocks_of == school(tmp_path).blocks_of
    assert school(tmp_path).blocks_of["2", "Thu"][1] == Block(
        grade="2", day="Thu", start=600, end=645, block="WIN", subject="WIN", protected=False, format="small_groups"
    )


SAVED = {
    "with a byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "with CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "with CR alone": lambda text: text.replace("\n", "\r").encode(),
    "without a last line end": lambda text: text.rstrip("\n").encode(),
    "with semicolons": lambda text: text.replace(";", "&").replace(",", ";").replace("&", ",").encode(),
    "with every cell in quotation marks": lambda text: "".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) + "\n" for line in text.splitlines()
    ).encode(),
    "with spaces around cells": lambda text: text.replace(",", " ,\u00a0").encode(),
    "with blank lines and empty rows": lambda text: (
        text + "\n\n" + "," * text.split("\n")[0].count(",") + "\n"
    ).encode(),
    "with an empty row above the header": lambda text: ("," * text.split("\n")[0].count(",") + "\n" + text).encode(),
    "with empty columns at the right": lambda text: "".join(f"{line},,\n" for line in text.splitlines()).encode(),
}


@pytest.mark.parametrize("saved", SAVED.values(), ids=SAVED.keys())
@pytest.mark.parametrize("table", TABLES)
def test_a_table_reads_the_same_however_it_was_saved(table: str, saved: object, tmp_path: Path) -> None:
    """Byte order marks, line ends, delimiters, quotation marks and what Excel leaves at the edges do not matter."""
    assert callable(saved)
    assert school(tmp_path, {table: saved(FILES[table])}) == school(tmp_path)


@given(st.data())
def test_columns_may_stand_in_any_order(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """A table with its columns shuffled is the same table."""
    table = data.draw(st.sampled_from(TABLES))
    rows = [line.split(",") for line in FILES[table].splitlines()]
    order = data.draw(st.permutations(range(len(rows[0]))))
    shuffled = "".join(",".join(row[i] for i in order) + "\n" for row in rows)
    folder = tmp_path_factory.mktemp("shuffled")
    assert school(folder, {table: shuffled}) == school(folder)


def test_accents_are_the_same_letter_however_they_are_composed(tmp_path: Path) -> None:
    """A section whose accent is one sign in one table and two signs in another is one section."""
    composed, apart = "3\u00c9", "3E\u0301"
    read = school(
        tmp_path,
        {
            **edited("sections.csv", ("3,3A", f"3,{composed}")),
            **edited("students.csv", ("s3,3,3A", f"s3,3,{apart}")),
            **edited("rooms.csv", ("3A", apart)),
        },
    )
    assert read.students[2].section == read.sections[1].section == composed


@pytest.mark.parametrize("table", ["rooms", "pairs"])
def test_optional_tables_may_be_left_out(table: str, tmp_path: Path) -> None:
    """Without rooms.csv or pairs.csv the school has none, and all else is as before."""
    read = school(tmp_path, without=table)
    assert getattr(read, table) == ()
    assert read.students == school(tmp_path).students


def test_calendar_and_pairs_may_have_no_rows(tmp_path: Path) -> None:
    """A year without holidays and a school without pairs are a header each."""
    read = school(tmp_path, {"calendar.csv": "date,kind\n", "pairs.csv": "student,other,rule\n"})
    assert (read.calendar, read.pairs) == ((), ())


@pytest.mark.parametrize("table", sorted(NAMES))
def test_the_first_column_is_required(table: str, tmp_path: Path) -> None:
    """Without its first column no table is read."""
    header, *rows = FILES[NAMES[table]].splitlines()
    cut = "".join(f"{line.split(',', 1)[1]}\n" for line in (header, *rows))
    with pytest.raises(InputErrors) as refused:
        school(tmp_path, {NAMES[table]: cut})
    first = columns_of(table)[0]
    assert f"{table}.csv:1: {first}: this column is missing" in map(str, refused.value.problems)


def test_rows_know_their_lines(tmp_path: Path) -> None:
    """Messages can name the line of a row; blank lines count, and a `daily` block is five rows of one line."""
    read = school(tmp_path, edited("students.csv", ("s3,3,3A", "\n\ns3,3,3A")))
    assert read.lines["students"] == (2, 3, 6, 7, 8)
    assert read.lines["bell"][:6] == (2, 2, 2, 2, 2, 3)


def test_a_school_drawn_has_no_lines(tmp_path: Path) -> None:
    """Where there is no file there is no line."""
    assert Synthetic(kind="synthetic", like="small").school(tmp_path).lines == {}


@settings(max_examples=10)
@given(seed=st.integers(min_value=0, max_value=2**63 - 1), like=st.sampled_from(["small", "maple"]))
def test_a_school_that_is_written_reads_back(tmp_path_factory: pytest.TempPathFactory, seed: int, like: str) -> None:
    """Every row of a drawn school comes back from its CSV tables; the bell schedule by grade and day."""
    folder = tmp_path_factory.mktemp("written")
    drawn = Synthetic.model_validate({"kind": "synthetic", "like": like, "seed": seed}).school(folder)
    read = Tables.model_validate({"kind": "tables", **write_school(drawn, folder)}).school(folder)
    assert read.blocks_of == drawn.blocks_of
    assert read.model_copy(update={"bell": drawn.bell}) == drawn


YEAR = school_year(date(2024, 9, 3), date(2024, 12, 20), ())
"""Sixteen weeks and four months, every weekday a school day."""


def row(minutes: int, sessions: int, per: str, **more: object) -> Service:
    """A service row of these amounts."""
    return Service.model_validate(
        {"id": "a", "service": "speech", "goal": "language", "setting": "team", "provider_role": "SLP",
         "minutes": minutes, "sessions": sessions, "per": per, **more}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("service", "yearly", "weekly"),
    [
        (row(30, 2, "week"), 960, 60.0),
        (row(30, 4, "month"), 480, 30.0),
        (row(60, 1, "quarter"), 240, 15.0),
        (row(20, 40, "year"), 800, 50.0),
        (row(30, 2, "week", start=date(2024, 12, 9)), 120, 60.0),
        (row(30, 4, "month", end=date(2024, 9, 30)), 120, 24.0),
    ],
)
def test_amounts_of_every_unit_come_to_weekly_minutes(service: Service, yearly: int, weekly: float) -> None:
    """A row's yearly minutes over the weeks in which it holds: worked out by hand for sixteen weeks."""
    assert yearly_minutes(service, YEAR) == yearly
    assert weekly_minutes(service, YEAR) == pytest.approx(weekly)


def test_conversions_name_what_was_converted(tmp_path: Path) -> None:
    """Rows per month, quarter and year are listed with their line and what they come to; weekly rows are not."""
    read = school(tmp_path)
    made = conversions(read, YEAR)
    assert [(c.line, str(c)) for c in made] == [
        (5, "4 x 30 min per month = 30.0 min per week (4 months in 16 school weeks)"),
        (6, "1 x 15 min per month = 3.8 min per week (4 months in 16 school weeks)"),
    ]


def test_grid_totals_count_student_minutes(tmp_path: Path) -> None:
    """By service, kind, setting and grade; two children of a group count twice."""
    found = totals(school(tmp_path), YEAR)
    assert [(t.kind, t.setting, t.grade, t.children, t.weekly_minutes, t.yearly_minutes) for t in found] == [
        ("direct", "classroom", "3", 1, 30.0, 480),
        ("direct", "team", "2", 2, 120.0, 1920),
        ("direct", "therapy_room", "3", 1, 20.0, 260),
        ("indirect", "therapy_room", "3", 1, 3.75, 60),
    ]
