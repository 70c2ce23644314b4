"""Contacts of the children of a year that was lived: with whom a child that is in class, or out of it, has to do.

Expected values of each day, given the child's and the class's own factors. A child out of class meets no classmates;
therapy-group mates are not counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sdmsim.school.vocabulary import NOT_INSTRUCTION
from sdmsim.streams import Luck
from sdmsim.theory.peers import contact, factor, mean_contact_frames, partners, sociability
from sdmsim.world.learners import Learners
from sdmsim.world.lessons import Lessons
from sdmsim.world.profiles import Numbers
from sdmsim.world.vocabulary import Bools, Floats

if TYPE_CHECKING:
    from sdmsim.plan import Plan


class Contacts(NamedTuple):
    """Means over the school days at which a child was there; 0 for a child that never was. s: student."""

    minutes: Floats
    """(s,) person-minutes of contact a day."""
    partners: Floats
    """(s,) different partners a day."""


def contacts_of(plan: Plan, learners: Learners, lessons: Lessons, luck: Luck, n: Numbers) -> Contacts:
    """The contacts of a year under the numbers `n`."""
    backdrop, school = lessons.backdrop, plan.school
    breaks = sum(backdrop.minutes_by_kind[backdrop.kinds.index(kind)] for kind in NOT_INSTRUCTION)
    once = np.zeros(1, dtype=np.int64)

    children = [s.id for s in school.students]
    sections = [s.section for s in school.sections]
    normal = luck.normals_of("contacts of a class", sections, np.arange(len(sections)), once)
    of_class = factor(n["peers.class_sd"], normal)[learners.section, None]
    drawn = luck.uniforms_of("contacts", children, np.arange(len(children)), once)
    own = sociability(n["peers.child_power"], drawn)[:, None]
    mates = np.maximum(learners.class_size - 1.0, 0.0)[:, None]
    others = np.maximum(_at_the_site(plan) - learners.class_size, 0.0)[:, None]
    disability, beside = n["peers.disability"], n["peers.adult_near"]

    lesson = _unaided(lessons, np.asarray(backdrop.instruction), lessons.stretches.out, beside)
    pause = _unaided(lessons, np.asarray(breaks), lessons.stretches.out, beside)
    with_class = contact(n["peers.rate.lesson"], lesson, of_class, own, disability, 1.0)
    with_class = (with_class + contact(n["peers.rate.break"], pause, of_class, own, disability, 1.0)) * (mates > 0.0)
    elsewhere = contact(n["peers.rate.other_classes"], pause, 1.0, own, disability, 1.0) * (others > 0.0)
    frames = mean_contact_frames(n["peers.contact_scale"], n["peers.contact_tail"])
    met = partners(with_class, mates, float(np.hypot(n["peers.pair_sd"], n["peers.pair_day_sd"])), frames)
    met = met + partners(elsewhere, others, n["peers.other_pair_sd"], frames)
    days = np.maximum(lessons.present.sum(axis=1), 1.0)
    return Contacts((with_class + elsewhere).sum(axis=1) / days, np.asarray(met.sum(axis=1) / days))


def _at_the_site(plan: Plan) -> Floats:
    """(s,) children of the school building that the child is in."""
    site = {s.section: s.site for s in plan.school.sections}
    size = dict.fromkeys(site.values(), 0.0)
    for section in plan.school.sections:
        size[section.site] += section.size
    return np.array([size[site[child.section]] for child in plan.school.students])


def _unaided(lessons: Lessons, table: Floats, out: Bools, beside: float) -> Floats:
    """(s, d) minutes of a table at which a child was in class; those of therapy in class count `beside` each."""
    backdrop, away = lessons.backdrop, lessons.stretches
    inside = backdrop.between(table, away.student, away.day, away.start, away.end)
    place = away.student * backdrop.n_days + away.day
    lost = np.bincount(place, inside * np.where(out, 1.0, 1.0 - beside), lessons.present.size)
    whole = backdrop.a_day(table) * lessons.present
    return np.asarray(np.maximum(whole - lost.reshape(whole.shape), 0.0))
