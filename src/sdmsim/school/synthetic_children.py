"""Children of a synthetic school: which class they sit in, what their plan says, how often they come.

Every draw is named by the child's id or by the grade, never by its place in a list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sdmsim.school.vocabulary import Service, Student
from sdmsim.streams import Luck


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the scenario asks of a synthetic school; `synthetic.Synthetic` says what each means."""

    clustered_sections: int | None
    max_served_per_class: int
    caseload: float
    monthly_share: float
    school_year: str
    opening_days: int
    closing_days: int


@dataclass(frozen=True, slots=True)
class Child:
    """A served child before it has a class: its kind of plan, grade and category."""

    id: str
    profile: Mapping[str, Any]
    """A `profile` of the data file: goal, amounts, setting, weights."""
    grade: str
    category: str


def pick(luck: Luck, decision: str, who: str, weights: Mapping[str, float]) -> str:
    """One of the keys, with probability in proportion to its weight."""
    left = luck.uniform(decision, who) * sum(weights.values())
    for name, weight in weights.items():
        left -= weight
        if left < 0.0:
            return name
    return name


def in_drawn_order(luck: Luck, decision: str, who: str, names: Sequence[str]) -> list[str]:
    """The names in an order of their own for `who`; a name more leaves the others' order as it is."""
    return sorted(names, key=lambda name: luck.uniform(f"{decision}: {name}", who))


def seats(
    luck: Luck,
    children: Sequence[Child],
    sections: Mapping[str, Sequence[str]],
    clustered_sections: int | None,
    max_served_per_class: int,
) -> dict[str, str]:
    """The class of every child by id.

    Children with a `team` row choose first, then the others, each in the order given: the first class of
    the child's own drawn order that has room. Clustered children overflow together, into the next class of
    the grade's drawn order. Where all are full, the one with the fewest.
    """
    served = {section: 0 for names in sections.values() for section in names}
    seat: dict[str, str] = {}
    for child in sorted(children, key=lambda c: c.profile["setting"] != "team"):
        names = list(sections[child.grade])
        if clustered_sections is not None and child.profile["setting"] == "team":
            names = in_drawn_order(luck, "sections for children in therapy", child.grade, names)
            chosen, rest = names[:clustered_sections], names[clustered_sections:]
        else:
            chosen, rest = names, []
        order = in_drawn_order(luck, "section", child.id, chosen) + rest
        free = [name for name in order if served[name] < max_served_per_class]
        seat[child.id] = free[0] if free else min(order, key=lambda name: served[name])
        served[seat[child.id]] += 1
    return seat


def beta_draw(luck: Luck, decision: str, who: str, mean: float, concentration: float) -> float:
    """A draw from the beta distribution with this mean and concentration (the sum of its two parameters)."""
    from scipy.special import betaincinv

    return float(betaincinv(mean * concentration, (1.0 - mean) * concentration, luck.uniform(decision, who)))


def roster(
    luck: Luck,
    children: Sequence[Child],
    seat: Mapping[str, str],
    attendance: Mapping[str, float],
    monthly_share: float,
) -> tuple[tuple[Student, ...], tuple[Service, ...]]:
    """The rows of students.csv and services.csv, one service row for each child."""
    students, services = [], []
    for child in children:
        profile = child.profile
        present = beta_draw(luck, "attendance", child.id, attendance["mean"], attendance["concentration"])
        students.append(
            Student(
                id=child.id,
                grade=child.grade,
                section=seat[child.id],
                category=child.category,
                goal_type=profile["goal"],
                severity=pick(luck, "severity", child.id, profile["severity"]),
                attendance=round(present, 3),
            )
        )
        once_a_week = (profile.get("kind", "direct"), profile.get("per", "week"), profile["sessions"]) == (
            "direct",
            "week",
            1,
        )
        monthly = once_a_week and luck.uniform("written per month", child.id) < monthly_share
        services.append(
            Service(
                id=child.id,
                service="speech",
                minutes=profile["minutes"],
                per="month" if monthly else profile.get("per", "week"),
                sessions=2 if monthly else profile["sessions"],
                kind=profile.get("kind", "direct"),
                goal=profile["goal"],
                setting=profile["setting"],
                provider_role="SLP",
            )
        )
    return tuple(students), tuple(services)
