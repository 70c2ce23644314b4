"""A vacant post: what is missed, what others take, what a successor keeps, and what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hand_school import child, plan, pull_out, therapist, wanted
from hypothesis import given, settings
from hypothesis import strategies as st
from small_school import edited, write
from test_repair import made, seats
from week_laws import assert_lawful, nothing_more_fits

from sdmsim import load, metrics
from sdmsim.base import InputErrors
from sdmsim.delivery.choosing import some_weeks
from sdmsim.delivery.handing_over import handed_over, succeeded
from sdmsim.delivery.paraprofessionals import Helper
from sdmsim.delivery.problem import Problem
from sdmsim.delivery.vacancy import Gap, Vacancy, absence_of
from sdmsim.delivery.vocabulary import Unplaced, Week
from sdmsim.events import REASONS, Log
from sdmsim.plan import Plan, plan_of
from sdmsim.scenario import Scenario
from sdmsim.world import live

VACANCY = REASONS.index("vacancy")
ALONE = """[[vacancy]]
therapist = "SLP-1"
first_day = 2024-10-14
weeks = 6
remedy = { kind = "redistribute", after_weeks = 0 }

[goals.articulation]"""
SITUATION = {"therapist": "SLP-2", "first_day": "2024-10-14", "weeks": 6}


def two_therapists(folder: Path, **changes: str) -> Scenario:
    """The small school with a second therapist, for whom half of it is."""
    staff = (
        "id,role,fte,site_days,type,rate,start,end,lunch_start,lunch_end,lunch_minutes,documentation,busy\n"
        "SLP-1,SLP,0.6,Mon Wed Fri,employee,50,07:45,15:15,11:00,12:30,30,120,Wed 14:00-15:00\n"
        "SLP-2,SLP,0.4,Tue Thu,employee,40,07:45,15:15,11:00,12:30,30,120,\n"
    )
    return load(write(folder, {"staff.csv": staff, **changes}))


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """Two therapists, no luck."""
    days = {"child_attendance": 1.0, "provider_attendance": 1.0, "called_away": 0.0, "child_unwilling": 0.0,
            "class_unavailable": 0.0}  # fmt: skip
    return two_therapists(tmp_path_factory.mktemp("school")).but(days=days, **{"moves.spread": 0.0})


def with_remedy(scenario: Scenario, **remedy: Any) -> Plan:
    return plan_of(scenario.but(vacancy=[{**SITUATION, "remedy": remedy}]))


def lived(made_plan: Plan, replication: int = 0) -> Log:
    return live(made_plan, seed=1, replication=replication)


def minutes(log: Log, reason: int = VACANCY) -> float:
    return sum(fact[3] for fact in log.missed if fact[4] == reason)


def given_minutes(log: Log) -> float:
    return sum(fact[5] for fact in log.given)


def test_a_vacant_post_by_hand() -> None:
    """Two weeks of two sessions; from Wednesday of the first to Tuesday of the second nobody comes to two of them."""
    made_plan = plan(
        [child("A")], [wanted(0, "therapy_room", 30, 2)],
        [pull_out(1, 600, 30, [(0, 0)]), pull_out(3, 600, 30, [(0, 1)])], last_day=date(2024, 9, 13),
    )  # fmt: skip
    log = lived(replace(made_plan, gaps=(Gap(0, date(2024, 9, 4), date(2024, 9, 10)),)))
    assert log.missed == [(3, 0, 0, 30.0, VACANCY, 1), (6, 0, 0, 30.0, VACANCY, 1)]
    assert [fact[0] for fact in log.given] == [1, 8]
    assert {fact[0] for fact in log.work} == {0, 1, 7, 8, 9}
    assert log.staff_absences == []
    week = metrics.workload(log)
    assert week["vacant"] == pytest.approx(37.5 / 2)
    assert week["absent"] == 0.0
    assert sum(hours for part, hours in week.items() if part != "overtime") == pytest.approx(37.5)
    row = metrics.row(log)
    assert row["missed_minutes.vacancy"] == 60.0
    assert row["utilisation"] == pytest.approx(60 / (37.5 * 60))


def test_nobody_is_paid_for_a_vacant_post() -> None:
    """An employee at $40 for half of ten school days; before, between and after nothing else differs."""
    staff = [therapist(rate=40.0)]
    made_plan = plan([child("A")], [wanted(0, "therapy_room", 30)], [pull_out(1, 600, 30, [(0, 0)])],
                     last_day=date(2024, 9, 13), staff=staff)  # fmt: skip
    whole = metrics.row(lived(made_plan))["cost"]
    half = metrics.row(lived(replace(made_plan, gaps=(Gap(0, date(2024, 9, 4), date(2024, 9, 10)),))))["cost"]
    assert whole == pytest.approx(40 * 37.5 * 2 * 1.3)
    assert half == pytest.approx(whole / 2)
    helper = Helper(id="H", therapists=("T1",), task="support", hours_a_week=5.0, rate=20.0)
    helped = replace(made_plan, posted_helpers=((helper, 2),))
    assert metrics.row(lived(helped))["cost"] == pytest.approx(whole + 10 * 20 * 1.3)


@pytest.mark.parametrize(
    ("dates", "vacant", "remedied"),
    [
        ({"first_day": "2024-10-14", "weeks": 3}, range(6, 9), range(8, 9)),
        ({"first_day": "2024-10-16", "weeks": 5}, range(7, 11), range(9, 11)),
        ({"first_day": "2024-10-16", "last_day": "2024-11-06"}, range(7, 9), range(9, 9)),
        ({"first_day": "2024-11-28", "weeks": 40}, range(13, 16), range(15, 16)),
    ],
)
def test_weeks_of_a_vacancy(school: Scenario, dates: dict[str, Any], vacant: range, remedied: range) -> None:
    """Whole school weeks; the lag counts in them; a week without school is none; the year's end ends it."""
    remedy = {"kind": "redistribute", "after_weeks": 2}
    absence = absence_of(
        Vacancy.model_validate_json(_json({"therapist": "SLP-2", **dates, "remedy": remedy})), school.calendar
    )
    assert (absence.vacant, list(absence.remedied)) == (vacant, list(remedied))


def _json(content: dict[str, Any]) -> str:
    import json

    return json.dumps(content)


def test_without_a_remedy_only_the_sessions_of_the_gap_are_missed(school: Scenario) -> None:
    """Each of them for the reason of the vacancy; all other facts are those of the year without."""
    before, after = lived(plan_of(school)), lived(with_remedy(school, kind="nothing"))
    gone = range(*(next(d.index for d in school.calendar.days if d.week == w) for w in (6, 12)))
    of_post = {
        n for n, a in enumerate(before.plan.week.appointments) if before.plan.school.staff[a.therapist].id == "SLP-2"
    }
    lost = [fact for fact in before.given if fact[0] in gone and fact[3] in of_post]
    assert lost
    assert [f for f in before.given if f not in lost] == after.given
    assert minutes(after) >= sum(fact[5] for fact in lost) > 0
    assert given_minutes(before) - given_minutes(after) == sum(fact[5] for fact in lost)


def test_a_contractor_keeps_the_weekly_places(school: Scenario) -> None:
    """From the first day on the same sessions are given by somebody else; after a lag those before are missed."""
    before, at_once = lived(plan_of(school)), lived(with_remedy(school, kind="contractor", after_weeks=0, rate=90.0))
    late = lived(with_remedy(school, kind="contractor", after_weeks=4, rate=90.0))

    def told(log: Log) -> list[tuple[float, ...]]:
        return [(day, student, start, got) for day, student, _, _, start, got, _ in log.given]

    assert told(at_once) == told(before)
    assert minutes(at_once) == 0.0
    assert 0.0 < minutes(late) < minutes(lived(with_remedy(school, kind="nothing")))
    staff = at_once.plan.school.staff
    assert [m.id for m in staff] == ["SLP-1", "SLP-2", "SLP-2-contractor"]
    assert (staff[2].type, staff[2].rate, staff[2].fte) == ("contractor", 90.0, 0.4)
    new = [fact for fact in at_once.work if fact[1] == 2]
    assert {at_once.plan.calendar.days[fact[0]].week for fact in new} == set(range(6, 12))
    old = [fact for fact in at_once.work if fact[1] == 1]
    assert {at_once.plan.calendar.days[fact[0]].week for fact in old} == set(range(16)) - set(range(6, 12))


def test_a_contractor_is_paid_what_it_works(school: Scenario) -> None:
    """$1 more an hour costs the hours worked in the gap; the empty post saves its contract hours and benefits."""
    cheap, dear = (
        metrics.row(lived(with_remedy(school, kind="contractor", after_weeks=0, rate=rate)))["cost"]
        for rate in (90.0, 91.0)
    )
    nothing = metrics.row(lived(with_remedy(school, kind="nothing")))["cost"]
    assert cheap - nothing == pytest.approx(90 * (dear - cheap))
    whole = metrics.row(lived(plan_of(school)))["cost"]
    assert whole - nothing == pytest.approx(40 * 0.4 * 37.5 * 6 * 1.3)
    assert 0.0 < dear - cheap < 0.4 * 37.5 * 6


def test_who_is_new_is_new_to_the_children(school: Scenario) -> None:
    """Where a first session with somebody new gets less done, a contractor's children gain less than before."""

    def gain(made_plan: Plan, loss: float) -> float:
        numbers = {**made_plan.numbers, "team.new_loss": loss, "team.familiar_weeks": 4.0}
        return metrics.row(lived(replace(made_plan, numbers=numbers)))["trained_gain_sd"]

    known, new = plan_of(school), with_remedy(school, kind="contractor", after_weeks=0)
    assert gain(known, 0.0) == gain(new, 0.0)
    assert gain(new, 0.5) < gain(known, 0.5) < gain(known, 0.0)


def test_from_a_distance_nobody_visits_a_class(tmp_path: Path) -> None:
    """Open rows are given apart while it lasts; rows that the plan writes into class are missed; helpers are paid."""
    served = (
        "id,service,minutes,per,sessions,kind,goal,delivery,setting,provider_role,start,end\n"
        "007,speech,30,week,1,direct,language,group,classroom,OT,,\n"
        "s2,speech,30,week,2,direct,language,group,team,OT,,\n"
        "s4,speech,30,week,1,direct,articulation,individual,therapy_room,SLP,,\n"
    )
    staff = (
        "id,role,fte,type,rate,start,end,lunch_start,lunch_end\n"
        "SLP-1,SLP,1,employee,50,07:45,15:15,11:00,12:30\n"
        "SLP-2,OT,1,employee,50,07:45,15:15,11:00,12:30\n"
    )
    scenario = two_therapists(
        tmp_path, **{"services.csv": served, "staff.csv": staff},
        **edited("school.toml", ("push_in_share = 0.5", "push_in_share = 1.0")),
        **edited("pairs.csv", ("007,s2,must\n", "")),
    )  # fmt: skip
    remedy = {"kind": "remote", "after_weeks": 1, "rate": 75.0, "helper_hours": 6.0, "helper_rate": 20.0}
    made_plan = with_remedy(scenario, **remedy)
    log = lived(made_plan)
    assert [m.id for m in made_plan.school.staff] == ["SLP-1", "SLP-2", "SLP-2-remote"]
    remote = [a for a in made_plan.week.appointments if a.therapist == 2]
    assert Counter(a.setting for a in remote) == {"therapy_room": 2}
    assert {made_plan.week.requests[r].student for a in remote for r, _ in a.members} == {1}
    weeks = {
        child_: {made_plan.calendar.days[f[0]].week for f in log.missed if f[4] == VACANCY and f[1] == child_}
        for child_ in (0, 1)
    }
    assert weeks == {0: set(range(6, 12)), 1: {6}}
    ((helper, paid_weeks),) = made_plan.posted_helpers
    assert (helper.id, helper.therapists, helper.hours_a_week, paid_weeks) == (
        "SLP-2-remote-helper",
        ("SLP-2-remote",),
        6.0,
        5,
    )


@cache
def others_of(post: int) -> Sequence[int]:
    return [t for t in (0, 1) if t != post]


def without_vacant(problem: Problem, week: Week, post: int, weeks: range) -> tuple[Week, list[tuple[int, int]]]:
    """The week without what stands in the calendar of the empty post in those weeks, and what that is."""
    span = some_weeks(weeks.start, weeks.stop)
    mine = {n for n, r in enumerate(problem.requests) if r.therapist == post}
    appointments, left = [], []
    for a in week.appointments:
        gone = [
            m for m in a.members if a.therapist == post and problem.active[m[0]] and not problem.active[m[0]] & ~span
        ]
        left += [m for m in a.members if a.therapist == post and problem.active[m[0]] & span]
        if members := tuple(m for m in a.members if m not in gone):
            appointments.append(a._replace(members=members, weeks=a.weeks & ~span if a.therapist == post else a.weeks))
    ended = {n for n in mine if problem.active[n] and not problem.active[n] & ~span}
    requests = [r._replace(weeks=r.weeks & ~span) if n in mine else r for n, r in enumerate(problem.requests)]
    requests = [r._replace(weekly_sessions=0) if n in ended else r for n, r in enumerate(requests)]
    unplaced = tuple(u for u in week.unplaced if u.request not in mine)
    lost = [(u.request, u.ordinal) for u in week.unplaced if u.request in mine]
    seats_lost = {n for n, _ in lost} - ended
    requests = [r._replace(weekly_sessions=r.weekly_sessions - sum(m[0] == n for m in lost)) if n in seats_lost else r
                for n, r in enumerate(requests)]  # fmt: skip
    return replace(week, requests=tuple(requests), appointments=tuple(appointments), unplaced=unplaced), left


def offered(
    problem: Problem, week: Week, left: Sequence[tuple[int, int]], therapist: int, weeks: range
) -> tuple[Problem, Week]:
    """What nobody took, as if it were wanted of somebody in those weeks."""
    span = some_weeks(weeks.start, weeks.stop)
    first = len(problem.requests)
    new = [problem.requests[n]._replace(therapist=therapist, weeks=problem.requests[n].weeks & span) for n, _ in left]
    wider = replace(
        problem,
        requests=(*week.requests, *new),
        active=(*problem.active, *(problem.active[n] & span for n, _ in left)),
        section=(*problem.section, *(problem.section[n] for n, _ in left)),
    )
    unplaced = tuple(Unplaced(first + i, 0, "") for i in range(len(left)))
    return wider, replace(week, requests=wider.requests, unplaced=unplaced)


@settings(max_examples=8)
@given(post=st.integers(0, 1), first=st.integers(0, 14), length=st.integers(1, 12))
def test_what_others_take_is_lawful_and_moves_nobody(post: int, first: int, length: int) -> None:
    """In the gap, whoever stays keeps its seats; before and after every seat is the old one; all of it is lawful."""
    school_, calendar, problem, week = made()
    weeks = range(first, min(first + length, calendar.n_weeks))
    mine = [n for n, r in enumerate(problem.requests) if r.therapist == post]
    ways = [{"therapist": t} for t in others_of(post)]
    wider, changed = handed_over(problem, week, mine, ways, weeks)
    assert handed_over(problem, week, mine, ways, weeks) == (wider, changed)
    lawful, left = without_vacant(wider, changed, post, weeks)
    assert_lawful(school_, replace(wider, requests=lawful.requests), lawful)
    for other in others_of(post):
        nothing_more_fits(school_, *offered(wider, lawful, left, other, weeks))
    names = {problem.requests[n].row for n in mine}
    for number in range(calendar.n_weeks):
        now, old = by_session(wider, changed, number), by_session(problem, week, number)
        if number not in weeks:
            assert now == old
            continue
        assert {who: seat for who, seat in now.items() if who[0] not in names} == {
            who: seat for who, seat in old.items() if who[0] not in names
        }
        assert set(now) == set(old)
        assert all(seat == old[who] or seat[2] != post for who, seat in now.items())
    assert any(seat[2] != post for who, seat in by_session(wider, changed, first).items() if who[0] in names)


def by_session(problem: Problem, week: Week, school_week: int) -> dict[tuple[int, int], tuple[object, ...]]:
    """Seats by row and the session's name within it."""
    found = {}
    for a in week.appointments:
        for r, ordinal in a.members:
            request = problem.requests[r]
            if problem.active[r] >> school_week & 1:
                who = (request.row, request.first_ordinal + ordinal)
                assert who not in found
                found[who] = (a.weekday, a.start, a.therapist, a.setting, a.room)
    return found


def test_who_is_away_takes_over_nothing(tmp_path: Path) -> None:
    """Of two others of the role, one on leave in the same weeks: what is handed over goes to the one who is there."""
    staff = (
        "id,role,fte,type,start,end,lunch_start,lunch_end,lunch_minutes\n"
        "SLP-1,SLP,0.5,employee,07:45,15:15,11:00,12:30,30\n"
        "SLP-2,SLP,0.5,employee,07:45,15:15,11:00,12:30,30\n"
        "SLP-3,SLP,0.5,employee,07:45,15:15,11:00,12:30,30\n"
    )
    scenario = load(write(tmp_path, {"staff.csv": staff}))
    post = {**SITUATION, "remedy": {"kind": "redistribute", "after_weeks": 0}}
    leave = {**SITUATION, "therapist": "SLP-3", "remedy": {"kind": "nothing"}}

    def takers(*vacancies: dict[str, Any]) -> set[int]:
        week, usual = plan_of(scenario.but(vacancy=list(vacancies))).week, plan_of(scenario).week
        mine = {request.row for request in usual.requests if request.therapist == 1}
        return {request.therapist for request in week.requests if request.row in mine} - {1}

    assert 2 in takers(post)
    assert takers(leave, post) == {0}


def test_a_successor_keeps_every_seat() -> None:
    """Weekday, time, setting and company; only the name of who comes is another, in those weeks alone."""
    _, calendar, problem, week = made()
    mine = [n for n, r in enumerate(problem.requests) if r.therapist == 1]
    wider = replace(problem, contracts=(*problem.contracts, problem.contracts[1]))
    wider, changed = succeeded(wider, week, mine, 2, range(3, 9))
    for number in range(calendar.n_weeks):
        now, old = seats(wider, changed, number), seats(problem, week, number)
        who = 2 if 3 <= number < 9 else 1
        assert now == {key: (*s[:2], who if s[2] == 1 else s[2], *s[3:]) for key, s in old.items()}


def test_months_are_owed_once_whoever_gives_them(school: Scenario) -> None:
    """A school with rows per month: minutes owed do not depend on the remedy, and every account balances."""
    owed = set()
    for remedy in ({"kind": "nothing"}, {"kind": "redistribute", "after_weeks": 1},
                   {"kind": "contractor", "after_weeks": 2}):  # fmt: skip
        log = lived(with_remedy(school, **remedy))
        owed.add(given_minutes(log) + sum(fact[3] for fact in log.missed))
    assert len(owed) == 1


def test_the_luck_of_a_day_is_the_same_whatever_the_remedy(tmp_path: Path) -> None:
    """Absences of children and therapists, and refusals of sessions that keep their place."""
    scenario = two_therapists(tmp_path)
    logs = [lived(with_remedy(scenario, kind=kind, **more)) for kind, more in
            (("nothing", {}), ("redistribute", {"after_weeks": 0}), ("contractor", {"after_weeks": 0}))]  # fmt: skip
    assert logs[0].absences == logs[1].absences == logs[2].absences
    away = [[fact for fact in log.staff_absences if fact[1] == 0] for log in logs]
    assert away[0] == away[1] == away[2]


@pytest.mark.parametrize(
    ("vacancy", "said"),
    [
        ({"therapist": "SLP-3"}, 'vacancy[1].therapist: "SLP-3" is not in staff.csv; did you mean "SLP-1"?'),
        ({"weeks": None}, "vacancy[1]: give weeks or last_day"),
        ({"last_day": "2024-11-01"}, "vacancy[1]: give weeks or last_day, not both"),
        (
            {"weeks": None, "last_day": "2024-10-01"},
            "vacancy[1]: last_day 2024-10-01 is before first_day 2024-10-14",
        ),
        ({"first_day": "2025-02-01"}, "vacancy[1].first_day: 2025-02-01 is after the last school day"),
        (
            {"first_day": "2024-05-01", "weeks": None, "last_day": "2024-06-01"},
            "vacancy[1].last_day: 2024-06-01 is before the first school day",
        ),
        (
            {"remedy": {"kind": "wait"}},
            'vacancy[1].remedy.kind: "wait" is not known (known: contractor, nothing, redistribute, remote)',
        ),
        ({"remedy": {"kind": "redistribute"}}, "vacancy[1].remedy.after_weeks: is missing"),
        (
            {"remedy": {"kind": "redistribute", "after_weeks": 6}},
            "vacancy[1].remedy.after_weeks: 6, but the post is vacant for 6 whole school weeks",
        ),
        (
            {"remedy": {"kind": "contractor", "after_weeks": 0, "id": "SLP-1"}},
            'vacancy[1].remedy.id: "SLP-1" is the id of somebody else; give the new member of staff an id of its own',
        ),
    ],
)  # fmt: skip
def test_a_wrong_vacancy_is_refused_in_words(school: Scenario, vacancy: dict[str, Any], said: str) -> None:
    """The key, what was given and what would do."""
    written = {**SITUATION, "remedy": {"kind": "nothing"}, **vacancy}
    with pytest.raises(InputErrors) as found:
        school.but(vacancy=[{key: value for key, value in written.items() if value is not None}])
    assert str(found.value).splitlines()[0] == f"school.toml: {said}"


def test_nobody_else_cannot_take_over(school: Scenario, tmp_path: Path) -> None:
    """A role of one cannot redistribute, and a post cannot be vacant twice at a time."""
    staff = [
        {**SITUATION, "remedy": {"kind": "nothing"}},
        {**SITUATION, "first_day": "2024-11-04", "remedy": {"kind": "nothing"}},
    ]
    with pytest.raises(InputErrors) as found:
        school.but(vacancy=staff)
    assert str(found.value) == (
        'school.toml: vacancy[2].therapist: "SLP-2" is away already from 2024-10-14 to 2024-11-22'
    )
    with pytest.raises(InputErrors) as found:
        load(write(tmp_path, edited("school.toml", ("[goals.articulation]", ALONE))))
    assert str(found.value) == (
        'school.toml: vacancy[1].remedy.kind: "redistribute", but SLP-1 is the only SLP in staff.csv'
    )


def test_what_goes_through_teachers_pauses_with_the_post(school: Scenario) -> None:
    """All given through teachers: in the empty weeks nothing is, with a successor it goes on under its name."""
    taught = school.but(delivery={"kind": "consultation", "weekly_minutes": 15})

    def minutes_in(made_plan: Plan, week: int) -> set[str]:
        staff = made_plan.school.staff
        return {staff[c.therapist].id for c in made_plan.week.consultations if c.weeks >> week & 1}

    post = {**SITUATION, "therapist": "SLP-1"}
    empty = plan_of(taught.but(vacancy=[{**post, "remedy": {"kind": "nothing"}}]))
    held = plan_of(taught.but(vacancy=[{**post, "remedy": {"kind": "contractor", "after_weeks": 2}}]))
    assert "SLP-1" in minutes_in(empty, 5) & minutes_in(empty, 12)
    assert not {"SLP-1", "SLP-1-contractor"} & (minutes_in(empty, 8) | minutes_in(held, 6))
    assert "SLP-1-contractor" in minutes_in(held, 9)
    assert "SLP-1-contractor" not in minutes_in(held, 12)
