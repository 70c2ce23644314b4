"""A validation as one thing: published trials, the months to come, hold-outs, who leads; and its folder of results."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sdmsim.lab.calibrated import experiment_with_record
from sdmsim.lab.experiment import Experiment
from sdmsim.lab.fairness import Lead, draws, leads
from sdmsim.lab.folder import MANIFEST, digests, manifest, refuse_other_inputs, whole, write_csv, write_json
from sdmsim.lab.growth_hold_out import HeldOut, hold_out
from sdmsim.lab.published import Result, simulated_trials
from sdmsim.lab.record import MONTHS
from sdmsim.metrics import by_month
from sdmsim.plan import plan_of
from sdmsim.theory.ledger import Assumed, Assumptions, read_assumptions
from sdmsim.theory.rows import equally_good_rows
from sdmsim.world import live

MONTH_YEARS = 60
"""Simulated years of each arm behind a predicted month."""


class Asked(NamedTuple):
    """What a validation is to do."""

    assumed: Assumed
    trials: int
    seed: int
    months: Experiment | None
    """An experiment of the years before, for V10."""
    data: Path | None
    """The public data sets, for the hold-outs."""


class Month(NamedTuple):
    """V10: predicted share of required minutes that is given in a month, over simulated years."""

    month: str
    low: float
    middle: float
    high: float


class Validated(NamedTuple):
    """What a validation found."""

    asked: Asked
    results: Sequence[Result]
    months: Sequence[Month]
    """Empty where no experiment is given."""
    held_out: Sequence[HeldOut]
    """Empty where no data are given."""
    leads: Sequence[Lead]
    """Over draws of the ledger's ranges."""
    leads_of_rows: Sequence[Lead]
    """Over the equally good rows."""


def read_asked(assumed: str, trials: int, seed: int, months: Path | None, data: Path | None) -> Asked:
    """Read and check what a validation needs.

    Raises:
        InputErrors: every problem of the assumptions, or of the experiment of V10.
    """
    return Asked(read_assumptions(assumed), trials, seed, experiment_with_record(months), data)


def validate(asked: Asked) -> Validated:
    """Simulate it all; nothing is fitted.

    Raises:
        InputErrors: a data set is missing.
    """
    held = [] if asked.data is None else hold_out(asked.data)
    base = Assumptions(set="evidence").numbers()
    return Validated(
        asked,
        simulated_trials(asked.assumed.assumptions.numbers(), asked.trials, asked.seed),
        [] if asked.months is None else predicted(asked.months),
        held,
        leads(draws()),
        leads({**base, **row} for row in equally_good_rows()),
    )


def predicted(asked: Experiment) -> list[Month]:
    """V10: the months of the school year to come, from the arms' years alone; speech, as no other rates were fitted."""
    shares: dict[int, list[float]] = {}
    for _, scenario in asked.scenarios:
        plan = plan_of(scenario)
        for replication in range(MONTH_YEARS):
            for row in by_month(live(plan, seed=scenario.seed, replication=replication)):
                if row["required_by_days"] > 0.0:
                    share = row["minutes_delivered"] / row["required_by_days"]
                    shares.setdefault(int(row["month"]), []).append(share)
    order = sorted(shares, key=lambda month: (month - 9) % 12)
    return [Month(MONTHS[m - 1], *(float(q) for q in np.percentile(shares[m], [5, 50, 95]))) for m in order]


def write_validated(found: Validated, folder: Path, *, started: datetime, wall_seconds: float) -> None:
    """Write the results, both tables of leads, months and hold-outs where made, and the manifest: all or nothing.

    Raises:
        InputErrors: the folder holds results of other inputs.
    """
    import pandas as pd

    asked = found.asked
    files = [] if asked.months is None else list(asked.months.input_files())
    files += [] if asked.assumed.file is None else [asked.assumed.file]
    inputs = digests(files, files[0].parent) if files else {}
    said = asked.assumed.assumptions.said()
    refuse_other_inputs(folder, inputs=inputs, seed=asked.seed, assumptions=said)
    facts = manifest(
        started=started,
        seed=asked.seed,
        replications=asked.trials,
        assumptions=said,
        inputs=inputs,
        wall_seconds=wall_seconds,
    )
    tables = {
        "validation": pd.DataFrame(found.results),
        "leads": pd.DataFrame(found.leads),
        "leads-of-rows": pd.DataFrame(found.leads_of_rows),
        "predicted-months": pd.DataFrame(found.months),
        "hold-outs": pd.DataFrame(found.held_out),
    }
    with whole(folder) as new:
        for name, table in tables.items():
            if len(table):
                write_csv(table, new / f"{name}.csv")
        write_json({**facts, "trials": asked.trials}, new / MANIFEST)
