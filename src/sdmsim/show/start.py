"""A school to start from: tables drawn by the generator, a scenario, an experiment, what to fill in."""

from __future__ import annotations

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
"""Goals for drill that a lesson has no room for: practitioners find little drill possible there (docs/sources.md)."""


def make_school(target: Path, like: str, seed: int, clustered: int | None) -> None:
    """Write a school to start from into `target`: all of it or nothing.

    Raises:
        InputErrors: `target` is there and not an empty folder, or the generator cannot make such a school.
    """
    from sdmsim.lab.experiment import load_experiment
    from sdmsim.school.writing import write_school

    _refuse_unless_empty(target)
    school = _drawn(like, seed, clustered)
    target = target.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as beside:
        new = Path(beside) / "new"
        tables = write_school(school, new)
        for name, text in _texts(school, tables, like, seed, clustered).items():
            (new / name).write_bytes(text.encode())
        load_experiment(new / "experiment.toml")
        if target.exists():  # an empty folder, perhaps the one we are in: it stays, the files move
            for file in sorted(new.iterdir()):
                os.replace(file, target / file.name)
        else:
            os.replace(new, target)


def _refuse_unless_empty(target: Path) -> None:
    if target.is_dir() and not any(target.iterdir()):
        return
    if target.exists() or target.is_symlink():
        what = "is not empty" if target.is_dir() else "is not a folder"
        raise InputErrors([Problem(str(target), 0, "", f"{what}; name a folder that is not there yet")])


def _drawn(like: str, seed: int, clustered: int | None) -> School:
    from sdmsim.base import read_as
    from sdmsim.school.synthetic import Synthetic

    wanted: dict[str, object] = {"kind": "synthetic", "like": like, "seed": seed}
    if clustered is not None:
        wanted["clustered_sections"] = clustered
    return read_as(Synthetic, wanted, "sdmsim init").school(Path())


def _texts(school: School, tables: Mapping[str, str], like: str, seed: int, clustered: int | None) -> dict[str, str]:
    """The text of every file that is not a table, by name."""
    first, last = FIRST_AND_LAST_DAY[like]
    values = {
        "title": TITLES[like],
        "like": like,
        "seed": str(seed),
        "clustered": "" if clustered is None else f" --clustered {clustered}",
        "first_day": first,
        "last_day": last,
        "tables": "\n".join(f'{table} = "{file}" # {TABLES[table]}' for table, file in tables.items()),
        "optional": ""
        if "rooms" in tables
        else "\n# Without rooms.csv each therapist has a room, 36 metres from every class.",
        "goals": "\n\n".join(_goal(goal) for goal in sorted({service.goal for service in school.services})),
    }
    folder = resources.files("sdmsim.show").joinpath("start")
    names = ("scenario.toml", "experiment.toml", "README.md")
    return {n: Template(folder.joinpath(n).read_text(encoding="utf-8")).substitute(values) for n in names}


def _goal(goal: str) -> str:
    subjects = "[]" if goal in NOT_IN_CLASS else '["ELA"]'
    return f"[goals.{goal}]\n{ABOUT[goal]}push_in_subjects = {subjects}"


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
