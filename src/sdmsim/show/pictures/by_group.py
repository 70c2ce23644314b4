"""The picture of who gains and who loses: each group's differences from the baseline, arm by arm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sdmsim.metrics import BETTER
from sdmsim.show.answer import records
from sdmsim.show.gainers import IN_SENTENCES, SMALL_MARK, name_of
from sdmsim.show.style import GREY, colour, marker
from sdmsim.show.words import number, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D


def group_rows(table: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Way, group and label of the rows that are drawn, in the order of the table."""
    rows = records(table[table["way"].isin(IN_SENTENCES)].drop_duplicates(["way", "group"]))
    found = []
    for r in rows:
        mark = SMALL_MARK if r["small"] == "yes" else ""
        label = f"{name_of(str(r['way']), str(r['group']))} ({float(r['children']):.0f}{mark})"
        found.append((str(r["way"]), str(r["group"]), label))
    return found


def key(arms: Sequence[str], others: Sequence[str]) -> list[Line2D]:
    """The marks of the arms with their names."""
    from matplotlib.lines import Line2D

    marks = [(colour(arms.index(arm)), marker(arms.index(arm)), arm.replace("$", r"\$")) for arm in others]
    return [
        Line2D([], [], color=tint, marker=mark, linestyle="", markersize=5, label=name) for tint, mark, name in marks
    ]


def groups(ax: Axes, table: pd.DataFrame, metric: str, arms: Sequence[str], others: Sequence[str]) -> pd.DataFrame:
    """Differences of one metric from the baseline, a row for each group, a point with its 95 % interval for each arm.

    Filled where the difference is clear, hollow where it is not. `arms` gives the colours.
    """
    words, lines = words_of(metric), group_rows(table)
    cells = {(r["way"], r["group"], r["arm"]): r for r in records(table[table["metric"] == metric])}
    drawn = []
    for row, (way, group, _) in enumerate(lines):
        for i, arm in enumerate(others):
            found = cells.get((way, group, arm))
            if found is None:
                continue
            value, low, high = (float(found[key]) * words.scale for key in ("difference", "ci_low", "ci_high"))
            height, tint = row + 0.7 * ((i + 0.5) / len(others) - 0.5), colour(arms.index(arm))
            clear = found["verdict"] in ("higher", "lower")
            if low == low:
                ax.plot([low, high], [height, height], color=tint, linewidth=1.6, zorder=2)
            ax.plot(
                value, height, marker(arms.index(arm)), color=tint, markerfacecolor=tint if clear else "white",
                markersize=4.5, zorder=3,
            )  # fmt: skip
            drawn.append((metric, way, group, arm, value, low, high, "yes" if clear else "no"))
    ax.axvline(0.0, color=GREY, linewidth=1.0, zorder=1)
    for row in range(1, len(lines)):
        ways = lines[row - 1][0], lines[row][0]
        ax.axhline(row - 0.5, color=GREY if ways[0] != ways[1] else "#E6E6E6", linewidth=0.8, zorder=0)
    ax.set_ylim(len(lines) - 0.5, -0.5)
    ax.set_yticks(range(len(lines)), [label.replace("$", r"\$") for _, _, label in lines])
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    ax.set_title(words.label)
    side = "right" if BETTER[metric] == "more" else "left"
    ax.set_xlabel(f"difference, {words.difference_unit or words.unit}\n(further {side} is better)")
    names = ["metric", "way", "group", "arm", "difference", "ci_low", "ci_high", "clear"]
    return pd.DataFrame(drawn, columns=names)


def groups_alt(numbers: pd.DataFrame) -> str:
    """For each measure, which group gains and which loses most, and in which arm."""
    said = []
    for metric in dict.fromkeys(numbers["metric"]):
        own, words = numbers[numbers["metric"] == metric], words_of(metric)
        clear = own[own["clear"] == "yes"]
        if not len(clear):
            said.append(f"{words.label}: no clear difference in any group")
            continue
        low, high = clear.loc[clear["difference"].idxmin()], clear.loc[clear["difference"].idxmax()]
        ends = [f"{r['group']} {number(r['difference'], words.decimals, sign=True)} in {r['arm']}" for r in (low, high)]
        unit = words.difference_unit or words.unit
        said.append(f"{words.label}, {unit}, clear differences: {' to '.join(dict.fromkeys(ends))}")
    return f"{'; '.join(said)}." if said else "Nothing to show."
