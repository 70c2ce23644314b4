"""What pictures share in laying out words: long names, text in boxes, the key below, and lists in sentences."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sdmsim.show.style import GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WRAP = 26
"""Letters of an arm's name in one line of an axis."""
_LETTER = 0.62
"""Width of a letter, as a share of the size of the type; a little more than the mean."""
_LINE = 1.25
"""Height of a line, the same."""


def literal(text: str) -> str:
    """Text in which `$` starts no formula."""
    return text.replace("$", r"\$")


def wrapped(name: str, width: int = WRAP) -> str:
    """A long name in lines of at most `width` letters, `$` taken literally."""
    return literal("\n".join(textwrap.wrap(name, width) or [name]))


def clock(minute: float) -> str:
    """Minutes after midnight as `9:05`, to the minute."""
    whole = int(minute + 0.5)
    return f"{whole // 60}:{whole % 60:02d}"


def clock_axis(axis: object, first: float, last: float, every: int = 60) -> None:
    """Full hours (or every so many minutes) between two clock times, on an x or y axis."""
    ticks = [minute for minute in range(0, 24 * 60, every) if first <= minute <= last]
    axis.set_ticks(ticks, [clock(minute) for minute in ticks])  # type: ignore[attr-defined]


def in_a_box(
    ax: Axes, box: tuple[float, float, float, float], lines: Sequence[str], *, size: float = 7.0, tint: str = "black"
) -> None:
    """Lines of text in a box (left, right, bottom, top, in data units), shortened to what it has room for."""
    left, right, bottom, top = box
    across, up = _inches_a_unit(ax)
    letters = int((abs(right - left) * across * 72.0 - 3.0) / (_LETTER * size))
    room = int((abs(top - bottom) * up * 72.0 - 1.0) / (_LINE * size))
    shown = shortened(lines, letters, max(1, room)) if letters >= 2 and abs(top - bottom) * up * 72.0 > size else ""
    if shown:
        text = ax.text(
            (left + right) / 2, (bottom + top) / 2, literal(shown), ha="center", va="center", fontsize=size, color=tint,
            linespacing=1.1, clip_on=True, zorder=5,
        )  # fmt: skip
        text.set_in_layout(False)


def _inches_a_unit(ax: Axes) -> tuple[float, float]:
    """Inches of one data unit across and up, by where the axes stand now."""
    figure = ax.figure
    place = ax.get_position()
    wide, high = figure.get_figwidth(), figure.get_figheight()  # type: ignore[union-attr]
    (left, right), (low, top) = ax.get_xlim(), ax.get_ylim()
    return place.width * wide / abs(right - left), place.height * high / abs(top - low)


def shortened(lines: Sequence[str], letters: int, room: int) -> str:
    """Lines wrapped to so many letters and cut to so many lines, an ellipsis where something is left out."""
    said = [line for line in lines if line]
    broken = [part for line in said for part in textwrap.wrap(line, letters, break_long_words=False)]
    if len(broken) > room:  # one after the other where there is no room for a line each
        broken = textwrap.wrap(" ".join(said), letters, break_long_words=False)
    kept = [_cut(line, letters) for line in broken[:room]]
    if len(broken) > room:
        kept[-1] = _cut(f"{kept[-1].rstrip('…')} …", letters)
    return "\n".join(kept)


def _cut(line: str, letters: int) -> str:
    return line if len(line) <= letters else f"{line[: max(1, letters - 1)].rstrip(' …')}…"


def key_below(ax: Axes, entries: int, *, columns: int = 3) -> None:
    """The key half an inch below the axes, so that it never covers what is drawn; says so where nothing is."""
    from matplotlib.transforms import ScaledTranslation

    if not entries:
        nothing_to_show(ax)
        return
    below = ax.transAxes + ScaledTranslation(0.0, -0.52, ax.figure.dpi_scale_trans)
    ax.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        bbox_transform=below,
        ncols=min(entries, columns),
        borderaxespad=0.0,
        columnspacing=1.6,
        handlelength=1.6,
    )


def nothing_to_show(ax: Axes) -> None:
    """Says so in empty axes."""
    ax.text(0.5, 0.5, "nothing to show", transform=ax.transAxes, ha="center", va="center", color=GREY)


def listed(parts: Sequence[str], most: int = 12) -> str:
    """`a, b and c`, with semicolons where a part has commas; more than `most` are cut with how many are left out."""
    between = "; " if any(", " in part for part in parts) else ", "
    shown = list(parts[:most])
    if len(parts) > most:
        return f"{between.join(shown)} and {len(parts) - most} more"
    return " and ".join([between.join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
