"""Synthetic schools: the same seed gives the same school, counts are kept, draws have names, tables round trip."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from sdmsim.scenario import load
from sdmsim.school.calendar import school_year
from sdmsim.school.synthetic import Synthetic
from sdmsim.school.synthetic_children import beta_draw, pick
from sdmsim.school.synthetic_days import data
from sdmsim.school.tables import read_school
from sdmsim.school.vocabulary import Pair, Room, School, grade_number
from sdmsim.school.writing import tables_of, write_school
from sdmsim.streams import Luck

SCENARIOS = Path(__file__).parent.parent / "scenarios"
LIKE = ("maple", "small", "chicago")


def drawn(like: str, **wishes: Any) -> School:
    return Synthetic.model_validate({"kind": "synthetic", "like": like, **wishes}).school(Path())


def team_children(school: School) -> set[str]:
    return {row.id for row in school.services if row.setting == "team"}


@pytest.mark.parametrize("like", LIKE)
def test_the_same_seed_gives_the_same_school(like: str) -> None:
    """A school is a function of its description; another seed gives another."""
    assert drawn(like, seed=7) == drawn(like, seed=7)
    assert drawn(like, seed=7) != drawn(like, seed=8)


@pytest.mark.parametrize("seed", range(1, 6))
def test_maple_has_its_counts(seed: int) -> None:
    """24 sections with 528 children; 55 in therapy: 14 + 8 for speech sounds, 18 + 6 for language, 5 for social goals,
    4 by consultation, whatever the seed.
    """
    school = drawn("maple", seed=seed)
    assert len(school.sections) == 24
    assert sum(section.size for section in school.sections) == 528
    plans = Counter((row.goal, row.kind, row.setting, row.sessions, row.minutes, row.per) for row in school.services)
    assert plans == {
        ("articulation", "direct", "therapy_room", 1, 30, "week"): 14,
        ("articulation", "direct", "therapy_room", 2, 20, "week"): 8,
        ("language", "direct", "team", 2, 30, "week"): 18,
        ("severe_language", "direct", "team", 3, 30, "week"): 6,
        ("social", "direct", "team", 1, 30, "week"): 5,
        ("articulation", "indirect", "therapy_room", 1, 15, "month"): 4,
    }


def test_the_small_school_has_its_counts() -> None:
    """K-2, six sections, 12 children in therapy, one therapist."""
    school = drawn("small")
    assert (len(school.sections), len(school.students), len(school.staff)) == (6, 12, 1)
    assert {section.grade for section in school.sections} == {"K", "1", "2"}


def test_maples_year_has_178_days() -> None:
    """178 school days in 36 school weeks or more, among them snow days, early releases, assemblies and tests."""
    school = drawn("maple")
    year = school_year(date(2024, 9, 3), date(2025, 6, 13), school.calendar)
    assert len(year.days) == 178
    assert year.n_weeks >= 36
    kinds = Counter(entry.kind for entry in school.calendar)
    assert kinds["snow"] == 2
    assert min(kinds[k] for k in ("early_release", "assembly", "testing")) >= 3


def test_maples_day_has_its_minutes() -> None:
    """390 minutes from 8:15 with the planned minutes of every subject, and no two grades have WIN at one time."""
    school = drawn("maple")
    wanted = {"arrival": 15, "ELA": 110, "maths": 75, "WIN": 30, "specials": 50, "lunch": 30, "recess": 25}
    wanted |= {"science": 45, "pack-up": 10}
    for blocks in school.blocks_of.values():
        assert (blocks[0].start, blocks[-1].end) == (8 * 60 + 15, 14 * 60 + 45)
        assert all(a.end == b.start for a, b in pairwise(blocks))
        minutes: Counter[str] = Counter()
        for block in blocks:
            minutes[block.subject] += block.end - block.start
        assert minutes == wanted
    win = sorted((b.start, b.end) for b in school.bell if b.subject == "WIN" and b.day == "Mon")
    assert len(win) == 6
    assert all(a[1] <= b[0] for a, b in pairwise(win))


def test_scattered_children_sit_in_many_sections_and_clustered_in_few() -> None:
    """Scattered, Maple's 29 language and social children sit in more than half of the sections; clustered, in one
    section of each grade, or two where one would hold more than 8.
    """
    scattered, clustered = drawn("maple"), drawn("maple", clustered_sections=1)
    team = team_children(scattered)
    assert len({s.section for s in scattered.students if s.id in team}) > 12
    by_grade: dict[str, Counter[str]] = {}
    for student in clustered.students:
        if student.id in team:
            by_grade.setdefault(student.grade, Counter())[student.section] += 1
    for sections in by_grade.values():
        assert len(sections) == 1 or (len(sections) == 2 and sections.total() > 8)


def test_clustering_moves_children_and_changes_nothing_else() -> None:
    """The clustered school has the same children, plans, classes, days and staff; only sections differ."""
    scattered, clustered = drawn("maple", seed=4), drawn("maple", seed=4, clustered_sections=1)
    assert [s.model_dump(exclude={"section"}) for s in scattered.students] == [
        s.model_dump(exclude={"section"}) for s in clustered.students
    ]
    assert scattered.model_copy(update={"students": clustered.students}) == clustered


@pytest.mark.parametrize("clustered", [None, 1])
@pytest.mark.parametrize("most", [3, 8])
def test_no_class_holds_more_served_children_than_allowed(clustered: int | None, most: int) -> None:
    """The guard holds on ten rosters: no class has more children in therapy than it, where the grade has room."""
    for seed in range(1, 11):
        school = drawn("maple", seed=seed, clustered_sections=clustered, max_served_per_class=most)
        in_grade = Counter(student.grade for student in school.students)
        for section, served in Counter(student.section for student in school.students).items():
            assert served <= most or in_grade[section[0]] > 4 * most


@pytest.mark.parametrize("like", LIKE)
@pytest.mark.parametrize("clustered", [None, 1])
def test_a_child_more_changes_nobody_elses_draw(like: str, clustered: int | None) -> None:
    """A larger caseload adds children; every child that was there keeps grade, category, plan and attendance and,
    where no class is full, its class. No class size and no day changes.
    """
    wishes = {"clustered_sections": clustered, "max_served_per_class": 60, "seed": 3}
    few, more = drawn(like, **wishes), drawn(like, caseload=1.3, **wishes)
    assert len(more.students) > len(few.students)
    known = {student.id: student for student in more.students}
    assert all(known[student.id] == student for student in few.students)
    plans = {row.id: row for row in more.services}
    assert all(plans[row.id] == row for row in few.services)
    assert (few.sections, few.bell, few.calendar) == (more.sections, more.bell, more.calendar)


@pytest.mark.parametrize("like", LIKE)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_school_that_is_written_and_read_is_the_same(tmp_path: Path, like: str, seed: int) -> None:
    """Generated schools pass every check of the tables, and what is read equals what was written."""
    school = drawn(like, seed=seed, monthly_share=0.5, opening_days=2, closing_days=1)
    assert read_school(tmp_path, write_school(school, tmp_path)) == school


def test_every_optional_cell_survives_writing(tmp_path: Path) -> None:
    """Rooms, pairs, dated rows, rates, a day of its own for one weekday: all are read as they were."""
    school = drawn("small")
    services = (
        school.services[0].model_copy(update={"start": date(2024, 9, 9), "end": date(2025, 1, 31)}),
        *school.services[1:],
    )
    wednesday = tuple(
        b.model_copy(update={"subject": "assembly", "block": "assembly"})
        if (b.day, b.grade, b.subject) == ("Wed", "1", "science")
        else b
        for b in school.bell
    )
    full = school.model_copy(
        update={
            "students": (
                school.students[0].model_copy(update={"attendance": None, "category": ""}),
                *school.students[1:],
            ),
            "services": services,
            "bell": wednesday,
            "staff": (school.staff[0].model_copy(update={"rate": 52.5, "type": "contractor"}),),
            "rooms": (Room(room="speech", capacity=4, noise=0.15, metres={"KA": 12.5, "2B": 40.0}),),
            "pairs": (Pair(student=school.students[0].id, other=school.students[1].id, rule="never"),),
        }
    )
    assert read_school(tmp_path, write_school(full, tmp_path)) == full


def test_a_day_that_repeats_is_written_once() -> None:
    """A bell that is the same from Monday to Friday is one `daily` row for each block."""
    lines = tables_of(drawn("small"))["bell"].splitlines()
    assert len(lines) == 1 + 9 + 10 + 10
    assert all(line.split(",")[1] == "daily" for line in lines[1:])


def test_maple_as_files_is_what_the_generator_draws() -> None:
    """The tables that ship are the generator's Maple with seed 1; clustered, they differ in nothing but seats."""
    school, clustered = (load(SCENARIOS / f"{name}.toml").roster for name in ("maple", "maple-clustered"))
    assert tables_of(school) == tables_of(drawn("maple", seed=1))
    assert school.model_copy(update={"students": clustered.students}) == clustered
    assert {s.id: s.grade for s in school.students} == {s.id: s.grade for s in clustered.students}


def test_chicago_schools_have_the_fitted_sizes() -> None:
    """Over 400 schools the logarithm of enrolment, the share with plans in speech therapy, class sizes and the start of
    the day lie within sampling error of the fitted numbers.
    """
    city = data("synthetic_chicago.toml")
    schools = [drawn("chicago", seed=seed) for seed in range(400)]
    enrolment = [sum(section.size for section in school.sections) for school in schools]
    logs = [math.log(size) for size in enrolment]
    mean = sum(logs) / 400
    spread = math.sqrt(sum((x - mean) ** 2 for x in logs) / 399)
    assert mean == pytest.approx(city["enrolment"]["log_mean"], abs=3 * 0.487 / 20)
    assert spread == pytest.approx(city["enrolment"]["log_sd"], rel=0.12)
    sections = [section for school in schools for section in school.sections]
    for grade in ("K", "3", "8"):
        sizes = [section.size for section in sections if section.grade == grade]
        assert sum(sizes) / len(sizes) == pytest.approx(city["class_size"][grade], rel=0.05)
    with_plan = city["special_education"]["alpha"] / sum(city["special_education"].values())
    in_speech = sum(city["category"][c] * city["speech_share"][c] for c in city["category"])
    served = sum(len(school.students) for school in schools) / sum(enrolment)
    assert served == pytest.approx(with_plan * in_speech, rel=0.1)
    starts = Counter(school.bell[0].start for school in schools)
    assert starts[465] / 400 == pytest.approx(city["start"]["07:45"], abs=0.065)
    assert {school.bell[-1].end - school.bell[0].start for school in schools} == {420}


def test_chicago_children_have_the_national_mix() -> None:
    """Categories of served children follow the national child count times the share that gets speech services."""
    city = data("synthetic_chicago.toml")
    weights = {c: city["category"][c] * city["speech_share"][c] for c in city["category"]}
    found = Counter(s.category for seed in range(200) for s in drawn("chicago", seed=seed, enrolment=500).students)
    for category in ("speech or language impairment", "autism", "specific learning disability"):
        assert found[category] / found.total() == pytest.approx(weights[category] / sum(weights.values()), abs=0.03)


def test_chicago_therapists_carry_the_minutes_of_the_record() -> None:
    """Plans of ten large schools ask 250 to 370 minutes for each therapist-day; the record has 306 and 313."""
    for seed in range(10):
        school = drawn("chicago", seed=seed, enrolment=1200)
        weekly = sum(row.minutes * row.sessions for row in school.services)
        assert 250 <= weekly / sum(len(member.site_days) for member in school.staff) <= 370


@pytest.mark.parametrize(
    ("year", "first", "last", "days"),
    [
        ("2014-15", date(2014, 9, 2), date(2015, 6, 16), (21, 22, 14, 15, 16, 17, 22, 15, 20, 12)),
        ("2015-16", date(2015, 9, 8), date(2016, 6, 21), (17, 21, 15, 14, 19, 19, 23, 14, 21, 15)),
    ],
)
def test_chicagos_years_have_the_attendance_days_of_the_record(
    year: str, first: date, last: date, days: tuple[int, ...]
) -> None:
    """School days from September to June are those that the district counted."""
    calendar = school_year(first, last, drawn("chicago", school_year=year).calendar)
    found = Counter((day.date.year, day.date.month) for day in calendar.days)
    assert tuple(found[key] for key in sorted(found)) == days
    shipped = Counter((day.date.year, day.date.month) for day in load(SCENARIOS / f"chicago-{year}.toml").calendar.days)
    assert shipped == found


def test_opening_and_closing_days_close_every_class() -> None:
    """Two opening days and one closing day close all grades from the first bell to the last, and no other day."""
    school = drawn("chicago", school_year="2014-15", opening_days=2, closing_days=1)
    year = school_year(date(2014, 9, 2), date(2015, 6, 16), school.calendar)
    closed = [day.index for day in year.days if day.closures]
    assert closed == [0, 1, len(year.days) - 1]
    bells = (min(b.start for b in school.bell), max(b.end for b in school.bell))
    assert {(c.grade, c.start, c.end) for day in year.days for c in day.closures} == {("", *bells)}


def test_monthly_share_rewrites_once_a_week_plans_only() -> None:
    """At 1 every plan of one direct session a week is two a month instead, at 0 none, and others are kept."""
    weekly, monthly = drawn("maple"), drawn("maple", monthly_share=1.0)
    for before, after in zip(weekly.services, monthly.services, strict=True):
        once = (before.kind, before.per, before.sessions) == ("direct", "week", 1)
        assert (after.per, after.sessions) == (("month", 2) if once else (before.per, before.sessions))


def test_a_smaller_monthly_share_is_part_of_a_larger_one() -> None:
    """The children whose plan is written per month at 0.3 are among those at 0.6."""
    some, more = (
        {row.id for row in drawn("chicago", seed=2, monthly_share=share).services if row.per == "month"}
        for share in (0.3, 0.6)
    )
    assert some < more


@pytest.mark.parametrize(
    "wishes",
    [
        {"like": "maple", "clustered_sections": 5},
        {"like": "small", "clustered_sections": 3},
        {"like": "maple", "enrolment": 500},
        {"like": "lake"},
        {"like": "maple", "caseload": 0.0},
        {"like": "maple", "schools": 2},
    ],
)
def test_wishes_that_cannot_be_met_are_refused(wishes: dict[str, Any]) -> None:
    """More clusters than sections, a size for a school of fixed size, an unknown school or key: an error."""
    with pytest.raises(ValidationError):
        Synthetic.model_validate({"kind": "synthetic", **wishes})


def test_draws_have_the_distributions_they_name() -> None:
    """`pick` follows its weights and `beta_draw` its mean and concentration, over 4,000 names."""
    luck = Luck(5, None)
    names = [str(n) for n in range(4000)]
    found = Counter(pick(luck, "colour", name, {"red": 1.0, "blue": 3.0}) for name in names)
    assert found["blue"] / 4000 == pytest.approx(0.75, abs=0.025)
    values = [beta_draw(luck, "attendance", name, 0.9, 35.0) for name in names]
    mean = sum(values) / 4000
    assert mean == pytest.approx(0.9, abs=0.003)
    assert sum((v - mean) ** 2 for v in values) / 4000 == pytest.approx(0.9 * 0.1 / 36, rel=0.12)


def test_sections_and_children_agree() -> None:
    """Every served child of a Chicago school sits in a section of its grade, and grades run from K to 8."""
    school = drawn("chicago", seed=11)
    grade_of = {section.section: section.grade for section in school.sections}
    assert all(grade_of[student.section] == student.grade for student in school.students)
    assert sorted({grade_number(g) for g in grade_of.values()}) == list(range(9))
