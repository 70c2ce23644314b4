"""Checks beside the calibration: what the model gives for C7, C8, D1, D2, D4 and D5. Nothing is moved for them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sdmsim.lab.contacts import beside_targets, school_days
from sdmsim.lab.growth_fits import FIRST_FITS
from sdmsim.lab.target_figures import Row, Target
from sdmsim.metrics import by_month
from sdmsim.plan import plan_of
from sdmsim.school.synthetic import Synthetic
from sdmsim.streams import Luck
from sdmsim.world import live

if TYPE_CHECKING:
    from sdmsim.lab.experiment import Experiment

CONTACT_SCHOOLS = 20
SCHOOLS = 200
YEARS = 30
_LATER = 1000
"""First replication of the years of D1: far from those that the rates were fitted to."""


def row(code: str, figure: str, value: float, published: float, near: float, source: str) -> Row:
    """A checked figure that may lie `near` its published number, on either side."""
    return Row(Target(code, figure, published, published - near, published + near, "checked", source), value)


def caseload() -> Iterator[Row]:
    """C7: therapist hours a week that 48 children's typical plans ask for: 2.5 x 25 minutes in groups of 2 to 3."""
    hours = 48 * 2.5 * 25.0 / 60.0 / 2.5
    source = "ASHA 2022: caseload 48, 22 of 37.2 hours direct; plans as in Brandel & Loeb 2011"
    yield row("C7", "direct hours for 48 children in groups of 2.5", hours, 22.0, 3.0, source)


def contacts(n: Mapping[str, float], seed: int) -> Iterator[Row]:
    """C8 and D4: quantiles of school days' contacts, drawn pair by pair."""
    schools = [school_days(n, Luck(seed, replication)) for replication in range(CONTACT_SCHOOLS)]
    for figure, value, published, near in beside_targets(schools):
        yield row("C8, D4", f"contacts a day, {figure}", value, published, near * published, "Stehle et al. 2011")


def growth(n: Mapping[str, float], fitted: Mapping[str, float] | None) -> Iterator[Row]:
    """D2: growth and spread of the ledger beside a mixed model of the data, or a first fit where none is given."""
    first = {name: value for name, (value, _) in FIRST_FITS.items()} if fitted is None else fitted
    source = "egsingle" + (", first fit" if fitted is None else ", fitted now")
    sd = n["scale.sd.academics"]
    spread = float(np.hypot(first["maths.start_sd.children"], first["maths.start_sd.schools"]))
    relative = first["maths.slope_sd.children"] / first["maths.slope"]
    yield row("D2", "maths, logits a year", n["school.academic_growth"] * sd, first["maths.slope"], 0.05, source)
    yield row("D2", "maths, spread at the start", sd, spread, 0.07, source)
    yield row("D2", "growth, spread between children / mean", n["school.growth_sd"], relative, 0.04, source)


def schools() -> Iterator[Row]:
    """D5: drawn Chicago schools beside the records that they were fitted to."""
    size, classes, bells = [], [], []
    for seed in range(SCHOOLS):
        drawn = Synthetic(kind="synthetic", like="chicago", seed=seed).school(Path())
        size.append(sum(s.size for s in drawn.sections))
        classes += [s.size for s in drawn.sections if s.grade not in ("6", "7", "8")]
        bells.append(min(block.start for block in drawn.bell))
    chicago, york = "City of Chicago data portal, 471 schools", "NYC Open Data, K-5 general education"
    yield row("D5", "pupils of a school, mean", float(np.mean(size)), 524.0, 40.0, chicago)
    yield row("D5", "pupils of a school, SD", float(np.std(size)), 268.0, 54.0, chicago)
    yield row("D5", "children in a class", float(np.mean(classes)), 23.7, 1.5, york)
    for share, published in ((5, 7.5), (50, 8.0), (95, 9.0)):
        first = float(np.percentile(bells, share)) / 60.0
        yield row("D5", f"first bell, percentile {share}, o'clock", first, published, 0.26, chicago)


def delivery(asked: Experiment) -> Iterator[Row]:
    """D1: share of required minutes given, by month and over all, in the arms of an experiment with a record.

    The arms' years and the record's are averaged month by month. Speech only: no rates were fitted to other services.

    Raises:
        ValueError: the experiment names no record.
    """
    if not asked.monthly_record:
        raise ValueError("the experiment names no record")
    logged: dict[int, list[float]] = {}
    for entry in asked.monthly_record:
        logged.setdefault(entry.month, []).append(entry.share)
    given, required = _lived(asked)
    apart = [given[m] / required[m] - float(np.mean(logged[m])) for m in logged if required.get(m)]
    source = "district's log of speech therapy"
    whole = sum(given.values()) / sum(required.values())
    record = float(np.mean([np.mean(shares) for shares in logged.values()]))
    yield row("D1", "given / required, all months", whole, record, 0.02, source)
    rms = math.sqrt(sum(d * d for d in apart) / len(apart))
    yield row("D1", "given / required, RMS distance of the months", rms, 0.0, 0.03, source)


def _lived(asked: Experiment) -> tuple[dict[int, float], dict[int, float]]:
    """Minutes given and required by days, by month, over YEARS years of every arm."""
    given: dict[int, float] = {}
    required: dict[int, float] = {}
    for _, scenario in asked.scenarios:
        plan = plan_of(scenario)
        for replication in range(_LATER, _LATER + YEARS):
            for month in by_month(live(plan, seed=scenario.seed, replication=replication)):
                number = int(month["month"])
                given[number] = given.get(number, 0.0) + month["minutes_delivered"]
                required[number] = required.get(number, 0.0) + month["required_by_days"]
    return given, required


def all_checks(
    n: Mapping[str, float], seed: int, asked: Experiment | None, fitted: Mapping[str, float] | None
) -> Sequence[Row]:
    """Every check, in the order of the codes; D1 only where an experiment with a record is given."""
    months = [] if asked is None else list(delivery(asked))
    return [*caseload(), *contacts(n, seed), *months, *growth(n, fitted), *schools()]
