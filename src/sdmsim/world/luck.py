"""Luck first: all that chance decides in a year, drawn by name before it begins.

Names are ordinals (week and weekday, how-manieth visit of the day, how-manieth session of the week),
never clock times and never arms, so the same child is absent on the same days under every timetable.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log1p, sqrt
from typing import TYPE_CHECKING

import numpy as np

from sdmsim.delivery.spells import child_factors, provider_factors
from sdmsim.streams import Luck
from sdmsim.theory.attention import log_odds_of, share_of
from sdmsim.world.learners import learners_of
from sdmsim.world.profiles import Numbers, profiles_of
from sdmsim.world.vocabulary import GRAINS, Bools, Floats, Fortune, Ints, Stage

if TYPE_CHECKING:
    from sdmsim.plan import Plan

_REFUSAL = "children.refusal_attention"
_ATTENTION = ("attention.child_sd", "attention.inattentive_logit", "children.inattentive_share.")
"""What `Profiles.attention` is made of."""
_PARTS = 8
"""Room for the parts of a visit's moves in their name."""


def fortune_of(plan: Plan, stage: Stage, luck: Luck, n: Numbers) -> Fortune:
    """What one replication brings to a plan under the numbers `n`."""
    school, days = plan.school, plan.days
    unwilling = _unwilling(plan, luck, n)
    children = [s.id for s in school.students]
    staff = [m.id for m in school.staff]
    attendance = np.array([days.child_attendance if s.attendance is None else s.attendance for s in school.students])
    slots = stage.slot_of_day
    there = attendance[:, None] * child_factors(plan.spells, school, plan.calendar)
    absent = luck.uniforms_of("child absent", children, _rows(len(children)), slots) >= there
    away = providers_absent(plan, staff, luck)
    turns, visits = stage.turns, stage.visits
    spread = plan.moves.spread

    def moved(part: int, planned: Floats) -> Floats:
        when = visits.when * _PARTS + part
        return _grained(planned * _multipliers(luck, spread, "moves", staff, visits.therapist, when))

    rethread = np.full(len(turns.student), plan.moves.rethread_minutes)
    found_again = _grained(
        rethread * _multipliers(luck, spread, "finding the thread", children, turns.student, turns.when)
    )
    refused = np.zeros((0, len(slots)), dtype=bool)
    if plan.make_up.of != "none":
        who, when = np.repeat(np.arange(len(children)), len(slots)), np.tile(slots, len(children))
        again = _multipliers(luck, spread, "finding the thread after making up", children, who, when)
        found_again = np.concatenate([found_again, _grained(plan.moves.rethread_minutes * again)])
        drawn = luck.uniforms_of("child unwilling to make up", children, _rows(len(children)), slots)
        refused = drawn < unwilling[:, None]
    return Fortune(
        child_absent=absent.tolist(),
        provider_absent=away.tolist(),
        substitute=_substitutes(plan, staff, luck),
        helper_absent=_helpers_absent(plan, slots, luck),
        called_away=(
            luck.uniforms_of("provider called away", staff, visits.therapist, visits.when) < days.called_away
        ).tolist(),
        to_door=(moved(0, visits.walk) + moved(1, visits.gather)).tolist(),
        to_room=moved(2, visits.walk_back).tolist(),
        settle=moved(3, visits.settle).tolist(),
        walk_back=moved(4, visits.walk_back).tolist(),
        unwilling=(
            luck.uniforms_of("child unwilling", children, turns.student, turns.when) < unwilling[turns.student]
        ).tolist(),
        rethread=found_again.tolist(),
        unwilling_again=refused.tolist(),
        unavailable=_unavailable(plan, stage, luck),
    )


def providers_absent(plan: Plan, names: Sequence[str], luck: Luck) -> Bools:
    """(name, day): who of the staff is absent on which school day."""
    slots = np.array([d.week * 5 + d.weekday for d in plan.calendar.days], dtype=np.int64)
    drawn = luck.uniforms_of("provider absent", names, _rows(len(names)), slots)
    return np.asarray(drawn >= plan.days.provider_attendance * provider_factors(plan.spells, plan.calendar))


def _substitutes(plan: Plan, names: Sequence[str], luck: Luck) -> list[list[bool]]:
    """Per therapist, by day: somebody would step in."""
    share, days = plan.days.substitute_share, plan.calendar.days
    if share == 0.0:
        return [[False] * len(days)] * len(names)
    slots = np.array([d.week * 5 + d.weekday for d in days], dtype=np.int64)
    comes = luck.uniforms_of("substitute for a therapist", names, _rows(len(names)), slots) < share
    found: list[list[bool]] = comes.tolist()
    return found


def _helpers_absent(plan: Plan, slots: Ints, luck: Luck) -> list[list[bool]]:
    usual = plan.days.provider_attendance
    rates = np.array([usual if one.attendance is None else one.attendance for one in plan.helpers])
    names = [one.id for one in plan.helpers]
    if not names:
        return []
    found: list[list[bool]] = (
        luck.uniforms_of("helper absent", names, _rows(len(names)), slots) >= rates[:, None]
    ).tolist()
    return found


def _rows(n: int) -> Ints:
    return np.arange(n)[:, None]


def _multipliers(luck: Luck, spread: float, decision: str, names: list[str], who: Ints, when: Ints) -> Floats:
    """Lognormal with mean 1 and coefficient of variation `spread`; exactly 1 where that is 0."""
    if spread == 0.0 or not len(who):
        return np.ones(len(who))
    variance = log1p(spread * spread)
    return np.asarray(np.exp(sqrt(variance) * luck.normals_of(decision, names, who, when) - 0.5 * variance))


def lived_by(plan: Plan, n: Numbers) -> tuple[tuple[str, float], ...]:
    """Those of the numbers on which it depends what happens, beside what is learned; under the same, a plan's years
    are the same facts.

    Reviews read probes, and so all numbers. Else only the chance to refuse a session depends on any: on how children
    attend, where `children.refusal_attention` is not nil.
    """
    if plan.reviewing is not None:
        return tuple(sorted(n.items()))
    if n[_REFUSAL] == 0.0 or not 0.0 < plan.days.child_unwilling < 1.0:
        return ()
    return tuple((name, n[name]) for name in sorted(n) if name == _REFUSAL or name.startswith(_ATTENTION))


def _unwilling(plan: Plan, luck: Luck, n: Numbers) -> Floats:
    """Chance of each child to refuse a session; `days.child_unwilling` for a child of usual attention."""
    usual, by_attention = plan.days.child_unwilling, n[_REFUSAL]
    if by_attention == 0.0 or not 0.0 < usual < 1.0:
        return np.full(len(plan.school.students), usual)
    attention = profiles_of(plan, learners_of(plan), luck, n).attention
    return np.asarray(share_of(log_odds_of(usual) + by_attention * attention))


def _grained(minutes: Floats) -> Floats:
    return np.floor(minutes * GRAINS) / GRAINS


def _unavailable(plan: Plan, stage: Stage, luck: Luck) -> list[dict[int, frozenset[int]]]:
    """Per section, by day, the half-hours in which its class has a test or another lesson than planned."""
    found: list[dict[int, frozenset[int]]] = [{} for _ in plan.school.sections]
    if not stage.sections or plan.days.class_unavailable == 0.0:
        return found
    names = [plan.school.sections[s].section for s in stage.sections]
    when = stage.slot_of_day[:, None] * 48 + stage.half_hours
    draws = luck.uniforms_of("class unavailable", names, np.arange(len(names))[:, None, None], when)
    hits: dict[tuple[int, int], list[int]] = {}
    for which, day, half_hour in np.argwhere(draws < plan.days.class_unavailable).tolist():
        hits.setdefault((which, day), []).append(half_hour)
    first = int(stage.half_hours[0])
    for (which, day), half_hours in hits.items():
        found[stage.sections[which]][day] = frozenset(first + h for h in half_hours)
    return found
