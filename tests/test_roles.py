"""The usual goals of the disciplines: taken where the scenario does not describe one, and never against it."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_school import FILES, edited, write
from two_sites import TWO_SITES, changed, write_two
from week_laws import assert_lawful

from sdmsim.base import InputErrors
from sdmsim.delivery.roles import usual_goals
from sdmsim.delivery.rules import Goal
from sdmsim.delivery.timetable import solve
from sdmsim.plan import plan_of, week_problem
from sdmsim.scenario import load
from sdmsim.world import live

NO_LANGUAGE = ('[goals.language]\ndomain = "language"\npush_in_subjects = ["ELA"]\n\n', "")


def test_four_disciplines_ship() -> None:
    """Speech-language pathology, occupational and physical therapy, special education; each goal with its source."""
    goals = usual_goals().values()
    assert {goal.discipline for goal in goals} == {
        "speech-language pathology", "occupational therapy", "physical therapy", "special education",
    }  # fmt: skip
    assert all(goal.source for goal in goals)
    assert usual_goals()["language"].push_in_subjects[0] == "ELA"
    assert usual_goals()["handwriting"].push_in_subjects == ("writing",)
    assert usual_goals()["maths"].push_in_subjects == ("maths",)


def test_a_goal_that_is_not_described_is_taken_from_those_that_ship(tmp_path: Path) -> None:
    """As in the data, in the subjects of the school's bell, and a note says so."""
    scenario = load(write(tmp_path, edited("school.toml", NO_LANGUAGE)))
    assert scenario.goals_in_use["language"] == Goal(domain="language", push_in_subjects=("ELA",))
    assert (
        'Goal "language" is not in [goals] of school.toml; as usual in speech-language pathology it is language,'
        " play apart, woven in class in ELA (docs/tables.md)."
    ) in scenario.notes
    assert plan_of(scenario).goals == scenario.goals_in_use
    full = load(write(tmp_path))
    assert week_problem(full).digest() == week_problem(scenario).digest()
    assert not any("docs/tables.md" in note for note in full.notes)


def test_the_file_wins(tmp_path: Path) -> None:
    """A goal that the scenario describes is as it says, whatever ships under that name."""
    own = edited(
        "school.toml", ('[goals.articulation]\ndomain = "speech_sounds"', '[goals.articulation]\ndomain = "academics"')
    )
    assert load(write(tmp_path, own)).goals_in_use["articulation"].domain == "academics"


def test_where_the_bell_has_no_such_lesson(tmp_path: Path) -> None:
    """Handwriting goes to writing where there is any, else to language arts."""
    no_goal = changed(
        "school.toml", ('[goals.handwriting]\ndomain = "motor_sensory"\npush_in_subjects = ["ELA"]\n\n', "")
    )
    assert load(write_two(tmp_path, no_goal)).goals_in_use["handwriting"].push_in_subjects == ("ELA",)
    bell = FILES["bell.csv"].replace("2,daily,10:00,10:45,WIN,WIN,no", "2,daily,10:00,10:45,writing,writing,no")
    with_writing = load(write_two(tmp_path, {**no_goal, "bell.csv": bell}))
    assert with_writing.goals_in_use["handwriting"].push_in_subjects == ("writing",)


def test_two_roles_at_two_sites_without_any_goal_described(tmp_path: Path) -> None:
    """Speech in language arts and handwriting in writing for one child, by two people: lawful, and lived."""
    toml = TWO_SITES["school.toml"]
    start, end = toml.index("[goals.articulation]"), toml.index("[grouping]")
    bell = FILES["bell.csv"].replace("2,daily,10:00,10:45,WIN,WIN,no", "2,daily,10:00,10:45,writing,writing,no")
    scenario = load(write_two(tmp_path, {"school.toml": toml[:start] + toml[end:], "bell.csv": bell}))
    scenario = scenario.but(**{"delivery.push_in_share": 1.0})
    problem = week_problem(scenario)
    week = solve(problem)
    assert_lawful(scenario.roster, problem, week)
    child = scenario.roster.student_index["s2"]
    both = [a for a in week.appointments if any(week.requests[r].student == child for r, _ in a.members)]
    assert {a.therapist for a in both} == {0, 1}
    (hands,) = [a for a in both if a.therapist == 1]
    assert (hands.setting, hands.start >= 600, hands.start + hands.minutes <= 645) == ("classroom", True, True)
    live(plan_of(scenario), seed=1, replication=0)


def test_a_goal_that_nobody_knows(tmp_path: Path) -> None:
    """Neither described nor shipped: an error, as before."""
    rows = edited("services.csv", ("s4,speech,30,month,4,direct,language", "s4,speech,30,month,4,direct,langauge"))
    with pytest.raises(InputErrors) as found:
        load(write(tmp_path, rows))
    assert [str(p) for p in found.value.problems] == [
        'services.csv:5: goal: "langauge" is not in [goals] of school.toml; did you mean "language"?'
    ]
