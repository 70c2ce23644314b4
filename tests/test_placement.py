"""Class placement as a lever: nobody changes grade, the limit is kept, and what is called fewest is the fewest."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hand_school import bell, child, therapist
from hypothesis import given, settings
from hypothesis import strategies as st
from small_school import write

from sdmsim import load
from sdmsim.base import InputErrors
from sdmsim.delivery.asked import asked_minutes
from sdmsim.delivery.fewest_hours import propose, said
from sdmsim.delivery.grouping import group
from sdmsim.delivery.hybrid import Hybrid
from sdmsim.delivery.placement import Placement, moved, proposed_files
from sdmsim.delivery.problem import Problem, problem_of
from sdmsim.delivery.rules import Goal, Grouping, Moves, WeekRules
from sdmsim.delivery.vocabulary import Strategy
from sdmsim.school.calendar import school_year
from sdmsim.school.vocabulary import School, Section, Service
from sdmsim.show.cli import main

YEAR = school_year(date(2024, 9, 2), date(2024, 9, 27), ())
CLASSES = ("1A", "1B", "1C", "2A", "2B")
GOALS = {"language": Goal(domain="language", push_in_subjects=("ELA",)), "sounds": Goal(domain="speech_sounds")}


def row(name: str, goal: str, sessions: int, minutes: int = 30) -> Service:
    return Service(
        id=name, service="speech", minutes=minutes, per="week", sessions=sessions, goal=goal,
        setting="team" if goal == "language" else "therapy_room", provider_role="SLP",
    )  # fmt: skip


def school_of(seats: list[str], rows: list[tuple[str, int, int]], size: int = 20) -> School:
    students = [child(f"s{n}", seat) for n, seat in enumerate(seats)]
    services = [row(f"s{n}", goal, sessions, minutes) for n, (goal, sessions, minutes) in enumerate(rows)]
    return School(
        students=tuple(students),
        services=tuple(services),
        sections=tuple(Section(grade=s[0], section=s, teacher=s, size=size) for s in CLASSES),
        bell=(*bell("1"), *bell("2")),
        staff=(therapist(),),
        calendar=(),
    )


def problem(school: School, strategy: Strategy | None = None, size: int = 4) -> Problem:
    return problem_of(
        school,
        YEAR,
        delivery=strategy or Hybrid(kind="hybrid", push_in_share=1.0),
        goals=GOALS,
        grouping=Grouping(legal_size=size, preferred_size=1),
        rules=WeekRules(effort=0.1),
        moves=Moves(),
        seed=1,
    )


def asked(problem: Problem) -> float:
    return sum(asked_minutes(problem, group(problem))[0])


def placement(kind: str, most: int = 8, **changes: Any) -> Placement:
    content = {"kind": kind, "goals": ["language"], "most_per_class": most, **changes}
    return Placement.model_validate(content)


@st.composite
def schools(draw: st.DrawFn) -> School:
    """Up to eight children in five classes of two grades, some with speech sounds only."""
    n = draw(st.integers(1, 8))
    seats = [draw(st.sampled_from(CLASSES)) for _ in range(n)]
    rows = [
        (draw(st.sampled_from(["language", "language", "sounds"])), draw(st.integers(1, 3)),
         draw(st.sampled_from([20, 30])))
        for _ in range(n)
    ]  # fmt: skip
    return school_of(seats, rows, size=draw(st.sampled_from([8, 20])))


@settings(max_examples=25)
@given(
    school=schools(),
    kind=st.sampled_from(["scatter", "cluster", "fewest hours"]),
    few=st.integers(1, 2),
    most=st.integers(1, 8),
    seed=st.integers(1, 50),
)
def test_the_laws_of_placement(school: School, kind: str, few: int, most: int, seed: int) -> None:
    """Nobody changes grade, who has no such goal stays, limit and sizes of classes are kept, the same each time."""
    one = placement(kind, most, classes_per_grade=few)
    if list(one.problems(school, GOALS, "hybrid", "a.toml", {}, {"students", "services", "sections"})):
        return
    found = [
        propose(one, school, problem).school if kind == "fewest hours" else one.applied(school, seed) for _ in range(2)
    ]
    assert found[0] == found[1]
    goal = {r.id: r.goal for r in school.services}
    for before, after in zip(school.students, found[0].students, strict=True):
        assert before.model_copy(update={"section": after.section}) == after
        assert before.grade == after.section[0]
        assert before.section == after.section or goal[before.id] == "language"
    counts = Counter(s.section for s in found[0].students)
    there = Counter(s.section for s in school.students if goal[s.id] != "language")
    assert all(n <= max(most, there[name]) for name, n in counts.items())
    assert {t: v for t, v in dict(found[0]).items() if t != "students"} == {
        t: v for t, v in dict(school).items() if t != "students"
    }


@settings(max_examples=15)
@given(school=schools(), share=st.sampled_from([0.5, 1.0]), size=st.integers(1, 4), choose=st.booleans())
def test_the_fewest_hours_are_the_fewest(school: School, share: float, size: int, choose: bool) -> None:
    """Proven: no other placement asks less, of all that are written; clustering asks no more than as written."""
    made = partial(problem, strategy=Hybrid(kind="hybrid", push_in_share=share), size=size)
    best = propose(placement("fewest hours"), school, made)
    assert best.gap_minutes == 0
    least = asked(made(best.school))
    written, clustered = asked(made(school)), asked(made(placement("cluster").applied(school, 1)))
    scattered = asked(made(placement("scatter").applied(school, 1)))
    assert least <= min(written, clustered, scattered)
    assert least - written == pytest.approx(best.minutes - best.minutes_as_written)
    if share == 1.0 and choose:
        assert clustered <= written


@pytest.mark.parametrize(
    ("most", "size", "hours"),
    [
        (4, 4, 2 * 31 + 15),  # all in one class: two visits
        (2, 4, 2 * (2 * 31 + 15)),  # two classes of two
        (3, 4, 2 * (2 * 31 + 15)),  # three and one
        (4, 2, 4 * 31 + 15),  # one class, two children at a time
    ],
)
def test_the_fewest_hours_by_hand(most: int, size: int, hours: int) -> None:
    """Four children of three classes, twice 30 minutes, a walk of one minute, planning of 15 with each teacher."""
    school = school_of(["1A", "1B", "1C", "1C"], [("language", 2, 30)] * 4)
    best = propose(placement("fewest hours", most), school, partial(problem, size=size))
    assert best.minutes == hours
    assert best.minutes_as_written == 3 * (2 * 31 + 15)
    assert best.gap_minutes == 0
    if most == 4:
        assert best.moved == 2, "the class of the two stays"


def test_who_does_not_move_counts_and_shares_visits() -> None:
    """Children with other goals take their places in the limit; whom nobody visits has no reason to move."""
    school = school_of(["1A", "1B", "1B", "1C"], [("language", 1, 30), ("language", 1, 30), *[("sounds", 1, 30)] * 2])
    assert propose(placement("fewest hours", 3), school, problem).school.students[0].section == "1B"
    apart = propose(placement("fewest hours", 2), school, problem)
    assert {s.section for s in apart.school.students[:2]} == {"1A"}
    sounds = placement("fewest hours", goals=["sounds"])
    assert propose(sounds, school, problem).moved == 0, "speech sounds are in no lesson, so nobody needs to move"


def test_a_strategy_that_looks_at_classes_is_asked_again() -> None:
    """Whole classes, fullest first: the best of the placements that it met; never more than as written."""
    school = school_of(["1A", "1B", "1C", "2A", "2B", "2B"], [("language", 2, 30)] * 6)
    by_class = partial(problem, strategy=Hybrid(kind="hybrid", push_in_share=0.5, choose="section"))
    best = propose(placement("fewest hours"), school, by_class)
    assert asked(by_class(best.school)) <= asked(by_class(school))
    assert best.minutes <= best.minutes_as_written
    assert "the fewest" in said(best)


def test_the_proposal_is_a_table_to_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`timetable` and `run` write students.csv; with it in the place of the old one nobody has to move."""
    scenario = load(write(tmp_path))
    assert proposed_files(scenario.placement, scenario.roster) == {}
    table = '[placement]\nkind = "fewest hours"\ngoals = ["language"]\nmost_per_class = 4\n'
    text = (tmp_path / "school.toml").read_text(encoding="utf-8").replace("push_in_share = 0.5", "push_in_share = 1.0")
    (tmp_path / "school.toml").write_text(text + table, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for command in ("timetable", "run"):
        result = CliRunner().invoke(main, [command, "school.toml", "--out", command])
        assert result.exit_code == 0, result.output
        assert "children sit in another class than students.csv says" in result.output
        assert "Visits to classes and planning for them ask" in result.output
    proposed = (tmp_path / "run" / "students.csv").read_bytes()
    assert proposed == (tmp_path / "timetable" / "students.csv").read_bytes()
    (tmp_path / "proposed.csv").write_bytes(proposed)
    again = load(tmp_path / "school.toml").but(**{"school.students": "proposed.csv"})
    assert again.roster.students == load(tmp_path / "school.toml").roster.students
    assert moved(again.roster, again.but(placement={"kind": "as written"}).roster) == 0


def test_placement_is_a_factor_and_travels(tmp_path: Path) -> None:
    """Varied by its dotted name; back to as written is the table again; the digest follows the seats."""
    scenario = load(write(tmp_path))
    there = {"kind": "cluster", "goals": ["language", "articulation"], "most_per_class": 3}
    clustered = scenario.but(placement=there)
    assert [s.section for s in clustered.roster.students] == ["2A", "2A", "3A", "3A", "3B"]
    assert clustered.digest() != scenario.digest()
    back = clustered.but(**{"placement.kind": "as written"})
    assert back.roster == scenario.roster
    assert clustered.but(seed=1).roster == clustered.roster


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"kind": "cluster"}, 'school.toml: placement: kind "cluster" needs goals and most_per_class'),
        (
            {"kind": "scatter", "goals": ["langage"], "most_per_class": 4},
            'school.toml: placement.goals: "langage" is not in [goals]; did you mean "language"?',
        ),
        (
            {"kind": "cluster", "goals": ["language"], "most_per_class": 4, "classes_per_grade": 3},
            'school.toml: placement.classes_per_grade: 3, but grade "2" has 1 classes',
        ),
        (
            {"kind": "fewest hours", "goals": ["language"], "most_per_class": 1},
            'school.toml: placement.most_per_class: 1: too few for the 2 children of grade "2" in students.csv',
        ),
        (
            {"kind": "cluster", "goals": ["language"], "most_per_class": 1},
            'school.toml: placement.most_per_class: 1: too few for the 2 children of grade "2" in students.csv',
        ),
        (
            {"kind": "fewest hours", "goals": ["articulation"], "most_per_class": 1},
            'school.toml: placement.most_per_class: 1, but more children of students.csv stay in class "3B"',
        ),
    ],
)
def test_what_cannot_be_is_said(tmp_path: Path, table: dict[str, Any], says: str) -> None:
    """In the words of the file, before anybody is placed."""
    scenario = load(write(tmp_path))
    with pytest.raises(InputErrors) as error:
        scenario.but(placement=table)
    assert says in [str(problem) for problem in error.value.problems]


def test_nobody_changes_site() -> None:
    """Grade 1 at two sites: each child stays at its own, clustered or where it asks the fewest hours."""
    school = school_of(["1A", "1B", "1B", "1C"], [("language", 2, 30)] * 4)
    there = {"1A": "North", "1B": "South", "1C": "South"}
    sections = tuple(s.model_copy(update={"site": there.get(s.section, "North")}) for s in school.sections)
    two = school.model_copy(update={"sections": sections})
    for kind in ("scatter", "cluster"):
        found = placement(kind).applied(two, 1)
        assert [there[s.section] for s in found.students] == ["North", "South", "South", "South"]
    assert [s.section for s in placement("cluster").applied(two, 1).students][1:] in (["1B"] * 3, ["1C"] * 3)
