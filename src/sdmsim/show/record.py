"""The simulated months against a district's record, and against two simpler answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sdmsim.show.answer import records

if TYPE_CHECKING:
    import pandas as pd

SEPTEMBER = 9


class Fit(NamedTuple):
    """How far simulated months lie from logged ones, both as shares (0-1)."""

    simulated: str
    logged: str
    rms: float
    """Root mean square of the monthly differences, months weighted equally."""
    mean_difference: float
    """Mean of the simulated months minus mean of the logged ones."""
    constant_rms: float
    """Of one best constant for all months."""
    september_rms: float | None
    """Of a constant with a September of its own; None where there is no September."""


class Pair(NamedTuple):
    """Simulated months and the logged months to hold them against: shares by month, in the order of the year."""

    simulated: str
    logged: str
    ours: Mapping[int, float]
    theirs: Mapping[int, float]


def share_column(record: pd.DataFrame) -> str:
    """The column of the months to draw: against a record, given / required, as a record counts what is required."""
    return "delivered_of_required" if len(record) else "delivered_share"


def pairs(months: pd.DataFrame, record: pd.DataFrame, arms: Sequence[str]) -> list[Pair]:
    """What to hold against what; empty where there is no record.

    Where every arm has a record of its own (one whose label holds the arm's name, such as a school year), each is
    paired with it, and the mean of all arms with the mean of all records. Else every arm is paired with the mean of
    the records.
    """
    if not len(months) or not len(record):
        return []
    logged: dict[str, dict[int, float]] = {}
    for row in records(record):
        logged.setdefault(str(row["label"]), {})[int(row["month"])] = float(row["share"])
    column = share_column(record)
    simulated: dict[str, dict[int, float]] = {arm: {} for arm in arms}
    for row in records(months):
        simulated[str(row["arm"])][int(row["month"])] = float(row[column])
    together = next(iter(logged)) if len(logged) == 1 else f"mean of {len(logged)} records"
    average = _mean(list(logged.values()))
    own = {arm: [label for label in logged if arm in label] for arm in arms}
    if len(arms) > 1 and all(len(labels) == 1 for labels in own.values()):
        found = [Pair(arm, own[arm][0], simulated[arm], logged[own[arm][0]]) for arm in arms]
        return [*found, Pair(f"mean of {len(arms)} arms", together, _mean(list(simulated.values())), average)]
    return [Pair(arm, together, simulated[arm], average) for arm in arms]


def _mean(shares: Sequence[Mapping[int, float]]) -> dict[int, float]:
    """Month by month, the mean of those that have the month."""
    order = dict.fromkeys(month for one in shares for month in one)
    columns = {month: [one[month] for one in shares if month in one] for month in order}
    return {month: sum(found) / len(found) for month, found in columns.items()}


def fits(months: pd.DataFrame, record: pd.DataFrame, arms: Sequence[str]) -> list[Fit]:
    """How far each pair lies apart over the months that both have; pairs without a common month are left out."""
    found = []
    for pair in pairs(months, record, arms):
        common = [month for month in pair.ours if month in pair.theirs]
        if not common:
            continue
        gaps = [pair.ours[month] - pair.theirs[month] for month in common]
        values = [pair.theirs[month] for month in common]
        rest = [pair.theirs[month] for month in common if month != SEPTEMBER]
        found.append(
            Fit(
                simulated=pair.simulated,
                logged=pair.logged,
                rms=math.sqrt(sum(gap * gap for gap in gaps) / len(gaps)),
                mean_difference=sum(gaps) / len(gaps),
                constant_rms=math.sqrt(_squares(values) / len(values)),
                september_rms=math.sqrt(_squares(rest) / len(values)) if 0 < len(rest) < len(values) else None,
            )
        )
    return found


def _squares(values: Sequence[float]) -> float:
    """Sum of squared deviations from the mean."""
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values)
