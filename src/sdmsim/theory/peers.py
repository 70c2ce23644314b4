"""Contact with peers: person-minutes face to face, and different partners in a day.

The shape of the model is that of the contacts of a primary school (Stehle et al. 2011): a rate for lessons and one for
breaks, classes that differ, children that differ, and pairs that differ most. Plain arithmetic on floats or NumPy
arrays alike; no state.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Number = Any
"""A float, or a NumPy array that broadcasts with the others."""

FRAMES_A_MINUTE = 3.0
"""The badges of Stehle et al. 2011 saw a contact in frames of 20 seconds."""

_LEAST = 1e-9


def factor(log_sd: Number, normal: Number) -> Number:
    """A lognormal factor of mean 1 whose logarithm has SD `log_sd`, from a standard normal draw."""
    return np.exp(log_sd * normal - 0.5 * log_sd * log_sd)


def log_sd_of(shape: Number) -> Number:
    """SD of the logarithm of the lognormal with the mean and variance of a gamma of mean 1 and this shape (> 0)."""
    return np.sqrt(np.log1p(1.0 / shape))


def contact(rate: Number, minutes: Number, of_class: Number, own: Number, disability: Number, adult: Number) -> Number:
    """Expected person-minutes of contact in a stretch of `minutes`.

    `rate` (person-minutes a minute, of the format) x the factor of the class x the child's own x a modifier for
    children with a disability x a modifier for an adult beside the child (1: none). Rates: Stehle et al. 2011,
    14-19 person-minutes an hour in lessons and 23-27 in breaks; both modifiers are judged.
    """
    return rate * minutes * of_class * own * disability * adult


def partners(person_minutes: Number, others: Number, shape: Number) -> Number:
    """Expected number of different partners among `others` children who share `person_minutes`; at most `others`.

    Pairs differ as a gamma of `shape`, and frames of contact are Poisson given the pair: (1 + mean / shape) ** -shape
    is the chance that a pair of `mean` frames never meets (the zero of the negative binomial; Greenwood & Yule 1920).
    """
    mean = FRAMES_A_MINUTE * person_minutes / np.maximum(others, _LEAST)
    return -others * np.expm1(-shape * np.log1p(mean / shape))
