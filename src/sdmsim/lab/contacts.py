"""School days of contacts, drawn pair by pair, beside what badges saw in a primary school (targets C8 and D4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sdmsim.streams import Luck
from sdmsim.theory.peers import FRAMES_A_MINUTE, contact_frames, factor, mean_contact_frames, sociability

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
    "pair, day to day": (0.54, 0.15),
    "class with most / least": (224 / 73, 0.30),
    "contact, seconds": (32.0, 0.05),
    "contacts of one frame": (0.71, 0.05),
    "contacts over 5 minutes": (0.002, 0.30),
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
    """Minutes of every pair of one class, 0 where it did not meet."""
    lengths: NDArray[np.float64]
    """Frames of every contact."""

    def of_classes(self) -> NDArray[np.float64]:
        """Mean person-minutes with the own class, by class."""
        return np.asarray(self.same.reshape(CLASSES, CLASS_SIZE).mean(axis=1))


def school_days(numbers: Mapping[str, float], luck: Luck, days: int = 2) -> list[Contacts]:
    """Days of ten classes of 23 under the `peers` numbers of a ledger; nobody has a disability.

    Children, classes and the lasting part of pairs are those of one school, so a pair's days are alike.
    """
    n, once = CLASSES * CLASS_SIZE, np.zeros(1, dtype=np.int64)

    def uniforms(decision: str, count: int) -> NDArray[np.float64]:
        return luck.uniforms_of(f"contacts, {decision}", ["school"], once, np.arange(count))

    def normals(decision: str, count: int) -> NDArray[np.float64]:
        return luck.normals_of(f"contacts, {decision}", ["school"], once, np.arange(count))

    of_class = np.repeat(factor(numbers["peers.class_sd"], normals("class", CLASSES)), CLASS_SIZE)
    own = sociability(numbers["peers.child_power"], uniforms("own", n))
    same_class = np.repeat(np.arange(CLASSES), CLASS_SIZE)
    i, j = np.triu_indices(n, 1)
    mates = same_class[i] == same_class[j]
    a_day = numbers["peers.rate.lesson"] * LESSON_MINUTES + numbers["peers.rate.break"] * BREAK_MINUTES
    with_others = numbers["peers.rate.other_classes"] * BREAK_MINUTES
    mean = np.where(mates, a_day / (CLASS_SIZE - 1) * of_class[i], with_others / (n - CLASS_SIZE)) * own[i] * own[j]
    lasting = np.where(mates, numbers["peers.pair_sd"], numbers["peers.other_pair_sd"])
    usual = mean * factor(lasting, normals("pair", len(i)))
    daily = np.where(mates, numbers["peers.pair_day_sd"], 0.0)
    scale, tail = numbers["peers.contact_scale"], numbers["peers.contact_tail"]
    found = []
    for day in range(days):
        minutes = usual * factor(daily, normals(f"pair on day {day}", len(i)))
        often = FRAMES_A_MINUTE / mean_contact_frames(scale, tail) * minutes
        times = _poisson(uniforms(f"times on day {day}", len(i)), often)
        lengths = np.asarray(contact_frames(uniforms(f"lengths on day {day}", int(times.sum())), scale, tail))
        met = np.bincount(np.repeat(np.arange(len(i)), times), lengths, len(i)) / FRAMES_A_MINUTE
        same, other, partners = (
            np.asarray(np.bincount(i, amount, n) + np.bincount(j, amount, n))
            for amount in (met * mates, met * ~mates, (met > 0.0).astype(np.float64))
        )
        found.append(Contacts(same, other, partners, met[mates], lengths))
    return found


def _poisson(uniforms: NDArray[np.float64], mean: NDArray[np.float64]) -> NDArray[np.int64]:
    from scipy.stats import poisson

    return np.asarray(poisson.ppf(uniforms, mean), dtype=np.int64)


def beside_targets(schools: list[list[Contacts]]) -> list[tuple[str, float, float, float]]:
    """(figure, simulated, target, tolerance) of every figure of C8, over all child-days of schools of two days each."""
    days = [day for school in schools for day in school]
    same, other = (np.concatenate(parts) for parts in ([d.same for d in days], [d.other for d in days]))
    total, pairs = same + other, np.concatenate([d.pairs[d.pairs > 0.0] for d in days])
    lengths = np.concatenate([d.lengths for d in days])
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
        "pair, day to day": np.mean([_alike(*school[:2]) for school in schools]),
        "class with most / least": np.median([d.of_classes().max() / d.of_classes().min() for d in days]),
        "contact, seconds": 60.0 / FRAMES_A_MINUTE * lengths.mean(),
        "contacts of one frame": (lengths == 1.0).mean(),
        "contacts over 5 minutes": (lengths > 5.0 * FRAMES_A_MINUTE).mean(),
    }
    return [(name, float(found[name]), *TARGETS[name]) for name in TARGETS]


def _alike(one: Contacts, other: Contacts) -> float:
    """Correlation of the logarithms of minutes of the pairs of one class that met on both days."""
    both = (one.pairs > 0.0) & (other.pairs > 0.0)
    return float(np.corrcoef(np.log(one.pairs[both]), np.log(other.pairs[both]))[0, 1])
