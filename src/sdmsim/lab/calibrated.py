"""A calibration as one thing: the targets, the checks, the fit, the rows; and its folder of results."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sdmsim.base import InputErrors, Problem
from sdmsim.lab.calibration import Directions, Remaining, Rows, beside, directions, equally_good, fit, remaining
from sdmsim.lab.experiment import Experiment, load_experiment
from sdmsim.lab.folder import MANIFEST, digests, manifest, refuse_other_inputs, whole, write_csv, write_json
from sdmsim.lab.growth_fits import fit_growth
from sdmsim.lab.target_checks import all_checks
from sdmsim.lab.target_figures import Row
from sdmsim.theory.ledger import Assumptions

if TYPE_CHECKING:
    import pandas as pd


class Asked(NamedTuple):
    """What a calibration is to do."""

    rows: int
    seed: int
    months: Experiment | None
    """An experiment with a monthly record, for D1."""
    data: Path | None
    """The public data sets, for D2."""


class Calibrated(NamedTuple):
    """What a calibration found."""

    asked: Asked
    beside: Sequence[Row]
    """Every target and check under the numbers that ship."""
    fitted: dict[str, float]
    """The point that the search finds: what ships, unless the ledger was changed since."""
    rows: Rows
    remaining: Sequence[Remaining]
    directions: Directions


def read_asked(rows: int, seed: int, months: Path | None, data: Path | None) -> Asked:
    """Read and check what a calibration needs.

    Raises:
        InputErrors: every problem of the experiment of D1; or it names no record.
    """
    return Asked(rows, seed, experiment_with_record(months), data)


def experiment_with_record(file: Path | None) -> Experiment | None:
    """The experiment of a file, None for none.

    Raises:
        InputErrors: every problem of the file; or it names no monthly record.
    """
    if file is None:
        return None
    experiment = load_experiment(file)
    if not experiment.monthly_record:
        raise InputErrors([Problem(file.name, 0, "record", "is missing: months are compared with a record")])
    return experiment


def calibrate(asked: Asked) -> Calibrated:
    """Fit, sample and check; see `sdmsim.lab.calibration` and `sdmsim.lab.target_checks`.

    Raises:
        InputErrors: a data set is missing.
        ArithmeticError: fewer rows than asked for were found.
    """
    growth = None if asked.data is None else fit_growth(asked.data)
    shipped = Assumptions(set="evidence").numbers()
    rows = equally_good(asked.rows, asked.seed)
    found = [*beside(shipped), *all_checks(shipped, asked.seed, asked.months, growth)]
    return Calibrated(asked, found, fit(asked.seed), rows, remaining(rows), directions())


def write_calibrated(found: Calibrated, folder: Path, *, started: datetime, wall_seconds: float) -> None:
    """Write targets.csv, remaining.csv, good-rows.csv and the manifest: the whole folder or nothing.

    Raises:
        InputErrors: the folder holds results of other inputs.
    """
    import pandas as pd

    asked = found.asked
    inputs = {} if asked.months is None else digests(asked.months.input_files(), asked.months.input_files()[0].parent)
    said = Assumptions(set="evidence").said()
    refuse_other_inputs(folder, inputs=inputs, seed=asked.seed, assumptions=said)
    facts = manifest(
        started=started,
        seed=asked.seed,
        replications=asked.rows,
        assumptions=said,
        inputs=inputs,
        wall_seconds=wall_seconds,
    )
    with whole(folder) as new:
        write_csv(_targets(found), new / "targets.csv")
        write_csv(pd.DataFrame(found.remaining), new / "remaining.csv")
        write_csv(pd.DataFrame(dict(found.rows.numbers)), new / "good-rows.csv")
        singular = [float(value) for value in found.directions.values]
        extra = {"drawn": found.rows.drawn, "fitted": found.fitted, "singular_values": singular}
        write_json({**facts, **extra}, new / MANIFEST)


def _targets(found: Calibrated) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([{**row.target._asdict(), "value": row.value, "met": row.met} for row in found.beside])
