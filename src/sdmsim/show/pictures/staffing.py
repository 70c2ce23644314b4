"""Curves of the share of the promised minutes given against FTE, one pair of axes for each arm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from sdmsim.lab.staffing_question import STEPS
from sdmsim.show.layout import wrapped
from sdmsim.show.picture import Picture, laid_out, style
from sdmsim.show.staffing import NAME, answers_of, percent, sentences
from sdmsim.show.style import GREY, LIGHT, colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sdmsim.lab.staffing import Staffed

CURVE = ("arm", "fte", "verdict", "reached", "middle", "high")


def staffing_picture(found: Staffed) -> Picture:
    """One curve for each arm, with the formulas as lines."""
    asked = found.asked
    with style():
        figure = Figure(figsize=(8.0, 0.8 + 3.0 * len(found.arms)), layout="constrained")
        axes = figure.subplots(len(found.arms), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        for position, (ax, arm) in enumerate(zip(axes, found.arms, strict=True)):
            _curve(ax, found, arm, position)
        axes[-1].set_xlabel(f"FTE of {asked.role}")
    picture = Picture(
        name=NAME,
        title=f"How many FTE of {asked.role}?",
        caption=(
            "Share of the promised minutes given: the middle simulated year, and the band between what is reached and "
            f"what is not exceeded with a probability of {asked.probability:g}. The promise is kept where the lower "
            f"edge reaches {percent(asked.share)}. Points: filled where surely kept, grey open, hollow surely not. "
            "Dotted: formulas in use."
        ),
        alt=f"Curves of the share given against FTE, {len(found.arms)} arms. {' '.join(sentences(found))}",
        figure=figure,
        numbers=found.steps[list(CURVE)],
    )
    return laid_out(picture)


def _curve(ax: Axes, found: Staffed, arm: str, position: int) -> None:
    asked, tint = found.asked, colour(position)
    steps = found.steps[found.steps["arm"] == arm]
    across = steps["fte"]
    low, middle, high = (steps[name] * 100 for name in ("reached", "middle", "high"))
    ax.fill_between(across, low, high, color=tint, alpha=0.2, linewidth=0)
    ax.plot(across, low, color=tint, linewidth=1.0)
    ax.plot(across, middle, color=tint, linewidth=1.8)
    faces = {"keeps": tint, "open": LIGHT, "does not": "white"}
    for x, y, sure in zip(across, low, steps["verdict"], strict=True):
        ax.plot(x, y, "o", color=tint, markerfacecolor=faces[sure], markersize=6, zorder=3)
    ax.axhline(asked.share * 100, color="black", linewidth=0.8)
    ax.set_xlim(asked.first / STEPS - 0.05, asked.last / STEPS + 0.05)
    _formula_lines(ax, found, arm, GREY)
    fewest = answers_of(found)[arm]["fewest_fte"]
    if fewest == fewest:
        ax.axvline(fewest, color=tint, linewidth=2.5, alpha=0.7, zorder=1)
    said = f"{fewest:g} FTE" if fewest == fewest else f"more than {asked.last / STEPS:g} FTE"
    ax.set_title(f"{wrapped(arm, 60)}: {said}", pad=6)
    ax.set_ylabel("minutes given, %")
    ax.grid(axis="y")


def _formula_lines(ax: Axes, found: Staffed, arm: str, tint: str) -> None:
    """Thin lines within the range, named at the foot; names that would lie on each other share a line."""
    low, high = ax.get_xlim()
    mine = found.formulas[(found.formulas["arm"] == arm) & found.formulas["fte"].between(low, high)]
    for fte, names in _together(list(zip(mine["fte"], mine["formula"], strict=True)), (high - low) / 40):
        ax.axvline(fte, color=tint, linewidth=0.8, linestyle=":", zorder=0)
        ax.annotate(
            names, (fte, 0.03), xycoords=("data", "axes fraction"), rotation=90, fontsize=6.5, color=tint, ha="right",
            va="bottom", xytext=(-1, 0), textcoords="offset points",
        )  # fmt: skip


def _together(found: Sequence[tuple[float, str]], near: float) -> Iterator[tuple[float, str]]:
    """Lines that lie near each other get one text, at the first of them."""
    last: list[tuple[float, str]] = []
    for fte, name in sorted(found):
        if last and fte - last[0][0] >= near:
            yield last[0][0], ", ".join(n for _, n in last)
            last = []
        last.append((fte, name))
    if last:
        yield last[0][0], ", ".join(n for _, n in last)
