"""Tables of one year for people: service fidelity, children, and every child's time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sdmsim.events import REASONS, Defect, Log, columns
from sdmsim.metrics.goals import attainment_by_child
from sdmsim.metrics.names import MISSED
from sdmsim.metrics.progress import by_child, gains_and_effects, learning_of
from sdmsim.world.backdrop import Floats, backdrop_of, summed
from sdmsim.world.stage import stage_of

if TYPE_CHECKING:
    import pandas as pd

TOLERANCE_MINUTES = 1e-6
FIDELITY = ("student", "service", "goal", "setting", "provider", "start", "end", "owed", "provided", "made_up")


def fidelity(log: Log) -> pd.DataFrame:
    """One row per direct service row, as districts read it.

    student, service, goal, setting (as decided), provider, start, end (empty: the school year's), minutes owed,
    provided, made_up (the part of provided that made up for missed sessions), one column of minutes per reason missed,
    accounted = provided + missed, unaccounted = owed - accounted, remaining = owed - provided.
    """
    import pandas as pd

    plan = log.plan
    stage = stage_of(plan)
    school, requests = plan.school, plan.week.requests
    given, missed = columns(log.given, 7), columns(log.missed, 6)
    provided = summed(given[2], given[5], len(requests))
    made_up = summed(given[2], given[5] * (given[6] >= 0), len(requests))
    place = missed[2] * len(REASONS) + missed[4]
    by_reason = summed(place, missed[3], len(requests) * len(REASONS)).reshape(-1, len(REASONS))
    rows = []
    for number, request in enumerate(requests):
        service = school.services[request.row]
        owed = sum(stage.owed[a] for a in set(stage.account_of[number]) - {-1})
        ids = (school.students[request.student].id, service.service, request.goal, request.setting)
        whom = (school.staff[request.therapist].id, request.start, request.end)
        rows.append((*ids, *whom, owed, provided[number], made_up[number], *by_reason[number]))
    table = pd.DataFrame(rows, columns=[*FIDELITY, *REASONS])
    table["accounted"] = table["provided"] + table[list(REASONS)].sum(axis=1)
    table["unaccounted"] = table["owed"] - table["accounted"]
    table["remaining"] = table["owed"] - table["provided"]
    return table


def students_table(log: Log) -> pd.DataFrame:
    """One row per served child and its year.

    lre_share: school week in regular class by all services, as planned. In minutes: owed, given, the part of it that
    made up for missed sessions, missed by reason, moves, class missed. delivered_share: given / (owed - no_school),
    empty where nothing is owed. Then how it responded: gains and effects in SD,
    means over its goals, and the goal attainment T score (all empty for a child without direct service);
    engaged_share, academic_growth_sd.
    """
    import pandas as pd

    backdrop = backdrop_of(log.plan)
    n = backdrop.n_students
    given, missed, trips = columns(log.given, 7), columns(log.missed, 6), columns(log.trips, 8)
    place = missed[1] * len(REASONS) + missed[4]
    by_reason = summed(place, missed[3], n * len(REASONS)).reshape(-1, len(REASONS))
    day, student = trips[0].astype(np.int64), trips[1].astype(np.int64)
    left, began, ended, _, resumed = trips[3:]
    lost = backdrop.between(backdrop.instruction, student, day, left, resumed)
    table = pd.DataFrame(
        [(s.id, s.grade, s.section, s.goal_type, s.severity) for s in log.plan.school.students],
        columns=["id", "grade", "section", "goal_type", "severity"],
    )
    if any(section.site for section in log.plan.school.sections):
        site_of = {section.section: section.site for section in log.plan.school.sections}
        table.insert(3, "site", [site_of[s.section] for s in log.plan.school.students])
    table["lre_share"] = backdrop.lre
    table["minutes_owed"] = backdrop.owed
    table["minutes_delivered"] = got = summed(given[1], given[5], n)
    table["made_up_minutes"] = summed(given[1], given[5] * (given[6] >= 0), n)
    promised = backdrop.owed - by_reason[:, REASONS.index("no_school")]
    table["delivered_share"] = np.divide(got, promised, out=np.full(n, np.nan), where=promised > 0.0)
    for position, reason in enumerate(REASONS):
        table[f"{MISSED}{reason}"] = by_reason[:, position]
    table["transition_minutes"] = summed(student, resumed - left - (ended - began), n)
    table["class_minutes_missed"] = summed(student, lost, n)
    learning = learning_of(log)
    children = np.unique(learning.student)
    gains, effects = (by_child(learning, values) for values in gains_and_effects(learning))
    for kind, values in (("gain", gains), ("effect", effects)):
        for context, of_children in zip(("trained", "classroom"), values, strict=True):
            column = np.full(n, np.nan)
            column[children] = of_children
            table[f"{context}_{kind}_sd"] = column
    table["attainment_score"] = attainment_by_child(learning, n)
    there = learning.attended_minutes > 0.0
    table["engaged_share"] = np.where(
        there, learning.on_task_minutes / np.where(there, learning.attended_minutes, 1), np.nan
    )
    table["academic_growth_sd"] = learning.academic
    return table


def student_time(log: Log) -> pd.DataFrame:
    """Where every minute of every served child's school days went, one row per child, in minutes of the year.

    School days are those on the caseload.

    id; one column `instruction.<subject>` per subject (an assembly counts as the block it falls in), recess,
    lunch, passing (bell-to-bell time between blocks), therapy_outside, transition (walks, settling, waiting,
    finding the thread), absent; their sum `school`, bell to bell, ends at early releases.
    therapy_in_class is part of instruction, not of the sum.

    Raises:
        Defect: the parts of a child are not its bell-to-bell minutes.
    """
    import pandas as pd

    backdrop = backdrop_of(log.plan)
    n = backdrop.n_students
    every_day = np.arange(backdrop.n_days)
    trips, absences = columns(log.trips, 8), columns(log.absences, 2).astype(np.int64)
    day, student = trips[0].astype(np.int64), trips[1].astype(np.int64)
    grade = backdrop.grade[student]
    low, high = backdrop.opens[grade, day], backdrop.closes[grade, day]
    left, began, ended, _, resumed = (np.clip(clock, low, high) for clock in trips[3:])
    there = backdrop.served.astype(np.float64)
    present = there.copy()
    present[absences[1], absences[0]] = 0.0
    who = np.repeat(np.arange(n), backdrop.n_days)
    when = np.tile(every_day, n)
    found: dict[str, Floats] = {}
    for kind, table in zip(backdrop.kinds, backdrop.minutes_by_kind, strict=True):
        whole = backdrop.between(table, who, when, np.zeros(len(who)), np.full(len(who), 1440.0)).reshape(n, -1)
        gone = summed(student, backdrop.between(table, student, day, left, resumed), n)
        found[kind] = (whole * present).sum(axis=1) - gone
    found["therapy_outside"] = summed(student, ended - began, n)
    found["transition"] = summed(student, resumed - left - (ended - began), n)
    lengths = backdrop.day_minutes[backdrop.grade]
    found["absent"] = (lengths * (there - present)).sum(axis=1)
    school = (lengths * there).sum(axis=1)
    out = np.abs(sum(found.values()) - school)
    if n and (out.max() > TOLERANCE_MINUTES or min(part.min() for part in found.values()) < -TOLERANCE_MINUTES):
        child = log.plan.school.students[int(out.argmax())].id
        raise Defect(f"the school days of child {child} are out by {out.max()} minutes")
    given = columns(log.given, 7)
    in_class = np.array([a.setting == "classroom" for a in log.plan.places], dtype=bool)
    pushed = in_class[given[3].astype(np.int64)] if given.size else np.zeros(0, dtype=bool)
    table = {
        "id": [s.id for s in log.plan.school.students],
        **{f"instruction.{k}": found[k] for k in backdrop.kinds[:-3]},
    }
    table["therapy_in_class"] = summed(given[1][pushed], given[5][pushed], n)
    rest = ("recess", "lunch", "passing", "therapy_outside", "transition", "absent")
    return pd.DataFrame({**table, **{k: found[k] for k in rest}, "school": school})
