"""The page of one child's year, written when it is lived: its pictures are drawn from a log that is not kept."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sdmsim.lab.folder import read_manifest
from sdmsim.show import assumed
from sdmsim.show.answer import CANNOT_SAY
from sdmsim.show.page import Table, embedded, made_from, page, write_page
from sdmsim.show.trace import HEAD, replay_rows, said_of

if TYPE_CHECKING:
    from sdmsim.lab.trace import Trace
    from sdmsim.show.pictures import Picture

NOT_A_VERDICT = (
    "Where a child should be served is for the child's team. One year is one draw of luck, and what the child learns "
    "of it follows from assumptions."
)


def write_trace_report(found: Trace, folder: Path, file: Path, pictures: Sequence[Picture]) -> None:
    """Write the page; `folder` holds the trace's manifest."""
    facts, assumptions = read_manifest(folder), found.scenario.assumptions
    name = found.scenario.input_files()[0].name
    command = shlex.join(["sdmsim", "trace", name, "--student", found.child, "--seed", str(found.scenario.seed)])
    content = {
        **made_from(facts, command),
        "title": f"The year of {found.child}",
        "school": found.scenario.title,
        "local": "this page is about a single child.",
        "cannot_say": (NOT_A_VERDICT, *CANNOT_SAY[:2]),
        "replay": Table("", HEAD, replay_rows(found), ("goal",)),
        "said": said_of(found),
        "pictures": [embedded(picture) for picture in pictures],
        "assumptions": assumed.summary(assumptions.said(), assumptions.grades()),
        "notes": found.scenario.notes,
    }
    write_page(page("trace.html.j2", content), file)
