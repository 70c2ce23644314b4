"""The arms that are worth a choice where several outcomes count, as points; those off the front are hollow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sdmsim.lab.front import standings_of
from sdmsim.show.answer import levels
from sdmsim.show.front import MOST_NAMED
from sdmsim.show.layout import listed
from sdmsim.show.style import GREY, colour
from sdmsim.show.words import heading, shown, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sdmsim.lab.results import Results


def draw_front(ax: Axes, results: Results, outcomes: Sequence[str]) -> pd.DataFrame:
    """Every arm on the first two outcomes, those on the front of all outcomes filled and numbered."""
    known, tint = levels(results.summary), colour(0)
    across, up = outcomes[:2]
    scales = [words_of(outcome).scale for outcome in (across, up)]
    rows, number = [], 0
    names: dict[tuple[float, float], list[str]] = {}
    for standing in standings_of(results.runs, results.arms, outcomes):
        found = [known[standing.arm, o] for o in outcomes]
        x, y = ([v * scale for v in known[standing.arm, o]] for o, scale in zip((across, up), scales, strict=True))
        shade = tint if standing.on_front else GREY
        ax.plot([x[1], x[2]], [y[0]] * 2, color=shade, linewidth=1.0, alpha=0.6, zorder=2)
        ax.plot([x[0]] * 2, [y[1], y[2]], color=shade, linewidth=1.0, alpha=0.6, zorder=2)
        face = shade if standing.on_front else "white"
        label = None
        if standing.on_front:
            number += 1
            names.setdefault((x[0], y[0]), []).append(str(number))
            label = f"{number} {standing.arm}" if number <= MOST_NAMED else None
        ax.plot(x[0], y[0], "o", color=shade, markerfacecolor=face, markersize=5.5, label=label, zorder=3)
        rows.append((standing.arm, standing.on_front, *(v[0] for v in found), "; ".join(standing.behind)))
    for point, numbers in names.items():
        ax.annotate(", ".join(numbers), point, xytext=(5, 5), textcoords="offset points", fontsize=7.5)
    ax.set_xlabel(heading(across))
    ax.set_ylabel(heading(up))
    ax.grid()
    ax.margins(0.08)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, handlelength=0.8)
    return pd.DataFrame(rows, columns=["arm", "on_front", *outcomes, "behind"])


def front_alt(numbers: pd.DataFrame, outcomes: Sequence[str]) -> str:
    """The arms on the front with their two outcomes."""
    said = []
    for row in numbers[numbers["on_front"]].to_dict("records"):
        said.append(f"{row['arm']} {' and '.join(shown(o, float(row[o]), unit=True) for o in outcomes[:2])}")
    return f"{len(said)} of {len(numbers)} arms are on the front: {listed(said)}."
