"""How every picture looks: palette, type, sizes, and how it is written the same way each time."""

from __future__ import annotations

from typing import Any

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
"""Okabe & Ito, "Color universal design" (2008): told apart by readers with any colour vision."""

GREY = "#666666"
LIGHT = "#D9D9D9"
DARK = "#333333"

TINTS = (*PALETTE[:6], "#7A5C00", "#000000")
"""For lines, points and letters: yellow, which is lost on white, is a dark brown here."""

IN_CLASS, IN_ROOM, IN_HALLWAY = PALETTE[0], PALETTE[1], PALETTE[3]
"""Therapy by its place, the same in every picture: dark and light also in print without colours."""

STYLE: Any = {
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


LINES = ("-", "--", ":", "-.")


def colour(position: int) -> str:
    """The colour of the arm, reason or activity at a position; they repeat after eight."""
    return TINTS[position % len(TINTS)]


def marker(position: int) -> str:
    """The mark of the arm at a position, so that colour is never the only difference; no pair repeats within 64."""
    return MARKERS[(position + position // len(TINTS)) % len(MARKERS)]


def line(position: int) -> str:
    """The line of the arm at a position: another kind where the colours begin again."""
    return LINES[position // len(TINTS) % len(LINES)]


HATCH, BACK, DOTS = "////", "\\\\\\\\", "...."
"""Laid over a colour that is used a second time in one stack, or whose neighbours are as dark without colours."""

REASON_STYLES: dict[str, tuple[str, str]] = {
    "child_absent": (PALETTE[0], ""),
    "child_unwilling": (PALETTE[4], ""),
    "provider_absent": (PALETTE[5], DOTS),
    "provider_called_away": (PALETTE[1], ""),
    "vacancy": (PALETTE[5], HATCH),
    "school_event": (PALETTE[2], BACK),
    "class_unavailable": (PALETTE[6], ""),
    "helper_missing": (PALETTE[1], HATCH),
    "no_room": (PALETTE[3], HATCH),
    "out_of_time": (PALETTE[3], ""),
    "start_up": ("#8C8C8C", ""),
    "unplaced": ("#404040", ""),
    "no_school": ("#DEDEDE", ""),
}
"""Colour and hatch of each reason: people in colours, what was planned or closed in greys."""

OVERTIME = "overtime"
ACTIVITY_GROUPS: dict[str, tuple[str, str]] = {
    "push_in": ("with children in class", PALETTE[0]),
    "pull_out": ("with children in a therapy room", PALETTE[1]),
    "moves": ("moves and waiting", PALETTE[2]),
    "travel": ("driving between sites", "#8C6D31"),
    "co_planning": ("co-planning with teachers", PALETTE[3]),
    "indirect": ("indirect service", PALETTE[4]),
    "supervision_direct": ("supervising assistants", "#7A5195"),
    "supervision_indirect": ("supervising assistants", "#7A5195"),
    "reviews": ("duties (reports, evaluations, meetings, ...)", PALETTE[5]),
    "documentation": ("duties (reports, evaluations, meetings, ...)", PALETTE[5]),
    "evaluation": ("duties (reports, evaluations, meetings, ...)", PALETTE[5]),
    "consultation": ("duties (reports, evaluations, meetings, ...)", PALETTE[5]),
    "meetings": ("duties (reports, evaluations, meetings, ...)", PALETTE[5]),
    "planning": ("duties (reports, evaluations, meetings, ...)", PALETTE[5]),
    "duty": ("duties (reports, evaluations, meetings, ...)", PALETTE[5]),
    "lunch": ("lunch, called away", PALETTE[6]),
    "called_away": ("lunch, called away", PALETTE[6]),
    "unassigned": ("not assigned", "#EFEFEF"),
    "vacant": ("post vacant", "#D9C8B4"),
    "absent": ("absent, or no school", "#B0B0B0"),
    "no_school": ("absent, or no school", "#B0B0B0"),
    OVERTIME: (OVERTIME, "#000000"),
}
"""Parts of a therapist's week as they are drawn, in order: the words and the colour."""

ACTIVITY_HATCHES: dict[str, str] = {"moves": DOTS, "co_planning": BACK, "indirect": HATCH}
"""Of parts that would be as grey as their neighbours in print without colours."""
