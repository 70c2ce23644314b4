"""The lessons that children had: sums of the whole year against a count of its minutes, one by one."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pytest
from hand_school import child, plan, pull_out, push_in, wanted

from sdmsim.delivery.rules import Days
from sdmsim.events import Log
from sdmsim.school.vocabulary import CalendarEntry
from sdmsim.world import live
from sdmsim.world.backdrop import Backdrop, backdrop_of
from sdmsim.world.learners import learners_of
from sdmsim.world.lessons import Lessons, lessons_of

LUNCH, PASS = (660, 710), 770
"""Recess and lunch of the short day, and its end."""
STEPS = 4
"""Parts of a minute that the slow count looks at: without chance in moves all times are whole quarters."""


@cache
def year() -> tuple[Log, Backdrop, Lessons]:
    """Four weeks of two children with trips and visits, absences, and an early release at 10:30."""
    days = Days(child_attendance=0.8, provider_attendance=1, called_away=0, child_unwilling=0, class_unavailable=0)
    release = CalendarEntry(date=date(2024, 9, 10), kind="early_release", start=630)
    lived = plan(
        [child("A"), child("B")],
        [wanted(0, "therapy_room", 20, 2), wanted(0, "classroom", 20), wanted(1, "classroom", 20)],
        [
            pull_out(0, 610, 20, [(0, 0)]),
            pull_out(2, 650, 20, [(0, 1)]),
            push_in(1, 615, 20, [(1, 0), (2, 0)]),
        ],
        last_day=date(2024, 9, 27),
        calendar=[release],
        days=days,
    )
    log = live(lived, seed=3, replication=0)
    backdrop = backdrop_of(lived)
    return log, backdrop, lessons_of(log, backdrop, learners_of(lived).in_class)


def slow(student: int, until_day: int, until: float, trips: float = 1.0, visits: float = 1.0) -> float:
    """Minutes of instruction up to a moment, counted in quarters of a minute from the log's plain facts."""
    log, _, _ = year()
    settings = [a.setting for a in log.plan.week.appointments]
    total = 0.0
    for day in range(until_day + 1):
        if (day, student) in {tuple(a) for a in log.absences}:
            continue
        release = log.plan.calendar.days[day].release
        closes = PASS if release is None else min(PASS, release)
        out = [(t[3], t[7]) for t in log.trips if (t[0], t[1]) == (day, student)]
        beside = [
            (g[4], g[4] + g[5]) for g in log.given if (g[0], g[1]) == (day, student) and settings[g[3]] == "classroom"
        ]
        for quarter in range(540 * STEPS, closes * STEPS):
            clock = (quarter + 0.5) / STEPS
            if LUNCH[0] <= clock < LUNCH[1] or (day == until_day and clock >= until):
                continue
            lost = trips * any(a <= clock < b for a, b in out) + visits * any(a <= clock < b for a, b in beside)
            total += (1.0 - lost) / STEPS
    return total


def test_the_year_has_all_that_takes_a_child_out_of_a_lesson() -> None:
    """There are trips, visits, absences and a day of early release to count."""
    log, _, lessons = year()
    assert log.trips
    assert log.absences
    assert (~lessons.stretches.out).any()
    assert any(day.release is not None for day in log.plan.calendar.days)


@pytest.mark.parametrize("clock", [500.0, 613.0, 622.25, 655.5, 700.0, 1440.0])
def test_unaided_minutes_are_those_counted_one_by_one(clock: float) -> None:
    """Before school, within a trip, within a visit, after it, at lunch and at the end of every day."""
    _, backdrop, lessons = year()
    for student in range(2):
        for day in range(backdrop.n_days):
            found = lessons.unaided(np.array([student]), np.array([day]), np.array([clock]))[0]
            assert found == pytest.approx(slow(student, day, clock), abs=1e-6), (student, day)


def test_minutes_taken_part_in_are_those_counted_one_by_one() -> None:
    """Trips lose all of their lesson, visits half of it."""
    _, backdrop, lessons = year()
    days = np.array([4, 6, backdrop.n_days - 1])
    found = lessons.taken_part(days, np.where(lessons.stretches.out, 1.0, 0.5))
    for student in range(2):
        counted = [slow(student, int(day), 1440.0, visits=0.5) for day in days]
        assert found[student] == pytest.approx(counted, abs=1e-6)


def test_minutes_of_the_year_are_those_counted_one_by_one() -> None:
    """All instruction of the year, unaided, and with what is lost set to nothing."""
    _, backdrop, lessons = year()
    last = backdrop.n_days - 1
    whole = lessons.of_the_year(backdrop.instruction, backdrop.instruction_a_day, 0.0)
    unaided = lessons.of_the_year(backdrop.instruction, backdrop.instruction_a_day)
    for student in range(2):
        assert whole[student] == pytest.approx(slow(student, last, 1440.0, 0.0, 0.0), abs=1e-6)
        assert unaided[student] == pytest.approx(slow(student, last, 1440.0), abs=1e-6)


def test_unaided_minutes_never_fall() -> None:
    """Within a child they rise from moment to moment of the year."""
    _, backdrop, lessons = year()
    day, clock = (part.ravel() for part in np.meshgrid(np.arange(backdrop.n_days), np.arange(0.0, 1440.0, 7.5)))
    order = np.lexsort((clock, day))
    for student in range(2):
        found = lessons.unaided(np.full(day.shape, student), day[order], clock[order])
        assert (np.diff(found) >= -1e-9).all()
