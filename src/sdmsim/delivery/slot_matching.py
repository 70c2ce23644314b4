"""The slots of a therapist's own timetable, matched to staff, places, children and service rows.

What cannot be is a fault; what only should not be (large groups, protected blocks, too few minutes) is a note: it is
the therapist's real week.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sdmsim.base import Problem, did_you_mean, quoted
from sdmsim.delivery.own_week import Held, OwnWeek
from sdmsim.delivery.requests import weekly_places
from sdmsim.delivery.rules import Goal, Grouping
from sdmsim.delivery.vocabulary import Setting
from sdmsim.school.sites import stays_of
from sdmsim.school.slots import Slot, read_slots
from sdmsim.school.vocabulary import WEEKDAYS, Block, School, Service, StaffMember, Student, grade_number

_OWN_ROOM = ("", "room", "therapy room")
_LINES_SHOWN = 5


class Rules(NamedTuple):
    """What soft rules are held against."""

    goals: Mapping[str, Goal]
    grouping: Grouping


def read_own_week(
    name: str | None,
    folder: Path,
    school: School,
    whole: Collection[str],
    rules: Rules,
    tables: Mapping[str, str],
) -> tuple[OwnWeek | None, list[Problem]]:
    """The week of a file, with its notes, and every problem by line. None where no file is named or it cannot be.

    It is matched only to a school of which every row could be read (`whole`: the tables that could).
    """
    if name is None:
        return None, []
    slots, problems = read_slots(folder / name, name)
    if problems or not {"students", "services", "sections", "bell", "staff"} <= set(whole):
        return None, problems
    matching = _Matching(school, rules, name, tables)
    for line, slot in slots:
        matching.add(line, slot)
    matching.look_for_clashes()
    found = OwnWeek(tuple(one for _, one in matching.held), matching.therapists, tuple(matching.notes()))
    return found, sorted(matching.problems, key=lambda p: p.row)


class _Matching:
    """One file being matched, line by line."""

    def __init__(self, school: School, rules: Rules, file: str, tables: Mapping[str, str]) -> None:
        self.school, self.rules, self.file = school, rules, file
        self.names = {
            t: tables.get(t, f"the {t} table") for t in ("students", "services", "staff", "sections", "rooms")
        }
        self.problems: list[Problem] = []
        self.held: list[tuple[int, Held]] = []
        self.therapists: dict[int, int] = {}
        self._stays = stays_of(school)
        self._soft: dict[str, list[int]] = {}
        self._used: dict[int, int] = {}
        self._rows: dict[str, list[int]] = {}
        for number, row in enumerate(school.services):
            if row.kind == "direct":
                self._rows.setdefault(row.id, []).append(number)

    def add(self, line: int, slot: Slot) -> None:
        """Match one slot."""
        before = len(self.problems)
        therapist = self._therapist(line, slot)
        place = self._place(line, slot)
        children = [self._child(line, name) for name in slot.students]
        if therapist is None or place is None:
            return
        setting, section, room = place
        members: list[tuple[int, int]] = []
        for child in children:
            if child is not None:
                self._there(line, slot, child, place)
                self._at_site(line, slot, child, therapist, place[2])
                members += self._sessions(line, slot, child, therapist)
        if len(self.problems) == before:
            day = WEEKDAYS.index(slot.day)
            self._soften(line, slot, place, [c for c in children if c is not None], [row for row, _ in members])
            where = (setting, section, room, day, slot.start, slot.length)
            self.held.append((line, Held(therapist, *where, tuple(members))))

    def _say(self, line: int, column: str, text: str) -> None:
        self.problems.append(Problem(self.file, line, column, text))

    def _therapist(self, line: int, slot: Slot) -> int | None:
        staff, table = self.school.staff, self.names["staff"]
        found = next((n for n, member in enumerate(staff) if member.id == slot.therapist), None)
        if found is None:
            guess = did_you_mean(slot.therapist, [m.id for m in staff])
            self._say(line, "therapist", f"{quoted(slot.therapist)} is not in {table}{guess}")
            return None
        member = staff[found]
        if slot.day not in member.site_days:
            self._say(line, "day", f"{slot.day}, but {table} has {quoted(member.id)} on {' '.join(member.site_days)}")
        elif slot.start < member.start or slot.start + slot.length > member.end:
            hours = f"{_clock(member.start)} to {_clock(member.end)} in {table}"
            self._say(line, "start", f"{_when(slot)} is outside the day of {quoted(member.id)}, {hours}")
        return found

    def _place(self, line: int, slot: Slot) -> tuple[Setting, str, str] | None:
        classes, rooms = [s.section for s in self.school.sections], [r.room for r in self.school.rooms]
        if slot.where in classes:
            return "classroom", slot.where, ""
        if slot.where in rooms or (not rooms and slot.where in _OWN_ROOM):
            return "therapy_room", "", slot.where if rooms else ""
        if slot.where == "hallway":
            return "hallway", "", "hallway"
        known = [*rooms, *classes, "hallway", *(() if rooms else ("therapy room",))]
        there = (
            f"{self.names['rooms']}, {self.names['sections']} or hallway"
            if rooms
            else (f"a class of {self.names['sections']}, hallway or therapy room")
        )
        said = (
            f"{quoted(slot.where)} is not in"
            if rooms and slot.where
            else "is empty; give a room of"
            if rooms
            else (f"{quoted(slot.where)} is not")
        )
        self._say(line, "where", f"{said} {there}{did_you_mean(slot.where, known) if slot.where else ''}")
        return None

    def _child(self, line: int, name: str) -> Student | None:
        if name not in self.school.student_index:
            guess = did_you_mean(name, self.school.student_index)
            self._say(line, "students", f"{quoted(name)} is not in {self.names['students']}{guess}")
            return None
        return self.school.students[self.school.student_index[name]]

    def _there(self, line: int, slot: Slot, child: Student, place: tuple[Setting, str, str]) -> None:
        """The child is at school then, and in this class where it is served in class."""
        blocks = self.school.blocks_of.get((child.grade, slot.day), ())
        first, last = min((b.start for b in blocks), default=0), max((b.end for b in blocks), default=0)
        if slot.start < first or slot.start + slot.length > last:
            text = f"{_when(slot)} is outside the school day of {quoted(child.id)}, {_clock(first)} to {_clock(last)}"
            self._say(line, "start", text)
        if place[0] == "classroom" and child.section != place[1]:
            self._say(
                line, "students", f"{quoted(child.id)} is in class {quoted(child.section)}, not {quoted(place[1])}"
            )

    def _at_site(self, line: int, slot: Slot, child: Student, therapist: int, room: str) -> None:
        """Where there are several sites, therapist and room are at the child's."""
        site = next(s.site for s in self.school.sections if s.section == child.section)
        stays = self._stays[therapist][WEEKDAYS.index(slot.day)]
        end = slot.start + slot.length
        there = any(stay.site == site and stay.start <= slot.start and end <= stay.end for stay in stays)
        if self.school.postings and not there:
            text = f"{_when(slot)}: {quoted(slot.therapist)} is not at {quoted(site)}, the site of {quoted(child.id)}"
            self._say(line, "start", text)
        of_room = next((r.site for r in self.school.rooms if r.room == room), site)
        if of_room != site:
            text = f"{quoted(room)} is at {quoted(of_room)}, {quoted(child.id)} is at {quoted(site)}"
            self._say(line, "where", text)

    def _sessions(self, line: int, slot: Slot, child: Student, therapist: int) -> list[tuple[int, int]]:
        """The rows that a child is served by in this slot (more only where their dates follow each other)."""
        member, services = self.school.staff[therapist], self.names["services"]
        own = self._rows.get(child.id, [])
        of_role = [n for n in own if self.school.services[n].provider_role == member.role]
        named = [n for n in of_role if self.school.services[n].service == slot.service]
        if not of_role:
            text = f"{quoted(child.id)} has no direct row for {quoted(member.role)} in {services}"
            self._say(line, "students", text)
            return []
        if slot.service and not named:
            there = sorted({self.school.services[n].service for n in of_role})
            text = f"{quoted(child.id)} has no {quoted(slot.service)} in {services}{did_you_mean(slot.service, there)}"
            self._say(line, "service", text)
            return []
        rows = named if slot.service else of_role
        kinds = sorted({self.school.services[n].service for n in rows})
        if len(kinds) > 1:
            text = f"is empty, but {quoted(child.id)} has {', '.join(map(quoted, kinds))} in {services}; say which"
            self._say(line, "service", text)
            return []
        return self._taken(line, slot, child, rows, therapist)

    def _taken(
        self, line: int, slot: Slot, child: Student, rows: Sequence[int], therapist: int
    ) -> list[tuple[int, int]]:
        chosen: list[int] = []
        for n in sorted(rows, key=lambda n: self.school.services[n].minutes != slot.length):
            row = self.school.services[n]
            left = weekly_places(row.per, row.sessions) - self._used.get(n, 0)
            if left > 0 and all(_apart(row, self.school.services[other]) for other in chosen):
                chosen.append(n)
        if not chosen:
            owed = sum(weekly_places(self.school.services[n].per, self.school.services[n].sessions) for n in rows)
            text = (
                f"{quoted(child.id)} stands in more slots than its plan in {self.names['services']} has a week, {owed}"
            )
            self._say(line, "students", text)
        found = []
        for n in chosen:
            if self.therapists.setdefault(n, therapist) != therapist:
                other = self.school.staff[self.therapists[n]].id
                text = f"{quoted(child.id)} has this service from {quoted(other)} in another slot; one therapist a row"
                self._say(line, "therapist", text)
            found.append((n, self._used.get(n, 0)))
            self._used[n] = self._used.get(n, 0) + 1
        return found

    def look_for_clashes(self) -> None:
        """Nobody is in two places at once."""
        for position, (line, one) in enumerate(self.held):
            for earlier, other in self.held[:position]:
                if one.weekday != other.weekday or not _overlap(one, other):
                    continue
                if one.therapist == other.therapist:
                    name = self.school.staff[one.therapist].id
                    self._say(line, "start", f"{quoted(name)} is with the children of line {earlier} then")
                both = self._children(one) & self._children(other)
                for child in sorted(both):
                    self._say(line, "students", f"{quoted(child)} is in the slot of line {earlier} then")

    def _children(self, one: Held) -> set[str]:
        return {self.school.services[row].id for row, _ in one.members}

    def _soften(
        self,
        line: int,
        slot: Slot,
        place: tuple[Setting, str, str],
        children: Sequence[Student],
        rows: Sequence[int],
    ) -> None:
        grouping, services = self.rules.grouping, [self.school.services[n] for n in rows]
        member = next(m for m in self.school.staff if m.id == slot.therapist)
        grades = [grade_number(child.grade) for child in children]
        room = next((r for r in self.school.rooms if r.room == place[2]), None)
        broken = {
            f"more children than the legal size, {grouping.legal_size}": len(children) > grouping.legal_size,
            f"grades more than {grouping.grade_span} apart": place[0] != "classroom"
            and max(grades) - min(grades) > grouping.grade_span,
            "a room that is too small": room is not None and len(children) > room.capacity,
            "a child whose plan says individual in company": len(children) > 1
            and any(s.delivery == "individual" for s in services),
            "another place than the plan says": any(s.setting not in ("team", place[0]) for s in services),
            "less time than a plan has; what lacks is missed as unplaced": any(
                s.minutes > slot.length for s in services
            ),
            "more time than a plan has; no more than the plan is credited": any(
                s.minutes < slot.length for s in services
            ),
            "a time at which staff is busy": _busy(member, slot),
            "a lesson that does not fit a goal": place[0] == "classroom" and not self._fits(slot, children, services),
            "time out of a protected block or lunch": place[0] != "classroom" and self._protected(slot, children),
        }
        for what, is_so in broken.items():
            if is_so:
                self._soft.setdefault(what, []).append(line)

    def _fits(self, slot: Slot, children: Sequence[Student], services: Sequence[Service]) -> bool:
        subjects = {b.subject for c in children for b in self._blocks(slot, c)}
        return all(
            subjects <= set(self.rules.goals[s.goal].push_in_subjects) for s in services if s.goal in self.rules.goals
        )

    def _protected(self, slot: Slot, children: Sequence[Student]) -> bool:
        return any(b.protected or b.format == "lunch" for c in children for b in self._blocks(slot, c))

    def _blocks(self, slot: Slot, child: Student) -> list[Block]:
        end = slot.start + slot.length
        there = self.school.blocks_of.get((child.grade, slot.day), ())
        return [b for b in there if b.start < end and slot.start < b.end]

    def notes(self) -> Iterator[str]:
        """Soft rules that are broken, with lines; then what no slot holds."""
        for what, lines in self._soft.items():
            shown = ", ".join(map(str, lines[:_LINES_SHOWN])) + (", ..." if len(lines) > _LINES_SHOWN else "")
            slots = "1 slot has" if len(lines) == 1 else f"{len(lines)} slots have"
            yield (
                f"{self.file}: {slots} {what} (line {shown})."
                if len(lines) == 1
                else (f"{self.file}: {slots} {what} (lines {shown}).")
            )
        direct = [n for rows in self._rows.values() for n in rows]
        owed = sum(weekly_places(self.school.services[n].per, self.school.services[n].sessions) for n in direct)
        if missing := owed - sum(self._used.values()):
            yield f"{self.file}: {missing} of {owed} weekly places that plans need are in no slot; they are unplaced."


def _apart(one: Service, other: Service) -> bool:
    """Whether the dates of two rows follow each other."""
    return bool(
        (one.end and other.start and one.end < other.start) or (other.end and one.start and other.end < one.start)
    )


def _overlap(one: Held, other: Held) -> bool:
    return one.start < other.start + other.minutes and other.start < one.start + one.minutes


def _busy(member: StaffMember, slot: Slot) -> bool:
    end = slot.start + slot.length
    return any(day == slot.day and a < end and slot.start < b for day, a, b in member.busy)


def _when(slot: Slot) -> str:
    return f"{_clock(slot.start)} to {_clock(slot.start + slot.length)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
