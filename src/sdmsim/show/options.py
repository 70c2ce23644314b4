"""Options that several commands share, and how they are heard."""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from sdmsim.lab.laboratory import YearsFailed
    from sdmsim.scenario import Scenario

Command = TypeVar("Command", bound=Callable[..., Any])
_VERBOSE = "sdmsim.verbose"
_MOST_FAILURES = 20

log = logging.getLogger("sdmsim")
"""Silent unless -v is given; never told an id."""


def _listen(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    ctx.find_root().meta[_VERBOSE] = True
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    log.handlers = [handler]
    log.setLevel(logging.DEBUG)


def is_verbose(ctx: click.Context) -> bool:
    """Whether -v was given."""
    return bool(ctx.find_root().meta.get(_VERBOSE, False))


out = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for the files; default results/NAME.",
)
seed = click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="In place of the file's seed.")
replications = click.option(
    "--replications", type=click.IntRange(1), metavar="N", help="Years of each arm, in place of the file's."
)
workers = click.option(
    "--workers", type=click.IntRange(1, 1024), metavar="N", help="Processes; default: one for each core, if worth it."
)
dask = click.option(
    "--dask",
    metavar="ADDRESS|local",
    help="Live the years on a Dask cluster: its scheduler's address, or local for one on this machine.",
)
store = click.option(
    "--store",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where lived years are kept; default $SDMSIM_STORE, or .trials beside the results.",
)
assumptions = click.option(
    "--assumptions",
    "assumed",
    metavar="NAME|FILE",
    help="neutral, evidence, practitioner or a file, in place of the scenario's [assumptions].",
)
months = click.option(
    "--months",
    type=click.Path(path_type=Path),
    metavar="EXPERIMENT",
    help="An experiment with a monthly record, such as experiments/chicago.toml.",
)
data = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="The public data sets of docs/sources.md.",
)
quiet = click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
verbose = click.option(
    "-v", "--verbose", is_flag=True, expose_value=False, callback=_listen, help="Log to standard error; tracebacks."
)


class Asked(NamedTuple):
    """What a command that lives many years is told besides its own question."""

    out: Path | None
    seed: int | None
    replications: int | None
    workers: int | None
    dask: str | None
    store: Path | None
    assumed: str | None
    quiet: bool
    as_json: bool

    @property
    def where(self) -> dict[str, Any]:
        """Where years are lived and kept, as `laboratory` and what asks it take it."""
        return {"workers": self.workers, "dask": self.dask, "store": self.store}


def many_years(command: Callable[..., None]) -> Callable[..., None]:
    """The options of `Asked`, given to a command as its argument `how`."""

    @functools.wraps(command)
    def heard(**given: Any) -> None:
        asked = Asked(**{name: given.pop(name) for name in Asked._fields})
        command(how=asked, **given)

    taken = (out, seed, replications, workers, dask, store, assumptions, quiet, as_json, verbose)
    for option in reversed(taken):
        heard = option(heard)
    return heard


def tell_failed(error: YearsFailed) -> NoReturn:
    """Name the years without which there is no answer, and end with the exit status of a defect of ours."""
    click.echo("sdmsim: years that failed, a defect of ours or of a strategy of your own:", err=True)
    for one in error.failures[:_MOST_FAILURES]:
        place = f" at {one.place}" if one.place else ""
        click.echo(f"  {one.arm}, replication {one.replication} ({one.error}{place})", err=True)
    if (more := len(error.failures) - _MOST_FAILURES) > 0:
        click.echo(f"  and {more} more", err=True)
    raise click.exceptions.Exit(1) from None


def admit_own(scenarios: Iterable[Scenario]) -> None:
    """Let the strategies of the user's own run, once standard error has said which file each is; hold them to the laws.

    Raises:
        InputErrors: one cannot be made, or breaks a law.
    """
    from sdmsim.base import InputErrors, Problem
    from sdmsim.delivery import Own
    from sdmsim.delivery.laws import broken_laws
    from sdmsim.delivery.own import admit
    from sdmsim.delivery.requests import caseload

    problems = []
    for scenario in scenarios:
        if isinstance(scenario.delivery, Own):
            made = admit(scenario.delivery, lambda text: click.echo(text, err=True))
            if hasattr(made, "review") and scenario.reviews is None:
                text = f'is missing: "{scenario.delivery.strategy}" moves children at reviews; give reviews.every_weeks'
                problems.append(Problem("a strategy of your own", 0, "reviews", text))
            cases = caseload(scenario.roster, scenario.goals_in_use)
            name = f'delivery.kind "{scenario.delivery.strategy}"'
            broken = broken_laws(made, cases, scenario.calendar, scenario.seed)
            problems += [Problem("a strategy of your own", 0, name, text) for text in broken]
    if problems:
        raise InputErrors(dict.fromkeys(problems))


def file_argument(name: str, **more: Any) -> Callable[[Command], Command]:
    """An argument that is a file to read; whether it is there and readable is told with all other problems."""
    return click.argument(name, type=click.Path(path_type=Path), **more)
