"""The command that fits the ledger to published targets: calibrate."""

from __future__ import annotations

from pathlib import Path

import click

from sdmsim.show import options


@click.command()
@click.option("--rows", type=click.IntRange(1, 2000), default=256, show_default=True, help="Equally good rows to find.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Of search and sampling.")
@options.months
@options.data
@options.out
@options.quiet
@options.verbose
def calibrate(rows: int, seed: int, months: Path | None, data: Path | None, out: Path | None, quiet: bool) -> None:
    """Fit the set `evidence` to its published targets, and find the rows of numbers that meet them all."""
    from datetime import UTC, datetime
    from time import perf_counter

    from sdmsim.lab.calibrated import calibrate as fit_all
    from sdmsim.lab.calibrated import read_asked, write_calibrated
    from sdmsim.show.calibrated import print_calibrated

    started, began = datetime.now(UTC), perf_counter()
    found = fit_all(read_asked(rows, seed, months, data))
    target = out or Path("results") / "calibration"
    write_calibrated(found, target, started=started, wall_seconds=perf_counter() - began)
    if not quiet:
        print_calibrated(found, target)
