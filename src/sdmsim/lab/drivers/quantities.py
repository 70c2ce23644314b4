"""What was switched with each cause: quantities, their values in the baseline (off) and in the other arm (on)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sdmsim.lab.drivers.occasions import REASONS_OF
from sdmsim.lab.drivers.sides import Sides
from sdmsim.lab.drivers.switches import WHEN
from sdmsim.theory.practice import turns
from sdmsim.world.practising import Held, practised

Floats = NDArray[np.float64]


class Quantity(NamedTuple):
    """One thing that a cause switches; a mean of one year, over children, or over the sessions of both arms."""

    cause: str
    words: str
    unit: str


A_YEAR = "min a student a year"
QUANTITIES = (
    Quantity("minutes promised", "therapy promised", A_YEAR),
    Quantity("absence", "therapy lost: child or therapist absent, or the child refused", A_YEAR),
    Quantity("capacity", "therapy lost: no place, called away, vacancy, no room", A_YEAR),
    Quantity("calendar", "therapy lost: no school, events, tests, start of the year", A_YEAR),
    Quantity("transition", "minutes of class lost on the way, for each session", "min"),
    Quantity("transition", "therapy lost: began late", A_YEAR),
    Quantity("group size", "children with the therapist", "children"),
    Quantity("on-task share", "share of therapy on task, in groups and for as long as in the baseline", "share"),
    Quantity("on-task share", "noise of the place, 0 sparse to 1 busy", "0-1"),
    Quantity("work at goals", "tries that place and activity allow, attentive and alone", "tries a minute"),
    Quantity("context similarity", "similarity of the place to class", "share"),
    Quantity("missed class", "share of a minute of therapy that is lost to the lesson", "share"),
    Quantity("peers", "contact with peers", "person-min a day"),
    Quantity("teacher planning", "planning and consultation with the child's teacher", "min a week"),
    Quantity(WHEN, "days between sessions of a goal", "days"),
    Quantity(WHEN, "share of the group's tries that count for a child, in groups as in the baseline", "share"),
)
"""The first of each cause is the one that its part is shown with. What a session that was missed for one cause would
have lost to another is as in the other arm, so the minutes lost are a little more than in the books. How sessions were
is said of the same sessions in both arms, those that either held: who gets fewer of them moves no mean."""


def quantities_of(x: Sides) -> Floats:
    """(quantity, 2): off and on of each of QUANTITIES, in one pair of years."""
    n, field, children = x.numbers, x.fields, max(1, x.present.shape[1])
    held, minutes, taken = (x.minutes > 0.0).sum(axis=0), x.minutes.sum(axis=0), x.owed[:, :, None] * x.missed
    by_cause = {cause: taken[:, :, k].sum(axis=1) / children for k, cause in enumerate(REASONS_OF)}
    on_task = [_mean(_on_task(x, noise), x.minutes[0]) for noise in field["noise"]]
    counted = [_mean(turns(field["present"][0], n["practice.others_turns"], fit), held) for fit in field["fit"]]

    def two(values: Floats, weight: NDArray[Any]) -> list[float]:
        return [_mean(values[arm], weight) for arm in (0, 1)]

    return np.array(
        [
            x.owed.sum(axis=1) / children,
            by_cause["absence"],
            by_cause["capacity"],
            by_cause["calendar"],
            two(field["lead"] + field["lag"], held),
            by_cause["transition"],
            two(field["present"], held),
            on_task,
            two(field["noise"], minutes),
            two(field["work"] * field["per_minute"], minutes),
            two(field["similarity"], minutes),
            two(field["lost"], minutes),
            two(x.contact, np.ones(x.contact.shape[1])),
            two(x.planning.reshape(2, -1), np.ones(x.planning[0].size)),
            [_gap(x, arm) for arm in (0, 1)],
            counted,
        ]
    )


def _mean(values: Floats, weight: NDArray[Any]) -> float:
    whole = float(weight.sum())
    return float((values * weight).sum()) / whole if whole > 0.0 else float("nan")


def _on_task(x: Sides, noise: Floats) -> Floats:
    """Share on task in the baseline's sessions, at places so noisy."""
    field = {name: column[0] for name, column in x.fields.items()}
    rest = (field[name] for name in ("work", "per_minute", "similarity"))
    held = Held(x.goal, x.day[0], field["start"], x.minutes[0], field["present"], field["fit"], noise, *rest)
    return practised(held, x.learners.student[x.goal], x.profiles, x.numbers)[1]


def _gap(x: Sides, arm: int) -> float:
    there = x.minutes[arm] > 0.0
    goal, date = x.goal[there], x.learners.dates[x.day[arm, there]]
    order = np.lexsort((date, goal))
    goal, date = goal[order], date[order]
    gaps = np.diff(date)[np.diff(goal) == 0]
    return float(gaps.mean()) if len(gaps) else float("nan")
