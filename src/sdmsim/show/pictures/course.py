"""The ledger over the year: what was promised so far, given, and is still owed, school week by school week."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sdmsim.show.layout import key_below, listed, nothing_to_show, wrapped
from sdmsim.show.style import GREY, LIGHT, PALETTE, colour, line, marker
from sdmsim.show.words import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = ("week", "owed", "delivered", "made_up", "still_owed")


def ledger(ax: Axes, rows: pd.DataFrame) -> pd.DataFrame:
    """One ledger over the year: given at its own time, made up and not given, stacked up to what was promised so far.

    `rows` of one arm, child or year, with the columns of ledger.csv: minutes from the first day to the end of a week.
    """
    if not len(rows):
        nothing_to_show(ax)
        return pd.DataFrame(columns=list(COLUMNS))
    drawn = rows[list(COLUMNS)].reset_index(drop=True)
    weeks, given = drawn["week"].to_numpy(), drawn["delivered"].to_numpy()
    later = given + drawn["made_up"].to_numpy()
    owed = drawn["owed"].to_numpy()
    ax.fill_between(weeks, 0.0, given, color=PALETTE[0], linewidth=0, label="given at its own time")
    if (later > given).any():
        ax.fill_between(weeks, given, later, color=PALETTE[4], linewidth=0, label="made up later")
    ax.fill_between(
        weeks, later, owed, facecolor=LIGHT, edgecolor=GREY, hatch="////", linewidth=0, label="not given: still owed"
    )
    ax.plot(weeks, owed, color="black", linewidth=1.6, label="promised so far")
    ax.set_xlim(float(weeks[0]), float(weeks[-1]))
    ax.set_ylim(0.0, 1.05 * float(owed.max()) or 1.0)
    ax.set_xlabel("school week")
    ax.set_ylabel("minutes a child, so far")
    ax.grid(axis="y")
    key_below(ax, 4, columns=4)
    return drawn


def still_owed(ax: Axes, table: pd.DataFrame, arms: Sequence[str]) -> pd.DataFrame:
    """Minutes still owed to a child at the end of each school week, a line for each arm; `table` as ledger.csv."""
    drawn = table[table["arm"].isin(arms)].reset_index(drop=True) if len(table) else table
    for i, arm in enumerate(arms):
        own = drawn[drawn["arm"] == arm] if len(drawn) else drawn
        if len(own):
            ax.plot(
                own["week"], own["still_owed"], line(i), marker=marker(i), markevery=(i % 4, 4), markersize=4.5,
                color=colour(i), linewidth=1.6, label=wrapped(arm),
            )  # fmt: skip
    ax.set_xlabel("school week")
    ax.set_ylabel("minutes still owed, a child")
    ax.grid(axis="y")
    ax.set_ylim(bottom=0.0)
    key_below(ax, len(ax.lines))
    return drawn


def ledger_alt(rows: pd.DataFrame) -> str:
    """What was promised, given and is owed at the end, and halfway."""
    if not len(rows):
        return "Nothing to show."
    middle, last = rows.iloc[len(rows) // 2], rows.iloc[-1]
    made_up = f", {number(last['made_up'], 0)} of them made up" if last["made_up"] > 0.5 else ""
    given, owed, left = (number(x, 0) for x in (last["delivered"] + last["made_up"], last["owed"], last["still_owed"]))
    return (
        f"At year's end {given} of {owed} promised minutes a child are given{made_up} and {left} still owed; in school "
        f"week {middle['week']:.0f} it is {number(middle['still_owed'], 0)}."
    )


def still_owed_alt(table: pd.DataFrame) -> str:
    """What each arm owes at year's end."""
    ends = (
        [f"{arm} {own['still_owed'].iloc[-1]:.0f}" for arm, own in table.groupby("arm", sort=False)]
        if len(table)
        else []
    )
    return f"Minutes still owed to a child at year's end: {listed(ends)}." if ends else "Nothing to show."
