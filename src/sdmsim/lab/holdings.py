"""What a store of trials holds, and taking out of it what is not wanted any more."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sdmsim.base import InputErrors, Problem, did_you_mean
from sdmsim.lab.folder import in_utc
from sdmsim.lab.store import LABEL, database, is_whole, refuse_newer
from sdmsim.lab.version import code_version

_STALE_SECONDS = 24 * 3600.0
"""A file that was being written so long ago is not being written any more."""


class Holding(NamedTuple):
    """The trials of an arm, under each name that asked for them."""

    experiment: str
    arm: str
    replications: int
    seed: int
    version: str
    """Of sdmsim; several code versions may have the same."""
    current: bool
    """Whether this sdmsim would reuse them."""
    bytes: int
    latest: str
    """When the last of them was written (UTC)."""
    place: Path


def holdings(folder: Path) -> list[Holding]:
    """Every arm of a store, by experiment, in the order of its file.

    Raises:
        InputErrors: the folder is no store.
    """
    refuse_newer(folder)
    found: list[tuple[int, Holding]] = []
    for place in _places(folder):
        files = sorted(file for file in place.glob("*.parquet") if is_whole(file))
        counted, size = _replications(files), sum(file.stat().st_size for file in files)
        latest = max((file.stat().st_mtime for file in (files or [place])), default=0.0)
        for about in _abouts(place):
            one = Holding(
                about["experiment"],
                about["arm"],
                counted,
                about["seed"],
                about["version"],
                about["code"] == code_version(),
                size,
                in_utc(datetime.fromtimestamp(latest, UTC)),
                place,
            )
            found.append((about["position"], one))
    found.sort(key=lambda pair: (pair[1].experiment, not pair[1].current, str(pair[1].place.parent), pair[0]))
    return [one for _, one in found]


class Pruned(NamedTuple):
    """What was taken out."""

    arms: int
    bytes: int


def prune(folder: Path, experiments: Sequence[str] = ()) -> Pruned:
    """Remove the trials of the named experiments; of none: those of other code versions, and what is left of writes
    that were cut short. Trials that another experiment asked for as well stay.

    Raises:
        InputErrors: the folder is no store, or holds nothing of such a name; nothing is removed.
    """
    held = holdings(folder)
    known = sorted({one.experiment for one in held})
    unknown = [name for name in experiments if name not in known]
    if unknown:
        raise InputErrors(
            [Problem("sdmsim results prune", 0, "", f'{folder} holds no experiment "{name}"{did_you_mean(name, known)}')
             for name in unknown]
        )  # fmt: skip
    removed: dict[Path, int] = {}
    for one in held:
        if experiments and one.experiment in experiments:
            for file in one.place.glob("about-*.json"):
                if json.loads(file.read_text(encoding="utf-8"))["experiment"] == one.experiment:
                    file.unlink()
            if not list(one.place.glob("about-*.json")):
                removed[one.place] = one.bytes
        elif not experiments and not one.current:
            removed[one.place] = one.bytes
    for place in removed:
        shutil.rmtree(place)
        if not any(place.parent.iterdir()):
            place.parent.rmdir()
    if not experiments:
        _sweep(folder)
    return Pruned(len(removed), sum(removed.values()))


def _sweep(folder: Path) -> None:
    """Remove what a process that was shot left half written, and batches that are not what their name says."""
    now = datetime.now(UTC).timestamp()
    for file in folder.rglob("*.part"):
        if now - file.stat().st_mtime > _STALE_SECONDS:
            file.unlink(missing_ok=True)
    for file in folder.rglob("*.parquet"):
        if not is_whole(file):
            file.unlink(missing_ok=True)


def _places(folder: Path) -> Iterator[Path]:
    """Folders of arms; none where there is no store yet."""
    if (folder / LABEL).exists():
        yield from sorted(place for place in folder.glob("*/*") if place.is_dir())


def _abouts(place: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(place.glob("about-*.json")):
        yield json.loads(file.read_text(encoding="utf-8"))


def _replications(files: Sequence[Path]) -> int:
    """How many different ones."""
    if not files:
        return 0
    query = "select count(distinct replication) from read_parquet($files, union_by_name = true)"
    with database() as asked:
        found = asked.sql(query, params={"files": [str(file) for file in files]}).fetchall()
    return int(found[0][0])
