"""Ways to deliver, lived: weeks that rotate, drills in the hallway, forms of push-in, duties that wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from small_school import FILES, write
from week_laws import assert_lawful

from sdmsim import load, metrics
from sdmsim.delivery.duties import shift_of
from sdmsim.delivery.timetable import make_week
from sdmsim.delivery.vocabulary import EVERY_WEEK, Week
from sdmsim.events import Log
from sdmsim.metrics.workload import weeks_of
from sdmsim.plan import plan_of, week_problem
from sdmsim.scenario import Scenario
from sdmsim.show.week import week_rows, weeks_in_words
from sdmsim.world import learned_under, live
from sdmsim.world.backdrop import backdrop_of
from sdmsim.world.learners import learners_of

ROOT = Path(__file__).parent.parent
PULL_OUT = {"kind": "pull-out"}
WAYS: Mapping[str, Mapping[str, Any]] = {
    "by goal": {"kind": "by-goal", "in_class": ["language"]},
    "by phase": {"kind": "by-phase", "weeks_apart": 18},
    "matched": {"kind": "matched", "rule": [{"severity": ["mild"], "setting": "hallway"}], "otherwise": "classroom"},
    "3:1": {"kind": "3:1", "where": PULL_OUT},
    "block": {"kind": "block", "where": PULL_OUT, "parts": 4},
    "receding": {"kind": "receding", "where": PULL_OUT, "amounts": [1.5, 1, 0.5]},
    "drills": {"kind": "drills", "where": PULL_OUT, "sessions": 3, "domains": ["language"]},
    "consultation": {"kind": "consultation", "weekly_minutes": 15},
}


@cache
def base() -> Scenario:
    return load(ROOT / "scenarios" / "maple.toml")


@cache
def scenario(way: str) -> Scenario:
    return base() if way == "as it is" else base().but(delivery=WAYS[way])


@cache
def lived(way: str) -> Log:
    return live(plan_of(scenario(way)), seed=1, replication=0)


def week(way: str) -> Week:
    found: Week = lived(way).plan.week
    return found


@pytest.mark.parametrize("way", WAYS)
def test_every_week_of_every_way_is_lawful(way: str) -> None:
    """Nobody in two places in any school week, whatever rotates; what has no place could not be held alone either."""
    problem = week_problem(scenario(way))
    assert_lawful(scenario(way).roster, problem, make_week(problem))


@pytest.mark.parametrize("way", ["by goal", "by phase", "block", "receding", "matched"])
def test_what_is_owed_is_what_is_written(way: str) -> None:
    """Strategies that say where and when promise the same minutes (blocks and amounts to within a week's)."""
    written = metrics.row(lived("as it is"))["minutes_owed"]
    assert metrics.row(lived(way))["minutes_owed"] == pytest.approx(written, rel=0.03)


def test_no_session_lies_in_a_fourth_week() -> None:
    """3:1: sessions in three weeks of four only; the fourth holds the duties of the others."""
    log = lived("3:1")
    days = log.plan.calendar.days
    assert {days[fact[0]].week % 4 for fact in log.sessions} == {0, 1, 2}
    problem = week_problem(scenario("3:1"))
    usual = week_problem(base()).contracts[0].session_minutes
    more = problem.contracts[0].session_minutes - usual
    shift = shift_of(problem.requests, problem.consultations, usual, scenario("3:1").calendar)
    consulted = sum(one.weekly_minutes for one in problem.consultations)
    assert shift.more == pytest.approx(usual - consulted)
    weeks, free = scenario("3:1").calendar.n_weeks, shift.free_weeks.bit_count()
    assert more == pytest.approx(shift.less) == pytest.approx(shift.more * free / (weeks - free))
    assert more > 100


def test_weeks_are_told_in_words() -> None:
    """Counted from 1, in stretches; nothing where every week is meant."""
    assert weeks_in_words(EVERY_WEEK) == ""
    assert weeks_in_words(0b1) == "1"
    assert weeks_in_words(0b11101110111) == "1-3 5-7 9-11"
    told = {row["weeks"] for row in week_rows(scenario("by phase").roster, week("by phase"))}
    assert told == {"", "1-18", f"19-{base().calendar.n_weeks}"}


def test_duties_wait_a_month_at_most() -> None:
    """Blocks leave no week of the only therapist free, and free weeks that are far apart gain nothing."""
    problem = week_problem(scenario("block"))
    assert problem.contracts[0].session_minutes == week_problem(base()).contracts[0].session_minutes
    calendar = base().calendar
    seldom = [r._replace(weeks=(1 << calendar.n_weeks) - 1 & ~(1 << 20)) for r in problem.requests]
    assert shift_of(seldom, (), 1000.0, calendar).less == 0.0
    assert shift_of((), (), 1000.0, calendar).less == 0.0


def test_a_drill_is_short_alone_and_at_the_door() -> None:
    """Five minutes with one child: the child loses no walk, and no room is used."""
    log = lived("drills")
    drills = [a for a in week("drills").appointments if a.setting == "hallway"]
    assert drills
    assert {(a.minutes, len(a.members), a.lead, a.tail) for a in drills} == {(5, 1, 2, 0)}
    numbers = {n for n, a in enumerate(log.plan.week.appointments) if a.setting == "hallway"}
    away = [back - left for _, _, a, left, _, _, back, _ in log.trips if a in numbers]
    assert away
    assert 4.5 < sum(away) / len(away) < 6.0


def test_where_nobody_is_served_nothing_is_practised_but_school_goes_on() -> None:
    """Consultation only: the goals of its children are followed, and gain what school teaches."""
    log = lived("consultation")
    assert log.learning is not None
    kept = {(c.student, c.goal) for c in week("consultation").consultations}
    followed = set(zip(log.learning.student.tolist(), (goal for _, goal in log.learning.names), strict=True))
    assert kept <= followed
    assert followed == {(r.student, r.goal) for r in week("as it is").requests}
    consulted = [g for g, key in enumerate(zip(log.learning.student.tolist(), log.learning.names, strict=True))
                 if (key[0], key[1][1]) in kept]  # fmt: skip
    assert not log.learning.gains[:, consulted].any()
    assert (log.learning.growth[consulted, -1] > 0.0).all()


@pytest.mark.parametrize(("form", "planning", "reach"), [("assist", 5, 2), ("station", 15, 5), ("team", 30, 30)])
def test_a_form_of_push_in_plans_and_reaches_what_it_says(form: str, planning: float, reach: int) -> None:
    """Co-planning for each class visited, and no visit to more children; two numbers of one's own go before."""
    made = base().but(**{"delivery": {"kind": "push-in"}, "push_in.form": form})
    problem = week_problem(made)
    assert (problem.visits.planning_minutes, problem.visits.reach) == (planning, reach)
    found = make_week(problem)
    visits = [a for a in found.appointments if a.setting == "classroom"]
    assert max(len(a.members) for a in visits) <= reach
    classes = {r.student for r in problem.requests if r.setting == "classroom"}
    sections = {made.roster.students[s].section for s in classes}
    assert found.co_planning_minutes[0] == pytest.approx(planning * len(sections))
    own = week_problem(made.but(**{"push_in.planning_minutes": 7.0, "push_in.reach": 3}))
    assert (own.visits.planning_minutes, own.visits.reach) == (7.0, 3)


def test_a_form_changes_learning_by_its_number_only() -> None:
    """The same visits teach more where more of them is work on goals; in `neutral` no form does."""
    visits = {"delivery": {"kind": "push-in"}, "push_in.planning_minutes": 15.0, "push_in.reach": 4}

    def gain(form: str, assumed: str) -> float:
        made = base().but(**visits, **{"push_in.form": form, "assumptions.set": assumed})
        return metrics.row(live(plan_of(made), seed=1, replication=0))["trained_gain_sd"]

    assert gain("assist", "evidence") < gain("team", "evidence") < gain("station", "evidence")
    assert gain("assist", "neutral") == gain("team", "neutral") == gain("station", "neutral")


def test_a_rating_says_how_a_child_attends() -> None:
    """Children rated `low` are on task less than those rated `usual`; those without a rating lie between."""

    def engaged(attention: str, noise: str) -> float:
        made = base()
        students = tuple(s.model_copy(update={"attention": attention, "noise": noise}) for s in made.roster.students)
        plan = plan_of(made)
        school = plan.school.model_copy(update={"students": students})

        return metrics.row(live(replace(plan, school=school), seed=1, replication=0))["engaged_share"]

    assert engaged("low", "") < engaged("", "") < engaged("usual", "")
    assert engaged("", "sensitive") < engaged("", "usual")


def test_what_a_drill_teaches_hangs_on_the_numbers_of_the_hallway() -> None:
    """More of it work on goals teaches more, noise less; where nobody is in the hallway neither matters."""

    def gains(way: str, **numbers: float) -> float:
        log = lived(way)
        changed = {**log.plan.numbers, **{f"places.{name}": value for name, value in numbers.items()}}
        learning = learned_under(log, changed).learning
        assert learning is not None
        return float(learning.gains.sum())

    usual = gains("drills")
    assert gains("drills", **{"work_share.hallway": 0.5}) < usual < gains("drills", **{"work_share.hallway": 0.9})
    assert gains("drills", **{"noise.hallway": 1.0}) < usual < gains("drills", **{"noise.hallway": 0.0})
    assert gains("block", **{"work_share.hallway": 0.9, "noise.hallway": 1.0}) == gains("block")


def test_a_fourth_week_is_for_teachers_and_desk() -> None:
    """3:1: a child's teacher hears of it in those weeks, and the therapist consults and writes more in them."""
    log = lived("3:1")
    consulted: dict[int, float] = {}
    for one in log.plan.week.consultations:
        consulted[one.student] = consulted.get(one.student, 0.0) + one.weekly_minutes
    learners = learners_of(log.plan)
    for g, student in enumerate(learners.student.tolist()):
        more = learners.planning[g, 3] - learners.planning[g, 2]
        assert more == pytest.approx(consulted[student])
    weeks = weeks_of(log, backdrop_of(log.plan))
    for part in ("indirect", "documentation", "evaluation"):
        minutes = weeks.parts[part][0]
        assert minutes[7] > minutes[5] + 1.0, part
    assert weeks.parts["unassigned"][0, 7] < 600.0


def test_a_row_per_month_is_held_in_the_weeks_with_sessions(tmp_path: Path) -> None:
    """3:1 keeps its sessions, but none lies in a fourth week."""
    write(tmp_path, FILES)
    made = load(tmp_path / "school.toml").but(delivery=WAYS["3:1"])
    log = live(plan_of(made), seed=1, replication=0)
    days, requests = log.plan.calendar.days, log.plan.week.requests
    monthly = [n for n, r in enumerate(requests) if r.per == "month"]
    held = [days[fact[0]].week % 4 for fact in log.given if fact[2] in monthly]
    assert set(held) == {0, 1, 2}
