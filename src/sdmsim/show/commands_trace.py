"""The command that follows one child: trace."""

from __future__ import annotations

import re
from pathlib import Path

import click

from sdmsim.show import options

FIGURES = "figures"
REPORT = "report.html"


@click.command()
@options.file_argument("scenario")
@click.option("--student", required=True, metavar="ID", help="The child, by its id in students.csv.")
@options.out
@options.seed
@options.assumptions
@options.quiet
@options.verbose
def trace(scenario: Path, student: str, out: Path | None, seed: int | None, assumed: str | None, quiet: bool) -> None:
    """Follow one child of SCENARIO through its year, and live the year again in other places with the same luck."""
    from datetime import UTC, datetime
    from time import perf_counter

    from sdmsim.lab.trace import check_child, refuse_other_trace, write_trace
    from sdmsim.lab.trace import trace as live_trace
    from sdmsim.scenario import load
    from sdmsim.show.pictures import save_all
    from sdmsim.show.pictures.replays import trace_pictures
    from sdmsim.show.report_trace import write_trace_report
    from sdmsim.show.trace import print_trace

    started, began = datetime.now(UTC), perf_counter()
    described = load(scenario, assumptions=assumed)
    if seed is not None:
        described = described.but(seed=seed)
    options.admit_own([described])
    check_child(described, student)
    target = out or Path("results") / f"{scenario.stem}-{re.sub(r'[^0-9A-Za-z_.-]', '_', student)}"
    refuse_other_trace(target, described, student)
    found = live_trace(described, student)
    pictures = trace_pictures(found)
    write_trace(found, target, started=started, wall_seconds=perf_counter() - began)
    save_all(pictures, target / FIGURES)
    write_trace_report(found, target, target / REPORT, pictures)
    if not quiet:
        print_trace(found, target)
