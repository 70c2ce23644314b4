"""Do the rules and the dates of a scenario agree with the tables of its school?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from sdmsim.base import Problem, did_you_mean
from sdmsim.base import dotted as key
from sdmsim.delivery.assistants import Assistant, assistant_problems
from sdmsim.delivery.make_up import MakeUp, kept_by
from sdmsim.delivery.money import Money
from sdmsim.delivery.paraprofessionals import Helper, helper_problems
from sdmsim.delivery.rules import Goal, Grouping, Reviews
from sdmsim.delivery.vacancy import Vacancy, vacancy_problems
from sdmsim.delivery.vocabulary import Reviewing, Strategy
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.sites import stays_of
from sdmsim.school.time_checks import span
from sdmsim.school.vocabulary import WEEKDAYS, School


class Agreement:
    """The checks of one scenario file against one school.

    `tables`: table name to file name, empty for a generated school. `whole`: the tables of which every
    row could be read; nobody is told that a name is missing from another.
    """

    def __init__(self, file: str, school: School, tables: Mapping[str, str], whole: Collection[str]) -> None:
        self.file, self.school, self.tables, self.whole = file, school, tables, whole

    def rows(self, table: str, position: int) -> tuple[str, int]:
        """File and line of a row."""
        lines = self.school.lines.get(table, ())
        return self.tables.get(table, f"generated {table}"), lines[position] if lines else 0

    def goals(self, goals: Mapping[str, Goal], grouping: Grouping) -> Iterator[Problem]:
        """Goals that rows and rules name are described, and their subjects are in the bell schedule."""
        for i, row in enumerate(self.school.services):
            file, line = self.rows("services", i)
            if row.goal not in goals:
                text = f'"{row.goal}" is not in [goals] of {self.file}{did_you_mean(row.goal, goals)}'
                yield Problem(file, line, "goal", text)
            elif row.kind == "direct" and row.setting == "classroom" and not goals[row.goal].push_in_subjects:
                text = f'"classroom", but goal "{row.goal}" has no push_in_subjects in {self.file}'
                yield Problem(file, line, "setting", text)
        if "bell" in self.whole:
            bell, subjects = self.tables.get("bell", "the bell schedule"), {b.subject for b in self.school.bell}
            for name, goal in goals.items():
                for subject in goal.push_in_subjects:
                    if subject not in subjects:
                        text = f'"{subject}" is not a subject in {bell}{did_you_mean(subject, subjects)}'
                        yield Problem(self.file, 0, key(["goals", name, "push_in_subjects"]), text)
        seen: set[str] = set()
        for name in (goal for family in grouping.mix for goal in family):
            if name not in goals:
                yield Problem(self.file, 0, "grouping.mix", f'"{name}" is not in [goals]{did_you_mean(name, goals)}')
            elif name in seen:
                yield Problem(self.file, 0, "grouping.mix", f'"{name}" stands there twice')
            seen.add(name)

    def sizes(self, grouping: Grouping) -> Iterator[Problem]:
        """The preferred size is legal, and children who must be together fit into one group."""
        preferred, legal = grouping.preferred_size, grouping.legal_size
        if preferred > legal and "preferred_size" in grouping.model_fields_set:
            yield Problem(self.file, 0, "grouping.preferred_size", f"{preferred} is above legal_size, which is {legal}")
        elif preferred > legal:
            text = f"{legal} is below preferred_size, which is {preferred} where it is not given"
            yield Problem(self.file, 0, "grouping.legal_size", text)
        for position, together in _bound(self.school):
            if len(together) > grouping.legal_size:
                names = ", ".join(f'"{name}"' for name in together)
                text = f"{names} must be together, but grouping.legal_size of {self.file} is {grouping.legal_size}"
                yield Problem(*self.rows("pairs", position), "rule", text)

    def slots(self, make_up: MakeUp) -> Iterator[Problem]:
        """A slot for making up lies in somebody's day, beside what takes that time already."""
        staff, stays, name = self.school.staff, stays_of(self.school), "make_up.slot"
        for slot in make_up.kept_free:
            day, start, end = WEEKDAYS[slot[0]], *slot[1:]
            said = f"{day} {span(start, end)}"
            there = [i for i in range(len(staff)) if kept_by(stays[i], [slot])]
            if not there:
                yield Problem(self.file, 0, name, f"{said}: nobody of the staff is at one site all of that time")
            for i in there:
                file, line = self.rows("staff", i)
                for of_week, begins, ends in staff[i].busy:
                    if of_week == day and begins < end and start < ends:
                        who = f"{file}:{line}" if line else f"therapist {i + 1} of {file}"
                        yield Problem(self.file, 0, name, f"{said}: {who} is busy {day} {span(begins, ends)}")

    def reviews(self, delivery: Strategy, reviews: Reviews | None) -> Iterator[Problem]:
        """A strategy that moves rows at reviews has reviews."""
        if isinstance(delivery, Reviewing) and reviews is None:
            text = f'is missing: delivery.kind "{delivery.kind}" moves children at reviews; give reviews.every_weeks'
            yield Problem(self.file, 0, "reviews", text)

    def sites(self, fte: Mapping[str, float], money: Money) -> Iterator[Problem]:
        """Every role that children of a site need is posted there, who must sit together can, and miles are known."""
        if not {"sections", "staff", "students", "postings"} <= set(self.whole) | ({"postings"} - set(self.tables)):
            return
        site = {section.section: section.site for section in self.school.sections}
        if "" in site.values() and len(set(site.values())) > 1:
            return  # which is said of the classes
        of_child = {child.id: site.get(child.section, "") for child in self.school.students}
        posted = {
            (member.role, stay.site)
            for member, week in zip(self.school.staff, stays_of(self.school), strict=True)
            for day in week
            for stay in day
        }
        roles = {member.role for member in self.school.staff}
        postings = self.tables.get("postings", "the postings")
        for i, row in enumerate(self.school.services):
            need = (row.provider_role, of_child.get(row.id, ""))
            if row.id in of_child and row.provider_role in roles and need not in posted:
                posted.add(need)  # said once
                cut = f", with {key(['staffing', 'fte', need[0]])} at {fte[need[0]]:g}" if need[0] in fte else ""
                text = f'no {need[0]} is at "{need[1]}" in {postings}{cut}, where the class of "{row.id}" is'
                yield Problem(*self.rows("services", i), "provider_role", text)
        for position, together in _bound(self.school):
            where = sorted({of_child[name] for name in together if name in of_child})
            if len(where) > 1:
                names = ", ".join(f'"{name}"' for name in together)
                text = f'{names} must be together, but are at "{where[0]}" and "{where[1]}"'
                yield Problem(*self.rows("pairs", position), "rule", text)
        for i, drive in enumerate(self.school.drives if money.mileage_rate is not None else ()):
            if drive.miles is None:
                text = f"is empty; money.mileage_rate of {self.file} needs it"
                yield Problem(*self.rows("drives", i), "miles", text)

    def vacancies(
        self, vacancies: Sequence[Vacancy], calendar: SchoolYear, assistants: Sequence[Assistant]
    ) -> Iterator[Problem]:
        """Posts that are vacant belong to the staff and the year, and nobody loses its supervisor."""
        if calendar.days and "staff" in self.whole:
            staff = self.tables.get("staff", "the generated staff")
            yield from vacancy_problems(vacancies, self.school, calendar, self.file, staff)
        supervised = {one.supervisor: one.id for one in assistants}
        for n, one in enumerate(vacancies):
            if one.therapist in supervised:
                text = f'"{one.therapist}" supervises {supervised[one.therapist]}, who may not work without'
                yield Problem(self.file, 0, key(["vacancy", n, "therapist"]), text)

    def assistants(
        self, assistants: Sequence[Assistant], helpers: Sequence[Helper], goals: Mapping[str, Goal]
    ) -> Iterator[Problem]:
        """Assistants and helpers belong to the staff."""
        if "staff" in self.whole:
            names = {one.id for one in assistants}
            later = [member for member in reversed(self.school.staff) if member.id in names][: len(assistants)]
            staff = [member for member in self.school.staff if not any(member is one for one in later)]
            table = self.tables.get("staff", "the generated staff")
            yield from assistant_problems(assistants, staff, goals, self.file, table)
            yield from helper_problems(helpers, [m.id for m in self.school.staff], self.file, table)

    def dates(self, first_day: date, last_day: date, start_up_weeks: int, calendar: SchoolYear) -> Iterator[Problem]:
        """There is a year to live, and rows and calendar speak of it."""
        year = f"the year, {first_day} to {last_day}"
        if not calendar.days:
            yield Problem(self.file, 0, "year", f"{first_day} to {last_day} holds no school day")
        elif start_up_weeks >= calendar.n_weeks:
            text = f"{start_up_weeks} weeks are the whole year of {calendar.n_weeks} school weeks"
            yield Problem(self.file, 0, "year.start_up_weeks", text)
        for i, row in enumerate(self.school.services):
            if row.end is not None and row.end < first_day:
                yield Problem(*self.rows("services", i), "end", f"{row.end} is before {year}")
            if row.start is not None and row.start > last_day:
                yield Problem(*self.rows("services", i), "start", f"{row.start} is after {year}")
        entries = self.school.calendar
        if entries and not any(inside(e.date, e.through, first_day, last_day) for e in entries):
            file, line = self.rows("calendar", 0)
            yield Problem(file, line, "date", f"{entries[0].date}, like every date of this table, is outside {year}")


def inside(first: date, through: date | None, first_day: date, last_day: date) -> bool:
    """Whether some day of an entry lies in the year."""
    return first <= last_day and (through or first) >= first_day


def _bound(school: School) -> Iterator[tuple[int, list[str]]]:
    """Each set of children that must rules tie together, with the position of the last rule that does."""
    tied: dict[str, list[str]] = {}
    last: dict[int, int] = {}
    for i, pair in enumerate(school.pairs):
        if pair.rule != "must":
            continue
        one, other = (tied.setdefault(name, [name]) for name in (pair.student, pair.other))
        if one is not other:
            one += other
            for name in other:
                tied[name] = one
        last[id(one)] = i
    for together in {id(t): t for t in tied.values()}.values():
        yield last[id(together)], sorted(together)
