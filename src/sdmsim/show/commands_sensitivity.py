"""The command that asks what drives the answer: sensitivity."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from sdmsim.show import options


@click.command()
@options.file_argument("experiment")
@click.option("--metric", metavar="NAME", help="The outcome that decides, in place of the experiment's [sensitivity].")
@options.out
@options.seed
@click.option("--replications", type=click.IntRange(1), metavar="N", help="Years of each arm at each point.")
@options.workers
@options.dask
@options.store
@options.assumptions
@options.quiet
@options.as_json
@options.verbose
def sensitivity(
    experiment: Path,
    metric: str | None,
    out: Path | None,
    seed: int | None,
    replications: int | None,
    workers: int | None,
    dask: str | None,
    store: Path | None,
    assumed: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Which assumptions drive the answer of EXPERIMENT, where it turns round, and what to measure first.

    Says first what it will ask for and about how long that takes. The same command again takes up what was interrupted.
    """
    from sdmsim.lab.drivers.question import Sensitivity
    from sdmsim.lab.drivers.sensitivity import NAME
    from sdmsim.lab.drivers.sensitivity import sensitivity as study_of
    from sdmsim.lab.drivers.study import Study
    from sdmsim.lab.experiment import load_experiment
    from sdmsim.lab.laboratory import YearsFailed
    from sdmsim.show.console import progress
    from sdmsim.show.drivers.answer import print_answer, print_budget, summary
    from sdmsim.show.drivers.page import write_study_report

    read = load_experiment(experiment, assumptions=assumed)
    asked = None
    if metric is not None:
        asked = (read.sensitivity or Sensitivity(metric=metric)).model_copy(update={"metric": metric})
    options.admit_own([read.base, *(s for _, s in read.scenarios)])
    target = out or Path("results") / f"{experiment.stem}-{NAME}"
    tell = None if quiet or as_json else print_budget
    with progress(quiet=quiet) as show:
        where: dict[str, Any] = {"workers": workers, "dask": dask, "store": store, "progress": show, "budget": tell}
        try:
            study = study_of(read, asked=asked, out=target, seed=seed, replications=replications, **where)
        except YearsFailed as error:
            click.echo("sdmsim: years that failed, a defect of ours or of a strategy of your own:", err=True)
            for one in error.failures[:20]:
                place = f" at {one.place}" if one.place else ""
                click.echo(f"  {one.arm}, replication {one.replication} ({one.error}{place})", err=True)
            raise click.exceptions.Exit(1) from None
    report = write_study_report(Study.read(target), target)
    if as_json:
        click.echo(json.dumps(summary(study, report), ensure_ascii=False, allow_nan=False))
    elif not quiet:
        print_answer(study, report)
