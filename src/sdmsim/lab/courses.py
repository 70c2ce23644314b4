"""Courses of therapy under study: some children, a plan of sessions, probes - a trial in a few lines, no school needed.

    >>> from sdmsim.lab.courses import Course, children, room, trial, weekly
    >>> from sdmsim.theory.ledger import Assumptions
    >>> n = Assumptions(set="evidence").numbers()
    >>> course = Course(room(n, "play"), weekly(minutes=30, times=3, weeks=12), size=3)
    >>> found = trial(children(40, n, seed=1), course, n, probes=(0, 84, 174))
    >>> found.trained.shape
    (40, 3)
    >>> bool((found.effect[:, 1] > found.effect[:, 2]).all())
    True

The arithmetic is `sdmsim.theory`, as in a simulated year; lessons are as planned, nobody is absent. A place is a set of
numbers, and nothing else tells one place from another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sdmsim.streams import Luck
from sdmsim.theory.attention import attending, on_task, settled_share, share_of
from sdmsim.theory.growth import counted_minutes, effect_sd, gain_sd, lesson_share, own_factor, school_growth
from sdmsim.theory.practice import at_home, effective, episodes, familiar, load_after, turns
from sdmsim.theory.probes import success_probability, successes
from sdmsim.theory.stores import Gains, counts_for_use, increment, practise, rest, transfer_rate

Floats = NDArray[np.float64]
Numbers = Mapping[str, float]
"""Every number of the ledger by its full name."""

SCHOOL_MINUTES, SCHOOL_WEEKS = 300.0, 36.0
"""Instruction on each of five days a week, from day 0 for so many weeks; then summer."""


class Place(NamedTuple):
    """Where therapy takes place, as plain numbers."""

    noise: float
    """0 sparse to 1 busy."""
    similarity: float
    """To unaided use in class, 0-1."""
    work_share: float
    """Share of the minutes that is work on goals, 0-1."""
    episodes_per_minute: float
    """Tries with feedback in a minute of work; above 0."""
    overlap: float
    """Share of the work on goals that is work on the lesson too, 0-1; nothing where children are out of class."""
    out_of_class: bool
    """The lesson is missed."""
    moves: float = 0.0
    """Minutes of the lesson that each session costs the child on top, there and back."""


def room(n: Numbers, activity: str, moves: float = 0.0) -> Place:
    """A place apart, by the ledger. `activity`: drill, play or woven."""
    at = n["practice.episodes_per_minute." + activity]
    return Place(n["places.noise.room"], n["places.similarity.room"], n["places.work_share.room"], at, 0.0, True, moves)


def hallway(n: Numbers, activity: str) -> Place:
    """A table outside the class, by the ledger. `activity` as for `room`."""
    at, work = n["practice.episodes_per_minute." + activity], n["places.work_share.hallway"]
    return Place(n["places.noise.hallway"], n["places.similarity.room"], work, at, 0.0, True)


def lesson(n: Numbers, activity: str, layout: str = "whole_class") -> Place:
    """A lesson, by the ledger. `activity` as for `room`; `layout`: whole_class, small_groups or seat_work."""
    at, work = n["practice.episodes_per_minute." + activity], n["places.work_share.lesson"]
    return Place(n["places.noise." + layout], n["places.similarity.lesson"], work, at, n["places.overlap"], False)


class Session(NamedTuple):
    """One sitting: `day` (days since the start, 0 a Monday), `minutes` (above 0), and `since`, the minutes for which
    its activity had already gone on (above 0 where a session is told in two parts).
    """

    day: float
    minutes: float
    since: float = 0.0


def weekly(minutes: float, times: int, weeks: int) -> tuple[Session, ...]:
    """`times` a week for so many `weeks`, spread evenly over each school week."""
    return tuple(Session(7.0 * week + 5.0 * k / times, minutes) for week in range(weeks) for k in range(times))


class Course(NamedTuple):
    """A plan of sessions, in order of their days."""

    place: Place
    sessions: tuple[Session, ...]
    size: float = 1.0
    """Children with the therapist, 1 or more."""
    same_goals: bool = True
    """All work on the same kind of goal; else the ledger's `practice.mixed_fit` of the others' turns fits."""
    planning: float = 0.0
    """Minutes a week in which therapist and teacher plan or consult."""


class Children(NamedTuple):
    """How children differ, (n,) each; as in `sdmsim.world.profiles`, with one goal each."""

    attention: Floats
    """Own log-odds of being on task, beside the typical child's."""
    sensitivity: Floats
    """Factor on the effect of noise, 0 or more."""
    growth: Floats
    """Factor on what school teaches, mean 1."""
    response: Floats
    """Factor on what practice brings, mean 1."""
    start: Floats
    """Log-odds of success at the start, in a quiet place."""


def children(number: int, n: Numbers, seed: int = 0, inattentive: bool = False, spread: bool = True) -> Children:
    """So many children, drawn by number and `seed`; with `spread` False all at the means of the ledger.

    `inattentive`: all have attention difficulties, else none has. The first few of many are the few of a smaller trial.
    """
    names = [f"child {i}" for i in range(number)]
    luck, once = Luck(seed, 0), np.zeros(1, dtype=np.int64)

    def normal(decision: str) -> Floats:
        z = luck.normals_of(decision, names, np.arange(number), once)
        return np.asarray(z, dtype=np.float64) if spread else np.zeros(number)

    def own(sd: float, decision: str) -> Floats:
        return np.asarray(own_factor(sd if spread else 0.0, normal(decision)))

    return Children(
        attention=n["attention.child_sd"] * normal("attention") + n["attention.inattentive_logit"] * inattentive,
        sensitivity=np.maximum(0.0, 1.0 + n["attention.noise_sensitivity_sd"] * normal("noise sensitivity")),
        growth=own(n["school.growth_sd"], "school growth"),
        response=own(n["children.response_sd"], "response"),
        start=n["children.start_mean"] + n["children.start_sd"] * normal("start"),
    )


class Found(NamedTuple):
    """What a trial finds, (child, probe) unless said otherwise; skills in log-odds, gains in SD of the domain."""

    trained: Floats
    """True skill on the goal's targets in a quiet place, school growth included."""
    in_class: Floats
    """True skill in unaided use in class."""
    scores: NDArray[np.int64]
    """(context, child, probe): successes of `trials` in the two contexts, in this order."""
    growth: Floats
    """What school brought, in log-odds."""
    counted: Floats
    """(probe,) instruction minutes that count."""
    gain: Floats
    effect: Floats
    """The gain less that of the same child without the course."""
    goal_minutes: Floats
    """(child,) on task at the goals, in all sessions."""
    lesson_minutes: Floats
    """(child,) of the sessions on task at the lesson alone; 0 out of class."""
    off_task_minutes: Floats
    """(child,) of the sessions."""


def trial(who: Children, course: Course, n: Numbers, probes: Sequence[float], seed: int = 0, trials: int = 10) -> Found:
    """What `course` brings to the children, probed at the days `probes`: 0 is before all, follow-ups lie after it.

    A probe on the day of a session comes before it. `seed` holds the luck of probes of `trials` trials each.

    Raises:
        ValueError: sessions or probes are not in order of their days.
    """
    days, at = np.array([s.day for s in course.sessions]), np.asarray(probes, dtype=np.float64)
    if (np.diff(days) < 0).any() or (np.diff(at) < 0).any():
        raise ValueError("sessions and probes should be in order of their days")
    place, minutes = course.place, np.array([s.minutes for s in course.sessions])
    fit = 1.0 if course.same_goals else n["practice.mixed_fit"]
    settled = settled_share(
        n["attention.base_logit"],
        who.attention,
        n["attention.noise_logit"],
        place.noise,
        who.sensitivity,
        n["attention.size_logit"],
        course.size,
    )
    since = np.array([s.since for s in course.sessions])
    start, relax = n["attention.start_share"], n["attention.relax_per_minute"]
    share = np.asarray(on_task(settled[:, None], start, relax, since, minutes))
    done = episodes(
        minutes,
        attending(share, n["attention.elasticity"], share_of(n["attention.base_logit"])),
        place.work_share * familiar((days - days[:1].sum()) / 7.0, n["team.new_loss"], n["team.familiar_weeks"]),
        place.episodes_per_minute,
        turns(course.size, n["practice.others_turns"], fit),
    )
    away = np.concatenate([[0.0], np.cumsum(minutes + place.moves * (since == 0.0))])
    before = np.searchsorted(days, at, side="left")
    trained, in_class = _follow(who, course, n, at, np.asarray(done), away)
    beside = np.concatenate([[0.0], np.cumsum(minutes)])[before] * (not place.out_of_class)
    had, lost = _school_minutes(at), away[before]
    of_it = lesson_share(place.work_share, place.overlap)
    counted = np.asarray(counted_minutes(had - lost, beside, lost - beside, of_it, n["school.recovered"]))
    sd, year = n["scale.sd.language"], SCHOOL_WEEKS * 5.0 * SCHOOL_MINUTES
    growth, without = (school_growth(n["school.growth"], sd, who.growth[:, None], m, year) for m in (counted, had))
    skill = np.stack([trained, in_class]) + who.start[:, None] + growth
    skill[1] -= n["children.class_gap"]
    names = [f"child {i}" for i in range(len(who.start))]
    who_when = np.arange(len(names))[:, None], np.arange(len(at))[None, :]
    draws = np.stack([Luck(seed, 0).uniforms_of(f"probe {c}", names, *who_when) for c in ("therapy", "class")])
    return Found(
        trained=skill[0],
        in_class=skill[1],
        scores=successes(draws, success_probability(skill), trials, n["probes.overdispersion"]),
        growth=growth,
        counted=counted,
        gain=gain_sd(trained, n["stores.coverage"], growth, sd),
        effect=effect_sd(trained, n["stores.coverage"], growth, without, sd),
        goal_minutes=(share * minutes * place.work_share).sum(axis=1),
        lesson_minutes=(share * minutes * (1.0 - place.work_share)).sum(axis=1) * (not place.out_of_class),
        off_task_minutes=((1.0 - share) * minutes).sum(axis=1),
    )


def _school_minutes(day: Floats) -> Floats:
    """Instruction minutes of the school from day 0 to `day`, evenly over its days."""
    week = np.floor(np.minimum(day / 7.0, SCHOOL_WEEKS))
    return SCHOOL_MINUTES * (5.0 * week + np.where(week < SCHOOL_WEEKS, np.minimum(day - 7.0 * week, 5.0), 0.0))


def _follow(who: Children, course: Course, n: Numbers, at: Floats, done: Floats, away: Floats) -> tuple[Floats, Floats]:
    """Gains in the trained context and in class at the days `at`: (child, probe) each."""
    events = sorted([(s.day, 1, i) for i, s in enumerate(course.sessions)] + [(d, 0, i) for i, d in enumerate(at)])
    rate = transfer_rate(n["stores.transfer"] / 1000.0, course.planning, n["team.teacher_knowledge"])
    zero = np.zeros(len(who.start))
    for_use = counts_for_use(course.place.similarity, n["practice.reliance"])
    gains, load, now, used, held, last = Gains(zero, zero, zero, zero), zero, 0.0, 0.0, 0, math.inf
    trained, in_class = np.zeros((2, len(zero), len(at)))
    for day, is_session, i in events:
        unaided = max(used, float(_school_minutes(np.array(day)) - away[held]))
        gains = rest(gains, day - now, rate * (unaided - used), n["stores.half_life"], n["stores.kept"])
        load, now, used = load_after(load, day - now, n["practice.load_half_life"]), day, unaided
        if not is_session:
            trained[:, i], in_class[:, i] = gains.trained, gains.in_class
            continue
        home = at_home(n["practice.home_tries"], max(0.0, day - last))
        for tries, counts in ((zero + home, n["practice.home_similarity"]), (done[:, i], for_use)):
            counted = effective(tries, load, n["practice.satiation"])
            raw = increment(counted, n["stores.increment"], who.response, n["stores.need"], n["stores.targets"])
            gains = practise(gains, raw, counts, n["stores.ceiling"], n["stores.softness"])
            load = load + tries
        held, last = held + 1, day
    return trained, in_class
