"""The simulated months against a district's record, and against two simpler answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from sdmsim.show.answer import records

if TYPE_CHECKING:
    import pandas as pd


class Fit(NamedTuple):
    """How far one arm's months lie from the record's, both as shares (0-1)."""

    arm: str
    rms: float
    """Root mean square of the monthly differences, months weighted equally."""
    mean_difference: float
    """Mean of the arm's months minus mean of the record's."""


class AgainstRecord(NamedTuple):
    """Every arm against the mean of the records, and what simpler answers reach."""

    labels: Sequence[str]
    months: int
    fits: Sequence[Fit]
    constant_rms: float
    """Of one best constant for all months."""
    september_rms: float | None
    """Of a constant with a September of its own; None where the record has no September."""


def share_column(record: pd.DataFrame) -> str:
    """The column of the months to draw: against a record, given / required, as a record counts what is required."""
    return "delivered_of_required" if len(record) else "delivered_share"


def against_record(months: pd.DataFrame, record: pd.DataFrame, arms: Sequence[str]) -> AgainstRecord | None:
    """The comparison by month; None where no record is given or no month is in both."""
    if not len(months) or not len(record):
        return None
    column = share_column(record)
    shares: dict[int, list[float]] = {}
    for row in records(record):
        shares.setdefault(int(row["month"]), []).append(float(row["share"]))
    logged = {month: sum(found) / len(found) for month, found in shares.items()}
    fits = []
    common: list[int] = []
    for arm in arms:
        ours = {int(row["month"]): float(row[column]) for row in records(months[months["arm"] == arm])}
        common = [m for m in ours if m in logged]
        if not common:
            return None
        gaps = [ours[m] - logged[m] for m in common]
        fits.append(Fit(arm, _rms(gaps), sum(gaps) / len(gaps)))
    values = [logged[m] for m in common]
    rest = [logged[m] for m in common if m != 9]
    september = math.sqrt(sum(_deviations(rest)) / len(values)) if len(rest) < len(values) and rest else None
    constant = math.sqrt(sum(_deviations(values)) / len(values))
    return AgainstRecord(tuple(dict.fromkeys(map(str, record["label"]))), len(common), tuple(fits), constant, september)


def _rms(values: Sequence[float]) -> float:
    return math.sqrt(sum(v * v for v in values) / len(values))


def _deviations(values: Sequence[float]) -> list[float]:
    mean = sum(values) / len(values)
    return [(v - mean) ** 2 for v in values]
