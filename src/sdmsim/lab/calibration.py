"""Calibration: the numbers of the ledger that reach the published targets, the best of them and all that are as good.

The targets do not fix every number, so the result is a point (what ships in the set `evidence`) and a table of rows
that meet every target: a verdict that differs between rows is open. SciPy searches and samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sdmsim.lab.target_figures import (
    Row,
    Target,
    attention,
    early,
    exposures,
    figures,
    lasting,
    overlap_of_probes,
    scale,
    targets,
)
from sdmsim.theory.ledger import Assumptions, ledger
from sdmsim.theory.reference import coverage_for_reference

Floats = NDArray[np.float64]

FITTED = (
    "stores.ceiling",
    "stores.softness",
    "stores.half_life",
    "stores.kept",
    "stores.transfer",
    "practice.others_turns",
    "probes.overdispersion",
)
"""Searched for; everything else stands at the default of `evidence`."""
SWEPT = (
    "stores.increment",
    "stores.need",
    "stores.targets",
    "places.similarity.room",
    "practice.episodes_per_minute.play",
    "practice.satiation",
    "practice.load_half_life",
    "school.growth",
    "children.class_gap",
    "children.start_mean",
    "children.response_sd",
)
"""Measured or judged numbers that move the targets: drawn beside the fitted ones for the table of rows."""
FREE = FITTED + SWEPT
SOLVED = "stores.coverage"
ROWS = 256
"""Rows that ship."""
_CHUNK = 2**17
_MOST_CHUNKS = 128
_SDS = 1.645
"""Standard deviations from the middle of a normal law to the end of its middle 90 %."""
_SLACK = 0.05
"""How far outside its limits counts as one unit of distance where a target is an order or a limit only."""


class Remaining(NamedTuple):
    """What the targets leave of a number."""

    name: str
    shipped: float
    low: float
    """Of the range that was drawn from: the ledger's."""
    high: float
    left_low: float
    """5th percentile of the rows."""
    left_high: float


class Rows(NamedTuple):
    """Numbers that meet every target."""

    numbers: Mapping[str, Floats]
    """(rows,) for each of FREE and SOLVED."""
    drawn: int
    """Draws that were tried for them."""


class Directions(NamedTuple):
    """How well the targets fix the numbers, by the singular values of targets against numbers."""

    values: Floats
    """Largest first; units of a target's tolerance for a move over a number's whole range."""
    free: tuple[tuple[str, float], ...]
    """The numbers that make up the direction which the targets fix least, with their shares (squares, sum 1)."""


def beside(n: Mapping[str, float]) -> list[Row]:
    """Every target beside what the numbers `n` give, in the order of the file."""
    found = figures(n)
    return [Row(target, float(found[target.figure])) for target in targets()]


def fit(seed: int = 0) -> dict[str, float]:
    """The FITTED numbers nearest to the published ones, to three digits, and the SOLVED one that belongs to them.

    Least squares of distances in tolerances, each taken as the middle 90 % of a normal law, and of the numbers from
    the middle of their ranges, with half a range as one SD: without it the targets alone drive four numbers into
    corners of their ranges. Differential evolution (Storn & Price 1997, SciPy); `seed` is that of its luck.
    """
    from scipy.optimize import differential_evolution

    def total(unit: Floats) -> Floats:
        n = _solved(_in_ranges(FITTED, unit))
        found = figures(n)
        apart = [_distance(target, np.asarray(found[target.figure])) for target in targets() if target.how != "solved"]
        misfit = sum((_SDS * np.minimum(np.abs(d), 20.0)) ** 2 for d in np.broadcast_arrays(*apart))
        return np.asarray(misfit + ((2.0 * unit - 1.0) ** 2).sum(axis=0))

    best = differential_evolution(
        total,
        [(0.0, 1.0)] * len(FITTED),
        seed=seed,
        vectorized=True,
        updating="deferred",
        polish=False,
        popsize=12,
        maxiter=250,
        tol=1e-6,
    )
    point = {name: float(f"{value[0]:.3g}") for name, value in _in_ranges(FITTED, best.x[:, None]).items()}
    whole = Assumptions(set="evidence").numbers() | point
    return {**point, SOLVED: round(float(coverage_for_reference(whole)), 4)}


def equally_good(count: int = ROWS, seed: int = 0) -> Rows:
    """The first `count` draws from the ledger's ranges that meet every target: Sobol' points, rejection (ABC).

    Raises:
        ArithmeticError: the ranges hardly hold such rows.
    """
    from scipy.stats import qmc

    points = qmc.Sobol(len(FREE), seed=seed)
    kept: list[dict[str, Floats]] = []
    found = drawn = 0
    while found < count:
        if drawn >= _MOST_CHUNKS * _CHUNK:
            raise ArithmeticError(f"{found} of {drawn} draws meet every target; {count} were asked for")
        n = _solved(_in_ranges(FREE, points.random(_CHUNK).T), solve=False)
        drawn += _CHUNK
        for part in (exposures, lasting, scale, overlap_of_probes, attention, early):
            if part is lasting:  # the first to need the share of the domain
                n = {**n, SOLVED: np.asarray(coverage_for_reference(n))}
            n = _meeting(n, part(n))
        kept.append({name: n[name] for name in (*FREE, SOLVED)})
        found += len(n[SOLVED])
    joined = {name: np.concatenate([part[name] for part in kept])[:count] for name in (*FREE, SOLVED)}
    return Rows(joined, drawn)


def remaining(rows: Rows) -> list[Remaining]:
    """For each of FREE: the range that was drawn from, and what the rows leave of it."""
    shipped, entries = Assumptions(set="evidence").numbers(), ledger()
    return [
        Remaining(
            name, shipped[name], entries[name].low, entries[name].high, *np.percentile(rows.numbers[name], [5, 95])
        )
        for name in FREE
    ]


def directions() -> Directions:
    """Singular values of the fitted targets with a published number against all FREE numbers, at what ships."""
    shipped = Assumptions(set="evidence").numbers()
    at = np.array([_unit(name, shipped[name]) for name in FREE])
    step = 0.01
    moved = at[:, None] + np.concatenate([np.eye(len(FREE)), -np.eye(len(FREE))], axis=1) * step
    found = figures(_solved(_in_ranges(FREE, moved)))
    chosen = [t for t in targets() if t.how == "fitted" and np.isfinite(t.published)]
    values = np.array([_distance(t, np.broadcast_to(found[t.figure], 2 * len(FREE))) for t in chosen])
    slopes = (values[:, : len(FREE)] - values[:, len(FREE) :]) / (2.0 * step)
    _, singular, across = np.linalg.svd(slopes)
    shares = across[len(singular) - 1] ** 2
    order = np.argsort(-shares)[:4]
    return Directions(singular, tuple((FREE[i], float(shares[i])) for i in order))


def _meeting(n: Mapping[str, Floats], found: Mapping[str, Any]) -> dict[str, Floats]:
    """The rows of `n` whose figures are all within their targets' limits."""
    rows = len(n["stores.increment"])
    good = np.ones(rows, dtype=bool)
    for target in targets():
        if target.figure in found:
            good &= np.broadcast_to(target.met(np.asarray(found[target.figure])), rows)
    return {name: value[good] for name, value in n.items()}


def _distance(target: Target, value: Floats) -> Floats:
    """How far a value lies from a target: in tolerances from the published number, else from the nearer limit."""
    if target.how == "fitted" and np.isfinite(target.published):
        wide = np.where(value > target.published, target.high - target.published, target.published - target.low)
        return np.asarray((value - target.published) / wide)
    beyond = np.maximum(target.low - value, 0.0) + np.maximum(value - target.high, 0.0)
    return np.asarray(beyond / _SLACK)


def _in_ranges(names: tuple[str, ...], unit: Floats) -> dict[str, Floats]:
    """Numbers at places from 0 to 1 of their ranges, by their laws; `unit`: (name, row)."""
    found = {}
    for name, place in zip(names, unit, strict=True):
        entry = ledger()[name]
        if entry.law == "loguniform":
            found[name] = entry.low * (entry.high / entry.low) ** place
        else:
            found[name] = entry.low + place * (entry.high - entry.low)
    return found


def _unit(name: str, value: float) -> float:
    """The inverse of `_in_ranges`."""
    entry = ledger()[name]
    if entry.law == "loguniform":
        return float(np.log(value / entry.low) / np.log(entry.high / entry.low))
    return (value - entry.low) / (entry.high - entry.low)


def _solved(own: Mapping[str, Floats], *, solve: bool = True) -> dict[str, Floats]:
    """Every number of `evidence` as an array of rows, with some of its own, and the SOLVED one that goes with them."""
    rows = len(next(iter(own.values())))
    n = {name: np.full(rows, value) for name, value in Assumptions(set="evidence").numbers().items()} | dict(own)
    return {**n, SOLVED: np.asarray(coverage_for_reference(n))} if solve else n
