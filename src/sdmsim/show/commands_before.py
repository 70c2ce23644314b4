"""Commands that run nothing: init, check, schema."""

from __future__ import annotations

import json
from pathlib import Path

import click

from sdmsim.show import options


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--like",
    type=click.Choice(["small", "maple", "chicago"]),
    default="small",
    show_default=True,
    help="The kind of school that is drawn.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True, metavar="N", help="What is drawn."
)
@click.option(
    "--clustered",
    type=click.IntRange(1, 20),
    metavar="N",
    help="Children whose setting is the team's to choose sit in N sections of each grade.",
)
@click.option(
    "--workbook", is_flag=True, help="The tables as one Excel workbook, school.xlsx, in the place of CSV files."
)
@click.option(
    "--from",
    "own",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Sheets of your own (Excel or CSV), with headers of any spelling; may be repeated. Nothing is drawn then.",
)
@options.quiet
@options.verbose
def init(
    folder: Path,
    like: str,
    seed: int,
    clustered: int | None,
    workbook: bool,
    own: tuple[Path, ...],
    quiet: bool,
) -> None:
    """Write a school to start from into DIR: scenario, experiment, tables, and what to fill in.

    With --from the tables are made of your own sheets: a caseload with columns such as Student ID, Grade, Homeroom,
    Frequency (2x30), Goal Area and Location is enough. How each column was read is printed and written beside.
    """
    from sdmsim.show.start import make_school

    if own:
        from sdmsim.show.imported import make_own_school

        lines = make_own_school(folder, own, workbook=workbook)
        if not quiet:
            for line in lines:
                click.echo(line)
            click.echo("")
    else:
        make_school(folder, like, seed, clustered, workbook=workbook)
    if not quiet:
        click.echo(f"{folder}: a school to start from. Read {folder / 'README.md'}, then try")
        click.echo(f"  sdmsim experiment {folder / 'experiment.toml'}")


@click.command()
@options.file_argument("files", nargs=-1, required=True, metavar="FILE...")
@options.assumptions
@options.quiet
@options.as_json
@options.verbose
def check(files: tuple[Path, ...], assumed: str | None, quiet: bool, as_json: bool) -> None:
    """Check scenarios and experiments, with every table they name: every problem at once."""
    from sdmsim.base import InputErrors
    from sdmsim.show.checking import check_files, found_lines

    checked = check_files(files, assumed)
    if as_json:
        click.echo(json.dumps(checked.as_json(), ensure_ascii=False, allow_nan=False))
    elif not quiet:
        for line in found_lines(checked.found):
            click.echo(line)
    if checked.problems:
        raise InputErrors(checked.problems)


@click.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Write the schemas there.")
@options.quiet
@options.verbose
def schema(out: Path | None, quiet: bool) -> None:
    """JSON schemas of scenario, experiment, policy and assumptions files, for editors; printed, or written to --out."""
    from sdmsim.show.schemas import schemas_of_files

    schemas = schemas_of_files()
    if out is None:
        click.echo(json.dumps(schemas, indent=2, ensure_ascii=False))
        return
    out.mkdir(parents=True, exist_ok=True)
    for name, content in schemas.items():
        file = out / f"{name}.schema.json"
        file.write_bytes(f"{json.dumps(content, indent=2, ensure_ascii=False)}\n".encode())
        if not quiet:
            click.echo(str(file))
