"""Probes: a noisy look at a skill, and what teams conclude from a row of them.

A probe is a number of unprompted trials, say ten. It is passed at eight right or more; a goal is met at three passes
running. Arrays: the last axis runs over probes (or goals, for the goal attainment score). Luck comes in as uniform
numbers, so that arms of an experiment that share the numbers share the luck.
"""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sdmsim.theory.attention import share_of

Number = Any
"""A float, or a NumPy array that broadcasts with the others."""

Floats = NDArray[np.float64]


def success_probability(skill: Number) -> Number:
    """Probability, 0-1, that a trial succeeds at a `skill` in log-odds (the logistic model: Rasch 1960)."""
    return share_of(skill)


def score_probabilities(probability: ArrayLike, trials: int, overdispersion: ArrayLike = 0.0) -> Floats:
    """Probability of 0, 1, ... `trials` successes: shape of `probability` + (trials + 1,).

    Beta-binomial (Skellam 1948): a child's day moves the `probability` (0-1) of all trials of a probe together.
    `overdispersion`, in [0, 1), is the correlation of two trials of one probe; with 0 it is the binomial; the
    variance is trials p (1 - p) (1 + (trials - 1) overdispersion).
    """
    right, clumping = np.broadcast_arrays(np.asarray(probability, float), np.asarray(overdispersion, float))
    step = clumping / (1.0 - clumping)
    rights, wrongs, alls = [np.ones(right.shape)], [np.ones(right.shape)], np.ones(right.shape)
    for i in range(trials):
        rights.append(rights[-1] * (right + i * step))
        wrongs.append(wrongs[-1] * (1.0 - right + i * step))
        alls = alls * (1.0 + i * step)
    return np.stack([comb(trials, k) * rights[k] * wrongs[trials - k] / alls for k in range(trials + 1)], axis=-1)


def successes(
    uniforms: ArrayLike, probability: ArrayLike, trials: int, overdispersion: ArrayLike = 0.0
) -> NDArray[np.int64]:
    """How many of `trials` succeed in the probe to which each of `uniforms` (in [0, 1)) belongs.

    The score at that height of the distribution of scores: with the same uniforms a higher `probability` never gives
    a lower score. Shape: that of uniforms and probability together.
    """
    below = np.cumsum(score_probabilities(probability, trials, overdispersion), axis=-1)[..., :-1]
    height = np.asarray(uniforms, float)[..., np.newaxis]
    return np.asarray((height >= below).sum(axis=-1), dtype=np.int64)


def pass_probability(
    probability: ArrayLike, trials: int = 10, needed: int = 8, overdispersion: ArrayLike = 0.0
) -> Floats:
    """Probability that a probe has `needed` or more of `trials` right."""
    return np.asarray(score_probabilities(probability, trials, overdispersion)[..., needed:].sum(axis=-1))


def first_met(passed: ArrayLike, taken: ArrayLike, running: int = 3) -> NDArray[np.int64]:
    """Index of the probe at which a goal is met, the first to end `running` passes in a row; -1 where none is.

    `passed` and `taken`: booleans, (..., probes). A probe that was not taken neither breaks nor extends a row.
    """
    ok, there = np.broadcast_arrays(np.asarray(passed, bool), np.asarray(taken, bool))
    row = np.zeros(ok.shape[:-1], dtype=np.int64)
    met = np.full(ok.shape[:-1], -1, dtype=np.int64)
    for probe in range(ok.shape[-1]):
        row = np.where(there[..., probe], np.where(ok[..., probe], row + 1, 0), row)
        met = np.where((met < 0) & (row >= running), probe, met)
    return met


def met_probability(passing: ArrayLike, running: int = 3) -> Floats:
    """Probability that a goal is met within a row of probes that are passed with probabilities `passing` (..., probes).

    Exact, by recursion over the length of the row of passes (a Markov chain with `running` + 1 states: Feller 1968,
    XIII.7). At a true .70, eight of ten to pass: .22 within 8 probes, .75 within 36.
    """
    chance = np.asarray(passing, float)
    states = [np.ones(chance.shape[:-1]), *(np.zeros(chance.shape[:-1]) for _ in range(running))]
    for probe in range(chance.shape[-1]):
        up = chance[..., probe]
        open_rows = sum(states[:running], np.zeros(chance.shape[:-1]))
        longer = [state * up for state in states[:running]]
        states = [open_rows * (1.0 - up), *longer[:-1], states[running] + longer[-1]]
    return np.asarray(states[running])


def attainment_level(skill: Number, start: Number, expected: Number, least_step: float = 0.2) -> Number:
    """Goal attainment scaling: the level reached, one of -2, -1, 0, 1, 2.

    -2 at the skill of the `start`, 0 once the `expected` outcome is reached, -1 and the levels above 0 at equal steps,
    all in log-odds (for a probe of k of n take the log-odds of (k + .5) / (n + 1)). Steps are at least `least_step`,
    for goals set at or below the start. Levels: Kiresuk & Sherman 1968; equal steps in log-odds are our choice.
    """
    step = np.maximum((expected - start) / 2.0, least_step)
    return np.clip(np.floor((skill - expected) / step + 1e-9), -2.0, 2.0)


def attainment_score(levels: ArrayLike, weights: ArrayLike = 1.0, correlation: float = 0.3) -> Floats:
    """Goal attainment T score of the goals on the last axis: 50 where goals come out as expected on average, SD 10.

    50 + 10 sum(w x) / sqrt((1 - r) sum(w^2) + r (sum w)^2), with r the correlation expected between goals, .3 by
    custom (Kiresuk & Sherman 1968). `weights` are positive and broadcast with `levels`.
    """
    level, weight = np.broadcast_arrays(np.asarray(levels, float), np.asarray(weights, float))
    spread = (1.0 - correlation) * (weight**2).sum(axis=-1) + correlation * weight.sum(axis=-1) ** 2
    return np.asarray(50.0 + 10.0 * (weight * level).sum(axis=-1) / np.sqrt(spread))


def prompted_probability(skill: Number, lift: Number) -> Number:
    """Probability of success while an adult prompts: `lift` log-odds (0 or more) above the `skill`.

    Judged: scores in sessions stand above what a stranger would see. Probes are unprompted.
    """
    return success_probability(skill + lift)


def expected_tau(before: ArrayLike, after: ArrayLike, trials: int = 10, overdispersion: ArrayLike = 0.0) -> Floats:
    """Expected Tau between two independent probes with true probabilities `before` and `after`; exact, -1 to 1.

    The expected Tau of two phases is its mean over all pairs of their probes (`tau`; ties count in the pairs).
    """
    first = score_probabilities(before, trials, overdispersion)
    second = score_probabilities(after, trials, overdispersion)
    up_to = np.cumsum(first, axis=-1)
    return np.asarray((second * (up_to - first)).sum(axis=-1) - (second * (1.0 - up_to)).sum(axis=-1))


def tau(baseline: ArrayLike, phase: ArrayLike) -> Floats:
    """Tau of nonoverlap between a baseline (..., a) and a phase (..., b): -1 to 1.

    Pairs in which the phase is higher minus pairs in which it is lower, over all pairs; ties count in the pairs
    (Parker, Vannest, Davis & Sauber 2011, without their correction for trend). Entries that are nan were not taken;
    without any pair the result is nan. It sees only order: it can stay at 1 while a skill falls.
    """
    before = np.asarray(baseline, float)[..., :, np.newaxis]
    after = np.asarray(phase, float)[..., np.newaxis, :]
    pairs = (~np.isnan(before) & ~np.isnan(after)).sum(axis=(-2, -1))
    more = (after > before).sum(axis=(-2, -1)) - (after < before).sum(axis=(-2, -1))
    return np.where(pairs > 0, more / np.maximum(pairs, 1), np.nan)
