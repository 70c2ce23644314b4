"""Who is at which site when, and the drives between: postings and drives as times of each member's week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from sdmsim.school.vocabulary import WEEKDAYS, Drive, Posting, School


class Stay(NamedTuple):
    """A stretch of a weekday at a site, in minutes after midnight."""

    site: str
    start: int
    end: int


class Trip(NamedTuple):
    """A drive from one site to the next, begun when the stay ends."""

    leave: int
    arrive: int
    miles: float | None


def sites_of(school: School) -> tuple[str, ...]:
    """The sites in the order of sections.csv; one without a name where no class has one."""
    return tuple(dict.fromkeys(section.site for section in school.sections)) or ("",)


def stays_of(school: School) -> tuple[tuple[tuple[Stay, ...], ...], ...]:
    """Per member of staff and weekday: its stays in order. Who has no posting is at the one site on its site-days."""
    posted: dict[str, list[Posting]] = {}
    for posting in school.postings:
        posted.setdefault(posting.therapist, []).append(posting)
    home = sites_of(school)[0]
    found = []
    for member in school.staff:
        week = []
        for day in WEEKDAYS:
            if member.id in posted:
                stays = sorted((p.start, p.end, p.site) for p in posted[member.id] if p.day == day)
                week.append(tuple(Stay(site, start, end) for start, end, site in stays))
            else:
                week.append((Stay(home, member.start, member.end),) if day in member.site_days else ())
        found.append(tuple(week))
    return tuple(found)


def trips_of(school: School) -> tuple[tuple[tuple[Trip, ...], ...], ...]:
    """Per member of staff and weekday: its drives. The way to the first site and home from the last is its own time.

    Who is remote drives nowhere.
    """
    drives = drives_between(school.drives)
    return tuple(
        tuple(() if member.type == "remote" else tuple(_trips(stays, drives)) for stays in week)
        for member, week in zip(school.staff, stays_of(school), strict=True)
    )


def drives_between(drives: Sequence[Drive]) -> Mapping[tuple[str, str], Drive]:
    """The drive of each pair of sites, either way."""
    found = {}
    for drive in drives:
        found[drive.site, drive.other] = found[drive.other, drive.site] = drive
    return found


def _trips(stays: Sequence[Stay], drives: Mapping[tuple[str, str], Drive]) -> list[Trip]:
    there = [(one, drives.get((one.site, other.site))) for one, other in pairwise(stays) if one.site != other.site]
    return [Trip(one.end, one.end + drive.minutes, drive.miles) for one, drive in there if drive is not None]


def drive_minutes(school: School) -> tuple[int, ...]:
    """Per member of staff, minutes of drives in a full week."""
    return tuple(sum(trip.arrive - trip.leave for day in week for trip in day) for week in trips_of(school))


def with_posted_days(school: School) -> School:
    """The school whose posted staff have the days of their postings as site-days."""
    if not school.postings:
        return school
    days = {(posting.therapist, posting.day) for posting in school.postings}
    posted = {name for name, _ in days}
    staff = tuple(
        member.model_copy(update={"site_days": tuple(d for d in WEEKDAYS if (member.id, d) in days)})
        if member.id in posted
        else member
        for member in school.staff
    )
    return school.model_copy(update={"staff": staff})
