"""The strategies that decide places only; those that decide when and how much name one of them as `where`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sdmsim.delivery.by_goal import ByGoal
from sdmsim.delivery.hybrid import Hybrid
from sdmsim.delivery.matched import Matched
from sdmsim.delivery.pull_out import PullOut
from sdmsim.delivery.push_in import PushIn

PLACES = (PushIn, PullOut, Hybrid, ByGoal, Matched)
Where = Annotated[PushIn | PullOut | Hybrid | ByGoal | Matched, Field(discriminator="kind")]
