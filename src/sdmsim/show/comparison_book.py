"""The comparison as a workbook: the arms side by side, every difference, who gains and who loses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sdmsim.show import words
from sdmsim.show.answer import NOT_LEGAL_ADVICE, answer, levels, records
from sdmsim.show.gainers import name_of
from sdmsim.show.workbook import Number, as_bytes, on_paper, put, table_sheet

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from sdmsim.lab.results import Results

DIFFERENCES = (
    "measure",
    "unit",
    "arm",
    "baseline",
    "arm's value",
    "difference",
    "95 % low",
    "95 % high",
    "p",
    "verdict",
)
GROUPS = ("group", "children", "measure", "unit", "arm", "value", "difference", "95 % low", "95 % high", "verdict")
DIGITS = 6


def comparison_book(results: Results) -> bytes:
    """An XLSX file, in planners' words and units; the same results give the same bytes."""
    from openpyxl import Workbook

    book = Workbook()
    first = book.active
    first.title = "Side by side"
    _side_by_side(first, results)
    if len(results.comparison):
        _table(book.create_sheet("Differences"), results, DIFFERENCES, list(_differences(results)))
    if len(results.groups):
        _table(book.create_sheet("Who gains, who loses"), results, GROUPS, list(_groups(results)))
    return as_bytes(book)


def _side_by_side(sheet: Worksheet, results: Results) -> None:
    from openpyxl.styles import Alignment, Font

    put(sheet, 1, 1, results.title).font = Font(bold=True, size=14)
    years = results.manifest["replications"]
    about = f"{len(results.arms)} arms, {years} simulated years each; baseline: {results.baseline}. {NOT_LEGAL_ADVICE}"
    said = [*answer(results.summary, results.comparison, results.baseline), about]
    for row, sentence in enumerate(said, 2):
        put(sheet, row, 1, sentence).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=8)
        sheet.row_dimensions[row].height = 15.0 * math.ceil(len(sentence) / 110)
    known, head = levels(results.summary), ("measure", "unit", *results.arms)
    rows: list[Sequence[Any]] = []
    for metric in words.order_of(results.summary["metric"]):
        w = words.words_of(metric)
        values = [known[arm, metric].mean * w.scale for arm in results.arms if (arm, metric) in known]
        if any(v == v for v in values):
            rows.append([w.label, w.unit, *(_digits(v, w.decimals) for v in values)])
    start = len(said) + 3
    table_sheet(sheet, start, head, rows)
    sheet.column_dimensions["A"].width = 44
    sheet.freeze_panes = sheet.cell(start + 1, 3)
    on_paper(sheet, wide=True, title_rows=f"{start}:{start}", foot=results.title)


def _table(sheet: Worksheet, results: Results, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    table_sheet(sheet, 1, head, rows)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    on_paper(sheet, wide=True, title_rows="1:1", foot=results.title)


def _differences(results: Results) -> Iterator[Sequence[Any]]:
    known = levels(results.summary)
    for r in records(results.comparison):
        metric = str(r["metric"])
        w = words.words_of(metric)
        pair = (known[results.baseline, metric].mean, known[str(r["arm"]), metric].mean)
        ends = (float(r[key]) for key in ("difference", "ci_low", "ci_high"))
        values = [_digits(v * w.scale, w.decimals + 1) for v in (*pair, *ends)]
        p = _digits(float(r["p_adjusted"]), 3)
        if r["difference"] == r["difference"]:
            yield [w.label, w.difference_unit or w.unit, r["arm"], *values, p, r["verdict"]]


def _groups(results: Results) -> Iterator[Sequence[Any]]:
    for r in records(results.groups):
        w = words.words_of(str(r["metric"]))
        values = [
            _digits(float(r[key]) * w.scale, w.decimals + 1) for key in ("mean", "difference", "ci_low", "ci_high")
        ]
        group = name_of(str(r["way"]), str(r["group"]))
        yield [group, _digits(float(r["children"]), 0), w.label, w.unit, r["arm"], *values, r["verdict"]]


def _digits(value: float, decimals: int) -> Number | None:
    """Six significant digits, as the CSV files have them, shown with fewer."""
    return Number(float(f"{value:.{DIGITS}g}") + 0.0, decimals) if value == value else None
