"""What holds for every weekly timetable: nobody in two places, protected blocks kept, everything placed or reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import product

from sdmsim.delivery.grouping import Meeting, Pool
from sdmsim.delivery.options import options_of
from sdmsim.delivery.problem import Problem
from sdmsim.delivery.vocabulary import UNPLACED_REASONS, Appointment, Week
from sdmsim.school.vocabulary import WEEKDAYS, Posting, School

Stretch = tuple[int, int]


def assert_lawful(school: School, problem: Problem, week: Week) -> None:
    """Check a week against the school's own tables."""
    every_session_once(week)
    for a in week.appointments:
        in_contract_day(school, a)
        at_the_site(school, week, a)
        in_open_time(school, problem, week, a)
        in_good_company(school, problem, week, a)
    nobody_in_two_places(school, week)
    lunch_and_contract(school, problem, week)
    nothing_more_fits(school, problem, week)


def every_session_once(week: Week) -> None:
    wanted = {(r, n) for r, request in enumerate(week.requests) for n in range(request.weekly_sessions)}
    found = Counter([m for a in week.appointments for m in a.members] + [(u.request, u.ordinal) for u in week.unplaced])
    assert set(found) == wanted
    assert set(found.values()) <= {1}
    assert all(u.reason in UNPLACED_REASONS for u in week.unplaced)


def taken(a: Appointment) -> Stretch:
    return a.start - a.lead, a.start + a.minutes + a.tail


def of_children(a: Appointment) -> Stretch:
    return (a.start, a.start + a.minutes) if a.setting == "classroom" else taken(a)


def in_contract_day(school: School, a: Appointment) -> None:
    member = school.staff[a.therapist]
    assert WEEKDAYS[a.weekday] in member.site_days
    assert member.start <= taken(a)[0]
    assert taken(a)[1] <= member.end
    for day, start, end in member.busy:
        assert WEEKDAYS.index(day) != a.weekday or apart(taken(a), (start, end))


def at_the_site(school: School, week: Week, a: Appointment) -> None:
    """All children of an appointment are at one site, its room too, and the therapist is posted there all the while."""
    site_of = {s.section: s.site for s in school.sections}
    (site,) = {site_of[school.students[week.requests[r].student].section] for r, _ in a.members}
    assert all(room.site in ("", site) for room in school.rooms if room.room == a.room)
    if stays := posted(school, a.therapist):
        assert any(
            (stay.day, stay.site) == (WEEKDAYS[a.weekday], site)
            and stay.start <= taken(a)[0]
            and taken(a)[1] <= stay.end
            for stay in stays
        )
    else:
        assert len(set(site_of.values())) == 1


def posted(school: School, therapist: int) -> list[Posting]:
    return [stay for stay in school.postings if stay.therapist == school.staff[therapist].id]


def in_open_time(school: School, problem: Problem, week: Week, a: Appointment) -> None:
    for request, _ in a.members:
        child = school.students[week.requests[request].student]
        blocks = school.blocks_of[child.grade, WEEKDAYS[a.weekday]]
        if a.setting == "classroom":
            fits = problem.goals[week.requests[request].goal].push_in_subjects
            inside = [b for b in blocks if not apart((b.start, b.end), of_children(a))]
            assert inside
            assert all(b.subject in fits for b in inside)
            assert child.section == a.section
        else:
            inside = [b for b in blocks if not apart((b.start, b.end), taken(a))]
            assert inside[0].start <= taken(a)[0]
            assert taken(a)[1] <= inside[-1].end
            assert not any(b.protected or b.format == "lunch" for b in inside)


def in_good_company(school: School, problem: Problem, week: Week, a: Appointment) -> None:
    for number in range(53):
        now = [week.requests[r] for r, _ in a.members if week.requests[r].weeks >> number & 1]
        assert len({r.student for r in now}) == len(now) <= problem.grouping.legal_size
    requests = [week.requests[r] for r, _ in a.members]
    assert {r.minutes for r in requests} == {a.minutes}
    assert {r.therapist for r in requests} == {a.therapist}
    assert len(requests) == 1 or not any(r.alone for r in requests)
    children = [school.students[r.student].id for r in requests]
    for pair in school.pairs:
        assert pair.rule != "never" or not {pair.student, pair.other} <= set(children)
    if a.setting == "therapy_room":
        grades = [problem.grade[problem.section[r]] for r, _ in a.members]
        assert max(grades) - min(grades) <= problem.grouping.grade_span
        assert len({problem.grouping.family_of(r.goal) for r in requests}) == 1
        room = next((room for room in school.rooms if room.room == a.room), None)
        assert (room is None) == (a.room == "")
        assert room is None or len(children) <= room.capacity


def nobody_in_two_places(school: School, week: Week) -> None:
    for one, other in together(week.appointments):
        assert one.therapist != other.therapist or apart(taken(one), taken(other))
        assert one.room != other.room or one.room == "" or apart(taken(one), taken(other))
        children = [{week.requests[r].student for r, _ in a.members} for a in (one, other)]
        assert not children[0] & children[1] or apart(of_children(one), of_children(other))
    days = Counter((r, a.weekday) for a in week.appointments for r, _ in a.members)
    site_of = {s.section: s.site for s in school.sections}
    for (request, _), times in days.items():
        wanted = week.requests[request]
        site = site_of[school.students[wanted.student].section]
        there = {stay.day for stay in posted(school, wanted.therapist) if stay.site == site}
        assert times == 1 or wanted.weekly_sessions > len(there or school.staff[wanted.therapist].site_days)


def lunch_and_contract(school: School, problem: Problem, week: Week) -> None:
    """Whenever in the year: each site-day has room for lunch, and the week stays within the contract."""
    begins = {a.first or date.min for a in week.appointments}
    for moment, number in product(begins, range(53)):
        now = [
            a
            for a in week.appointments
            if (a.first or date.min) <= moment <= (a.last or date.max) and a.weeks >> number & 1
        ]
        for position, contract in enumerate(problem.contracts):
            mine = [a for a in now if a.therapist == position]
            minutes = sum(taken(a)[1] - taken(a)[0] for a in mine)
            minutes += problem.rules.planning_minutes_per_class * len({a.section for a in mine if a.section})
            assert minutes + problem.indirect[position] <= contract.session_minutes + 1e-9
            first, last = contract.lunch_window
            for day in contract.days:
                busy = [taken(a) for a in mine if a.weekday == day]
                lunches = [(t, t + contract.lunch_minutes) for t in range(first, last - contract.lunch_minutes + 1)]
                assert any(all(apart(lunch, b) for b in busy) for lunch in lunches)


def nothing_more_fits(school: School, problem: Problem, week: Week) -> None:
    """No session without a place could be held alone at any time of the week."""
    for one in week.unplaced:
        request = week.requests[one.request]
        push_in = request.setting == "classroom"
        subjects = tuple(sorted(problem.subjects(one.request))) if push_in else ()
        section = problem.section[one.request] if push_in else -1
        pool = Pool(request.therapist, push_in, section, request.minutes, (one.request,))
        single = Meeting(0, 0, request.therapist, push_in, section, subjects, request.minutes, ((one.request, 0),))
        for option in options_of(problem, pool, single):
            alone = Appointment(
                therapist=request.therapist,
                setting=request.setting,
                section=problem.section_names[section] if push_in else "",
                room=problem.rooms[option.room].name if option.room >= 0 else "",
                weekday=option.weekday,
                start=option.start,
                minutes=request.minutes,
                lead=option.lead,
                tail=option.tail,
                members=((one.request, one.ordinal),),
                first=request.start,
                last=request.end,
                weeks=request.weeks,
            )
            wider = replace(
                week,
                appointments=(*week.appointments, alone),
                unplaced=tuple(u for u in week.unplaced if u != one),
            )
            try:
                nobody_in_two_places(school, wider)
                lunch_and_contract(school, problem, wider)
            except AssertionError:
                continue
            raise AssertionError(f"{one} could be held at {option}")


def together(appointments: Sequence[Appointment]) -> list[tuple[Appointment, Appointment]]:
    """Pairs on the same weekday that are in force at some common date, in some common school week."""
    return [
        (one, other)
        for n, one in enumerate(appointments)
        for other in appointments[:n]
        if one.weekday == other.weekday
        and one.weeks & other.weeks
        and (one.first is None or other.last is None or one.first <= other.last)
        and (other.first is None or one.last is None or other.first <= one.last)
    ]


def apart(one: Stretch, other: Stretch) -> bool:
    return one[1] <= other[0] or other[1] <= one[0]
