"""Folders of results: written whole or not at all, in formats that are the same on every system."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdmsim import __version__
from sdmsim.base import InputErrors, Problem, as_meant, inert
from sdmsim.theory.ledger import in_words

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
MANIFEST = "manifest.json"
UNFINISHED = "unfinished.json"
"""Stands in the place of the manifest as long as a run has not ended: its inputs, seed and assumptions."""
FLOAT_FORMAT = "%.6g"
"""Numbers in CSV files: six significant digits. `runs.parquet` holds them in full."""

TEXT_COLUMNS = (
    "arm",
    "metric",
    "unit",
    "baseline",
    "verdict",
    "better",
    "way",
    "group",
    "small",
    "variation",
    "activity",
    "label",
    "student",
    "therapist",
    "name",
    "grade",
    "meaning",
    "source",
    "id",
    "weekday",
    "start",
    "end",
    "setting",
    "place",
    "site",
    "section",
    "goal",
    "first",
    "last",
    "weeks",
    "service",
    "provider",
)
_PACKAGES = ("matplotlib", "numpy", "ortools", "pandas", "pyarrow", "pydantic", "scipy", "simpy")


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """A new folder to write into that takes the place of `folder` at the end of the block.

    Where anything fails, the new folder is removed and `folder` is as it was before.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    new, old = beside / "new", beside / "old"
    new.mkdir()
    try:
        yield new
        if folder.exists():
            os.replace(folder, old)
        try:
            os.replace(new, folder)
        except BaseException:
            if old.exists():
                os.replace(old, folder)
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def write_csv(table: pd.DataFrame, file: Path) -> None:
    """UTF-8, LF, six significant digits, an empty cell for what is not known, no `-0`, no formulas."""
    plain = without_formulas(table)
    for column in plain.columns[[kind.kind == "f" for kind in plain.dtypes]]:
        plain[column] = plain[column] + 0.0
    plain.to_csv(file, index=False, float_format=FLOAT_FORMAT, lineterminator="\n", encoding="utf-8")


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """A copy whose texts and headers no spreadsheet takes for a formula."""
    plain = table.rename(columns=lambda name: inert(name) if isinstance(name, str) else name)
    for column in plain.columns[[kind.kind not in "iufbM" for kind in plain.dtypes]]:
        plain[column] = plain[column].map(lambda cell: inert(cell) if isinstance(cell, str) else cell)
    return plain


def read_csv(file: Path, columns: Iterable[str] = TEXT_COLUMNS) -> pd.DataFrame:
    """A table that `write_csv` wrote: names stay text (`007`, `0.25`, `NA`), empty numbers are nan.

    `columns`: those that hold text.
    """
    import pandas as pd

    text = dict.fromkeys(columns, str)
    table = pd.read_csv(file, dtype=text, keep_default_na=False, na_values=[""], encoding="utf-8")
    for column in table.columns.intersection(list(text)):
        table[column] = table[column].fillna("").map(as_meant)
    return table


def write_json(content: Mapping[str, Any], file: Path) -> None:
    """Indented JSON, UTF-8, LF."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    file.write_bytes(f"{text}\n".encode())


def digests(files: Iterable[Path], relative_to: Path) -> dict[str, str]:
    """SHA-256 of each file by its path from `relative_to`, sorted; with `/` on every system."""
    found = {}
    for file in files:
        try:
            name = Path(os.path.relpath(file, relative_to)).as_posix()
        except ValueError:  # another drive
            name = file.name
        found[name] = hashlib.sha256(file.read_bytes()).hexdigest()
    return dict(sorted(found.items()))


def manifest(
    *,
    started: datetime,
    seed: int,
    replications: int,
    assumptions: Mapping[str, Any],
    inputs: Mapping[str, str],
    wall_seconds: float,
    workers: int = 1,
    timetable_seconds: float = 0.0,
    simulate_seconds: float = 0.0,
    school_years: int = 0,
) -> dict[str, Any]:
    """The keys that every `manifest.json` holds.

    `simulate_seconds` is worker time, summed; `school_years_per_second` is None where nothing was simulated.
    `assumptions`: the set and the overrides of the scenario, as `Assumptions.said` has them; empty where none bears
    on what was made.
    """
    return {
        "sdmsim_version": __version__,
        "format": FORMAT,
        "started": in_utc(started),
        "seed": seed,
        "replications": replications,
        "workers": workers,
        "assumptions": dict(assumptions),
        "inputs": dict(inputs),
        "packages": {name: metadata.version(name) for name in _PACKAGES},
        "wall_seconds": round(wall_seconds, 3),
        "timetable_seconds": round(timetable_seconds, 3),
        "simulate_seconds": round(simulate_seconds, 6),
        "school_years": school_years,
        "school_years_per_second": round(school_years / simulate_seconds, 3) if simulate_seconds > 0 else None,
    }


def in_utc(moment: datetime) -> str:
    """As manifests write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def begin(folder: Path, facts: Mapping[str, Any]) -> None:
    """Say in a folder without results what is being run for it, so that the same is taken up after an interruption
    and something else refused.
    """
    if not (folder / MANIFEST).exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_json({"format": FORMAT, **facts}, folder / UNFINISHED)


def read_manifest(folder: Path, name: str = MANIFEST) -> dict[str, Any]:
    """The manifest of a folder of results, or what `begin` wrote.

    Raises:
        InputErrors: there is none, it cannot be read, or it was written for a newer sdmsim.
    """
    file = folder / name
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        text = "is not a folder of results" if folder.is_dir() else "there is no such folder"
        text = "was interrupted; give the same command again to take it up" if (folder / UNFINISHED).exists() else text
        raise InputErrors([Problem(str(folder), 0, "", f"{text} (no {MANIFEST})")]) from None
    except (OSError, ValueError) as error:
        raise InputErrors([Problem(str(file), 0, "", f"cannot be read: {error}")]) from None
    if not isinstance(found, dict) or not isinstance(found.get("format"), int):
        raise InputErrors([Problem(str(file), 0, "format", "is not a manifest of sdmsim")])
    if found["format"] > FORMAT:
        raise InputErrors([Problem(str(file), 0, "format", f"{found['format']} was written for a newer sdmsim")])
    return found


def refuse_other_inputs(
    folder: Path,
    *,
    inputs: Mapping[str, str],
    seed: int,
    assumptions: Mapping[str, Any] | None = None,
    also: Mapping[str, Any] | None = None,
) -> None:
    """Results may be written again only over results of the same inputs, seed and (where given) assumptions and what
    else the manifest says.

    Raises:
        InputErrors: `folder` is a file, the folder in which we are, holds something else, or results of other inputs.
    """
    advice = "give another --out or remove it first"
    if folder.exists() and folder.resolve() in (Path.cwd().resolve(), *Path.cwd().resolve().parents):
        text = "is the folder you are in, or one around it; give another --out"
        raise InputErrors([Problem(str(folder), 0, "--out", text)])
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not folder.is_dir():
        raise InputErrors([Problem(str(folder), 0, "--out", f"is a file; {advice}")])
    finished = (folder / MANIFEST).exists()
    if not finished and [entry.name for entry in folder.iterdir()] != [UNFINISHED]:
        raise InputErrors([Problem(str(folder), 0, "--out", f"is not empty and not a folder of results; {advice}")])
    before = read_manifest(folder, MANIFEST if finished else UNFINISHED)
    differences = _differences(before.get("inputs") or {}, inputs)
    if before.get("seed") != seed:
        differences.append(f"seed {before.get('seed')}, now {seed}")
    old = before.get("assumptions")
    if old and assumptions and old != assumptions:
        differences.append(f"assumptions {in_words(old)}, now {in_words(assumptions)}")
    for name, value in (also or {}).items():
        if before.get(name, value) != value:
            differences.append(f"{name} {before[name]}, now {value}")
    if differences:
        held = "results" if finished else "an interrupted run"
        text = f"holds {held} of other inputs ({'; '.join(differences)}); {advice}"
        raise InputErrors([Problem(str(folder), 0, "--out", text)])


def _differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    words = [f"{name} is new" for name in now if name not in before]
    words += [f"{name} changed" for name in now if name in before and before[name] != now[name]]
    words += [f"{name} was read then" for name in before if name not in now]
    return sorted(words)
