"""The page of one simulated year, from the files that `sdmsim run` left and from nothing else."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdmsim.base import InputErrors, Problem
from sdmsim.lab.folder import read_csv, read_manifest
from sdmsim.show import words
from sdmsim.show.answer import CANNOT_SAY, HEADLINE_FOUR, Headline, records
from sdmsim.show.grids import class_grids, read_sessions, therapist_grids
from sdmsim.show.page import Table, made_from, page, write_page
from sdmsim.show.report import assumptions_of
from sdmsim.show.style import ACTIVITY_GROUPS
from sdmsim.show.year import by_service, service_lines

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("metrics", "fidelity", "ledger", "ledger-by-child", "therapist_week", "assumptions", "sessions")
ONE_YEAR = (
    "One year is one draw of luck: another year of the same school gives other numbers. For means, intervals and a "
    "comparison, run an experiment."
)
LOCAL = "this page holds coded ids of children, in the grids of weeks and in the table of owed minutes."
MONTH_WEEKS = 4


def write_year_report(folder: Path, file: Path) -> None:
    """Write the page; the same files give the same bytes.

    Raises:
        InputErrors: the folder does not hold a year.
    """
    facts = read_manifest(folder)
    missing = [f"{name}.csv" for name in TABLES if not (folder / f"{name}.csv").is_file()]
    if missing:
        text = f"is not a folder of sdmsim run ({', '.join(missing)} not there)"
        raise InputErrors([Problem(str(folder), 0, "", text)])
    write_page(page("year.html.j2", _content(facts, {name: read_csv(folder / f"{name}.csv") for name in TABLES})), file)


def _content(facts: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    values = {str(r["metric"]): float(r["value"]) for r in records(tables["metrics"])}
    sessions = read_sessions(tables["sessions"])
    return {
        **made_from(facts, _command(facts)),
        "title": facts["title"],
        "replication": facts["replication"],
        "local": LOCAL,
        "answer": list(_answer(values)),
        "headline": [_headline(m, values[m]) for m in HEADLINE_FOUR if values.get(m, float("nan")) == values.get(m)],
        "cannot_say": (ONE_YEAR, *CANNOT_SAY),
        "fidelity": _fidelity(tables["fidelity"]),
        "parts": list(_parts(values)),
        "ledger": _ledger(tables["ledger"]),
        "hours": _hours(tables["therapist_week"]),
        "therapists": therapist_grids(sessions),
        "classes": class_grids(sessions),
        "children": _children(tables["ledger-by-child"]),
        "assumptions": assumptions_of(tables["assumptions"], facts["assumptions"]),
        "notes": facts["notes"],
    }


def _answer(values: Mapping[str, float]) -> Iterator[str]:
    """Two sentences: what is given, and what that takes."""
    without = words.shown("unplaced_sessions", values["unplaced_sessions"])
    placed = f"{without} sessions a week have no place" if values["unplaced_sessions"] else "every session has a place"
    given = words.shown("delivered_share", values["delivered_share"], unit=True)
    yield f"In this year {given} of the promised minutes are given; {placed} in the timetable."
    yield (
        f"A child misses {words.shown('class_minutes_missed', values['class_minutes_missed'])} minutes of class a week "
        f"for it, and the plans ask {words.shown('therapist_hours_per_week', values['therapist_hours_per_week'])} "
        "therapist hours a week."
    )


def _headline(metric: str, value: float) -> Headline:
    w = words.words_of(metric)
    return Headline(w.label, "", words.shown(metric, value), w.unit, "in this one year")


def _fidelity(fidelity: pd.DataFrame) -> Table:
    head, rows = service_lines(by_service(fidelity))
    return Table("", head, rows)


def _parts(values: Mapping[str, float]) -> Iterator[Table]:
    known = [m for m in words.order_of(values) if m in words.WORDS and values[m] == values[m]]
    for part in words.PARTS:
        rows = [
            [words.words_of(m).label, words.shown(m, values[m]), words.words_of(m).unit]
            for m in known
            if words.words_of(m).part == part
        ]
        if rows:
            yield Table(words.PART_TITLES[part], ["measure", "value", "unit"], rows, ("unit",))


def _ledger(ledger: pd.DataFrame) -> Table:
    """Every fourth school week, and the last."""
    columns = {"owed": "promised", "delivered": "given at its time", "made_up": "made up", "still_owed": "still owed"}
    last = int(ledger["week"].max()) if len(ledger) else 0
    rows = [
        [f"week {int(r['week'])}", *(words.number(float(r[c]), 0) for c in columns)]
        for r in records(ledger)
        if int(r["week"]) % MONTH_WEEKS == 0 or int(r["week"]) == last
    ]
    return Table("", ["by the end of", *columns.values()], rows)


def _hours(week: pd.DataFrame) -> Table:
    """Hours of each therapist's contract week, by what pictures tell apart; nothing that is nil for all."""
    names = [str(name) for name in week["therapist"]]
    sums: dict[str, list[float]] = {}
    for activity, (said, _) in ACTIVITY_GROUPS.items():
        if activity in week.columns:
            sums[said] = [a + b for a, b in zip(sums.get(said, [0.0] * len(names)), week[activity], strict=True)]
    rows: list[Sequence[str]] = [
        [said, *(words.number(float(v), 1) for v in values)] for said, values in sums.items() if any(values)
    ]
    rows.append(["contract", *(words.number(float(v), 1) for v in week["contract"])])
    return Table("Hours a week, mean over the school weeks", ["", *names], rows)


def _children(ledger: pd.DataFrame) -> Table:
    """What each child was promised, given and is still owed at the year's end."""
    end = ledger[ledger["week"] == ledger["week"].max()]
    columns = ("owed", "delivered", "made_up", "still_owed")
    rows = [[str(r["student"]), *(words.number(float(r[c]), 0) for c in columns)] for r in records(end)]
    return Table("", ["child", "promised", "given at its time", "made up", "still owed"], rows)


def _command(facts: Mapping[str, Any]) -> str:
    arm = facts.get("arm")
    file = facts.get("file") or "SCENARIO"
    chosen = ["--arm", arm] if arm else []
    asked = ["sdmsim", "run", file, *chosen, "--seed", facts["seed"], "--replication", facts["replication"]]
    return shlex.join(map(str, asked))
