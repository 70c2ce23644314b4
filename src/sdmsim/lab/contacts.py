"""A school day of contacts, drawn pair by pair, beside what badges saw in a primary school (target C8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sdmsim.streams import Luck
from sdmsim.theory.peers import FRAMES_A_MINUTE, factor

CLASSES, CLASS_SIZE = 10, 23
LESSON_MINUTES, BREAK_MINUTES = 300.0, 120.0
"""Judged to fit the day of the study: about seven hours, lunch and two recesses in it."""
TARGETS: Mapping[str, tuple[float, float]] = {
    "mean": (175.5, 0.10),
    "same class": (134.0, 0.10),
    "other classes": (42.0, 0.10),
    "partners": (47.0, 0.10),
    "sd": (94.0, 0.15),
    "p5": (48.0, 0.15),
    "p50": (164.0, 0.10),
    "p95": (344.0, 0.15),
    "pair median": (3.0, 0.10),
    "pair mean": (6.6, 0.10),
}
"""C8 (Stehle et al. 2011, both days): the value, and how far from it, as a share of it, still counts as the same."""


class Contacts(NamedTuple):
    """One day. Minutes are person-minutes by child, class by class."""

    same: NDArray[np.float64]
    """(child,) with the own class."""
    other: NDArray[np.float64]
    """(child,) with other classes."""
    partners: NDArray[np.float64]
    """(child,) different partners."""
    pairs: NDArray[np.float64]
    """Minutes of every pair of one class that met."""

    def of_classes(self) -> NDArray[np.float64]:
        """Mean person-minutes with the own class, by class."""
        return np.asarray(self.same.reshape(CLASSES, CLASS_SIZE).mean(axis=1))


def school_day(numbers: Mapping[str, float], luck: Luck) -> Contacts:
    """One day of ten classes of 23 under the `peers` numbers of a ledger; nobody has a disability."""
    from scipy.special import gammaincinv
    from scipy.stats import poisson

    n, once = CLASSES * CLASS_SIZE, np.zeros(1, dtype=np.int64)

    def uniforms(decision: str, count: int) -> NDArray[np.float64]:
        return luck.uniforms_of(f"contacts, {decision}", ["school day"], once, np.arange(count))

    def gammas(decision: str, shape: NDArray[np.float64]) -> NDArray[np.float64]:
        """Gamma factors of mean 1."""
        return np.asarray(gammaincinv(shape, uniforms(decision, len(shape))) / shape)

    normal = luck.normals_of("contacts, class", ["school day"], once, np.arange(CLASSES))
    of_class = np.repeat(factor(numbers["peers.class_sd"], normal), CLASS_SIZE)
    own = gammas("own", np.full(n, numbers["peers.child_shape"]))
    abroad = gammas("abroad", np.full(n, numbers["peers.other_child_shape"]))
    same_class = np.repeat(np.arange(CLASSES), CLASS_SIZE)
    i, j = np.triu_indices(n, 1)
    mates = same_class[i] == same_class[j]
    a_day = numbers["peers.rate.lesson"] * LESSON_MINUTES + numbers["peers.rate.break"] * BREAK_MINUTES
    with_others = numbers["peers.rate.other_classes"] * BREAK_MINUTES
    mean = np.where(
        mates,
        a_day / (CLASS_SIZE - 1) * of_class[i] * own[i] * own[j],
        with_others / (n - CLASS_SIZE) * abroad[i] * abroad[j],
    )
    shape = np.where(mates, numbers["peers.pair_shape"], numbers["peers.other_pair_shape"])
    frames = poisson.ppf(uniforms("frames", len(i)), FRAMES_A_MINUTE * mean * gammas("pair", shape))
    minutes = np.asarray(frames, dtype=np.float64) / FRAMES_A_MINUTE

    def by_child(amount: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(i, amount, n) + np.bincount(j, amount, n))

    return Contacts(
        same=by_child(minutes * mates),
        other=by_child(minutes * ~mates),
        partners=by_child((minutes > 0.0).astype(np.float64)),
        pairs=minutes[mates & (minutes > 0.0)],
    )


def beside_targets(days: list[Contacts]) -> list[tuple[str, float, float, float]]:
    """(figure, simulated, target, tolerance) of every figure of C8, over all child-days."""
    same, other = (np.concatenate(parts) for parts in ([d.same for d in days], [d.other for d in days]))
    total, pairs = same + other, np.concatenate([d.pairs for d in days])
    low, middle, high = np.percentile(total, [5, 50, 95])
    found = {
        "mean": total.mean(),
        "same class": same.mean(),
        "other classes": other.mean(),
        "partners": np.concatenate([d.partners for d in days]).mean(),
        "sd": total.std(),
        "p5": low,
        "p50": middle,
        "p95": high,
        "pair median": np.median(pairs),
        "pair mean": pairs.mean(),
    }
    return [(name, float(found[name]), *TARGETS[name]) for name in TARGETS]
