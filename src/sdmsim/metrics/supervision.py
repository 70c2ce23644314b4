"""What assistants ask of their supervisors, week by week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sdmsim.events import ACTIVITIES
from sdmsim.world.backdrop import Backdrop, Floats, summed

if TYPE_CHECKING:
    from sdmsim.plan import Plan

SUPERVISION = ("supervision_direct", "supervision_indirect")
"""Parts of the therapist's week: sitting in, and the rest of it."""
_CONTACT = [ACTIVITIES.index(activity) for activity in ("push_in", "pull_out")]


def supervision(plan: Plan, backdrop: Backdrop, lived: Floats, on_site: Floats, there: NDArray[np.bool_]) -> Floats:
    """(sitting in or not, t, week) minutes of supervision: a share of the assistants' time with children in the week.

    `lived`: (t, week, activity) minutes. `on_site`: (t, day). `there`: (t, week), on some day; else nothing is done.
    """
    found = np.zeros((2, *there.shape))
    if not plan.assistants:
        return found
    team = plan.team
    for one, assistant in team.assistants.items():
        workdays = np.cumsum(on_site[one]) - on_site[one]
        shares = np.array([assistant.shares(int(days)) for days in workdays])
        days = np.maximum(1.0, summed(backdrop.week, on_site[one], backdrop.n_weeks))
        contact = lived[one][:, _CONTACT].sum(axis=1)
        for part in (0, 1):
            mean = summed(backdrop.week, on_site[one] * shares[:, part], backdrop.n_weeks) / days
            found[part, team.supervisor[one]] += mean * contact
    return np.asarray(found * there)
