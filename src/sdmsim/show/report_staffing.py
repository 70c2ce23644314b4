"""The page of a search for the fewest FTE, from the files that it left and from nothing else."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdmsim.lab.staffing_question import STEPS
from sdmsim.show.answer import CANNOT_SAY, records
from sdmsim.show.page import Group, GroupedTable, Table, embedded, made_from, page, write_page
from sdmsim.show.staffing import fewest_rows, formula_rows, sentences
from sdmsim.show.words import number

if TYPE_CHECKING:
    from sdmsim.lab.staffing import Staffed
    from sdmsim.show.pictures import Picture

STEP_HEAD = (
    "FTE",
    "years that keep it",
    "probability",
    "95 % interval",
    "given, mean (%)",
    "sessions without a place (a week)",
    "overtime (h a week)",
    "verdict",
)
BEYOND = (
    "Fewer staff than the tables have are parts of the same posts; more are new posts on the same days. Who can be "
    "found for them is not asked."
)


def write_staffing_report(found: Staffed, file: Path, picture: Picture) -> None:
    """Write the page; the same results give the same bytes."""
    write_page(page("staffing.html.j2", _content(found, picture)), file)


def _content(found: Staffed, picture: Picture) -> dict[str, Any]:
    asked, said = found.asked, sentences(found)
    return {
        **made_from(found.manifest, _command(found)),
        "title": found.title,
        "arms": found.arms,
        "role": asked.role,
        "replications": found.manifest["replications"],
        "share": f"{100 * asked.share:g} %",
        "probability": f"{asked.probability:g}",
        "answer": said[:2],
        "said": said[2:],
        "cannot_say": (CANNOT_SAY[-1], BEYOND),
        "fewest": Table("", *fewest_rows(found)),
        "formulas": Table("FTE", *formula_rows(found)),
        "steps": GroupedTable("", STEP_HEAD, [Group(arm, _steps(found, arm)) for arm in found.arms]),
        "picture": embedded(picture),
        "notes": found.notes,
    }


def _steps(found: Staffed, arm: str) -> list[list[str]]:
    return [
        [
            f"{row['fte']:g}",
            f"{row['kept']} of {row['years']}",
            number(row["probability"], 2),
            f"{row['ci_low']:.2f} to {row['ci_high']:.2f}",
            number(100 * row["mean"], 1),
            number(row["unplaced_sessions"], 0),
            number(row["overtime_hours"], 1),
            str(row["verdict"]),
        ]
        for row in records(found.steps[found.steps["arm"] == arm])
    ]


def _command(found: Staffed) -> str:
    asked, manifest = found.asked, found.manifest
    words = [
        *("sdmsim", "staffing", manifest["experiment"], "--share", f"{asked.share:g}"),
        *("--probability", f"{asked.probability:g}", "--role", asked.role),
        *("--from", f"{asked.first / STEPS:g}", "--to", f"{asked.last / STEPS:g}"),
        *(("--every-step",) if asked.every else ()),
        *("--seed", manifest["seed"], "--replications", manifest["replications"]),
    ]
    return shlex.join(map(str, words))
