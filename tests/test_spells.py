"""Spells: fewer children and staff are there between two dates, with the luck of the year without them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from small_school import write

from sdmsim import load, metrics
from sdmsim.base import InputErrors
from sdmsim.events import Log
from sdmsim.plan import plan_of
from sdmsim.scenario import Scenario
from sdmsim.world import live

FLU = {"first_day": "2024-10-07", "last_day": "2024-11-01", "child_attendance": 0.7, "provider_attendance": 0.6}


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return load(write(tmp_path_factory.mktemp("spells")))


def lived(school: Scenario, *spells: dict[str, Any], replication: int = 0) -> Log:
    return live(plan_of(school.but(spell=list(spells))), seed=1, replication=replication)


def absences(log: Log) -> set[tuple[int, int]]:
    return set(log.absences)


def test_who_is_absent_anyway_is_absent_in_a_spell(school: Scenario) -> None:
    """More are absent between the dates, the same on all others, never fewer; so with staff."""
    days = school.calendar.days
    inside = {d.index for d in days if date(2024, 10, 7) <= d.date <= date(2024, 11, 1)}
    more, staff = 0, 0
    for replication in range(6):
        usual, flu = lived(school, replication=replication), lived(school, FLU, replication=replication)
        assert absences(usual) <= absences(flu)
        assert {day for day, _ in absences(flu) - absences(usual)} <= inside
        assert set(usual.staff_absences) <= set(flu.staff_absences)
        assert {day for day, _ in set(flu.staff_absences) - set(usual.staff_absences)} <= inside
        more += len(absences(flu) - absences(usual))
        staff += len(flu.staff_absences) - len(usual.staff_absences)
    there = 6 * len(inside) * (0.95 + 0.9 + 0.893 + 0.88 + 1)
    assert more == pytest.approx(0.3 * there, rel=0.25)
    on_site = 6 * sum(d.index in inside and d.weekday in (0, 2, 4) for d in days)
    assert staff == pytest.approx(0.4 * 0.97 * on_site, rel=0.5)


def test_a_spell_may_touch_some_grades(school: Scenario) -> None:
    """Children of the others are there as always; two spells at once multiply; a spell of ones changes nothing."""
    usual = lived(school)
    of_grade = lived(school, {**FLU, "provider_attendance": 1.0, "grades": ["3"]})
    touched = {school.roster.students[who].grade for _, who in absences(of_grade) - absences(usual)}
    assert touched == {"3"}
    assert of_grade.staff_absences == usual.staff_absences
    twice = lived(school, FLU, FLU)
    once = lived(school, FLU)
    assert absences(once) < absences(twice)
    nothing = lived(school, {**FLU, "child_attendance": 1.0, "provider_attendance": 1.0})
    assert (nothing.given, nothing.missed) == (usual.given, usual.missed)


def test_nobody_there_in_a_spell_means_nothing_given(school: Scenario) -> None:
    """All missed minutes of these dates are the children's absence, and the books balance."""
    log = lived(school, {**FLU, "child_attendance": 0.0, "provider_attendance": 1.0})
    inside = {d.index for d in school.calendar.days if date(2024, 10, 7) <= d.date <= date(2024, 11, 1)}
    assert not any(fact[0] in inside for fact in log.given)
    assert (metrics.fidelity(log)["unaccounted"] == 0).all()
    assert Counter(day in inside for day, _ in log.absences)[True] == 5 * len(inside)


@pytest.mark.parametrize(
    ("spell", "says"),
    [
        (
            {**FLU, "first_day": "2025-10-07", "last_day": "2025-11-01"},
            "spell[1].first_day: 2025-10-07 to 2025-11-01 holds no school day of the year",
        ),
        ({**FLU, "grades": ["3", "k"]}, '"k" is not a grade of the school'),
        ({**FLU, "last_day": "2024-10-01"}, "last_day 2024-10-01 is before first_day 2024-10-07"),
        ({**FLU, "child_attendance": 7}, "spell[1].child_attendance: 7 is above 1"),
    ],
)
def test_what_cannot_be_is_said(school: Scenario, spell: dict[str, Any], says: str) -> None:
    """Which spell, which key, what was given."""
    with pytest.raises(InputErrors) as error:
        school.but(spell=[spell])
    assert any(says in str(problem) for problem in error.value.problems), error.value.problems
