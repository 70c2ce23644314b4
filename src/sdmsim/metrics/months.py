"""The year's course by calendar month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdmsim.delivery.vocabulary import EVERY_WEEK
from sdmsim.events import REASONS, Log
from sdmsim.world.vocabulary import PerPlan

if TYPE_CHECKING:
    from sdmsim.plan import Plan

PLAN_WEEKS = 36.0
"""Weeks of school (180 days) over which planners spread a yearly amount (docs/sources.md)."""
_NO_SCHOOL = REASONS.index("no_school")


def _required(plan: Plan) -> dict[tuple[int, int], float]:
    """By month, minutes required as a log counts them: every row's weekly equivalent for each 5 school days.

    The weekly equivalent of a monthly, quarterly or yearly row is its amount over the year / 36. A day counts
    for a row within the row's dates and weeks.
    """
    found: dict[tuple[int, int], float] = {(d.date.year, d.date.month): 0.0 for d in plan.calendar.days}
    for request in plan.week.requests:
        if request.shares_with is not None:
            continue
        weekly = float(request.minutes * request.sessions)
        if request.per != "week":
            weekly *= len(plan.calendar.periods(request.per, request.start, request.end)) / PLAN_WEEKS
        weeks = request.weeks if request.per == "week" else EVERY_WEEK
        for day in plan.calendar.days:
            if weeks >> day.week & 1 and (request.start or day.date) <= day.date <= (request.end or day.date):
                found[day.date.year, day.date.month] += weekly / 5.0
    return found


_required_of = PerPlan(_required)


def by_month(log: Log) -> list[dict[str, float]]:
    """One row per calendar month, in order.

    year, month (1-12), school_days; minutes_owed (given + missed on days of the month; what was made up counts on the
    day on which it was missed, a week or a longer period without a day of its own at its first school day), no_school
    (the part of it without a school day), minutes_delivered, required_by_days (see `_required`: what follows
    attendance days); delivered_share = delivered / (owed - no_school), delivered_of_required = delivered /
    required_by_days.
    """
    days = log.plan.calendar.days
    required = _required_of(log.plan)
    month_of = [(d.date.year, d.date.month) for d in days]
    owed, no_school, delivered = (dict.fromkeys(required, 0.0) for _ in range(3))
    school_days = dict.fromkeys(required, 0)
    for month in month_of:
        school_days[month] += 1
    for day, _, _, _, _, minutes, makes_up in log.given:
        delivered[month_of[day]] += minutes
        owed[month_of[makes_up if makes_up >= 0 else day]] += minutes
    for day, _, _, minutes, reason, _ in log.missed:
        owed[month_of[day]] += minutes
        if reason == _NO_SCHOOL:
            no_school[month_of[day]] += minutes
    rows = []
    for month in sorted(required):
        given, whole = delivered[month], owed[month]
        rows.append(
            {
                "year": month[0],
                "month": month[1],
                "school_days": school_days[month],
                "minutes_owed": whole,
                "no_school": no_school[month],
                "minutes_delivered": given,
                "required_by_days": required[month],
                "delivered_share": given / (whole - no_school[month]) if whole > no_school[month] else 1.0,
                "delivered_of_required": given / required[month] if required[month] else 1.0,
            }
        )
    return rows
