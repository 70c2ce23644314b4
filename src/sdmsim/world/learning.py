"""How the children of a year respond to it: skill in the trained context and in class, and the probes taken of it.

Nothing here ticks. A child's skill changes only when something happens to it - a session, or a probe that asks how it
stands - by closed forms of the days and of the unaided minutes in class since the last time. All children take
such a step at once, as arrays; `sdmsim.theory` says what a step does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sdmsim.events import CLASS, THERAPY, Learning, Log, columns
from sdmsim.streams import Luck
from sdmsim.theory.attention import attending, on_task, settled_share, share_of
from sdmsim.theory.growth import lesson_share, own_factor, school_growth
from sdmsim.theory.practice import effective, episodes, load_after, turns
from sdmsim.theory.probes import success_probability, successes
from sdmsim.theory.stores import Gains, increment, practise, rest, transfer_rate
from sdmsim.world.backdrop import Backdrop, backdrop_of, summed
from sdmsim.world.learners import NOISES, Learners, learners_of
from sdmsim.world.lessons import Lessons, lessons_of
from sdmsim.world.vocabulary import Floats, Ints

if TYPE_CHECKING:
    from sdmsim.plan import Plan

PROBE_TRIALS = 10
Numbers = Mapping[str, float]
"""Every number of the ledger by its full name, as an assumption set and its overrides have it."""


class Profiles(NamedTuple):
    """How children differ, drawn by name. s: student, g: goal of a child."""

    attention: Floats
    """(s,) own log-odds of being on task, beside the typical child's."""
    sensitivity: Floats
    """(s,) factor on the effect of noise, never negative."""
    growth: Floats
    """(s,) factor on what school teaches, mean 1."""
    response: Floats
    """(s,) factor on what practice brings, mean 1."""
    start: Floats
    """(g,) log-odds of success at the start."""


class Sessions(NamedTuple):
    """Child-sessions as columns, in order of child's goal and time."""

    goal: Ints
    day: Ints
    start: Floats
    episodes: Floats
    similarity: Floats


def learn(log: Log, luck: Luck, n: Numbers) -> Learning:
    """What a year that was lived taught its children under the numbers `n`."""
    plan = log.plan
    learners, backdrop = learners_of(plan), backdrop_of(plan)
    profiles = profiles_of(plan, learners, luck, n)
    lessons = lessons_of(log, backdrop, learners.in_class)
    given = columns(log.given, 6)
    in_therapy = summed(given[1], given[5], backdrop.n_students)
    sessions, lost, on_task_minutes = _practice(log, learners, backdrop, lessons, profiles, luck, n)
    trained, in_class = _follow(learners, lessons, sessions, profiles, n)
    s, probe_days = learners.student, learners.probe_days
    counted = lessons.taken_part(probe_days, lost)
    unhindered = lessons.had[:, probe_days + 1]
    full_year = np.maximum(backdrop.instruction_a_day.sum(axis=1), 1.0)
    start = np.stack([profiles.start, profiles.start - n["children.class_gap"]])
    gains = np.stack([trained, in_class])
    sd = np.array([sd_of(domain, n) for domain in learners.domain])

    def grown(minutes: Floats) -> Floats:
        own, whole = profiles.growth[s, None], full_year[s, None]
        return np.asarray(school_growth(n["school.growth"], sd[:, None], own, minutes[s], whole))

    growth = grown(counted)
    return Learning(
        names=learners.names,
        student=s,
        domain=learners.domain,
        sd=sd,
        probe_days=probe_days,
        active=learners.active[:, probe_days],
        start=start,
        gains=gains,
        growth=growth,
        growth_without=grown(unhindered),
        taken=lessons.present[s][:, probe_days] > 0.0,
        scores=_probe(start[:, :, None] + gains + growth, learners, luck, n["probes.overdispersion"]),
        trials=PROBE_TRIALS,
        counted=counted / full_year[:, None],
        academic=_academic(learners, lessons, lost, profiles, n),
        on_task_minutes=on_task_minutes + _on_task_in_class(learners, lessons, profiles, n),
        attended_minutes=lessons.of_the_year(backdrop.instruction, backdrop.instruction_a_day) + in_therapy,
    )


def sd_of(domain: str, n: Numbers) -> float:
    """One SD of a domain, in log-odds."""
    return n["scale.sd.academics" if domain == "academics" else "scale.sd.language"]


def profiles_of(plan: Plan, learners: Learners, luck: Luck, n: Numbers) -> Profiles:
    """The children's profiles: draws by child and goal that no strategy changes."""
    children = [s.id for s in plan.school.students]
    goals = ["\n".join(name) for name in learners.names]
    once = np.zeros(1, dtype=np.int64)

    def normal(decision: str, names: list[str]) -> Floats:
        return luck.normals_of(decision, names, np.arange(len(names)), once)

    shares = np.array([n[f"children.inattentive_share.{which}"] for which in learners.inattentive])
    inattentive = luck.uniforms_of("inattentive", children, np.arange(len(children)), once) < shares
    return Profiles(
        attention=n["attention.child_sd"] * normal("attention", children)
        + n["attention.inattentive_logit"] * inattentive,
        sensitivity=np.maximum(0.0, 1.0 + n["attention.noise_sensitivity_sd"] * normal("noise sensitivity", children)),
        growth=np.asarray(own_factor(n["school.growth_sd"], normal("school growth", children))),
        response=np.asarray(own_factor(n["children.response_sd"], normal("response", children))),
        start=n["children.start_mean"] + n["children.start_sd"] * normal("start", goals),
    )


def _practice(
    log: Log,
    learners: Learners,
    backdrop: Backdrop,
    lessons: Lessons,
    profiles: Profiles,
    luck: Luck,
    n: Numbers,
) -> tuple[Sessions, Floats, Floats]:
    """The sessions as practice; the share of each stretch away that is lost to the lesson; on-task minutes by child."""
    given = columns(log.given, 6)
    day, student, request, appointment = (given[i].astype(np.int64) for i in range(4))
    start, minutes = given[4], given[5]
    goal, in_class = learners.goal_of[request], learners.in_class[appointment]
    present, fit = _company(learners, day, appointment, goal, n)
    formats = learners.noise[backdrop.grade[student], backdrop.weekday[day], start.astype(np.int64)]
    in_lesson = np.array([n[f"places.noise.{name}"] for name in NOISES])[formats]
    apart = learners.room_noise[appointment]
    noise = np.where(in_class, in_lesson, np.where(np.isnan(apart), n["places.noise.room"], apart))
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
    work = np.where(in_class, n["places.work_share.lesson"] * _kept(log.plan, learners, goal, day, luck, n), 0.0)
    work = np.where(in_class, work, n["places.work_share.room"])
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


def _academic(learners: Learners, lessons: Lessons, lost: Floats, profiles: Profiles, n: Numbers) -> Floats:
    """(s,) growth in SD, mean over ELA and maths by the minutes that counted; nan where a school has neither."""
    shares = [
        lessons.of_the_year(taught.table, taught.a_day, lost) / np.maximum(taught.a_day.sum(axis=1), 1.0)
        for taught in learners.academic
    ]
    if not shares:
        return np.full(len(profiles.growth), np.nan)
    return np.asarray(school_growth(n["school.academic_growth"], 1.0, profiles.growth, np.mean(shares, axis=0), 1.0))


def _on_task_in_class(learners: Learners, lessons: Lessons, profiles: Profiles, n: Numbers) -> Floats:
    """(s,) on-task minutes of unaided instruction; a block that is cut short counts with its usual share."""
    found = np.zeros(len(profiles.attention))
    for number, (name, taught) in enumerate(zip(NOISES, learners.by_noise, strict=True)):
        settled = settled_share(
            n["attention.base_logit"],
            profiles.attention,
            n["attention.noise_logit"],
            n[f"places.noise.{name}"],
            profiles.sensitivity,
            n["attention.size_logit"],
            learners.class_size,
        )
        start, relax = n["attention.start_share"], n["attention.relax_per_minute"]
        share = on_task(settled, start, relax, 0.0, learners.block_minutes[:, number])
        found += share * lessons.of_the_year(taught.table, taught.a_day)
    return found


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


def _kept(plan: Plan, learners: Learners, goal: Ints, day: Ints, luck: Luck, n: Numbers) -> Floats:
    """Share of the work in a lesson that is left on days with a substitute teacher or another lesson than planned."""
    names = [s.section for s in plan.school.sections]
    section, slot = (
        learners.section[learners.student[goal]],
        np.array([d.week * 5 + d.weekday for d in plan.calendar.days]),
    )
    when = slot[day] if len(day) else day
    planning = learners.planning[goal] / 15.0
    chance = n["team.mismatch"] * np.exp(-n["team.mismatch_planning"] * planning)
    substitute = luck.uniforms_of("substitute teacher", names, section, when) < n["team.substitute_share"]
    mismatch = luck.uniforms_of("another lesson", names, section, when) < chance
    return np.asarray((1.0 - n["team.substitute_loss"] * substitute) * (1.0 - n["team.mismatch_loss"] * mismatch))


def _follow(
    learners: Learners, lessons: Lessons, sessions: Sessions, profiles: Profiles, n: Numbers
) -> tuple[Floats, Floats]:
    """Gains in the trained context and in class at every probe: (g, probe) each."""
    goals, probes = len(learners.student), learners.probe_days
    window = np.searchsorted(probes, sessions.day, side="left")
    key = window * goals + sessions.goal
    order = np.argsort(key, kind="stable")
    first = np.searchsorted(key[order], key[order], side="left")
    turn = np.empty(len(key), dtype=np.int64)
    turn[order] = np.arange(len(key)) - first
    moment = learners.dates[sessions.day] + sessions.start / 1440.0
    unaided = lessons.unaided(learners.student[sessions.goal], sessions.day, sessions.start)
    ends = np.broadcast_to(probes, (goals, len(probes)))
    students = np.broadcast_to(learners.student[:, None], ends.shape)
    at_probe = lessons.unaided(students, ends, np.full(ends.shape, 1440.0))
    tau = transfer_rate(n["stores.transfer"] / 1000.0, learners.planning, n["team.teacher_knowledge"])
    kept, half_life = n["stores.kept"], n["stores.half_life"]
    ceiling, softness = n["stores.ceiling"], n["stores.softness"]
    satiation, load_half_life = n["practice.satiation"], n["practice.load_half_life"]
    zero = np.zeros(goals)
    gains, load = Gains(zero, zero, zero, zero), zero
    now, used = np.full(goals, learners.dates[0] if len(learners.dates) else 0.0), zero
    trained, in_class = np.zeros(ends.shape), np.zeros(ends.shape)
    by_window = np.split(order, np.searchsorted(key[order], np.arange(1, len(probes)) * goals))
    for probe, here in enumerate(by_window):
        for number in range(int(turn[here].max()) + 1 if len(here) else 0):
            chosen = here[turn[here] == number]
            g = sessions.goal[chosen]
            days = moment[chosen] - now[g]
            before = Gains(*(part[g] for part in gains))
            rested = rest(before, days, tau[g] * (unaided[chosen] - used[g]), half_life, kept)
            recent = load_after(load[g], days, load_half_life)
            counted = effective(sessions.episodes[chosen], recent, satiation)
            raw = increment(counted, n["stores.increment"], profiles.response[learners.student[g]], n["stores.need"], n["stores.targets"])
            after = practise(rested, raw, sessions.similarity[chosen], ceiling, softness)
            gains = Gains(*(_put(part, g, new) for part, new in zip(gains, after, strict=True)))
            load = _put(load, g, recent + sessions.episodes[chosen])
            now, used = _put(now, g, moment[chosen]), _put(used, g, unaided[chosen])
        end = learners.dates[probes[probe]] + 1.0
        gains = rest(gains, end - now, tau * (at_probe[:, probe] - used), half_life, kept)
        load = load_after(load, end - now, load_half_life)
        now, used = np.full(goals, end), at_probe[:, probe]
        trained[:, probe], in_class[:, probe] = gains.trained, gains.in_class
    return trained, in_class


def _put(old: Floats, place: Ints, new: Floats) -> Floats:
    changed = old.copy()
    changed[place] = new
    return changed


def _probe(skill: Floats, learners: Learners, luck: Luck, overdispersion: float) -> Ints:
    """Scores of probes in therapy and in class, (context, g, probe), out of PROBE_TRIALS."""
    names = ["\n".join(name) for name in learners.names]
    who = np.arange(len(names))[:, None]
    when = np.arange(len(learners.probe_days))[None, :]
    draws = np.stack([luck.uniforms_of(f"probe {context}", names, who, when) for context in (THERAPY, CLASS)])
    return successes(draws, success_probability(skill), PROBE_TRIALS, overdispersion)
