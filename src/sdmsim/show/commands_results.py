"""What the store of lived years holds, and pruning it: results list, results prune."""

from __future__ import annotations

import os
from pathlib import Path

import click

from sdmsim.show import options


@click.group(invoke_without_command=True)
@options.store
@click.pass_context
def results(ctx: click.Context, store: Path | None) -> None:
    """What the store of lived years holds: experiments, arms, years, versions, sizes, dates.

    Without a word more it lists, as `sdmsim results list` does.
    """
    ctx.obj = store
    if ctx.invoked_subcommand is None:
        _list(_folder(ctx, None))


@results.command("list")
@options.store
@options.verbose
@click.pass_context
def list_(ctx: click.Context, store: Path | None) -> None:
    """List the years that the store holds, arm by arm."""
    _list(_folder(ctx, store))


@results.command()
@click.argument("experiments", metavar="[EXPERIMENT]...", nargs=-1)
@options.store
@options.quiet
@options.verbose
@click.pass_context
def prune(ctx: click.Context, experiments: tuple[str, ...], store: Path | None, quiet: bool) -> None:
    """Remove the years of the named experiments, or without a name those of other versions of sdmsim."""
    from sdmsim.lab.holdings import prune as take_out

    folder = _folder(ctx, store)
    found = take_out(folder, [Path(name).stem if name.endswith(".toml") else name for name in experiments])
    if not quiet:
        click.echo(f"{folder}: removed the years of {found.arms} arms ({_size(found.bytes)}).")


def _folder(ctx: click.Context, store: Path | None) -> Path:
    """The store that is meant: the option, SDMSIM_STORE, or the one beside results in results/."""
    chosen = store or ctx.obj or os.environ.get("SDMSIM_STORE")
    return Path(chosen) if chosen else Path("results") / ".trials"


def _list(folder: Path) -> None:
    from sdmsim.lab.holdings import holdings
    from sdmsim.show.console import console, table

    held = holdings(folder)
    if not held:
        click.echo(f"{folder}: holds no lived years.")
        return
    rows = [
        (one.experiment, one.arm, f"{one.replications}", f"{one.seed}",
         one.version if one.current else f"{one.version}, other code", _size(one.bytes), one.latest)
        for one in held
    ]  # fmt: skip
    head = ("experiment", "arm", "years", "seed", "sdmsim", "size", "last written (UTC)")
    console().print(table(f"Lived years in {folder}", head, rows, left=2))
    size = sum({one.place: one.bytes for one in held}.values())
    click.echo(f"{_size(size)} in all. `sdmsim results prune` removes the years of other code.")


def _size(n: int) -> str:
    return f"{n / 1e6:.1f} MB" if n >= 100_000 else f"{n / 1e3:.1f} kB"
