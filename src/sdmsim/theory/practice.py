"""Practice: from minutes on task to opportunities to learn.

An episode is one try at a goal with feedback. How many fit into a minute depends on the goal and the activity;
how many of them are a child's own on how many children the therapist serves at that moment. Plain arithmetic on
floats or NumPy arrays alike; no state.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Number = Any
"""A float, or a NumPy array that broadcasts with the others."""

_TINY = 1e-12


def turns(children: Number, others_turns: Number, fit: Number) -> Number:
    """A child's share of the episodes of a session, in (0, 1].

    Its own turns, 1/n, and `others_turns` (0-1) of the credit for the share `fit` (0-1) of the others' turns that
    are on the same kind of goal. 1 for a child alone; with `others_turns` 0 a third in a group of three. Groups of
    2-4 gained as much as single children in Boyle et al. 2009 and Hutchins & Schmitt 2024, hence a high credit.
    """
    return 1.0 / children + others_turns * fit * (children - 1.0) / children


def episodes(minutes: Number, attending: Number, work_share: Number, per_minute: Number, share: Number) -> Number:
    """Effective episodes of a session: `minutes` x `attending` (on task, 0-1) x `work_share` (on goals, 0-1) x
    `per_minute` x `share` (`turns`). About 12 of 25 minutes of school therapy were language work (Schmitt, Justice
    & Logan 2017).
    """
    return minutes * attending * work_share * per_minute * share


def effective(done: Number, load: Number, satiation: Number) -> Number:
    """Episodes that count, of `done` episodes that follow a recent load of `load` episodes on the same goal.

    exp(-s u) (1 - exp(-s e)) / s, with `satiation` s = 1 / the session's limit, in 1 / episode; `done` itself for
    s = 0. The limit is judged; it is the one way in which spacing matters here (massed practice: Cepeda et al. 2006
    review the effect, no target here fixes its size). A session cut in two without a gap counts exactly as the whole.
    """
    s = np.maximum(satiation, _TINY)
    return np.exp(-s * load) * -np.expm1(-s * done) / s


def load_after(load: Number, days: Number, half_life_days: Number) -> Number:
    """Recent load after a gap of `days`: it halves in `half_life_days` (judged, prior 0.3-5)."""
    return load * np.exp2(-days / half_life_days)


def familiar(weeks: Number, loss: Number, half_weeks: Number) -> Number:
    """Share of the usual work on goals that a therapist gets done `weeks` after its first session with a child.

    1 - `loss` (0-1) at first; what is lost halves every `half_weeks` (above 0). Judged, 0 is none: a new therapist
    needs weeks to know child and class.
    """
    return 1.0 - loss * np.exp2(-weeks / half_weeks)


def at_home(tries_a_week: Number, days: Number) -> Number:
    """Tries at home in the `days` since the last session of a goal; of no more than a week.

    Judged, 0 is none. Beyond a week without a session nobody at home goes on by itself.
    """
    return tries_a_week / 7.0 * np.minimum(days, 7.0)
