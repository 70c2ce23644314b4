"""What do we decide? Strategies, grouping, the timetable.

A new strategy is one file and its name in the union below.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sdmsim.delivery.adaptive import Adaptive
from sdmsim.delivery.block import Block
from sdmsim.delivery.by_goal import ByGoal
from sdmsim.delivery.by_phase import ByPhase
from sdmsim.delivery.consultation import ConsultationOnly
from sdmsim.delivery.drills import Drills
from sdmsim.delivery.hybrid import Hybrid
from sdmsim.delivery.matched import Matched
from sdmsim.delivery.own import Own
from sdmsim.delivery.pull_out import PullOut
from sdmsim.delivery.push_in import PushIn
from sdmsim.delivery.receding import Receding
from sdmsim.delivery.three_one import ThreeOne

Delivery = Annotated[
    PushIn
    | PullOut
    | Hybrid
    | ByGoal
    | ByPhase
    | Matched
    | Adaptive
    | ThreeOne
    | Block
    | Receding
    | Drills
    | ConsultationOnly
    | Own,
    Field(discriminator="kind"),
]
STRATEGIES = (
    PushIn, PullOut, Hybrid, ByGoal, ByPhase, Matched, Adaptive, ThreeOne, Block, Receding, Drills, ConsultationOnly,
)  # fmt: skip

__all__ = [
    "STRATEGIES",
    "Adaptive",
    "Block",
    "ByGoal",
    "ByPhase",
    "ConsultationOnly",
    "Delivery",
    "Drills",
    "Hybrid",
    "Matched",
    "Own",
    "PullOut",
    "PushIn",
    "Receding",
    "ThreeOne",
]
