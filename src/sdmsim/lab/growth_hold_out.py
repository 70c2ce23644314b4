"""Split halves: fit on one half of the schools, children or courses, and predict the other.

The halves are drawn by name under a fixed seed. A prediction is the middle 90 % of what the fitted model says the other
half would show; it holds the uncertainty of the means, not of the spreads, so it is a little too narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sdmsim.lab.growth_fits import (
    AUTISM_FILE,
    COURSES_FILE,
    LANGUAGE,
    MATHS_FILE,
    WORDS_FILE,
    Floats,
    autism_model,
    courses_of,
    maths_model,
    read,
)
from sdmsim.streams import Luck

if TYPE_CHECKING:
    import pandas as pd

SIMULATED = 400
"""Simulated other halves for each prediction."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """One quantity of the half that the fit never saw."""

    data: str
    quantity: str
    low: float
    middle: float
    high: float
    """5th, 50th and 95th percentile of the prediction."""
    seen: float

    @property
    def inside(self) -> bool:
        """Whether what was seen lies in the predicted 90 %."""
        return self.low <= self.seen <= self.high


def held_out(data: str, quantity: str, predicted: Floats, seen: float) -> HeldOut:
    """A row from simulated values of a quantity."""
    low, middle, high = (float(q) for q in np.quantile(predicted, (0.05, 0.5, 0.95)))
    return HeldOut(data, quantity, low, middle, high, float(seen))


def halves(names: Sequence[str], luck: Luck, what: str) -> tuple[set[str], set[str]]:
    """The names in two halves, by a draw for each name; the first has one more where they are odd."""
    order = sorted(set(names), key=lambda name: (luck.uniform(f"half of {what}", name), name))
    cut = (len(order) + 1) // 2
    return set(order[:cut]), set(order[cut:])


def own_slope(rows: pd.DataFrame, at: str, outcome: str, child: str) -> float:
    """Slope of the outcome within children: each child's own mean is taken off both."""
    x, y = (rows[c] - rows.groupby(child)[c].transform("mean") for c in (at, outcome))
    return float((x * y).sum() / (x * x).sum())


def normals(luck: Luck, what: str, count: int, draw: int) -> Floats:
    """`count` standard normal numbers of the simulated half number `draw`."""
    return luck.normals_of(what, [f"draw {draw}"], np.zeros(count, dtype=np.int64), np.arange(count, dtype=np.int64))


def _numbers(column: pd.Series) -> NDArray[np.int64]:
    """0, 1, ... for the different values of a column, row by row."""
    return np.asarray(column.astype(str).factorize(sort=True)[0], dtype=np.int64)


def _described(
    data: str, rows: pd.DataFrame, at: str, outcome: str, simulate: Callable[[int], Floats]
) -> list[HeldOut]:
    """Mean, SD and slope of the other half, as simulated and as seen."""

    def looks(scores: Floats) -> tuple[float, float, float]:
        here = rows.assign(**{outcome: scores})
        return float(scores.mean()), float(scores.std(ddof=1)), own_slope(here, at, outcome, "childid")

    predicted = np.array([looks(simulate(draw)) for draw in range(SIMULATED)])
    seen = looks(rows[outcome].to_numpy(dtype=float))
    return [
        held_out(data, name, predicted[:, i], seen[i]) for i, name in enumerate(("mean", "SD", "slope within children"))
    ]


def maths_held_out(table: pd.DataFrame, luck: Luck) -> list[HeldOut]:
    """Half of the schools predicts maths in the other half, with schools, children and years of its own."""
    schools = table["schoolid"].astype(str)
    first, second = halves(schools.tolist(), luck, "schools")
    model, rows = maths_model(table[schools.isin(first)]), table[schools.isin(second)]
    parts = dict(zip(model.model.exog_vc.names, model.vcomp, strict=True))
    fixed_root = np.linalg.cholesky(np.asarray(model.cov_params())[:2, :2])
    school_root = np.linalg.cholesky(np.asarray(model.cov_re) + 1e-12 * np.eye(2))
    year, school, child = rows["year"].to_numpy(float), _numbers(rows["schoolid"]), _numbers(rows["childid"])

    def simulate(draw: int) -> Floats:
        fixed = np.asarray(model.fe_params) + fixed_root @ normals(luck, "maths, fixed", 2, draw)
        schools_own = school_root @ normals(luck, "maths, schools", 2 * (school.max() + 1), draw).reshape(2, -1)
        start = np.sqrt(parts["start"]) * normals(luck, "maths, start", child.max() + 1, draw)
        trend = np.sqrt(parts["trend"]) * normals(luck, "maths, trend", child.max() + 1, draw)
        level = fixed[0] + schools_own[0][school] + start[child]
        slope = fixed[1] + schools_own[1][school] + trend[child]
        noise = np.sqrt(model.scale) * normals(luck, "maths, residual", len(rows), draw)
        return np.asarray(level + slope * year + noise)

    return _described("maths, the other half of the schools", rows, "year", "math", simulate)


def autism_held_out(table: pd.DataFrame, luck: Luck) -> list[HeldOut]:
    """Half of the children predicts socialisation age in the other half, by early language."""
    children = table["childid"].astype(str)
    first, second = halves(children.tolist(), luck, "children")
    model, rows = autism_model(table[children.isin(first)]), table[children.isin(second)]
    root = np.linalg.cholesky(np.asarray(model.cov_params())[:6, :6])
    names = list(model.fe_params.index)
    starts = [names.index(f"C(sicdegp)[{level}]") for level in LANGUAGE]
    slopes = [names.index(f"C(sicdegp)[{level}]:age2") for level in LANGUAGE]
    group = np.array([LANGUAGE.index(level) for level in rows["sicdegp"]])
    age, child = rows["age2"].to_numpy(float), _numbers(rows["childid"])

    def simulate(draw: int) -> Floats:
        fixed = np.asarray(model.fe_params) + root @ normals(luck, "autism, fixed", 6, draw)
        own = np.sqrt(np.asarray(model.cov_re)[0, 0]) * normals(luck, "autism, trend", child.max() + 1, draw)
        noise = np.sqrt(model.scale) * normals(luck, "autism, residual", len(rows), draw)
        return np.asarray(fixed[starts][group] + (fixed[slopes][group] + own[child]) * age + noise)

    return _described("socialisation in autism, the other half of the children", rows, "age2", "vsae", simulate)


def resampled(luck: Luck, what: str, fitted: Floats, other: int, of: Callable[[Floats], float]) -> Floats:
    """What `other` more cases would show, were they like the `fitted` (cases, ...): bootstrap of bootstraps."""
    values = []
    for draw in range(SIMULATED):
        uniform = luck.uniforms_of(
            what, [f"draw {draw}"], np.zeros(len(fitted) + other, dtype=np.int64), np.arange(len(fitted) + other)
        )
        known = fitted[(uniform[: len(fitted)] * len(fitted)).astype(int)]
        values.append(of(known[(uniform[len(fitted) :] * len(known)).astype(int)]))
    return np.array(values)


def courses_held_out(table: pd.DataFrame, luck: Luck) -> list[HeldOut]:
    """Half of the maths courses predicts what share of its gain the other half reaches in its first third."""
    gains = {case: (early, whole) for taught, case, early, whole in courses_of(table) if taught == "maths"}
    first, second = halves(list(gains), luck, "courses")

    def share(cases: Floats) -> float:
        return float(cases[:, 0].sum() / cases[:, 1].sum())

    known, other = (np.array([gains[case] for case in sorted(half)]) for half in (first, second))
    predicted = resampled(luck, "maths courses", known, len(other), share)
    return [held_out("maths courses, the other half", "share of the gain in the first third", predicted, share(other))]


def words_held_out(table: pd.DataFrame, luck: Luck) -> list[HeldOut]:
    """Half of the children of the largest study of words predicts gains and their spread in the other half."""
    treated = table[table["condition"] != "control"].assign(gain=lambda t: t["post"] - t["pre"])
    study = str(treated.groupby("study")["child"].nunique().idxmax())
    means = treated[treated["study"] == study].groupby("child")["gain"].mean()
    first, second = halves([str(child) for child in means.index], luck, "children of a study")
    known, other = (means[means.index.astype(str).isin(half)].to_numpy(float) for half in (first, second))
    data = f"words a unit, {study}, the other half of the children"
    looks: list[tuple[str, Callable[[Floats], float]]] = [
        ("mean gain", lambda gains: float(gains.mean())),
        ("SD between children", lambda gains: float(gains.std(ddof=1))),
    ]
    return [
        held_out(data, name, resampled(luck, f"words, {name}", known, len(other), of), of(other)) for name, of in looks
    ]


def hold_out(folder: Path, seed: int = 1) -> list[HeldOut]:
    """All split halves of the growth and course data. Raises InputErrors where a file is missing."""
    luck = Luck(seed, None)
    return [
        *maths_held_out(read(folder, MATHS_FILE), luck),
        *autism_held_out(read(folder, AUTISM_FILE), luck),
        *courses_held_out(read(folder, COURSES_FILE), luck),
        *words_held_out(read(folder, WORDS_FILE), luck),
    ]
