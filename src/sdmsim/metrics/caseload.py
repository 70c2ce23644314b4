"""How the caseload went: children served, in evaluation and past the clock, week by week and over the year."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from sdmsim.delivery.policy import Caseload
from sdmsim.delivery.policy_warnings import cap_of
from sdmsim.events import REASONS, Log
from sdmsim.metrics.workload import evaluates
from sdmsim.plan import Plan
from sdmsim.world.backdrop import Floats, backdrop_of

_NO_SCHOOL = REASONS.index("no_school")
_CHILD = (REASONS.index("child_absent"), REASONS.index("child_unwilling"))


class _Week(NamedTuple):
    """A school week's children. Positions of children; of evaluations that are open: (due, therapist, child or -1)."""

    last_day: int
    served: frozenset[int]
    open_now: tuple[tuple[int, int, int], ...]

    def counted(self, served: Iterable[int], evaluated: Iterable[int]) -> int:
        """Different children among those served and those evaluated (-1: one that is not served)."""
        own = set(served)
        return len(own) + sum(child not in own for child in evaluated)


def _weeks(log: Log) -> list[_Week]:
    plan = log.plan
    days = plan.calendar.days
    first, last = dict[int, int](), dict[int, int]()
    for day in days:
        first.setdefault(day.week, day.index)
        last[day.week] = day.index
    served = backdrop_of(plan).served
    with_rows = {plan.school.student_index[row.id] for row in plan.school.services}
    done = {number: day for day, number, _ in log.evaluated}
    left = {student: day for day, student, _ in log.left}
    return [
        _Week(
            last[week],
            frozenset(child for child in with_rows if served[child, first[week]]),
            tuple(
                (due, therapist, student)
                for day, number, therapist, _, due, student in log.referred
                if day <= last[week] < min(done.get(number, len(days)), left.get(student, len(days)))
            ),
        )
        for week in range(plan.calendar.n_weeks)
    ]


def by_school_week(log: Log) -> list[dict[str, float]]:
    """One row per school week, in order; none where the scenario has no [caseload].

    week (from 1); served: children with a service row who are on the caseload; joined, left: whose first, whose last
    day on it lies in the week; in_evaluation, past_clock: evaluations not done at the end of its last day, and those of
    them past their deadline; counted: children served or in evaluation; evaluation_hours: of therapists and of staff
    who only evaluate; minutes_owed (but for days without school), minutes_delivered: of rows per week; delivered_share
    = delivered / owed; offered_share = delivered / (owed - what the child missed by absence or refusal).
    """
    plan = log.plan
    if plan.changing is None:
        return []
    n_weeks = plan.calendar.n_weeks
    week_of = [d.week for d in plan.calendar.days]
    hours = _summed(((week_of[day], minutes / 60.0) for day, _, _, minutes in log.evaluating), n_weeks)
    weekly = [r.per == "week" for r in plan.week.requests]
    got = [(week_of[day], minutes) for day, _, request, _, _, minutes, _ in log.given if weekly[request]]
    lost = [
        (week_of[day], minutes, reason)
        for day, _, request, minutes, reason, _ in log.missed
        if weekly[request] and reason != _NO_SCHOOL
    ]
    given = _summed(got, n_weeks)
    owed = given + _summed(((week, minutes) for week, minutes, _ in lost), n_weeks)
    by_child = _summed(((week, minutes) for week, minutes, reason in lost if reason in _CHILD), n_weeks)
    joined, left = (_summed(((week_of[fact[0]], 1.0) for fact in facts), n_weeks) for facts in (log.joined, log.left))
    return [
        {
            "week": float(number + 1),
            "served": float(len(week.served)),
            "joined": float(joined[number]),
            "left": float(left[number]),
            "in_evaluation": float(len(week.open_now)),
            "past_clock": float(sum(due < week.last_day for due, _, _ in week.open_now)),
            "counted": float(week.counted(week.served, (child for _, _, child in week.open_now))),
            "evaluation_hours": float(hours[number]),
            "minutes_owed": float(owed[number]),
            "minutes_delivered": float(given[number]),
            "delivered_share": _share(given[number], owed[number]),
            "offered_share": _share(given[number], owed[number] - by_child[number]),
        }
        for number, week in enumerate(_weeks(log))
    ]


def _summed(pairs: Iterable[tuple[int, float]], weeks: int) -> Floats:
    found = np.zeros(weeks)
    for week, amount in pairs:
        found[week] += amount
    return found


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0.0 else float("nan")


def caseload_metrics(log: Log) -> dict[str, float]:
    """The year's numbers of the caseload; none where the scenario has no [caseload].

    children_served: mean over school weeks. weeks_over_cap: school weeks with more children for each full-time
    therapist than the policy's first caseload rule allows, those in evaluation counted where the rule counts them; not
    there without such a rule. Not there where nobody is evaluated: evaluation_backlog: evaluations not done and past
    their deadline at the end of a school week, mean over school weeks. evaluations_late_share: done after the deadline,
    or not done with the deadline before the last day / those and all that were done (nan where there are none);
    evaluations of children who left before are left out.
    """
    plan = log.plan
    if plan.changing is None:
        return {}
    weeks = _weeks(log)
    found = {
        "children_served": _mean([len(week.served) for week in weeks]),
        "children_joined": float(len(log.joined)),
        "children_left": float(len(log.left)),
    } | _over_cap(plan, weeks)
    if not evaluates(plan):
        return found
    done = {number: day for day, number, _ in log.evaluated}
    gone = {student for _, student, _ in log.left}
    end = len(plan.calendar.days) - 1
    late = [
        done[number] > due if number in done else True
        for _, number, _, _, due, student in log.referred
        if number in done or (due < end and student not in gone)
    ]
    return found | {
        "evaluations_done": float(len(done)),
        "evaluations_late_share": sum(late) / len(late) if late else float("nan"),
        "evaluation_backlog": _mean([sum(due < week.last_day for due, _, _ in week.open_now) for week in weeks]),
    }


def _over_cap(plan: Plan, weeks: list[_Week]) -> dict[str, float]:
    named = plan.rules_of_state.first(Caseload)
    cap = None if named is None else cap_of(named[1], plan.school)
    if named is None or cap is None:
        return {}
    rule: Caseload = named[1]
    most, fte = cap
    roles = {role.casefold() for role in rule.roles}
    served = {
        plan.school.student_index[row.id] for row in plan.school.services if row.provider_role.casefold() in roles
    }
    own = {t for t, member in enumerate(plan.school.staff) if member.role.casefold() in roles}
    over = 0
    for week in weeks:
        evaluated = (child for _, therapist, child in week.open_now if therapist in own and rule.evaluations_count)
        over += week.counted(week.served & served, evaluated) / fte > most + 1e-9
    return {"weeks_over_cap": float(over)}


def _mean(values: list[int]) -> float:
    return sum(values) / len(values) if values else float("nan")
