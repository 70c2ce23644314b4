"""Every number of an experiment in one long table, for tools that like their data tidy.

    arm, replication, seed, subgroup, time, metric, value

`subgroup` is `all` or a group of children such as `grade=2`; `time` is `year`, a month (`2024-09`) or a school week
(`week 03`). Metrics of a month, of the ledger and of a caseload bear the word before their names (`month.`, `ledger.`,
`caseload.`), since they count otherwise than those of the year: `month.minutes_owed` is a sum over children. What has
no value has no row. No id of a child is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdmsim.metrics import OF_GROUPS

if TYPE_CHECKING:
    import pyarrow as pa

    from sdmsim.lab.laboratory import Bench

TIDY = "tidy.parquet"
COLUMNS = ("arm", "replication", "seed", "subgroup", "time", "metric", "value")
ALL, YEAR = "all", "year"
_KEYS = ("replication", "position")


def tidy_table(bench: Bench, seed: int) -> pa.Table:
    """Arms in their order; in each the year, groups, months, weeks, caseload; in each by replication."""
    import pyarrow as pa

    found: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for arm in bench.arms:
        for row in _rows(bench, arm):
            for name, value in zip(COLUMNS, (arm, row[0], seed, *row[1:]), strict=True):
                found[name].append(value)
    kinds = {"replication": pa.int64(), "seed": pa.int64(), "value": pa.float64()}
    words = pa.dictionary(pa.int32(), pa.string())
    columns = {
        name: pa.array(values, kinds[name]) if name in kinds else pa.array(values, pa.string()).cast(words)
        for name, values in found.items()
    }
    return pa.table(columns)


def write_tidy(table: pa.Table, file: Path) -> None:
    """As Parquet; the same table gives the same content."""
    import pyarrow.parquet as pq

    pq.write_table(table, file, compression="zstd")


def _rows(bench: Bench, arm: str) -> Iterator[tuple[int, str, str, str, float]]:
    """replication, subgroup, time, metric, value."""
    for kept in bench.wide(arm, "row").to_pylist():
        yield from _values(kept, ALL, YEAR, "", ())
    for kept in bench.long(arm, "groups").to_pylist():
        of = {name: kept[name] for name in ("replication", "children", *OF_GROUPS)}
        yield from _values(of, f"{kept['way']}={kept['group']}", YEAR, "", ())
    for kept in bench.long(arm, "months").to_pylist():
        month = f"{int(kept['year'])}-{int(kept['month']):02d}"
        yield from _values(kept, ALL, month, "month.", ("year", "month"))
    for part in ("ledger", "caseload"):
        for kept in bench.long(arm, part).to_pylist():
            yield from _values(kept, ALL, f"week {int(kept['week']):02d}", f"{part}.", ("week",))


def _values(
    kept: Mapping[str, Any], subgroup: str, time: str, before: str, names: tuple[str, ...]
) -> Iterator[tuple[int, str, str, str, float]]:
    for metric, value in kept.items():
        if metric not in (*_KEYS, *names) and value is not None and value == value:
            yield kept["replication"], subgroup, time, f"{before}{metric}", float(value)
