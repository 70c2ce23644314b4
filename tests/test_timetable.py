"""The week: lawful whatever the school, proven where it says so, and made from nothing but the scenario."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_school import edited, write
from week_laws import assert_lawful

from sdmsim.delivery import cache
from sdmsim.delivery.asked import asked_minutes
from sdmsim.delivery.grouping import group
from sdmsim.delivery.hybrid import Hybrid
from sdmsim.delivery.problem import Problem, problem_of
from sdmsim.delivery.rules import Goal, Grouping, Moves, WeekRules
from sdmsim.delivery.timetable import solve
from sdmsim.delivery.vocabulary import Week
from sdmsim.plan import timetable, week_problem
from sdmsim.scenario import Scenario, load
from sdmsim.school.calendar import school_year
from sdmsim.school.synthetic import Synthetic
from sdmsim.school.vocabulary import Pair, Room, School

IN_ELA = Goal(domain="language", push_in_subjects=("ELA",))
GOALS = {"articulation": Goal(domain="speech_sounds"), "language": IN_ELA, "severe_language": IN_ELA, "social": IN_ELA}


def maple(seed: int = 1, clustered: int | None = None) -> School:
    return Synthetic(kind="synthetic", like="maple", seed=seed, clustered_sections=clustered).school(Path())


def problem(school: School, share: float = 0.5, **grouping: Any) -> Problem:
    calendar = school_year(date(2024, 9, 3), date(2025, 6, 13), school.calendar)
    return problem_of(
        school,
        calendar,
        delivery=Hybrid(kind="hybrid", push_in_share=share),
        goals=GOALS,
        grouping=Grouping(**grouping),
        rules=WeekRules(effort=0.5),
        moves=Moves(),
        seed=1,
    )


def small(folder: Path, *edits: tuple[str, str, str]) -> Scenario:
    changes: dict[str, Any] = {}
    for name in {e[0] for e in edits}:
        changes |= edited(name, *[(old, new) for of, old, new in edits if of == name])
    return load(write(folder, changes))


@settings(max_examples=12)
@given(
    seed=st.integers(1, 50),
    share=st.sampled_from([0.0, 0.3, 1.0]),
    clustered=st.sampled_from([None, 1, 2]),
    size=st.integers(1, 6),
    span=st.integers(0, 2),
    mixed=st.booleans(),
    fixed=st.booleans(),
)
def test_every_week_is_lawful(
    seed: int, share: float, clustered: int | None, size: int, span: int, mixed: bool, fixed: bool
) -> None:
    """Nobody in two places, protected blocks kept, company and contract kept, every session placed or reported."""
    school = maple(seed, clustered)
    mix = (("language", "severe_language", "social"),) if mixed else ()
    rules = {"legal_size": size, "preferred_size": min(3, size), "grade_span": span, "mix": mix, "fixed_groups": fixed}
    asked = problem(school, share, **rules)
    assert_lawful(school, asked, solve(asked))


@pytest.mark.parametrize("seed", [3, 6])
def test_the_week_of_several_therapists_is_lawful(seed: int) -> None:
    """A Chicago school whose therapists share two rooms: nobody and no room is taken twice."""
    school = Synthetic(kind="synthetic", like="chicago", seed=seed, school_year="2014-15").school(Path())
    rooms = tuple(
        Room(room=name, capacity=4, metres={s.section: 50.0 for s in school.sections}) for name in ("east", "west")
    )[: 1 + seed % 2]
    school = school.model_copy(update={"rooms": rooms})
    asked = problem(school, 0.3, grade_span=2)
    assert_lawful(school, asked, solve(asked))


def test_pairs_and_rooms_are_kept() -> None:
    """Children who must not meet never do, those who must always do, in rooms that hold them."""
    school = maple()
    language = [s.id for s in school.students if s.goal_type == "language"]
    grade = {s.id: s.grade for s in school.students}
    same = [(a, b) for a in language for b in language if a < b and grade[a] == grade[b]]
    pairs = (
        *(Pair(student=a, other=b, rule="never") for a, b in same[:3]),
        Pair(student=same[5][0], other=same[5][1], rule="must"),
    )
    rooms = (
        Room(room="speech room", capacity=3, metres={s.section: 60.0 for s in school.sections}),
        Room(room="corner", capacity=2, metres={s.section: 10.0 for s in school.sections}),
    )
    school = school.model_copy(update={"pairs": pairs, "rooms": rooms})
    asked = problem(school, 0.0)
    week = solve(asked)
    assert_lawful(school, asked, week)
    must = {school.student_index[name] for name in same[5]}
    met = [{week.requests[r].student for r, _ in a.members} for a in week.appointments]
    assert any(must <= children for children in met)
    assert all(must <= children or not must & children for children in met)


def test_the_maple_week_is_proven_best() -> None:
    """Maple's pull-out week places every session, with the fewest therapist minutes for its groups."""
    week = solve(problem(maple(), 0.0))
    assert week.unplaced == ()
    assert (week.grouping_gap_minutes, week.placing_gap_minutes) == (0, 0)


def test_fewest_meetings_by_hand() -> None:
    """Six children of one kind, twice a week: two fixed groups of three ask four meetings, mixed company asks three."""
    school = maple()
    grade_two = [s for s in school.students if s.goal_type == "language"][:6]
    section = next(s for s in school.sections if s.grade == "2")
    students = tuple(s.model_copy(update={"grade": "2", "section": section.section}) for s in grade_two)
    rows = tuple(r for r in school.services if r.id in {s.id for s in students})
    school = School(**{**dict(school), "students": students, "services": rows})
    lead_and_tail = 4 + 1
    for fixed, meetings in ((True, 4), (False, 3)):
        asked = problem(school, 0.0, fixed_groups=fixed)
        grouped = group(asked)
        assert len(grouped.meetings) == meetings
        assert asked_minutes(asked, grouped)[0] == (meetings * (30 + lead_and_tail),)
    visits = group(problem(school, 1.0))
    assert len(visits.meetings) == 3, "a class is a fixed group: visits serve who is due, four at most"
    minutes, planning = asked_minutes(problem(school, 1.0), visits)
    assert minutes == (3 * (30 + 1) + 15,)
    assert planning == (15,)


def test_hours_asked_do_not_depend_on_the_contract(tmp_path: Path) -> None:
    """What the plans ask is the same for a therapist of 0.12 FTE, who can place less of it."""
    full, part = (small(tmp_path, ("staff.csv", "SLP-1,SLP,0.6", f"SLP-1,SLP,{fte}")) for fte in ("1.0", "0.12"))
    weeks = [solve(week_problem(s)) for s in (full, part)]
    assert weeks[0].asked_minutes == weeks[1].asked_minutes
    assert len(weeks[0].unplaced) < len(weeks[1].unplaced)
    assert {u.reason for u in weeks[1].unplaced} == {"contract hours"}


@pytest.mark.parametrize(
    ("edits", "reason"),
    [
        ([("bell.csv", "2,daily,11:15,14:45,maths and science,maths,no", "2,daily,11:15,14:45,maths,maths,yes"),
          ("bell.csv", "2,daily,10:00,10:45,WIN,WIN,no", "2,daily,10:00,10:45,WIN,WIN,yes"),
          ("school.toml", "push_in_share = 0.5", "push_in_share = 0.0")], "no common window"),
        ([("staff.csv", "0.6,Mon Wed Fri", "0.1,Mon Wed Fri"), ("staff.csv", "30,120,", "30,0,")], "contract hours"),
        ([("school.toml", "push_in_share = 0.5", "push_in_share = 0.0"),
          ("staff.csv", "0.6,Mon Wed Fri", "0.6,Mon Wed"),
          ("staff.csv", "07:45,15:15,11:00,12:30,30,120,Wed 14:00-15:00", "10:00,10:40,10:00,10:40,0,0,")],
         "therapist busy"),
    ],
)  # fmt: skip
def test_an_unplaced_session_names_the_rule_that_binds(
    tmp_path: Path, edits: list[tuple[str, str, str]], reason: str
) -> None:
    """Relaxing that one rule would give the session a place."""
    scenario = small(tmp_path, *edits)
    week = solve(week_problem(scenario))
    assert_lawful(scenario.roster, week_problem(scenario), week)
    assert reason in {u.reason for u in week.unplaced}


def test_one_session_a_day_binds(tmp_path: Path) -> None:
    """Two sessions of one row, and a child who is there for therapy on one weekday only: a day limit."""
    wide = ("bell.csv", "2,daily,10:00,10:45,WIN,WIN,no", "2,Mon,10:00,10:45,WIN,WIN,no")
    closed = "".join(f"2,{d},10:00,10:45,WIN,WIN,yes,small_groups\n" for d in ("Tue", "Wed", "Thu", "Fri"))
    shut = ("bell.csv", "2,daily,11:15,14:45,maths and science,maths,no,whole_class\n",
            "2,Mon,11:15,14:45,maths,maths,no,whole_class\n"
            + "".join(f"2,{d},11:15,14:45,maths,maths,yes,whole_class\n" for d in ("Tue", "Wed", "Thu", "Fri"))
            + closed)  # fmt: skip
    scenario = small(tmp_path, wide, shut, ("school.toml", "push_in_share = 0.5", "push_in_share = 0.0"))
    week = solve(week_problem(scenario))
    assert {u.reason for u in week.unplaced if week.requests[u.request].goal == "language"} == {"day limit"}


def test_dated_rows_may_follow_each_other_in_one_place(tmp_path: Path) -> None:
    """A place that one row uses until November is free for another row from December."""
    scenario = small(
        tmp_path,
        ("services.csv", "s3,speech,20,week,1,direct,articulation,individual,therapy_room,SLP,,2024-11-29",
         "s3,speech,30,week,3,direct,articulation,individual,therapy_room,SLP,,2024-11-29\n"
         "s5,speech,30,week,3,direct,articulation,individual,therapy_room,SLP,2024-12-01,"),
        ("staff.csv", "07:45,15:15,11:00,12:30,30,120,Wed 14:00-15:00", "10:00,10:40,10:00,10:40,0,0,"),
        ("school.toml", "push_in_share = 0.5", "push_in_share = 0.0"),
    )  # fmt: skip
    wanted = week_problem(scenario)
    week = solve(wanted)
    assert_lawful(scenario.roster, wanted, week)
    placed = {scenario.roster.students[week.requests[r].student].id for a in week.appointments for r, _ in a.members}
    assert {"s3", "s5"} <= placed


def test_the_same_scenario_gives_the_same_week() -> None:
    """Solving twice differs in nothing but the time it took."""
    asked = problem(maple(3), 0.75)
    assert replace(solve(asked), solve_seconds=0.0) == replace(solve(asked), solve_seconds=0.0)


def test_a_cached_week_is_the_solved_one_and_names_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second call reads what the first wrote; the file holds no id; a broken file costs time, nothing else."""
    monkeypatch.setenv("SDMSIM_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "school"
    folder.mkdir()
    scenario = small(folder)
    solved = timetable(scenario)
    (file,) = (tmp_path / "cache").iterdir()
    again = timetable(scenario)
    assert again.solve_seconds == 0.0
    assert replace(solved, solve_seconds=0.0) == again
    text = file.read_text()
    names = (
        [s.id for s in scenario.roster.students] + [s.section for s in scenario.roster.sections] + ["Room 1", "SLP-1"]
    )
    assert not [name for name in names if f'"{name}"' in text]
    file.write_text(text[: len(text) // 2])
    assert replace(timetable(scenario), solve_seconds=0.0) == again


def test_the_cache_knows_exactly_what_the_week_reads(tmp_path: Path) -> None:
    """Absence rates, attendance and what a day brings make no new week; a bell time or a group size does."""
    scenario = small(tmp_path)
    digest = week_problem(scenario).digest()
    same = scenario.but(**{"days.provider_attendance": 0.5, "moves.spread": 0.9, "year.start_up_weeks": 3})
    assert week_problem(same).digest() == digest
    for name, value in {"grouping.legal_size": 4, "moves.settle_minutes": 3.0, "delivery.push_in_share": 1.0}.items():
        assert week_problem(scenario.but(**{name: value})).digest() != digest


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file where the folder should be: the week is made all the same."""
    (tmp_path / "cache").write_text("not a folder")
    monkeypatch.setenv("SDMSIM_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "school"
    folder.mkdir()
    assert timetable(small(folder)).appointments
    assert cache.folder() == tmp_path / "cache"


def test_a_larger_legal_group_never_leaves_more_unplaced() -> None:
    """Where both weeks are proven best, four at a time place at least what three at a time do, in no more hours."""
    weeks: list[Week] = [solve(problem(maple(2), 0.0, legal_size=size, preferred_size=3)) for size in (3, 4, 5)]
    assert [w.placing_gap_minutes for w in weeks] == [0, 0, 0]
    unplaced = [sum(w.requests[u.request].minutes for u in w.unplaced) for w in weeks]
    assert unplaced == sorted(unplaced, reverse=True)
    assert sorted((sum(w.asked_minutes) for w in weeks), reverse=True) == [sum(w.asked_minutes) for w in weeks]


@pytest.mark.parametrize(("seed", "clustered"), [(1, None), (6, 2)])
def test_a_week_that_fits_is_spread_over_its_days(seed: int, clustered: int | None) -> None:
    """No day of Maple's pull-out week is fuller than another by more than one session with its moves."""
    week = solve(problem(maple(seed, clustered), 0.0))
    load = [sum(a.lead + a.minutes + a.tail for a in week.appointments if a.weekday == day) for day in range(5)]
    assert max(load) - min(load) <= 4 + 30 + 1


def test_where_hours_are_short_children_or_minutes_go_first() -> None:
    """Each child first leaves fewer children without a session, and never places more minutes, than most minutes."""
    weeks = {}
    for rule in ("most minutes", "every child first"):
        wanted = problem(maple(), 0.5)
        wanted = replace(wanted, rules=wanted.rules.model_copy(update={"short_of_hours": rule}))
        weeks[rule] = solve(wanted)
        assert_lawful(maple(), wanted, weeks[rule])
    unplaced = {rule: sum(w.requests[u.request].minutes for u in w.unplaced) for rule, w in weeks.items()}
    assert weeks["every child first"].children_left_out() < weeks["most minutes"].children_left_out()
    assert unplaced["every child first"] >= unplaced["most minutes"]


def test_the_contract_leaves_what_duties_and_lunch_do_not_take() -> None:
    """Maple's 37.5 h less 2.5 h of lunch and 16.9 h of duties: 18.1 h for sessions, moves, planning, consultation."""
    (contract,) = problem(maple()).contracts
    assert contract.session_minutes == 2250 - 5 * 30 - (348 + 216 + 100 + 90 + 200 + 60)
    assert contract.days == (0, 1, 2, 3, 4)
    assert contract.open[2] == ((7 * 60 + 45, 8 * 60), (8 * 60 + 12, 14 * 60 + 45))


def test_a_monthly_row_asks_for_the_weeks_it_is_used(tmp_path: Path) -> None:
    """Six sessions a month hold two weekly places, and are counted for the weeks in which they are due."""
    scenario = small(tmp_path, ("services.csv", "s4,speech,30,month,4", "s4,speech,30,month,6"))
    wanted = week_problem(scenario)
    monthly = next(i for i, r in enumerate(wanted.requests) if r.per == "month")
    assert wanted.requests[monthly].weekly_sessions == 2
    september_to_december, weeks = 4, 16
    assert scenario.calendar.n_weeks == weeks
    assert wanted.share_of_weeks[monthly] == 6 * september_to_december / (2 * weeks)


def test_lunch_is_not_given_away(tmp_path: Path) -> None:
    """Forty minutes on site with a lunch of thirty hold no session of thirty, alone or in a group."""
    scenario = small(
        tmp_path,
        ("staff.csv", "07:45,15:15,11:00,12:30,30,120,Wed 14:00-15:00", "11:15,11:55,11:15,11:55,30,0,"),
        ("school.toml", "push_in_share = 0.5", "push_in_share = 0.0"),
    )
    wanted = week_problem(scenario)
    week = solve(wanted)
    assert_lawful(scenario.roster, wanted, week)
    assert {week.requests[r].minutes for a in week.appointments for r, _ in a.members} <= {20}
    assert "therapist busy" in {u.reason for u in week.unplaced}


def test_a_child_left_over_joins_a_group_that_has_room() -> None:
    """Five children make groups of three and two; where the contract pays for one, a fourth child joins it."""
    school = maple()
    section = next(s for s in school.sections if s.grade == "2").section
    five = [s for s in school.students if s.goal_type == "language"][:5]
    students = tuple(s.model_copy(update={"grade": "2", "section": section}) for s in five)
    ids = {s.id for s in students}
    rows = tuple(r.model_copy(update={"sessions": 1}) for r in school.services if r.id in ids)
    staff = tuple(m.model_copy(update={"fte": (150 + 1014 + 40) / 2250}) for m in school.staff)
    school = School(**{**dict(school), "students": students, "services": rows, "staff": staff})
    wanted = problem(school, 0.0)
    assert sorted(len(m.members) for m in group(wanted).meetings) == [2, 3]
    week = solve(wanted)
    assert_lawful(school, wanted, week)
    assert [len(a.members) for a in week.appointments] == [4]
    assert [u.reason for u in week.unplaced] == ["contract hours"]


def test_therapists_of_a_role_share_the_caseload_by_fte() -> None:
    """Two full-time therapists of a Chicago school have two fifths to three fifths of its minutes each."""
    source = Synthetic(kind="synthetic", like="chicago", seed=2, school_year="2014-15", monthly_share=0.3)
    school = source.school(Path())
    assert [m.fte for m in school.staff] == [1.0, 1.0]
    minutes = [0.0, 0.0]
    for request in problem(school, 0.3).requests:
        minutes[request.therapist] += request.minutes * request.weekly_sessions
    assert 0.4 <= minutes[0] / sum(minutes) <= 0.6
