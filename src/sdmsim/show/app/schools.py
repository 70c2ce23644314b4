"""Where a school on the page comes from: one that ships, a scenario file of one's own, or what was uploaded."""

from __future__ import annotations

import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from sdmsim.base import InputErrors, Problem
from sdmsim.school.tables import TABLES
from sdmsim.show.app.files import inline
from sdmsim.show.start import make_school

SHIPPED = {
    "maple": "A made-up elementary school (like Maple): one therapist, 55 children",
    "small": "A small made-up school",
    "chicago": "A school like those of Chicago, drawn from public figures",
}
"""Schools that can be had without any file, by what `sdmsim init --like` calls them."""
LARGEST_MB = 50
MOST_FILES = 40
_PLACES = ("*.toml", "scenarios/*.toml", "*/scenario.toml")


def scenarios_in(folder: Path) -> list[Path]:
    """Scenario files in a folder, in its `scenarios/`, and in the schools below it; experiments left out."""
    found = [file for place in _PLACES for file in sorted(folder.glob(place)) if _is_scenario(file)]
    return list(dict.fromkeys(found))


def shipped(like: str, folder: Path) -> Path:
    """The scenario of a school that ships, made in a folder where it is not there yet."""
    target = folder / f"like-{like}"
    if not target.exists():
        make_school(target, like, 1, None)
    return target / "scenario.toml"


class About(NamedTuple):
    """What tables alone do not say."""

    first_day: date
    last_day: date
    delivery: str
    """One of GIVEN."""


GIVEN = {
    "All apart, in a therapy room": {"kind": "pull-out"},
    "All in class, where the plan leaves it to the team": {"kind": "push-in"},
    "Half of those children in class": {"kind": "hybrid", "push_in_share": 0.5},
}
"""How therapy is given now, where no scenario says it."""


def lacks_scenario(names: Iterable[str]) -> bool:
    """Whether files are tables alone, so that the page must ask what a scenario would say."""
    found = list(names)
    return bool(found) and not any(name.lower().endswith((".toml", ".zip")) for name in found)


def uploaded(files: Mapping[str, bytes], folder: Path, about: About | None = None) -> Path:
    """The scenario of what was uploaded, written into a new folder: a scenario with its tables, perhaps as a ZIP file;
    or, with `about`, a workbook or CSV tables alone.

    Raises:
        InputErrors: too large, no scenario among them, or not to be read.
    """
    large = [name for name, content in files.items() if len(content) > LARGEST_MB * 2**20]
    if large:
        raise InputErrors([Problem(_safe(name), 0, "", f"is larger than {LARGEST_MB} MB") for name in large])
    folder.mkdir(mode=0o700)
    for name, content in _unpacked(files):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    if about is not None and lacks_scenario(files):
        return _described(sorted(file.name for file in folder.iterdir()), about, folder)
    found = [file for file in sorted(folder.rglob("*.toml")) if _is_scenario(file)]
    if len(found) != 1:
        what = "several scenarios are among them; give one" if found else "no scenario (TOML file) is among them"
        raise InputErrors([Problem("what was uploaded", 0, "", what)])
    return found[0]


def _described(names: list[str], about: About, folder: Path) -> Path:
    """A scenario for tables alone; all that it does not say has its default, and the notes name it."""
    books = [name for name in names if name.lower().endswith((".xlsx", ".xlsm"))]
    if len(books) > 1 or (books and len(names) > 1):
        text = "give one workbook with all sheets, or the tables as CSV files"
        raise InputErrors([Problem("what was uploaded", 0, "", text)])
    stems = {PurePosixPath(name).stem.lower(): name for name in names}
    tables = {table: stems[table] for table in TABLES if table in stems}
    school = {"kind": "workbook", "workbook": books[0]} if books else {"kind": "tables", **tables}
    content = {
        "format": 1,
        "title": "Imported school",
        "year": {"first_day": about.first_day.isoformat(), "last_day": about.last_day.isoformat()},
        "school": school,
        "delivery": GIVEN[about.delivery],
    }
    lines = ["# Written by the planner's page for tables that were imported."]
    lines += [f"{key} = {inline(value)}" for key, value in content.items()]
    target = folder / "scenario.toml"
    target.write_bytes("\n".join([*lines, ""]).encode())
    return target


def _unpacked(files: Mapping[str, bytes]) -> Iterator[tuple[PurePosixPath, bytes]]:
    for name, content in files.items():
        if not name.lower().endswith(".zip"):
            yield PurePosixPath(_safe(name)), content
            continue
        try:
            with zipfile.ZipFile(BytesIO(content)) as packed:
                entries = [entry for entry in packed.infolist() if not entry.is_dir()]
                if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > LARGEST_MB * 2**20:
                    text = f"holds more than {MOST_FILES} files or {LARGEST_MB} MB"
                    raise InputErrors([Problem(_safe(name), 0, "", text)])
                for entry in entries:
                    path = PurePosixPath(entry.filename)
                    if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in entry.filename:
                        raise InputErrors([Problem(_safe(name), 0, "", "holds a file outside of its own folder")])
                    yield path, packed.read(entry)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
            raise InputErrors([Problem(_safe(name), 0, "", "cannot be read as a ZIP file")]) from None


def _safe(name: str) -> str:
    """The last part of a file's name as a browser sends it."""
    return PurePosixPath(name.replace("\\", "/")).name or "file"


def _is_scenario(file: Path) -> bool:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return False
    return "school" in content and "delivery" in content
