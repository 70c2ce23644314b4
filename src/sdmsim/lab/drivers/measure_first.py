"""Which measurement is worth most before a decision, whether it is more than noise, and what cannot be told from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from sdmsim.lab.drivers.jackknife import Jackknifed

DOLLARS = "$ a year"
Kind = Literal["everything", "factor", "group", "grade"]


class Worth(NamedTuple):
    """What knowing something perfectly is worth before the decision."""

    name: str
    """Of the factor, the group or the grade; `everything`."""
    kind: Kind
    factors: tuple[int, ...]
    """Numbers of those of them that the samples can tell."""
    estimate: float
    """In the outcome's unit; nan where the samples are too few to tell."""
    error: float
    low: float
    high: float
    money: float
    """The same in $; nan without a price."""
    money_low: float
    money_high: float
    p: float
    """How probable it is that the gains would move so much if it did nothing; of factors adjusted by Holm."""
    above_noise: bool
    """Whether it moves the gains beyond chance and its interval lies above nil."""


class MeasureFirst(NamedTuple):
    """What to measure before deciding."""

    names: tuple[str, ...]
    """The factor worth most, and every other above noise that cannot be told from it; empty where none is above
    noise."""
    worth: Worth | None
    """Of the first of them."""
    said: str
    """The same in words."""


def measure_first(everything: Worth, factors: Sequence[Worth], over: Jackknifed, unit: str) -> MeasureFirst:
    """Which measurement is worth most; what cannot be told from it is named with it, and noise is called noise.

    `over`: the jackknife of everything, then of the factors in their order.
    """
    known = [i for i, w in enumerate(factors) if w.above_noise]
    if not known:
        said = "No single factor is shown to be worth measuring before you decide"
        if np.isfinite(everything.high):
            said += f"; knowing everything is worth {_in_words(everything, unit)}"
        return MeasureFirst((), None, f"{said}.")
    top = max(known, key=lambda i: factors[i].estimate)
    order = [top, *(i for i in known if i != top and not over.difference(1 + top, 1 + i).low > 0.0)]
    names = tuple(factors[i].name for i in order)
    said = f"Before you decide, measure {names[0]}: knowing it is worth up to {_in_words(factors[top], unit)}."
    if len(names) > 1:
        said += f" It cannot be told from {', '.join(names[1:])}."
    return MeasureFirst(names, factors[top], said)


def _in_words(worth: Worth, unit: str) -> str:
    if unit == DOLLARS:
        return f"${worth.estimate:,.0f} a year (${worth.low:,.0f} to ${worth.high:,.0f})"
    said = f"{worth.estimate:.3g} {unit} ({worth.low:.3g} to {worth.high:.3g})"
    if np.isfinite(worth.money):
        said += f", ${worth.money:,.0f} (${worth.money_low:,.0f} to ${worth.money_high:,.0f})"
    return said
