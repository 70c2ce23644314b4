"""Arms compared: differences from the baseline with their intervals, and one outcome against another.

Each function draws on given axes and returns the numbers behind what it drew. Tables come as `lab.results.Results`
holds them; arms are drawn in the order given.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from sdmsim.lab.front import standings_of
from sdmsim.show.answer import differences, levels
from sdmsim.show.certainty import joint_intervals
from sdmsim.show.layout import key_below, listed, wrapped
from sdmsim.show.style import GREY, colour, marker
from sdmsim.show.words import heading, interval, shown, shown_difference, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sdmsim.lab.results import Results

TRADE = ("class_minutes_missed", "delivered_share")
"""What a trade-off is drawn of, where nothing else is asked for: across, and up."""


def comparison(ax: Axes, results: Results, metric: str, arms: Sequence[str], others: Sequence[str]) -> pd.DataFrame:
    """Differences of one metric from the baseline: a point with its 95 % interval for each other arm.

    Filled where the difference is clear, hollow where it is not. A thin line with ends is the interval that holds
    together with those of the other arms. `arms` gives the colours, `others` the rows.
    """
    words, table = words_of(metric), results.comparison
    jointly = joint_intervals(results.joint, metric)
    found = {d.arm: d for d in differences(table, metric)}
    widest = max(((d.high - d.low) / 2.0 for d in found.values() if d.low == d.low), default=0.0)
    rows = []
    for row, arm in enumerate(others):
        d = found.get(arm)
        if d is None:
            continue
        value, low, high = (x * words.scale for x in (d.value, d.low, d.high))
        tint = colour(arms.index(arm))
        if low == low:
            ax.plot([low, high], [row, row], color=tint, linewidth=2.2, solid_capstyle="butt", zorder=2)
        ends = [x * words.scale for x in jointly.get(arm, (float("nan"),) * 2)]
        if ends[0] < ends[1]:
            ax.plot(ends, [row, row], "|-", color=tint, linewidth=0.9, markersize=6, zorder=2)
        face = tint if d.clear else "white"
        ax.plot(value, row, marker(arms.index(arm)), color=tint, markerfacecolor=face, markersize=6, zorder=3)
        ax.annotate(
            shown_difference(metric, d.value, half=widest), (value, row), xytext=(0, 6),
            textcoords="offset points", ha="center", va="bottom", fontsize=7.5, color="black", zorder=4,
            bbox={"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.85},
        )  # fmt: skip
        rows.append((metric, arm, value, low, high, "yes" if d.clear else "no", ends[0], ends[1]))
    ax.axvline(0.0, color=GREY, linewidth=1.0, zorder=1)
    ax.set_ylim(len(others) - 0.5, -0.7)
    ax.set_yticks(range(len(others)), [wrapped(arm) for arm in others])
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    ax.set_title(words.label)
    ax.set_xlabel(f"difference, {words.difference_unit or words.unit}")
    _spread(ax, [x for r in rows for x in (r[2], r[3], r[4], r[6], r[7]) if x == x], words.decimals)
    names = ["metric", "arm", "difference", "ci_low", "ci_high", "clear", "joint_low", "joint_high"]
    return pd.DataFrame(rows, columns=names)


def _spread(ax: Axes, values: Sequence[float], decimals: int) -> None:
    """Room around the points and zero; no axis so narrow that noise below the shown digits looks large."""
    low, high = min([0.0, *values]), max([0.0, *values])
    least = 4.0 * 10.0**-decimals
    margin = max(0.12 * (high - low), (least - (high - low)) / 2)
    ax.set_xlim(low - margin, high + margin)


def comparison_alt(numbers: pd.DataFrame) -> str:
    """Each measure's differences; of more than four arms the smallest, the largest and how many are clear."""
    said = []
    for metric in dict.fromkeys(numbers["metric"]):
        own, words = numbers[numbers["metric"] == metric].to_dict("records"), words_of(metric)
        clear = sum(r["clear"] == "yes" for r in own)
        shown = own if len(own) <= 4 else [min(own, key=_difference), max(own, key=_difference)]
        parts = [_said({str(k): v for k, v in r.items()}, words.scale) for r in shown]
        unit = words.difference_unit or words.unit
        said.append(f"{words.label}, {unit}: {listed(parts)}; {clear} of {len(own)} clear")
    return f"{'. '.join(said)}." if said else "Nothing to show."


def _difference(row: Mapping[Hashable, Any]) -> float:
    return float(row["difference"])


def _said(row: Mapping[str, Any], scale: float) -> str:
    metric, low, high = str(row["metric"]), float(row["ci_low"]) / scale, float(row["ci_high"]) / scale
    value = shown_difference(metric, float(row["difference"]) / scale, half=(high - low) / 2.0)
    ends = f" ({interval(metric, low, high)})" if low < high else ""
    return f"{row['arm']} {value}{ends}"


def trade_off(
    ax: Axes,
    summary: pd.DataFrame,
    arms: Sequence[str],
    *,
    runs: pd.DataFrame | None = None,
    outcomes: tuple[str, str] = TRADE,
) -> pd.DataFrame:
    """One outcome against another (across, up): one point per arm, with both 95 % intervals.

    With `runs` (as `Results.runs`) arms off the front are hollow: another one is surely no worse in both outcomes and
    better in one.
    """
    across, up = outcomes
    known = levels(summary)
    off = {s.arm for s in standings_of(runs, arms, outcomes) if not s.on_front} if runs is not None else set()
    rows = []
    for i, arm in enumerate(arms):
        if (arm, across) not in known or (arm, up) not in known:
            continue
        found = [v * words_of(across).scale for v in known[arm, across]]
        found += [v * words_of(up).scale for v in known[arm, up]]
        face = "white" if arm in off else colour(i)
        ax.plot([found[1], found[2]], [found[3]] * 2, color=colour(i), linewidth=1.6, zorder=2)
        ax.plot([found[0]] * 2, [found[4], found[5]], color=colour(i), linewidth=1.6, zorder=2)
        ax.plot(
            found[0],
            found[3],
            marker(i),
            color=colour(i),
            markerfacecolor=face,
            markersize=7,
            label=wrapped(arm),
            zorder=3,
        )
        rows.append((arm, *found, "" if runs is None else "no" if arm in off else "yes"))
    ax.set_xlabel(heading(across))
    ax.set_ylabel(heading(up))
    ax.grid()
    ax.margins(0.12)
    _not_too_close(ax)
    key_below(ax, len(rows))
    names = [across, f"{across}_ci_low", f"{across}_ci_high", up, f"{up}_ci_low", f"{up}_ci_high"]
    return pd.DataFrame(rows, columns=["arm", *names, "on_front"])


def trade_off_alt(numbers: pd.DataFrame, outcomes: tuple[str, str] = TRADE) -> str:
    """Where each arm lies, and which are on the front."""
    said = []
    for row in numbers.to_dict("records"):
        parts = [shown(o, float(row[o]) / words_of(o).scale, unit=True) for o in outcomes]
        said.append(f"{row['arm']} {parts[0]} and {parts[1]}")
    on = [str(arm) for arm in numbers.loc[numbers["on_front"] == "yes", "arm"]] if len(numbers) else []
    front = f" On the front: {listed(on)}." if on else ""
    return (
        f"{' and '.join(words_of(o).label for o in outcomes)}: {listed(said)}.{front}" if said else "Nothing to show."
    )


def _not_too_close(ax: Axes, least: float = 2.0) -> None:
    """At least `least` units on both axes, so that small differences look small."""
    for get, put in ((ax.get_xlim, ax.set_xlim), (ax.get_ylim, ax.set_ylim)):
        low, high = get()
        if high - low < least:
            put((low + high - least) / 2, (low + high + least) / 2)
