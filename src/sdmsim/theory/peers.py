"""Contact with peers: person-minutes face to face, and different partners in a day.

The shape of the model is that of the contacts of a primary school (Stehle et al. 2011): a rate for lessons and one for
breaks, classes that differ, children that differ, and pairs that differ most. Plain arithmetic on floats or NumPy
arrays alike; no state.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Number = Any
"""A float, or a NumPy array that broadcasts with the others."""

FRAMES_A_MINUTE = 3.0
"""The badges of Stehle et al. 2011 saw a contact in frames of 20 seconds."""


def factor(log_sd: Number, normal: Number) -> Number:
    """A lognormal factor of mean 1 whose logarithm has SD `log_sd`, from a standard normal draw."""
    return np.exp(log_sd * normal - 0.5 * log_sd * log_sd)


def sociability(power: Number, uniform: Number) -> Number:
    """A child's own factor of mean 1, from a uniform draw: U ** (1 / power) over its mean, beta of (power, 1).

    It has no long upper tail: contacts are far less skewed per child than per pair (Stehle et al. 2011).
    """
    return (power + 1.0) / power * uniform ** (1.0 / power)


def contact(rate: Number, minutes: Number, of_class: Number, own: Number, disability: Number, adult: Number) -> Number:
    """Expected person-minutes of contact in a stretch of `minutes`.

    `rate` (person-minutes a minute, of the format) x the factor of the class x the child's own x a modifier for
    children with a disability x a modifier for an adult beside the child (1: none). Rates: Stehle et al. 2011,
    14-19 person-minutes an hour in lessons and 23-27 in breaks; both modifiers are judged.
    """
    return rate * minutes * of_class * own * disability * adult


def contact_frames(uniform: Number, scale: Number, tail: Number) -> Number:
    """Frames that a contact lasts, 1 or more, from a uniform draw: longer than k with (1 + k / scale) ** -tail.

    Stehle et al. 2011: 71 % last one frame, the mean is 32 s, 0.2 % last over 5 minutes.
    """
    return np.maximum(1.0, np.ceil(scale * (uniform ** (-1.0 / tail) - 1.0)))


@cache
def mean_contact_frames(scale: float, tail: float) -> float:
    """Mean of `contact_frames`; the sum of its upper tail beyond 10,000 frames as an integral. `tail` above 1."""
    end = 10_000
    upper = scale / (tail - 1.0) * (1.0 + (end - 0.5) / scale) ** (1.0 - tail)
    return float(((1.0 + np.arange(end) / scale) ** -tail).sum() + upper)


def partners(person_minutes: Number, others: Number, pair_sd: float, frames: float) -> Number:
    """Expected number of different partners among `others` children who share `person_minutes`; at most `others`.

    Pairs differ by a lognormal factor with SD `pair_sd` of its logarithm, and their contacts, of `frames` frames on
    average, are Poisson given the pair: a pair never meets with the zero of the Poisson-lognormal law (Bulmer 1974),
    read off a table.
    """
    mean = FRAMES_A_MINUTE / frames * person_minutes / np.maximum(others, _LEAST)
    log_mean, log_meet = _meeting(pair_sd)
    within = np.maximum(mean, _LEAST)
    meet = np.exp(np.interp(np.log(within), log_mean, log_meet))
    return others * meet * np.minimum(1.0, mean / np.exp(log_mean[0]))


_LEAST = 1e-9


@cache
def _meeting(pair_sd: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Logarithms of the mean contacts of a pair, and of its chance to meet at all."""
    z = np.linspace(-8.0, 8.0, 801)
    weight = np.exp(-0.5 * z * z)
    weight /= weight.sum()
    log_mean = np.linspace(-14.0, 14.0, 561)
    rates = np.exp(log_mean)[:, None] * factor(pair_sd, z)
    return log_mean, np.log((-np.expm1(-rates) * weight).sum(axis=1))
