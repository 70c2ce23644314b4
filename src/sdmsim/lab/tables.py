"""The tables of an experiment's results, from what the workers brought back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sdmsim import metrics
from sdmsim.delivery.sessions import WeeklySession
from sdmsim.lab.experiment import AS_WRITTEN, Experiment, as_text
from sdmsim.lab.laboratory import Bench
from sdmsim.lab.trials import Asked
from sdmsim.plan import plan_of
from sdmsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_KEYS = ("replication", "position")
_WHOLE = ("year", "month", "school_days", "week")


def tables_of(
    experiment: Experiment,
    arms: Sequence[tuple[str, Scenario]],
    asked: Sequence[tuple[str, str, Asked]],
    bench: Bench,
) -> dict[str, Any]:
    """Every table of the results, arms in the order of the file, replications from 0."""
    import pandas as pd

    from sdmsim.lab.compare import compare_runs, summarise
    from sdmsim.lab.groups import groups_table
    from sdmsim.lab.joint import best_table, joint_table
    from sdmsim.lab.pairing import pairing_table
    from sdmsim.lab.tails import tails_table
    from sdmsim.lab.tidy import tidy_table

    names, seed = [name for name, _ in arms], arms[0][1].seed
    runs = _runs_table(experiment.varied, arms, bench)
    rows = _rows_table(bench) if bench.rows else pd.DataFrame()
    weeks = pd.DataFrame([{"arm": name, **bench.week(name)} for name in names])
    workload = [
        {"arm": name, "activity": activity, "hours_per_week": hours}
        for name in names
        for activity, hours in _means(bench.wide(name, "workload")).items()
    ]
    months, ledger = (
        [{"arm": name, **row} for name in names for row in _mean_rows(bench.long(name, part))]
        for part in ("months", "ledger")
    )
    comparison = compare_runs(runs, names, experiment.baseline, rows, seed)
    return {
        "runs": runs,
        "summary": summarise(runs, names, seed),
        "comparison": comparison,
        "joint": joint_table(runs, names, experiment.baseline, seed),
        "best": best_table(runs, names, seed),
        "pairing": pairing_table(runs, names, experiment.baseline),
        "tails": tails_table(runs, names, experiment.baseline, seed),
        "groups": groups_table(_groups_rows(bench), names, experiment.baseline, comparison),
        "rows": rows,
        "weeks": weeks,
        "sessions": pd.DataFrame(
            [(name, *one) for name in names for one in bench.sessions(name)], columns=["arm", *WeeklySession._fields]
        ),
        "tidy": tidy_table(bench, seed),
        "workload": pd.DataFrame(workload, columns=["arm", "activity", "hours_per_week"]),
        "months": pd.DataFrame(months),
        "ledger": pd.DataFrame(ledger).astype({"week": "int64"}),
        "caseload": pd.DataFrame(list(_caseload_rows(bench)), columns=list(_CASELOAD)),
        "slots": _slots_table(arms, bench),
        "regroup": pd.DataFrame(
            list(_regroup_rows(names, bench, asked)),
            columns=["arm", "variation", "therapist_hours_per_week", "unplaced_sessions"],
        ),
        "assumptions": pd.DataFrame(experiment.base.assumptions.in_force()),
        "record": pd.DataFrame(
            [(r.month, r.share, r.label) for r in experiment.monthly_record], columns=["month", "share", "label"]
        ),
    }


def _groups_rows(bench: Bench) -> pd.DataFrame:
    """arm, replication, and what a year holds of each group of children."""
    import pandas as pd

    found = [bench.long(name, "groups").to_pandas().assign(arm=name) for name in bench.arms]
    rows: pd.DataFrame = pd.concat(found, ignore_index=True)
    return rows


def _means(kept: pa.Table) -> dict[str, float]:
    """Column by column, the mean over years; equal values stay as they are."""
    names = [name for name in kept.column_names if name not in _KEYS]
    columns = {name: kept[name].to_pylist() for name in names}
    return {k: v[0] if all(x == v[0] for x in v) else sum(v) / len(v) for k, v in columns.items()}


def _mean_rows(kept: pa.Table) -> Iterator[dict[str, float]]:
    """The mean of each row over years; what counts days, and names months and weeks, is whole."""
    for years in _by_position(kept):
        yield {name: int(value) if name in _WHOLE else value for name, value in _means(years).items()}


def _by_position(kept: pa.Table) -> Iterator[pa.Table]:
    """The first rows of all years, the second ones, ..., each by replication."""
    import pyarrow.compute as pc

    for position in range(pc.max(kept["position"]).as_py() + 1 if kept.num_rows else 0):
        yield kept.filter(pc.equal(kept["position"], position))


def _rows_table(bench: Bench) -> pd.DataFrame:
    """arm, row, replication, each metric of progress and the cost."""
    import pandas as pd

    found = [(name, bench.long(name, "by_row")) for name in bench.arms]
    tables = [
        kept.to_pandas().rename(columns={"position": "row"}).assign(arm=name) for name, kept in found if kept.num_rows
    ]
    if not tables:
        return pd.DataFrame()
    rows: pd.DataFrame = pd.concat(tables, ignore_index=True)
    return rows[["arm", "row", *(c for c in rows.columns if c not in ("arm", "row"))]]


_CASELOAD = ("arm", "week", "quantity", "mean", "p05", "p95")


def _caseload_rows(bench: Bench) -> Iterator[tuple[str, int, str, float, float, float]]:
    """Every number of every school week over an arm's years; nothing for an arm without [caseload]."""
    for name in bench.arms:
        for weeks in _by_position(bench.long(name, "caseload")):
            (week,) = set(weeks["week"].to_pylist())
            for quantity in (c for c in weeks.column_names if c not in (*_KEYS, "week")):
                values = weeks[quantity].to_numpy()
                low, high = np.quantile(values, [0.05, 0.95])
                yield name, int(week), quantity, float(values.mean()), float(low), float(high)


def _slots_table(arms: Sequence[tuple[str, Scenario]], bench: Bench) -> pd.DataFrame:
    """Every arm's weekly slots, means over its years, those that break first on top; empty without own timetables."""
    import pandas as pd

    found = [pd.DataFrame()]
    for name, scenario in arms:
        if numbers := list(_mean_rows(bench.long(name, "slots"))):
            named = [one | row for one, row in zip(metrics.slot_names(plan_of(scenario)), numbers, strict=True)]
            table = metrics.in_order(named)
            table.insert(0, "arm", name)
            found.append(table)
    return pd.concat(found, ignore_index=True)


def _regroup_rows(
    names: Sequence[str], bench: Bench, asked: Sequence[tuple[str, str, Asked]]
) -> Iterator[tuple[str, str, float, float]]:
    """Each arm as written, then with each variation; nothing where there are no variations."""
    if not asked:
        return
    for name in names:
        week = bench.week(name)
        yield name, AS_WRITTEN, week["therapist_hours_per_week"], week["unplaced_sessions"]
        for arm, variation, found in asked:
            if arm == name:
                yield arm, variation, found.therapist_hours_per_week, found.unplaced_sessions


def _runs_table(varied: Sequence[str], arms: Sequence[tuple[str, Scenario]], bench: Bench) -> pd.DataFrame:
    """arm, one column per varied parameter, replication, one column per metric."""
    import pandas as pd

    tables = []
    for name, scenario in arms:
        content = scenario.model_dump(mode="json")
        numbers = {f"assumptions.{name}": value for name, value in scenario.assumptions.numbers().items()}
        settings = pd.DataFrame(
            {"arm": name, **{key: [numbers.get(key, _value_at(content, key))] for key in varied}}, dtype=object
        )
        tables.append(settings.merge(bench.wide(name, "row").to_pandas(), how="cross"))
    runs = pd.concat(tables, ignore_index=True)
    for key in varied:
        values = list(runs[key])
        if not all(v is None or (isinstance(v, int | float) and not isinstance(v, bool)) for v in values):
            runs[key] = [None if v is None else as_text(v) for v in values]
        else:
            runs[key] = values
            runs[key] = runs[key].astype("float64")
    metrics = list(runs.columns)[list(runs.columns).index("replication") + 1 :]
    return runs.astype({"arm": "str", "replication": "int64", **dict.fromkeys(metrics, "float64")})


def _value_at(content: Mapping[str, Any], dotted: str) -> Any:
    """The value under a dotted name in a scenario's content, None where it has no such value."""
    found: Any = content
    for part in dotted.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found
