"""The usual goals of the disciplines, as data: for goals that services.csv names and the scenario does not describe."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from sdmsim.base import Described
from sdmsim.delivery.rules import Goal
from sdmsim.school.vocabulary import School, Text
from sdmsim.theory.vocabulary import Activity, Domain


class UsualGoal(Described):
    """A goal of a discipline."""

    name: Text
    """As `goal` of services.csv may say."""
    discipline: Text
    """Whose it usually is; any role may have it."""
    domain: Domain
    """What it is about."""
    in_room: Activity = "play"
    """How it is practised in a place apart."""
    in_class: Activity = "woven"
    """How it is practised in a lesson."""
    push_in_subjects: tuple[Text, ...] = ()
    """Lessons in which it fits, as far as the bell schedule has them."""
    or_subjects: tuple[Text, ...] = ()
    """Lessons in which it fits where the bell schedule has none of those."""
    source: Text

    def goal(self, school: School) -> Goal:
        """The goal in a school with its own subjects."""
        there = {block.subject for block in school.bell}
        subjects = [s for s in self.push_in_subjects if s in there] or [s for s in self.or_subjects if s in there]
        return Goal(domain=self.domain, in_room=self.in_room, in_class=self.in_class, push_in_subjects=tuple(subjects))


@cache
def usual_goals() -> dict[str, UsualGoal]:
    """The goals that ship, by name."""
    content = tomllib.loads(files("sdmsim.delivery").joinpath("roles.toml").read_text(encoding="utf-8"))
    return {goal["name"]: UsualGoal.model_validate(goal) for goal in content["goal"]}


def with_usual(goals: Mapping[str, Goal], school: School) -> dict[str, Goal]:
    """The goals of a scenario, and those that services name besides and that ship."""
    named = dict.fromkeys(row.goal for row in school.services)
    known = usual_goals()
    return {**goals, **{name: known[name].goal(school) for name in named if name not in goals and name in known}}


def usual_notes(goals: Mapping[str, Goal], used: Mapping[str, Goal], file: str) -> Iterator[str]:
    """Which goals were taken from those that ship, and as what."""
    for name, goal in used.items():
        if name not in goals:
            subjects = ", ".join(goal.push_in_subjects)
            where = f"in class in {subjects}" if subjects else "never in class"
            whose = usual_goals()[name].discipline
            yield (
                f'Goal "{name}" is not in [goals] of {file}; as usual in {whose} it is {goal.domain},'
                f" {goal.in_room} apart, {goal.in_class} {where} (docs/tables.md)."
            )
