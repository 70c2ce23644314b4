"""The year's week when posts are vacant: who is new, who takes what, and when a post is empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sdmsim.delivery.choosing import some_weeks
from sdmsim.delivery.handing_over import handed_over, succeeded
from sdmsim.delivery.paraprofessionals import Helper
from sdmsim.delivery.problem import Problem
from sdmsim.delivery.vacancy import Absence, Contractor, Gap, Redistribute, Remote, Vacancy, absence_of
from sdmsim.delivery.vocabulary import EVERY_WEEK, Consultation, Week
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.vocabulary import School


@dataclass(frozen=True, slots=True)
class Staffed:
    """A school and its week as people come and go. Who is new stands behind all others."""

    school: School
    problem: Problem
    week: Week
    gaps: tuple[Gap, ...] = ()
    """When a member of staff is not in its post, in the order of the vacancies."""
    helpers: tuple[tuple[Helper, int], ...] = ()
    """Each helper and the school weeks for which it is paid."""


def with_vacancies(staffed: Staffed, vacancies: Sequence[Vacancy], calendar: SchoolYear) -> Staffed:
    """The school and its week with every vacancy and its remedy."""
    for vacancy in vacancies:
        staffed = _with(staffed, vacancy, calendar)
    return staffed


def _with(staffed: Staffed, vacancy: Vacancy, calendar: SchoolYear) -> Staffed:
    names = [member.id for member in staffed.school.staff]
    absence, post = absence_of(vacancy, calendar), names.index(vacancy.therapist)
    remedy = vacancy.remedy
    staffed = replace(staffed, gaps=(*staffed.gaps, Gap(post, absence.first, absence.last)))
    if not absence.remedied:
        return replace(staffed, week=_pausing(staffed.week, post, absence, None, calendar))
    if isinstance(remedy, Redistribute):
        return _redistributed(staffed, post, absence, calendar)
    assert isinstance(remedy, Contractor | Remote)
    successor = len(names)
    staffed = _with_successor(staffed, remedy, vacancy.successor or "", post, absence, calendar)
    school, problem, week = staffed.school, staffed.problem, staffed.week
    mine = [n for n, r in enumerate(problem.requests) if r.therapist == post]
    visits = [n for n in mine if isinstance(remedy, Remote) and problem.requests[n].setting == "classroom"]
    problem, week = succeeded(problem, week, [n for n in mine if n not in visits], successor, absence.remedied)
    open_rows = [n for n in visits if school.services[problem.requests[n].row].setting == "team"]
    apart = {"therapist": successor, "setting": "therapy_room"}
    problem, week = handed_over(problem, week, open_rows, [apart], absence.remedied)
    return replace(staffed, problem=problem, week=_pausing(week, post, absence, successor, calendar))


def _redistributed(staffed: Staffed, post: int, absence: Absence, calendar: SchoolYear) -> Staffed:
    """What others of the same role have room for, who are there all the time."""
    staff = staffed.school.staff
    away = {gap.therapist for gap in staffed.gaps if gap.first <= absence.last and absence.first <= gap.last}
    others = [t for t, member in enumerate(staff) if member.role == staff[post].role and t not in away]
    mine = [n for n, r in enumerate(staffed.problem.requests) if r.therapist == post]
    ways = [{"therapist": t} for t in others]
    problem, week = handed_over(staffed.problem, staffed.week, mine, ways, absence.remedied)
    return replace(staffed, problem=problem, week=_pausing(week, post, absence, None, calendar))


def _with_successor(
    staffed: Staffed, remedy: Contractor | Remote, name: str, post: int, absence: Absence, calendar: SchoolYear
) -> Staffed:
    """Somebody new with the contract of the post, there for the weeks of the remedy."""
    school, problem, week = staffed.school, staffed.problem, staffed.week
    new = len(school.staff)
    changes = {"id": name, "type": remedy.kind, "rate": remedy.rate}
    rooms = tuple(room._replace(therapist=new) for room in problem.rooms if room.therapist == post)
    days = [d.date for d in calendar.days if d.week in absence.remedied]
    one = timedelta(days=1)
    helpers = staffed.helpers
    if isinstance(remedy, Remote):
        helpers = (*helpers, (_helper_of(remedy, name), len(absence.remedied)))
    posted = (p for p in school.postings if p.therapist == school.staff[post].id)
    postings = tuple(p.model_copy(update={"therapist": name}) for p in posted)
    staff = (*school.staff, school.staff[post].model_copy(update=changes))
    return Staffed(
        school.model_copy(update={"staff": staff, "postings": (*school.postings, *postings)}),
        replace(
            problem,
            contracts=(*problem.contracts, problem.contracts[post]),
            indirect=(*problem.indirect, problem.indirect[post]),
            rooms=(*problem.rooms, *rooms),
        ),
        replace(
            week,
            asked_minutes=(*week.asked_minutes, 0.0),
            co_planning_minutes=(*week.co_planning_minutes, 0.0),
            indirect_minutes=(*week.indirect_minutes, week.indirect_minutes[post]),
        ),
        (*staffed.gaps, Gap(new, date.min, days[0] - one), Gap(new, days[-1] + one, date.max)),
        helpers,
    )


def _helper_of(remedy: Remote, name: str) -> Helper:
    """Who is on site for a remote therapist."""
    return Helper(
        id=f"{name}-helper",
        therapists=(name,),
        task="fetch",
        hours_a_week=remedy.helper_hours,
        rate=remedy.helper_rate,
        attendance=remedy.helper_attendance,
    )


def _pausing(week: Week, post: int, absence: Absence, successor: int | None, calendar: SchoolYear) -> Week:
    """What the post gives through teachers pauses while it is vacant; a successor goes on with it."""
    vacant = some_weeks(absence.vacant.start, absence.vacant.stop)
    consultations: list[Consultation] = []
    spread = list(week.indirect_minutes)
    for one in week.consultations:
        if one.therapist != post or not one.weeks & vacant:
            consultations.append(one)
            continue
        if one.weeks == EVERY_WEEK:
            minutes = one.weekly_minutes * len(calendar.periods("week", one.start, one.end)) / calendar.n_weeks
            for t in {post, post if successor is None else successor}:
                spread[t] -= minutes
        consultations.append(one._replace(weeks=one.weeks & ~vacant))
        if successor is not None:
            taught = some_weeks(absence.remedied.start, absence.remedied.stop)
            consultations.append(one._replace(therapist=successor, weeks=one.weeks & taught))
    return replace(week, consultations=tuple(consultations), indirect_minutes=tuple(spread))
