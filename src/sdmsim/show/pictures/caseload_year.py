"""The caseload's year as a picture: children counted, evaluations past their deadline, minutes given, week by week."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from sdmsim.show.layout import listed, wrapped
from sdmsim.show.style import colour, line

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

BANDS_UP_TO = 3
"""Arms with which the middle nine tenths of the years are shaded too; with more of them nothing could be told apart."""


class Panel(NamedTuple):
    """A quantity of caseload.csv, what stands on its axis, and what a stored number is multiplied with."""

    quantity: str
    label: str
    scale: float = 1.0


PANELS = (
    Panel("served", "children\non the caseload"),
    Panel("past_clock", "evaluations\npast their deadline"),
    Panel("offered_share", "minutes given, % of those\nthe child was there for", 100.0),
)


def path(ax: Axes, table: pd.DataFrame, arms: Sequence[str], panel: Panel) -> pd.DataFrame:
    """One quantity by school week: a line of means per arm. Returns the numbers behind it."""
    rows = table[table["quantity"] == panel.quantity]
    for i, arm in enumerate(arms):
        own = rows[rows["arm"] == arm]
        weeks, mean, low, high = (own[name].to_numpy() for name in ("week", "mean", "p05", "p95"))
        ax.plot(weeks, mean * panel.scale, line(i), color=colour(i), linewidth=1.6, label=wrapped(arm, 40))
        if len(arms) <= BANDS_UP_TO:
            ax.fill_between(weeks, low * panel.scale, high * panel.scale, color=colour(i), alpha=0.13, linewidth=0)
    ax.set_ylabel(panel.label)
    ax.grid(axis="y")
    if panel.quantity == "past_clock":
        ax.set_ylim(bottom=0.0)
    return rows.reset_index(drop=True)


def caseload_alt(numbers: pd.DataFrame) -> str:
    """Children at the start and end of the year, and evaluations past their deadline at its end, by arm."""
    said = []
    for arm in dict.fromkeys(numbers["arm"]):
        own = numbers[numbers["arm"] == arm].sort_values("week")
        served, late = (own[own["quantity"] == quantity]["mean"] for quantity in ("served", "past_clock"))
        if len(served):
            text = f"{arm} from {served.iloc[0]:.0f} to {served.iloc[-1]:.0f} children"
            said.append(text + (f", {late.iloc[-1]:.0f} late evaluations at the end" if len(late) else ""))
    return f"{listed(said)}." if said else "Nothing to show."
