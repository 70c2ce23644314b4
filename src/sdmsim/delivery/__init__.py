"""What do we decide? Strategies, grouping, the timetable.

A new strategy is one file and its name in the union below.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sdmsim.delivery.hybrid import Hybrid
from sdmsim.delivery.pull_out import PullOut
from sdmsim.delivery.push_in import PushIn

Delivery = Annotated[PushIn | PullOut | Hybrid, Field(discriminator="kind")]
STRATEGIES = (PushIn, PullOut, Hybrid)

__all__ = ["STRATEGIES", "Delivery", "Hybrid", "PullOut", "PushIn"]
