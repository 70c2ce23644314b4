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


HEAD = (
    *("", "goal", "minutes given", "class minutes missed", "in therapy, % right", "in class, % right"),
    *("gain in therapy, SD", "gain in class, SD"),
)
ONE_YEAR = "Class minutes missed are those of the child's whole year. One year is one draw of luck, not a verdict."


def replay_rows(found: Trace) -> list[list[str]]:
    """Under HEAD: the child's own year and each year in other places, goal by goal."""
    rows = []
    for r in found.replay().to_dict("records"):
        skill = [f"{100 * r[f'start_in_{c}']:.0f} to {100 * r[f'end_in_{c}']:.0f}" for c in ("therapy", "class")]
        given = f"{number(r['minutes_given'], 0)} of {number(r['minutes_owed'], 0)}"
        gains = [f"{r[f'{k}_gain_sd']:.2f}" for k in ("trained", "classroom")]
        rows.append(
            [r["arm"], r["goal"].replace("_", " "), given, number(r["class_minutes_missed"], 0), *skill, *gains]
        )
    return rows


def said_of(found: Trace) -> list[str]:
    """What was not given and why, what was never given in other places, and the reviews, in sentences."""
    replay, sessions = found.replay(), sessions_of(found.own, found.child)
    lost = sessions[sessions["happened"].isin([MISSED, CUT_SHORT])].groupby("reason")["minutes"].sum()
    parts = [f"{reason_words(str(r))} {number(m, 0)}" for r, m in lost.sort_values(ascending=False).items() if m >= 0.5]
    said = [f"Minutes not given, as planned: {', '.join(parts)}."] if parts else []
    for r in replay[(replay["minutes_given"] == 0.0) & (replay["minutes_owed"] > 0.0)].to_dict("records"):
        said.append(f"{r['arm']}: {r['goal'].replace('_', ' ')} was never given there.")
    said += [f"Review: other service rows hold from {d.isoformat()}." for d in reviews_of(found.own, found.child)]
    return [*said, ONE_YEAR]


def print_trace(found: Trace, folder: Path) -> None:
    """The child's years on standard output, and where the files are."""
    screen, scenario = console(), found.scenario
    title = f"{scenario.title}: the year of {found.child} (seed {scenario.seed}), and the same luck in other places"
    screen.print(table(title, HEAD, replay_rows(found), left=2))
    assumptions = scenario.assumptions
    for sentence in (*said_of(found), assumed.summary(assumptions.said(), assumptions.grades())):
        screen.print(sentence, soft_wrap=True)
    screen.print(f"\nWritten: {folder} (report.html, trace.csv, probes.csv, replay.csv, figures/)", soft_wrap=True)
