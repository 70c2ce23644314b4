"""What school itself teaches, by the instruction minutes that count, and gains and effects in SD.

No minute counts twice: of a minute of therapy in a lesson only the part counts for the lesson that is not work on the
child's own goals, plus what of that work is work on the lesson too. Plain arithmetic on floats or NumPy arrays alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Number = Any
"""A float, or a NumPy array that broadcasts with the others."""


def own_factor(log_sd: Number, z: Number) -> Number:
    """A child's own factor on a rate, positive, mean 1: lognormal, with `log_sd` the spread of its logarithm.

    `z` is a standard normal number. Children differ in rate less than in start (Koedinger et al. 2023).
    """
    return np.exp(log_sd * z - 0.5 * log_sd * log_sd)


def lesson_share(work_share: Number, overlap: Number) -> Number:
    """Share, 0-1, of an attended minute of therapy in a lesson that counts for the lesson.

    1 - `work_share` + `overlap` x `work_share`: what is not work on the child's goals, and of that work the share
    `overlap` (0-1, judged) that is work on the lesson too. Nothing of a minute counts for both but by that overlap.
    """
    return 1.0 - work_share * (1.0 - overlap)


def counted_minutes(
    lesson: Number, beside: Number, missed: Number, share: Number, recovered: Number, attention: Number = 1.0
) -> Number:
    """Instruction minutes that count for a child's growth at school.

    `lesson` minutes attended without therapy, + `beside` minutes of therapy in a lesson x their `share` for the lesson
    (`lesson_share`), + the part `recovered` (0-1, prior 0.2-0.8) of the `missed` minutes that is caught up later.
    `attention` weighs the minutes in class against those of a usual lesson (1), not what is caught up. Minutes out of
    class count as missed. With attention at most 1 never more than the sum of the three.
    """
    return attention * (lesson + share * beside) + recovered * missed


def school_growth(per_year: Number, sd: Number, own: Number, counted: Number, full_year: Number) -> Number:
    """Growth in log-odds that school brings: `per_year` (SD a year) x `sd` (log-odds) x the child's `own` factor x
    `counted` / `full_year` instruction minutes, the latter those of a year without a minute missed (above 0).

    In proportion to instruction attended, by assumption; the rate for maths is that of urban primary schools
    (egsingle: Raudenbush & Bryk 2002), for other domains it is swept, as no control group parts it from therapy.
    """
    return per_year * sd * own * counted / full_year


def gain_sd(practised: Number, coverage: Number, growth: Number, sd: Number) -> Number:
    """Gain of a whole domain in SD: `practised` log-odds on the goal's targets count for the part of the domain that
    they are (`coverage` = targets / breadth), `growth` at school for all of it; `sd` in log-odds (above 0).
    """
    return (coverage * practised + growth) / sd


def effect_sd(practised: Number, coverage: Number, growth: Number, growth_without: Number, sd: Number) -> Number:
    """The gain in SD less that of the same child with the same luck and no therapy.

    Without therapy nothing is practised and no lesson is missed for it: `growth_without` is the growth with the
    minutes that would then have counted. Both runs share the child's days, so no second run is needed.
    """
    return gain_sd(practised, coverage, growth - growth_without, sd)
