"""The command line: `sdmsim COMMAND`. Exit 0 done, 2 the input is wrong, 130 interrupted, 1 a defect of ours."""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import click

from sdmsim.show.commands_app import app
from sdmsim.show.commands_before import check, init, schema
from sdmsim.show.commands_calibrate import calibrate
from sdmsim.show.commands_deidentify import deidentify
from sdmsim.show.commands_experiment import experiment, plot, report
from sdmsim.show.commands_results import results
from sdmsim.show.commands_sensitivity import sensitivity
from sdmsim.show.commands_staffing import staffing
from sdmsim.show.commands_trace import trace
from sdmsim.show.commands_validate import validate
from sdmsim.show.commands_year import run, timetable
from sdmsim.show.options import is_verbose

WRONG_INPUT = 2
DEFECT = 1
INTERRUPTED = 130

_OF_THE_USER = (errno.EACCES, errno.EPERM, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.EROFS, errno.ENAMETOOLONG)


class Commands(click.Group):
    """A group whose commands end with the exit statuses above, whatever happens in them."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for and turn what it raises into an exit status."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a sign shows another, and nothing breaks
                stream.reconfigure(errors="replace")
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (KeyboardInterrupt, click.Abort):
            click.echo("sdmsim: interrupted", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            _point_at_nothing()
            ctx.exit(0)
        except Exception as error:
            ctx.exit(_tell(error, verbose=is_verbose(ctx)))


def _tell(error: Exception, *, verbose: bool) -> int:
    """Say what happened on standard error and return the exit status."""
    from sdmsim.base import InputErrors

    if isinstance(error, InputErrors):
        for line in error.lines():
            click.echo(line, err=True)
        return WRONG_INPUT
    if isinstance(error, OSError) and error.errno is not None:
        click.echo(f"sdmsim: {error.filename or 'a file'}: {error.strerror}", err=True)
        return WRONG_INPUT if error.errno in _OF_THE_USER else DEFECT
    if verbose:
        traceback.print_exception(error)
    place = _place_of(error)
    click.echo(f"sdmsim: a defect of ours, not of your input: {type(error).__name__}{place}", err=True)
    if not verbose:
        click.echo("The same command with -v shows the traceback; please report it.", err=True)
    return DEFECT


def _place_of(error: Exception) -> str:
    """File and line where it was raised, without the text of the error: that may hold an id."""
    frames = traceback.extract_tb(error.__traceback__)
    return f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


def _point_at_nothing() -> None:
    """The reader of our output has gone: let what is left go nowhere, without complaint at exit."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="sdmsim", prog_name="sdmsim")
def main() -> None:
    """What-if simulator of school therapy: push-in, pull-out and mixes, lived for a school year.

    Start with `sdmsim init my-school`, then `sdmsim experiment my-school/experiment.toml`.
    """


for _command in (
    init,
    check,
    run,
    timetable,
    trace,
    experiment,
    staffing,
    sensitivity,
    results,
    plot,
    report,
    calibrate,
    validate,
    app,
    schema,
    deidentify,
):
    main.add_command(_command)
