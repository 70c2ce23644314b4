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
from sdmsim.world.backdrop import Backdrop, summed
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


def practice(
    log: Log,
    learners: Learners,
    backdrop: Backdrop,
    lessons: Lessons,
    profiles: Profiles,
    luck: Luck,
    n: Numbers,
) -> tuple[Sessions, Floats, Floats]:
    """The sessions as practice; the share of each stretch away that is lost to the lesson; on-task minutes by child."""
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
    settled = settled_share(
        n["attention.base_logit"],
        profiles.attention[student],
        n["attention.noise_logit"],
        noise,
        profiles.sensitivity[student],
        n["attention.size_logit"],
        present,
    )
    share = on_task(settled, n["attention.start_share"], n["attention.relax_per_minute"], 0.0, minutes)
    form = log.plan.push_in.form
    in_lesson = min(1.0, n["places.work_share.lesson"] * (1.0 if form is None else n[f"places.form_work.{form}"]))
    work = np.where(in_class, in_lesson * _kept(log.plan, learners, goal, day, luck, n), 0.0)
    apart = np.where(learners.in_hallway[appointment], n["places.work_share.hallway"], n["places.work_share.room"])
    work = np.where(in_class, work, apart)
    work = work * _known(log, learners, day, student, appointment, n)
    rates = np.array([[n[f"practice.episodes_per_minute.{activity}"] for activity in two] for two in learners.activity])
    done = episodes(
        minutes,
        attending(share, n["attention.elasticity"], share_of(n["attention.base_logit"])),
        work,
        rates[request, in_class.astype(np.int64)] if len(request) else 0.0,
        turns(present, n["practice.others_turns"], fit),
    )
    similarity = np.where(in_class, n["places.similarity.lesson"], n["places.similarity.room"])
    away = lessons.stretches
    lost = np.full(len(away.day), 1.0 - n["school.recovered"])
    visits = ~away.out
    lost[visits] = 1.0 - lesson_share(work[away.session[visits]], n["places.overlap"])
    order = np.lexsort((start, day, goal))
    sessions = Sessions(goal[order], day[order], start[order], done[order], similarity[order])
    on = summed(student, minutes * share, backdrop.n_students)
    return sessions, lost, on


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
