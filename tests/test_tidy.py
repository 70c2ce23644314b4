"""The long table of an experiment: every number of the other tables, none twice, no child."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from small_experiment import written

from sdmsim.lab.execute import execute
from sdmsim.lab.experiment import load_experiment
from sdmsim.lab.results import Results
from sdmsim.lab.tidy import COLUMNS


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two replications of a small experiment, in their folder."""
    folder = tmp_path_factory.mktemp("tidy")
    execute(load_experiment(written(folder)), out=folder / "out", replications=2, workers=1)
    return folder / "out"


@pytest.fixture(scope="module")
def tidy(lived: Path) -> pd.DataFrame:
    """The table as other tools read it."""
    return pd.read_parquet(lived / "tidy.parquet")


def test_the_columns_are_those_of_the_contract(tidy: pd.DataFrame) -> None:
    """In their order; one row for each arm, replication, group, time and metric; every value is one."""
    assert tuple(tidy.columns) == COLUMNS
    assert not tidy.duplicated(["arm", "replication", "subgroup", "time", "metric"]).any()
    assert tidy["value"].notna().all()
    assert set(tidy["seed"]) == {3}


def test_the_year_is_that_of_runs(lived: Path, tidy: pd.DataFrame) -> None:
    """Every metric of every run, to the last bit."""
    runs = pd.read_parquet(lived / "runs.parquet")
    year = tidy[(tidy["time"] == "year") & (tidy["subgroup"] == "all")].astype({"metric": "str", "arm": "str"})
    wide = year.pivot(index=["arm", "replication"], columns="metric", values="value")
    for metric in wide.columns:
        own = runs.set_index(["arm", "replication"])[metric].dropna()
        assert wide[metric].dropna().sort_index().equals(own.rename(metric).sort_index()), metric
    assert len(wide.columns) > 40


def test_groups_months_and_weeks_are_those_of_the_other_tables(lived: Path, tidy: pd.DataFrame) -> None:
    """Their means over replications are the values of groups.csv, months.csv and ledger.csv."""
    mean = (
        tidy.astype({"subgroup": "str"}).groupby(["arm", "subgroup", "time", "metric"], observed=True)["value"].mean()
    )
    results = Results.read(lived)
    groups = results.groups[results.groups["metric"] == "delivered_share"]
    for row in groups.to_dict("records"):
        subgroup = f"{row['way']}={row['group']}"
        assert mean[row["arm"], subgroup, "year", "delivered_share"] == pytest.approx(row["mean"], rel=1e-5)
    for row in results.months.to_dict("records"):
        month = f"{int(row['year'])}-{int(row['month']):02d}"
        owed = mean[row["arm"], "all", month, "month.minutes_owed"]
        assert owed == pytest.approx(row["minutes_owed"], rel=1e-5)
    for row in results.ledger.to_dict("records"):
        owed = mean[row["arm"], "all", f"week {int(row['week']):02d}", "ledger.owed"]
        assert owed == pytest.approx(row["owed"], rel=1e-5, abs=1e-9)


def test_no_child_is_in_it(lived: Path, tidy: pd.DataFrame) -> None:
    """Ids stand in sessions.csv, which is local, and in no other table of an experiment."""
    ids = set(Results.read(lived).sessions["student"])
    assert len(ids) > 5
    assert not ids & {str(v) for c in ("subgroup", "time", "metric") for v in tidy[c].unique()}


def test_the_weeks_of_all_arms_are_kept(lived: Path) -> None:
    """sessions.csv holds each arm's week as it is read again: nothing that is not given becomes a word."""
    sessions = Results.read(lived).sessions
    assert list(dict.fromkeys(sessions["arm"])) == ["none", "half", "all"]
    assert set(sessions[sessions["arm"] == "none"]["setting"]) == {"therapy_room"}
    assert "classroom" in set(sessions[sessions["arm"] == "all"]["setting"])
    assert "nan" not in set(sessions["place"]) | set(sessions["weeks"])


def test_any_number_of_workers_gives_the_same_table(lived: Path, tmp_path: Path) -> None:
    """Another run, resumed from one replication: the same content, row by row."""
    experiment = load_experiment(written(tmp_path))
    execute(experiment, out=tmp_path / "out", replications=1, workers=1)
    execute(experiment, out=tmp_path / "out", replications=2, workers=1)
    again = pd.read_parquet(tmp_path / "out" / "tidy.parquet")
    assert again.equals(pd.read_parquet(lived / "tidy.parquet"))
