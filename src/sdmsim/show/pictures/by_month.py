"""The year month by month: the share of the promised minutes given, and the same against a record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sdmsim.show.layout import key_below, listed, wrapped
from sdmsim.show.record import Pair
from sdmsim.show.style import colour, line, marker
from sdmsim.show.words import heading

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def months(ax: Axes, table: pd.DataFrame, arms: Sequence[str]) -> pd.DataFrame:
    """Share of the promised minutes given, by month of the school year: a line per arm."""
    order = list(dict.fromkeys(table["month"]))
    wide = table.pivot(index="month", columns="arm", values="delivered_share").reindex(index=order, columns=list(arms))
    for i, arm in enumerate(arms):
        _month_line(ax, [float(v) for v in wide[arm]], wrapped(arm), colour(i), marker(i), line(i))
    _month_axes(ax, order, heading("delivered_share"))
    return wide.reset_index()


def against_record(ax: Axes, pair: Pair, position: int) -> pd.DataFrame:
    """Simulated months (in the colour of the arm at `position`) against logged ones, as shares of what is required."""
    order = list(pair.ours)
    logged = [pair.theirs.get(month, float("nan")) for month in order]
    _month_line(
        ax, list(pair.ours.values()), f"simulated: {wrapped(pair.simulated)}", colour(position), marker(position)
    )
    _month_line(ax, logged, f"logged: {wrapped(pair.logged, 40)}", "black", "s", "--")
    _month_axes(ax, order, "minutes given,\n% of those required")
    rows = list(zip(order, list(pair.ours.values()), logged, strict=True))
    return pd.DataFrame(rows, columns=["month", "simulated", "logged"]).assign(
        simulated_name=pair.simulated, logged_name=pair.logged
    )


def _month_line(ax: Axes, shares: Sequence[float], label: str, tint: str, mark: str, style: str = "-") -> None:
    face = "white" if tint == "black" else tint
    values = [100.0 * share for share in shares]
    ax.plot(
        range(len(values)), values, marker=mark, color=tint, markerfacecolor=face, markersize=5, linewidth=1.6,
        linestyle=style, label=label,
    )  # fmt: skip


def _month_axes(ax: Axes, order: Sequence[object], label: str) -> None:
    ax.set_xticks(range(len(order)), [month_words(month) for month in order])
    ax.set_ylabel(label)
    ax.grid(axis="y")
    ax.margins(y=0.08)
    low, high = ax.get_ylim()
    ax.set_ylim(max(0.0, min(low, high - 20.0)), min(100.5, high))
    key_below(ax, len(ax.lines))


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def month_words(month: object) -> str:
    """`2024-09`, `9` or `Sep` as `Sep`."""
    text = str(month).rsplit("-", 1)[-1]
    return _MONTHS[int(text) - 1] if text.isdigit() and 1 <= int(text) <= 12 else text


def months_alt(numbers: pd.DataFrame) -> str:
    """Each arm's lowest and highest month, in per cent."""
    said = []
    for arm in [c for c in numbers.columns if c != "month"]:
        shares = {month_words(m): float(v) for m, v in zip(numbers["month"], numbers[arm], strict=True) if v == v}
        if shares:
            low, high = min(shares, key=lambda m: shares[m]), max(shares, key=lambda m: shares[m])
            said.append(f"{arm} from {100 * shares[low]:.0f} % in {low} to {100 * shares[high]:.0f} % in {high}")
    return f"Share of the promised minutes given, by month: {listed(said)}." if said else "Nothing to show."


def record_alt(numbers: pd.DataFrame) -> str:
    """How far the simulated months lie from the logged ones."""
    said = []
    for (simulated, logged), own in numbers.groupby(["simulated_name", "logged_name"], sort=False):
        apart = 100.0 * (own["simulated"] - own["logged"])
        said.append(
            f"{simulated} against {logged}: {apart.mean():+.1f} points in the mean month, at most "
            f"{apart.abs().max():.1f} apart"
        )
    return f"Share of the required minutes given, by month. {listed(said)}." if said else "Nothing to show."
