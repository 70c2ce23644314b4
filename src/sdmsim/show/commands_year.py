"""Commands that make one week or live one year: timetable, run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdmsim.show import options

if TYPE_CHECKING:
    from sdmsim.scenario import Scenario


REPORT, WEEK = "report.html", "week.xlsx"
CHILDREN = "children-local-only.xlsx"
VIDIGI = "events-vidigi.csv"


def _described(file: Path, seed: int | None, assumed: str | None) -> Scenario:
    from sdmsim.scenario import load

    scenario = load(file, assumptions=assumed)
    scenario = scenario if seed is None else scenario.but(seed=seed)
    options.admit_own([scenario])
    return scenario


def _default_out(file: Path) -> Path:
    return Path("results") / file.stem


@click.command()
@options.file_argument("scenario")
@options.out
@options.seed
@click.option("--replication", type=click.IntRange(0), default=0, metavar="N", help="Which year's luck; default 0.")
@click.option("--arm", metavar="NAME", help="An arm, where an experiment is given in the place of a scenario.")
@click.option("--vidigi", is_flag=True, help="Also write events-vidigi.csv, the log in the columns of vidigi.")
@options.assumptions
@options.quiet
@options.as_json
@options.verbose
def run(
    scenario: Path,
    out: Path | None,
    seed: int | None,
    replication: int,
    arm: str | None,
    vidigi: bool,
    assumed: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Live one school year of SCENARIO: promised minutes given and missed, by service and reason.

    With --arm, of that arm of an experiment: the year that `sdmsim experiment` lives under the same seed.
    """
    from datetime import UTC, datetime
    from time import perf_counter

    from sdmsim.lab.folder import refuse_other_inputs, write_csv
    from sdmsim.lab.one_year import run_inputs, write_run
    from sdmsim.plan import plan_of
    from sdmsim.show.children_book import children_book
    from sdmsim.show.report_year import write_year_report
    from sdmsim.show.week_book import year_week_book
    from sdmsim.show.year import print_year, year_summary
    from sdmsim.world import live

    started, began = datetime.now(UTC), perf_counter()
    if arm is None:
        described = _described(scenario, seed, assumed)
        inputs, target = run_inputs(described), out or _default_out(scenario)
    else:
        described, inputs, number, rows = _arm(scenario, arm, seed, assumed)
        target = out or Path("results") / f"{scenario.stem}-arm-{number}-year-{replication}"
    also = {"replication": replication} if arm is None else {"replication": replication, "arm": arm}
    said = described.assumptions.said()
    refuse_other_inputs(target, inputs=inputs, seed=described.seed, assumptions=said, also=also)
    plan = plan_of(described)
    planned = perf_counter()
    options.log.info("the week took %.1f s", planned - began)
    log = live(plan, seed=described.seed, replication=replication)
    if arm is not None:
        from sdmsim.lab.trials import kept

        kept(log, rows)
    lived = perf_counter()
    options.log.info("the year took %.1f s", lived - planned)
    write_run(
        log,
        target,
        scenario=described,
        started=started,
        wall_seconds=lived - began,
        timetable_seconds=planned - began,
        simulate_seconds=lived - planned,
        inputs=inputs,
        also=also,
        file=scenario.name,
    )
    (target / WEEK).write_bytes(year_week_book(described, log))
    (target / CHILDREN).write_bytes(children_book(described.title, log))
    write_year_report(target, target / REPORT)
    if vidigi:
        from sdmsim.metrics.vidigi_events import vidigi_events

        events = vidigi_events(log)
        write_csv(events.assign(time=events["time"].map("{:.3f}".format)), target / VIDIGI)  # more than six digits
    if as_json:
        click.echo(json.dumps(year_summary(described, log, target), ensure_ascii=False, allow_nan=False))
    elif not quiet:
        print_year(described, log, target)


def _arm(file: Path, arm: str, seed: int | None, assumed: str | None) -> tuple[Scenario, dict[str, str], int, bool]:
    """The scenario of an arm, the digests of the experiment's files, the arm's number from 1, and whether its years are
    also measured under rows of numbers.
    """
    from sdmsim.base import InputErrors, Problem, did_you_mean
    from sdmsim.lab.execute import rows_apply
    from sdmsim.lab.experiment import load_experiment
    from sdmsim.lab.folder import digests

    experiment = load_experiment(file, assumptions=assumed)
    names = [name for name, _ in experiment.scenarios]
    if arm not in names:
        text = f'"{arm}" is not an arm of {file.name}{did_you_mean(arm, names)}'
        raise InputErrors([Problem("--arm", 0, "", text)])
    scenario = experiment.scenarios[names.index(arm)][1]
    scenario = scenario if seed is None else scenario.but(seed=seed)
    options.admit_own([scenario])
    inputs = digests(experiment.input_files(), file.parent)
    return scenario, inputs, names.index(arm) + 1, rows_apply(s for _, s in experiment.scenarios)


@click.command()
@options.file_argument("scenario")
@options.out
@options.seed
@options.assumptions
@options.quiet
@options.as_json
@options.verbose
def timetable(
    scenario: Path, out: Path | None, seed: int | None, assumed: str | None, quiet: bool, as_json: bool
) -> None:
    """Make the week of SCENARIO: each therapist's grid, and what found no place, with the rule that binds."""
    from sdmsim.plan import timetable as week_of
    from sdmsim.show.week import print_week, week_summary, write_week

    described = _described(scenario, seed, assumed)
    target = out or _default_out(scenario)
    week = write_week(described, lambda: week_of(described), target)
    if as_json:
        click.echo(json.dumps(week_summary(described, week), ensure_ascii=False, allow_nan=False))
    elif not quiet:
        print_week(described, week, target)
