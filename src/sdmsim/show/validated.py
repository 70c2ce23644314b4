"""A validation on standard output."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sdmsim.show import assumed
from sdmsim.show.console import console, table

if TYPE_CHECKING:
    from sdmsim.lab.fairness import Lead
    from sdmsim.lab.published import Result
    from sdmsim.lab.validated import Validated


def print_validated(found: Validated, folder: Path) -> None:
    """Published results beside simulated trials, the months to come, hold-outs, who leads, and where the files are."""
    screen, asked = console(), found.asked
    title = f"Published results beside {asked.trials:,} simulated trials of their size (middle 90 %); nothing is tuned"
    head = ["", "result", "published", "simulated", "model's own effect", "d = .5 passes", "verdict"]
    screen.print(table(title, head, [_row(r) for r in found.results], left=2))
    for code, words in dict.fromkeys((r.code, r.assumed) for r in found.results):
        screen.print(f"{code} assumes: {words}.", soft_wrap=True)
    if found.months:
        rows = [[m.month, f"{m.middle:.2f}", f"{m.low:.2f} to {m.high:.2f}"] for m in found.months]
        title = "V10: minutes given / required"
        screen.print(table(title, ["", "median", "middle 90 % of simulated years"], rows))
        screen.print(
            "V10 is a prediction of the next year; its record is kept back. Speech only: no other rates are fitted."
        )
    else:
        screen.print("V10 was not predicted: --months EXPERIMENT names the years before it (experiments/chicago.toml).")
    if found.held_out:
        rows = [
            [h.data, h.quantity, f"{h.low:.2f} to {h.high:.2f}", f"{h.seen:.2f}", "inside" if h.inside else "OUTSIDE"]
            for h in found.held_out
        ]
        head = ["data", "quantity", "predicted from one half", "seen in the other", ""]
        screen.print(table("Hold-outs: one half of the children predicts the other", head, rows, left=2))
    else:
        screen.print("Hold-outs were not made: --data FOLDER names the public data (docs/sources.md).")
    _print_leads("over draws from the ledger's ranges", found.leads)
    _print_leads("over rows that fit the targets equally well, judged places as they ship", found.leads_of_rows)
    assumptions = asked.assumed.assumptions
    screen.print(assumed.summary(assumptions.said(), assumptions.grades()), soft_wrap=True)
    screen.print(f"\nWritten: {folder}", soft_wrap=True)


def _print_leads(over: str, found: Sequence[Lead]) -> None:
    rows = [
        [
            lead.basis,
            lead.outcome,
            f"{100 * lead.push_in_leads:.0f} %",
            f"{lead.low:+.2f} to {lead.high:+.2f}",
            "decided by these assumptions" if lead.decided else "open",
        ]
        for lead in found
    ]
    head = ["held equal", "outcome", "push-in leads", "push-in less pull-out, middle 90 %", ""]
    console().print(table(f"Who leads, {over} (SD; lessons in hours a year)", head, rows, left=2))


def _row(r: Result) -> list[str]:
    published = "> 0" if math.isnan(r.published) else f"{r.published:+.2f}"
    other = "" if math.isnan(r.other_passes) else f"{100 * r.other_passes:.0f} %"
    seen = f"{r.low:+.2f} to {r.high:+.2f}"
    return [r.code, r.result, published, seen, f"{r.own_effect:+.2f}", other, r.verdict]
