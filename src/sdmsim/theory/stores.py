"""Two stores per goal: skill in the trained context, and its use in class.

Both are gains in log-odds of success, mean over the goal's targets, above what the child could do at the start.
The gain in the trained context is permanent + temporary; the gain in class is kept as what it lacks of that, part by
part. Plain arithmetic on floats or NumPy arrays alike; no state: each function takes the old numbers and gives
the new ones, exactly, so that a stretch cut in two gives what the whole gives.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sdmsim.theory.practice import Number


class Gains(NamedTuple):
    """What therapy has brought on the targets of a goal, in log-odds; all zero before the first session."""

    permanent: Number
    """In the trained context, for good."""
    temporary: Number
    """In the trained context, fading."""
    lacking_permanent: Number
    """What use in class lacks of `permanent`."""
    lacking_temporary: Number
    """What use in class lacks of `temporary`; below 0 where class catches up near the ceiling, the sum never is."""

    @property
    def trained(self) -> Number:
        """Gain as a stranger would test it in a quiet place."""
        return self.permanent + self.temporary

    @property
    def in_class(self) -> Number:
        """Gain in unaided use in class."""
        return self.permanent - self.lacking_permanent + self.temporary - self.lacking_temporary


def increment(
    opportunities: Number, per_opportunity: Number, response: Number, need: Number, targets: Number
) -> Number:
    """Log-odds that practice would bring without a ceiling, mean over a goal's targets.

    `opportunities` are spread over `targets`; each brings `per_opportunity` log-odds to its target (+0.1: Koedinger
    et al. 2023) x the child's own `response` / `need` (children with language disorder need about three times the
    exposures of their peers: Storkel et al. 2017).
    """
    return opportunities * per_opportunity * response / (need * targets)


def below_ceiling(gain: Number, raw: Number, ceiling: Number, softness: Number) -> Number:
    """What `raw` log-odds of practice add to a `gain` that is `softness` log-odds soft below its `ceiling`.

    The closed form of dG/draw = (1 - exp((G - ceiling) / softness)): nearly all of it far below the ceiling
    (increments are constant: Koedinger et al. 2023), nothing at it (36 exposures = 48: Storkel et al. 2017).
    Requires gain <= ceiling; the sum never passes it. Adding in two parts is the same as adding at once.
    """
    w = raw / softness
    v = (ceiling - gain) / softness
    return softness * (w - np.logaddexp(np.log1p(np.maximum(-np.exp(-v), _ALMOST_ALL)), w - v))


_ALMOST_ALL = -1.0 + 2.0**-53
"""Keeps log(0) out where a gain lies at its ceiling: the number next to -1."""


def practise(gains: Gains, raw: Number, similarity: Number, ceiling: Number, softness: Number) -> Gains:
    """The gains after a session that brings `raw` log-odds (`increment`).

    In the trained context it counts in full wherever it took place; for use in class in proportion to the
    `similarity` (0-1) of the place to unaided class use (a prior, no measurement was found).
    """
    in_class = gains.in_class
    trained = below_ceiling(gains.trained, raw, ceiling, softness)
    used = below_ceiling(in_class, raw * similarity, ceiling, softness)
    return gains._replace(
        temporary=gains.temporary + trained, lacking_temporary=gains.lacking_temporary + (trained - used)
    )


def counts_for_use(similarity: Number, reliance: Number) -> Number:
    """Share of practice that counts for unaided use in class: the `similarity` of the place x what does not hang on the
    adult's prompts. `reliance` (0-1) is the same wherever an adult works with the child. Judged, 0 is none.
    """
    return similarity * (1.0 - reliance)


def rest(gains: Gains, days: Number, uses: Number, half_life_days: Number, kept: Number) -> Gains:
    """The gains after `days` without a session, with `uses` = transfer rate x unaided minutes in class.

    The temporary part halves in `half_life_days`; the share `kept` (0-1) of what fades is kept for good, so effects of
    therapy shrink after its end (Zhang et al. 2021: .70, then .23) and a summer costs what its days cost. Use in
    class moves towards the trained skill at the rate of its occasions. Exact for any course of those occasions within
    the days: dT = -l T dt, dP = kept l T dt, and the lacks also shrink by d(uses).
    """
    fades = -np.expm1(-_LN2 * days / half_life_days)
    apart = np.exp(-uses)
    return Gains(
        gains.permanent + kept * gains.temporary * fades,
        gains.temporary * (1.0 - fades),
        apart * (gains.lacking_permanent + kept * gains.lacking_temporary * fades),
        apart * gains.lacking_temporary * (1.0 - fades),
    )


_LN2 = float(np.log(2.0))


def transfer_rate(
    transfer: Number, planning_minutes: Number, teacher_knowledge: Number, contact: Number = 0.0
) -> Number:
    """Rate per unaided class minute at which use in class moves towards the trained skill.

    `transfer` x (1 + `teacher_knowledge` x minutes a week of planning and consultation / 15): a teacher who knows the
    target gives occasions to use it. Credit follows the minutes, wherever the therapy is. Peers give occasions too: x
    (1 + `contact`), for social goals the ledger's `peers.carry_over` x the child's contact in multiples of a typical
    child's. Judged, none in their ranges.
    """
    return transfer * (1.0 + teacher_knowledge * planning_minutes / 15.0) * (1.0 + contact)
