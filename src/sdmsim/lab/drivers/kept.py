"""What was measured at the points of a study, kept in the store of trials: nothing is measured twice.

Each arm has a place of its own there, as in `lab/store.py`: the address says its scenario, its seed and the code. A
row is one year at one point: the key of the point (a digest of the week, the settings and the numbers), the
replication, and every metric. Batches are written aside and named by the digest of their bytes, so that a run that is
shot loses what it measured in the last second or so, and two may share a store.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from sdmsim.lab.store import AHEAD_SECONDS, Store

_SHARE = 0.05
"""Of a run that may wait in memory: files grow with the run, and their number with its logarithm."""
_LETTERS = 32
POINT, REPLICATION = "point", "replication"


class Kept:
    """What is known of some metrics, by place, point and replication."""

    def __init__(self, store: Store, metrics: Sequence[str]) -> None:
        self._store = store
        self._metrics = tuple(metrics)
        self._known: dict[Path, dict[tuple[str, int], tuple[float, ...]]] = {}
        self._waiting: dict[Path, list[tuple[str, int, dict[str, float]]]] = {}
        self._opened = self._since = monotonic()

    def open(self, place: Path) -> None:
        """Read what earlier runs have left in a place."""
        if place in self._known:
            return
        import pyarrow.parquet as pq

        known = self._known[place] = {}
        for file in self._store.files(place):
            held = pq.read_schema(file).names
            table = pq.read_table(file, columns=[POINT, REPLICATION, *(m for m in self._metrics if m in held)])
            nothing = np.full(len(table), np.nan)
            columns = [table[m].to_numpy() if m in held else nothing for m in self._metrics]
            names, replications = table[POINT].to_pylist(), table[REPLICATION].to_pylist()
            known.update(zip(zip(names, replications, strict=True), zip(*columns, strict=True), strict=True))

    def get(self, place: Path, point: str, replication: int) -> tuple[float, ...] | None:
        """The metrics of a year at a point; None where it was not measured yet."""
        return self._known[place].get((point, replication))

    def add(self, place: Path, point: str, replication: int, row: Mapping[str, float]) -> None:
        """Take a year in; it is written with others soon."""
        self._known[place][point, replication] = tuple(row.get(metric, np.nan) for metric in self._metrics)
        self._waiting.setdefault(place, []).append((point, replication, dict(row)))
        now = monotonic()
        if now - self._since >= max(AHEAD_SECONDS, _SHARE * (now - self._opened)):
            self.flush()

    def flush(self) -> None:
        """Write all that waits."""
        for place, waiting in self._waiting.items():
            content = _parquet(waiting)
            place.mkdir(parents=True, exist_ok=True)
            self._store.write(place / f"{hashlib.sha256(content).hexdigest()[:_LETTERS]}.parquet", content)
        self._waiting.clear()
        self._since = monotonic()


def _parquet(rows: Sequence[tuple[str, int, Mapping[str, float]]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    ordered = sorted(rows, key=lambda row: row[:2])
    names = list(dict.fromkeys(name for _, _, row in ordered for name in row))
    columns: dict[str, Any] = {
        POINT: pa.array([point for point, _, _ in ordered]),
        REPLICATION: pa.array([replication for _, replication, _ in ordered], pa.int64()),
        **{name: pa.array([float(row.get(name, np.nan)) for _, _, row in ordered]) for name in names},
    }
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return bytes(sink.getvalue())
