"""What a year teaches: a week worked out on paper, and laws of years that were lived."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import exp, log1p

import numpy as np
import pytest
from hand_school import SURE, child, plan, pull_out, push_in, wanted

from sdmsim.events import Log
from sdmsim.metrics.goals import attainment_by_child, attainment_of, goals_table, probes_table
from sdmsim.metrics.progress import first_passed, gains_and_effects, progress
from sdmsim.plan import Plan
from sdmsim.theory.ledger import SETS, Assumptions
from sdmsim.world import live

NO_SPREAD = {
    "attention.child_sd": 0.0,
    "attention.noise_sensitivity_sd": 0.0,
    "children.response_sd": 0.0,
    "children.start_sd": 0.0,
    "school.growth_sd": 0.0,
    "children.inattentive_share.others": 0.0,
    "team.substitute_share": 0.0,
    "team.mismatch": 0.0,
}
"""Children that are all alike, and lessons that are always as planned."""


def one_session(in_class: bool, **numbers: float) -> Plan:
    """A child with one session of 20 minutes, alone, on Monday 10:10, in WIN of a week without luck."""
    where = push_in(0, 610, 20, [(0, 0)]) if in_class else pull_out(0, 610, 20, [(0, 0)])
    setting = "classroom" if in_class else "therapy_room"
    school = plan([child("A")], [wanted(0, setting, 20)], [where], days=SURE)
    return replace(school, numbers={**Assumptions(set="neutral").numbers(), **NO_SPREAD, **numbers})


def lived(school: Plan) -> Log:
    """The year under seed 1."""
    return live(school, seed=1, replication=0)


def test_one_session_on_paper() -> None:
    """20 minutes x .88 on task x .45 work x 1.2 a minute = 9.504 tries, a 600th of .1 each, to Friday midnight.

    Neutral: no satiation, so all count; need 3, 20 targets. The ceiling takes a part that is worked out below. The
    gain fades for 4 days and 13:50 hours; a fifth of what fades is kept. Use in class is as good as the skill.
    """
    n = one_session(False).numbers
    raw = 20 * 0.88 * 0.45 * 1.2 * 0.1 / (n["stores.need"] * n["stores.targets"])
    far = n["stores.ceiling"] / n["stores.softness"]
    w = raw / n["stores.softness"]
    learned = n["stores.softness"] * (w - log1p((exp(w) - 1.0) * exp(-far)))
    days = 5.0 - 610 / 1440
    left = learned * (n["stores.kept"] + (1.0 - n["stores.kept"]) * 2.0 ** (-days / n["stores.half_life"]))
    learning = lived(one_session(False)).learning
    assert learning is not None
    assert learning.gains[0, 0, -1] == pytest.approx(left, rel=1e-9)
    assert learning.gains[1, 0, -1] == pytest.approx(left, rel=1e-9)


def test_school_growth_on_paper() -> None:
    """Neutral: the trip costs its 26.5 minutes of a week's 900, in class 45 % of 20 minutes are not for the lesson."""
    for in_class, lost in ((False, 26.5), (True, 9.0)):
        school = one_session(in_class)
        learning = lived(school).learning
        assert learning is not None
        rate = school.numbers["school.growth"] * school.numbers["scale.sd.language"]
        assert learning.growth[0, -1] == pytest.approx(rate * (1 - lost / 900))
        assert learning.growth_without[0, -1] == pytest.approx(rate)


def test_what_is_caught_up_counts_in_part() -> None:
    """With half of what was missed caught up, the trip costs half."""
    school = one_session(False, **{"school.recovered": 0.5})
    learning = lived(school).learning
    assert learning is not None
    rate = school.numbers["school.growth"] * school.numbers["scale.sd.language"]
    assert learning.growth[0, -1] == pytest.approx(rate * (1 - 13.25 / 900))


def test_the_effect_is_the_gain_less_the_year_without_therapy() -> None:
    """Gain = coverage x practised + growth; effect = the same less the growth of a year without a trip."""
    school = one_session(False)
    log = lived(school)
    learning = log.learning
    assert learning is not None
    gains, effects = gains_and_effects(learning)
    coverage = school.numbers["stores.coverage"]
    assert gains[0, 0] == pytest.approx(coverage * learning.gains[0, 0, -1] + learning.growth[0, -1])
    assert gains[0, 0] - effects[0, 0] == pytest.approx(learning.growth_without[0, -1])
    assert progress(log)["trained_effect_sd"] == pytest.approx(effects[0, 0])


@pytest.mark.parametrize("which", SETS)
def test_place_matters_only_through_its_numbers(which: str) -> None:
    """Where the numbers of room and lesson are equal, nothing is missed and nobody moves, settings are equal."""
    same = {
        "places.similarity.room": 0.7,
        "places.similarity.lesson": 0.7,
        "places.work_share.room": 0.4,
        "places.work_share.lesson": 0.4,
        "places.noise.room": 0.5,
        "places.noise.small_groups": 0.5,
        "practice.episodes_per_minute.play": 1.0,
        "practice.episodes_per_minute.woven": 1.0,
        "stores.transfer": 0.0,
        "school.growth": 0.0,
        "team.teacher_knowledge": 0.0,
    }
    numbers = {**Assumptions.model_validate({"set": which}).numbers(), **NO_SPREAD, **same}
    found = [lived(replace(one_session(c), numbers=numbers)).learning for c in (False, True)]
    assert found[0] is not None
    assert found[1] is not None
    assert found[0].gains[:, 0, -1] == pytest.approx(found[1].gains[:, 0, -1], rel=1e-12)
    assert found[0].gains[0, 0, -1] > 0.0


def test_reversing_the_similarities_reverses_use_in_class() -> None:
    """Use in class gains more where practice is more like it, wherever that is; the trained skill does not change."""
    for room, lesson in ((0.4, 0.9), (0.9, 0.4)):
        numbers = {"places.similarity.room": room, "places.similarity.lesson": lesson, "school.growth": 0.0}
        apart, inside = (lived(one_session(c, **numbers)).learning for c in (False, True))
        assert apart is not None
        assert inside is not None
        assert apart.gains[0] == pytest.approx(inside.gains[0])
        assert (apart.gains[1, 0, -1] > inside.gains[1, 0, -1]) == (room > lesson)


def test_no_therapy_no_effect() -> None:
    """A child that is never taught gains what school brings and nothing else."""
    school = plan([child("A")], [wanted(0, "therapy_room", 20)], [], days=SURE)
    found = progress(lived(school))
    assert found["trained_effect_sd"] == 0.0
    assert found["trained_gain_sd"] > 0.0


def test_probes_not_taken_leave_a_row_of_passes_whole() -> None:
    """A goal is met by three passes running among the probes that were taken."""
    learning = lived(one_session(False)).learning
    assert learning is not None
    one = np.ones((1, 5), dtype=bool)
    scores = np.array([[[8, 9, 0, 10, 3]], [[8, 9, 7, 10, 8]]])
    made = replace(learning, scores=scores, taken=np.array([[True, True, False, True, True]]), active=one)
    assert first_passed(made)[:, 0].tolist() == [3, 3]
    made = replace(made, taken=one)
    assert first_passed(made)[:, 0].tolist() == [-1, -1]


def test_the_table_of_goals_says_what_was_reached() -> None:
    """Dates of the third pass running; the level by the last probe taken; true probabilities, rising with skill."""
    log = lived(one_session(False))
    learning = log.learning
    assert learning is not None
    day, one = np.zeros(5, dtype=np.int64), np.ones((1, 5), dtype=bool)
    long = {"gains": np.zeros((2, 1, 5)), "growth": np.zeros((1, 5)), "growth_without": np.zeros((1, 5))}
    scores = np.array([[[8, 9, 10, 10, 3]], [[8, 9, 7, 10, 8]]])
    log.learning = replace(learning, scores=scores, taken=one, active=one, probe_days=day, **long)
    (goal,) = goals_table(log).to_dict("records")
    assert goal["met"] == "2024-09-02"
    assert goal["generalised"] is None
    assert goal["attainment"] == -2.0
    assert goal["start_in_therapy"] == goal["end_in_therapy"] == 0.5
    probes = probes_table(log)
    assert len(probes) == 10
    assert probes["right"].tolist()[:2] == [8, 8]


def test_a_child_that_was_never_probed_has_no_level() -> None:
    """Nothing is made up for probes that were not taken."""
    log = lived(one_session(False))
    learning = log.learning
    assert learning is not None
    never = replace(learning, taken=np.zeros_like(learning.taken))
    assert np.isnan(attainment_of(never)).all()
    assert np.isnan(attainment_by_child(never, 1)).all()
    assert not np.isnan(attainment_by_child(learning, 1)).any()


def lucky(children: list[str], attendance: float = 0.8) -> Plan:
    """Children who are each alone with the therapist twice a week, in a year with absences, under `evidence`."""
    people = [child(name, attendance=attendance) for name in children]
    wishes = [wanted(i, "therapy_room", 20, 2) for i in range(len(children))]
    meetings = [pull_out(1 + 2 * j, 605 + 27 * i, 20, [(i, j)]) for i in range(len(children)) for j in range(2)]
    school = plan(people, wishes, meetings, last_day=date(2024, 12, 20))
    return replace(school, numbers=Assumptions().numbers())


def test_another_child_changes_nobody() -> None:
    """Profiles, probes and skills of a child are drawn by its own name: a second child changes none of them."""
    alone, both = (live(lucky(names), seed=3, replication=2).learning for names in (["A"], ["A", "B"]))
    assert alone is not None
    assert both is not None
    assert (both.scores[:, 0] == alone.scores[:, 0]).all()
    assert both.skill[:, 0] == pytest.approx(alone.skill[:, 0], abs=1e-12)
    assert both.start[0, 0] != both.start[0, 1]


def test_the_two_contexts_have_luck_of_their_own() -> None:
    """With equal skill in both contexts scores still differ here and there."""
    school = lucky(["A", "B"])
    numbers = {**school.numbers, "children.class_gap": 0.0, "places.similarity.room": 1.0}
    learning = live(replace(school, numbers=numbers), seed=3, replication=0).learning
    assert learning is not None
    assert learning.gains[0] == pytest.approx(learning.gains[1])
    assert (learning.scores[0] != learning.scores[1]).any()


def test_fewer_absences_never_mean_less_skill() -> None:
    """A child that is there more often has more sessions and more lessons, and at least as much skill."""
    ends = []
    for attendance in (0.5, 0.7, 0.9, 1.0):
        learning = live(lucky(["A"], attendance), seed=5, replication=0).learning
        assert learning is not None
        ends.append(learning.skill[:, 0, -1])
    assert (np.diff(np.array(ends), axis=0) > 0.0).all()


def test_use_in_class_never_passes_the_trained_skill() -> None:
    """Whatever fades, is kept or carries over, what therapy added in class is at most what it added in therapy."""
    for which in SETS:
        school = replace(lucky(["A", "B"]), numbers=Assumptions.model_validate({"set": which}).numbers())
        learning = live(school, seed=7, replication=1).learning
        assert learning is not None
        assert (learning.gains[1] <= learning.gains[0] + 1e-12).all()
        assert (learning.gains[0] < school.numbers["stores.ceiling"]).all()


def test_who_is_there_is_on_task_and_attends() -> None:
    """On-task minutes are part of the minutes attended, which are lessons had and therapy, nothing twice."""
    log = live(lucky(["A", "B"]), seed=2, replication=0)
    learning = log.learning
    assert learning is not None
    assert (learning.on_task_minutes < learning.attended_minutes).all()
    away = sum(min(660.0, t[7]) - t[3] for t in log.trips if t[1] == 0)
    at_home = 180.0 * sum(a[1] == 0 for a in log.absences)
    taught = sum(g[5] for g in log.given if g[1] == 0)
    lessons = 180.0 * len(log.plan.calendar.days) - at_home - away
    assert learning.attended_minutes[0] == pytest.approx(lessons + taught)
