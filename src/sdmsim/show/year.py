"""One simulated year as people read it: promised minutes given and missed, by service and by reason."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdmsim import metrics
from sdmsim.events import REASONS, Log
from sdmsim.scenario import Scenario
from sdmsim.show import assumed, slots
from sdmsim.show.console import console, table
from sdmsim.show.words import WORDS, heading, number, order_of, reason_words, shown

if TYPE_CHECKING:
    import pandas as pd

BY = ("service", "goal", "setting")


def by_service(fidelity: pd.DataFrame) -> list[dict[str, Any]]:
    """Minutes of the year by service, goal and setting, with a total last.

    Each row: children, owed, provided, made_up (a part of provided), delivered_share, missed by reason. The share
    leaves out what is owed on days without school.
    """
    rows = []
    for key, part in fidelity.groupby(list(BY), sort=True):
        rows.append({**dict(zip(BY, map(str, key), strict=True)), **_sums(part)})
    return [*rows, {"service": "all", "goal": "", "setting": "", **_sums(fidelity)}]


def _sums(part: pd.DataFrame) -> dict[str, Any]:
    owed, provided = float(part["owed"].sum()), float(part["provided"].sum())
    expected = owed - float(part["no_school"].sum())
    return {
        "children": int(part["student"].nunique()),
        "owed": owed,
        "provided": provided,
        "made_up": float(part["made_up"].sum()),
        "delivered_share": provided / expected if expected else None,
        "missed": {reason: float(part[reason].sum()) for reason in REASONS},
    }


def year_summary(scenario: Scenario, log: Log, folder: Path) -> dict[str, Any]:
    """The year as one JSON object."""
    return {
        "title": scenario.title,
        "seed": log.seed,
        "replication": log.replication,
        "metrics": {name: None if value != value else value for name, value in metrics.row(log).items()},
        "fidelity": by_service(metrics.fidelity(log)),
        "assumptions": assumed.as_json(scenario.assumptions),
        "notes": [*metrics.notes_of_year(log.plan), *scenario.notes],
        "out": str(folder),
    }


def print_year(scenario: Scenario, log: Log, folder: Path) -> None:
    """The year on standard output."""
    screen = console()
    title = f"{scenario.title}: one simulated year (seed {log.seed}), minutes of all children together"
    screen.print(table(title, *service_lines(by_service(metrics.fidelity(log)))))
    screen.print("The share given leaves out what is owed on days without school.\n")
    values = metrics.row(log)
    lines = [[heading(m), shown(m, values[m])] for m in order_of(values) if m in WORDS and values[m] == values[m]]
    screen.print(table("The year in numbers", ["", ""], lines))
    if scenario.own_week:
        screen.print(
            table(
                "The slots that break first (all: slots.csv)", slots.HEADS, slots.slot_lines(metrics.slots(log)), left=4
            )
        )
    assumptions = scenario.assumptions
    for sentence in (assumed.summary(assumptions.said(), assumptions.grades()), assumed.judged_line(assumptions)):
        screen.print(sentence, soft_wrap=True)
    for note in (*metrics.notes_of_year(log.plan), *scenario.notes):
        screen.print(f"Note: {note}", soft_wrap=True)
    screen.print(f"\nWritten: {folder} (report.html; week.xlsx to print)", soft_wrap=True)


def service_lines(rows: list[dict[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """Head and lines of a table: a column for each row of `by_service`, a line for each thing counted."""
    reasons = [reason for reason in REASONS if any(row["missed"][reason] >= 0.5 for row in rows)]
    return ["", *("\n".join(row[key] for key in BY if row[key]) for row in rows)], _lines(rows, reasons)


def _lines(rows: list[dict[str, Any]], reasons: list[str]) -> list[list[str]]:
    """One line for each thing counted, one column for each service."""
    shares = [row["delivered_share"] for row in rows]
    return [
        ["children", *(str(row["children"]) for row in rows)],
        ["promised", *(number(row["owed"], 0) for row in rows)],
        ["given", *(number(row["provided"], 0) for row in rows)],
        *([["of these, made up", *(number(row["made_up"], 0) for row in rows)]] if rows[-1]["made_up"] else []),
        ["share given, %", *("-" if share is None else number(100.0 * share, 1) for share in shares)],
        *([f"missed: {reason_words(r)}", *(number(row["missed"][r], 0) for row in rows)] for r in reasons),
    ]
