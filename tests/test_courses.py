"""Courses of therapy under study: the same arithmetic as in a simulated year, and laws of whole courses."""

from __future__ import annotations

import doctest
from dataclasses import replace

import numpy as np
import pytest
from hand_school import child, plan, pull_out, wanted

from sdmsim.lab import courses
from sdmsim.lab.courses import Course, Session, children, lesson, room, trial, weekly
from sdmsim.plan import Plan
from sdmsim.theory.ledger import SETS, Assumptions, SetName
from sdmsim.theory.reference import COURSE_END, FOLLOW_UPS, YEAR_SESSION_DAYS, lasting_share, reference_gain
from sdmsim.world import live

EVIDENCE = Assumptions(set="evidence").numbers()
ALIKE = {
    "attention.child_sd": 0.0,
    "attention.noise_sensitivity_sd": 0.0,
    "children.response_sd": 0.0,
    "children.start_sd": 0.0,
    "school.growth_sd": 0.0,
    "children.inattentive_share.others": 0.0,
}


def test_the_example_works() -> None:
    """The example of the module does what it shows."""
    found = doctest.testmod(courses)
    assert found.attempted >= 5
    assert found.failed == 0


@pytest.mark.parametrize("which", SETS)
def test_two_sessions_bring_what_they_bring_in_a_lived_week(which: SetName) -> None:
    """Monday and Tuesday at 10:10, 20 minutes: the trained skill of a week that was lived, in every set."""
    n = {**Assumptions(set=which).numbers(), **ALIKE}
    twice: Plan = plan(
        [child("A")],
        [wanted(0, "therapy_room", 20, 2)],
        [pull_out(0, 610, 20, [(0, 0)]), pull_out(1, 610, 20, [(0, 1)])],
    )
    lived = live(replace(twice, numbers=n), seed=1, replication=0).learning
    assert lived is not None
    sessions = (Session(610 / 1440, 20.0), Session(1 + 610 / 1440, 20.0))
    found = trial(children(1, n), Course(room(n, twice.goals["language"].in_room), sessions), n, probes=(5.0,))
    without_school = found.trained - found.growth - n["children.start_mean"]
    assert without_school[0, 0] == pytest.approx(lived.gains[0, 0, -1], rel=1e-9)


@pytest.mark.parametrize("which", SETS)
def test_a_year_of_it_is_the_reference_service(which: SetName) -> None:
    """The reference service told as a course gives the reference gain, where all that is missed is caught up."""
    n = {**Assumptions(set=which).numbers(), **ALIKE, "school.recovered": 1.0}
    sessions = tuple(Session(day, 25.0) for day in YEAR_SESSION_DAYS)
    found = trial(children(1, n, spread=False), Course(room(n, "play"), sessions, 3.0), n, probes=(252.0,))
    assert found.gain[0, 0] == pytest.approx(reference_gain(n), rel=1e-9)


def test_what_lasts_of_a_course() -> None:
    """Twelve weeks of 3 x 30 minutes, follow-ups after 90-365 days: a third of it lasts (C3: .33 within .10)."""
    n = {**EVIDENCE, "school.growth": 0.0}
    sessions = tuple(Session(7.0 * week + day, 30.0) for week in range(12) for day in (0.0, 2.0, 4.0))
    probes = (COURSE_END, *(COURSE_END + day for day in FOLLOW_UPS))
    effect = trial(children(1, n, spread=False), Course(room(n, "play"), sessions, 3.0), n, probes).effect[0]
    assert effect[1:].mean() / effect[0] == pytest.approx(lasting_share(n), rel=1e-9)
    assert effect[1:].mean() / effect[0] == pytest.approx(0.33, abs=0.10)


@pytest.mark.parametrize("size", [2.0, 3.0, 4.0])
def test_small_groups_come_close_to_single_children(size: float) -> None:
    """Gains of a course in groups of 2-4 with goals of one kind lie within 10 % of those alone."""
    n = {**EVIDENCE, "school.growth": 0.0}
    who = children(30, n, seed=3)
    alone, group = (
        trial(who, Course(room(n, "play"), weekly(25.0, 2, 12), many), n, probes=(84.0,)).gain for many in (1.0, size)
    )
    assert group.mean() == pytest.approx(alone.mean(), rel=0.1)


def massed_and_spaced(**numbers: float) -> tuple[float, float]:
    """Trained gain a year later of 36 sessions of 30 minutes, three on each of 12 days, and one on each of 36."""
    far = {"stores.ceiling": 1e6, "attention.relax_per_minute": 0.0, "school.growth": 0.0}
    n = {**EVIDENCE, **far, **numbers}
    who = children(3, n, spread=False)
    massed = tuple(Session(7.0 * week + 2.0, 30.0) for week in range(12) for _ in range(3))
    spaced = tuple(Session(7.0 * week + day, 30.0) for week in range(12) for day in (0.0, 2.0, 4.0))
    end = [trial(who, Course(room(n, "drill"), s), n, probes=(3650.0,)).gain[0, 0] for s in (massed, spaced)]
    return float(end[0]), float(end[1])


def test_spacing_matters_by_satiation_alone() -> None:
    """Ten years on, sessions massed on one day of a week and spread over three are equal without satiation and a
    ceiling; with satiation the spread ones bring more.
    """
    massed, spaced = massed_and_spaced(**{"practice.satiation": 0.0})
    assert massed == pytest.approx(spaced, rel=1e-6)
    massed, spaced = massed_and_spaced(**{"practice.satiation": 0.01})
    assert spaced > 1.1 * massed


def test_children_keep_their_luck_in_a_larger_trial() -> None:
    """The first five of twenty children are the five of a smaller trial, scores included."""
    course = Course(lesson(EVIDENCE, "woven"), weekly(20.0, 2, 6), 2.0, same_goals=False, planning=15.0)
    few, many = (trial(children(k, EVIDENCE, seed=9), course, EVIDENCE, (0.0, 42.0), seed=9) for k in (5, 20))
    assert np.array_equal(few.trained, many.trained[:5])
    assert np.array_equal(few.scores, many.scores[:, :5])
    assert few.scores.shape == (2, 5, 2)
    assert few.scores.min() >= 0
    assert few.scores.max() <= 10
    assert len(set(few.trained[:, 0])) == 5


def test_inattentive_children_practise_less() -> None:
    """Children with attention difficulties are off task more and gain less, all else the same."""
    course = Course(room(EVIDENCE, "play"), weekly(30.0, 3, 8), 3.0)
    others, some = (trial(children(8, EVIDENCE, inattentive=yes), course, EVIDENCE, (56.0,)) for yes in (False, True))
    assert (some.off_task_minutes > others.off_task_minutes).all()
    assert (some.gain < others.gain).all()


def test_before_the_course_there_is_nothing_to_see() -> None:
    """A probe on day 0 shows the start, in class less by the gap; a summer day has no instruction of its own."""
    who = children(4, EVIDENCE)
    found = trial(who, Course(room(EVIDENCE, "play"), weekly(30.0, 1, 36)), EVIDENCE, (0.0, 252.0, 320.0))
    assert np.array_equal(found.trained[:, 0], who.start)
    assert found.in_class[:, 0] == pytest.approx(who.start - EVIDENCE["children.class_gap"])
    assert found.counted[0] == 0.0
    assert found.counted[1] == found.counted[2] > 0.0
    assert (found.trained[:, 2] < found.trained[:, 1]).all()


def test_sessions_out_of_order_are_refused() -> None:
    """Sessions and probes stand in order of their days."""
    place = room(EVIDENCE, "play")
    with pytest.raises(ValueError, match="in order of their days"):
        trial(children(1, EVIDENCE), Course(place, (Session(3.0, 20.0), Session(1.0, 20.0))), EVIDENCE, (5.0,))
    with pytest.raises(ValueError, match="in order of their days"):
        trial(children(1, EVIDENCE), Course(place, weekly(20.0, 1, 2)), EVIDENCE, (9.0, 5.0))
