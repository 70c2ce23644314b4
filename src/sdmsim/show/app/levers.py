"""The levers of the page, as data: the dotted name that each moves, its words, its range. What they set is what an
experiment's arm sets, so that every option can be repeated in the command line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

from sdmsim.base import dotted
from sdmsim.scenario import Scenario
from sdmsim.show.words import ASSUMPTION_WORDS, LEVER_WORDS

Changes = Mapping[str, Any]
"""Values of a scenario by dotted name, as an arm's `set` holds them."""


class Range(NamedTuple):
    """A number between two others. `scale` turns the stored number into the shown one."""

    name: str
    label: str
    value: float
    low: float
    high: float
    step: float
    scale: float = 1.0
    unit: str = ""
    follows: tuple[str, float] | None = None
    """A name whose value may not be above this lever's, and its value: it goes down with it."""


class Choice(NamedTuple):
    """One of several; each sets values by dotted name, the first sets none."""

    name: str
    label: str
    options: Mapping[str, Changes]


Lever = Range | Choice
LEAVE = "as the school's files say"
SEPARATOR = "; "


def levers_of(scenario: Scenario) -> list[tuple[str, list[Lever]]]:
    """The levers that bear on a school, by heading; each begins where the school stands."""
    found: dict[str, list[Lever]] = {
        "How therapy is given": list(_delivery(scenario)),
        "Staff": list(_staff(scenario)),
        "Groups and classes": list(_groups(scenario)),
        "Absence": list(_absence(scenario)),
        "How children respond": [_assumptions(scenario)],
    }
    return [(heading, some) for heading, some in found.items() if some]


def changes_of(levers: Sequence[Lever], moved: Mapping[str, Any]) -> dict[str, Any]:
    """What the moved levers set; a lever that stands where the school stands sets nothing."""
    found: dict[str, Any] = {}
    for lever in levers:
        value = moved.get(lever.name)
        if isinstance(lever, Choice):
            found |= lever.options.get(value or "", {})
        elif value is not None and abs(float(value) - lever.value) > 1e-9:
            found |= set_by(lever, float(value))
    return {name: value for name, value in found.items() if name.split(".")[0] not in found or "." not in name}


def set_by(lever: Range, value: float) -> dict[str, Any]:
    """What a number sets: a whole number where the lever moves by whole ones."""
    stored = round(value) if lever.step == 1.0 and lever.scale == 1.0 else round(value, 6)
    found: dict[str, Any] = {lever.name: stored}
    if lever.follows is not None and lever.follows[1] > stored:
        found[lever.follows[0]] = stored
    return found


def in_words(changes: Changes, levers: Sequence[Lever]) -> str:
    """What an option changes, for a caption: `children in class: 50 %`; nothing changed: as the files say."""
    parts = []
    for lever in levers:
        if isinstance(lever, Choice):
            chosen = next((name for name, sets in lever.options.items() if sets and within(sets, changes)), None)
            parts += [f"{lever.label}: {chosen}"] if chosen else []
        elif lever.name in changes:
            parts.append(f"{lever.label}: {shown(lever, float(changes[lever.name]))}")
    return SEPARATOR.join(parts) or LEAVE


def shown(lever: Range, value: float) -> str:
    """`50 %`, `1.4 FTE`."""
    text = f"{round(value * lever.scale, 4):g}"
    return f"{text} {lever.unit}" if lever.unit else text


def within(sets: Changes, changes: Changes) -> bool:
    """Whether an option of a choice is among changes."""
    return all(name in changes and changes[name] == value for name, value in sets.items())


def _delivery(scenario: Scenario) -> Iterator[Lever]:
    if scenario.own_week is not None:
        return  # the therapist's own timetable says who gives what; [delivery] is not asked
    kind = scenario.delivery.kind
    where = {"kind": "pull-out"}
    domains = sorted({goal.domain for goal in scenario.goals_in_use.values() if goal.push_in_subjects})
    options: dict[str, dict[str, Any]] = {
        "all apart, in a therapy room (pull-out)": {"delivery": {"kind": "pull-out"}},
        "all in class (push-in)": {"delivery": {"kind": "push-in"}},
        "a quarter of the children in class": {"delivery": {"kind": "hybrid", "push_in_share": 0.25}},
        "half of the children in class": {"delivery": {"kind": "hybrid", "push_in_share": 0.5}},
        "half, whole classes first": {"delivery": {"kind": "hybrid", "push_in_share": 0.5, "choose": "section"}},
        "12 weeks apart, then in class": {"delivery": {"kind": "by-phase", "weeks_apart": 12}},
        "three weeks of therapy, one with teachers (3:1)": {"delivery": {"kind": "3:1", "where": where}},
        "more at the start, less later": {"delivery": {"kind": "receding", "where": where, "amounts": [1.5, 1.0, 0.5]}},
    }
    if domains:
        options["goals that fit lessons in class, others apart"] = {
            "delivery": {"kind": "by-goal", "in_class": domains}
        }
    if kind == "hybrid":
        options = {name: sets for name, sets in options.items() if sets["delivery"].get("push_in_share") is None}
        share = float(scenario.delivery.push_in_share)  # type: ignore[union-attr]
        yield Range("delivery.push_in_share", LEVER_WORDS["delivery.push_in_share"], share, 0.0, 1.0, 0.05, 100.0, "%")
    yield Choice("delivery", LEVER_WORDS["delivery"], {LEAVE: {}, **options})


def _staff(scenario: Scenario) -> Iterator[Lever]:
    needed = {row.provider_role for row in scenario.roster.services}
    sums: dict[str, float] = {}
    for member in scenario.roster.staff:
        sums[member.role] = sums.get(member.role, 0.0) + member.fte
    for role in sorted(needed & sums.keys()):
        there = round(sums[role], 4)
        label = f"{role}, {LEVER_WORDS['staffing.fte']}"
        high = max(2.0, ceil(2 * there))
        yield Range(dotted(["staffing", "fte", role]), label, there, min(0.2, there), high, 0.1, 1.0, "FTE")


def _groups(scenario: Scenario) -> Iterator[Lever]:
    size, name = float(scenario.grouping.legal_size), "grouping.legal_size"
    follows = ("grouping.preferred_size", scenario.grouping.preferred_size)
    yield Range(name, LEVER_WORDS[name], size, 1.0, max(8.0, size), 1.0, 1.0, "children", follows)
    placed = _clustering(scenario)
    if placed:
        yield Choice("placement", LEVER_WORDS["placement"], {LEAVE: {}, **placed})


def _clustering(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Where children whose setting is the team's to choose may sit; nothing where there are none."""
    school = scenario.roster
    goals = sorted({row.goal for row in school.services if row.kind == "direct" and row.setting == "team"})
    by_grade = Counter(student.grade for student in school.students)
    classes = Counter(section.grade for section in school.sections)
    if not goals:
        return {}
    limit = {"goals": goals, "most_per_class": min(60, max(8, *by_grade.values()))}
    found = {"spread over all classes": {"placement": {"kind": "scatter", **limit}}}
    for number, words in ((1, "in one class of each grade"), (2, "in two classes of each grade")):
        if number <= min(classes[grade] for grade in by_grade):
            found[words] = {"placement": {"kind": "cluster", **limit, "classes_per_grade": number}}
    return found


def _absence(scenario: Scenario) -> Iterator[Lever]:
    there = scenario.days.provider_attendance
    name = "days.provider_attendance"
    yield Range(name, LEVER_WORDS[name], there, min(0.8, there), 1.0, 0.01, 100.0, "% of days")
    before = [one.model_dump(mode="json") for one in scenario.spell]
    year = {"first_day": scenario.year.first_day.isoformat(), "last_day": scenario.year.last_day.isoformat()}
    options = {
        f"{missing} % fewer children there, all year": {
            "spell": [*before, {**year, "child_attendance": round(1.0 - missing / 100.0, 2)}]
        }
        for missing in (5, 10, 20)
    }
    yield Choice("spell", LEVER_WORDS["spell"], {LEAVE: {}, **options})
    name = "days.substitute_share"
    substitutes = scenario.days.substitute_share
    yield Range(name, LEVER_WORDS[name], substitutes, 0.0, 1.0, 0.1, 100.0, "% of absences")


def _assumptions(scenario: Scenario) -> Choice:
    own = scenario.assumptions.set
    others = {words: {"assumptions": {"set": name}} for name, words in ASSUMPTION_WORDS.items() if name != own}
    return Choice("assumptions", LEVER_WORDS["assumptions"], {LEAVE: {}, **others})
