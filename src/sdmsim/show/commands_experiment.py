"""Commands about many years: experiment, and what is made from its results again: plot, report."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sdmsim.show import options

if TYPE_CHECKING:
    from sdmsim.lab.results import Results

REPORT = "report.html"
FIGURES = "figures"
COMPARISON = "comparison.xlsx"


@click.command()
@options.file_argument("experiment")
@options.many_years
def experiment(
    experiment: Path,
    how: options.Asked,
) -> None:
    """Live every arm of EXPERIMENT many times and compare: tables, pictures and a report.

    The same command again takes up what was interrupted; more replications add to those that are there.
    """
    from sdmsim.lab.execute import execute
    from sdmsim.lab.experiment import load_experiment
    from sdmsim.lab.laboratory import YearsFailed
    from sdmsim.show.console import progress

    asked = load_experiment(experiment, assumptions=how.assumed)
    options.log.info("%s read: %d arms", experiment.name, len(asked.scenarios))
    options.admit_own([asked.base, *(s for _, s in asked.scenarios), *(s for _, _, s in asked.variations)])
    target = how.out or Path("results") / experiment.stem
    with progress(quiet=how.quiet) as show:

        def tell(done: int, total: int, phase: str) -> None:
            if done == total:
                options.log.info("%s: all %d done", phase, total)
            if show is not None:
                show(done, total, phase)

        try:
            execute(asked, out=target, seed=how.seed, replications=how.replications, progress=tell, **how.where)
        except YearsFailed as error:
            _tell_failures(experiment, how.seed, how.assumed, (failure._asdict() for failure in error.failures))
            raise click.exceptions.Exit(1) from None
    results = _illustrate(target)
    if how.as_json:
        from sdmsim.show.outcome import outcome_summary

        click.echo(json.dumps(outcome_summary(results, target), ensure_ascii=False, allow_nan=False))
    elif not how.quiet:
        from sdmsim.show.outcome import print_outcome

        print_outcome(results, target / REPORT)
    if results.manifest.get("failed"):
        _tell_failures(experiment, how.seed, how.assumed, results.manifest["failed"])
        raise click.exceptions.Exit(1)


def _tell_failures(
    experiment: Path, seed: int | None, assumed: str | None, failed: Iterable[Mapping[str, Any]]
) -> None:
    """Each year that failed, with the command that lives it alone, on standard error."""
    given = [*(["--seed", str(seed)] if seed is not None else []), *(["--assumptions", assumed] if assumed else [])]
    click.echo("sdmsim: years that failed, a defect of ours or of a strategy of your own; each alone:", err=True)
    for one in failed:
        words = ["sdmsim", "run", str(experiment), "--arm", one["arm"], "--replication", str(one["replication"])]
        place = f" at {one['place']}" if one["place"] else ""
        click.echo(f"  {shlex.join([*words, *given])}   ({one['error']}{place})", err=True)


def _illustrate(folder: Path) -> Results:
    """Pictures and report from the files that were just written, as `plot` and `report` make them."""
    from sdmsim.lab.results import Results
    from sdmsim.show.comparison_book import comparison_book
    from sdmsim.show.grids import read_sessions
    from sdmsim.show.pictures import draw, save_all
    from sdmsim.show.report import weeks_shown, write_report
    from sdmsim.show.week_book import week_book

    results = Results.read(folder)
    seconds = {name: results.manifest[name] for name in ("wall_seconds", "timetable_seconds", "simulate_seconds")}
    reused = results.manifest.get("years_reused", 0)
    options.log.info("%d school years lived, %d reused: %s", results.manifest["school_years"], reused, seconds)
    pictures = draw(results)
    save_all(pictures, folder / FIGURES)
    write_report(results, folder / REPORT, pictures)
    (folder / COMPARISON).write_bytes(comparison_book(results))
    for arm in weeks_shown(results):
        sessions = read_sessions(results.sessions[results.sessions["arm"] == arm])
        book = week_book(f"{results.title} {arm}", sessions)
        (folder / f"week-{results.arms.index(arm) + 1}.xlsx").write_bytes(book)
    return results


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Default: DIR/figures.")
@options.quiet
@options.verbose
def plot(folder: Path, out: Path | None, quiet: bool) -> None:
    """Draw the pictures again from the results in DIR; runs nothing."""
    from sdmsim.show.again import pictures_of
    from sdmsim.show.pictures import save_all

    pictures = pictures_of(folder)
    target = out or folder / FIGURES
    save_all(pictures, target)
    if not quiet:
        for picture in pictures:
            click.echo(str(target / f"{picture.name}.png"))


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Default: DIR itself; with --share, DIR/share.",
)
@click.option(
    "--share",
    is_flag=True,
    help="A folder that may leave the house: no child, no week, no group of few children.",
)
@click.option(
    "--fewest",
    type=click.IntRange(3),
    default=10,
    show_default=True,
    metavar="N",
    help="With --share: a number about fewer children is left out.",
)
@options.quiet
@options.verbose
def report(folder: Path, out: Path | None, share: bool, fewest: int, quiet: bool) -> None:
    """Write the report again from the results in DIR; runs nothing."""
    from sdmsim.show.again import write_report_of
    from sdmsim.show.sharing import SHARE, write_shared

    if share:
        target = out or folder / SHARE
        write_shared(folder, target, fewest)
        file = target / REPORT
    else:
        file = (out or folder) / REPORT
        write_report_of(folder, file)
    if not quiet:
        click.echo(str(file))
