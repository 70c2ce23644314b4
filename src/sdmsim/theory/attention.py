"""Attention: which share of an activity's minutes a child is on task.

A child goes on and off task as a two-state process. Its share on task settles at a level that depends on the child,
the noise of the place and the size of the group, and moves there from a high start as the activity wears on
(start and pace are judged: no measurement was at hand). Plain arithmetic on floats or NumPy arrays alike; no state.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Number = Any
"""A float, or a NumPy array that broadcasts with the others."""

TYPICAL_CLASS = 22.0
"""Children; size of group at which the size effect is nil."""

_TINY = 1e-300


def share_of(log_odds: Number) -> Number:
    """The share or probability, in [0, 1], that belongs to `log_odds`: 1 / (1 + exp(-log_odds)), without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * log_odds))


def log_odds_of(share: Number) -> Number:
    """The log-odds of a share strictly between 0 and 1; the inverse of `share_of`."""
    return np.log(share) - np.log1p(-share)


def settled_share(
    base_logit: Number,
    child_logit: Number,
    noise_logit: Number,
    noise: Number,
    sensitivity: Number,
    size_logit: Number,
    size: Number,
) -> Number:
    """Share on task, in (0, 1), once an activity has gone on for a while.

    Log-odds: `base_logit` of a typical child in a quiet place and a group of 22, + the child's own `child_logit`,
    + `noise_logit` x `noise` (0 sparse, 1 busy) x the child's `sensitivity` (1 typical), + `size_logit` x ln(size / 22)
    with `size` the children who share the adult (1 or more). Children with ADHD are on task .75 of class time, their
    classmates .88 (Kofler et al. 2008, a difference of .894 log-odds); in a busy room .614 against .716 in a sparse
    one (Fisher, Godwin & Seltman 2014, .461 log-odds). The effect of size is judged.
    """
    return share_of(
        base_logit + child_logit + noise_logit * noise * sensitivity + size_logit * np.log(size / TYPICAL_CLASS)
    )


def on_task(settled: Number, start: Number, relax_per_minute: Number, since: Number, minutes: Number) -> Number:
    """Mean share on task from minute `since` of an activity to minute `since` + `minutes`.

    At minute t the share is settled + (start - settled) exp(-relax t), the occupancy of a two-state Markov process
    (Karlin & Taylor 1975, ch. 4); the mean is its integral over the stretch divided by `minutes`, in closed form. For
    `minutes` towards 0 the share at that moment, for many `settled`; with `relax_per_minute` 0 `start` throughout.
    """
    fading = np.maximum(relax_per_minute * minutes, _TINY)
    return settled + (start - settled) * np.exp(-relax_per_minute * since) * (-np.expm1(-fading) / fading)


def attending(share: Number, elasticity: Number, reference: Number) -> Number:
    """Weight of a minute for learning, where `share` of it is on task.

    share ** elasticity / reference ** (elasticity - 1): `share` itself at elasticity 1, and `reference` at a share of
    `reference` whatever the elasticity. On-task .614 and .716 went with test scores of .42 and .55, an elasticity of
    1.75 (Fisher, Godwin & Seltman 2014, one small study): default 1, range 1-2.5. May exceed `share`, for
    shares above `reference`; callers that sum minutes use the share, not the weight.
    """
    return share * (share / reference) ** (elasticity - 1.0)
