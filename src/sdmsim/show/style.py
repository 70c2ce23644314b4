"""How every picture looks: palette, type, sizes, and how it is written the same way each time."""

from __future__ import annotations

from typing import Any

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
"""Okabe & Ito, "Color universal design" (2008): told apart by readers with any colour vision."""

GREY = "#666666"
LIGHT = "#D9D9D9"

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": LIGHT,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "svg.hashsalt": "sdmsim",
    "svg.fonttype": "path",
    "figure.dpi": 100,
    "savefig.dpi": 160,
}

MARKERS = ("o", "s", "D", "^", "v", "P", "X", "*")


def colour(position: int) -> str:
    """The colour of the arm, reason or activity at a position; they repeat after eight."""
    return PALETTE[position % len(PALETTE)]


def marker(position: int) -> str:
    """The mark of the arm at a position, so that colour is never the only difference."""
    return MARKERS[position % len(MARKERS)]

HATCHES = ("", "////", "....")
"""Laid over the colours when there are more than eight things in a stack."""
