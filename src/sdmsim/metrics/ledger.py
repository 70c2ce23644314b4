"""The ledger over the year: what was promised so far, given at its own time, made up, and is still owed, by week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sdmsim.events import REASONS, Log, columns
from sdmsim.world.backdrop import Backdrop, Floats, backdrop_of, summed

if TYPE_CHECKING:
    import pandas as pd

LEDGER = ("owed", "delivered", "made_up", "still_owed")
_NO_SCHOOL = REASONS.index("no_school")


def _so_far(log: Log, backdrop: Backdrop) -> Floats:
    """(4, s, week): minutes from the first day to the end of each school week, in the order of LEDGER.

    owed: promised up to then, without what fell on days without school; minutes made up were owed in the week in which
    they were missed, a loss without a day of its own in the first week of its period. delivered: given at their own
    time. made_up: given for sessions missed before. still_owed: owed - delivered - made_up.
    """
    given, missed = columns(log.given, 7), columns(log.missed, 6)
    missed = missed[:, missed[4] != _NO_SCHOOL]
    shape = (backdrop.n_students, backdrop.n_weeks)

    def weekly(who: Floats, day: Floats, minutes: Floats) -> Floats:
        place = who * backdrop.n_weeks + backdrop.week[day.astype(np.int64)]
        return summed(place, minutes, shape[0] * shape[1]).reshape(shape)

    later = given[6] >= 0
    made_up, own = given[:, later], given[:, ~later]
    delivered = weekly(own[1], own[0], own[5])
    owed = delivered + weekly(made_up[1], made_up[6], made_up[5]) + weekly(missed[1], missed[0], missed[3])
    found = np.stack([owed, delivered, weekly(made_up[1], made_up[0], made_up[5])]).cumsum(axis=2)
    return np.concatenate([found, (found[0] - found[1] - found[2])[None]])


def ledger(log: Log) -> list[dict[str, float]]:
    """One row per school week (from 1): minutes a child so far, means over served children."""
    backdrop = backdrop_of(log.plan)
    means = _so_far(log, backdrop).sum(axis=1) / max(1, backdrop.n_students)
    return [
        {"week": float(week + 1), **dict(zip(LEDGER, map(float, means[:, week]), strict=True))}
        for week in range(backdrop.n_weeks)
    ]


def ledger_by_child(log: Log) -> pd.DataFrame:
    """One row per served child and school week: student, week, and the minutes of LEDGER so far."""
    import pandas as pd

    backdrop = backdrop_of(log.plan)
    found = _so_far(log, backdrop)
    table = pd.DataFrame(
        {
            "student": np.repeat([s.id for s in log.plan.school.students], backdrop.n_weeks),
            "week": np.tile(np.arange(1, backdrop.n_weeks + 1), backdrop.n_students),
        }
    )
    return table.assign(**{name: part.ravel() for name, part in zip(LEDGER, found, strict=True)})
