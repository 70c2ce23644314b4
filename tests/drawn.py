"""What tests of pictures ask of a figure: whether words are cut off, and which numbers words hold."""

from __future__ import annotations

import re

from matplotlib.figure import Figure
from matplotlib.text import Text


def cut_off(figure: Figure) -> list[str]:
    """Texts that lie partly outside the figure, by their own measure of the renderer."""
    figure.draw_without_rendering()
    whole = figure.bbox
    out_of_view = set()
    for ax in figure.axes:
        for axis, view in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
            marks = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=False)
            out_of_view |= {label for at, label in marks if not min(view) <= at <= max(view)}  # never drawn
    found = []
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        if text not in out_of_view and text.get_visible() and text.get_text() and text.get_window_extent().width:
            box = text.get_window_extent()
            if box.x0 < whole.x0 - 1 or box.y0 < whole.y0 - 1 or box.x1 > whole.x1 + 1 or box.y1 > whole.y1 + 1:
                found.append(text.get_text())
    return found


def spoken_numbers(words: str) -> list[str]:
    """The numbers that stand in a text."""
    return re.findall(r"[-+]?\d[\d,.]*", words)
