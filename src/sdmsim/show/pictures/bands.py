"""One outcome of several arms with the band in which its mean lies; bands narrow as more years are lived."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sdmsim.show.answer import levels as levels_of
from sdmsim.show.layout import listed, nothing_to_show, wrapped
from sdmsim.show.style import colour, marker
from sdmsim.show.words import heading, shown, with_half_widths, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def levels(
    ax: Axes, summary: pd.DataFrame, metric: str, arms: Sequence[str], *, around: tuple[float, float] | None = None
) -> pd.DataFrame:
    """The mean of one metric in each arm as a point in its 95 % band; returns means and ends in planners' units.

    `summary` has the columns arm, metric, mean, ci_low, ci_high, as `Results.summary`. `around`: ends of the axis, in
    the units shown, so that it stays as bands narrow.
    """
    words, known = words_of(metric), levels_of(summary[summary["metric"] == metric])
    rows = []
    for i, arm in enumerate(arms):
        if (arm, metric) not in known or known[arm, metric].mean != known[arm, metric].mean:
            continue
        mean, low, high = (x * words.scale for x in known[arm, metric])
        if low == low and high > low:
            ax.barh(i, high - low, 0.5, low, color=colour(i), alpha=0.3, linewidth=0, zorder=2)
        ax.plot([mean, mean], [i - 0.25, i + 0.25], color=colour(i), linewidth=2.2, zorder=3)
        ax.plot(mean, i, marker(i), color=colour(i), markersize=6.5, zorder=4)
        text = with_half_widths(metric, [known[arm, metric]])[0]
        ax.annotate(
            text, (1.0, i), xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points", va="center",
            fontsize=8,
        )  # fmt: skip
        rows.append((metric, arm, mean, low, high))
    ax.set_yticks(range(len(arms)), [wrapped(arm) for arm in arms])
    ax.set_ylim(len(arms) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    ax.set_xlabel(heading(metric))
    if around is not None:
        ax.set_xlim(*around)
    elif rows:
        low, high = min(min(r[2:]) for r in rows), max(max(r[2:]) for r in rows)
        least = max(high - low, 4.0 * 10.0**-words.decimals)
        ax.set_xlim((low + high) / 2 - 0.62 * least, (low + high) / 2 + 0.62 * least)
    if not rows:
        nothing_to_show(ax)
    return pd.DataFrame(rows, columns=["metric", "arm", "mean", "ci_low", "ci_high"])


def levels_alt(numbers: pd.DataFrame) -> str:
    """Each arm's mean with its band."""
    if not len(numbers):
        return "Nothing to show."
    metric = str(numbers["metric"].iloc[0])
    words = words_of(metric)
    said = []
    for row in numbers.to_dict("records"):
        mean, low, high = (shown(metric, float(row[key]) / words.scale) for key in ("mean", "ci_low", "ci_high"))
        said.append(f"{row['arm']} {mean} ({low} to {high})")
    return f"{words.label}, {words.unit}, with 95 % bands: {listed(said)}."
