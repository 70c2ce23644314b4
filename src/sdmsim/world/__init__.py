"""What happens? One school year, lived by students, classrooms and therapists as SimPy processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdmsim.world.luck import lived_by
from sdmsim.world.year import learned_under, live

if TYPE_CHECKING:
    from sdmsim.events import Log
    from sdmsim.scenario import Scenario

__all__ = ["learned_under", "live", "lived_by", "run"]


def run(scenario: Scenario, *, seed: int, replication: int = 0) -> Log:
    """Live one school year of a scenario: its timetable is made with `seed`, its luck is that of `replication`.

    Raises:
        InputErrors: the seed will not do.
    """
    from sdmsim.plan import plan_of

    if seed != scenario.seed:
        scenario = scenario.but(seed=seed)
    return live(plan_of(scenario), seed=seed, replication=replication)
