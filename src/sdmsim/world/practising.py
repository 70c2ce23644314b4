"""Sessions as practice: tries with feedback, and what of the lesson they take.

Settings differ here only by the numbers of the place: its noise, how like unaided use it is, how much of the time is
work on goals, and how many tries an activity allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sdmsim.events import Log, columns
from sdmsim.streams import Luck
from sdmsim.theory.attention import attending, on_task, settled_share, share_of
from sdmsim.theory.growth import lesson_share
from sdmsim.theory.practice import episodes, familiar, turns
from sdmsim.world.backdrop import Backdrop
from sdmsim.world.learners import NOISES, Learners
from sdmsim.world.lessons import Lessons
from sdmsim.world.profiles import Numbers, Profiles
from sdmsim.world.vocabulary import Floats, Ints

if TYPE_CHECKING:
    from sdmsim.plan import Plan


class Sessions(NamedTuple):
    """Child-sessions as columns, in order of child's goal and time."""

    goal: Ints
    day: Ints
    start: Floats
    episodes: Floats
    similarity: Floats


class Held(NamedTuple):
    """Child-sessions as they were held, in the order of the log: what practice hangs on besides the child."""

    goal: Ints
    day: Ints
    start: Floats
    minutes: Floats
    present: Floats
    """Children with the therapist."""
    fit: Floats
    """Share of the others' turns that fit the child's goal."""
    noise: Floats
    """Of the place, 0 sparse to 1 busy."""
    work: Floats
    """Share of the minutes that is work on goals."""
    per_minute: Floats
    """Tries in a minute of work."""
    similarity: Floats
    """Of the place to unaided use in class, 0-1."""


def held_of(log: Log, learners: Learners, backdrop: Backdrop, luck: Luck, n: Numbers) -> Held:
    """The child-sessions of a year."""
    given = columns(log.given, 7)
    day, student, request, appointment = (given[i].astype(np.int64) for i in range(4))
    start, minutes = given[4], given[5]
    goal, in_class = learners.goal_of[request], learners.in_class[appointment]
    present, fit = _company(learners, day, appointment, goal, n)
    formats = learners.noise[backdrop.grade[student], backdrop.weekday[day], start.astype(np.int64)]
    of_lesson = np.array([n[f"places.noise.{name}"] for name in NOISES])[formats]
    of_room = learners.room_noise[appointment]
    usual = np.where(learners.in_hallway[appointment], n["places.noise.hallway"], n["places.noise.room"])
    noise = np.where(in_class, of_lesson, np.where(np.isnan(of_room), usual, of_room))
    form = log.plan.push_in.form
    in_lesson = min(1.0, n["places.work_share.lesson"] * (1.0 if form is None else n[f"places.form_work.{form}"]))
    work = np.where(in_class, in_lesson * _kept(log.plan, learners, goal, day, luck, n), 0.0)
    apart = np.where(learners.in_hallway[appointment], n["places.work_share.hallway"], n["places.work_share.room"])
    work = np.where(in_class, work, apart)
    work = work * _known(log, learners, day, student, appointment, n)
    rates = np.array([[n[f"practice.episodes_per_minute.{activity}"] for activity in two] for two in learners.activity])
    per_minute = rates[request, in_class.astype(np.int64)] if len(request) else np.zeros(0)
    similarity = np.where(in_class, n["places.similarity.lesson"], n["places.similarity.room"])
    return Held(goal, day, start, minutes, present, fit, noise, work, per_minute, similarity)


def practised(held: Held, student: Ints, profiles: Profiles, n: Numbers) -> tuple[Sessions, Floats]:
    """Sessions as practice; the share on task of each one held. `student`: whose session each is."""
    settled = settled_share(
        n["attention.base_logit"],
        profiles.attention[student],
        n["attention.noise_logit"],
        held.noise,
        profiles.sensitivity[student],
        n["attention.size_logit"],
        held.present,
    )
    share = on_task(settled, n["attention.start_share"], n["attention.relax_per_minute"], 0.0, held.minutes)
    done = episodes(
        held.minutes,
        attending(share, n["attention.elasticity"], share_of(n["attention.base_logit"])),
        held.work,
        held.per_minute,
        turns(held.present, n["practice.others_turns"], held.fit),
    )
    order = np.lexsort((held.start, held.day, held.goal))
    sessions = Sessions(held.goal[order], held.day[order], held.start[order], done[order], held.similarity[order])
    return sessions, np.asarray(share)


def lost_to_lessons(held: Held, lessons: Lessons, n: Numbers) -> Floats:
    """The share of each stretch away that is lost to the lesson."""
    away = lessons.stretches
    lost = np.full(len(away.day), 1.0 - n["school.recovered"])
    visits = ~away.out
    lost[visits] = 1.0 - lesson_share(held.work[away.session[visits]], n["places.overlap"])
    return lost


def _company(learners: Learners, day: Ints, appointment: Ints, goal: Ints, n: Numbers) -> tuple[Floats, Floats]:
    """Children with the therapist, and the share of the others' turns that fit the child's goal."""
    domains = sorted(set(learners.domain))
    domain = np.array([domains.index(d) for d in learners.domain], dtype=np.int64)[goal]
    _, together = np.unique(day * max(1, len(learners.in_class)) + appointment, return_inverse=True)
    present = np.bincount(together)[together].astype(np.float64)
    key = together * max(1, len(domains)) + domain
    same = np.bincount(key)[key] if len(key) else present
    others = np.maximum(present - 1.0, 1.0)
    return present, (same - 1.0 + n["practice.mixed_fit"] * (present - same)) / others


def _known(log: Log, learners: Learners, day: Ints, student: Ints, appointment: Ints, n: Numbers) -> Floats | float:
    """Share of the usual work that a therapist gets done with a child, by the time since their first session.

    With a substitute every session is as the first.
    """
    plan = log.plan
    if n["team.new_loss"] == 0.0 or not len(day):
        return 1.0
    therapists = np.array([a.therapist for a in plan.places], dtype=np.int64)
    who = therapists[appointment]
    _, pair = np.unique(student * len(plan.school.staff) + who, return_inverse=True)
    first = np.full(pair.max() + 1, np.inf)
    dates = learners.dates[day]
    np.minimum.at(first, pair, dates)
    weeks = (dates - first[pair]) / 7.0
    if log.substitutes:
        held = columns(log.substitutes, 2)
        weeks[np.isin(day * len(plan.school.staff) + who, held[0] * len(plan.school.staff) + held[1])] = 0.0
    return np.asarray(familiar(weeks, n["team.new_loss"], n["team.familiar_weeks"]))


def _kept(plan: Plan, learners: Learners, goal: Ints, day: Ints, luck: Luck, n: Numbers) -> Floats:
    """Share of the work in a lesson that is left on days with a substitute teacher or another lesson than planned."""
    names = [s.section for s in plan.school.sections]
    section, slot = (
        learners.section[learners.student[goal]],
        np.array([d.week * 5 + d.weekday for d in plan.calendar.days]),
    )
    when = slot[day] if len(day) else day
    week = np.array([d.week for d in plan.calendar.days], dtype=np.int64)
    planning = learners.planning[goal, week[day]] / 15.0 if len(day) else np.zeros(0)
    chance = n["team.mismatch"] * np.exp(-n["team.mismatch_planning"] * planning)
    substitute = luck.uniforms_of("substitute teacher", names, section, when) < n["team.substitute_share"]
    mismatch = luck.uniforms_of("another lesson", names, section, when) < chance
    return np.asarray((1.0 - n["team.substitute_loss"] * substitute) * (1.0 - n["team.mismatch_loss"] * mismatch))
