"""The tables of an experiment's results, from what the workers brought back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from sdmsim.lab.experiment import AS_WRITTEN, Experiment, as_text
from sdmsim.lab.laboratory import Bench
from sdmsim.lab.trials import Asked, Year
from sdmsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


def tables_of(
    experiment: Experiment,
    arms: Sequence[tuple[str, Scenario]],
    asked: Sequence[tuple[str, str, Asked]],
    bench: Bench,
) -> dict[str, Any]:
    """Every table of the results, arms in the order of the file, replications from 0."""
    import pandas as pd

    from sdmsim.lab.compare import compare_runs, summarise
    from sdmsim.lab.joint import best_table, joint_table
    from sdmsim.lab.pairing import pairing_table
    from sdmsim.lab.tails import tails_table

    names, seed = [name for name, _ in arms], arms[0][1].seed
    years = [bench.years(name) for name in names]
    runs = _runs_table(experiment.varied, arms, years)
    rows = pd.DataFrame(
        [
            {"arm": name, "row": number, "replication": year.replication, **row}
            for name, found in zip(names, years, strict=True)
            for year in found
            for number, row in enumerate(year.by_row)
        ]
    )
    weeks = pd.DataFrame([{"arm": name, **bench.week(name)} for name in names])
    workload = [
        {"arm": name, "activity": activity, "hours_per_week": hours}
        for name, found in zip(names, years, strict=True)
        for activity, hours in _mean_of([year.workload for year in found]).items()
    ]
    months, ledger = (
        [
            {"arm": name, **row}
            for name, found in zip(names, years, strict=True)
            for row in map(_mean_of, zip(*map(attrgetter(part), found), strict=True))
        ]
        for part in ("months", "ledger")
    )
    return {
        "runs": runs,
        "summary": summarise(runs, names, seed),
        "comparison": compare_runs(runs, names, experiment.baseline, rows, seed),
        "joint": joint_table(runs, names, experiment.baseline, seed),
        "best": best_table(runs, names, seed),
        "pairing": pairing_table(runs, names, experiment.baseline),
        "tails": tails_table(runs, names, experiment.baseline, seed),
        "rows": rows,
        "weeks": weeks,
        "workload": pd.DataFrame(workload, columns=["arm", "activity", "hours_per_week"]),
        "months": pd.DataFrame(months),
        "ledger": pd.DataFrame(ledger).astype({"week": "int64"}),
        "caseload": pd.DataFrame(list(_caseload_rows(names, years)), columns=list(_CASELOAD)),
        "regroup": pd.DataFrame(
            list(_regroup_rows(names, bench, asked)),
            columns=["arm", "variation", "therapist_hours_per_week", "unplaced_sessions"],
        ),
        "assumptions": pd.DataFrame(experiment.base.assumptions.in_force()),
        "record": pd.DataFrame(
            [(r.month, r.share, r.label) for r in experiment.monthly_record], columns=["month", "share", "label"]
        ),
    }


def _mean_of(rows: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Key by key, the mean of rows that have the same keys; equal values stay as they are."""
    columns: dict[str, list[float]] = {}
    for row in rows:
        for key, value in row.items():
            columns.setdefault(key, []).append(value)
    return {k: v[0] if all(x == v[0] for x in v) else sum(v) / len(v) for k, v in columns.items()}


_CASELOAD = ("arm", "week", "quantity", "mean", "p05", "p95")


def _caseload_rows(
    names: Sequence[str], years: Sequence[Sequence[Year]]
) -> Iterator[tuple[str, int, str, float, float, float]]:
    """Every number of every school week over an arm's years; nothing for an arm without [caseload]."""
    for name, found in zip(names, years, strict=True):
        for weeks in zip(*(year.caseload for year in found), strict=True):
            for quantity in list(weeks[0])[1:]:
                values = np.array([week[quantity] for week in weeks])
                low, high = np.quantile(values, [0.05, 0.95])
                yield name, int(weeks[0]["week"]), quantity, float(values.mean()), float(low), float(high)


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


def _runs_table(
    varied: Sequence[str], arms: Sequence[tuple[str, Scenario]], years: Sequence[Sequence[Year]]
) -> pd.DataFrame:
    """arm, one column per varied parameter, replication, one column per metric."""
    import pandas as pd

    rows = []
    for (name, scenario), found in zip(arms, years, strict=True):
        content = scenario.model_dump(mode="json")
        numbers = {f"assumptions.{name}": value for name, value in scenario.assumptions.numbers().items()}
        settings = {key: numbers.get(key, _value_at(content, key)) for key in varied}
        rows += [{"arm": name, **settings, "replication": y.replication, **y.row} for y in found]
    runs = pd.DataFrame(rows)
    for key in varied:
        values = runs[key]
        if not all(v is None or (isinstance(v, int | float) and not isinstance(v, bool)) for v in values):
            runs[key] = [None if v is None else as_text(v) for v in values]
        else:
            runs[key] = values.astype("float64")
    metrics = list(runs.columns)[list(runs.columns).index("replication") + 1 :]
    return runs.astype({"replication": "int64", **dict.fromkeys(metrics, "float64")})


def _value_at(content: Mapping[str, Any], dotted: str) -> Any:
    """The value under a dotted name in a scenario's content, None where it has no such value."""
    found: Any = content
    for part in dotted.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found
