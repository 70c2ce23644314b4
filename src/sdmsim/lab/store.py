"""Trials that were lived, kept under content addresses: Parquet files, found and joined through DuckDB.

    <store>/store.json                          the number of this layout
    <store>/<code>/<address>/about-<name>.json  which experiments and arms asked for these trials
    <store>/<code>/<address>/<sha256>.parquet   some trials of one arm, a row for each

The address says all that decides a trial but its replication (`trials.address_of`). A batch is written aside, synced
and renamed to the digest of its bytes, so that half a file is never read and two processes can share a store: at worst
both live a trial and one of the two counts. Nothing is changed in place. No id of a child goes in.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np

from sdmsim.base import InputErrors, Problem
from sdmsim.lab.estimates import Values
from sdmsim.lab.trials import Year

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

FORMAT = 1
LABEL = "store.json"
AHEAD_SECONDS = 1.0
"""How long a trial may wait in memory for others to be written with it; longer as a run goes on, see `_WAIT`."""
_WAIT = 0.05
"""Share of a run that may be lost: files grow with the run, and their number with its logarithm."""
_MOST_WAITING = 1000
_LETTERS = 32


def default_store(out: Path) -> Path:
    """Where trials are kept for results in `out`: the folder that SDMSIM_STORE names, or `.trials` beside `out`."""
    chosen = os.environ.get("SDMSIM_STORE")
    return Path(chosen) if chosen else out.resolve().parent / ".trials"


class Store:
    """A folder of trials. `durable` is false for a folder that goes when the run ends: nothing is synced."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self._durable = durable
        self._opened = monotonic()
        self._waiting: dict[Path, list[Year]] = {}
        self._since: dict[Path, float] = {}
        self._sound: set[Path] = set()
        self._database: duckdb.DuckDBPyConnection | None = None
        refuse_newer(folder)

    def place(self, code: str, address: str) -> Path:
        """The folder of an arm's trials."""
        return self.folder / code[:_LETTERS] / address[:_LETTERS]

    def name(self, place: Path, facts: Mapping[str, Any]) -> None:
        """Say what asks for these trials: at least `experiment` and `arm`; the same again changes nothing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / LABEL).exists():
            self.write(self.folder / LABEL, json.dumps({"format": FORMAT}).encode())
        place.mkdir(parents=True, exist_ok=True)
        called = hashlib.sha256(json.dumps([facts["experiment"], facts["arm"]]).encode()).hexdigest()[:8]
        if not (place / f"about-{called}.json").exists():
            self.write(place / f"about-{called}.json", json.dumps(facts, ensure_ascii=False).encode())

    def add(self, place: Path, years: Iterable[Year]) -> None:
        """Take trials in; they are written with others soon (`flush`: now)."""
        now = monotonic()
        waiting = self._waiting.setdefault(place, [])
        waiting += years
        began = self._since.setdefault(place, now)
        if len(waiting) >= _MOST_WAITING or now - began >= max(AHEAD_SECONDS, _WAIT * (now - self._opened)):
            self._flush(place)

    def flush(self) -> None:
        """Write all that waits."""
        for place in list(self._waiting):
            self._flush(place)

    def close(self) -> None:
        """Write all that waits; the store is read no more."""
        self.flush()
        if self._database is not None:
            self._database.close()
            self._database = None

    def kept(self, place: Path) -> dict[int, bool]:
        """The replications that are there, and whether each has its rows of numbers (`Year.by_row`)."""
        found: dict[int, bool] = {}
        if self.files(place):
            query = "select replication, max(tried) > 0 from trials group by replication order by replication"
            found = {int(replication): bool(tried) for replication, tried in self._ask(place, query).fetchall()}
        for year in self._waiting.get(place, ()):
            found[year.replication] = found.get(year.replication, False) or bool(year.by_row)
        return found

    def values(self, place: Path, metric: str, replications: int) -> Values:
        """A metric by replication from 0; nan where it has no value or the trial is not there."""
        found = np.full(replications, np.nan)
        if metric in self._fields(place, "row"):
            query = 'select replication, struct_extract("row", $name) as value from trials where replication < $n'
            table = self._ask(place, query, name=metric, n=replications).fetchnumpy()
            found[table["replication"]] = np.ma.filled(table["value"], np.nan)
        for year in self._waiting.get(place, ()):
            if year.replication < replications:
                found[year.replication] = year.row.get(metric, np.nan)
        return found

    def wide(self, place: Path, column: str, replications: int) -> pa.Table:
        """What a `Year` keeps as one row, such as `row` or `workload`: replication, then each of its keys."""
        query = f'select replication, unnest("{column}") from once where replication < $n order by replication'
        return self._table(place, column, query, replications)

    def long(self, place: Path, column: str, replications: int) -> pa.Table:
        """What a `Year` keeps as several rows, such as `months` or `by_row`: replication, position, then each key."""
        query = (
            f'select replication, generate_subscripts("{column}", 1) - 1 as position, '
            f'unnest("{column}", recursive := true) from once where replication < $n order by replication, position'
        )
        return self._table(place, column, query, replications)

    def _table(self, place: Path, column: str, query: str, replications: int) -> pa.Table:
        import pyarrow as pa

        self._flush(place)
        if not self._fields(place, column):
            return pa.table({"replication": pa.array([], pa.int64())})
        return self._ask(place, query, n=replications).to_arrow_table()

    def _ask(self, place: Path, query: str, **values: Any) -> duckdb.DuckDBPyRelation:
        """A query of `trials`, every row of the arm, or of `once`, one for each replication."""
        if self._database is None:
            self._database = database()
        files = [str(file) for file in self.files(place)]
        sources = (
            "with trials as (select * from read_parquet($files, union_by_name = true, filename = true)), "
            "once as (select * from trials "
            "qualify row_number() over (partition by replication order by tried desc, filename) = 1) "
        )
        return self._database.sql(sources + query, params={"files": files, **values})

    def _fields(self, place: Path, column: str) -> list[str]:
        """The keys of what is kept under a name; empty where none of the arm's trials keeps it."""
        if not self.files(place) or column not in self._ask(place, "select * from trials limit 0").columns:
            return []
        return list(self._ask(place, f'select unnest("{column}", recursive := true) from trials limit 0').columns)

    def files(self, place: Path) -> list[Path]:
        """The arm's batches that are whole: a file's name is the digest of its bytes."""
        found = sorted(place.glob("*.parquet"))
        self._sound.update(file for file in found if file not in self._sound and is_whole(file))
        return [file for file in found if file in self._sound]

    def _flush(self, place: Path) -> None:
        years = self._waiting.get(place)
        if not years:
            return
        content = _parquet(years)
        file = place / f"{hashlib.sha256(content).hexdigest()[:_LETTERS]}.parquet"
        place.mkdir(parents=True, exist_ok=True)
        self.write(file, content)
        self._sound.add(file)
        del self._waiting[place], self._since[place]

    def write(self, file: Path, content: bytes) -> None:
        """Aside, synced, then renamed: the whole file is there, or none."""
        handle, aside = tempfile.mkstemp(dir=file.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
                out.flush()
                if self._durable:
                    os.fsync(out.fileno())
            os.replace(aside, file)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
        if self._durable and os.name == "posix":
            folder = os.open(file.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def database() -> duckdb.DuckDBPyConnection:
    """DuckDB in memory, on one core (the others live years), without fetching anything."""
    import duckdb

    alone = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    return duckdb.connect(":memory:", config={"threads": "1", **alone})


def is_whole(file: Path) -> bool:
    """Whether a batch is what its name says."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()[:_LETTERS] == file.stem
    except FileNotFoundError:  # another process has pruned it
        return False


def refuse_newer(folder: Path) -> None:
    """A store that another layout wrote is not touched.

    Raises:
        InputErrors: the folder is a file, is no store, or was written for a newer sdmsim.
    """
    said: Any = None
    try:
        if folder.exists() and not folder.is_dir():
            text = "is a file; the store of trials is a folder"
        elif not (folder / LABEL).exists():
            if not folder.is_dir() or all(entry.name.endswith(".part") for entry in folder.iterdir()):
                return
            text = f"is not empty and no store of trials (no {LABEL}); give another --store"
        else:
            said = json.loads((folder / LABEL).read_text(encoding="utf-8"))
            if said == {"format": FORMAT}:
                return
            text = f"{LABEL}: {said} was written for another sdmsim; give another --store or remove it"
    except ValueError:
        text = f"{LABEL} cannot be read; give another --store or remove it"
    raise InputErrors([Problem(str(folder), 0, "--store", text)])


def _parquet(years: Sequence[Year]) -> bytes:
    """One row for each trial: replication, how many rows of numbers it was tried under, and each thing it keeps.

    A thing is a struct (one row) or a list of structs; numbers are floats whatever they came as, so that the types of
    a file never depend on which trials are in it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    ordered = sorted(years, key=lambda year: year.replication)
    columns: dict[str, Any] = {
        "replication": pa.array([year.replication for year in ordered], pa.int64()),
        "tried": pa.array([len(year.by_row) for year in ordered], pa.int64()),
    }
    for name in Year._fields[1:]:
        kept = [_plain(getattr(year, name)) for year in ordered]
        if any(kept):
            columns[name] = pa.array(kept)
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return bytes(sink.getvalue())


def _plain(kept: Any) -> Any:
    if isinstance(kept, Mapping):
        return {k: value if value is None or isinstance(value, str) else float(value) for k, value in kept.items()}
    return [_plain(row) for row in kept]
