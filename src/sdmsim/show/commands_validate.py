"""The command that holds the model against published results: validate."""

from __future__ import annotations

from pathlib import Path

import click

from sdmsim.show import options


@click.command()
@click.option(
    "--trials", type=click.IntRange(20, 20000), default=1000, show_default=True, help="Simulated trials of each result."
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Of the trials' luck.")
@options.assumptions
@options.months
@options.data
@options.out
@options.quiet
@options.verbose
def validate(
    trials: int,
    seed: int,
    assumed: str | None,
    months: Path | None,
    data: Path | None,
    out: Path | None,
    quiet: bool,
) -> None:
    """Simulate published trials at their size and say which results the model reproduces, tuned to none of them."""
    from datetime import UTC, datetime
    from time import perf_counter

    from sdmsim.lab.validated import read_asked, write_validated
    from sdmsim.lab.validated import validate as hold_against
    from sdmsim.show.validated import print_validated

    started, began = datetime.now(UTC), perf_counter()
    found = hold_against(read_asked(assumed or "evidence", trials, seed, months, data))
    target = out or Path("results") / "validation"
    write_validated(found, target, started=started, wall_seconds=perf_counter() - began)
    if not quiet:
        print_validated(found, target)
