"""The same children many times over, side by side, each copy with other sessions, lessons or company.

What a year teaches under many variations of what the children got is worked out in one pass over arrays, copy after
copy: child s of copy c stands at c x children + s, goal g of copy c at c x goals + g.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sdmsim.world.backdrop import Backdrop
from sdmsim.world.learners import Learners
from sdmsim.world.lessons import Lessons, Stretches, moments
from sdmsim.world.profiles import Profiles
from sdmsim.world.vocabulary import Bools, Floats, Ints


def children_in_copies(learners: Learners, profiles: Profiles, planning: Floats) -> tuple[Learners, Profiles]:
    """The children once for each copy. `planning`: (c, g, week) minutes of planning and consultation in each copy."""
    copies, children = len(planning), len(profiles.growth)
    student = (np.arange(copies)[:, None] * children + learners.student).ravel()
    many = replace(
        learners,
        names=learners.names * copies,
        student=student,
        domain=learners.domain * copies,
        planning=planning.reshape(len(student), -1),
        leaves=np.tile(learners.leaves, copies),
    )
    return many, Profiles(*(np.tile(column, copies) for column in profiles))


def lessons_in_copies(
    backdrop: Backdrop, present: Floats, student: Ints, day: Ints, start: Floats, end: Floats, lost: Floats
) -> tuple[Lessons, Floats]:
    """Lessons of all copies, and the share of each of their stretches that is lost to the lesson.

    `present`: (c, s, d) 1 where the child is at school. `student`, ..., `lost`: stretches, each of a child in one copy,
    in any order. One on a day without the child takes nothing from it.
    """
    copies, children, days = present.shape
    many = replace(
        backdrop,
        grade=np.tile(backdrop.grade, copies),
        instruction_a_day=np.tile(backdrop.instruction_a_day, (copies, 1)),
    )
    there = present.reshape(copies * children, days)
    order = np.argsort(moments(student, day, start), kind="stable")
    student, day, start, end = student[order], day[order], start[order], end[order]
    minutes = many.between(many.instruction, student, day, start, end) * there[student, day]
    unknown: Bools = np.ones(len(day), dtype=bool)
    away = Stretches(student, day, start, end, minutes, unknown, np.full(len(day), -1, dtype=np.int64))
    had = np.zeros((copies * children, days + 1))
    np.cumsum(many.instruction_a_day * there, axis=1, out=had[:, 1:])
    return Lessons(many, there, had, away), lost[order] * there[student, day]
