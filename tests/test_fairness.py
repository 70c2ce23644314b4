"""Fairness between settings: a place matters by its numbers alone; exchanging these exchanges the results."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdmsim.lab.courses import (
    SCHOOL_MINUTES,
    SCHOOL_WEEKS,
    Course,
    Found,
    Place,
    Session,
    children,
    lesson,
    room,
    trial,
    weekly,
)
from sdmsim.theory.ledger import SETS, Assumptions, SetName

EVIDENCE = Assumptions(set="evidence").numbers()
NEUTRAL = Assumptions(set="neutral").numbers()
NO_SCHOOL = {"school.growth": 0.0}
PROBES = (0.0, 20.5, 84.0, 174.0)
SESSIONS = weekly(25.0, 3, 8)
SHARES = st.floats(0.0, 1.0)
PLACES = st.builds(Place, SHARES, SHARES, SHARES, st.floats(0.1, 8.0), SHARES, st.booleans(), st.floats(0.0, 10.0))


def found(place: Place, n: dict[str, float], size: float = 3.0, planning: float = 0.0, same: bool = True) -> Found:
    """Six children in the same course in that place."""
    return trial(children(6, n, seed=5), Course(place, SESSIONS, size, same, planning), n, PROBES, seed=5)


def assert_equal(a: Found, b: Found) -> None:
    """Every number of the two is the same to the last digit."""
    for one, other in zip(a, b, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("which", SETS)
def test_exchanging_the_numbers_of_the_places_exchanges_the_results(which: SetName) -> None:
    """With the ledger's numbers of room and lesson exchanged, each place brings exactly what the other brought."""
    n = Assumptions(set=which).numbers()
    pairs = [
        ("places.noise.room", "places.noise.whole_class"),
        ("places.similarity.room", "places.similarity.lesson"),
        ("places.work_share.room", "places.work_share.lesson"),
        ("practice.episodes_per_minute.play", "practice.episodes_per_minute.woven"),
    ]
    other = {**n, **{a: n[b] for a, b in pairs}, **{b: n[a] for a, b in pairs}}
    apart, beside = room(n, "play", moves=4.0), lesson(n, "woven")
    school = ("overlap", "out_of_class", "moves")
    mirrored_room = room(other, "play")._replace(**{key: getattr(beside, key) for key in school})
    mirrored_lesson = lesson(other, "woven")._replace(**{key: getattr(apart, key) for key in school})
    assert_equal(found(mirrored_room, other), found(beside, n))
    assert_equal(found(mirrored_lesson, other), found(apart, n))
    assert not np.array_equal(found(apart, n).counted, found(beside, n).counted)


@pytest.mark.parametrize("activities", [("drill", "woven"), ("play", "play")])
def test_neutral_tells_no_place_from_another(activities: tuple[str, str]) -> None:
    """Under `neutral`, without moves and school growth, skills in both contexts are equal in and out of class."""
    n = {**NEUTRAL, **NO_SCHOOL}
    out, inside = found(room(n, activities[0]), n), found(lesson(n, activities[1]), n)
    assert out.trained == pytest.approx(inside.trained, rel=1e-9)
    assert out.in_class == pytest.approx(inside.in_class, rel=1e-9)
    assert np.array_equal(out.scores, inside.scores)
    assert (out.trained[:, 2] > out.trained[:, 0]).all()


def test_neutral_places_differ_by_the_lessons_alone() -> None:
    """With school growth the difference is growth per minute x the difference in minutes that count."""
    out, inside = found(room(NEUTRAL, "play"), NEUTRAL), found(lesson(NEUTRAL, "woven"), NEUTRAL)
    minutes = inside.counted - out.counted
    assert minutes[-1] == pytest.approx(24 * 25.0 * (1.0 - NEUTRAL["places.work_share.lesson"]))
    a_minute = NEUTRAL["school.growth"] * NEUTRAL["scale.sd.language"] / (SCHOOL_WEEKS * 5.0 * SCHOOL_MINUTES)
    own = children(6, NEUTRAL, seed=5).growth
    assert inside.trained - out.trained == pytest.approx(own[:, None] * a_minute * minutes, rel=1e-6, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(place=PLACES, minutes=st.floats(5.0, 90.0), cut=st.floats(0.05, 0.95), satiation=st.floats(0.0, 0.05))
def test_a_session_in_two_parts_is_the_session(place: Place, minutes: float, cut: float, satiation: float) -> None:
    """A session told in two parts without a gap brings what the whole brings, whatever the place."""
    n = {**EVIDENCE, "practice.satiation": satiation}
    whole = weekly(minutes, 2, 3)
    parts = tuple(
        part
        for s in whole
        for part in (Session(s.day, minutes * cut), Session(s.day, minutes * (1.0 - cut), minutes * cut))
    )
    who = children(4, n, seed=2)
    one, two = (trial(who, Course(place, sessions, 2.0), n, PROBES) for sessions in (whole, parts))
    for name in ("trained", "in_class", "counted", "gain", "effect", "goal_minutes", "off_task_minutes"):
        assert getattr(two, name) == pytest.approx(getattr(one, name), rel=1e-9, abs=1e-9), name


@settings(max_examples=40, deadline=None)
@given(place=PLACES, minutes=st.floats(5.0, 90.0), size=st.floats(1.0, 8.0))
def test_no_minute_counts_twice(place: Place, minutes: float, size: float) -> None:
    """Minutes at goals, at the lesson and off task never exceed those held; counted ones never those of the school."""
    sessions = weekly(minutes, 3, 4)
    seen = trial(children(5, EVIDENCE), Course(place, sessions, size), EVIDENCE, PROBES)
    held = minutes * len(sessions)
    told = seen.goal_minutes + seen.lesson_minutes + seen.off_task_minutes
    assert (told <= held * (1.0 + 1e-12)).all()
    if not place.out_of_class:
        assert told == pytest.approx(held)
    assert (seen.counted <= SCHOOL_MINUTES * 5.0 * np.ceil(np.array(PROBES) / 7.0) + 1e-9).all()


@settings(max_examples=20, deadline=None)
@given(planning=st.floats(0.0, 60.0), knowledge=st.floats(0.0, 2.0))
def test_planning_counts_wherever_the_therapy_is(planning: float, knowledge: float) -> None:
    """Places that are alike but for the lesson they take carry over alike, for any minutes of planning."""
    n = {**EVIDENCE, **NO_SCHOOL, "team.teacher_knowledge": knowledge}
    inside = lesson(n, "play")
    out = inside._replace(out_of_class=True, overlap=0.0)
    assert np.array_equal(found(out, n, planning=planning).in_class, found(inside, n, planning=planning).in_class)


PLAIN = {**EVIDENCE, **NO_SCHOOL}
"""The ledger without school growth, so that a sign is that of therapy."""
FLAT = Place(0.4, 0.7, 0.4, 1.0, 0.0, True)
"""A place in the middle of everything."""


@pytest.mark.parametrize(
    ("field", "low", "high", "outcome", "sign"),
    [
        ("noise", 0.1, 0.9, "trained", -1),
        ("similarity", 0.3, 0.9, "in_class", 1),
        ("work_share", 0.2, 0.6, "trained", 1),
        ("episodes_per_minute", 0.5, 2.0, "trained", 1),
    ],
)
def test_a_number_of_a_place_alone(field: str, low: float, high: float, outcome: str, sign: int) -> None:
    """The better of two places is better, for all but those whom noise leaves cold; exchanged, it is the other one."""

    def at(value: float) -> Place:
        return Place(**{**FLAT._asdict(), field: value})

    here, there = at(low), at(high)
    gap = getattr(found(there, PLAIN), outcome) - getattr(found(here, PLAIN), outcome)
    touched = children(6, PLAIN, seed=5).sensitivity > 0.0 if field == "noise" else np.full(6, True)
    assert touched.sum() >= 3
    assert np.array_equal(sign * gap[:, 2] > 0.0, touched)
    here, there = at(high), at(low)
    reversed_gap = getattr(found(there, PLAIN), outcome) - getattr(found(here, PLAIN), outcome)
    assert np.array_equal(reversed_gap, -gap)


def test_noise_follows_its_sign() -> None:
    """Were noise to help attention, the noisy place would be better; with 0 there is no difference."""

    def gap(logit: float) -> float:
        n = {**PLAIN, "attention.noise_logit": logit}
        one, other = (found(FLAT._replace(noise=noise), n).trained[:, 2].mean() for noise in (0.9, 0.1))
        return float(one - other)

    assert gap(-0.4) < 0.0 == gap(0.0) < gap(0.4)


def test_size_follows_its_sign() -> None:
    """With all turns shared, more children mean less attention, none if the effect is 0, more if it is reversed."""

    def gap(logit: float) -> float:
        n = {**PLAIN, "attention.size_logit": logit, "practice.others_turns": 1.0}
        return float((found(FLAT, n, size=4.0).trained - found(FLAT, n, size=1.0).trained)[:, 2].mean())

    assert gap(-0.2) < -1e-6
    assert gap(0.0) == pytest.approx(0.0, abs=1e-12)
    assert gap(0.2) > 1e-6


def test_overlap_spares_the_lesson() -> None:
    """Overlap moves the minutes that count and nothing else: 0.4 of 600 minutes of visits, and none out of class."""
    inside = FLAT._replace(out_of_class=False)
    none, all_of_it = found(inside, EVIDENCE), found(inside._replace(overlap=1.0), EVIDENCE)
    assert (all_of_it.counted - none.counted)[-1] == pytest.approx(0.4 * 24 * 25.0)
    assert all_of_it.trained - all_of_it.growth == pytest.approx(none.trained - none.growth)
    assert np.array_equal(found(FLAT, EVIDENCE).counted, found(FLAT._replace(overlap=1.0), EVIDENCE).counted)


@pytest.mark.parametrize(
    ("name", "off", "on", "outcome", "sign"),
    [
        ("stores.transfer", 0.0, 0.1, "in_class", 1),
        ("team.teacher_knowledge", 0.0, 0.5, "in_class", 1),
        ("practice.satiation", 0.0, 0.02, "trained", -1),
        ("practice.others_turns", 0.5, 1.0, "trained", 1),
        ("practice.mixed_fit", 0.0, 1.0, "trained", 1),
    ],
)
def test_a_mechanism_alone_has_its_sign(name: str, off: float, on: float, outcome: str, sign: int) -> None:
    """Each mechanism moves skills the way its number says, for every child."""
    same = name != "practice.mixed_fit"
    less, more = (
        getattr(found(FLAT, {**PLAIN, name: value}, planning=30.0, same=same), outcome)[:, 2] for value in (off, on)
    )
    assert (sign * (more - less) > 1e-6).all()


@pytest.mark.parametrize(
    ("name", "size", "outcome"),
    [
        ("stores.transfer", 0.1, "in_class"),
        ("team.teacher_knowledge", 0.5, "in_class"),
        ("practice.others_turns", 0.4, "trained"),
        ("practice.mixed_fit", 0.4, "trained"),
        ("practice.reliance", 0.3, "in_class"),
        ("practice.home_tries", 2.0, "trained"),
        ("team.new_loss", 0.3, "trained"),
    ],
)
def test_a_mechanism_reversed_reverses_the_result(name: str, size: float, outcome: str) -> None:
    """With the other sign of its number the result moves the other way, for every child."""
    same = name != "practice.mixed_fit"

    def at(value: float) -> np.ndarray:
        return np.asarray(getattr(found(FLAT, {**PLAIN, name: value}, planning=30.0, same=same), outcome)[:, 2])

    there, back = at(size) - at(0.0), at(-size) - at(0.0)
    assert (np.abs(there) > 1e-6).all()
    assert (there * back < 0.0).all()


def test_off_is_off() -> None:
    """Without transfer planning does nothing; alone with the therapist, turns of others do nothing."""
    still = {**PLAIN, "stores.transfer": 0.0}
    assert np.array_equal(found(FLAT, still, planning=60.0).in_class, found(FLAT, still).in_class)
    few, many = (found(FLAT, {**PLAIN, "practice.others_turns": w}, size=1.0).trained for w in (0.0, 1.0))
    assert np.array_equal(few, many)
