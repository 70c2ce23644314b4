"""Write docs/commands.md: every command of the command line with its options, from the commands themselves.

python docs/make_commands.py            # writes the page
python docs/make_commands.py --check    # exit status 1 where the page is out of date
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click
from making import finish

from sdmsim.show.cli import main

HEAD = """\
# Commands

Made by `python docs/make_commands.py` from the commands themselves; do not edit by hand. Results go to files, the
summary to standard output, progress to standard error and only to a terminal. Exit status: 0 done; 2 the input is
wrong, and nothing was written; 130 interrupted, what was finished is kept; 1 a defect of ours.
"""


def said(text: str) -> str:
    """A help text as one paragraph each, safe in a cell of a table."""
    return " ".join(text.replace("\b", "").split()).replace("|", "\\|")


def parts(command: click.Command) -> Iterator[str]:
    """Arguments and options of one command as a table."""
    shown = [p for p in command.params if not getattr(p, "hidden", False)]
    if not shown:
        return
    yield "| | takes | default | meaning |"
    yield "|---|---|---|---|"
    for one in shown:
        if isinstance(one, click.Option):
            name = ", ".join(f"`{spelt}`" for spelt in (*one.opts, *one.secondary_opts))
            takes = "" if one.is_flag else one.type.name if one.metavar is None else one.metavar
            if isinstance(one.type, click.Choice):
                takes = " ".join(f"`{choice}`" for choice in one.type.choices)
            plain = isinstance(one.default, str | int | float) and not isinstance(one.default, bool)
            default = f"`{one.default}`" if plain else ""
            yield f"| {name} | {takes.replace('|', chr(92) + '|')} | {default} | {said(one.help or '')} |"
        else:
            many = " ..." if one.nargs == -1 else ""
            needed = "" if one.required else "may be left out"
            yield f"| `{one.make_metavar(click.Context(command)).strip('[].')}`{many} | {one.type.name} | {needed} | |"
    yield ""


def described(name: str, command: click.Command) -> Iterator[str]:
    """A command and the commands within it."""
    yield f"## {name}"
    yield ""
    for paragraph in (command.help or "").replace("\b\n", "").split("\n\n"):
        yield " ".join(paragraph.split())
        yield ""
    if isinstance(command, click.Group):
        for inner, inside in command.commands.items():
            yield from described(f"{name} {inner}", inside)
    yield from parts(command)


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    for name, command in sorted(main.commands.items()):
        lines += described(f"sdmsim {name}", command)
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    sys.exit(finish({"commands.md": page()}, "make_commands.py"))
