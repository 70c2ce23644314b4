"""One child's year: the short table that the command prints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sdmsim.metrics.trace import CUT_SHORT, MISSED, reviews_of, sessions_of
from sdmsim.show import assumed
from sdmsim.show.console import console, table
from sdmsim.show.words import number, reason_words

if TYPE_CHECKING:
    from sdmsim.lab.trace import Trace


def print_trace(found: Trace, folder: Path) -> None:
    """The child's years on standard output, and where the files are."""
    screen = console()
    replay, scenario = found.replay(), found.scenario
    sessions = sessions_of(found.own, found.child)
    rows = []
    for r in replay.to_dict("records"):
        skill = [f"{100 * r[f'start_in_{c}']:.0f} to {100 * r[f'end_in_{c}']:.0f}" for c in ("therapy", "class")]
        given = f"{number(r['minutes_given'], 0)} of {number(r['minutes_owed'], 0)}"
        gains = [f"{r[f'{k}_gain_sd']:.2f}" for k in ("trained", "classroom")]
        rows.append(
            [r["arm"], r["goal"].replace("_", " "), given, number(r["class_minutes_missed"], 0), *skill, *gains]
        )
    head = ["", "goal", "minutes given", "class minutes missed", "in therapy, % right", "in class, % right"]
    title = f"{scenario.title}: the year of {found.child} (seed {scenario.seed}), and the same luck in other places"
    screen.print(table(title, [*head, "gain in therapy, SD", "gain in class, SD"], rows, left=2))
    lost = sessions[sessions["happened"].isin([MISSED, CUT_SHORT])].groupby("reason")["minutes"].sum()
    parts = [f"{reason_words(str(r))} {number(m, 0)}" for r, m in lost.sort_values(ascending=False).items() if m >= 0.5]
    if parts:
        screen.print(f"Minutes not given, as planned: {', '.join(parts)}.", soft_wrap=True)
    for r in replay[(replay["minutes_given"] == 0.0) & (replay["minutes_owed"] > 0.0)].to_dict("records"):
        screen.print(f"{r['arm']}: {r['goal'].replace('_', ' ')} was never given there.", soft_wrap=True)
    for day in reviews_of(found.own, found.child):
        screen.print(f"Review: other service rows hold from {day.isoformat()}.")
    screen.print(
        "Class minutes missed are those of the child's whole year. One year is one draw of luck, not a verdict."
    )
    assumptions = scenario.assumptions
    screen.print(assumed.summary(assumptions.said(), assumptions.grades()), soft_wrap=True)
    screen.print(f"\nWritten: {folder} (trace.csv, probes.csv, replay.csv, figures/)", soft_wrap=True)
