"""Why did B beat A? The difference between two arms, split into causes."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hand_school import AS_PLANNED, SURE, child, plan, pull_out, push_in, therapist, wanted
from small_school import edited, write

from sdmsim.delivery.vocabulary import Appointment, Setting
from sdmsim.events import REASONS
from sdmsim.lab.drivers import causes as splitting
from sdmsim.lab.drivers.causes import GAINS, MINUTES, Causes, Pair, causes_between, parts_of_minutes, split_pair
from sdmsim.lab.drivers.occasions import Occasions, occasions_of, pairs_of
from sdmsim.lab.drivers.shapley import sampled_shapley, shapley_of
from sdmsim.lab.drivers.sides import CannotSplit, sides_of
from sdmsim.lab.drivers.switches import CAUSES, Switches
from sdmsim.lab.drivers.why import why
from sdmsim.lab.pool import Workers, workers_of
from sdmsim.lab.trials import prepare
from sdmsim.metrics import row
from sdmsim.plan import Plan, plan_of
from sdmsim.scenario import load
from sdmsim.school.vocabulary import Room
from sdmsim.streams import Luck
from sdmsim.theory.ledger import Assumptions
from sdmsim.world import live
from sdmsim.world.backdrop import backdrop_of
from sdmsim.world.copies import lessons_in_copies
from sdmsim.world.learners import learners_of

EVIDENCE = Assumptions(set="evidence").numbers()
PRACTITIONER = Assumptions(set="practitioner").numbers()
NAMES = ("B", "A")


def split(arm: Plan, baseline: Plan, replications: int = 1) -> Causes:
    """The causes of a pair of plans, seed 1."""
    return causes_between(arm, baseline, names=NAMES, seed=1, replications=replications)


def parts(found: Causes, metric: str) -> dict[str, float]:
    """Parts by cause."""
    return {part.cause: part.part for part in found.parts if part.metric == metric}


def of_which(arm: Plan, baseline: Plan, metric: str = "classroom_gain_sd") -> set[str]:
    """The causes that are given anything of the difference of one year; it is not nil."""
    found = parts(split(arm, baseline), metric)
    assert sum(map(abs, found.values())) > 1e-4
    return {cause for cause, part in found.items() if part != 0.0}


def weeks(*appointments: Appointment, setting: Setting = "therapy_room", **more: Any) -> Plan:
    """Two children of two classes over eight weeks, a session of 20 minutes a week each, under `evidence`."""
    made = plan(
        [child("A", "1A"), child("B", "1B")],
        [wanted(i, setting, 20) for i in range(2)],
        appointments,
        last_day=date(2024, 10, 25),
        **more,
    )
    return replace(made, numbers=EVIDENCE)


def alone(**more: Any) -> Plan:
    """The children one after the other in WIN, each alone with the therapist, on Mondays and Tuesdays."""
    return weeks(pull_out(0, 610, 20, [(0, 0)]), pull_out(1, 610, 20, [(1, 0)]), **more)


def additive(weight: Any) -> Any:
    """The values of every coalition of a game in which each cause adds its weight."""
    every = np.arange(2 ** len(weight))
    return ((every[:, None] >> np.arange(len(weight)) & 1) @ weight)[:, None]


# --- Shapley values ---------------------------------------------------------------------------------------------------


def test_shapley_values_are_the_mean_of_what_a_cause_adds_over_all_orders() -> None:
    """On any game: the mean over the 24 orders of four causes, added up by hand."""
    values = Luck(3, 0).uniforms_of("values", ["v"], np.zeros(16, dtype=np.int64), np.arange(16))[:, None]
    by_hand = np.zeros(4)
    for order in permutations(range(4)):
        on = 0
        for cause in order:
            by_hand[cause] += values[on | 1 << cause, 0] - values[on, 0]
            on |= 1 << cause
    assert shapley_of(values)[:, 0] == pytest.approx(by_hand / 24, abs=1e-12)


def test_shapley_values_keep_the_axioms() -> None:
    """Whole to all (efficiency), the same to causes alike (symmetry), nothing to one that adds nothing (dummy)."""
    weight = np.array([3.0, -1.0, 0.0, 3.0])
    assert shapley_of(additive(weight))[:, 0] == pytest.approx(weight, abs=1e-12)
    every = np.arange(16)
    alike = np.bitwise_count(every & 0b1011).astype(float) ** 2 + 5.0  # causes 0, 1 and 3 work together, 2 does nothing
    found = shapley_of(alike[:, None])[:, 0]
    assert found == pytest.approx([3.0, 3.0, 0.0, 3.0], abs=1e-12)
    assert found.sum() == pytest.approx(alike[-1] - alike[0], abs=1e-12)


def test_drawn_orders_add_up_as_well_and_come_near() -> None:
    """Of a game of eight causes with products, forty orders and their reverses: the sum exactly, each part nearly."""
    weight = np.arange(8.0)
    every = np.arange(256)
    on = every[:, None] >> np.arange(8) & 1
    values = ((on @ weight) + 2.0 * on[:, 0] * on[:, 7] - on[:, 3] * on[:, 4] * on[:, 5])[:, None]
    found = sampled_shapley(lambda coalitions: values[coalitions], 8, 40, Luck(1, 0))[:, 0]
    assert found.sum() == pytest.approx(values[-1, 0] - values[0, 0], abs=1e-9)
    assert found == pytest.approx(shapley_of(values)[:, 0], abs=0.15)
    assert np.array_equal(found, sampled_shapley(lambda coalitions: values[coalitions], 8, 40, Luck(1, 0))[:, 0])


# --- nothing is left over ---------------------------------------------------------------------------------------------


def ends(arm: Plan, baseline: Plan, replication: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Gains as they come out with no cause on and with all on; the same as lived."""
    base, other = (live(p, seed=1, replication=replication) for p in (baseline, arm))
    switches = Switches(sides_of(base, other))
    practice = switches.practice(switches.of_practice, np.array([0, 2 ** len(switches.of_practice) - 1]))
    school = switches.school(switches.of_school, np.array([0, 2 ** len(switches.of_school) - 1]))
    made = np.stack([practice[:, 0] + school[:, 0], practice[:, 1] + school[:, 0], practice[:, 0] + school[:, 1],
                     practice[:, 1] + school[:, 1], school[:, 2]], axis=1)  # fmt: skip
    return made, np.array([[row(log)[metric] for metric in GAINS] for log in (base, other)])


TWO_GOALS = {
    **edited("services.csv", ("s3,speech", "s2,speech,20,week,1,direct,social,individual,team,SLP,,\ns3,speech")),
    **edited(
        "school.toml",
        ("[grouping]", '[goals.social]\ndomain = "social_communication"\npush_in_subjects = ["ELA"]\n\n[grouping]'),
    ),
}
"""The small school with a second goal for s2, a social one."""


def small(folder: Path, **changes: Any) -> Plan:
    """The small school with TWO_GOALS under some keys, its week made."""
    folder.mkdir(exist_ok=True)
    return plan_of(load(write(folder, TWO_GOALS)).but(**changes))


PAIRS: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "out and in class": ({"delivery.push_in_share": 0.0}, {"delivery.push_in_share": 1.0}),
    "in blocks": ({}, {"delivery": {"kind": "block", "parts": 4, "where": {"kind": "push-in"}}}),
    "through the teacher": ({}, {"delivery": {"kind": "consultation", "weekly_minutes": 30}}),
    "made up": (
        {"days.called_away": 0.3},
        {"days.called_away": 0.3, "make_up": {"of": "all", "by": "slot", "slot": "Mon 13:00-14:00; Fri 13:00-14:00"}},
    ),
    "as guides say": (
        {"delivery.push_in_share": 0.0, "assumptions.set": "practitioner"},
        {"delivery.push_in_share": 1.0, "assumptions.set": "practitioner", "moves.rethread_minutes": 9.0},
    ),
}


@pytest.mark.parametrize("name", ["in blocks", "made up"])
def test_every_occasion_owes_a_whole_session(tmp_path: Path, name: str) -> None:
    """What was given and what was missed of a session stand together, made up or not, and nothing is left out."""
    school = small(tmp_path, **PAIRS[name][1])
    log = live(school, seed=1, replication=0)
    goal_of = learners_of(school).goal_of
    found = occasions_of(log, goal_of, np.arange(goal_of.max() + 1))
    lengths = {
        goal: {r.minutes for r, g in zip(school.week.requests, goal_of, strict=True) if g == goal} for goal in goal_of
    }
    assert all(owed in lengths[goal] for goal, owed in zip(found.goal, found.owed, strict=True))
    assert found.owed.sum() == pytest.approx(backdrop_of(school).owed.sum())
    assert found.minutes.sum() == sum(fact[5] for fact in log.given)
    assert np.array_equal(found.session >= 0, found.minutes > 0.0)
    without_a_day = [REASONS.index(reason) for reason in ("unplaced", "start_up", "no_school")]
    assert (found.day < 0).sum() == sum(fact[4] in without_a_day and fact[5] for fact in log.missed)


def test_what_places_are_too_short_for_belongs_to_each_session() -> None:
    """Two sessions of 20 minutes a week at places of 18, some missed by absence: every occasion owes 20."""
    two = [wanted(0, "therapy_room", 20, sessions=2)]
    short = plan([child("A")], two, [pull_out(0, 610, 18, [(0, 0)]), pull_out(2, 610, 18, [(0, 1)])],
                 last_day=date(2024, 10, 25), days=SURE.model_copy(update={"child_attendance": 0.6}))  # fmt: skip
    found = occasions_of(live(short, seed=1, replication=0), np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))
    assert found.owed.tolist() == [20.0] * 16
    assert set(found.minutes) == {0.0, 18.0}


def test_occasions_of_one_day_are_the_same_and_others_follow_in_order() -> None:
    """In two periods of a goal: Monday with Monday; then Wednesday with Friday, before what has no day."""

    def arm(*rows: tuple[int, int, int]) -> Occasions:
        period, day, session = np.array(rows).T
        n = len(rows)
        return Occasions(
            np.zeros(n, dtype=np.int64), period, day, np.full(n, 30.0), np.zeros(n), np.zeros((n, 4)), session
        )

    one = arm((0, 0, 0), (0, 2, -1), (0, -1, -1), (1, 5, 1), (1, 7, 2), (2, 12, 3), (2, 11, 4))
    other = arm((0, 4, 0), (0, -1, -1), (0, 0, -1), (1, 7, 3), (2, 13, 4))
    found = {tuple(pair) for pair in pairs_of(one, other).tolist()}
    assert found == {(0, 2), (1, 0), (2, 1), (4, 3), (3, -1), (6, 4), (5, -1)}
    assert {(b, a) for a, b in found} == {tuple(pair) for pair in pairs_of(other, one).tolist()}


def test_a_session_that_was_missed_would_have_been_as_the_one_before_it() -> None:
    """Alone until the end of September, in a group from October on; two in five sessions are missed."""
    sessions = [
        pull_out(0, 610, 20, [(0, 0)])._replace(last=date(2024, 9, 30)),
        pull_out(1, 610, 20, [(1, 0)])._replace(last=date(2024, 9, 30)),
        pull_out(0, 610, 20, [(0, 0), (1, 0)])._replace(first=date(2024, 10, 1)),
    ]
    grows = replace(weeks(*sessions), days=SURE.model_copy(update={"called_away": 0.4}))
    base, other = (live(school, seed=1, replication=0) for school in (alone(), grows))
    x = sides_of(base, other)
    assert set(x.fields["present"][0]) == {1.0}
    missed = x.minutes[1] == 0.0
    late = np.array([school_day.date >= date(2024, 10, 1) for school_day in alone().calendar.days])[x.day[1]]
    last = {int(g): max(x.day[1, (x.goal == g) & ~late & ~missed], default=-1) for g in (0, 1)}
    held_since = [
        np.any((x.goal == g) & late & ~missed & (x.day[1] <= d)) for g, d in zip(x.goal, x.day[1], strict=True)
    ]
    assert missed.any()
    assert min(last.values()) >= 0
    expected = np.where(late & np.array(held_since), 2.0, 1.0)
    assert np.array_equal(x.fields["present"][1, missed], expected[missed])


@pytest.mark.parametrize("name", PAIRS)
def test_every_cause_off_is_the_baseline_and_every_cause_on_the_other_arm(tmp_path: Path, name: str) -> None:
    """Whatever differs - place, weeks, who gives it, what is made up, all at once: gains as lived, within rounding."""
    off, on = PAIRS[name]
    for replication in (0, 1):
        made, lived = ends(small(tmp_path, **on), small(tmp_path, **off), replication)
        assert made == pytest.approx(lived, abs=1e-12)
        assert np.abs(lived[1] - lived[0]).max() > 1e-4


def test_the_parts_add_up_to_the_paired_difference(tmp_path: Path) -> None:
    """Three years of the small school, pushed in and pulled out: every outcome, within 1e-9; and nothing is nil."""
    found = split(small(tmp_path, **PAIRS["out and in class"][1]), small(tmp_path, **PAIRS["out and in class"][0]), 3)
    for metric in (*MINUTES, *GAINS):
        of_metric = [part for part in found.parts if part.metric == metric]
        assert sum(part.part for part in of_metric) == pytest.approx(of_metric[0].total, abs=1e-9)
        assert abs(of_metric[0].total) > 1e-6
        assert all(part.low <= part.part <= part.high and part.replications == 3 for part in of_metric)
    assert [part.cause for part in found.parts if part.metric == "classroom_gain_sd"] == list(CAUSES)
    promised = row(live(small(tmp_path), seed=1, replication=0))["minutes_owed"]
    assert (found.switched[0].off, found.switched[0].on) == (promised, promised)


def test_trips_for_nothing_count_as_well() -> None:
    """A group that finds its room in use and walks back lost its lesson: gains as lived, and the way is transition."""

    def at(*rooms: str) -> Plan:
        both = [pull_out(0, 610, 20, [(0, 0)], room="R"), pull_out(0, 612, 18, [(1, 0)], room=rooms[0], therapist=1)]
        staff = [therapist("T"), therapist("U")]
        named = [Room(room=name, capacity=4, noise=0.15, metres={}) for name in ("R", "S")]
        return weeks(*both, staff=staff, rooms=named)

    made, lived = ends(at("R"), at("S"))
    assert made == pytest.approx(lived, abs=1e-12)
    found = parts(split(at("R"), at("S")), "classroom_gain_sd")
    assert {cause for cause, part in found.items() if part} == {"transition", "capacity"}
    assert max(found.values()) == 0.0


def test_a_stretch_on_a_day_without_the_child_takes_nothing_from_it() -> None:
    """Two copies of a child, absent on Tuesday in the second: an hour on Tuesday is lost in the first alone."""
    school = weeks(pull_out(0, 610, 20, [(0, 0)]))
    backdrop = backdrop_of(school)
    present = np.ones((2, 2, backdrop.n_days))
    present[1, 0, 1] = 0.0
    stretch = (np.array([2, 0]), np.array([1, 1]), np.array([600.0, 600.0]), np.array([660.0, 660.0]))
    lessons, lost = lessons_in_copies(backdrop, present, *stretch, np.array([0.25, 0.5]))
    assert lessons.stretches.minutes.tolist() == [60.0, 0.0]
    assert lost.tolist() == [0.5, 0.0]
    assert lessons.had[:, -1].tolist() == pytest.approx(
        [lessons.had[1, -1]] * 2 + [lessons.had[1, -1] - backdrop.instruction_a_day[0, 1], lessons.had[1, -1]]
    )


# --- what differs is what is given ------------------------------------------------------------------------------------


def test_an_arm_against_itself_owes_nothing_to_anything(tmp_path: Path) -> None:
    """Every part of every outcome is nil, with an interval of no length."""
    school = small(tmp_path)
    found = split(school, school, 2)
    assert {part.cause for part in found.parts if part.metric in GAINS} == set(CAUSES)
    assert all(part.part == part.low == part.high == part.total == 0.0 for part in found.parts)
    assert all(one.off == one.on for one in found.switched if not np.isnan(one.off))


def test_longer_moves_are_transition_alone() -> None:
    """Six minutes more to find the thread: nothing else differs, and nothing else is given anything."""
    slow = replace(alone(), moves=AS_PLANNED.model_copy(update={"rethread_minutes": 8.5}))
    assert of_which(slow, alone(), "classroom_gain_sd") == {"transition"}
    found = split(slow, alone())
    shown = next(part for part in found.parts if part.cause == "transition" and part.metric == "classroom_gain_sd")
    assert shown.on - shown.off == pytest.approx(6.0)
    assert shown.quantity_unit == "min"
    assert shown.part < 0.0


@pytest.mark.parametrize(
    ("days", "cause"),
    [
        ({"provider_attendance": 0.6}, "absence"),
        ({"child_attendance": 0.6}, "absence"),
        ({"child_unwilling": 0.4}, "absence"),
        ({"called_away": 0.4}, "capacity"),
        ({"class_unavailable": 0.4}, "calendar"),
    ],
)
def test_sessions_that_are_not_held_belong_to_their_reason(days: dict[str, float], cause: str) -> None:
    """Children alone with the therapist: who is absent, called away or testing is the only cause, of all outcomes."""
    fewer = replace(alone(), days=SURE.model_copy(update=days))
    for metric in ("trained_gain_sd", "classroom_effect_sd"):
        assert of_which(fewer, alone(), metric) == {cause}


def test_want_of_a_place_is_capacity_and_start_up_is_calendar() -> None:
    """A child without a place in the timetable; a timetable that stands two weeks later."""
    assert of_which(weeks(pull_out(0, 610, 20, [(0, 0)])), alone()) == {"capacity"}
    assert of_which(alone(start_up_weeks=2), alone()) == {"calendar"}


def test_a_session_that_neither_arm_held_makes_no_difference() -> None:
    """No place in one arm, an absent therapist in the other: what one held and the other missed is the difference.

    The books have more: there an arm without a place is better off with absence.
    """
    ill = replace(alone(), days=SURE.model_copy(update={"provider_attendance": 0.6}))
    placeless = replace(
        weeks(pull_out(0, 610, 20, [(0, 0)])), days=SURE.model_copy(update={"provider_attendance": 0.6})
    )
    found = split(placeless, ill)
    assert {cause for cause, part in parts(found, "trained_gain_sd").items() if part} == {"capacity"}
    books = parts(found, "minutes_delivered")
    assert books["provider absent"] > 0.0
    assert books["unplaced"] == -80.0
    lost = {one.cause: one.on - one.off for one in found.switched if one.quantity_unit == "min a student a year"}
    assert lost["absence"] == 0.0
    assert lost["capacity"] == pytest.approx(-sum(books.values()))


def test_who_gets_fewer_sessions_moves_no_mean_of_how_they_are() -> None:
    """The child in the noisy room has no place in one arm: noise, and all else but capacity, is said to be the same."""
    rooms = [Room(room=name, capacity=4, noise=noise, metres={}) for name, noise in (("R", 0.1), ("S", 0.9))]
    sessions = [pull_out(0, 610, 20, [(0, 0)], room="R"), pull_out(1, 610, 20, [(1, 0)], room="S")]
    fewer, both = (weeks(*sessions[:n], rooms=rooms) for n in (1, 2))
    found = split(fewer, both)
    assert {one.cause for one in found.switched if one.off != one.on and one.cause != "peers"} == {"capacity"}
    assert of_which(fewer, both) == {"capacity"}


def test_a_group_is_group_size_alone() -> None:
    """The same children, times and place, with a therapist for each or one for both."""
    together = weeks(pull_out(0, 610, 20, [(0, 0), (1, 0)]))
    apart = weeks(
        pull_out(0, 610, 20, [(0, 0)]),
        pull_out(0, 610, 20, [(1, 0)], therapist=1),
        staff=[therapist("T"), therapist("U")],
    )
    assert of_which(together, apart) == {"group size"}
    shown = next(part for part in split(together, apart).parts if part.cause == "group size")
    assert (shown.off, shown.on) == (1.0, 2.0)


def test_a_noisy_room_is_on_task_share_alone() -> None:
    """Noise .1 or .9 in the room of both children; shown as the share on task."""

    def at(noise: float) -> Plan:
        room = Room(room="R", capacity=4, noise=noise, metres={})
        sessions = (pull_out(day, 610, 20, [(day, 0)], room="R") for day in (0, 1))
        return weeks(*sessions, rooms=[room])

    assert of_which(at(0.9), at(0.1)) == {"on-task share"}
    shown = next(part for part in split(at(0.9), at(0.1)).parts if part.cause == "on-task share")
    assert shown.part < 0.0
    assert shown.on < shown.off
    noise = next(one for one in split(at(0.9), at(0.1)).switched if one.quantity.startswith("noise"))
    assert [noise.off, noise.on] == pytest.approx([0.1, 0.9])


def test_another_day_is_when_alone() -> None:
    """Sessions on Thursday in the place of Monday, in the same lesson: spacing to the end of the year differs."""
    later = weeks(pull_out(3, 610, 20, [(0, 0)]), pull_out(4, 610, 20, [(1, 0)]))
    found = parts(split(later, alone()), "trained_effect_sd")
    assert abs(found.pop("when and with whom")) > 1e-4
    assert all(abs(part) < 1e-12 for part in found.values())


def test_a_visit_with_the_numbers_of_a_room_differs_by_the_way_and_by_the_lesson_only() -> None:
    """Under `neutral` a minute in class is a minute apart: only moves and what the lesson loses are given parts."""
    neutral = Assumptions(set="neutral").numbers()
    out = replace(alone(), numbers=neutral)
    inside = replace(
        weeks(push_in(0, 610, 20, [(0, 0)]), push_in(1, 610, 20, [(1, 0)], section="1B"), setting="classroom"),
        numbers=neutral,
    )
    assert of_which(inside, out, "trained_gain_sd") <= {"transition", "missed class", "teacher planning"}
    similar = {**neutral, "places.similarity.lesson": 0.7}
    found = parts(split(replace(inside, numbers=similar), replace(out, numbers=similar)), "classroom_effect_sd")
    assert found["context similarity"] < -0.01
    busy = {**similar, "places.work_share.lesson": 0.3, "stores.transfer": 0.1, "team.teacher_knowledge": 0.5}
    found = parts(split(replace(inside, numbers=busy), replace(out, numbers=busy)), "classroom_effect_sd")
    assert found["work at goals"] < -0.01
    assert found["teacher planning"] > 0.0


# --- what is not the same in both arms --------------------------------------------------------------------------------


def test_children_of_one_arm_only_are_a_part_of_their_own() -> None:
    """A child that the baseline does not serve: the rest of the difference is the first child's, cause by cause."""
    one = replace(plan([child("A", "1A")], [wanted(0, "therapy_room", 20)], [pull_out(0, 610, 20, [(0, 0)])],
                       last_day=date(2024, 10, 25)), numbers=EVIDENCE)  # fmt: skip
    slow = replace(alone(), moves=AS_PLANNED.model_copy(update={"rethread_minutes": 8.5}))
    found = parts(split(slow, one), "classroom_gain_sd")
    assert {cause for cause, part in found.items() if part} == {"transition", "other children"}
    log, other = (live(p, seed=1, replication=0) for p in (one, slow))
    assert sum(found.values()) == pytest.approx(
        row(other)["classroom_gain_sd"] - row(log)["classroom_gain_sd"], abs=1e-9
    )
    both = ends(slow, one)[0]
    assert found["transition"] == pytest.approx(both[1, 1] - both[0, 1], abs=1e-9)


def test_a_child_that_brings_something_else_is_another_child() -> None:
    """Rated low in attention in one arm: its gain is of another child, and the one that is alike differs by nothing."""
    rated = alone()
    students = (rated.school.students[0].model_copy(update={"attention": "low"}), rated.school.students[1])
    low = replace(rated, school=rated.school.model_copy(update={"students": students}))
    assert of_which(low, rated) == {"other children"}


def test_arms_that_differ_in_what_is_no_cause_are_refused_in_words() -> None:
    """Other assumptions; other school days."""
    with pytest.raises(CannotSplit, match="assumptions"):
        split(replace(alone(), numbers=PRACTITIONER), alone())
    shorter = plan([child("A")], [wanted(0, "therapy_room", 20)], [pull_out(0, 610, 20, [(0, 0)])])
    with pytest.raises(CannotSplit, match="school days"):
        split(replace(shorter, numbers=EVIDENCE), alone())


def test_another_bell_schedule_is_calendar() -> None:
    """WIN without instruction in one arm: what the sessions cost of the lessons differs by the school's day alone."""
    calm = alone()
    bell = tuple(b.model_copy(update={"format": "recess"}) if b.subject == "maths" else b for b in calm.school.bell)
    other = replace(calm, school=calm.school.model_copy(update={"bell": bell}))
    assert of_which(other, calm, "classroom_effect_sd") == {"calendar"}
    made, lived = ends(other, calm)
    assert made == pytest.approx(lived, abs=1e-12)


# --- minutes are books ------------------------------------------------------------------------------------------------


def test_minutes_are_split_by_their_reasons() -> None:
    """By hand: 100 promised, 10 without school; 20 unplaced against 5 absent, then 30 promised more and 15 absent."""

    def rows(owed: float, **missed: float) -> dict[str, np.ndarray]:
        lost = {f"missed_minutes.{reason}": np.full(2, missed.get(reason, 0.0)) for reason in REASONS}
        given = owed - sum(missed.values())
        share = given / (owed - missed.get("no_school", 0.0))
        return {"minutes_owed": np.full(2, owed), "minutes_delivered": np.full(2, given),
                "delivered_share": np.full(2, share), **lost}  # fmt: skip

    off, on = rows(100.0, no_school=10.0, unplaced=20.0), rows(130.0, no_school=10.0, child_absent=15.0)
    found = {part.cause: part.part for part in parts_of_minutes("minutes_delivered", on, off, NAMES)}
    assert {cause: part for cause, part in found.items() if part} == {
        "unplaced": 20.0, "child absent": -15.0, "minutes promised": 30.0,
    }  # fmt: skip
    shares = {part.cause: part.part for part in parts_of_minutes("delivered_share", on, off, NAMES)}
    assert shares["unplaced"] == pytest.approx(20 / 90)
    assert shares["child absent"] == pytest.approx(-15 / 120)
    assert sum(shares.values()) == pytest.approx(105 / 120 - 70 / 90, abs=1e-12)
    assert "no school" not in shares


# --- how it runs ------------------------------------------------------------------------------------------------------


def test_any_number_of_workers_finds_the_same(tmp_path: Path) -> None:
    """Two processes and this one, to the last bit."""
    out, inside = (small(tmp_path, **keys) for keys in PAIRS["out and in class"])
    told: list[int] = []
    with workers_of(2) as workers:
        both = causes_between(inside, out, names=NAMES, seed=1, replications=3, workers=workers, tell=told.append)
    assert told == [1, 2, 3]
    assert both == split(inside, out, 3)


def test_only_what_is_asked_for_is_split(tmp_path: Path) -> None:
    """Minutes alone, one gain alone, and an outcome that nobody can split: the same parts as among all."""
    out, inside = (small(tmp_path, **keys) for keys in PAIRS["out and in class"])
    everything = split(inside, out)
    for asked in (["delivered_share"], ["classroom_effect_sd"], ["cost"]):
        found = causes_between(inside, out, names=NAMES, seed=1, replications=1, outcomes=asked)
        assert repr(found.parts) == repr(tuple(part for part in everything.parts if part.metric in asked))
        assert bool(found.switched) == (asked == ["classroom_effect_sd"])


def test_with_many_causes_orders_are_drawn_and_the_parts_still_add_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same pair exactly and by drawn orders: the same sum, parts within a hundredth of an SD."""
    pair = [small(tmp_path, **keys) for keys in reversed(PAIRS["out and in class"])]
    exact = split(pair[0], pair[1])
    monkeypatch.setattr(splitting, "EXACT", 3)
    drawn = split(pair[0], pair[1])
    for metric in GAINS:
        one, other = parts(exact, metric), parts(drawn, metric)
        assert sum(other.values()) == pytest.approx(sum(one.values()), abs=1e-9)
        assert other == pytest.approx(one, abs=0.01)
    assert parts(exact, "classroom_gain_sd") != parts(drawn, "classroom_gain_sd")


def test_the_parts_of_a_year_are_of_the_mean_child(tmp_path: Path) -> None:
    """A replication's parts are those of that replication alone, whatever else is asked for."""
    out, inside = (small(tmp_path, **keys) for keys in PAIRS["out and in class"])
    single = split_pair(Pair(pickle.dumps((out, inside)), 1, 1))
    three = split(inside, out, 2)
    mean = {p.cause: p.part for p in three.parts if p.metric == "trained_gain_sd"}
    first = parts(split(inside, out), "trained_gain_sd")
    assert mean["group size"] == pytest.approx((first["group size"] + single.parts[0, CAUSES.index("group size")]) / 2)


def test_the_arms_of_an_experiment_have_tables_and_what_cannot_be_split_has_words(tmp_path: Path) -> None:
    """Baseline first: causes of each arm, a sentence for one with other assumptions; other outcomes have none."""
    folder = tmp_path / "school"
    folder.mkdir()
    scenario = load(write(folder, TWO_GOALS))
    arms = [
        (name, prepare([scenario.but(**keys)]))
        for name, keys in (
            ("out", {"delivery.push_in_share": 0.0}),
            ("in", {"delivery.push_in_share": 1.0}),
            ("as guides say", {"assumptions.set": "practitioner"}),
        )
    ]
    told: list[tuple[int, int]] = []
    tables, notes = why(arms, "classroom_gain_sd", 2, Workers(1), lambda *done: told.append(done))
    assert list(tables) == ["causes", "switched"]
    causes = tables["causes"]
    assert list(causes["arm"].unique()) == ["in"]
    assert causes["part"].sum() == pytest.approx(causes["total"].iloc[0], abs=1e-9)
    assert all(list(table.columns[:4]) == ["arm", "baseline", "metric", "unit"] for table in tables.values())
    assert notes == [
        'The difference of "as guides say" from "out" is not split into causes: the arms differ in assumptions, which '
        "are not a cause: compare arms under the same ones."
    ]
    assert told[:2] == [(1, 4), (2, 4)]
    nothing, notes = why(arms, "cost", 2, Workers(1))
    assert not nothing
    assert notes[0].startswith("cost is not split into causes")
