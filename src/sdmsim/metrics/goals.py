"""Tables of one year's goals for people: what was reached on each, and every probe that was taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sdmsim.events import CLASS, THERAPY, Learning, Log
from sdmsim.metrics.progress import PASS_SHARE, first_passed, gains_and_effects, learning_of
from sdmsim.theory.attention import log_odds_of
from sdmsim.theory.probes import attainment_level, attainment_score, success_probability
from sdmsim.world.vocabulary import Floats

if TYPE_CHECKING:
    import pandas as pd


def goals_table(log: Log) -> pd.DataFrame:
    """One row per child and kind of goal with direct service.

    id, goal, domain; true probabilities of success on the goal's targets at the start and on the last day, in therapy
    and in class (start_in_therapy, end_in_therapy, start_in_class, end_in_class); gains and effects of the domain in
    SD; met, generalised: date of the third pass running in therapy, in class (empty: not met); attainment: level of
    goal attainment scaling, -2 to 2, by the last probe in therapy (empty: none was taken).
    """
    import pandas as pd

    learning, days = learning_of(log), log.plan.calendar.days
    table = pd.DataFrame(list(learning.names), columns=["id", "goal"])
    table["domain"] = list(learning.domain)
    start, end = success_probability(learning.start), success_probability(learning.skill[:, :, -1])
    for position, context in enumerate((THERAPY, CLASS)):
        table[f"start_{context.replace(' ', '_')}"] = start[position]
        table[f"end_{context.replace(' ', '_')}"] = end[position]
    for (gain, effect), name in zip(
        zip(*gains_and_effects(learning), strict=True), ("trained", "classroom"), strict=True
    ):
        table[f"{name}_gain_sd"], table[f"{name}_effect_sd"] = gain, effect
    for name, probes in zip(("met", "generalised"), first_passed(learning), strict=True):
        table[name] = [days[learning.probe_days[p]].date.isoformat() if p >= 0 else None for p in probes.tolist()]
    table["attainment"] = attainment_of(learning)
    return table


def probes_table(log: Log) -> pd.DataFrame:
    """One row per probe that was taken: child, goal, date, context, right answers of `trials`, true probability."""
    import pandas as pd

    learning, days = learning_of(log), log.plan.calendar.days
    true = success_probability(learning.skill)
    rows = [
        (*name, days[day].date.isoformat(), context, int(learning.scores[c, g, p]), learning.trials, true[c, g, p])
        for g, name in enumerate(learning.names)
        for p, day in enumerate(learning.probe_days.tolist())
        if learning.taken[g, p] and learning.active[g, p]
        for c, context in enumerate((THERAPY, CLASS))
    ]
    return pd.DataFrame(rows, columns=["id", "goal", "date", "context", "right", "trials", "true_probability"])


def attainment_of(learning: Learning) -> Floats:
    """(goal,): level of goal attainment scaling by the last probe taken in therapy; nan where none was.

    -2 is the skill at the start, 0 the expected outcome: 80 %. A score of k of n is read as (k + .5) / (n + 1).
    """
    there = learning.active & learning.taken
    last = there.shape[1] - 1 - np.argmax(there[:, ::-1], axis=1)
    right = np.take_along_axis(learning.scores[0], last[:, None], axis=1)[:, 0]
    seen = log_odds_of((right + 0.5) / (learning.trials + 1.0))
    levels = attainment_level(seen, learning.start[0], log_odds_of(PASS_SHARE))
    return np.asarray(np.where(there.any(axis=1), levels, np.nan))


def attainment_by_child(learning: Learning, students: int) -> Floats:
    """(s,): goal attainment T score of each served child over its goals; nan where no goal was probed."""
    levels = attainment_of(learning)
    found = np.full(students, np.nan)
    for student in np.unique(learning.student):
        own = levels[learning.student == student]
        if not np.isnan(own).any():
            found[student] = attainment_score(own)
    return found
