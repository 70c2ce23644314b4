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
@options.many_years
def sensitivity(
    experiment: Path,
    metric: str | None,
    how: options.Asked,
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

    read = load_experiment(experiment, assumptions=how.assumed)
    asked = None
    if metric is not None:
        asked = (read.sensitivity or Sensitivity(metric=metric)).model_copy(update={"metric": metric})
    options.admit_own([read.base, *(s for _, s in read.scenarios)])
    target = how.out or Path("results") / f"{experiment.stem}-{NAME}"
    tell = None if how.quiet or how.as_json else print_budget
    with progress(quiet=how.quiet) as show:
        said: dict[str, Any] = {"progress": show, "budget": tell, **how.where}
        try:
            study = study_of(read, asked=asked, out=target, seed=how.seed, replications=how.replications, **said)
        except YearsFailed as error:
            options.tell_failed(error)
    report = write_study_report(Study.read(target), target)
    if how.as_json:
        click.echo(json.dumps(summary(study, report), ensure_ascii=False, allow_nan=False))
    elif not how.quiet:
        print_answer(study, report)
