"""The therapists' weeks: what was lived, and the desk work that fills the time between.

Contract time: fte x 60 x full_time_hours a week, the same on every site-day. On a day at work the stretches
of the log are taken as they are, within the contract day (staff.csv `start` to `end`); what lies outside is
overtime. Free time is what is left: gaps of 5 minutes or more, and contract time beyond the contract day.
It takes, in this order, co-planning, indirect service, reviews, meetings, duty, consultation, evaluation,
documentation and planning, each scaled by days at work / site-days of a week; what finds no room in its week
is overtime. Where a scenario's [caseload] has children evaluated, evaluation is the minutes that went into it.
Shorter gaps are waiting and stay unassigned, as does free time that nothing asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sdmsim.delivery.duties import duty_factors, shift_of
from sdmsim.delivery.vocabulary import EVERY_WEEK
from sdmsim.events import ACTIVITIES, Log, columns
from sdmsim.metrics.supervision import SUPERVISION, supervision
from sdmsim.school.sites import drive_minutes
from sdmsim.school.vocabulary import WEEKDAYS, StaffMember
from sdmsim.world.backdrop import Backdrop, Floats, Ints, backdrop_of, summed
from sdmsim.world.reviews import review_weeks
from sdmsim.world.stage import stage_of
from sdmsim.world.vocabulary import PerPlan

if TYPE_CHECKING:
    import pandas as pd

    from sdmsim.plan import Plan

USABLE_GAP = 5.0
"""Minutes; judged: nobody begins a report in less."""
DUTIES = ("meetings", "duty", "consultation", "evaluation", "documentation", "planning")
PARTS = (
    *ACTIVITIES,
    "co_planning",
    *SUPERVISION,
    "indirect",
    "reviews",
    *DUTIES,
    "unassigned",
    "absent",
    "vacant",
    "no_school",
)
"""What a contract week is made of; overtime comes on top."""
_PUSH_IN, _PULL_OUT, _MOVES, _TRAVEL = (ACTIVITIES.index(a) for a in ("push_in", "pull_out", "moves", "travel"))


@dataclass(frozen=True, slots=True)
class Contracts:
    """The staff as arrays. t: therapist, d: school day."""

    on_site: Floats
    """(t, d) 1 on site-days with school, while the post is held."""
    vacant: Floats
    """(t, d) 1 on site-days with school, while it is vacant."""
    opens: Floats
    closes: Floats
    week_minutes: Floats
    site_days: Floats
    """Per therapist, site-days of a full week."""
    duties: Floats
    """(t, week, duty) minutes of a full week, in the order of DUTIES."""
    indirect: Floats
    """(t, week) minutes: indirect rows, evenly, and what is given through teachers in its weeks."""
    reviews: Floats
    """(t, week) minutes of the team's reviews."""
    visited: Ints
    """(3, visits): number of the class-week, therapist, day of every planned push-in visit."""
    class_weeks: Ints
    """(2, class-weeks): therapist, week."""


def _build(plan: Plan) -> Contracts:
    staff, days, week = plan.school.staff, plan.calendar.days, plan.week
    numbers: dict[tuple[int, int, str], int] = {}
    visited = []
    for t, site_days in enumerate(stage_of(plan).site_days):
        for one in site_days:
            for section in (week.appointments[visit.appointment].section for visit in one.visits if visit.push_in):
                number = numbers.setdefault((t, days[one.day].week, section), len(numbers))
                visited.append((number, t, one.day))
    on_site = np.array([[float(WEEKDAYS[d.weekday] in m.site_days) for d in days] for m in staff])
    on_site = on_site.reshape(len(staff), len(days))
    held = np.array([[float(d.index not in gone) for d in days] for gone in stage_of(plan).vacant])
    held = held.reshape(on_site.shape)
    return Contracts(
        on_site=on_site * held,
        vacant=on_site * (1.0 - held),
        opens=np.array([float(m.start) for m in staff]),
        closes=np.array([float(m.end) for m in staff]),
        week_minutes=np.array([m.fte * 60.0 * plan.rules.full_time_hours for m in staff]),
        site_days=np.array([float(len(m.site_days)) for m in staff]),
        duties=_duties_by_week(plan),
        indirect=_indirect(plan),
        reviews=_reviews(plan),
        visited=np.array(visited, dtype=np.int64).reshape(-1, 3).T,
        class_weeks=np.array([key[:2] for key in numbers], dtype=np.int64).reshape(-1, 2).T,
    )


def _duties_by_week(plan: Plan) -> Floats:
    """(t, week, duty): duties as staff.csv has them, but for those that wait for a week without sessions."""
    weeks = np.arange(plan.calendar.n_weeks)
    found = np.zeros((len(plan.school.staff), len(weeks), len(DUTIES)))
    driven = drive_minutes(plan.school)
    for t, member in enumerate(plan.school.staff):
        usual = np.array(_duties(member))
        rows = {r.row for r in plan.week.requests if r.therapist == t}
        requests = [r for r in plan.week.requests if r.row in rows]
        consultations = [c for c in plan.week.consultations if c.therapist == t]
        minutes = plan.rules.session_minutes(member) - driven[t]
        shift = shift_of(requests, consultations, minutes, plan.calendar)
        found[t] = usual * np.array(duty_factors(shift, float(usual.sum()), len(weeks)))[:, None]
    return found


def _reviews(plan: Plan) -> Floats:
    """(t, week) minutes: each child with an open row, in each week with a review."""
    minutes = np.zeros((len(plan.school.staff), plan.calendar.n_weeks))
    bosses = plan.team.supervisor if plan.assistants else {}
    open_rows = [r for r in plan.week.requests if plan.school.services[r.row].setting == "team"]
    for week in review_weeks(plan):
        now = {r.row for r in open_rows if r.weeks >> week & 1}
        held = (r for r in open_rows if r.weeks >> week & 1 or r.row not in now)
        children = {(bosses.get(r.therapist, r.therapist), r.student) for r in held}
        for therapist, _ in children:
            minutes[therapist, week] += plan.reviews.meeting_minutes if plan.reviews else 0.0
    return minutes


def _indirect(plan: Plan) -> Floats:
    """(t, week) minutes of indirect rows and consultation; what `indirect_minutes` holds is spread over the year."""
    minutes = np.repeat(np.array(plan.week.indirect_minutes, dtype=np.float64)[:, None], plan.calendar.n_weeks, axis=1)
    for one in plan.week.consultations:
        if one.weeks != EVERY_WEEK:
            minutes[one.therapist] += [one.weekly_minutes * (one.weeks >> w & 1) for w in range(plan.calendar.n_weeks)]
    return minutes


def _duties(member: StaffMember) -> list[float]:
    return [
        float(minutes)
        for minutes in (
            member.meetings,
            member.duty,
            member.consultation,
            member.evaluation,
            member.documentation,
            member.planning,
        )
    ]


_contracts_of = PerPlan(_build)


@dataclass(frozen=True, slots=True)
class Weeks:
    """Minutes by therapist and week, each of shape (t, week)."""

    parts: dict[str, Floats]
    """Every one of PARTS; together the contract week."""
    overtime: Floats
    co_planning: Floats
    """Co-planning that was due, in contract time or not."""
    lived: Floats
    """(t, week, activity): the log's stretches, within the contract day or not."""
    contract: Floats
    """Contract minutes of days with school."""


def weeks_of(log: Log, backdrop: Backdrop) -> Weeks:
    """The therapists' weeks of a year."""
    contracts = _contracts_of(log.plan)
    n_weeks, shape = backdrop.n_weeks, (len(contracts.opens), backdrop.n_weeks)
    size = shape[0] * n_weeks
    absent = np.zeros_like(contracts.on_site)
    away = columns(sorted(set(log.staff_absences) - set(log.substitutes)), 2).astype(np.int64)
    absent[away[1], away[0]] = 1.0
    at_work = contracts.on_site - absent

    def weekly(of_days: Floats) -> Floats:
        found = np.zeros(shape)
        np.add.at(found.T, backdrop.week, of_days.T)
        return found

    site, worked, gone, vacant = (weekly(days) for days in (contracts.on_site, at_work, absent, contracts.vacant))
    per_day = (contracts.week_minutes / contracts.site_days)[:, None]
    room = per_day * worked
    stretches = columns(log.work, 5)
    day, who, activity = (stretches[i].astype(np.int64) for i in range(3))
    slot = who * n_weeks + backdrop.week[day]
    start, end = (np.clip(t, contracts.opens[who], contracts.closes[who]) for t in stretches[3:])

    def by_activity(minutes: Floats) -> Floats:
        found = summed(slot * len(ACTIVITIES) + activity, minutes, size * len(ACTIVITIES))
        return found.reshape(*shape, len(ACTIVITIES))

    lived, inside = by_activity(stretches[4] - stretches[3]), by_activity(end - start)
    outside = (lived - inside).sum(axis=2)
    busy = inside.sum(axis=2)
    beyond = np.maximum(0.0, busy - room)
    kept = inside * np.divide(room, busy, out=np.ones(shape), where=beyond > 0.0)[:, :, None]
    usable = weekly(_usable(contracts, at_work, who, day, start, end))
    usable += np.maximum(0.0, per_day - (contracts.closes - contracts.opens)[:, None]) * worked
    free = np.maximum(0.0, np.minimum(usable, room - busy))
    share = worked / contracts.site_days[:, None]
    co_planning = _co_planning(log.plan, contracts, at_work, shape)
    parts = {name: kept[:, :, i] for i, name in enumerate(ACTIVITIES)}
    asked = {"co_planning": co_planning}
    asked |= dict(zip(SUPERVISION, supervision(log.plan, backdrop, lived, contracts.on_site, share > 0.0), strict=True))
    asked |= {"indirect": contracts.indirect * share}
    asked["reviews"] = contracts.reviews * (share > 0.0)
    asked |= {name: contracts.duties[:, :, i] * share for i, name in enumerate(DUTIES)}
    if evaluates(log.plan):
        asked["evaluation"] = evaluation_minutes(log, shape)
    overtime = outside + beyond
    for name, minutes in asked.items():
        parts[name] = np.minimum(minutes, free)
        free = free - parts[name]
        overtime = overtime + minutes - parts[name]
    parts["unassigned"] = room - sum(parts.values())
    parts["absent"] = per_day * gone
    parts["vacant"] = per_day * vacant
    parts["no_school"] = contracts.week_minutes[:, None] - per_day * (site + vacant)
    return Weeks(parts, overtime, co_planning, lived, per_day * site)


def evaluates(plan: Plan) -> bool:
    """Whether the scenario has children evaluated."""
    return plan.changing is not None and plan.changing.rules.evaluates


def evaluation_minutes(log: Log, shape: tuple[int, int]) -> Floats:
    """(t, week) minutes of therapists that went into evaluations."""
    days = log.plan.calendar.days
    found = np.zeros(shape)
    for day, therapist, _, minutes in log.evaluating:
        if therapist >= 0:
            found[therapist, days[day].week] += minutes
    return found


def _usable(contracts: Contracts, at_work: Floats, who: Ints, day: Ints, start: Floats, end: Floats) -> Floats:
    """(t, d) minutes in gaps long enough for desk work, on days at work."""
    n_days = at_work.shape[1]
    staff, dates = np.nonzero(at_work)
    opens, closes = contracts.opens[staff], contracts.closes[staff]
    key = np.concatenate([staff * n_days + dates, who * n_days + day, staff * n_days + dates])
    begins = np.concatenate([opens, start, closes])
    ends = np.concatenate([opens, end, closes])
    order = np.lexsort((ends, begins, key))
    key, begins, ends = key[order], begins[order], ends[order]
    gap = np.where(key[1:] == key[:-1], begins[1:] - ends[:-1], 0.0)
    gap[gap < USABLE_GAP] = 0.0
    return summed(key[1:], gap, at_work.size).reshape(at_work.shape)


def _co_planning(plan: Plan, contracts: Contracts, at_work: Floats, shape: tuple[int, int]) -> Floats:
    """(t, week) minutes: for each class with a planned visit that week on a day when the therapist is there."""
    number, who, day = contracts.visited
    there = summed(number, at_work[who, day], contracts.class_weeks.shape[1]) > 0.0
    therapist, week = contracts.class_weeks[:, there]
    classes = np.bincount(therapist * shape[1] + week, minlength=shape[0] * shape[1]).reshape(shape)
    return np.asarray(classes * plan.visits.planning_minutes, dtype=np.float64)


def workload_metrics(log: Log, backdrop: Backdrop) -> dict[str, float]:
    """What it asks of the therapists, summed over them, a week.

    therapist_hours_per_week: sessions, placed or not, at their planned length with planned moves,
    co-planning and indirect service: the timetable's `asked_minutes`. therapist_hours_worked: stretches in
    sessions and moves as they went, and co-planning. travel_hours: drives between
    sites; nan where nobody drives. utilisation: minutes with children / contract
    minutes of days with school. planning_hours: co-planning.
    review_hours: the team's reviews in the year, as planned. amendments: rows
    moved at reviews. therapist_transition_minutes: moves, with
    waiting between leaving the desk and the start of instruction.
    """
    weeks = weeks_of(log, backdrop)
    n_weeks = max(1, backdrop.n_weeks)
    lived = weeks.lived.sum(axis=(0, 1))
    direct = float(lived[_PUSH_IN] + lived[_PULL_OUT])
    planning = float(weeks.co_planning.sum())
    contract = float(weeks.contract.sum())
    return {
        "therapist_hours_per_week": sum(log.plan.week.asked_minutes) / 60.0,
        "therapist_hours_worked": (direct + float(lived[_MOVES]) + planning) / 60.0 / n_weeks,
        "utilisation": direct / contract if contract else 0.0,
        "review_hours": float(_contracts_of(log.plan).reviews.sum()) / 60.0,
        "amendments": float(len(log.amendments)),
        "overtime_hours": float(weeks.overtime.sum()) / 60.0 / n_weeks,
        "planning_hours": planning / 60.0 / n_weeks,
        "supervision_hours": float(sum(weeks.parts[p].sum() for p in SUPERVISION) + 0.0) / 60.0 / n_weeks
        if log.plan.assistants
        else np.nan,
        "travel_hours": float(lived[_TRAVEL]) / 60.0 / n_weeks if any(drive_minutes(log.plan.school)) else np.nan,
        "therapist_transition_minutes": float(lived[_MOVES]) / n_weeks,
    }


def _parts_of(plan: Plan) -> list[str]:
    """What a contract week is made of in this school; drives only where somebody drives."""
    absent = {"travel"} - {"travel" for minutes in drive_minutes(plan.school) if minutes}
    absent |= {"vacant"} - {"vacant" for _ in plan.gaps}
    absent |= set() if plan.assistants else set(SUPERVISION)
    return [name for name in PARTS if name not in absent]


def workload(log: Log) -> dict[str, float]:
    """Hours a school week by activity, summed over therapists; overtime last, on top of the contract."""
    backdrop = backdrop_of(log.plan)
    weeks = weeks_of(log, backdrop)
    n = 60.0 * max(1, backdrop.n_weeks)
    found = {name: float(weeks.parts[name].sum()) / n for name in _parts_of(log.plan)}
    return {**found, "overtime": float(weeks.overtime.sum()) / n}


def therapist_week(log: Log) -> pd.DataFrame:
    """One row per therapist: id, hours a school week by activity (together the contract week), overtime, contract."""
    import pandas as pd

    backdrop = backdrop_of(log.plan)
    weeks = weeks_of(log, backdrop)
    n = 60.0 * max(1, backdrop.n_weeks)
    table = {"therapist": [m.id for m in log.plan.school.staff]}
    hours = {name: weeks.parts[name].sum(axis=1) / n for name in _parts_of(log.plan)}
    return pd.DataFrame({**table, **hours, "overtime": weeks.overtime.sum(axis=1) / n, "contract": sum(hours.values())})
