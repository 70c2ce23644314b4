"""The weekly timetable child by child, as a table that grids for therapists and teachers are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sdmsim.delivery.vocabulary import EVERY_WEEK, Week
from sdmsim.school.sites import sites_of
from sdmsim.school.vocabulary import WEEKDAYS, School

LONGEST_YEAR_WEEKS = 53


class WeeklySession(NamedTuple):
    """One child in one weekly appointment; all as text, clock times as `09:05`."""

    therapist: str
    weekday: str
    start: str
    end: str
    setting: str
    place: str
    """The class that is visited, or the room; empty where neither is named."""
    site: str
    """Of the child's class, where the school has several sites."""
    student: str
    section: str
    """The child's class."""
    goal: str
    first: str
    last: str
    weeks: str
    """School weeks in which it is held, as `1-3 5-7`; empty: every week."""


def sessions_of(school: School, week: Week) -> Iterator[WeeklySession]:
    """Every child of every appointment: by therapist, weekday and start, then by id."""
    sites = {s.section: s.site for s in school.sections} if len(sites_of(school)) > 1 else {}
    for a in week.appointments:
        for student, goal in sorted((week.requests[r].student, week.requests[r].goal) for r, _ in a.members):
            child = school.students[student]
            yield WeeklySession(
                therapist=school.staff[a.therapist].id,
                weekday=WEEKDAYS[a.weekday],
                start=clock(a.start),
                end=clock(a.start + a.minutes),
                setting=a.setting,
                place=a.section if a.setting == "classroom" else a.room,
                site=sites.get(child.section, ""),
                student=child.id,
                section=child.section,
                goal=goal,
                first=str(a.first or ""),
                last=str(a.last or ""),
                weeks=weeks_in_words(a.weeks),
            )


def clock(minute: float) -> str:
    """Minutes after midnight as `09:05`."""
    return f"{int(minute) // 60:02d}:{int(minute) % 60:02d}"


def minute_of(clock_time: str) -> int:
    """`09:05` as minutes after midnight."""
    hours, minutes = clock_time.split(":")
    return 60 * int(hours) + int(minutes)


def weeks_in_words(weeks: int) -> str:
    """School weeks, counted from 1, as `1-3 5-7`; empty where an appointment is held in every week."""
    if weeks == EVERY_WEEK:
        return ""
    held = [w for w in range(LONGEST_YEAR_WEEKS) if weeks >> w & 1]
    begins = [w for w in held if w - 1 not in held]
    ends = [w for w in held if w + 1 not in held]
    return " ".join(str(a + 1) if a == b else f"{a + 1}-{b + 1}" for a, b in zip(begins, ends, strict=True))
