"""Solved weeks kept between runs, under a digest of exactly what they were made from.

In the user's cache directory (`SDMSIM_CACHE` overrides). Positions only: no id of a child, class or
room is written. A file is written whole or not at all; deleting it costs time, nothing else.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sdmsim.delivery.problem import Problem
from sdmsim.delivery.vocabulary import Appointment, Unplaced, Week, in_force

MADE_BY = 4
"""Counts up when the same problem gives another week."""


def folder() -> Path:
    """Where solved weeks are kept."""
    chosen = os.environ.get("SDMSIM_CACHE")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "sdmsim"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "sdmsim"
    return Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))) / "sdmsim"


def find(problem: Problem) -> Week | None:
    """The week kept for this problem; None where there is none or it cannot be read."""
    try:
        kept = json.loads(_file(problem).read_text(encoding="utf-8"))
        return _read(problem, kept)
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None


def keep(problem: Problem, week: Week) -> None:
    """Keep a week. A cache that cannot be written is no one's error."""
    file = _file(problem)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(_written(problem, week), out)
        os.replace(temporary, file)
    except OSError:
        return


def _file(problem: Problem) -> Path:
    return folder() / f"week-{MADE_BY}-{version('ortools')}-{problem.digest()}.json"


def _written(problem: Problem, week: Week) -> dict[str, Any]:
    section = {name: i for i, name in enumerate(problem.section_names)}
    room = {place.name: i for i, place in enumerate(problem.rooms)}
    return {
        "appointments": [
            [*a[:2], section.get(a.section, -1), -1 if a.setting == "classroom" else room[a.room], *a[4:10]]
            for a in week.appointments
        ],
        "unplaced": week.unplaced,
        "asked_minutes": week.asked_minutes,
        "co_planning_minutes": week.co_planning_minutes,
        "indirect_minutes": week.indirect_minutes,
        "grouping_gap_minutes": week.grouping_gap_minutes,
        "placing_gap_minutes": week.placing_gap_minutes,
    }


def _read(problem: Problem, kept: dict[str, Any]) -> Week:
    appointments = []
    for therapist, setting, section, room, weekday, start, minutes, lead, tail, members in kept["appointments"]:
        appointments.append(
            Appointment(
                therapist=therapist,
                setting=setting,
                section=problem.section_names[section] if section >= 0 else "",
                room=problem.rooms[room].name if room >= 0 else "",
                weekday=weekday,
                start=start,
                minutes=minutes,
                lead=lead,
                tail=tail,
                members=tuple((r, n) for r, n in members),
                **in_force([problem.requests[r] for r, _ in members]),
            )
        )
    return Week(
        requests=problem.requests,
        appointments=tuple(appointments),
        unplaced=tuple(Unplaced(*row) for row in kept["unplaced"]),
        asked_minutes=tuple(kept["asked_minutes"]),
        co_planning_minutes=tuple(kept["co_planning_minutes"]),
        indirect_minutes=tuple(kept["indirect_minutes"]),
        grouping_gap_minutes=kept["grouping_gap_minutes"],
        placing_gap_minutes=kept["placing_gap_minutes"],
        solve_seconds=0.0,
        consultations=problem.consultations,
    )
