"""What the commands print: tables for a terminal, one line of progress."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console
    from rich.table import Table

    Progress = Callable[[int, int, str], None]

PLAIN_WIDTH = 132
"""Letters in a line where standard output is a file or a pipe."""
PHASES = {
    "timetables": "making the weeks",
    "years": "living the years",
    "points": "trying the assumptions",
    "causes": "looking for causes",
}


def console() -> Console:
    """Standard output; as wide as the terminal, or PLAIN_WIDTH where it is none."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else PLAIN_WIDTH
    return Console(width=width, highlight=False, markup=False, emoji=False, file=sys.stdout)


def table(
    title: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1, lines: bool = False
) -> Table:
    """A plain table: the first `left` columns to the left, the others to the right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(
        title=Text(title) if title else None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_lines=lines,
        pad_edge=False,
    )
    for i, name in enumerate(head):
        made.add_column(Text(name), justify="left" if i < left else "right", vertical="top", overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress | None]:
    """A bar for each phase on standard error; None, so that nothing is shown, where that is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        started: dict[str, TaskID] = {}

        def tell(done: int, total: int, phase: str) -> None:
            if phase not in started:
                started[phase] = bars.add_task(PHASES.get(phase, phase), total=total)
            bars.update(started[phase], completed=done, total=total)

        yield tell
