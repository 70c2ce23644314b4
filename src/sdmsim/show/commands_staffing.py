"""The command that searches: staffing."""

from __future__ import annotations

import json
from pathlib import Path

import click

from sdmsim.show import options

FIGURES = "figures"
REPORT = "report.html"


@click.command()
@options.file_argument("experiment")
@click.option("--share", type=float, metavar="X", help="Share of the promised minutes to give, such as 0.95.")
@click.option(
    "--probability", type=float, metavar="P", help="With which probability, such as 0.9: in nine years of ten."
)
@click.option("--role", metavar="ROLE", help="Whose FTE; may be left out where the services need one role only.")
@click.option("--from", "first", type=float, metavar="FTE", help="Fewest to try; default: half of what is there.")
@click.option("--to", "last", type=float, metavar="FTE", help="Most to try; default: twice what is there.")
@click.option("--every-step", "every", is_flag=True, help="Try every 0.1 FTE, for the whole curve.")
@options.many_years
def staffing(
    experiment: Path,
    share: float | None,
    probability: float | None,
    role: str | None,
    first: float | None,
    last: float | None,
    every: bool,
    how: options.Asked,
) -> None:
    """Search the fewest FTE, by 0.1, that keep a promise in each arm of EXPERIMENT.

    The promise: at least the share X of the promised minutes is given, with at least the probability P over years.
    """
    from sdmsim.lab.experiment import load_experiment
    from sdmsim.lab.laboratory import YearsFailed
    from sdmsim.lab.staffing import search
    from sdmsim.lab.staffing_question import ask
    from sdmsim.show.console import progress
    from sdmsim.show.pictures.staffing import staffing_picture
    from sdmsim.show.report_staffing import write_staffing_report
    from sdmsim.show.staffing import NAME, print_staffed, summary

    read = load_experiment(experiment, assumptions=how.assumed)
    asked = ask(read, share=share, probability=probability, role=role, first=first, last=last, every=every)
    options.admit_own([read.base, *(s for _, s in read.scenarios)])
    target = how.out or Path("results") / f"{experiment.stem}-{NAME}"
    with progress(quiet=how.quiet) as show:
        try:
            found = search(
                read, asked, out=target, seed=how.seed, replications=how.replications, progress=show, **how.where
            )
        except YearsFailed as error:
            options.tell_failed(error)
    picture = staffing_picture(found)
    picture.save(target / FIGURES)
    write_staffing_report(found, target / REPORT, picture)
    if how.as_json:
        click.echo(json.dumps(summary(found, target), ensure_ascii=False, allow_nan=False))
    elif not how.quiet:
        print_staffed(found, target / REPORT)
