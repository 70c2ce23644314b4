"""How a year went for groups of children, for the worst-off tenth, and between the groups.

Children are grouped by what students.csv says of them: kind of goal, severity, grade, and the site of their class where
there are several. A mean over all children can hide that some pay for what others gain.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sdmsim.events import REASONS, Log, columns
from sdmsim.metrics.progress import by_child, gains_and_effects, learning_of
from sdmsim.school.vocabulary import School
from sdmsim.world.backdrop import Floats, Ints, backdrop_of, summed
from sdmsim.world.vocabulary import PerPlan

if TYPE_CHECKING:
    from sdmsim.plan import Plan

WAYS = ("goal_type", "severity", "grade", "site")
"""The ways in which children are grouped."""
OF_GROUPS = ("delivered_share", "class_minutes_missed", "classroom_gain_sd")
"""What is known of each group: delivery, access, progress."""
SMALL = 10
"""A group of fewer children is marked, and counts in no gap: its numbers are those of a few children."""
WORST = 0.1
NOT_GIVEN = "not given"
_NO_SCHOOL = REASONS.index("no_school")


class Grouping(NamedTuple):
    """One way to group the children of a school."""

    way: str
    names: tuple[str, ...]
    of_child: Ints
    """Per child, the position of its group's name."""


def _label(school: School, way: str) -> list[str]:
    if way == "site":
        at = {section.section: section.site for section in school.sections}
        return [at[child.section] or NOT_GIVEN for child in school.students]
    return [str(getattr(child, way)) or NOT_GIVEN for child in school.students]


def _build(plan: Plan) -> tuple[Grouping, ...]:
    found = []
    for way in WAYS:
        labels = _label(plan.school, way)
        names = tuple(dict.fromkeys(sorted(labels)))
        if way != "site" or len(names) > 1:
            found.append(Grouping(way, names, np.array([names.index(label) for label in labels], dtype=np.int64)))
    return tuple(found)


groupings_of = PerPlan(_build)


def gains_in_class(log: Log, n: int) -> Floats:
    """By child the gain in class in SD; nan without a direct goal."""
    learning = learning_of(log)
    gain = np.full(n, np.nan)
    gain[np.unique(learning.student)] = by_child(learning, gains_and_effects(learning)[0])[1]
    return gain


def by_group(log: Log) -> list[dict[str, Any]]:
    """A row for each group: way, group, children, and OF_GROUPS in the units of the metrics; nan of nothing."""
    backdrop = backdrop_of(log.plan)
    n = backdrop.n_students
    given, missed, trips = columns(log.given, 7), columns(log.missed, 6), columns(log.trips, 8)
    closed = missed[4] == _NO_SCHOOL
    day, student = trips[0].astype(np.int64), trips[1].astype(np.int64)
    lost = summed(student, backdrop.between(backdrop.instruction, student, day, trips[3], trips[7]), n)
    promised = backdrop.owed - summed(missed[1][closed], missed[3][closed], n)
    got, gain = summed(given[1], given[5], n), gains_in_class(log, n)
    rows: list[dict[str, Any]] = []
    for way, names, of in groupings_of(log.plan):
        weeks = summed(of, backdrop.weeks_of_child.astype(np.float64), len(names))
        means = (
            _shares(of, len(names), got, promised),
            _over(summed(of, lost, len(names)), weeks),
            _gains(of, len(names), gain),
        )
        counts = np.bincount(of, minlength=len(names))
        for i, name in enumerate(names):
            known = {metric: float(values[i]) for metric, values in zip(OF_GROUPS, means, strict=True)}
            rows.append({"way": way, "group": name, "children": float(counts[i]), **known})
    return rows


def _shares(of: Ints, n: int, got: Floats, promised: Floats) -> Floats:
    """By group, minutes given / promised."""
    return _over(summed(of, got, n), summed(of, promised, n))


def _gains(of: Ints, n: int, gain: Floats) -> Floats:
    """By group, the mean gain of the children with a direct goal."""
    goals = ~np.isnan(gain)
    return _over(summed(of[goals], gain[goals], n), np.bincount(of[goals], minlength=n).astype(np.float64))


def _over(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.full(len(above), np.nan), where=below > 1e-9))


def shares_apart(log: Log, promised: Floats, got: Floats) -> dict[str, float]:
    """How far children lie apart in what they are given, from minutes by child: promised (days without school left
    out), and got.

    worst_tenth_share: mean over the tenth of the children (one at least) with the smallest share of their promised
    minutes given; nan where nothing was promised. goal_type_gap, severity_gap, grade_gap: delivered_share of the
    best-served group less that of the worst, among groups of SMALL children or more; nan where there are not two.
    """
    some = promised > 1e-9
    found = {"worst_tenth_share": _worst(got[some] / promised[some])}
    for way, names, of in _with_gaps(log):
        shares, counts = _shares(of, len(names), got, promised), np.bincount(of[some], minlength=len(names))
        found[f"{way}_gap"] = _gap(shares[counts >= SMALL])
    return found


def gains_apart(log: Log) -> dict[str, float]:
    """The same of the gain in class, among children with a direct goal.

    worst_tenth_gain_sd, goal_type_gain_gap_sd, severity_gain_gap_sd, grade_gain_gap_sd.
    """
    gain = gains_in_class(log, len(log.plan.school.students))
    goals = ~np.isnan(gain)
    found = {"worst_tenth_gain_sd": _worst(gain[goals])}
    for way, names, of in _with_gaps(log):
        gains, counts = _gains(of, len(names), gain), np.bincount(of[goals], minlength=len(names))
        found[f"{way}_gain_gap_sd"] = _gap(gains[counts >= SMALL])
    return found


def _with_gaps(log: Log) -> Iterator[Grouping]:
    """The gap between sites is a metric of its own, which leaves no site out."""
    return (grouping for grouping in groupings_of(log.plan) if grouping.way != "site")


def _worst(values: Floats) -> float:
    if not values.size:
        return float("nan")
    return float(np.sort(values)[: math.ceil(WORST * len(values))].mean())


def _gap(values: Floats) -> float:
    return float(values.max() - values.min()) if len(values) > 1 else float("nan")
