"""A school out of a district's own sheets: their columns and cells in the words of the tables, every step reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sdmsim.base import Problem
from sdmsim.school import own_values
from sdmsim.school.csv_files import Findings
from sdmsim.school.headers import key_of, known_keys, names_of_persons, personal_headers
from sdmsim.school.own_sheets import OF_CHILDREN, OwnSheet, columns_in, tables_in
from sdmsim.school.personal import code_fault, looks_like
from sdmsim.school.tables import columns_of

CLASS_SIZE = 22
"""Children in a class whose size is not given; judged (a class of elementary school has about so many)."""
_AMOUNTS = ("minutes", "frequency", "weekly_minutes", "monthly_minutes")
_MADE_OF = ("frequency", "weekly_minutes", "monthly_minutes", "sessions_per_week", "sessions_per_month")
_WORDS = {("calendar", "kind"): "calendar_kind", ("staff", "role"): "provider_role"}
"""Columns whose words stand under another name."""
_SHOWN = 8
"""Readings of one column that the report spells out."""
_FORMS: Mapping[str, Callable[[str], str]] = {
    "grade": own_values.grade,
    "attendance": own_values.share,
    "start": own_values.clock,
    "end": own_values.clock,
    "lunch_start": own_values.clock,
    "lunch_end": own_values.clock,
    "date": own_values.day,
    "through": own_values.day,
}


@dataclass(slots=True)
class OwnTable:
    """Rows of a table with the line that they come from."""

    label: str = ""
    """The sheet or sheets that the rows come from."""
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    def add(self, sheet: OwnSheet, line: int, row: dict[str, str]) -> None:
        """One more row."""
        if sheet.label not in self.label:
            self.label = f"{self.label} / {sheet.label}" if self.label else sheet.label
        self.rows.append((line, row))

    def lines(self, table: str) -> list[tuple[int, list[str]]]:
        """As a reader of tables takes them, header first."""
        used = {column for _, row in self.rows for column in row}
        columns = [column for column in columns_of(table) if column in used]
        columns += sorted(used - set(columns))
        return [(1, columns), *((line, [row.get(column, "") for column in columns]) for line, row in self.rows)]


@dataclass(slots=True)
class OwnSchool:
    """What could be made of the sheets."""

    tables: dict[str, OwnTable] = field(default_factory=dict)
    report: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    readings: dict[str, Counter[str]] = field(default_factory=dict)
    """By column, how cells were read."""
    given: dict[str, int] = field(default_factory=dict)
    """What was taken for given, and in how many rows."""

    def read_as(self, column: str, cell: str, value: str) -> None:
        """Note that a cell was read as something else; a cell that looks like a person is not repeated."""
        if value != cell and not looks_like(cell):
            self.readings.setdefault(column, Counter())[f'"{cell[:40]}" as {value}'] += 1

    def took(self, what: str) -> None:
        """Note that something was taken for given in a row."""
        self.given[what] = self.given.get(what, 0) + 1


def own_school(sheets: Sequence[OwnSheet]) -> OwnSchool:
    """The tables that the sheets hold, with the report of how they were read."""
    made = OwnSchool()
    listed = any(sheet.line and tables_in(sheet)[:1] == ("sections",) for sheet in sheets)
    for sheet in sheets:
        tables = tables_in(sheet) if sheet.line else ()
        if not tables:
            made.report.append(f"{sheet.label}: no row of headers that are known; nothing was read")
            continue
        _report_columns(sheet, tables, made)
        if tables[0] in OF_CHILDREN:
            _children(sheet, tables, made, classes=not listed or tables[0] == "sections")
        else:
            _rows(sheet, tables[0], made)
    _classes(made)
    _report_values(made)
    return made


def _report_columns(sheet: OwnSheet, tables: Sequence[str], made: OwnSchool) -> None:
    rows = "row" if sheet.above == 1 else "rows"
    above = f", {sheet.above} {rows} above the header left out" if sheet.above else ""
    made.report.append(f"{sheet.label}: {len(sheet.rows)} rows read as {' and '.join(tables)}{above}")
    for number, (text, (_, column)) in enumerate(zip(sheet.header, columns_in(sheet.header, tables), strict=True), 1):
        key = key_of(text)
        if column:
            made.report.append(f"  {text}: {column}")
            continue
        why = personal_headers().get(key, "") or ("names" if key in names_of_persons() else "")
        shown = text if key in known_keys() or not looks_like(text) else f"column {number}"
        made.report.append(f"  {shown or f'column {number}'}: left out ({why or 'not a column that sdmsim reads'})")


def _flat(sheet: OwnSheet, tables: Sequence[str]) -> dict[str, int]:
    """Place of each column by its name, whichever table it belongs to."""
    found: dict[str, int] = {}
    for place, (_, column) in enumerate(columns_in(sheet.header, tables)):
        if column:
            found.setdefault(column, place)
    return found


def _children(sheet: OwnSheet, tables: Sequence[str], made: OwnSchool, *, classes: bool) -> None:
    """A caseload: who is on it, what is owed and, where no sheet lists them, which `classes` there are."""
    place = _flat(sheet, tables)
    only_classes = tables[0] == "sections" and "id" not in place
    if "id" not in place and not only_classes:
        made.problems.append(Problem(sheet.label, sheet.line, "", _no_id(sheet)))
        return
    students, services, sections = (made.tables.setdefault(table, OwnTable()) for table in OF_CHILDREN)
    known = {row["id"] for _, row in students.rows if "id" in row}
    goals: dict[str, str] = {}
    for line, cells in sheet.rows:
        row = {column: cells[at] for column, at in place.items() if cells[at]}
        number = row.get("id", "")
        if number and (fault := code_fault(number)):
            made.problems.append(Problem(sheet.label, line, sheet.header[place["id"]], fault))
            continue
        if "grade" in row:
            row["grade"] = _value(made, "grade", row["grade"])
        if number and number not in known and "grade" in place:
            known.add(number)
            students.add(sheet, line, _picked(row, "students", made))
        if any(column in place for column in _AMOUNTS) and number:
            promised = _service(row, line, sheet, place, made)
            services.add(sheet, line, promised)
            goals.setdefault(number, promised.get("goal", ""))
        if (
            classes
            and "section" in row
            and "grade" in row
            and not any(s["section"] == row["section"] for _, s in sections.rows)
        ):
            sections.add(sheet, line, _picked(row, "sections", made))
    for _, row in students.rows:
        if goals.get(row["id"]):
            row.setdefault("goal_type", goals[row["id"]])


def _no_id(sheet: OwnSheet) -> str:
    names = any(key_of(text) in names_of_persons() for text in sheet.header)
    if names:
        return "has names and no column of ids; run sdmsim deidentify on the file, and give what it writes"
    return "has no column of the children's ids; one needs a header such as Student ID"


def _value(made: OwnSchool, column: str, cell: str, words: str = "") -> str:
    """A cell in the words of its column, noted where it was written otherwise."""
    value = own_values.word(words or column, cell)
    if value == cell and not words and column in _FORMS:
        value = _FORMS[column](cell)
    made.read_as(column, cell, value)
    return value


def _picked(row: Mapping[str, str], table: str, made: OwnSchool) -> dict[str, str]:
    wanted = [column for column in columns_of(table) if column in row]
    return {c: row[c] if c in ("id", "grade", "section", "teacher") else _value(made, c, row[c]) for c in wanted}


def _service(
    row: Mapping[str, str], line: int, sheet: OwnSheet, place: Mapping[str, int], made: OwnSchool
) -> dict[str, str]:
    """A row of services: the amount in whatever form it is written, then the rest with what is taken for given."""
    found = {c: row[c] for c in ("id", "service") if c in row}
    promised = _promised(row, made)
    if promised is None:
        column = next(sheet.header[place[c]] for c in _AMOUNTS if c in place)
        text = 'is no amount that could be read; write it like "2x30 per week" or "60 min/week"'
        made.problems.append(Problem(sheet.label, line, column, text))
        return found
    found |= {"minutes": str(promised.minutes), "sessions": str(promised.sessions), "per": promised.per}
    for column, usual in (("kind", "direct"), ("delivery", "group"), ("setting", "team"), ("provider_role", "SLP")):
        if column in row:
            found[column] = _value(made, column, row[column])
        else:
            found[column] = usual
            if column in ("setting", "provider_role"):
                made.took(f"{column} is empty or not there: {usual}")
    if "goal" in row:
        found["goal"] = _value(made, "goal", row["goal"])
    elif "goal_type" in row:
        found["goal"] = _value(made, "goal", row["goal_type"])
    found.setdefault("service", "speech" if found["provider_role"] == "SLP" else found["provider_role"])
    for column in ("start", "end"):
        if column in row:
            found[column] = own_values.day(row[column])
            made.read_as(column, row[column], found[column])
    return found


def _promised(row: Mapping[str, str], made: OwnSchool) -> own_values.Amount | None:
    amount = _amount(row)
    if amount is not None:
        written = row.get("frequency", "")
        if written:
            made.read_as("frequency", written, str(amount))
        for guess in filter(None, amount.guessed.split(", ")):
            made.took(f"an amount without {'a period' if guess == 'per week' else 'a number of sessions'}: {guess}")
    return amount


def _amount(row: Mapping[str, str]) -> own_values.Amount | None:
    number = {c: int(float(row[c])) for c in (*_MADE_OF, "minutes", "sessions") if _is_number(row.get(c, ""))}
    per = own_values.word("per", row.get("per", ""))
    for column, period in (("sessions_per_week", "week"), ("sessions_per_month", "month")):
        if column in number and "minutes" in number:
            return own_values.Amount(number["minutes"], number[column], period)
    if "minutes" in number and "sessions" in number:
        return own_values.Amount(number["minutes"], number["sessions"], per or "week", "" if per else "per week")
    if "weekly_minutes" in number:
        sessions = number.get("sessions_per_week") or number.get("sessions")
        if sessions and number["weekly_minutes"] % sessions == 0:
            return own_values.Amount(number["weekly_minutes"] // sessions, sessions, "week")
        return own_values.in_sessions(number["weekly_minutes"], "week")
    if "monthly_minutes" in number:
        return own_values.in_sessions(number["monthly_minutes"], "month")
    text = row.get("frequency") or row.get("minutes") or ""
    if _is_number(text):
        return own_values.in_sessions(int(float(text)), per or "week", "" if per else "per week")
    return own_values.amount(text)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _rows(sheet: OwnSheet, table: str, made: OwnSchool) -> None:
    """Any other table: column by column."""
    place = _flat(sheet, (table,))
    own = made.tables.setdefault(table, OwnTable())
    for line, cells in sheet.rows:
        row: dict[str, Any] = {}
        for column, at in place.items():
            if cells[at]:
                row[column] = _value(made, column, cells[at], _WORDS.get((table, column), ""))
        if table == "rooms":
            row |= {text: cells[at] for at, text in enumerate(sheet.header) if at not in place.values() and cells[at]}
        own.add(sheet, line, row)


def _classes(made: OwnSchool) -> None:
    """Sizes of classes that are not given."""
    for _, row in made.tables.get("sections", OwnTable()).rows:
        if "size" not in row:
            row["size"] = str(CLASS_SIZE)
            made.took(f"size of the class is not there: {CLASS_SIZE}")
        if "teacher" not in row:
            row["teacher"] = f"T-{row['section']}"


def _report_values(made: OwnSchool) -> None:
    if made.readings:
        made.report.append("Cells that were read as something else:")
    for column, found in made.readings.items():
        shown = [f"{text}{f' ({n} rows)' if n > 1 else ''}" for text, n in found.most_common(_SHOWN)]
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        made.report.append(f"  {column}: {'; '.join(shown)}{more}")
    if made.given:
        made.report.append("Taken for given, look at these:")
    made.report += [f"  {what} ({n} {'row' if n == 1 else 'rows'})" for what, n in made.given.items()]


def as_read(made: OwnSchool) -> dict[str, tuple[Findings, list[tuple[int, list[str]]]]]:
    """The tables as a reader takes them; messages name the sheet and line that a row comes from."""
    return {name: (Findings(t.label), t.lines(name)) for name, t in made.tables.items() if t.rows}
