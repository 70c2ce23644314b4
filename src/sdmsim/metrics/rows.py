"""One year as one row of numbers: delivery and access; workload, money and progress have files of their own.

Means over students are over all served children (students.csv, and those who joined during the year); weekly
numbers are means over the school weeks, start-up weeks included, those a child a week over its weeks on the caseload.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sdmsim.delivery.problem import active_weeks
from sdmsim.delivery.vocabulary import Week
from sdmsim.events import REASONS, Log, columns
from sdmsim.metrics.billing import billing_units
from sdmsim.metrics.by_site import site_gap
from sdmsim.metrics.caseload import caseload_metrics
from sdmsim.metrics.groups import gains_apart, shares_apart
from sdmsim.metrics.money import money_metrics, ratio_of
from sdmsim.metrics.names import METRICS, MISSED
from sdmsim.metrics.progress import progress
from sdmsim.metrics.workload import workload_metrics
from sdmsim.school.calendar import SchoolYear
from sdmsim.world.backdrop import Backdrop, Floats, backdrop_of, summed

if TYPE_CHECKING:
    import pandas as pd

LARGE_GROUP = 5
MUCH_OWED = 300.0
"""Minutes: ten sessions of half an hour."""
MOST = 0.9
"""The share of its promised minutes that a child must be given to be counted among `children_90_share`."""
_NO_SCHOOL = REASONS.index("no_school")


def row(log: Log) -> dict[str, float]:
    """Every metric of one year, in the order of METRICS; those of a caseload that changes only where it may.

    Uses plain Python and NumPy only.
    """
    backdrop = backdrop_of(log.plan)
    found = _delivery(log, backdrop) | _access(log, backdrop) | workload_metrics(log, backdrop) | progress(log)
    found |= gains_apart(log)
    found |= money_metrics(log, backdrop, found["goals_met"])
    found["billing_units"] = billing_units(log)
    found |= caseload_metrics(log)
    return {metric.name: found[metric.name] for metric in METRICS if metric.name in found}


def row_learned_again(log: Log, before: Mapping[str, float]) -> dict[str, float]:
    """`row` of a year that was lived as the one of `before`, and learned under other numbers."""
    found = dict(before) | progress(log) | gains_apart(log)
    of_cost = ratio_of({"cost": found["cost"], "goals_met": found["goals_met"]}, "cost_per_goal_met")
    return {name: value for name, value in (found | {"cost_per_goal_met": of_cost}).items() if name in before}


def measure(log: Log) -> pd.DataFrame:
    """Every metric of one year as a table: metric, unit, value."""
    import pandas as pd

    values = row(log)
    return pd.DataFrame(
        [(m.name, m.unit, values[m.name]) for m in METRICS if m.name in values], columns=["metric", "unit", "value"]
    )


def _delivery(log: Log, backdrop: Backdrop) -> dict[str, float]:
    """Promised and given.

    minutes_owed = minutes_delivered + the missed minutes of every reason, each per served child. made_up_minutes: the
    part of minutes_delivered that made up for sessions missed before.
    delivered_share: sum given / (sum owed - sum no_school), sums over all children and rows; 1 where nothing
    was owed. children_90_share: children given at least 0.9 of owed - no_school / children owed any; nan where nobody
    is. compensatory_hours: minutes missed for the reasons of `make_up.compensated`, hours of all children together.
    children_owed_300: children for whom owed - no_school - given is above 300.
    owed_p90_minutes: 90th percentile (linear) over children of owed - no_school - given, at least 0.
    site_gap: delivered_share of each site, the largest minus the smallest; nan where there is one site.
    large_group_share: child-sessions held with five or more children present / child-sessions held.
    """
    n = max(1, backdrop.n_students)
    given, missed = columns(log.given, 7), columns(log.missed, 6)
    by_reason = summed(missed[4], missed[3], len(REASONS))
    delivered = float(given[5].sum())
    no_school = missed[4] == _NO_SCHOOL
    got = summed(given[1], given[5], backdrop.n_students)
    promised = backdrop.owed - summed(missed[1][no_school], missed[3][no_school], backdrop.n_students)
    due, some = promised - got, promised > 0.0
    made_up = given[6] >= 0
    expected = float(backdrop.owed.sum()) - float(by_reason[_NO_SCHOOL])
    present = columns(log.sessions, 5)[4]
    held = float(present.sum())
    return {
        "minutes_owed": float(backdrop.owed.sum()) / n,
        "minutes_delivered": delivered / n,
        **{f"{MISSED}{reason}": float(minutes) / n for reason, minutes in zip(REASONS, by_reason, strict=True)},
        "delivered_share": delivered / expected if expected else 1.0,
        "made_up_minutes": float(given[5][made_up].sum()) / n,
        "children_90_share": float(np.mean(kept_promise(got, promised)[some])) if some.any() else float("nan"),
        "compensatory_hours": float(by_reason[_compensated(log)].sum()) / 60.0,
        "owed_p90_minutes": float(np.percentile(np.maximum(due, 0.0), 90)) if due.size else 0.0,
        "children_owed_300": float((due > MUCH_OWED).sum()),
        "unplaced_sessions": unplaced_a_week(log.plan.week, log.plan.calendar),
        "site_gap": site_gap(log.plan.school, promised, got),
        **shares_apart(log, promised, got),
        "large_group_share": float(present[present >= LARGE_GROUP].sum()) / held if held else 0.0,
    }


def _compensated(log: Log) -> list[int]:
    """Positions of the reasons that may have to be compensated."""
    return [n for n, reason in enumerate(REASONS) if reason in log.plan.make_up.compensated]


def kept_promise(got: Floats, promised: Floats) -> NDArray[np.bool_]:
    """Whether a child was given MOST of its promised minutes or more."""
    return np.asarray(got >= MOST * promised - 1e-6)


def unplaced_a_week(week: Week, calendar: SchoolYear) -> float:
    """Child-sessions a week without a place, mean over the school weeks: each counts in the weeks of its request."""
    held = (active_weeks(week.requests[one.request], calendar).bit_count() for one in week.unplaced)
    return sum(held) / max(1, calendar.n_weeks)


def _access(log: Log, backdrop: Backdrop) -> dict[str, float]:
    """Class and classmates kept.

    class_minutes_missed: instruction (every format but recess and lunch, up to an early release) between
    leaving class and finding the thread again, a child a week; core: its protected part. An assembly or a
    test counts as the block it falls in. student_transition_minutes: the trips without the teaching: walks,
    settling, waiting, finding the thread. lre_share: mean over children of the planned week's share.
    peer_presence_minutes: mean over children and all school days of bell-to-bell minutes at school and in
    class, for children whose class has a child without a plan; 0 on days absent.
    """
    child_weeks, child_days = max(1, backdrop.child_weeks), max(1, backdrop.child_days)
    trips = columns(log.trips, 8)
    day, student = trips[0].astype(np.int64), trips[1].astype(np.int64)
    left, began, ended, back, resumed = trips[3:]
    grade = backdrop.grade[student]
    low, high = backdrop.opens[grade, day], backdrop.closes[grade, day]
    away = (np.clip(back, low, high) - np.clip(left, low, high)) * backdrop.has_peers[student]
    absences = columns(log.absences, 2).astype(np.int64)
    at_home = backdrop.day_minutes[backdrop.grade[absences[1]], absences[0]] * backdrop.has_peers[absences[1]]
    lengths = backdrop.day_minutes.sum(axis=1)[backdrop.grade]
    if not backdrop.served.all():
        lengths = (backdrop.day_minutes[backdrop.grade] * backdrop.served).sum(axis=1)
    possible = lengths * backdrop.has_peers
    return {
        "class_minutes_missed": float(backdrop.between(backdrop.instruction, student, day, left, resumed).sum())
        / child_weeks,
        "core_minutes_missed": float(backdrop.between(backdrop.core, student, day, left, resumed).sum()) / child_weeks,
        "lre_share": float(backdrop.lre.mean()) if backdrop.lre.size else 1.0,
        "student_transition_minutes": float((resumed - left - (ended - began)).sum()) / child_weeks,
        "peer_presence_minutes": float(possible.sum() - at_home.sum() - away.sum()) / child_days,
    }
