"""A school to start from out of a district's own sheets: `sdmsim init DIR --from FILE`, with a report of every step."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sdmsim.base import InputErrors, Problem
from sdmsim.show.start import drawn, put_in_place, refuse_unless_empty, write_all

if TYPE_CHECKING:
    from sdmsim.school.csv_files import Findings
    from sdmsim.school.own_school import OwnSchool
    from sdmsim.school.vocabulary import School

REPORT = "how-it-was-read.txt"
_NEEDED = {
    "students": "one needs columns such as Student ID, Grade and Homeroom",
    "services": "one needs a column such as Frequency (2x30) or Minutes per week",
    "sections": "one needs columns such as Grade and Homeroom",
}
_EXAMPLES = ("bell", "staff", "calendar")
Rows = dict[str, "tuple[Findings, list[tuple[int, list[str]]]]"]


def make_own_school(target: Path, files: Sequence[Path], *, workbook: bool = False) -> list[str]:
    """Write the school of these sheets into `target`, all of it or nothing; returns the report.

    Raises:
        InputErrors: every problem of the sheets, by sheet and row; or `target` is not an empty folder.
    """
    from sdmsim.school.own_school import as_read, own_school
    from sdmsim.school.own_sheets import read_own
    from sdmsim.school.tables import read_rows

    refuse_unless_empty(target)
    findings: list[Findings] = []
    sheets = [sheet for number, file in enumerate(files) for sheet in read_own(file, name_of(file, number), findings)]
    made = own_school(sheets)
    problems = [*(p for found in findings for p in found.problems), *made.problems]
    if not problems:
        problems += _missing(made, name_of(files[0], 0))
    if problems:
        raise InputErrors(problems)
    rows = as_read(made)
    examples = [table for table in _EXAMPLES if table not in rows]
    rows |= _examples(examples, made)
    found = read_rows(rows)
    if found.problems:
        raise InputErrors(found.problems)
    report = [*made.report, *_said(examples)]
    target = target.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as beside:
        new = Path(beside) / "new"
        try:
            write_all(found.school, new, workbook, _about(found.school, examples))
        except InputErrors as error:
            raise InputErrors([_traced(problem, made) for problem in error.problems]) from None
        (new / REPORT).write_bytes("\n".join([*report, ""]).encode())
        put_in_place(new, target)
    return report


def _traced(problem: Problem, made: OwnSchool) -> Problem:
    """A problem of a table that was made, where the row came from."""
    table = problem.file.removesuffix(".csv").rsplit(", ", 1)[-1]
    rows = made.tables[table].rows if table in made.tables else []
    if not 2 <= problem.row < len(rows) + 2:
        return problem
    return Problem(made.tables[table].label, rows[problem.row - 2][0], problem.where, problem.text)


def name_of(file: Path, number: int) -> str:
    """What messages and coded copies call a file: its name, where that is not somebody's."""
    import re

    from sdmsim.school.personal import person_in

    suffix = ".xlsx" if file.suffix.lower() in (".xlsx", ".xlsm") else file.suffix.lower() or ".csv"
    return f"file-{number + 1}{suffix}" if person_in(re.sub(r"[_-]+", " ", file.stem)) else f"{file.stem}{suffix}"


def _missing(made: OwnSchool, file: str) -> Iterator[Problem]:
    for table, advice in _NEEDED.items():
        if not (table in made.tables and made.tables[table].rows):
            yield Problem(file, 0, "", f"nothing in it is read as {table}; {advice}")
    services = made.tables.get("services")
    if services and services.rows and not any("goal" in row for _, row in services.rows):
        text = "has no column of goals; one needs a header such as Goal Area (articulation, language, social)"
        yield Problem(services.label, 0, "", text)


def _examples(tables: Sequence[str], made: OwnSchool) -> Rows:
    """Example rows for tables that no sheet has: a day for each grade, a therapist for each role, a year's dates."""
    from sdmsim.school.csv_files import Findings
    from sdmsim.school.writing import tables_of

    texts = tables_of(drawn("maple", 1))
    found: Rows = {}
    for table in tables:
        header, *rows = csv.reader(io.StringIO(texts[table]))
        grades = dict.fromkeys(row["grade"] for _, row in made.tables["sections"].rows if "grade" in row)
        if table == "calendar":
            rows = [row for row in rows if row[-1] in ("", *grades)]
        if table == "bell":
            rows = [[grade, *row[1:]] for grade in grades for row in rows if row[0] == _like(grade)]
        elif table == "staff":
            roles = dict.fromkeys(row["provider_role"] for _, row in made.tables["services"].rows if "minutes" in row)
            rows = [[f"{role}-1", role, *rows[0][2:]] for role in roles]
        found[table] = (Findings(f"{table} (example)"), [(1, header), *((n, row) for n, row in enumerate(rows, 2))])
    return found


def _like(grade: str) -> str:
    """The grade of the example whose day stands for this one."""
    return grade if grade in ("K", "1", "2", "3", "4", "5") else "K" if grade == "PK" else "5"


def _said(examples: Sequence[str]) -> list[str]:
    if not examples:
        return []
    return [
        f"In no sheet, so example rows of a made-up school stand there, to be replaced: {', '.join(examples)}.",
        "The first and the last day of school in scenario.toml are to be looked at as well.",
    ]


def _about(school: School, examples: Sequence[str]) -> Mapping[str, str]:
    first, last = _days(school) if "calendar" not in examples else (date(2024, 9, 3), date(2025, 6, 13))
    made_up = f" (example {', '.join(examples)})" if examples else ""
    return {
        "title": f"Our school{made_up}",
        "about": f"A school read from sheets of its own; {REPORT} says how",
        "seed": "1",
        "first_day": str(first),
        "last_day": str(last),
        "made": (
            f"By `sdmsim init --from`; {REPORT} says how each column was read, what was taken for given, and which\n"
            "tables hold example rows. Every number in scenario.toml is a starting point: change it and see whether\n"
            "the answer changes."
        ),
    }


def _days(school: School) -> tuple[date, date]:
    """The first and the last day of the school year in which most dates of the calendar lie: September to June."""
    years = Counter(entry.date.year - (entry.date.month < 7) for entry in school.calendar)
    year = years.most_common(1)[0][0] if years else 2024
    labor_day = next(d for d in (date(year, 9, 1) + timedelta(days=n) for n in range(7)) if d.weekday() == 0)
    last = next(d for d in (date(year + 1, 6, 15) - timedelta(days=n) for n in range(7)) if d.weekday() == 4)
    return labor_day + timedelta(days=1), last
