"""Why one arm differs from another: the paired difference as a waterfall of causes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sdmsim.show.drivers.labels import outcome, scaled, shown_value, unit_words
from sdmsim.show.layout import listed, literal, nothing_to_show, wrapped
from sdmsim.show.style import BACK, DARK, GREY, PALETTE
from sdmsim.show.words import number, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def waterfall(ax: Axes, table: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Each cause's part, one after the other from nil to the whole difference, with 95 % intervals.

    `table` (of one arm and metric): cause, part, low, high, quantity, quantity_unit, off (in the baseline), on (in the
    arm), total. What was switched stands at the right.
    """
    drawn = scaled(table.reset_index(drop=True), metric, ["part", "low", "high", "total"])
    if not len(drawn):
        nothing_to_show(ax)
        return drawn
    so_far, decimals = 0.0, words_of(metric).decimals + 1
    tips = [0.0]
    for row, r in enumerate(drawn.to_dict("records")):
        part = float(r["part"])
        ax.barh(row, part, 0.56, so_far, color=PALETTE[0] if part > 0 else PALETTE[5], hatch="" if part > 0 else BACK,
                edgecolor="white", linewidth=0.5, zorder=2)  # fmt: skip
        ends = [so_far + float(r[k]) for k in ("low", "high")]
        if ends[1] > ends[0]:
            ax.plot(ends, [row] * 2, color="black", linewidth=1.2, zorder=3)
        here = so_far + part
        right = max([so_far, here, *(e for e in ends if e == e)])
        ax.annotate(number(part, decimals, sign=True), (right, row), xytext=(4, 0), textcoords="offset points",
                    va="center", fontsize=8)  # fmt: skip
        ax.plot([here, here], [row - 0.28, row + 1.28], color=GREY, linewidth=0.8, zorder=1)
        tips += [*ends, here]
        so_far = here
    last = len(drawn)
    ax.barh(last, so_far, 0.56, color=DARK, zorder=2)
    ax.annotate(number(so_far, decimals, sign=True), (max(so_far, 0.0), last), xytext=(4, 0),
                textcoords="offset points", va="center", fontsize=8, fontweight="bold")  # fmt: skip
    ax.axvline(0.0, color="black", linewidth=1.0, zorder=4)
    ax.set_yticks(range(last + 1), [*(wrapped(str(c), 24) for c in drawn["cause"]), "in all"])
    ax.set_ylim(last + 0.5, -0.9)
    ax.tick_params(axis="y", length=0)
    known = [t for t in tips if t == t]
    span = max(known) - min(known) or 1.0
    ax.set_xlim(min(known) - 0.06 * span, max(known) + 0.22 * span)
    ax.grid(axis="x")
    ax.set_xlabel(f"part of the difference, {literal(outcome(metric))}")
    ax.annotate("what was switched: baseline to arm", (1.0, -0.72), xycoords=("axes fraction", "data"), xytext=(6, 0),
                textcoords="offset points", va="center", fontsize=7.5, color=GREY, annotation_clip=False)  # fmt: skip
    for row, r in enumerate(drawn.to_dict("records")):
        ax.annotate(
            wrapped(_switched({str(k): v for k, v in r.items()}), 44), (1.0, row), xycoords=("axes fraction", "data"),
            xytext=(6, 0), textcoords="offset points", va="center", fontsize=7.5, annotation_clip=False,
            linespacing=1.0,
        )  # fmt: skip
    return drawn


def _switched(r: dict[str, object]) -> str:
    """`minutes of moves a session: 4.2 to 0 min`; empty where nothing with a number was."""
    quantity, unit = (r.get(name) if isinstance(r.get(name), str) else "" for name in ("quantity", "quantity_unit"))
    if not quantity or r["off"] != r["off"]:
        return ""
    off, on = (shown_value(float(str(r[name]))) for name in ("off", "on"))
    return f"{quantity}: {off} to {on}{f' {unit}' if unit else ''}"


def waterfall_alt(drawn: pd.DataFrame, metric: str) -> str:
    """Each part and the whole."""
    if not len(drawn):
        return "Nothing to show."
    decimals = words_of(metric).decimals + 1
    parts = [f"{r['cause']} {number(float(r['part']), decimals, sign=True)}" for r in drawn.to_dict("records")]
    whole = number(float(drawn["part"].sum()), decimals, sign=True)
    return f"Difference in all {whole} {unit_words(metric)}: {listed(parts, 20)}."
