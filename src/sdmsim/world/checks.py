"""The laws that every simulated year is held to, always: minutes are conserved, nobody is in two places."""

from __future__ import annotations

from typing import Any

import numpy as np

from sdmsim.events import Defect, Log, columns
from sdmsim.world.vocabulary import DAY, Floats, Stage

TOLERANCE_MINUTES = 1e-6


def check_minutes(stage: Stage, log: Log) -> None:
    """Owed = given at its own time + made up + missed, for every child, row and period.

    What is made up counts for the period in which it was missed, and is never made up before it was missed.

    Raises:
        Defect: it is not so.
    """
    balance = list(stage.owed)
    account_of = stage.account_of
    for day, _, request, _, _, minutes, makes_up in log.given:
        if makes_up > day:
            raise Defect("a session is made up before it was missed")
        balance[account_of[request][day if makes_up < 0 else makes_up]] -= minutes
    for day, _, request, minutes, _, _ in log.missed:
        balance[account_of[request][day]] -= minutes
    worst = max(map(abs, balance), default=0.0)
    if worst > TOLERANCE_MINUTES:
        raise Defect(f"an account of owed minutes is out by {worst} minutes")


def check_places(log: Log) -> None:
    """Trips, visits and the stretches of a therapist's work lie one after the other; the absent do nothing.

    With this, every minute of a child's school day is in one place, and every contract minute of a therapist.

    Raises:
        Defect: somebody is in two places, goes back in time, or is there on a day of absence.
    """
    trips, given, work = columns(log.trips, 8), columns(log.given, 7), columns(log.work, 5)
    if (np.diff(trips[3:], axis=0) < 0.0).any():
        raise Defect("a trip ends before it begins")
    in_class = np.array([a.setting == "classroom" for a in log.plan.places], dtype=bool)
    visits = given[:, in_class[given[3].astype(np.int64)]] if given.size else given
    children = np.concatenate(
        [trips[[0, 1, 3, 7]], np.stack([visits[0], visits[1], visits[4], visits[4] + visits[5]])], axis=1
    )
    _one_after_the_other(children, log.absences, "child")
    alone = set(log.staff_absences) - set(log.substitutes)
    _one_after_the_other(work[[0, 1, 3, 4]], sorted(alone), "therapist")
    _one_after_the_other(columns(log.fetched, 5)[[0, 1, 3, 4]], log.helper_absences, "helper")


def check_caseload(log: Log) -> None:
    """Nobody is served, taken out of class or missed before its first day on the caseload or after its last.

    Raises:
        Defect: somebody is.
    """
    course = log.plan.course
    if course is None:
        return
    for day, student in (fact[:2] for facts in (log.given, log.trips) for fact in facts):
        if not course.served(student, day):
            raise Defect("a child is served that is not on the caseload")
    if not all(course.served(student, day) for day, student in log.absences):
        raise Defect("a child that is not on the caseload is absent from it")


def _one_after_the_other(stretches: Floats, absences: list[tuple[Any, ...]], who: str) -> None:
    """Rows of `stretches`: day, person, start, end."""
    day, person, start, end = stretches
    begins, ends = day * DAY + start, day * DAY + end
    order = np.lexsort((ends, begins, person))
    begins, ends, person = begins[order], ends[order], person[order]
    if (ends < begins).any() or ((person[1:] == person[:-1]) & (begins[1:] < ends[:-1] - TOLERANCE_MINUTES)).any():
        raise Defect(f"a {who} is in two places at once")
    away = columns(absences, 2)
    if np.isin(stretches[0] + DAY * stretches[1], away[0] + DAY * away[1]).any():
        raise Defect(f"a {who} is there on a day of absence")
