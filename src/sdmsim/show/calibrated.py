"""A calibration on standard output."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from sdmsim.show.console import console, table

if TYPE_CHECKING:
    from sdmsim.lab.calibrated import Calibrated
    from sdmsim.lab.target_figures import Row


def print_calibrated(found: Calibrated, folder: Path) -> None:
    """Every target, what is left of every number, the singular values, and where the files are."""
    screen, asked = console(), found.asked
    head = ["", "figure", "published", "met within", "model", "", "how"]
    screen.print(table("Targets and checks under the set evidence", head, [_row(row) for row in found.beside], left=2))
    missed = [f"{row.target.code} {row.target.figure}" for row in found.beside if not row.met]
    screen.print(f"Met: {len(found.beside) - len(missed)} of {len(found.beside)}." + _not(missed), soft_wrap=True)
    if asked.months is None:
        screen.print("D1 was not compared: --months EXPERIMENT names an experiment with a monthly record.")
    if asked.data is None:
        screen.print("D2 stands beside a first fit: --data FOLDER fits the public data again (docs/sources.md).")
    rows = [
        [
            r.name,
            f"{r.shipped:g}",
            _found(found, r.name),
            f"{r.low:g} to {r.high:g}",
            f"{r.left_low:.3g} to {r.left_high:.3g}",
        ]
        for r in found.remaining
    ]
    head = ["number", "ships", "search finds", "drawn from", "middle 90 % of the rows"]
    count = len(next(iter(found.rows.numbers.values())))
    title = f"What the targets leave: {count} of {found.rows.drawn:,} draws meet every target"
    screen.print(table(title, head, rows))
    singular = ", ".join(f"{value:.2g}" for value in found.directions.values)
    free = ", ".join(f"{name} {100 * share:.0f} %" for name, share in found.directions.free)
    screen.print(f"Singular values of the fitted targets against {len(rows)} numbers: {singular}.", soft_wrap=True)
    unseen = len(rows) - len(found.directions.values)
    screen.print(
        f"{unseen} directions are not seen by any target at all. Least seen of the others: {free}.", soft_wrap=True
    )
    screen.print(f"\nWritten: {folder} (targets.csv, remaining.csv, good-rows.csv)", soft_wrap=True)


def _row(row: Row) -> list[str]:
    target = row.target
    published = "" if math.isnan(target.published) else f"{target.published:.3g}"
    limits = f"{target.low:.3g} to {target.high:.3g}"
    return [
        target.code,
        target.figure,
        published,
        limits,
        f"{row.value:.3g}",
        "met" if row.met else "NOT met",
        target.how,
    ]


def _not(missed: list[str]) -> str:
    return f" Not met: {'; '.join(missed)}." if missed else ""


def _found(found: Calibrated, name: str) -> str:
    return f"{found.fitted[name]:g}" if name in found.fitted else ""
