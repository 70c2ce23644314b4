"""What a year taught, as numbers: gains and effects in SD, goals met, engagement.

A gain is of a goal's whole domain: what therapy added counts for the part of the domain that the goal's targets are
(`stores.coverage`), what school added for all of it. It is true skill, without the noise of probes. Means over
children with a direct goal, each child's over its goals.
"""

from __future__ import annotations

import numpy as np

from sdmsim.events import Defect, Learning, Log
from sdmsim.theory.growth import effect_sd, gain_sd
from sdmsim.theory.probes import first_met, success_probability
from sdmsim.world.learners import PROBE_WEEKS
from sdmsim.world.vocabulary import Bools, Floats, Ints

PASS_SHARE = 0.8
"""A probe is passed at this share of right answers; a goal is truly met at this probability."""
LONG_ENOUGH_WEEKS = 8
"""Goals whose services ran for less do not count among goals met."""


def learning_of(log: Log) -> Learning:
    """What the year taught.

    Raises:
        Defect: the year was not lived to its end.
    """
    if log.learning is None:
        raise Defect("a year is measured before it was lived to its end")
    return log.learning


def progress(log: Log) -> dict[str, float]:
    """The metrics of how children respond; a mean or share of nothing is nan.

    trained_gain_sd, classroom_gain_sd: (last day - first day) / SD of the domain, in the trained context and in class.
    trained_effect_sd, classroom_effect_sd: the gain less that of the same child with the same luck and no therapy.
    trained_gain_spread_sd: SD over children of the gain (nan for one child). goals_met: their number. goals_met_share,
    goals_generalised_share: goals with three passes running (80 %) among the probes taken in therapy, in class / goals
    whose services ran for 8 weeks or more. goals_truly_met_share: true probability at least .8 in therapy on the last
    day, same denominator. academic_growth_sd: mean over ELA and maths, all served children. peer_minutes,
    peer_partners: person-minutes of contact and different partners in a day attended. engaged_share: on-task
    minutes / minutes of instruction and therapy attended, sums over children.
    """
    learning = learning_of(log)
    gains, effects = (by_child(learning, values) for values in gains_and_effects(learning))
    lasted = learning.active.sum(axis=1) * PROBE_WEEKS >= LONG_ENOUGH_WEEKS
    met = first_passed(learning)[:, lasted] >= 0
    truly = success_probability(learning.skill[0, lasted, -1]) >= PASS_SHARE
    attended = float(learning.attended_minutes.sum())
    there = learning.attended_minutes > 0.0
    return {
        "peer_minutes": _mean(learning.peer_minutes[there]),
        "peer_partners": _mean(learning.peer_partners[there]),
        "trained_gain_sd": _mean(gains[0]),
        "classroom_gain_sd": _mean(gains[1]),
        "trained_effect_sd": _mean(effects[0]),
        "classroom_effect_sd": _mean(effects[1]),
        "trained_gain_spread_sd": float(np.std(gains[0], ddof=1)) if gains.shape[1] > 1 else float("nan"),
        "goals_met": float(met[0].sum()),
        "goals_met_share": _mean(met[0]),
        "goals_generalised_share": _mean(met[1]),
        "goals_truly_met_share": _mean(truly),
        "academic_growth_sd": _mean(learning.academic),
        "engaged_share": float(learning.on_task_minutes.sum()) / attended if attended else float("nan"),
    }


def gains_and_effects(learning: Learning) -> tuple[Floats, Floats]:
    """(context, goal) each: gain of the goal's domain in SD over the year, and the part of it that is therapy's."""
    practised, growth, without = learning.gains[:, :, -1], learning.growth[:, -1], learning.growth_without[:, -1]
    gains = gain_sd(practised, learning.coverage, growth, learning.sd)
    return np.asarray(gains), np.asarray(effect_sd(practised, learning.coverage, growth, without, learning.sd))


def by_child(learning: Learning, values: Floats) -> Floats:
    """(context, child with a direct goal): means of (context, goal) over each child's goals."""
    children, place = np.unique(learning.student, return_inverse=True)
    goals = np.bincount(place, minlength=len(children))
    return np.stack([np.bincount(place, of, len(children)) / goals for of in values])


def first_passed(learning: Learning) -> Ints:
    """(context, goal): the probe with the third pass running among those taken while the goal's services ran; or -1."""
    there = learning.active & learning.taken
    return first_met(learning.scores >= PASS_SHARE * learning.trials, there)


def _mean(values: Floats | Bools) -> float:
    return float(values.mean()) if values.size else float("nan")
