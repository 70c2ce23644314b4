"""What children gain where some causes are as in the other arm and the rest as in the baseline, for the same children.

Everything in which two years differ belongs to exactly one cause. With every cause off the sessions, lessons and
company are the baseline's, with every cause on the other arm's; in between each cause brings its own arm's values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sdmsim.lab.drivers.occasions import REASONS_OF
from sdmsim.lab.drivers.sides import OF_HELD, Sides
from sdmsim.theory.growth import school_growth
from sdmsim.world.copies import children_in_copies, lessons_in_copies
from sdmsim.world.learning import followed, sd_of
from sdmsim.world.lessons import Lessons
from sdmsim.world.practising import Held, practised

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WHEN = "when and with whom"
CAUSES = (
    "minutes promised",
    "absence",
    "capacity",
    "calendar",
    "transition",
    "group size",
    "on-task share",
    "work at goals",
    "context similarity",
    "missed class",
    "peers",
    "teacher planning",
    WHEN,
)
"""In the order of the waterfall. The last holds the days and clock times of sessions, and how far the others in a group
work on the same kind of goal."""
_BIT = {cause: i for i, cause in enumerate(CAUSES)}
_CAUSE_OF = {
    "present": "group size", "fit": WHEN, "noise": "on-task share", "work": "work at goals",
    "per_minute": "work at goals", "similarity": "context similarity", "lead": "transition", "lag": "transition",
    "lost": "missed class", "counts": "missed class", "start": WHEN,
}  # fmt: skip
"""Which cause each field of a session belongs to."""
_WAYS, _CLASS = ("lead", "lag"), ("lost", "counts")
COPIES = 24
"""Coalitions that are worked out in one pass."""
_LEAST = 1e-6
"""Minutes below which nothing is left of a session."""


@dataclass(frozen=True)
class Switches:
    """The two games of two years: what practice brings, and what school brings; a gain is their sum."""

    sides: Sides

    @cached_property
    def of_practice(self) -> tuple[str, ...]:
        """The causes in which the years differ, as far as practice is concerned."""
        x, n = self.sides, self.sides.numbers
        social = np.array([domain == "social_communication" for domain in x.learners.domain])
        fields = ((_CAUSE_OF[name], column) for name, column in x.fields.items() if name != "lost")
        return self._differing(
            *fields,
            ("peers", n["peers.carry_over"] * x.contact[:, x.learners.student] * social),
            ("teacher planning", n["team.teacher_knowledge"] * x.planning),
            (WHEN, x.day),
        )

    @cached_property
    def of_school(self) -> tuple[str, ...]:
        """The same for what school brings. Which lessons the sessions fall in belongs to the class that is missed."""
        x = self.sides
        missed = (("missed class", column) for column in (x.day, *(x.fields[name] for name in ("start", *_CLASS))))
        return self._differing(*missed, *(("transition", x.fields[name]) for name in _WAYS))

    def _differing(self, *more: tuple[str, NDArray[Any]]) -> tuple[str, ...]:
        x = self.sides
        taken = ((cause, x.missed[:, :, k]) for k, cause in enumerate(REASONS_OF))
        all_pairs = (("minutes promised", x.owed), ("absence", x.present), *taken, *more)
        found = {cause for cause, two in all_pairs if not np.array_equal(two[0], two[1])}
        if not np.array_equal(*x.empty_trips):
            found.add("transition")
        if not x.same_school:
            found.add("calendar")
        return tuple(cause for cause in CAUSES if cause in found)

    def practice(self, causes: tuple[str, ...], coalitions: Ints) -> Floats:
        """(coalitions, 2): SD of the domain that practice brings in the trained context and in class, mean child."""
        x = self.sides
        n, goals = x.numbers, len(x.learners.student)
        weight = self._weights() * n["stores.coverage"]
        found = np.zeros((len(coalitions), 2))
        for place, on in self._passes(causes, coalitions):
            side = on.astype(np.int64)
            learners, profiles = children_in_copies(
                x.learners, x.profiles, x.planning[side[:, _BIT["teacher planning"]]]
            )
            copy, u, minutes = self._held(on)
            at = {name: x.fields[name][side[copy, _BIT[_CAUSE_OF[name]]], u] for name in (*OF_HELD, "start")}
            day = x.day[side[copy, _BIT[WHEN]], u]
            held = Held(copy * goals + x.goal[u], day, at["start"], minutes, *(at[name] for name in OF_HELD))
            lessons, _ = self._lessons(on, copy, u, minutes, WHEN)
            sessions, _ = practised(held, learners.student[held.goal], profiles, n)
            contact = x.contact[side[:, _BIT["peers"]]].ravel()
            for context, gains in enumerate(followed(learners, lessons, sessions, profiles, contact, n)):
                found[place, context] = gains[:, -1].reshape(-1, goals) @ weight
        return found

    def school(self, causes: tuple[str, ...], coalitions: Ints) -> Floats:
        """(coalitions, 3): SD that school brings to the goals' domains, that less what it would bring without therapy,
        and growth in ELA and maths; mean child.
        """
        x = self.sides
        n, s, weight = x.numbers, x.learners.student, self._weights()
        found = np.zeros((len(coalitions), 3))
        for place, on in self._passes(causes, coalitions):
            school = x.schools[self._school(on)]
            lessons, lost = self._lessons(on, *self._held(on), "missed class")
            full = np.maximum(school.backdrop.instruction_a_day.sum(axis=1), 1.0)
            last = x.learners.probe_days[-1:]
            shape = (len(on), len(full))
            counted, had = lessons.taken_part(last, lost).reshape(shape), lessons.had[:, last + 1].reshape(shape)
            for column, minutes in ((0, counted), (1, counted - had)):
                grown = school_growth(n["school.growth"], 1.0, x.profiles.growth[s], minutes[:, s], full[s])
                found[place, column] = grown @ (weight * self._sd())
            if school.academic:
                shares = [
                    lessons.of_the_year(taught.table, np.tile(taught.a_day, (shape[0], 1)), lost).reshape(shape)
                    / np.maximum(taught.a_day.sum(axis=1), 1.0)
                    for taught in school.academic
                ]
                grown = school_growth(n["school.academic_growth"], 1.0, x.profiles.growth, np.mean(shares, axis=0), 1.0)
                found[place, 2] = grown.mean(axis=1)
        return found

    def _sd(self) -> Floats:
        return np.array([sd_of(domain, self.sides.numbers) for domain in self.sides.learners.domain])

    def _weights(self) -> Floats:
        """(g,) what a log-odd on each goal adds to the mean child's SD of the domain."""
        _, child, goals = np.unique(self.sides.learners.student, return_inverse=True, return_counts=True)
        return 1.0 / (goals[child] * max(1, len(goals)) * self._sd())

    def _school(self, on: Bools) -> int:
        """Whose school day holds; all coalitions of a pass share it."""
        return 0 if self.sides.same_school else int(on[0, _BIT["calendar"]])

    def _passes(self, causes: tuple[str, ...], coalitions: Ints) -> Iterator[tuple[Ints, Bools]]:
        """Coalitions of `causes`, several at a time: their places, and (coalition, cause of CAUSES) what is on."""
        on = np.zeros((len(coalitions), len(CAUSES)), dtype=bool)
        for bit, cause in enumerate(causes):
            on[:, _BIT[cause]] = coalitions >> bit & 1
        calendar = on[:, _BIT["calendar"]] & (not self.sides.same_school)
        for alike in (np.flatnonzero(~calendar), np.flatnonzero(calendar)):
            for first in range(0, len(alike), COPIES):
                place = alike[first : first + COPIES]
                yield place, on[place]

    def _minutes(self, on: Bools) -> Floats:
        """(coalition, u) minutes of each occasion. A session is missed once, whatever else would take it."""
        x = self.sides
        owed = x.owed[on[:, _BIT["minutes promised"]].astype(np.int64)]
        taken = np.zeros(owed.shape)
        for k, cause in enumerate(REASONS_OF):
            taken += x.missed[on[:, _BIT[cause]].astype(np.int64), :, k]
        minutes = owed * (1.0 - taken)
        return np.where(minutes < _LEAST, 0.0, minutes)

    def _held(self, on: Bools) -> tuple[Ints, Ints, Floats]:
        """The sessions of coalitions: copy, occasion, minutes."""
        minutes = self._minutes(on)
        copy, u = np.nonzero(minutes)
        return copy, u, minutes[copy, u]

    def _lessons(self, on: Bools, copy: Ints, u: Ints, minutes: Floats, when: str) -> tuple[Lessons, Floats]:
        """The lessons of coalitions, and the share of each stretch that is lost; `when` says when sessions are held."""
        x, side = self.sides, on.astype(np.int64)
        children = x.present.shape[1]
        at = {name: x.fields[name][side[copy, _BIT[_CAUSE_OF[name]]], u] for name in (*_WAYS, *_CLASS)}
        begins, day = (column[side[copy, _BIT[when]], u] for column in (x.fields["start"], x.day))
        ends = begins + minutes
        student = copy * children + x.learners.student[x.goal[u]]
        away = np.full(len(u), 1.0 - x.numbers["school.recovered"])
        pieces = [
            (student, day, begins, ends, at["lost"], at["counts"] > 0.0),
            (student, day, begins - at["lead"], begins, away, at["lead"] > 0.0),
            (student, day, ends, ends + at["lag"], away, at["lag"] > 0.0),
        ]
        for number, arm in enumerate(side[:, _BIT["transition"]]):
            who, days, left, resumed = x.empty_trips[arm]
            lost = np.full(len(who), 1.0 - x.numbers["school.recovered"])
            who, days = number * children + who.astype(np.int64), days.astype(np.int64)
            pieces.append((who, days, left, resumed, lost, np.ones(len(who), dtype=bool)))
        columns = (np.concatenate([piece[i][piece[5]] for piece in pieces]) for i in range(5))
        who, days, left, resumed, lost = columns
        present = x.present[side[:, _BIT["absence"]]]
        return lessons_in_copies(x.schools[self._school(on)].backdrop, present, who, days, left, resumed, lost)
