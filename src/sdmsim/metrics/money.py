"""What a year costs, for what was given and reached.

An employee is paid `fte` x `week.full_time_hours` for every school week, `money.benefits_share` on top; overtime is not
paid. A contractor and a remote therapist are paid each hour worked: sessions, moves, being called away, planning,
indirect service, reviews, drives, duties, and overtime; no lunch, no waiting, no time off. Miles between sites are
paid on top to all. Nobody is paid for a vacant post. A substitute is paid the contract hours of its days, a helper its
hours of every school week. Where a member of staff has no rate there is no cost: nan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sdmsim.events import ACTIVITIES, Log, columns
from sdmsim.metrics.supervision import SUPERVISION
from sdmsim.metrics.workload import DUTIES, weeks_of
from sdmsim.school.sites import trips_of
from sdmsim.world.backdrop import Backdrop, Floats
from sdmsim.world.stage import stage_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdmsim.plan import Plan

PAID = (
    "push_in",
    "pull_out",
    "moves",
    "called_away",
    "travel",
    "co_planning",
    *SUPERVISION,
    "indirect",
    "reviews",
    *DUTIES,
)
"""The parts of the contract week that are paid by the hour; overtime comes on top."""
_TRAVEL = ACTIVITIES.index("travel")
RATIOS = {"cost_per_delivered_hour": ("cost", "delivered_hours"), "cost_per_goal_met": ("cost", "goals_met")}
"""Metrics that are one metric divided by another; over several years the ratio of their totals, no mean of ratios."""


def cost_by_therapist(log: Log, backdrop: Backdrop) -> Floats:
    """(t,): dollars of the year; nan for who has no rate."""
    plan = log.plan
    staff = plan.school.staff
    rates = np.array([np.nan if member.rate is None else member.rate for member in staff], dtype=np.float64)
    employed = np.array([member.type == "employee" for member in staff], dtype=bool)
    contract = np.array([member.fte for member in staff]) * plan.rules.full_time_hours * _weeks_in_post(log, backdrop)
    paid = contract * (1.0 + plan.money.benefits_share)
    if not employed.all():
        weeks = weeks_of(log, backdrop)
        worked = sum((weeks.parts[name] for name in PAID), weeks.overtime).sum(axis=1) / 60.0
        paid = np.where(employed, paid, worked)
    return np.asarray(rates * paid + mileage_by_therapist(log))


def mileage_by_therapist(log: Log) -> Floats:
    """(t,): dollars of the year for drives between sites; 0 without `money.mileage_rate`."""
    school, rate = log.plan.school, log.plan.money.mileage_rate
    paid = np.zeros(len(school.staff))
    if rate is None:
        return paid
    trips = trips_of(school)
    place: dict[tuple[int, int], int] = {}
    for day, therapist, activity, _, _ in log.work:
        if activity == _TRAVEL:
            done = place.get((day, therapist), 0)
            place[day, therapist] = done + 1
            driven = [t for t in trips[therapist][log.plan.calendar.days[day].weekday] if t.arrive > t.leave]
            paid[therapist] += rate * (driven[done].miles or 0.0)
    return paid


def _cost_of_evaluators(log: Log, backdrop: Backdrop) -> float:
    """Dollars of the year for staff who only evaluate, as for employees; nan where they have no rate."""
    rules = log.plan.changing.rules if log.plan.changing else None
    if rules is None or not rules.evaluator_fte:
        return 0.0
    rate: float = float("nan") if rules.evaluator_rate is None else rules.evaluator_rate
    hours: float = rules.evaluator_fte * log.plan.rules.full_time_hours * backdrop.n_weeks
    return float(rate * hours * (1.0 + log.plan.money.benefits_share))


def _weeks_in_post(log: Log, backdrop: Backdrop) -> Floats:
    """(t,): school weeks of each post, those in which it is vacant on some days in part."""
    days = np.bincount(backdrop.week, minlength=backdrop.n_weeks).astype(np.float64)
    lost = [sum(1.0 / days[backdrop.week[day]] for day in gone) for gone in stage_of(log.plan).vacant]
    return backdrop.n_weeks - np.array(lost)


def cost_of_helpers(plan: Plan) -> float:
    """Dollars of the year for helpers, benefits on top; nan where one has no rate."""
    pay = sum(
        helper.hours_a_week * weeks * (np.nan if helper.rate is None else helper.rate)
        for helper, weeks in plan.posted_helpers
    )
    return float(pay * (1.0 + plan.money.benefits_share))


def _cost_of_substitutes(log: Log) -> float:
    """Dollars of the year for substitutes: the contract hours of the day, without benefits; nan without a rate."""
    if not log.substitutes:
        return 0.0
    rate, hours = log.plan.money.substitute_rate, log.plan.rules.full_time_hours
    staff = log.plan.school.staff
    worked = sum(staff[who].fte * hours / len(staff[who].site_days) for _, who in log.substitutes)
    return float("nan") if rate is None else float(rate * worked)


def money_metrics(log: Log, backdrop: Backdrop, goals_met: float) -> dict[str, float]:
    """The year's cost, and what of it falls on each child-hour given and each goal met.

    cost: dollars of the year, all staff and helpers. delivered_hours: direct service received, full for each child of
    a group.
    cost_per_delivered_hour, cost_per_goal_met: of this year; nan where nothing was given or met.
    """
    cost = float(cost_by_therapist(log, backdrop).sum())
    cost += _cost_of_evaluators(log, backdrop) + cost_of_helpers(log.plan) + _cost_of_substitutes(log)
    delivered = float(columns(log.given, 7)[5].sum()) / 60.0
    found = {"cost": cost, "delivered_hours": delivered, "goals_met": goals_met}
    return found | {name: ratio_of(found, name) for name in RATIOS}


def ratio_of(values: Mapping[str, float], name: str) -> float:
    """One of RATIOS from the two metrics that make it; nan, never infinite, where there is nothing to divide by."""
    above, below = (values[part] for part in RATIOS[name])
    return above / below if below > 0.0 else float("nan")
