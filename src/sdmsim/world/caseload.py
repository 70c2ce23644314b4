"""The caseload of one year: who comes, waits for an evaluation, joins, leaves, and what that makes of the timetable.

Worked out before the year is lived, school week by school week: who leaves and who joins changes the timetable from
that week on, by the greedy repair; then the week's consents come in and the evaluation minutes of its days are spent.
Nothing here reads how sessions went, so the year is lived once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sdmsim.delivery.caseload import Course, Span, direct_children
from sdmsim.delivery.choosing import some_weeks
from sdmsim.delivery.repair import Change, Newcomer, changed_week, newcomer
from sdmsim.delivery.requests import as_wanted, caseload
from sdmsim.delivery.vocabulary import Consultation, Request
from sdmsim.school.sites import stays_of
from sdmsim.school.vocabulary import School, Service
from sdmsim.streams import Luck
from sdmsim.world.arrivals import Arrival, arrivals_of, child_of, leaves, rows_like
from sdmsim.world.evaluation_time import EvaluationTime
from sdmsim.world.evaluations import Queue

if TYPE_CHECKING:
    from sdmsim.plan import Changing, Plan
    from sdmsim.school.calendar import SchoolDay


def with_caseload(plan: Plan, luck: Luck) -> Plan:
    """The plan of one year, its children and its timetable as they change; the plan itself where nothing does."""
    if plan.changing is None:
        return plan
    return _Unfolding(plan, plan.changing, luck).unfold()


class _Unfolding:
    """One year of the caseload as it unfolds."""

    def __init__(self, plan: Plan, changing: Changing, luck: Luck) -> None:
        self.plan, self.changing, self.luck = plan, changing, luck
        self.rules, self.problem, self.week = changing.rules, changing.problem, plan.week
        self.school, self.calendar = plan.school, plan.calendar
        self.days_of: dict[int, list[SchoolDay]] = {}
        for day in self.calendar.days:
            self.days_of.setdefault(day.week, []).append(day)
        self.queue = Queue(self.rules)
        self.spans = [Span(0, len(self.calendar.days)) for _ in self.school.students]
        self.leaving: dict[int, list[tuple[int, int]]] = {}
        """By school week, (child, why) of those who are gone from then on."""
        self.joining: list[tuple[Arrival, int]] = []
        """(who, evaluation) of those who join with the next school week, in the order of agreement."""
        self.joined: list[tuple[Any, ...]] = []
        self.left: list[tuple[Any, ...]] = []
        self.of_class, self.load = self._assigned()
        self.time = EvaluationTime(plan, self.rules, luck)

    def unfold(self) -> Plan:
        """Week by week, to the plan that is lived."""
        for child in direct_children(self.school):
            self._will_leave(child, 0)
        coming: dict[int, list[Arrival]] = {}
        for arrival in arrivals_of(self.rules, self.school, self.calendar, self.luck):
            coming.setdefault(arrival.day, []).append(arrival)
        for week in range(self.calendar.n_weeks):
            self._change(week)
            if self.rules.short_of_time == "cancel sessions" and week >= self.plan.start_up_weeks:
                self.time.cancel(self.queue, week, self.week)
            for day in self.days_of[week]:
                self._live(day, coming.get(day.index, ()))
        course = Course(
            tuple(self.spans),
            frozenset(self.time.cancelled),
            *map(tuple, (self.queue.referred, self.queue.evaluated, self.queue.evaluating, self.joined, self.left)),
        )
        reviewing = self.plan.reviewing and (self.plan.reviewing[0], self.problem)
        return replace(self.plan, school=self.school, week=self.week, reviewing=reviewing, course=course)

    def _live(self, day: SchoolDay, coming: Any) -> None:
        """Consents of a day, and its evaluation minutes."""
        for arrival in coming:
            if not arrival.evaluated:
                self.joining.append((arrival, -1))
            elif arrival.served < 0 or day.index < self.spans[arrival.served].end:
                self.queue.ask(arrival, self._therapist_of(arrival))
        done = self.queue.work(day.index, *self.time.of_day(day))
        self.joining += [(one.arrival, one.number) for one in done if one.arrival.eligible and one.arrival.served < 0]

    def _change(self, week: int) -> None:
        """Who leaves and who joins with a school week."""
        first = self.days_of[week][0]
        before = some_weeks(0, week)
        gone = [child for child, _ in self.leaving.get(week, ())]
        ended = {
            n: r for n, r in enumerate(self.problem.requests) if r.student in gone and self.problem.active[n] >> week
        }
        last = self.calendar.days[max(0, first.index - 1)]
        for child, why in self.leaving.get(week, ()):
            self.spans[child] = Span(self.spans[child].first, first.index)
            self.left.append((last.index, child, why))
            self.queue.drop(child)
        consultations = [
            c._replace(end=last.date, weeks=c.weeks & before) if c.student in gone else c
            for c in self.week.consultations
        ]
        new: list[Newcomer] = []
        ready, self.joining = self.joining, []
        for arrival, evaluation in ready:
            for one in self._join(arrival, evaluation, first):
                if isinstance(one, Consultation):
                    consultations.append(one._replace(weeks=one.weeks & ~before))
                else:
                    section = self.problem.section_names.index(self.school.students[one.student].section)
                    new.append(newcomer(one, section, self.calendar))
        if ended or new:
            again = [n for n in self._without_place(week) if n not in ended] if ended else []
            change = Change(
                week,
                given={n: {} for n in again},
                ended=dict.fromkeys(ended, last.date),
                new=[n for n in new if n.active],
            )
            self.problem, self.week = changed_week(self.problem, self.week, change)
        if consultations != list(self.week.consultations):
            self.week = replace(self.week, consultations=tuple(consultations))

    def _without_place(self, week: int) -> list[int]:
        """Requests per week without any place: they are tried again where somebody leaves."""
        problem = self.problem
        lacking: dict[int, int] = {}
        for one in self.week.unplaced:
            lacking[one.request] = lacking.get(one.request, 0) + 1
        return [
            n
            for n, lacks in lacking.items()
            if problem.active[n] >> week and problem.requests[n].per == "week" and lacks == problem.requests[n].sessions
        ]

    def _join(self, arrival: Arrival, evaluation: int, first: SchoolDay) -> list[Request | Consultation]:
        """A child comes onto the caseload with the first day of a school week; its direct rows as requests."""
        child, like = child_of(arrival, self.school_before, self.luck)
        number = len(self.school.students)
        rows = rows_like(self.school, like, child.id, first.date)
        self.school = _wider(self.school, child, rows)
        self.spans.append(Span(first.index, len(self.calendar.days)))
        self.joined.append((first.index, number, evaluation))
        self._will_leave(number, first.index)
        cases = caseload(self.school, self.plan.goals)
        chosen = self.changing.strategy.decide(cases, self.calendar, Luck(self.changing.seed, None))
        found = []
        for position in range(len(self.school.services) - len(rows), len(self.school.services)):
            row = self.school.services[position]
            therapist = self._assigned_to(row.provider_role, child.section)
            found += [as_wanted(position, row, one, number, therapist) for one in chosen[position]]
        return [one for one in found if isinstance(one, Consultation) or one.owed_in(self.calendar)]

    @property
    def school_before(self) -> School:
        """The school as its tables have it."""
        return self.plan.school

    def _will_leave(self, child: int, first: int) -> None:
        found = leaves(self.rules, self.school.students[child].id, first, self.luck)
        if found is not None and found[0] < len(self.calendar.days):
            week = self.calendar.days[found[0]].week + 1
            if week < self.calendar.n_weeks:
                self.leaving.setdefault(week, []).append((child, found[1]))

    def _assigned(self) -> tuple[dict[tuple[str, str], int], list[float]]:
        """The therapist of each role and class, never an assistant, and each one's minutes a week for its FTE.

        Whoever holds a vacant post for a while is not meant: a class is its post's, and its requests come first.
        """
        school, found = self.school, dict[tuple[str, str], int]()
        load = [0.0] * len(school.staff)
        bosses = self.plan.team.supervisor if self.plan.assistants else {}
        for request in self.problem.requests:
            role, section = school.services[request.row].provider_role, school.students[request.student].section
            owner = bosses.get(request.therapist, request.therapist)
            if found.setdefault((role, section), owner) == owner:
                fte = school.staff[request.therapist].fte
                load[request.therapist] += request.minutes * request.weekly_sessions / fte
        return found, load

    def _assigned_to(self, role: str, section: str) -> int:
        """Who has the class; else who of the role, at its site, has the least to do."""
        known = self.of_class.get((role, section))
        if known is None:
            site = next(s.site for s in self.school.sections if s.section == section)
            at = [{stay.site for day in week for stay in day} for week in stays_of(self.school)]
            away = {gap.therapist for gap in self.plan.gaps}
            may = [t for t, member in enumerate(self.school.staff) if member.role == role and site in at[t]]
            known = min(may, key=lambda t: (t in away, self.load[t], t))
            self.of_class[role, section] = known
        return known

    def _therapist_of(self, arrival: Arrival) -> int:
        """Whose evaluation it is: the therapist of the child's first direct row."""
        school = self.school_before
        section, like = "", arrival.served
        if like < 0:
            child, like = child_of(arrival, school, self.luck)
            section = child.section
        row = next(row for row in school.services if row.kind == "direct" and row.id == school.students[like].id)
        return self._assigned_to(row.provider_role, section or school.students[like].section)


def _wider(school: School, child: Any, rows: list[Service]) -> School:
    """The school with a child more; the tables were checked, and what is added is like what stands in them."""
    tables = {name: getattr(school, name) for name in School.model_fields}
    tables |= {"students": (*school.students, child), "services": (*school.services, *rows)}
    wider = School.model_construct(**tables)
    wider.__dict__["blocks_of"] = school.blocks_of
    return wider
