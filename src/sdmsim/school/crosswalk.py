"""Who is who: codes for people, drawn by real chance, and the list that alone leads back from them.

A code that were worked out from a name, an id or the place in a list could be worked out again by whoever knows those.
So this is the one place where chance is not repeatable.
"""

from __future__ import annotations

import csv
import io
import os
import re
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sdmsim.base import InputErrors, Problem, as_meant, inert

PREFIXES = {"child": "S", "teacher": "T", "staff": "P", "class": "C"}
_SIGNS = "BCDFGHJKMNPQRTVWXYZ234679"
"""No vowels (no words), nothing that is read as another sign; no E, so that no code is a number."""
_LENGTH = 4
_COLUMNS = ("kind", "code", "id", "name", "birth_date")


class Who(NamedTuple):
    """What a row says of somebody; empty where it does not."""

    kind: str
    id: str
    name: str = ""
    birth_date: str = ""


@dataclass(slots=True)
class Person:
    """One line of the crosswalk. What is not known is empty."""

    kind: str
    code: str
    id: str = ""
    name: str = ""
    birth_date: str = ""


@dataclass(slots=True)
class Crosswalk:
    """Codes by who has them."""

    people: list[Person] = field(default_factory=list)
    draw: Callable[[Sequence[str]], str] = secrets.choice
    """Takes one of several signs."""
    _by_id: dict[tuple[str, str], Person] = field(default_factory=dict)
    _by_name: dict[tuple[str, str], list[Person]] = field(default_factory=dict)
    _codes: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for person in self.people:
            self._note(person)

    def register(self, who: Who) -> None:
        """Take somebody in who is not there yet, and what is new of somebody who is."""
        fits = self._fitting(who)
        if len(fits) > 1:
            return
        if fits:
            person = fits[0]
            person.id, person.name = person.id or who.id, person.name or who.name
            person.birth_date = person.birth_date or who.birth_date
        else:
            person = Person(who.kind, self._new_code(who.kind), who.id, who.name, who.birth_date)
            self.people.append(person)
        self._note(person)

    def code_of(self, who: Who) -> str:
        """The code of somebody who was registered; empty where two or more may be meant."""
        fits = self._fitting(who)
        return fits[0].code if len(fits) == 1 else ""

    def _fitting(self, who: Who) -> list[Person]:
        if who.id and (who.kind, _same_id(who.id)) in self._by_id:
            return [self._by_id[who.kind, _same_id(who.id)]]
        alike = self._by_name.get((who.kind, same_name(who.name)), []) if who.name else []
        born = ("", who.birth_date)
        return [p for p in alike if not (who.id and p.id) and (not who.birth_date or p.birth_date in born)]

    def _note(self, person: Person) -> None:
        self._codes.add(person.code)
        if person.id:
            self._by_id[person.kind, _same_id(person.id)] = person
        if person.name:
            alike = self._by_name.setdefault((person.kind, same_name(person.name)), [])
            if person not in alike:
                alike.append(person)

    def _new_code(self, kind: str) -> str:
        while True:
            length = _LENGTH + (len(self.people) > len(_SIGNS) ** 2)
            code = PREFIXES[kind] + "".join(self.draw(_SIGNS) for _ in range(length))
            if code not in self._codes:
                return code

    def words(self) -> set[str]:
        """Words of children's names, as they may stand in other cells."""
        of_children = (same_name(p.name) for p in self.people if p.kind == "child")
        return {word for name in of_children for word in name.split() if len(word) > 2}


def same_name(name: str) -> str:
    """`Smith, Anna` and `Anna SMITH` are one name."""
    last, comma, first = name.partition(",")
    text = unicodedata.normalize("NFKD", f"{first} {last}" if comma else name)
    letters = "".join(sign for sign in text if not unicodedata.combining(sign)).casefold()
    return " ".join(re.sub(r"[^\w]+", " ", re.sub(r"['\u2019.]", "", letters)).split())


def _same_id(number: str) -> str:
    return number.lstrip("0") if number.isdigit() else number.casefold()


def read_crosswalk(path: Path) -> Crosswalk:
    """A crosswalk that was written before; an empty one where there is no such file.

    Raises:
        InputErrors: the file is something else.
    """
    if not path.exists():
        return Crosswalk()
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
        people = [Person(*(as_meant(cell) for cell in row)) for row in rows[1:] if row]
        if tuple(rows[0]) != _COLUMNS or any(person.kind not in PREFIXES for person in people):
            raise ValueError
    except (OSError, ValueError, IndexError, TypeError, csv.Error):
        text = "is there and is not a crosswalk of sdmsim deidentify; name another with --crosswalk"
        raise InputErrors([Problem(str(path), 0, "--crosswalk", text)]) from None
    return Crosswalk(people)


def write_crosswalk(crosswalk: Crosswalk, path: Path) -> None:
    """Write it whole, for its owner's eyes only (where the system knows such a thing)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for person in sorted(crosswalk.people, key=lambda p: (p.kind, p.code)):  # in no order of the tables
        writer.writerow([inert(getattr(person, column)) for column in _COLUMNS])
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(out.getvalue().encode())
    os.replace(beside, path)
