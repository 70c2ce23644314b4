"""Every mechanism of response, alone, in a week that was lived: what it does, by its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp

import numpy as np
import pytest
from hand_school import child, plan, pull_out, push_in, therapist, wanted
from test_progress import NO_SPREAD

from sdmsim.delivery.rules import Goal
from sdmsim.events import Learning
from sdmsim.metrics.progress import progress
from sdmsim.plan import Plan
from sdmsim.school.vocabulary import Room, Service
from sdmsim.streams import Luck
from sdmsim.theory.ledger import Assumptions
from sdmsim.theory.practice import at_home, familiar
from sdmsim.theory.probes import prompted_probability
from sdmsim.world import live
from sdmsim.world.learners import learners_of
from sdmsim.world.luck import _unwilling
from sdmsim.world.profiles import profiles_of

EVIDENCE = Assumptions(set="evidence").numbers()

PLAIN = {
    **Assumptions(set="neutral").numbers(),
    **NO_SPREAD,
    "stores.ceiling": 1e6,
    "stores.half_life": 1e9,
    "school.growth": 0.0,
}
"""`neutral` for children that are all alike, without a ceiling, fading and school: gains are sums of practice."""


def taught(school: Plan, **numbers: float) -> Learning:
    """What the week teaches under PLAIN and `numbers`."""
    learning = live(replace(school, numbers={**PLAIN, **numbers}), seed=1, replication=0).learning
    assert learning is not None
    return learning


def session(in_class: bool = False, start: int = 610) -> Plan:
    """One child, alone, 20 minutes on Monday, in WIN at small groups where nothing else is said."""
    if in_class:
        return plan([child("A")], [wanted(0, "classroom", 20)], [push_in(0, start, 20, [(0, 0)])])
    return plan([child("A")], [wanted(0, "therapy_room", 20)], [pull_out(0, start, 20, [(0, 0)])])


def gain(school: Plan, context: int = 0, **numbers: float) -> float:
    """What therapy added for the first child by the end of the week."""
    return float(taught(school, **numbers).gains[context, 0, -1])


def group(goals: Sequence[str]) -> Plan:
    """Children of one group, each with a goal of its own domain name."""
    children = [child(name) for name in "ABCD"[: len(goals)]]
    requests = [wanted(i, "therapy_room", 20)._replace(goal=goal) for i, goal in enumerate(goals)]
    school = plan(children, requests, [pull_out(0, 610, 20, [(i, 0) for i in range(len(goals))])])
    return replace(school, goals={"language": Goal(domain="language"), "social": Goal(domain="social_communication")})


def test_turns_of_others_count_as_far_as_they_fit() -> None:
    """Of three, two on language: own third, w of the other language third, w x fit of the social third."""
    alone = gain(session())
    for w, fit in ((0.0, 0.0), (0.6, 0.0), (1.0, 0.5), (1.0, 1.0)):
        numbers = {"practice.others_turns": w, "practice.mixed_fit": fit}
        found = taught(group(["language", "language", "social"]), **numbers).gains[0, :, -1] / alone
        assert found[0] == found[1] == pytest.approx((1 + w * (1 + fit)) / 3)
        assert found[2] == pytest.approx((1 + w * 2 * fit) / 3)


def test_the_noise_of_a_place_is_that_of_its_format_or_its_room() -> None:
    """WIN is small groups, maths is seat work; a room has its own noise where the table of rooms says so."""
    noises = {"places.noise.small_groups": 0.9, "places.noise.seat_work": 0.2, "places.noise.room": 0.5}
    settings = {**noises, "attention.noise_logit": -1.0, "attention.relax_per_minute": 1e9}
    named = plan(
        [child("A")],
        [wanted(0, "therapy_room", 20)],
        [pull_out(0, 610, 20, [(0, 0)], room="quiet")],
        rooms=[Room(room="quiet", capacity=4, noise=0.2, metres={"1A": 60.0})],
    )
    quiet = gain(named, **settings)
    assert gain(session(True), **settings) < gain(session(), **settings) < quiet
    assert gain(session(True, 720), **settings) == pytest.approx(quiet)


def test_nobody_is_helped_by_noise() -> None:
    """However children differ in sensitivity, its effect is never below none."""
    settings = {"attention.noise_logit": -1.0, "attention.relax_per_minute": 1e9, "places.noise.room": 1.0}
    school = plan(
        [child(name) for name in "ABCDEFGH"],
        [wanted(i, "therapy_room", 5) for i in range(8)],
        [pull_out(i % 5, 605 + 20 * (i // 5), 5, [(i, 0)]) for i in range(8)],
    )
    spread = taught(school, **settings, **{"attention.noise_sensitivity_sd": 3.0}).gains[0, :, -1]
    assert len(set(spread.tolist())) > 3
    none = {**settings, "places.noise.room": 0.0}
    assert (spread <= taught(school, **none).gains[0, :, -1] * (1 + 1e-12)).all()
    assert spread.max() == pytest.approx(taught(school, **none).gains[0, 0, -1])


def test_children_with_attention_difficulties_practise_less() -> None:
    """In each category the share of them is the ledger's."""
    settled = {"attention.relax_per_minute": 1e9}
    usual = gain(session(), **settled)
    assert gain(session(), **settled, **{"children.inattentive_share.others": 1.0}) < usual
    assert gain(session(), **settled, **{"children.inattentive_share.other_health_impairment": 1.0}) == usual
    school = session()
    ill = school.school.students[0].model_copy(update={"category": "other health impairment"})
    other = replace(school, school=school.school.model_copy(update={"students": (ill,)}))
    assert gain(other, **settled, **{"children.inattentive_share.other_health_impairment": 0.0}) == usual
    assert gain(other, **settled, **{"children.inattentive_share.other_health_impairment": 1.0}) < usual


@pytest.mark.parametrize("cause", ["substitute", "mismatch"])
def test_a_lesson_that_is_not_as_usual_costs_work_in_class_only(cause: str) -> None:
    """On a substitute's day, and where the lesson is another, a share of the work in class is lost."""
    always = {f"team.{cause}_share" if cause == "substitute" else "team.mismatch": 1.0, f"team.{cause}_loss": 0.4}
    always["team.mismatch_planning"] = 0.0
    assert gain(session(True), **always) == pytest.approx(0.6 * gain(session(True)))
    assert gain(session(), **always) == gain(session())


def test_planning_keeps_lessons_as_planned() -> None:
    """A visited class has its co-planning, so the chance of another lesson falls with its minutes."""
    numbers = {"team.mismatch": 1.0, "team.mismatch_loss": 1.0}
    assert gain(session(True), **numbers, **{"team.mismatch_planning": 0.0}) == 0.0
    assert gain(session(True), **numbers, **{"team.mismatch_planning": 1e3}) == gain(session(True))


def test_work_that_is_the_lesson_takes_nothing_from_it() -> None:
    """With overlap 1 a visit costs the lesson nothing, with 0 the whole share of work."""
    numbers = {"school.growth": 0.3, "places.work_share.lesson": 0.4}
    whole = taught(session(True), **numbers).growth_without[0, -1]
    for overlap in (0.0, 0.5, 1.0):
        grown = taught(session(True), **numbers, **{"places.overlap": overlap}).growth[0, -1]
        assert grown == pytest.approx(whole * (1 - 0.4 * (1 - overlap) * 20 / 900))


def test_recent_practice_makes_more_of_it_worth_less() -> None:
    """Two sessions of e tries a day apart: e^(-s u) (1 - e^(-s e)) / s each, u = e halved in a day; off, twice one."""
    twice = plan(
        [child("A")],
        [wanted(0, "therapy_room", 20, 2)],
        [pull_out(0, 610, 20, [(0, 0)]), pull_out(1, 610, 20, [(0, 1)])],
    )
    tries = 20 * 0.88 * 0.45 * 1.2
    one = gain(session(), **{"practice.satiation": 0.05}) / gain(session())
    assert one == pytest.approx((1 - exp(-0.05 * tries)) / (0.05 * tries))
    two = gain(twice, **{"practice.satiation": 0.05, "practice.load_half_life": 1.0}) / gain(session())
    assert two == pytest.approx(one * (1 + exp(-0.05 * tries / 2)))
    assert gain(twice) == pytest.approx(2 * gain(session()))


def test_use_in_class_follows_with_unaided_minutes() -> None:
    """Of what class use lacks, e^(-rate x minutes) is left: the minutes of the week that lie behind the session."""
    numbers = {"places.similarity.room": 0.5, "stores.transfer": 2.0, "team.teacher_knowledge": 0.0}
    behind = 900 - 60 - 10 - (633.5 - 610)
    lacking = 0.5 * gain(session())
    assert gain(session(), 1, **numbers) == pytest.approx(gain(session()) - lacking * exp(-0.002 * behind), rel=1e-9)


def test_a_teacher_who_plans_with_the_therapist_speeds_it_wherever_the_therapy_is() -> None:
    """Co-planning of a visited class, consultation and the child's own indirect rows count minute for minute."""
    numbers = {"places.similarity.room": 0.5, "places.similarity.lesson": 0.5, "stores.transfer": 2.0}

    def rate(school: Plan, knowledge: float) -> float:
        """Rate that the gap at the end of the week betrays, in multiples of that without planning."""
        settings = {**numbers, "team.teacher_knowledge": knowledge}
        gap = [gain(school, 0, **n) - gain(school, 1, **n) for n in (settings, {**settings, "stores.transfer": 0.0})]
        return float(np.log(gap[1] / gap[0]))

    def planned(minutes: float, school: Plan) -> None:
        assert rate(school, 0.6) / rate(school, 0.0) == pytest.approx(1 + 0.6 * minutes / 15)

    planned(0, session())
    planned(15, session(True))
    consulted = plan(
        [child("A")],
        [wanted(0, "therapy_room", 20)],
        [pull_out(0, 610, 20, [(0, 0)])],
        staff=[therapist(consultation=30)],
    )
    planned(30, consulted)
    row = consulted.school.services[0]
    extra = Service.model_validate({**row.model_dump(), "kind": "indirect", "minutes": 40, "per": "month"})
    school = consulted.school.model_copy(update={"services": (row, extra)})
    planned(40, replace(consulted, school=school))


def test_class_begins_behind_by_its_gap() -> None:
    """Skill in class starts below skill in a quiet place by `children.class_gap`."""
    start = taught(session(), **{"children.class_gap": 0.4, "children.start_mean": 0.1}).start[:, 0]
    assert start == pytest.approx([0.1, -0.3])


def test_goals_of_a_few_weeks_do_not_count_and_truth_is_looked_at_in_therapy() -> None:
    """A week's goals are too short to be counted; over a term, goals truly met are those at .8 in therapy."""
    from test_progress import lucky

    assert np.isnan(progress(live(session(), seed=1, replication=0))["goals_met_share"])
    term = lucky(["A", "B"], 1.0)
    high = {**term.numbers, "children.start_mean": 5.0, "children.start_sd": 0.0, "children.class_gap": 10.0}
    log = live(replace(term, numbers=high), seed=1, replication=0)
    found = progress(log)
    assert found["goals_truly_met_share"] == 1.0
    assert found["goals_generalised_share"] == 0.0
    assert found["goals_met_share"] == 1.0


def test_the_spread_is_that_of_a_sample() -> None:
    """Two children: the difference of their gains / root 2."""
    from test_progress import lucky

    from sdmsim.metrics.progress import by_child, gains_and_effects, learning_of

    log = live(lucky(["A", "B"]), seed=1, replication=0)
    first, second = by_child(learning_of(log), gains_and_effects(learning_of(log))[0])[0]
    assert progress(log)["trained_gain_spread_sd"] == pytest.approx(abs(first - second) / 2**0.5)


def test_between_two_sessions_only_unaided_minutes_carry_over() -> None:
    """Monday's lack shrinks by the 86.5 minutes after it and the 67 of Tuesday up to 10:07, when it is fetched."""
    twice = plan(
        [child("A")],
        [wanted(0, "therapy_room", 20, 2)],
        [pull_out(0, 610, 20, [(0, 0)]), pull_out(1, 610, 20, [(0, 1)])],
    )
    numbers = {"places.similarity.room": 0.5, "stores.transfer": 2.0, "team.teacher_knowledge": 0.0}
    lack = 0.5 * gain(session())
    left = (lack * exp(-0.002 * (86.5 + 67)) + lack) * exp(-0.002 * (86.5 + 3 * 180))
    assert gain(twice, 0, **numbers) - gain(twice, 1, **numbers) == pytest.approx(left, rel=1e-9)


def test_neutral_is_neutral() -> None:
    """Same start, minutes and group, no moves: under `neutral` skills are equal wherever therapy is, school apart."""
    numbers = {**Assumptions(set="neutral").numbers(), "school.growth": 0.0}
    found = [live(replace(session(c), numbers=numbers), seed=4, replication=0).learning for c in (False, True)]
    assert found[0] is not None
    assert found[1] is not None
    assert found[0].skill[:, 0, -1] == pytest.approx(found[1].skill[:, 0, -1], rel=1e-9)
    assert found[0].gains[0, 0, -1] > 0.0


@pytest.mark.parametrize("in_class", [False, True])
def test_a_new_therapist_gets_less_done_at_first(in_class: bool) -> None:
    """Of the first session's practice the loss is lost, in either place; what is lost halves with the weeks."""
    usual = gain(session(in_class))
    assert gain(session(in_class), **{"team.new_loss": 0.4}) == pytest.approx(0.6 * usual)
    assert gain(session(in_class), **{"team.new_loss": -0.4}) == pytest.approx(1.4 * usual)
    assert familiar(1.0, 0.4, 1.0) == pytest.approx(0.8)
    assert familiar(np.array([0.0, 2.0, 50.0]), 0.4, 2.0) == pytest.approx([0.6, 0.8, 1.0], abs=1e-6)


@pytest.mark.parametrize("in_class", [False, True])
def test_what_hangs_on_prompts_is_not_used_unaided(in_class: bool) -> None:
    """Reliance takes its share of use in class wherever an adult worked with the child, and nothing of the skill."""
    one = session(in_class)
    assert gain(one, **{"practice.reliance": 0.25}) == pytest.approx(gain(one))
    assert gain(one, 1, **{"practice.reliance": 0.25}) == pytest.approx(0.75 * gain(one, 1))


@pytest.mark.parametrize(("goal", "helped"), [("social", True), ("language", False)])
def test_contact_with_peers_helps_use_of_social_goals(goal: str, helped: bool) -> None:
    """Social goals carry over faster by the child's contact, in proportion to it; others do not; a minus slows them."""
    on = {"places.similarity.room": 0.5, "stores.transfer": 0.5}
    school = group([goal])
    still = gain(school, 1, **on)
    more, less = (gain(school, 1, **on, **{"peers.carry_over": x}) for x in (0.8, -0.8))
    assert (more > still + 1e-6, less < still - 1e-6) == (helped, helped)
    fewer = gain(school, 1, **on, **{"peers.carry_over": 0.8, "peers.rate.lesson": 0.0})
    assert (fewer < more - 1e-9) == helped
    assert gain(school, **on, **{"peers.carry_over": 0.8}) == pytest.approx(gain(school, **on))


def test_tries_at_home_count_between_sessions() -> None:
    """Three days between two sessions at 7 tries a week: three tries more, in class as far as home is like it."""
    requests = [wanted(0, "therapy_room", 20)._replace(sessions=2, weekly_sessions=2)]
    days = [pull_out(0, 610, 20, [(0, 0)])._replace(weekday=0), pull_out(0, 610, 20, [(0, 1)])._replace(weekday=3)]
    school = plan([child("A")], requests, days)
    home = {"practice.home_tries": 7.0, "practice.home_similarity": 0.5}
    a_try = PLAIN["stores.increment"] / (PLAIN["stores.need"] * PLAIN["stores.targets"])
    assert gain(school, **home) - gain(school) == pytest.approx(3 * a_try)
    assert gain(school, 1, **home) - gain(school, 1) == pytest.approx(1.5 * a_try)
    assert gain(session(), **home) == pytest.approx(gain(session()))
    assert at_home(7.0, 30.0) == pytest.approx(7.0)


def test_a_refusal_has_a_cause() -> None:
    """With the number, children who attend less refuse more; without it all refuse alike; reversed, less."""
    children = [child(name) for name in "ABCDEF"]
    school = plan(children, [wanted(0, "therapy_room", 20)], [pull_out(0, 610, 20, [(0, 0)])])
    school = replace(school, days=school.days.model_copy(update={"child_unwilling": 0.2}))
    luck = Luck(1, 0)

    def chance(by_attention: float) -> tuple[list[float], list[float]]:
        numbers = {**EVIDENCE, "children.refusal_attention": by_attention}
        own = replace(school, numbers=numbers)
        return _unwilling(own, luck, numbers).tolist(), profiles_of(
            own, learners_of(own), luck, numbers
        ).attention.tolist()

    alike, _ = chance(0.0)
    assert alike == [0.2] * 6
    more, attention = chance(-0.5)
    assert np.argsort(more).tolist() == np.argsort(attention)[::-1].tolist()
    assert [p > 0.2 for p in more] == [a < 0.0 for a in attention]
    less, _ = chance(0.5)
    assert [p < 0.2 for p in less] == [a < 0.0 for a in attention]


def test_prompted_performance_stands_above_skill() -> None:
    """By its lift in log-odds; with none it is the skill."""
    assert prompted_probability(0.0, 1.0) == pytest.approx(1 / (1 + exp(-1)))
    assert prompted_probability(0.4, 0.0) == pytest.approx(1 / (1 + exp(-0.4)))
