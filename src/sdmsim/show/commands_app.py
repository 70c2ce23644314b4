"""The command that opens the planner's page: app."""

from __future__ import annotations

import click

from sdmsim.show import options


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), metavar="N", help="Default: the first free one from 8501 on.")
@click.option("--no-browser", is_flag=True, help="Only say the address; open no browser.")
@options.verbose
def app(port: int | None, no_browser: bool) -> None:
    """Open the planner's page in the browser, on this computer only (extra `sdmsim[app]`)."""
    from sdmsim.show.app.launch import run

    run(port, browser=not no_browser, say=click.echo)
