"""Factors in planners' words, with the dotted name smaller below; rows of pictures that are named so; ties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from sdmsim.lab.drivers.study import OTHERS
from sdmsim.lab.drivers.vocabulary import Factor
from sdmsim.show.layout import wrapped
from sdmsim.show.style import DARK, GREY
from sdmsim.show.words import FACTOR_WORDS, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEDGER = "assumptions."
"""What the names of the ledger's numbers begin with, as factors."""
LONGEST = 60
"""Letters of a factor's words."""
WIDTH = 34
"""Letters of them in one line of an axis."""


def factor_words(name: str, meaning: str = "") -> str:
    """What a factor is, in a few words: those of `FACTOR_WORDS`, or its meaning in the ledger, shortened."""
    short = name.removeprefix(LEDGER)
    if short in FACTOR_WORDS:
        return FACTOR_WORDS[short]
    if name == OTHERS:
        return "all other assumptions"
    if not meaning or meaning.startswith((f"{name} of", "one of ")):
        return short.rsplit(".", 1)[-1].replace("_", " ")
    text = re.sub(r" ?\([^)]*\)", "", meaning)
    text = re.split(r"; |, from |, where |: (?=change|log-odds|spread|e-folds|1 )", text)[0]
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST].rsplit(' ', 1)[0].rstrip(',:')} …"


def words_of_factors(factors: Iterable[Factor]) -> dict[str, str]:
    """The words of each factor by its name."""
    return {factor.name: factor_words(factor.name, factor.meaning) for factor in factors}


def said(words: Mapping[str, str], name: str) -> str:
    """The words of one factor, also of one that is not in the table of words."""
    return words.get(name) or factor_words(name)


def name_rows(ax: Axes, names: Sequence[str], words: Mapping[str, str]) -> None:
    """Rows 0, 1, ... from the top named by factors: the words, and below them the dotted name, smaller."""
    ax.set_yticks(range(len(names)), [""] * len(names))
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(max(len(names), 1) - 0.5, -0.5)
    for row, name in enumerate(names):
        shown, dotted = wrapped(said(words, name), WIDTH), "" if name == OTHERS else name.removeprefix(LEDGER)
        low = -3.0 if dotted else 0.0
        _beside(ax, shown, row, low, va="bottom" if dotted else "center", fontsize=8, linespacing=1.0)
        if dotted:
            _beside(ax, wrapped(dotted, 46), row, low - 1.5, va="top", fontsize=6, color=GREY)


def _beside(ax: Axes, text: str, row: float, lift: float, **how: Any) -> None:
    """Text at the left of a row, so many points above its middle."""
    ax.annotate(
        text, (0.0, row), xycoords=("axes fraction", "data"), xytext=(-5, lift), textcoords="offset points", ha="right",
        annotation_clip=False, **how,
    )  # fmt: skip


def rows_high(rows: int, rest: float = 1.1, each: float = 0.42) -> float:
    """Inches for so many named rows."""
    return rest + each * max(rows, 2)


def bracket_ties(ax: Axes, ties: Sequence[float]) -> None:
    """A bracket at the right of rows that follow each other in one tie group: nothing is ranked within."""
    start = 0
    for row in range(1, len(ties) + 1):
        if row < len(ties) and ties[row] == ties[start]:
            continue
        if row - start > 1 and ties[start] == ties[start]:
            edge, top, bottom = 1.015, start - 0.32, row - 1 + 0.32
            along = ax.get_yaxis_transform()
            ax.plot([edge - 0.01, edge, edge, edge - 0.01], [top, top, bottom, bottom], color=DARK, linewidth=1.1,
                    transform=along, clip_on=False)  # fmt: skip
            ax.annotate(
                "tie", (edge, (top + bottom) / 2), xycoords=("axes fraction", "data"), xytext=(4, 0),
                textcoords="offset points", va="center", fontsize=7.5, color=DARK, annotation_clip=False,
            )  # fmt: skip
        start = row


def unit_words(metric: str) -> str:
    """The unit of a difference of a metric."""
    words = words_of(metric)
    return words.difference_unit or words.unit


def outcome(metric: str) -> str:
    """`skill gained, in class (SD)`: an outcome with the unit of its differences."""
    unit = unit_words(metric)
    return f"{words_of(metric).label} ({unit})" if unit else words_of(metric).label


def scaled(table: pd.DataFrame, metric: str, columns: Sequence[str]) -> pd.DataFrame:
    """The table with columns in the unit that planners read."""
    scale = words_of(metric).scale
    return table.assign(**{name: table[name].astype(float) * scale for name in columns if name in table})


def shown_value(value: float) -> str:
    """A factor's value with three digits, more above a thousand: `0.35`, `12`, `1,734`, `1.2e-05`."""
    if abs(value) >= 1000.0:
        return f"{value:,.0f}"
    return "-" if value != value else f"{value:.3g}"
