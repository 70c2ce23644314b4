"""Whose caseload a child is on: whole classes, each to one member of staff of the role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sdmsim.school.sites import Stay, sites_of, stays_of
from sdmsim.school.vocabulary import WEEKDAYS, School, Section

WEEKS_IN = {"week": 1, "month": 4, "quarter": 9, "year": 36}
"""Weeks in which a period's sessions are to be held at the latest (a month of four full weeks)."""


class _Class(NamedTuple):
    """What the children of a class ask of a role."""

    role: str
    section: str


def therapists_of(school: School) -> tuple[int, ...]:
    """The position of the therapist of every service row: whoever of the role has the least to do.

    With one site: for its FTE, the classes with the most to do first. With several: of those who are posted at the
    class's site, for the time that they are there while children of the grade may be out of class, the classes that few
    may serve first.
    """
    section_of = {child.id: child.section for child in school.students}
    load: dict[_Class, int] = {}
    for row in school.services:
        key = _Class(row.provider_role, section_of[row.id])
        load[key] = load.get(key, 0) + row.minutes * row.sessions * 36 // WEEKS_IN[row.per]
    therapist = _by_fte(school, load) if len(sites_of(school)) == 1 else _by_time_there(school, load)
    return tuple(therapist[_Class(row.provider_role, section_of[row.id])] for row in school.services)


def _by_fte(school: School, load: Mapping[_Class, int]) -> dict[_Class, int]:
    taken = [0.0] * len(school.staff)
    found = {}
    for key in sorted(load, key=lambda k: (-load[k], k)):
        of_role = [p for p, member in enumerate(school.staff) if member.role == key.role]
        found[key] = best = min(of_role, key=lambda p: (taken[p], p))
        taken[best] += load[key] / school.staff[best].fte
    return found


def _by_time_there(school: School, load: Mapping[_Class, int]) -> dict[_Class, int]:
    sections = {section.section: section for section in school.sections}
    stays = stays_of(school)
    time: dict[_Class, dict[int, float]] = {}
    for key in load:
        section = sections[key.section]
        there = {
            p: _minutes_there(school, stays[p], section)
            for p, member in enumerate(school.staff)
            if member.role == key.role and any(stay.site == section.site for day in stays[p] for stay in day)
        }
        time[key] = {p: minutes for p, minutes in there.items() if minutes > 0.0} or dict.fromkeys(there, 1.0)
    taken: dict[tuple[int, str], int] = {}
    found = {}
    for key in sorted(load, key=lambda k: (len(time[k]), -load[k], k)):
        site, minutes = sections[key.section].site, time[key]
        found[key] = best = min(minutes, key=lambda p: ((taken.get((p, site), 0) + load[key]) / minutes[p], p))
        taken[best, site] = taken.get((best, site), 0) + load[key]
    return found


def _minutes_there(school: School, stays: tuple[tuple[Stay, ...], ...], section: Section) -> float:
    """Minutes a week at the class's site in which its children may be out of class."""
    return float(
        sum(
            max(0, min(stay.end, block.end) - max(stay.start, block.start))
            for day, name in zip(stays, WEEKDAYS, strict=True)
            for block in school.blocks_of.get((section.grade, name), ())
            for stay in day
            if stay.site == section.site and not block.protected and block.format != "lunch"
        )
    )
