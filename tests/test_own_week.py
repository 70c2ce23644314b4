"""A therapist's own weekly timetable: read, matched to the plans, lived; every fault in words, soft ones as notes."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hand_school import SURE, child, plan, pull_out, wanted
from small_school import FILES, edited, write

from sdmsim import execute, load, load_experiment, metrics
from sdmsim.base import InputErrors
from sdmsim.plan import plan_of, timetable
from sdmsim.school.vocabulary import CalendarEntry
from sdmsim.show.cli import main
from sdmsim.show.slots import broken_by_arm
from sdmsim.show.week import SLOT_COLUMNS, as_csv, slot_rows
from sdmsim.world import live

HEADER = "therapist,day,start,minutes,where,students,service\n"
WEEK = HEADER + (
    "SLP-1,Mon,10:00,30,Room 1,007 s2,speech\n"
    "SLP-1,Wed,08:30,30,2A,007 s2,speech\n"
    "SLP-1,Mon,11:30,20,hallway,s3,\n"
    "SLP-1,Fri,09:00,30,3B,s4,speech\n"
)
NAMED = edited("school.toml", ("[goals.articulation]", '[week]\ntimetable = "my-week.csv"\n\n[goals.articulation]'))


def school(folder: Path, week: str | bytes, **changes: str | bytes | None) -> Path:
    """The small school with a week of its own."""
    files = {name.replace("_csv", ".csv"): content for name, content in changes.items()}
    return write(folder, {**NAMED, "my-week.csv": week, **files})


def test_the_week_is_the_files(tmp_path: Path) -> None:
    """Times, places and company as written; what the plan owes and no slot holds is unplaced, and said."""
    scenario = load(school(tmp_path, WEEK))
    week = timetable(scenario)
    ids = [s.id for s in scenario.roster.students]
    found = [
        (
            a.weekday,
            a.start,
            a.minutes,
            a.setting,
            a.section or a.room,
            [ids[week.requests[r].student] for r, _ in a.members],
        )
        for a in week.appointments
    ]
    assert found == [
        (0, 600, 30, "therapy_room", "Room 1", ["007", "s2"]),
        (0, 690, 20, "hallway", "hallway", ["s3"]),
        (2, 510, 30, "classroom", "2A", ["007", "s2"]),
        (4, 540, 30, "classroom", "3B", ["s4"]),
    ]
    assert week.unplaced == ()
    assert all(a.lead > 0 for a in week.appointments)
    fewer = load(school(tmp_path, WEEK.replace("SLP-1,Wed,08:30,30,2A,007 s2,speech\n", "")))
    assert [(u.ordinal, u.reason) for u in timetable(fewer).unplaced] == [(1, "not in the timetable")] * 2
    assert "my-week.csv: 2 of 6 weekly places that plans need are in no slot; they are unplaced." in fewer.notes
    assert fewer.digest() != scenario.digest()
    assert "my-week.csv" in {file.name for file in scenario.input_files()}


def test_a_solved_week_written_out_and_read_again_is_the_same_year(tmp_path: Path) -> None:
    """The timetable's own-week.csv, named as week.timetable, is lived like the solver's week, to the last fact."""
    scenario = load(write(tmp_path))
    week = timetable(scenario)
    school(tmp_path, as_csv(SLOT_COLUMNS, slot_rows(scenario.roster, week)))
    again = load(tmp_path / "school.toml")
    assert timetable(again).appointments == week.appointments
    logs = [live(plan_of(one), seed=1, replication=2) for one in (scenario, again)]
    assert [(log.given, log.missed, log.work) for log in logs[1:]] == [
        (log.given, log.missed, log.work) for log in logs[:1]
    ]


def test_a_workbook_reads_like_the_table(tmp_path: Path) -> None:
    """XLSX: clock times, numbers and text of the first sheet; other files are refused in words."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in WEEK.splitlines():
        cells: list[Any] = line.split(",")
        if cells[0] != "therapist":
            hour, minute = map(int, cells[2].split(":"))
            cells[2:4] = [datetime.time(hour, minute), int(cells[3])]
        sheet.append(cells)
    book.save(tmp_path / "my-week.xlsx")
    toml = NAMED["school.toml"].replace("my-week.csv", "my-week.xlsx")
    assert timetable(load(write(tmp_path, {"school.toml": toml}))) == replace(
        timetable(load(school(tmp_path, WEEK))), solve_seconds=0.0
    )
    (tmp_path / "my-week.xlsx").write_bytes(b"PK\x03\x04 nothing")
    write(tmp_path, {"school.toml": toml})
    with pytest.raises(InputErrors, match="cannot be read as an Excel workbook"):
        load(tmp_path / "school.toml")


FAULTS = {
    "SLP-2,Mon,10:00,30,Room 1,007,": 'therapist: "SLP-2" is not in staff.csv; did you mean "SLP-1"?',
    "SLP-1,Tue,10:00,30,Room 1,007,": 'day: Tue, but staff.csv has "SLP-1" on Mon Wed Fri',
    "SLP-1,Mon,14:30,60,Room 1,007,": (
        'start: 14:30 to 15:30 is outside the day of "SLP-1", 07:45 to 15:15 in staff.csv'
    ),
    "SLP-1,Mon,14:40,30,Room 1,007,": 'start: 14:40 to 15:10 is outside the school day of "007", 08:15 to 14:45',
    "SLP-1,Mon,10:00,30,Room 2,007,": (
        'where: "Room 2" is not in rooms.csv, sections.csv or hallway; did you mean "Room 1"?'
    ),
    "SLP-1,Mon,10:00,30,,007,": "where: is empty; give a room of rooms.csv, sections.csv or hallway",
    "SLP-1,Mon,10:00,30,3A,007,": 'students: "007" is in class "2A", not "3A"',
    "SLP-1,Mon,10:00,30,Room 1,s9,": 'students: "s9" is not in students.csv; did you mean "s2"?',
    "SLP-1,Mon,10:00,30,Room 1,007 007,": 'students: "007" stands twice',
    "SLP-1,Mon,10:00,30,Room 1,s5,": 'students: "s5" has no direct row for "SLP" in services.csv',
    "SLP-1,Mon,10:00,30,Room 1,007,speach": 'service: "007" has no "speach" in services.csv; did you mean "speech"?',
    "SLP-1,Mon,10:00,,Room 1,007,": "minutes: is empty; give minutes or end",
    "SLP-1,Mon,10:00,half,Room 1,007,": 'minutes: "half" is not a whole number',
}


@pytest.mark.parametrize("line", FAULTS)
def test_what_cannot_be_is_said_with_its_line(tmp_path: Path, line: str) -> None:
    """File, line and column, what was given, what would do."""
    with pytest.raises(InputErrors) as error:
        load(school(tmp_path, f"{HEADER}{line}\n"))
    assert str(error.value.problems[0]) == f"my-week.csv:2: {FAULTS[line]}"
    assert len(error.value.problems) == 1 + (",60," in line), "an hour after the bell is also after school"


def test_nobody_is_in_two_places_and_no_more_than_owed(tmp_path: Path) -> None:
    """Therapist and child taken twice, a third session of two; all at once, and nothing is written."""
    file = school(
        tmp_path,
        WEEK + "SLP-1,Mon,10:15,30,Room 1,s4 s2,speech\nSLP-1,Fri,12:00,30,Room 1,007,speech\n",
    )
    result = CliRunner().invoke(main, ["run", str(file), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    for text in (
        'my-week.csv:6: students: "s4" stands in more slots than its plan in services.csv has a week, 1',
        'my-week.csv:6: students: "s2" stands in more slots than its plan in services.csv has a week, 2',
        'my-week.csv:7: students: "007" stands in more slots than its plan in services.csv has a week, 2',
    ):
        assert text in result.output.replace("\n", " "), result.output
    assert not (tmp_path / "out").exists()
    file = school(tmp_path, HEADER + "SLP-1,Mon,10:00,30,Room 1,007,\nSLP-1,Mon,10:20,30,Room 1,007 s2,\n")
    with pytest.raises(InputErrors) as error:
        load(file)
    assert [str(p) for p in error.value.problems] == [
        'my-week.csv:3: start: "SLP-1" is with the children of line 2 then',
        'my-week.csv:3: students: "007" is in the slot of line 2 then',
    ]


def test_soft_rules_are_notes_with_lines(tmp_path: Path) -> None:
    """It is the therapist's real week: large groups, wide grades, protected blocks, short sessions are lived."""
    rows = HEADER + (
        "SLP-1,Mon,08:30,20,Room 1,007 s2 s3 s4,speech\n"  # six things at once
        "SLP-1,Wed,14:00,30,2A,007 s2,speech\n"  # busy, and a maths lesson
    )
    scenario = load(school(tmp_path, rows, rooms_csv=FILES["rooms.csv"].replace("Room 1,3", "Room 1,2")))
    said = [note for note in scenario.notes if note.startswith("my-week.csv")]
    assert said == [
        "my-week.csv: 1 slot has more children than the legal size, 3 (line 2).",
        "my-week.csv: 1 slot has a room that is too small (line 2).",
        "my-week.csv: 1 slot has a child whose plan says individual in company (line 2).",
        "my-week.csv: 1 slot has another place than the plan says (line 2).",
        "my-week.csv: 1 slot has less time than a plan has; what lacks is missed as unplaced (line 2).",
        "my-week.csv: 1 slot has time out of a protected block or lunch (line 2).",
        "my-week.csv: 1 slot has a time at which staff is busy (line 3).",
        "my-week.csv: 1 slot has a lesson that does not fit a goal (line 3).",
    ]
    log = live(plan_of(scenario), seed=1, replication=0)
    ids = [s.id for s in scenario.roster.students]
    place = {ids[r.student]: r.setting for r in log.plan.week.requests}
    assert place["s4"] == "therapy_room", "where the file has it, not where the plan says"
    fidelity = metrics.fidelity(log)
    assert (fidelity["unaccounted"] == 0).all()
    short = fidelity[fidelity["student"] == "007"].iloc[0]
    assert short["unplaced"] > 0
    assert short["owed"] == 60 * log.plan.calendar.n_weeks


def test_rows_whose_dates_follow_each_other_share_a_slot(tmp_path: Path) -> None:
    """A plan that changes in November: one slot serves both of its rows, each at its own time; two at once need two."""
    first = "s4,speech,30,month,4,direct,language,group,classroom,SLP,,"
    phases = "s4,speech,30,week,1,direct,language,group,classroom,SLP,{},{}"
    both = phases.format("", "2024-10-31") + "\n" + phases.format("2024-11-01", "")
    scenario = load(school(tmp_path, WEEK, services_csv=FILES["services.csv"].replace(first, both)))
    week = timetable(scenario)
    assert week.unplaced == ()
    assert len(week.appointments[-1].members) == 2
    log = live(plan_of(scenario), seed=1, replication=0)
    assert (metrics.fidelity(log)["unaccounted"] == 0).all()
    at_once = phases.format("", "") + "\n" + phases.format("2024-11-01", "")
    again = load(school(tmp_path, WEEK, services_csv=FILES["services.csv"].replace(first, at_once)))
    assert len(timetable(again).unplaced) == 1


def test_an_arm_may_have_its_own_week(tmp_path: Path) -> None:
    """`week.timetable` is varied by its name, from the folder of the experiment; its slots are those of that file."""
    scenario = load(write(tmp_path))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.csv").write_text(WEEK, encoding="utf-8")
    own = scenario.vary({"week.timetable": "mine.csv"}, tmp_path / "other")
    assert own.week.timetable == "other/mine.csv"
    assert len(timetable(own).appointments) == 4
    table = {"kind": "fewest hours", "goals": ["language"], "most_per_class": 4}
    with pytest.raises(InputErrors, match="has nothing to ask"):
        own.but(placement=table)
    assert own.but(seed=4).own_week == own.own_week
    assert own.vary({"week": {"timetable": "mine.csv"}}, tmp_path / "other").own_week == own.own_week


def test_an_experiment_says_which_slots_break_first(tmp_path: Path) -> None:
    """slots.csv of an experiment: means over the years of each arm with a week of its own; said on the console."""
    school(tmp_path, WEEK)
    flu = '{ spell = [{ first_day = 2024-10-07, last_day = 2024-11-01, child_attendance = 0.5 }], "week.effort" = 0.1 }'
    (tmp_path / "stress.toml").write_text(
        'format = 1\ntitle = "Stress"\nscenario = "school.toml"\nbaseline = "as it is"\nreplications = 3\n'
        f'[[arm]]\nname = "as it is"\nset = {{}}\n[[arm]]\nname = "flu"\nset = {flu}\n',
        encoding="utf-8",
    )
    table = execute(load_experiment(tmp_path / "stress.toml"), workers=1).slots
    assert [line[:2] for line in broken_by_arm(table)][4:5] == [["flu", table["weekday"][4] + " " + table["start"][4]]]
    assert table["arm"].tolist() == ["as it is"] * 4 + ["flu"] * 4
    for _, arm in table.groupby("arm", sort=False):
        assert arm["share_held"].is_monotonic_increasing
    means = table.groupby("arm")["minutes_lost.child_absent"].sum()
    assert means["flu"] > means["as it is"]
    logs = [live(plan_of(load(tmp_path / "school.toml")), seed=1, replication=n) for n in range(3)]
    first = table[(table["arm"] == "as it is") & (table["start"] == "10:00")].iloc[0]
    mine = [metrics.slots(log).set_index("start").loc["10:00"] for log in logs]
    assert first["sessions_held"] == pytest.approx(sum(one["sessions_held"] for one in mine) / 3)


def test_the_slots_that_break_first_by_hand() -> None:
    """Three weeks, two slots: a holiday takes one Monday of three, an assembly one Tuesday from both children."""
    days = (
        CalendarEntry(date=datetime.date(2024, 9, 9), kind="holiday"),
        CalendarEntry(date=datetime.date(2024, 9, 17), kind="assembly", start=540, end=700),
    )
    year = plan(
        [child("a"), child("b")],
        [wanted(0, "therapy_room", 30, 2), wanted(1, "therapy_room", 20)],
        [pull_out(0, 610, 30, [(0, 0)]), pull_out(1, 610, 30, [(0, 1), (1, 0)])],
        last_day=datetime.date(2024, 9, 20),
        calendar=days,
        days=SURE,
    )
    table = metrics.slots(live(year, seed=1, replication=0))
    assert table[["weekday", "start", "students", "sessions_planned", "sessions_held"]].values.tolist() == [
        ["Mon", "10:10", "a", 3.0, 2.0],
        ["Tue", "10:10", "a b", 6.0, 4.0],
    ]
    assert table["minutes_given"].tolist() == [60.0, 100.0]
    assert table["minutes_lost.no_school"].tolist() == [30.0, 0.0]
    assert table["minutes_lost.school_event"].tolist() == [0.0, 50.0]
    lost = table[[c for c in table if str(c).startswith("minutes_lost.")]].sum().sum()
    assert lost == 80.0
