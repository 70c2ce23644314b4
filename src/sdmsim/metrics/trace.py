"""One child's year, date by date: its sessions, what was missed and why, its skill and its probes, its reviews."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from sdmsim.events import CLASS, REASONS, THERAPY, Log, columns
from sdmsim.metrics.progress import gains_and_effects, learning_of
from sdmsim.theory.probes import prompted_probability, success_probability
from sdmsim.world.backdrop import backdrop_of

if TYPE_CHECKING:
    import pandas as pd

WHERE = {"classroom": "in class", "therapy_room": "in a room apart", "hallway": "in the hallway"}
"""Words for the setting of a session."""
GIVEN, CUT_SHORT, MISSED = "given", "cut short", "missed"
"""What became of promised minutes: given, a part of a session that was lost, a whole session missed."""


def sessions_of(log: Log, child: str) -> pd.DataFrame:
    """One row per session of a child, and one per loss of promised minutes, in order of date.

    date; happened (`given`, `cut short`, `missed`); start, end (clock; empty for what was not given); goal; where;
    place (class or room); therapist; company (ids of the other children in the session); activity; minutes; reason
    (empty for what was given); makes_up (date of the missed session that this one makes up, else empty). A loss that
    has no day of its own stands on the first school day of its period. The minutes of `given` rows are those given;
    those of the others are those missed; together they are what was owed.
    """
    import pandas as pd

    plan = log.plan
    school, week, days = plan.school, plan.week, plan.calendar.days
    who = school.student_index[child]
    company: dict[tuple[int, int], list[str]] = {}
    for day, student, _, appointment, *_ in log.given:
        if student != who:
            company.setdefault((day, appointment), []).append(school.students[student].id)
    rows = []
    for day, student, number, place, start, minutes, makes_up in log.given:
        if student == who:
            request, met = week.requests[number], plan.places[place]
            others = " ".join(sorted(company.get((day, place), ())))
            inside = met.setting == "classroom"
            goal = plan.goals[request.goal]
            when = (days[day].date.isoformat(), GIVEN, _clock(start), _clock(start + minutes))
            place_of = met.section if inside else met.room
            whom = (WHERE[met.setting], place_of, school.staff[met.therapist].id, others)
            activity = goal.in_class if inside else goal.in_room
            missed = days[makes_up].date.isoformat() if makes_up >= 0 else ""
            rows.append((*when, request.goal, *whom, activity, minutes, "", missed))
    for day, student, number, minutes, reason, whole in log.missed:
        if student == who:
            request = week.requests[number]
            goal = plan.goals[request.goal]
            when = (days[day].date.isoformat(), MISSED if whole else CUT_SHORT, "", "")
            whom = (WHERE[request.setting], "", school.staff[request.therapist].id, "")
            activity = goal.in_class if request.setting == "classroom" else goal.in_room
            rows.append((*when, request.goal, *whom, activity, minutes, REASONS[reason], ""))
    names = ["date", "happened", "start", "end", "goal", "where", "place", "therapist", "company", "activity"]
    table = pd.DataFrame(rows, columns=[*names, "minutes", "reason", "makes_up"])
    return table.sort_values(["date", "start", "goal"], kind="stable", ignore_index=True)


def skills_of(log: Log, child: str) -> pd.DataFrame:
    """One row per goal of a child, date and context: true probability of success, and the probe.

    The first date is the first school day (the skill at the start, no probe); the others are those of the probes.
    prompted_probability: in therapy, while an adult prompts, the same on both rows of a date.
    right: right answers of `trials`, empty where no probe was taken or the goal's services did not run.
    """
    import pandas as pd

    learning, days = learning_of(log), log.plan.calendar.days
    start, later = success_probability(learning.start), success_probability(learning.skill)
    lift = log.plan.numbers["probes.prompt_lift"]
    prompted = prompted_probability(learning.start[0], lift), prompted_probability(learning.skill[0], lift)
    rows: list[tuple[str, str, str, float, float, int | None, int]] = []
    for g, (name, goal) in enumerate(learning.names):
        if name != child:
            continue
        for c, context in enumerate((THERAPY, CLASS)):
            rows.append(
                (
                    goal,
                    days[0].date.isoformat(),
                    context,
                    float(start[c, g]),
                    float(prompted[0][g]),
                    None,
                    learning.trials,
                )
            )
            for p, day in enumerate(learning.probe_days.tolist()):
                seen = bool(learning.taken[g, p] and learning.active[g, p])
                right = int(learning.scores[c, g, p]) if seen else None
                rows.append(
                    (
                        goal,
                        days[day].date.isoformat(),
                        context,
                        float(later[c, g, p]),
                        float(prompted[1][g, p]),
                        right,
                        learning.trials,
                    )
                )
    table = pd.DataFrame(
        rows, columns=["goal", "date", "context", "true_probability", "prompted_probability", "right", "trials"]
    )
    return table.astype({"right": "Int64"})


def outcomes_of(log: Log, child: str) -> pd.DataFrame:
    """One row per goal of a child: minutes and sessions, skill at both ends of the year, gain and effect in SD.

    class_minutes_missed (instruction, the child's whole year) and days_absent are the same on every row of a child.
    """
    import pandas as pd

    learning, school = learning_of(log), log.plan.school
    who = school.student_index[child]
    sessions = sessions_of(log, child)
    start, end = success_probability(learning.start), success_probability(learning.skill[:, :, -1])
    gains, effects = gains_and_effects(learning)
    rows = []
    for g, (name, goal) in enumerate(learning.names):
        if name == child:
            own = sessions[sessions["goal"] == goal]
            given = own[own["happened"] == GIVEN]
            in_class = given["where"] == WHERE["classroom"]
            amounts = (float(own["minutes"].sum()), float(given["minutes"].sum()), len(given))
            price = (_class_missed(log, who), len(absences_of(log, child)))
            skill = (float(x) for c in range(2) for x in (start[c, g], end[c, g], gains[c, g], effects[c, g]))
            rows.append((goal, *amounts, float(given.loc[in_class, "minutes"].sum()), *price, *skill))
    names = ["goal", "minutes_owed", "minutes_given", "sessions_given", "minutes_given_in_class"]
    names += ["class_minutes_missed", "days_absent"]
    for context, kind in (("therapy", "trained"), ("class", "classroom")):
        names += [f"start_in_{context}", f"end_in_{context}", f"{kind}_gain_sd", f"{kind}_effect_sd"]
    return pd.DataFrame(rows, columns=names)


def absences_of(log: Log, child: str) -> list[date]:
    """Dates on which a child was absent for the whole day."""
    who, days = log.plan.school.student_index[child], log.plan.calendar.days
    return [days[day].date for day, student in log.absences if student == who]


def reviews_of(log: Log, child: str) -> list[date]:
    """First school days on which other service rows of a child hold than the school day before."""
    rows = [row for row in log.plan.school.services if row.id == child]
    found, before = [], None
    for day in log.plan.calendar.days:
        now = [i for i, r in enumerate(rows) if (r.start or day.date) <= day.date <= (r.end or day.date)]
        if before is not None and now != before:
            found.append(day.date)
        before = now
    return found


def _class_missed(log: Log, who: int) -> float:
    backdrop = backdrop_of(log.plan)
    trips = columns([trip for trip in log.trips if trip[1] == who], 8)
    day, student = trips[0].astype(np.int64), trips[1].astype(np.int64)
    return float(np.sum(backdrop.between(backdrop.instruction, student, day, trips[3], trips[7])))


def _clock(minute: float) -> str:
    whole = int(minute)
    return f"{whole // 60:02d}:{whole % 60:02d}"
