"""How the children of a year respond to it: skill in the trained context and in class, and the probes taken of it.

Nothing here ticks. A child's skill changes only when something happens to it - a session, or a probe that asks how it
stands - by closed forms of the days and of the unaided minutes in class since the last time. All children take
such a step at once, as arrays; `sdmsim.theory` says what a step does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sdmsim.events import CLASS, THERAPY, Learning, Log
from sdmsim.streams import Luck
from sdmsim.theory.attention import on_task, settled_share
from sdmsim.theory.growth import school_growth
from sdmsim.theory.practice import at_home, effective, load_after
from sdmsim.theory.probes import success_probability, successes
from sdmsim.theory.stores import Gains, counts_for_use, increment, practise, rest, transfer_rate
from sdmsim.world.backdrop import backdrop_of, summed
from sdmsim.world.contacts import Contacts, contacts_of
from sdmsim.world.learners import NOISES, Learners, learners_of
from sdmsim.world.lessons import Lessons, lessons_of
from sdmsim.world.practising import Held, Sessions, held_of, lost_to_lessons, practised
from sdmsim.world.profiles import Numbers, Profiles, profiles_of
from sdmsim.world.vocabulary import Floats, Ints

TYPICAL_CONTACT = 175.5
"""Person-minutes of contact with peers of a typical child on a school day (C8: Stehle et al. 2011)."""
PROBE_TRIALS = 10
"""Trials of a probe, in therapy as in class."""


class Got(NamedTuple):
    """What the children of a year got: all that what they learn hangs on, besides the numbers of the ledger."""

    learners: Learners
    profiles: Profiles
    lessons: Lessons
    held: Held
    lost: Floats
    """The share of each stretch of `lessons` that is lost to the lesson."""
    contacts: Contacts


def got_of(log: Log, luck: Luck, n: Numbers) -> Got:
    """What the children of a year that was lived got, under the numbers `n`."""
    plan = log.plan
    learners, backdrop = learners_of(plan), backdrop_of(plan)
    profiles = profiles_of(plan, learners, luck, n)
    lessons = lessons_of(log, backdrop, learners.in_class)
    held = held_of(log, learners, backdrop, luck, n)
    lost = lost_to_lessons(held, lessons, n)
    return Got(learners, profiles, lessons, held, lost, contacts_of(plan, learners, lessons, luck, n))


def learn(log: Log, luck: Luck, n: Numbers) -> Learning:
    """What a year that was lived taught its children under the numbers `n`."""
    got = got_of(log, luck, n)
    learners, profiles, lessons, lost, contacts = got.learners, got.profiles, got.lessons, got.lost, got.contacts
    backdrop, student = lessons.backdrop, learners.student[got.held.goal]
    in_therapy = summed(student, got.held.minutes, backdrop.n_students)
    sessions, share = practised(got.held, student, profiles, n)
    on_task_minutes = summed(student, got.held.minutes * share, backdrop.n_students)
    trained, in_class = followed(learners, lessons, sessions, profiles, contacts.minutes, n)
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
        coverage=n["stores.coverage"],
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
        peer_minutes=contacts.minutes,
        peer_partners=contacts.partners,
    )


def sd_of(domain: str, n: Numbers) -> float:
    """One SD of a domain, in log-odds."""
    return n["scale.sd.academics" if domain == "academics" else "scale.sd.language"]


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


def followed(
    learners: Learners, lessons: Lessons, sessions: Sessions, profiles: Profiles, contact_minutes: Floats, n: Numbers
) -> tuple[Floats, Floats]:
    """Gains in the trained context and in class at every probe, (g, probe) each; of the last day for who has left.

    `contact_minutes`: (s,) each child's person-minutes of contact with peers a day.
    """
    goals, probes = len(learners.student), learners.probe_days
    contact = contact_minutes / TYPICAL_CONTACT
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
    social = np.array([domain == "social_communication" for domain in learners.domain])
    peers = n["peers.carry_over"] * contact[learners.student] * social
    tau = transfer_rate(n["stores.transfer"] / 1000.0, learners.planning, n["team.teacher_knowledge"], peers[:, None])
    week = lessons.backdrop.week
    for_use = counts_for_use(sessions.similarity, n["practice.reliance"])
    home = _at_home(sessions, moment, n)
    response = profiles.response[learners.student]
    leaves = learners.leaves[learners.student]

    def rested(state: Floats, to: Floats, uses: Floats, rate: Floats) -> tuple[Gains, Floats]:
        """Gains and recent load after the days and the unaided minutes since the state."""
        days = to - state[_NOW]
        gains = rest(Gains(*state[:4]), days, rate * (uses - state[_USED]), n["stores.half_life"], n["stores.kept"])
        return gains, load_after(state[_LOAD], days, n["practice.load_half_life"])

    state = np.zeros((7, goals))
    state[_NOW] = learners.dates[:1].sum()
    trained, in_class = np.zeros(ends.shape), np.zeros(ends.shape)
    by_window = np.split(order, np.searchsorted(key[order], np.arange(1, len(probes)) * goals))
    for probe, here in enumerate(by_window[: len(probes)]):
        for number in range(int(turn[here].max(initial=-1)) + 1):
            chosen = here[turn[here] == number]
            g, done = sessions.goal[chosen], sessions.episodes[chosen]
            gains, load = rested(state[:, g], moment[chosen], unaided[chosen], tau[g, week[sessions.day[chosen]]])
            parts = [(done, for_use[chosen])]
            if home is not None:
                parts.insert(0, (home[chosen], n["practice.home_similarity"]))
            for tries, counts in parts:
                counted = effective(tries, load, n["practice.satiation"])
                raw = increment(counted, n["stores.increment"], response[g], n["stores.need"], n["stores.targets"])
                gains = practise(gains, raw, counts, n["stores.ceiling"], n["stores.softness"])
                load = load + tries
            state[:, g] = (*gains, load, moment[chosen], unaided[chosen])
        end = np.maximum(state[_NOW], np.minimum(learners.dates[probes[probe]] + 1.0, leaves))
        gains, load = rested(state, end, at_probe[:, probe], tau[:, week[probes[probe]]])
        state[:] = (*gains, load, end, at_probe[:, probe])
        trained[:, probe], in_class[:, probe] = gains.trained, gains.in_class
    return trained, in_class


def _at_home(sessions: Sessions, moment: Floats, n: Numbers) -> Floats | None:
    """Episodes practised at home since the goal's last session, by session; None where nobody practises."""
    if n["practice.home_tries"] == 0.0:
        return None
    since = np.diff(moment, prepend=moment[:1])
    since[np.diff(sessions.goal, prepend=-1) != 0] = 0.0
    return np.asarray(at_home(n["practice.home_tries"], np.maximum(since, 0.0)))


_LOAD, _NOW, _USED = 4, 5, 6
"""Rows of the state of all goals, after the four parts of the gains: recent load, when it holds, unaided minutes."""


def _probe(skill: Floats, learners: Learners, luck: Luck, overdispersion: float) -> Ints:
    """Scores of probes in therapy and in class, (context, g, probe), out of PROBE_TRIALS."""
    names = ["\n".join(name) for name in learners.names]
    who = np.arange(len(names))[:, None]
    when = np.arange(len(learners.probe_days))[None, :]
    draws = np.stack([luck.uniforms_of(f"probe {context}", names, who, when) for context in (THERAPY, CLASS)])
    return successes(draws, success_probability(skill), PROBE_TRIALS, overdispersion)
