"""The command that takes persons out of a district's own sheets: deidentify."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdmsim.show import options

if TYPE_CHECKING:
    from sdmsim.base import Problem
    from sdmsim.school.deidentify import Coded

REPORT = "what-was-kept.txt"


@click.command()
@options.file_argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for the coded files; default: deidentified, beside the first FILE.",
)
@click.option(
    "--crosswalk",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CSV",
    help="Who is who, kept apart; default: crosswalk.csv beside the first FILE. One that is there keeps its codes.",
)
@click.option(
    "--keep", multiple=True, metavar="HEADER", help="Keep a column that sdmsim does not know; may be repeated."
)
@options.quiet
@options.verbose
def deidentify(
    files: tuple[Path, ...], out: Path | None, crosswalk: Path | None, keep: tuple[str, ...], quiet: bool
) -> None:
    """Take names, birth dates and addresses out of FILE (CSV, or Excel with any sheets); codes take their place.

    The same child has the same code in all files. Who is who stands in the crosswalk alone: keep it where the names
    may lie. Kept are the columns that sdmsim reads; what was dropped is said column by column.
    """
    from sdmsim.base import InputErrors
    from sdmsim.school.crosswalk import read_crosswalk, write_crosswalk
    from sdmsim.school.csv_files import Findings
    from sdmsim.school.deidentify import deidentified, report_of
    from sdmsim.school.own_sheets import read_own
    from sdmsim.show.imported import name_of

    target = out or files[0].parent / "deidentified"
    list_of_names = crosswalk or files[0].parent / "crosswalk.csv"
    _refuse(files, target, list_of_names)
    people = read_crosswalk(list_of_names)
    known = len(people.people)
    findings: list[Findings] = []
    by_file = [(file, read_own(file, name_of(file, number), findings)) for number, file in enumerate(files)]
    wrong = [problem for found in findings for problem in found.problems]
    sheets = [sheet for _, found in by_file for sheet in found]
    if wrong:
        raise InputErrors(wrong)
    coded, problems = deidentified(sheets, people, keep)
    if not problems and not any(one.children for one in coded):
        problems.append(_nobody(files[0]))
    if problems:
        raise InputErrors(problems)
    report = report_of(coded, sheets, people.words())
    texts = {
        name_of(file, n): _content(file, [c for c in coded if c.sheet in found])
        for n, (file, found) in enumerate(by_file)
    }
    write_crosswalk(people, list_of_names)
    target.mkdir(parents=True, exist_ok=True)
    for name, content in {**texts, REPORT: "\n".join([*report, ""]).encode()}.items():
        (target / name).write_bytes(content)
    if not quiet:
        for line in report:
            click.echo(line)
        click.echo(f"\n{target}: the coded files ({', '.join(texts)}) and this list ({REPORT})")
        again = f"; {known} codes of before hold" if known else ""
        click.echo(f"{list_of_names}: who is who, {len(people.people)} lines{again}.")
        click.echo("Keep that list where the names may lie, never beside the coded files, and never send it.")


def _refuse(files: Sequence[Path], target: Path, list_of_names: Path) -> None:
    from sdmsim.base import InputErrors, Problem
    from sdmsim.show.imported import name_of

    problems = []
    inside = list_of_names.resolve().parent
    if target.resolve() in (inside, *inside.parents):
        text = f"would lie inside {target}, where the coded files go; name another place"
        problems.append(Problem(str(list_of_names), 0, "--crosswalk", text))
    names = [name_of(file, number) for number, file in enumerate(files)]
    for name in [*names, REPORT]:
        if (target / name).exists():
            problems.append(Problem(str(target / name), 0, "--out", "is there already; nothing is overwritten"))
    for name in {name for name in names if names.count(name) > 1}:
        problems.append(Problem(name, 0, "", "two files have this name; give one of them another"))
    if problems:
        raise InputErrors(problems)


def _nobody(file: Path) -> Problem:
    from sdmsim.base import Problem

    text = "no column of children was found; one needs a header such as Student ID or Student Name"
    return Problem(file.name, 0, "", text)


def _content(file: Path, found: Sequence[Coded]) -> bytes:
    if file.suffix.lower() in (".xlsx", ".xlsm"):
        return _workbook(found)
    from sdmsim.base import inert

    out = io.StringIO()
    for coded in found:
        csv.writer(out, lineterminator="\n").writerows([inert(cell) for cell in row] for row in coded.rows)
    return out.getvalue().encode()


def _workbook(found: Sequence[Coded]) -> bytes:
    from openpyxl import Workbook

    from sdmsim.base import inert
    from sdmsim.school.cells import Figure

    book = Workbook()
    book.remove(book.worksheets[0])
    for number, coded in enumerate(found, 1):
        named = coded.sheet.label.rsplit(", ", 1)[-1]
        sheet = book.create_sheet(named if coded.sheet.in_book else f"sheet {number}")
        for row in coded.rows:
            sheet.append([float(cell) if isinstance(cell, Figure) else inert(cell) or None for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
