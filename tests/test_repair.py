"""A week repaired during the year: lawful, greedy, and nothing that did not change is touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hand_school import child, plan, pull_out, wanted
from hypothesis import given, settings
from hypothesis import strategies as st
from week_laws import assert_lawful

from sdmsim.delivery.hybrid import Hybrid
from sdmsim.delivery.problem import Problem, problem_of
from sdmsim.delivery.repair import Change, changed_week, newcomer
from sdmsim.delivery.rules import Goal, Grouping, Moves, WeekRules
from sdmsim.delivery.timetable import solve
from sdmsim.delivery.vocabulary import Week
from sdmsim.events import REASONS
from sdmsim.metrics.months import by_month
from sdmsim.school.calendar import SchoolYear, school_year
from sdmsim.school.synthetic import Synthetic
from sdmsim.school.vocabulary import School
from sdmsim.world import live

IN_ELA = Goal(domain="language", push_in_subjects=("ELA",))
GOALS = {"articulation": Goal(domain="speech_sounds"), "language": IN_ELA, "severe_language": IN_ELA, "social": IN_ELA}


@cache
def made() -> tuple[School, SchoolYear, Problem, Week]:
    """Some rows of Maple with two therapists, half of the open ones in class, every fifth per month."""
    school = Synthetic(kind="synthetic", like="maple", seed=3).school(Path())
    (one,) = school.staff
    rows = tuple(
        row.model_copy(update={"per": "month", "sessions": 4}) if n % 5 == 0 else row
        for n, row in enumerate(school.services[::2])
    )
    idle = dict.fromkeys(("documentation", "evaluation", "consultation", "planning", "meetings", "duty"), 0)
    one = one.model_copy(update={**idle, "site_days": ("Mon", "Wed"), "fte": 0.2})
    other = one.model_copy(update={"id": "SLP-2", "site_days": ("Tue", "Wed", "Thu"), "fte": 0.3})
    school = school.model_copy(update={"staff": (one, other), "services": rows})
    calendar = school_year(date(2024, 9, 3), date(2024, 12, 20), school.calendar)
    problem = problem_of(
        school,
        calendar,
        delivery=Hybrid(kind="hybrid", push_in_share=0.5),
        goals=GOALS,
        grouping=Grouping(),
        rules=WeekRules(effort=0.5),
        moves=Moves(),
        seed=1,
    )
    return school, calendar, problem, solve(problem)


def seats(problem: Problem, week: Week, school_week: int) -> dict[tuple[int, int], tuple[object, ...]]:
    """Where each row's sessions are held in a school week: weekday, start, therapist, setting, room."""
    found: dict[tuple[int, int], tuple[object, ...]] = {}
    for a in week.appointments:
        for r, ordinal in a.members:
            if problem.active[r] >> school_week & 1:
                found[problem.requests[r].row, ordinal] = (a.weekday, a.start, a.therapist, a.setting, a.room)
    return found


def others(problem: Problem, week: Week, school_week: int, rows: set[int]) -> dict[tuple[int, int], tuple[object, ...]]:
    """The seats of all rows but some."""
    return {who: seat for who, seat in seats(problem, week, school_week).items() if who[0] not in rows}


WAYS = st.sampled_from([{}, {"setting": "classroom"}, {"setting": "therapy_room"}, {"therapist": 0}, {"therapist": 1}])


@settings(max_examples=10)
@given(data=st.data())
def test_a_changed_week_is_lawful_and_touches_nothing_else(data: st.DataObject) -> None:
    """Whatever moves to another setting or therapist, ends or is new, until another week or for good."""
    school, calendar, problem, week = made()
    from_week = data.draw(st.integers(1, calendar.n_weeks - 2))
    until = data.draw(st.one_of(st.none(), st.integers(from_week + 1, calendar.n_weeks - 1)))
    numbers = data.draw(st.lists(st.integers(0, len(problem.requests) - 1), max_size=6, unique=True))
    ending = data.draw(st.lists(st.sampled_from(numbers), max_size=2, unique=True)) if numbers else []
    weekly = [n for n in ending if problem.requests[n].per == "week"]
    given_anew = {n: data.draw(WAYS) for n in numbers if n not in ending}
    last = calendar.mondays[from_week] - timedelta(days=1)
    like = data.draw(st.lists(st.integers(0, len(problem.requests) - 1), max_size=2, unique=True))
    free = [s.id for s in school.students if not any(school.students[r.student].id == s.id for r in problem.requests)]
    new = [
        newcomer(
            problem.requests[n]._replace(
                row=len(school.services) + k,
                student=school.student_index[free[k]],
                start=calendar.mondays[from_week],
                weeks=-1,
            ),
            problem.section_names.index(school.students[school.student_index[free[k]]].section),
            calendar,
        )
        for k, n in enumerate(like)
    ]
    change = Change(from_week, until, given_anew, dict.fromkeys(weekly, last), new)
    wider, changed = changed_week(problem, week, change)
    assert_lawful(school, wider, changed)
    assert changed_week(problem, week, change) == (wider, changed)
    rows = {problem.requests[n].row for n in [*given_anew, *weekly]} | {one.request.row for one in new}
    for number in range(calendar.n_weeks):
        if number < from_week:
            assert seats(wider, changed, number) == seats(problem, week, number)
        elif until is not None and number >= until:
            new_or_ended = rows - {problem.requests[n].row for n in given_anew}
            assert others(wider, changed, number, new_or_ended) == others(problem, week, number, new_or_ended)
        else:
            assert others(wider, changed, number, rows) == others(problem, week, number, rows)
            assert not {problem.requests[n].row for n in weekly} & {row for row, _ in seats(wider, changed, number)}
    for position, (n, fields) in enumerate(given_anew.items(), len(problem.requests)):
        copy = wider.requests[position]
        assert copy.row == problem.requests[n].row
        assert all(getattr(copy, key) == value for key, value in fields.items())
    joined = wider.requests[len(problem.requests) + len(given_anew) :]
    assert joined == tuple(one.request for one in new)


def test_one_more_child_joins_the_group_that_has_room() -> None:
    """A new child in week 4 takes a free chair, and no meeting more is held."""
    _, calendar, problem, week = made()
    group = next(
        a
        for a in week.appointments
        if a.setting == "therapy_room"
        and not problem.requests[a.members[0][0]].alone
        and len(a.members) < problem.grouping.legal_size
    )
    old = group.members[0][0]
    asked = problem.requests[old]._replace(sessions=1, weekly_sessions=1, start=calendar.mondays[4], student=-1)
    _, changed = changed_week(problem, week, Change(4, new=[newcomer(asked, problem.section[old], calendar)]))
    number = len(problem.requests)
    (seat,) = [a for a in changed.appointments if (number, 0) in a.members]
    assert len(seat.members) > 1
    assert (seat.therapist, seat.minutes) == (group.therapist, group.minutes)
    assert len(changed.appointments) == len(week.appointments)


def test_who_finds_no_place_is_listed_with_its_rule() -> None:
    """A row that moves into class where nothing fits its goal has no window; its old place is kept until then."""
    _, _, problem, week = made()
    n = next(n for n, r in enumerate(problem.requests) if not problem.subjects(n))
    wider, changed = changed_week(problem, week, Change(3, given={n: {"setting": "classroom"}}))
    mine = [u for u in changed.unplaced if u.request == len(problem.requests)]
    assert {u.reason for u in mine} == {"no common window"}
    assert len(mine) == problem.requests[n].weekly_sessions
    assert wider.active[n] == problem.active[n] & 0b111
    assert wider.share_of_weeks[n] + wider.share_of_weeks[-1] == pytest.approx(problem.share_of_weeks[n])


@pytest.mark.parametrize("per", ["month", "year"])
def test_a_longer_period_is_owed_once(per: Any) -> None:
    """Four sessions a month (or ten a year) that move to another therapist in week 3 are owed as before."""
    sessions = {"month": 4, "year": 10}[per]
    asked = wanted(0, "therapy_room", 30, sessions, per)
    copy = asked._replace(weeks=~0b111, shares_with=0, student=0)
    first = asked._replace(weeks=0b111)
    before = plan([child("A")], [asked], [pull_out(0, 600, 30, [(0, 0)])], last_day=date(2024, 10, 31))
    after = plan([child("A")], [first], [pull_out(0, 600, 30, [(0, 0)])], last_day=date(2024, 10, 31))
    places = (pull_out(0, 600, 30, [(0, 0)]), pull_out(2, 610, 30, [(1, 0)]))
    after = replace(after, week=replace(after.week, requests=(first, copy), appointments=places))
    one, two = (live(p, seed=1, replication=0) for p in (before, after))
    assert sum(f[5] for f in one.given) + sum(f[3] for f in one.missed) == 30 * {"month": 8, "year": 10}[per]
    assert sum(f[5] for f in two.given) + sum(f[3] for f in two.missed) == 30 * {"month": 8, "year": 10}[per]
    assert {f[2] for f in two.given} == {0, 1}
    assert all(REASONS[f[4]] == "no_school" for f in two.missed)
    assert len(one.given) == len(two.given)
    assert [m["required_by_days"] for m in by_month(one)] == [m["required_by_days"] for m in by_month(two)]


def test_a_row_that_moved_is_required_once() -> None:
    """Its months ask for the same minutes whether one request holds it or two, each in its own weeks."""
    asked = wanted(0, "therapy_room", 30, 2)
    whole = plan([child("A")], [asked], [], last_day=date(2024, 10, 31))
    first, second = asked._replace(weeks=0b111, student=0), asked._replace(weeks=~0b111, student=0)
    split = replace(whole, week=replace(whole.week, requests=(first, second)))
    months = [by_month(live(p, seed=1, replication=0)) for p in (whole, split)]
    assert months[0] == months[1]
