"""Commands that make one week or live one year: timetable, run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sdmsim.show import options

if TYPE_CHECKING:
    from sdmsim.scenario import Scenario


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
@options.assumptions
@options.quiet
@options.as_json
@options.verbose
def run(scenario: Path, out: Path | None, seed: int | None, assumed: str | None, quiet: bool, as_json: bool) -> None:
    """Live one school year of SCENARIO: promised minutes given and missed, by service and reason."""
    from datetime import UTC, datetime
    from time import perf_counter

    from sdmsim.lab.folder import refuse_other_inputs
    from sdmsim.lab.one_year import run_inputs, write_run
    from sdmsim.plan import plan_of
    from sdmsim.show.year import print_year, year_summary
    from sdmsim.world import live

    started, began = datetime.now(UTC), perf_counter()
    described = _described(scenario, seed, assumed)
    target = out or _default_out(scenario)
    said = described.assumptions.said()
    refuse_other_inputs(target, inputs=run_inputs(described), seed=described.seed, assumptions=said)
    plan = plan_of(described)
    planned = perf_counter()
    options.log.info("the week took %.1f s", planned - began)
    log = live(plan, seed=described.seed, replication=0)
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
    )
    if as_json:
        click.echo(json.dumps(year_summary(described, log, target), ensure_ascii=False, allow_nan=False))
    elif not quiet:
        print_year(described, log, target)


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
