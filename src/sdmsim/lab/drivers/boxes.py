"""The box that holds most points of one kind: PRIM and a tree propose, points that know nothing of it judge.

PRIM (Friedman & Fisher 1999, "Bump hunting in high-dimensional data"; Bryant & Lempert 2010, "Thinking inside the box")
cuts slices off until what is left holds mostly points at which the arm fails; it comes from ema-workbench. It can stop
short where an arm fails in two ways, so the boxes of a classification tree (scikit-learn) stand beside its own. The one
is taken that is best by the harmonic mean of coverage and density, without the limits that it does not need.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sdmsim.lab.drivers.point_means import UnansweredError
from sdmsim.lab.drivers.vocabulary import Floats
from sdmsim.streams import Luck

Bools = NDArray[np.bool_]
Limits = tuple[tuple[int, str, float], ...]
"""Factor, side (`above` or `below`) and position."""
SIGNIFICANCE = 0.05
AGAIN = 5
"""Half-samples in which the box is sought again."""
PEEL = 0.05
"""PRIM cuts off this share of a box at a time, and no leaf of the tree is smaller than this share of the points."""
DEPTH = 4
"""Most limits on the way to a leaf of the tree."""
EXTRA = "futures"


def inside(positions: Floats, limits: Limits) -> Bools:
    """(points,): whether a point lies within limits (factor, side, position)."""
    within = np.ones(len(positions), dtype=np.bool_)
    for factor, side, at in limits:
        within &= positions[:, factor] >= at if side == "above" else positions[:, factor] <= at
    return within


def best_box(positions: Floats, fails: Bools, seen: Sequence[int]) -> Limits:
    """Limits (factor, side, position) of the box with the best mean of coverage and density; none: all points."""
    chosen: Limits = ()
    best = _score(fails, np.ones(len(fails), dtype=np.bool_))
    for limits in (*_peeled(positions, fails, seen), *_branches(positions, fails, seen)):
        if (score := _score(fails, inside(positions, limits))) > best:
            best, chosen = score, limits
    return _needed(positions, fails, chosen)


def _score(fails: Bools, within: Bools) -> float:
    """Harmonic mean of coverage and density."""
    return 2.0 * float((fails & within).sum()) / float(fails.sum() + within.sum())


def _needed(positions: Floats, fails: Bools, limits: Limits) -> Limits:
    """The limits without those that a box does about as well without, the least needed going first."""
    while limits:
        ps = [quasi_p(positions, fails, limits, k) for k in range(len(limits))]
        worst = int(np.argmax(ps))
        if ps[worst] < SIGNIFICANCE / (2 * positions.shape[1]):
            break
        limits = limits[:worst] + limits[worst + 1 :]
    return limits


def quasi_p(positions: Floats, fails: Bools, limits: Limits, k: int) -> float:
    """How probable as many failures as in the box are, of as many points, at the rate of the box without limit k."""
    from scipy.special import bdtrc

    within = inside(positions, limits)
    wider = inside(positions, limits[:k] + limits[k + 1 :])
    held, count = int(fails[within].sum()), int(within.sum())
    return float(bdtrc(held - 1, count, float(fails[wider].mean()))) if held else 1.0


def elsewhere(positions: Floats, fails: Bools, seen: Sequence[int], seed: int) -> tuple[float, float, float]:
    """P, coverage and density of boxes sought in either half of the points and counted in the other."""
    from scipy.special import bdtrc

    ps, held, counts, sums = [], 0, 0, 0
    half = _halves(fails, seed, AGAIN)
    for here in (half, ~half):
        limits = best_box(positions[here], fails[here], seen)
        within, failed = inside(positions[~here], limits), fails[~here]
        inner = int(failed[within].sum())
        sure = bdtrc(inner - 1, int(within.sum()), float(failed.mean())) if limits and inner else 1.0
        ps.append(float(sure))
        held, counts, sums = held + inner, counts + int(within.sum()), sums + int(failed.sum())
    return min(1.0, 2.0 * min(ps)), held / max(1, sums), held / max(1, counts)


def again(positions: Floats, fails: Bools, seen: Sequence[int], seed: int) -> dict[tuple[int, str], float]:
    """By factor and side, in which share of half-samples a box is limited so."""
    counts: Counter[tuple[int, str]] = Counter()
    for time in range(AGAIN):
        half = _halves(fails, seed, time)
        counts.update((i, side) for i, side, _ in best_box(positions[half], fails[half], seen))
    return {limit: count / AGAIN for limit, count in counts.items()}


def _halves(fails: Bools, seed: int, time: int) -> Bools:
    """(points,): one half, with half of the failures."""
    when = np.arange(len(fails), dtype=np.int64)
    luck = Luck(seed, time).uniforms_of("half of the points", ["all points"], np.zeros_like(when), when)
    half = np.zeros(len(fails), dtype=np.bool_)
    for kind in (fails, ~fails):
        order = np.flatnonzero(kind)[np.argsort(luck[kind], kind="stable")]
        half[order[: len(order) // 2]] = True
    return half


def _peeled(positions: Floats, fails: Bools, seen: Sequence[int]) -> list[Limits]:
    """Limits of every box on PRIM's way from all points to the smallest."""
    import pandas as pd

    table = pd.DataFrame(positions[:, list(seen)], columns=[str(i) for i in seen])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ema-workbench calls pandas in ways that it deprecates
        box: Any = _prim()(table, fails.astype(np.int64), threshold=1e-9, peel_alpha=PEEL).find_box()
    ends = box.box_lims[0]
    return [
        tuple(
            (i, side, float(limits[str(i)].iloc[end]))
            for i in seen
            for end, side in enumerate(("above", "below"))
            if limits[str(i)].iloc[end] != ends[str(i)].iloc[end]
        )
        for limits in box.box_lims
    ]


def _branches(positions: Floats, fails: Bools, seen: Sequence[int]) -> list[Limits]:
    """Limits of every box that a classification tree cuts the points into, small and large."""
    from sklearn.tree import DecisionTreeClassifier

    fewest = max(2, round(PEEL * len(fails)))
    made: Any = DecisionTreeClassifier(min_samples_leaf=fewest, max_depth=DEPTH, random_state=0)
    tree = made.fit(positions[:, list(seen)], fails).tree_
    found: list[Limits] = []

    def walk(node: int, low: dict[int, float], high: dict[int, float]) -> None:
        limits = [(i, "above", at) for i, at in low.items()] + [(i, "below", at) for i, at in high.items()]
        found.append(tuple(sorted(limits)))
        if tree.children_left[node] != tree.children_right[node]:
            factor, at = seen[tree.feature[node]], float(tree.threshold[node])
            walk(int(tree.children_left[node]), low, {**high, factor: at})
            walk(int(tree.children_right[node]), {**low, factor: at}, high)

    walk(0, {}, {})
    return found


def _prim() -> Any:
    """PRIM of ema-workbench, which says on import what else it could do."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from ema_workbench.analysis.prim import Prim
        except ImportError as error:
            said = f'To find when an arm fails takes the extra "{EXTRA}": pip install "sdmsim[{EXTRA}]"'
            raise UnansweredError(said) from error
    return Prim
