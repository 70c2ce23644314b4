"""A weekly timetable as people read it: a grid per therapist, what found no place, and as CSV rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from sdmsim.base import inert
from sdmsim.delivery.placement import proposed_files
from sdmsim.delivery.sessions import WeeklySession, sessions_of, weeks_in_words
from sdmsim.delivery.sessions import clock as clock
from sdmsim.delivery.vocabulary import EVERY_WEEK, Appointment, Week
from sdmsim.scenario import Scenario
from sdmsim.school.sites import sites_of
from sdmsim.school.vocabulary import WEEKDAYS, School
from sdmsim.show.console import console, table
from sdmsim.show.grids import lessons_of
from sdmsim.show.week_book import week_book

WEEK_COLUMNS = (
    *("therapist", "weekday", "start", "end", "setting", "section", "room", "goals", "students"),
    *("lead_minutes", "tail_minutes", "first", "last", "weeks"),
)
SLOT_COLUMNS = ("therapist", "day", "start", "minutes", "where", "students", "service")
UNPLACED_COLUMNS = ("student", "service", "goal", "minutes", "setting", "session", "reason")


def students_of(school: School, week: Week, appointment: Appointment) -> list[str]:
    """Ids of the children of an appointment, sorted."""
    return sorted(school.students[week.requests[request].student].id for request, _ in appointment.members)


def _goals_of(week: Week, appointment: Appointment) -> list[str]:
    return sorted({week.requests[request].goal for request, _ in appointment.members})


def week_rows(school: School, week: Week) -> list[dict[str, str]]:
    """Every appointment as one row, by therapist, weekday and start."""
    rows = []
    for a in week.appointments:
        cells = (
            *(school.staff[a.therapist].id, WEEKDAYS[a.weekday], clock(a.start), clock(a.start + a.minutes)),
            *(a.setting, a.section, a.room, " ".join(_goals_of(week, a)), " ".join(students_of(school, week, a))),
            *(str(a.lead), str(a.tail), str(a.first or ""), str(a.last or ""), weeks_in_words(a.weeks)),
        )
        rows.append(dict(zip(WEEK_COLUMNS, cells, strict=True)))
    return rows


def slot_rows(school: School, week: Week) -> list[dict[str, str]]:
    """Every appointment that is held in all weeks as a slot of `week.timetable`."""
    rows = []
    for a in week.appointments:
        if a.weeks == EVERY_WEEK:
            services = {school.services[week.requests[request].row].service for request, _ in a.members}
            cells = (
                *(school.staff[a.therapist].id, WEEKDAYS[a.weekday], clock(a.start), str(a.minutes)),
                *(a.section or a.room, " ".join(students_of(school, week, a))),
                services.pop() if len(services) == 1 else "",
            )
            rows.append(dict(zip(SLOT_COLUMNS, cells, strict=True)))
    return rows


def unplaced_rows(school: School, week: Week) -> list[dict[str, str]]:
    """Every child-session without a place as one row, with the rule that binds."""
    rows = []
    for u in week.unplaced:
        request = week.requests[u.request]
        service = school.services[request.row]
        cells = (
            *(school.students[request.student].id, service.service, request.goal, str(request.minutes)),
            *(request.setting, f"{u.ordinal + 1} of {request.weekly_sessions}", u.reason),
        )
        rows.append(dict(zip(UNPLACED_COLUMNS, cells, strict=True)))
    return rows


def as_csv(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    """Rows as CSV: UTF-8, LF."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({column: inert(cell) for column, cell in row.items()} for row in rows)
    return text.getvalue().encode()


def grid(school: School, week: Week, therapist: int) -> list[list[str]]:
    """The therapist's week: a row for each time at which something begins, a column for each weekday.

    A cell reads `09:00-09:30 class 3A`, the ids below it.
    """
    mine = [a for a in week.appointments if a.therapist == therapist]
    rows = []
    for start in sorted({a.start for a in mine}):
        cells = [clock(start)]
        for weekday in range(len(WEEKDAYS)):
            here = [a for a in mine if a.start == start and a.weekday == weekday]
            cells.append("\n".join(_cell(school, week, a) for a in here))
        rows.append(cells)
    return rows


def _cell(school: School, week: Week, a: Appointment) -> str:
    place = f"class {a.section}" if a.setting == "classroom" else (a.room or "therapy room")
    if len(sites_of(school)) > 1:
        section = school.students[week.requests[a.members[0][0]].student].section
        place += f", {next(s.site for s in school.sections if s.section == section)}"
    dates = f"\n{a.first or ''} to {a.last or ''}" if a.first or a.last else ""
    weeks = weeks_in_words(a.weeks)
    held = f"\nweeks {weeks}" if weeks else ""
    return f"{a.minutes} min, {place}\n{' '.join(students_of(school, week, a))}{dates}{held}"


def bounds(week: Week) -> list[str]:
    """How far the week may be from the best possible, in sentences."""
    return [
        _bound("The grouping", week.grouping_gap_minutes, "therapist minutes a week above"),
        _bound("The timetable", week.placing_gap_minutes, "child minutes a week below"),
    ]


def _bound(what: str, gap: float, side: str) -> str:
    if gap < 0.5:
        return f"{what} is proven to be as good as these rules allow."
    return f"{what} is at most {gap:.0f} {side} the proven bound."


def week_summary(scenario: Scenario, week: Week) -> dict[str, Any]:
    """The week as one JSON object."""
    return {
        "title": scenario.title,
        "seed": scenario.seed,
        "appointments": week_rows(scenario.roster, week),
        "unplaced": unplaced_rows(scenario.roster, week),
        "unplaced_sessions": len(week.unplaced),
        "children_left_out": week.children_left_out(),
        "therapist_hours_per_week": round(sum(week.asked_minutes[i] for i in range(len(week.asked_minutes))) / 60.0, 4),
        "co_planning_hours": round(sum(week.co_planning_minutes) / 60.0, 4),
        "indirect_hours": round(sum(week.indirect_minutes) / 60.0, 4),
        "grouping_gap_minutes": week.grouping_gap_minutes,
        "placing_gap_minutes": week.placing_gap_minutes,
        "notes": list(scenario.notes),
    }


def write_week(scenario: Scenario, make: Callable[[], Week], folder: Path) -> Week:
    """Make the week and write its tables and its workbook, beside what is there of the same inputs.

    Raises:
        InputErrors: the folder holds results of other inputs, or something else; then no week is made.
    """
    from sdmsim.lab.folder import MANIFEST, manifest, refuse_other_inputs, whole, write_json
    from sdmsim.lab.one_year import run_inputs

    started, began = datetime.now(UTC), perf_counter()
    inputs = run_inputs(scenario)
    refuse_other_inputs(folder, inputs=inputs, seed=scenario.seed)
    week = make()
    sessions = list(sessions_of(scenario.roster, week))
    files = {
        "timetable.csv": as_csv(WEEK_COLUMNS, week_rows(scenario.roster, week)),
        "unplaced.csv": as_csv(UNPLACED_COLUMNS, unplaced_rows(scenario.roster, week)),
        "own-week.csv": as_csv(SLOT_COLUMNS, slot_rows(scenario.roster, week)),
        "sessions.csv": as_csv(WeeklySession._fields, [s._asdict() for s in sessions]),
        "week.xlsx": week_book(scenario.title, sessions, lessons_of(scenario.roster)),
        **proposed_files(scenario.placement, scenario.roster),
    }
    if (folder / MANIFEST).exists():
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return week
    seconds = perf_counter() - began
    facts = manifest(
        started=started,
        seed=scenario.seed,
        replications=0,
        workers=1,
        assumptions={},  # none bears on a week
        inputs=inputs,
        wall_seconds=seconds,
        timetable_seconds=seconds,
        simulate_seconds=0.0,
        school_years=0,
    )
    with whole(folder) as new:
        for name, content in files.items():
            (new / name).write_bytes(content)
        write_json({**facts, "title": scenario.title, "notes": list(scenario.notes)}, new / MANIFEST)
    return week


def print_week(scenario: Scenario, week: Week, folder: Path) -> None:
    """The week on standard output."""
    school = scenario.roster
    screen = console()
    for i, member in enumerate(school.staff):
        hours = f"{week.asked_minutes[i] / 60.0:.1f} h a week asked, {contract_hours(scenario, i):.1f} h contract"
        title = f"{member.id} ({member.role}): {hours}"
        screen.print(table(title, ["begins", *WEEKDAYS], grid(school, week, i), left=1 + len(WEEKDAYS), lines=True))
    if week.unplaced:
        rows = [list(row.values()) for row in unplaced_rows(school, week)]
        screen.print(table("Sessions without a place, and the rule that binds", UNPLACED_COLUMNS, rows, left=7))
        screen.print(f"Children without any session: {week.children_left_out()}.")
    else:
        screen.print("Every session has a place.")
    for sentence in () if scenario.own_week else bounds(week):
        screen.print(sentence)
    for note in scenario.notes:
        screen.print(f"Note: {note}", soft_wrap=True)
    screen.print(f"\nWritten: {folder / 'timetable.csv'}; to print: {folder / 'week.xlsx'}", soft_wrap=True)


def contract_hours(scenario: Scenario, therapist: int) -> float:
    """Hours a week of a therapist's contract, lunch included."""
    return scenario.roster.staff[therapist].fte * scenario.week.full_time_hours
