"""How children differ: what they bring to therapy, drawn by name, the same under every strategy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sdmsim.streams import Luck
from sdmsim.theory.growth import own_factor
from sdmsim.world.learners import Learners
from sdmsim.world.vocabulary import Floats

if TYPE_CHECKING:
    from sdmsim.plan import Plan

Numbers = Mapping[str, float]
"""Every number of the ledger by its full name, as an assumption set and its overrides have it."""


class Profiles(NamedTuple):
    """How children differ, drawn by name. s: student, g: goal of a child."""

    attention: Floats
    """(s,) own log-odds of being on task, beside the typical child's."""
    sensitivity: Floats
    """(s,) factor on the effect of noise, never negative."""
    growth: Floats
    """(s,) factor on what school teaches, mean 1."""
    response: Floats
    """(s,) factor on what practice brings, mean 1."""
    start: Floats
    """(g,) log-odds of success at the start."""


def profiles_of(plan: Plan, learners: Learners, luck: Luck, n: Numbers) -> Profiles:
    """The children's profiles: draws by child and goal that no strategy changes."""
    children = [s.id for s in plan.school.students]
    goals = ["\n".join(name) for name in learners.names]
    once = np.zeros(1, dtype=np.int64)

    def normal(decision: str, names: list[str]) -> Floats:
        return luck.normals_of(decision, names, np.arange(len(names)), once)

    shares = np.array([n[f"children.inattentive_share.{which}"] for which in learners.inattentive])
    drawn = luck.uniforms_of("inattentive", children, np.arange(len(children)), once) < shares
    inattentive = _rated(learners.attention, {"low": True, "usual": False}, drawn)
    disturbed = normal("noise sensitivity", children)
    rated = _rated(learners.noise_rating, {"sensitive": 1.0, "usual": -1.0}, np.sign(disturbed))
    disturbed = np.abs(disturbed) * rated
    return Profiles(
        attention=n["attention.child_sd"] * normal("attention", children)
        + n["attention.inattentive_logit"] * inattentive,
        sensitivity=np.maximum(0.0, 1.0 + n["attention.noise_sensitivity_sd"] * disturbed),
        growth=np.asarray(own_factor(n["school.growth_sd"], normal("school growth", children))),
        response=np.asarray(own_factor(n["children.response_sd"], normal("response", children))),
        start=n["children.start_mean"] + n["children.start_sd"] * normal("start", goals),
    )


def _rated(ratings: Sequence[str], means: Mapping[str, float], drawn: NDArray[Any]) -> NDArray[Any]:
    """What the team's rating means for each child; what was drawn where nobody rated it."""
    return np.array([means.get(rating, own) for rating, own in zip(ratings, drawn.tolist(), strict=True)], drawn.dtype)
