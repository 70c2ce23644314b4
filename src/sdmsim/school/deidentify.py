"""Names, birth dates and addresses out of a district's own sheets; codes in their place, the same in every sheet.

Kept is what sdmsim reads and nothing else, so that a column of which nobody thought is not given away.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass, field

from sdmsim.base import Problem
from sdmsim.school.crosswalk import Crosswalk, Who, same_name
from sdmsim.school.headers import key_of, known_keys, names_of_persons, personal_headers
from sdmsim.school.own_sheets import OwnSheet, columns_in, tables_in
from sdmsim.school.personal import looks_like, person_in

_LONGEST_WORDS = 60
"""Signs from which a cell is text that may say anything."""
_SHORT = 3
"""A class of so few signs, such as K-A, is no name."""
_CODED = {
    ("students", "id"): "child",
    ("services", "id"): "child",
    ("pairs", "student"): "child",
    ("pairs", "other"): "child",
    ("sections", "teacher"): "teacher",
    ("staff", "id"): "staff",
    ("postings", "therapist"): "staff",
    ("students", "section"): "class",
    ("sections", "section"): "class",
}
_NAME_PARTS = ("child_last", "child_first", "child")


@dataclass(slots=True)
class Column:
    """What becomes of a column."""

    place: int
    header: str
    fate: str
    """`kept`, `dropped`, or `coded`."""
    kind: str = ""
    """Who is coded; or why it is dropped."""
    role: str = ""
    """Which part of a child it tells: id, name, child_first, child_last, born."""
    emptied: int = 0


@dataclass(slots=True)
class Coded:
    """A sheet without persons."""

    sheet: OwnSheet
    tables: tuple[str, ...]
    columns: list[Column]
    rows: list[list[str]] = field(default_factory=list)
    """With the header first."""
    children: set[str] = field(default_factory=set)


def deidentified(
    sheets: Sequence[OwnSheet], crosswalk: Crosswalk, keep: Collection[str] = ()
) -> tuple[list[Coded], list[Problem]]:
    """Every sheet with codes; whoever is new is added to the crosswalk. `keep`: headers kept although unknown."""
    found = [
        Coded(sheet, tables_in(sheet), _columns(sheet, {key_of(word) for word in keep}))
        for sheet in sheets
        if sheet.line
    ]
    told = [(coded, _children(coded)) for coded in found]
    everybody = [who for _, rows in told for who in rows if who]
    for who in sorted(everybody, key=lambda w: (not w.id, not w.birth_date)):  # who is known best goes first
        crosswalk.register(who)
    problems: list[Problem] = []
    for coded, children in told:
        _code(coded, children, crosswalk, problems)
    return found, problems


def _columns(sheet: OwnSheet, keep: Collection[str]) -> list[Column]:
    tables = tables_in(sheet)
    meant = columns_in(sheet.header, tables)
    found = []
    for place, (text, column) in enumerate(zip(sheet.header, meant, strict=True)):
        key, kind = key_of(text), _CODED.get(column, "")
        person = personal_headers().get(key, "")
        part = names_of_persons().get(key, "") if {"students", "services"} & set(tables) else ""
        one = Column(place, text, "dropped", "not a column that sdmsim reads")
        if kind == "child" or part in _NAME_PARTS:
            named = part in ("child_last", "child_first") or _mostly_names(sheet.column(place), part, kind)
            one.role = (part or "child") if named else "id"
            one.fate, one.kind = ("dropped", "names") if named else ("coded", "child")
            if column[0] == "pairs":
                one.fate, one.kind = "coded", "child"
        elif part == "adult":
            one.fate, one.kind = "coded", "staff"
        elif kind:
            one.fate, one.kind = "coded", kind
        elif column != ("", ""):
            one.fate, one.kind = "kept", ""
        elif person:
            one.kind, one.role = person, "born" if person == "birth dates" else ""
        elif key in keep:
            one.fate, one.kind = "kept", ""
        found.append(one)
    return found


def _mostly_names(cells: Sequence[str], part: str, kind: str) -> bool:
    """Whether a column of children holds names: by its header, or where that may be both, by its cells."""
    if not (part and kind):
        return bool(part)
    given = [cell for cell in cells if cell]
    return 2 * sum(not any(sign.isdigit() for sign in cell) for cell in given) > len(given)


def _children(coded: Coded) -> list[Who | None]:
    """Who each row is about, None where nobody is named."""
    of = {column.role: column.place for column in coded.columns if column.role}
    if not {"id", *_NAME_PARTS} & of.keys() or coded.tables[0] == "pairs":
        return [None for _ in coded.sheet.rows]
    return [_child(cells, of) for _, cells in coded.sheet.rows]


def _child(cells: Sequence[str], of: dict[str, int]) -> Who | None:
    def cell(role: str) -> str:
        return cells[of[role]] if role in of else ""

    first, last = cell("child_first"), cell("child_last")
    name = f"{last}, {first}" if first and last else first or last or cell("child")
    number = cell("id")
    if not number and not name:
        return None
    return Who("child", number, name, cell("born"))


def _code(coded: Coded, children: Sequence[Who | None], crosswalk: Crosswalk, problems: list[Problem]) -> None:
    """Fill in the rows of a sheet."""
    shown = [column for column in coded.columns if column.fate != "dropped"]
    own = next((column for column in shown if column.role == "id" and coded.tables[0] != "pairs"), None)
    whose = any(children) and own is None
    coded.rows.append([*(["id"] if whose else []), *("id" if column is own else column.header for column in shown)])
    words = crosswalk.words()
    for (line, cells), who in zip(coded.sheet.rows, children, strict=True):
        code = crosswalk.code_of(who) if who else ""
        if who and not code:
            text = "two children have this row's name (not repeated here); give the sheet their ids or birth dates"
            problems.append(Problem(coded.sheet.label, line, "", text))
        coded.children |= {code} - {""}
        row = [code] if whose else []
        for column in shown:
            cell = cells[column.place]
            row.append(code if column is own else _cell(cell, column, crosswalk, words))
        coded.rows.append(row)


def _cell(cell: str, column: Column, crosswalk: Crosswalk, words: Set[str]) -> str:
    if not cell:
        return ""
    if column.fate == "coded":
        if column.kind == "class" and (any(sign.isdigit() for sign in cell) or len(cell) <= _SHORT):
            return _unless_personal(cell, column, words)
        named = column.kind != "child" or bool(person_in(cell)) or not any(sign.isdigit() for sign in cell)
        who = Who(column.kind, "", cell) if named else Who(column.kind, cell)
        crosswalk.register(who)
        return crosswalk.code_of(who)
    return _unless_personal(cell, column, words)


def _unless_personal(cell: str, column: Column, words: Set[str]) -> str:
    """The cell; nothing where it looks like a person, holds a child's name, or is long enough to say anything."""
    if len(cell) > _LONGEST_WORDS or looks_like(cell) or words & set(same_name(cell).split()):
        column.emptied += 1
        return ""
    return cell


def report_of(found: Sequence[Coded], sheets: Sequence[OwnSheet], words: Set[str]) -> list[str]:
    """What was kept, coded and dropped, column by column, without anything that stood in them."""
    lines = []
    held = Counter(code for coded in found for code in coded.children)
    for coded in found:
        about = f", {len(coded.children)} children" if coded.children else ""
        read = f" (read as {' and '.join(coded.tables)})" if coded.tables else ""
        lines.append(f"{coded.sheet.label}{read}: {len(coded.sheet.rows)} rows{about}")
        alone = sum(held[code] == 1 for code in coded.children)
        if alone and len([c for c in found if c.children]) > 1:
            lines.append(f"  {alone} of these children are in no other sheet: is a name spelt in two ways?")
        lines += [f"  {_named(column, words)}: {_fate(column)}" for column in coded.columns]
    for sheet in sheets:
        if not sheet.line:
            lines.append(f"{sheet.label}: no row of headers was found in it; nothing of it was taken over")
    return lines


def _named(column: Column, words: Set[str]) -> str:
    """A header, where it is none that may be a person's name itself."""
    if key_of(column.header) in known_keys():
        return column.header
    if column.fate == "dropped" and (looks_like(column.header) or words & set(same_name(column.header).split())):
        return f"column {column.place + 1}"
    return re.sub(r"[^\x20-\x7e\u00a1-\uffff]", "", column.header) or f"column {column.place + 1}"


def _fate(column: Column) -> str:
    if column.fate == "dropped":
        return f"dropped ({column.kind})"
    what = "kept" if column.fate == "kept" else "codes in its place"
    if column.kind == "class":
        what = "kept where it is short or has a digit, else codes in its place"
    more = (
        f"; {column.emptied} cell{'s' if column.emptied > 1 else ''} emptied (long, or like a person)"
        if column.emptied
        else ""
    )
    return f"{what}{more}"
