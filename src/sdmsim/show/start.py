"""A school to start from: tables drawn by the generator, a scenario, an experiment, what to fill in."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sdmsim.base import InputErrors, Problem

if TYPE_CHECKING:
    from sdmsim.school.vocabulary import School

LIKE = ("small", "maple", "chicago")
TITLES = {"small": "A small school", "maple": "A school like Maple", "chicago": "A school like those of Chicago"}
TABLES = {
    "students": "the children in therapy, with grade and class",
    "services": "what their plans promise; setting `team`: the strategy below decides where",
    "sections": "the classes",
    "bell": "each grade's day; nobody is taken out of a protected block",
    "staff": "the therapists: contract week, lunch, duties in minutes a week",
    "calendar": "holidays, early releases, assemblies, tests, snow days",
    "rooms": "therapy rooms with size and distances",
    "pairs": "who must, must never or should preferably sit together",
}
NOT_IN_CLASS = ("articulation",)
"""Goals for drill that, unless a plan says so, a lesson has no room for: practitioners find little drill possible there
(docs/sources.md)."""


BOOK = "school.xlsx"
_IN_FILES = 'Save the tables as CSV in UTF-8 (in Excel: Save As, "CSV UTF-8"), each as `<name>.csv`.'
_IN_SHEETS = f"Each table is a sheet of {BOOK}; point at a header there to see what it means. Merge no cells."

_LANGUAGE_ARTS = ("ela", "reading", "writing", "language arts", "english language arts", "english", "literacy")


def make_school(target: Path, like: str, seed: int, clustered: int | None, *, workbook: bool = False) -> None:
    """Write a school to start from into `target`, all of it or nothing; `workbook`: its tables as one Excel workbook.

    Raises:
        InputErrors: `target` is there and not an empty folder, or the generator cannot make such a school.
    """
    refuse_unless_empty(target)
    school = drawn(like, seed, clustered)
    target = target.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as beside:
        new = Path(beside) / "new"
        write_all(school, new, workbook, _of_drawn(like, seed, clustered, workbook))
        put_in_place(new, target)


def write_all(school: School, new: Path, workbook: bool, about: Mapping[str, str]) -> None:
    """The tables, the scenario, the experiment and the README in a new folder; all of it is read again."""
    from sdmsim.lab.experiment import load_experiment

    tables = _write(school, new, workbook)
    for name, text in texts_of(school, tables, workbook, about).items():
        (new / name).write_bytes(text.encode())
    load_experiment(new / "experiment.toml")


def put_in_place(new: Path, target: Path) -> None:
    """Move a folder that is whole to where it was wanted: a name that is not there, or an empty folder."""
    if target.exists():  # an empty folder, perhaps the one we are in: it stays, the files move
        for file in sorted(new.iterdir()):
            os.replace(file, target / file.name)
    else:
        os.replace(new, target)


def _write(school: School, folder: Path, workbook: bool) -> Mapping[str, str]:
    """The tables in `folder`; returns table name to file name."""
    from sdmsim.school.template import write_workbook
    from sdmsim.school.writing import tables_of, write_school

    if not workbook:
        return write_school(school, folder)
    folder.mkdir(parents=True)
    write_workbook(school, folder / BOOK)
    return dict.fromkeys(tables_of(school), BOOK)


def refuse_unless_empty(target: Path) -> None:
    """A new school overwrites nothing."""
    if target.is_dir() and not any(target.iterdir()):
        return
    if target.exists() or target.is_symlink():
        what = "is not empty" if target.is_dir() else "is not a folder"
        raise InputErrors([Problem(str(target), 0, "", f"{what}; name a folder that is not there yet")])


def drawn(like: str, seed: int, clustered: int | None = None) -> School:
    """A school of the generator."""
    from sdmsim.base import read_as
    from sdmsim.school.synthetic import Synthetic

    wanted: dict[str, object] = {"kind": "synthetic", "like": like, "seed": seed}
    if clustered is not None:
        wanted["clustered_sections"] = clustered
    return read_as(Synthetic, wanted, "sdmsim init").school(Path())


def _of_drawn(like: str, seed: int, clustered: int | None, workbook: bool) -> dict[str, str]:
    """What the texts say of a school that was drawn."""
    first, last = FIRST_AND_LAST_DAY[like]
    flags = ("" if clustered is None else f" --clustered {clustered}") + (" --workbook" if workbook else "")
    return {
        "title": TITLES[like],
        "about": "A made-up school to start from",
        "seed": str(seed),
        "first_day": first,
        "last_day": last,
        "made": (
            f"Drawn by `sdmsim init` with --like {like} --seed {seed}{flags}; the same command draws the same school.\n"
            "It is nobody's school. Every number in scenario.toml is a starting point: change it and see whether\n"
            "the answer changes."
        ),
    }


def texts_of(school: School, tables: Mapping[str, str], workbook: bool, about: Mapping[str, str]) -> dict[str, str]:
    """The text of every file that is not a table, by name; `about`: title, days, and how the school was made."""
    values = {
        **about,
        "ending": "" if workbook else ".csv",
        "where": _IN_SHEETS if workbook else _IN_FILES,
        "school": f'kind = "workbook"\nworkbook = "{BOOK}" # a sheet for each table' if workbook else _named(tables),
        "goals": "\n\n".join(
            _goal(school, goal) for goal in sorted({row.goal for row in school.services} & ABOUT.keys())
        ),
    }
    without = "" if "rooms" in tables else "\n# Without rooms each therapist has a room, 36 metres from every class."
    named = "" if workbook else "; name them in `[school]` of scenario.toml"
    return {
        "scenario.toml": filled("scenario.toml", {**values, "optional": without}),
        "experiment.toml": filled("experiment.toml", values),
        "README.md": filled("README.md", {**values, "optional": named}),
    }


def filled(name: str, values: Mapping[str, str]) -> str:
    """The text of a file of `show/start`, with its gaps filled."""
    text = resources.files("sdmsim.show").joinpath("start", name).read_text(encoding="utf-8")
    return Template(text).substitute(values)


def _named(tables: Mapping[str, str]) -> str:
    """The CSV tables as `[school]` names them, relative to the scenario file."""
    lines = (f'{table} = "{file}" # {TABLES[table]}' for table, file in tables.items())
    return "\n".join(['kind = "tables" # one CSV file each, named relative to this file', *lines])


def _goal(school: School, goal: str) -> str:
    """A goal with the lessons for it: language arts of the bell schedule, none where drill has no room there."""
    planned = any(row.goal == goal and row.setting == "classroom" for row in school.services)
    lessons = dict.fromkeys(block.subject for block in school.bell if block.subject.casefold() in _LANGUAGE_ARTS)
    subjects = [] if goal in NOT_IN_CLASS and not planned else list(lessons)
    return f"[goals.{goal}]\n{ABOUT[goal]}push_in_subjects = {json.dumps(subjects, ensure_ascii=False)}"


ABOUT = {
    "articulation": 'domain = "speech_sounds"\nin_room = "drill"\n',
    "language": 'domain = "language"\n',
    "severe_language": 'domain = "language"\n',
    "social": 'domain = "social_communication"\n',
}
"""What each goal of a drawn school is about, and how it is practised where that is not the default."""


FIRST_AND_LAST_DAY = {
    "small": ("2024-09-03", "2025-06-13"),
    "maple": ("2024-09-03", "2025-06-13"),
    "chicago": ("2014-09-02", "2015-06-16"),
}
"""The year of each school's calendar.csv."""
