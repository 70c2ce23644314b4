"""Class placement as a lever: in which classes the served children sit, before anything else reads the roster."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sdmsim.base import Described, Problem, did_you_mean, quoted
from sdmsim.school.vocabulary import School, Section, Student, Text
from sdmsim.school.writing import tables_of
from sdmsim.streams import Luck


class Placement(Described):
    """Which class of their grade the served children sit in. A child that moves changes places with a classmate who is
    not served: nobody changes grade or site, and classes keep their size.

    as written: as in the students table. scatter: as evenly over the classes of a grade as can be. cluster: in few
    classes of each grade. fewest hours: where the delivery at hand asks the fewest therapist minutes.
    """

    kind: Literal["as written", "scatter", "cluster", "fewest hours"] = "as written"
    """Who decides where they sit."""
    goals: tuple[Text, ...] = ()
    """Children with a direct row of one of these goals are placed, all others stay; needed unless `as written`."""
    most_per_class: Annotated[int, Field(ge=1, le=60)] | None = None
    """Children of the students table in one class at most, those who stay included (New Jersey: 8 in elementary
    in-class resource); needed unless `as written`."""
    classes_per_grade: Annotated[int, Field(ge=1, le=20)] = 1
    """Classes of each grade into which `cluster` puts them, more only where these are full."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.kind != "as written":
            lacking = [key for key in ("goals", "most_per_class") if not getattr(self, key)]
            if lacking:
                raise ValueError(f'kind "{self.kind}" needs {" and ".join(lacking)}')
        return self

    def problems(
        self,
        school: School,
        goals: Collection[str],
        strategy: str,
        file: str,
        tables: Mapping[str, str],
        whole: Collection[str],
    ) -> Iterator[Problem]:
        """Goals that are not described, limits that the grades cannot keep, a strategy that must not be asked yet."""
        if self.kind == "as written" or self.most_per_class is None:
            return
        if self.kind == "fewest hours" and strategy == "module:Class":
            text = (
                '"fewest hours" asks the strategy while the scenario is read, when code of your own is not run;'
                " use the students.csv that `sdmsim timetable` writes with a strategy that ships"
            )
            yield Problem(file, 0, "placement.kind", text)
        if self.kind == "fewest hours" and strategy == "own timetable":
            yield Problem(
                file, 0, "placement.kind", '"fewest hours" has nothing to ask: week.timetable says who gives what'
            )
        for name in self.goals:
            if name not in goals:
                yield Problem(
                    file, 0, "placement.goals", f"{quoted(name)} is not in [goals]{did_you_mean(name, goals)}"
                )
        if not {"students", "services", "sections"} <= set(whole):
            return
        students = tables.get("students", "the students table")
        for (grade, _), classes in classes_of(school).items():
            moving, staying = self.moving(school, classes), self.staying(school)
            if not moving:
                continue
            if self.kind == "cluster" and self.classes_per_grade > len(classes):
                text = f"{self.classes_per_grade}, but grade {quoted(grade)} has {len(classes)} classes"
                yield Problem(file, 0, "placement.classes_per_grade", text)
            full = [c.section for c in classes if staying.get(c.section, 0) > self.most_per_class]
            if full:
                text = f"{self.most_per_class}, but more children of {students} stay in class {quoted(full[0])}"
                yield Problem(file, 0, "placement.most_per_class", text)
            elif sum(self.rooms(school, classes).values()) < len(moving):
                there = len(moving) + sum(staying.get(c.section, 0) for c in classes)
                text = f"{self.most_per_class}: too few for the {there} children of grade {quoted(grade)} in {students}"
                yield Problem(file, 0, "placement.most_per_class", text)

    def moving(self, school: School, classes: Sequence[Section]) -> list[Student]:
        """The children of these classes who are placed, in the order of the students table."""
        served = {row.id for row in school.services if row.kind == "direct" and row.goal in self.goals}
        names = {c.section for c in classes}
        return [student for student in school.students if student.section in names and student.id in served]

    def staying(self, school: School) -> dict[str, int]:
        """Children of the students table who stay, by class."""
        moving = {s.id for classes in classes_of(school).values() for s in self.moving(school, classes)}
        found: dict[str, int] = {}
        for student in school.students:
            if student.id not in moving:
                found[student.section] = found.get(student.section, 0) + 1
        return found

    def rooms(self, school: School, classes: Sequence[Section]) -> dict[str, int]:
        """Children that may be placed in each class: within the limit and its size."""
        staying, most = self.staying(school), self.most_per_class or 0
        return {c.section: max(0, min(most, c.size) - staying.get(c.section, 0)) for c in classes}

    def applied(self, school: School, seed: int) -> School:
        """The school with its children scattered or clustered, by draws that belong to a child and to a class."""
        if self.kind not in ("scatter", "cluster"):
            return school
        luck, seat = Luck(seed, None), dict[str, str]()
        for classes in classes_of(school).values():
            room = self.rooms(school, classes)
            drawn = {c.section: luck.uniform("placement, class", c.section) for c in classes}
            children = sorted(self.moving(school, classes), key=lambda s: (luck.uniform("placement", s.id), s.id))
            order = sorted(room, key=lambda name: (-room[name], drawn[name]))
            there = dict.fromkeys(room, 0) if self.kind == "cluster" else dict(self.staying(school))
            few = order[: self.classes_per_grade] if self.kind == "cluster" else order
            for child in children:
                open_ = [name for name in few if room[name]] or [name for name in order if room[name]]
                if not open_:
                    break  # said by `problems`
                best = min(open_, key=lambda name: (there.get(name, 0), drawn[name]))
                seat[child.id] = best
                room[best] -= 1
                there[best] = there.get(best, 0) + 1
        return seated(school, seat)


def proposed_files(placement: Placement, school: School) -> dict[str, bytes]:
    """The placement as a table of students that can be used as it is; nothing where it is as written."""
    if placement.kind == "as written":
        return {}
    return {"students.csv": tables_of(school)["students"].encode()}


def classes_of(school: School) -> dict[tuple[str, str], list[Section]]:
    """The classes of each grade and site."""
    found: dict[tuple[str, str], list[Section]] = {}
    for section in school.sections:
        found.setdefault((section.grade, section.site), []).append(section)
    return found


def seated(school: School, seat: Mapping[str, str]) -> School:
    """The school with these children in these classes."""
    students = tuple(
        s if seat.get(s.id, s.section) == s.section else s.model_copy(update={"section": seat[s.id]})
        for s in school.students
    )
    return school if students == school.students else school.model_copy(update={"students": students})


def moved(before: School, after: School) -> int:
    """Children who sit in another class."""
    return sum(a.section != b.section for a, b in zip(before.students, after.students, strict=True))


def placement_notes(read: School, school: School, kind: str, students: str) -> Iterator[str]:
    """How many children sit elsewhere than the table says."""
    if kind != "as written":
        n = f"{moved(read, school)} of {len(read.students)} children"
        yield f"{n} sit in another class than {students} says (placement.kind {quoted(kind)})."
