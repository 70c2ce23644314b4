"""The page of a study of drivers: the answer first, pictures, tables for a researcher; from its files alone."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sdmsim.show.answer import CANNOT_SAY
from sdmsim.show.drivers import findings
from sdmsim.show.drivers.drawing import MOST_ARMS, study_pictures
from sdmsim.show.drivers.labels import LEDGER, said, words_of_factors
from sdmsim.show.page import Table, embedded, made_from, page, write_page
from sdmsim.show.picture import save_all
from sdmsim.show.words import words_of

if TYPE_CHECKING:
    from sdmsim.lab.drivers.study import Study
    from sdmsim.show.picture import Picture

TEMPLATE = "sensitivity.html.j2"
REPORT, FIGURES = "report.html", "figures"
MOST_ROWS = 60
"""Rows of a table that the page shows; its file has all."""
FILES_ONLY = ("plane", "curves", "flips", "budget", "factors")
"""Tables that stand as pictures, or elsewhere on the page."""
RANGES = (
    "A share of the spread is that of the ranges of the ledger: a number with a wider range decides more. Nothing "
    "outside the ranges was tried, and nothing that the model leaves out."
)


class Part(NamedTuple):
    """A section of the page: its pictures by the beginnings of their names, and what it says first."""

    title: str
    pictures: Sequence[str]
    lead: str


PARTS = (
    Part("Which assumptions matter", ("sobol", "tornado", "screen", "prcc"),
         "An assumption matters where the answer would be another if it were otherwise."),
    Part("Where the ranking turns round", ("flips", "break_even", "win_map"),
         "A break-even is the value at which the arms are even; that there is none within the range is an answer too."),
    Part("A choice that holds", ("futures", "regret", "box"),
         "Whoever chooses now chooses for every future that may hold."),
    Part("Why the arms differ", ("causes",), "Each cause is what was switched from the baseline's value to the arm's."),
    Part("What it costs", ("plane", "acceptability"), "Costs are those of the staff."),
    Part("What to measure first", ("information",),
         "Knowing is worth something only where it could change the choice."),
    Part("What the answer rests on", ("luck", "sets", "grades"),
         "More simulated years help against luck; only evidence helps against what is not known."),
)  # fmt: skip


def write_study_report(study: Study, folder: Path) -> Path:
    """Write `figures/` and the page into a folder; returns the page's file. The same study gives the same bytes."""
    pictures = study_pictures(study)
    save_all(pictures, folder / FIGURES)
    file = folder / REPORT
    write_page(html_of_study(study, pictures), file)
    return file


def html_of_study(study: Study, pictures: Sequence[Picture] | None = None) -> str:
    """The whole page as text."""
    drawn = study_pictures(study) if pictures is None else pictures
    return page(TEMPLATE, _content(study, drawn))


def _content(study: Study, pictures: Sequence[Picture]) -> dict[str, Any]:
    arms = findings.others_of(study)
    stages = findings.rows_of(study, "budget")
    return {
        **made_from(study.manifest, _command(study)),
        "title": study.title,
        "arms": list(study.arms),
        "baseline": study.baseline,
        "metric": words_of(study.metric).label,
        "factors": len(study.factors),
        "evaluations": f"{sum(int(r['evaluations']) for r in stages):,}",
        "answer": [
            (f"{arm} against {study.baseline}", list(findings.answer_of(study, arm))) for arm in arms[:MOST_ARMS]
        ],
        "choice": [text for text in (findings.measure_first(study), findings.least_regret(study)) if text],
        "left_out": arms[MOST_ARMS:],
        "cannot_say": (CANNOT_SAY[0], RANGES, CANNOT_SAY[-1]),
        "parts": [part for part in _parts(study, arms, pictures) if part["pictures"] or part["sentences"]],
        "known": _factors(study),
        "tables": [_table(study, name) for name in study.tables if name not in FILES_ONLY],
        "notes": study.notes,
    }


def _parts(study: Study, arms: Sequence[str], pictures: Sequence[Picture]) -> Iterator[dict[str, Any]]:
    for part in PARTS:
        yield {
            "title": part.title,
            "lead": part.lead,
            "sentences": list(_sentences(study, part, arms)),
            "pictures": [embedded(p) for p in pictures if p.name.split("-")[0].startswith(tuple(part.pictures))],
        }


def _sentences(study: Study, part: Part, arms: Sequence[str]) -> Iterator[str]:
    """What is found in the part, arm by arm."""
    if "break_even" in part.pictures:
        for arm in arms:
            yield from (sentence for _, sentence in findings.break_evens(study, arm))
    if "grades" in part.pictures:
        for arm in arms:
            yield from filter(None, (findings.sets_sentence(study, arm), findings.grades_sentence(study, arm)))


def _factors(study: Study) -> Table:
    """Every assumption with its words, range and grade."""
    words = words_of_factors(study.factors)
    stages = {str(r["factor"]): str(r["stage"]) for r in findings.rows_of(study, "factors")}
    rows = [
        [
            said(words, f.name),
            f.name.removeprefix(LEDGER),
            f"{f.low:g} to {f.high:g}" if f.law != "row" else f"{f.high:g} rows",
            f.unit,
            "-" if f.at != f.at else f"{f.at:g}",
            f.grade,
            STAGES.get(stages.get(f.name, ""), ""),
            f.meaning,
        ]
        for f in study.factors
    ]
    head = ("assumption", "name", "range", "unit", "as written", "grade", "looked at", "meaning")
    return Table("", head, rows, head[1:])


STAGES = {"sobol": "closely", "others": "with all others", "held": "held at its value"}


def _table(study: Study, name: str) -> Table:
    """A table of the study as it is in its file, shortened."""
    found = study.tables[name].head(MOST_ROWS)
    more = len(study.tables[name]) - len(found)
    constant = [c for c in ("metric", "unit") if c in found]
    head = [str(c) for c in found.columns if c not in constant]
    rows = [[_cell(row[c]) for c in head] for row in found.to_dict("records")]
    return Table(f"{name}.csv" + (f" ({more} more rows in the file)" if more > 0 else ""), head, rows)


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _command(study: Study) -> str:
    manifest = study.manifest
    words = ["sdmsim", "sensitivity", manifest["experiment"], "--seed", manifest["seed"]]
    return shlex.join([*map(str, words), "--replications", str(manifest["replications"])])
