"""One simulated year in a folder: every fact, the tables, and nothing of it lost or made up."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from small_experiment import written

import sdmsim
from sdmsim.base import InputErrors
from sdmsim.events import Log
from sdmsim.lab.one_year import log_table, write_run
from sdmsim.scenario import Scenario

STARTED = datetime(2024, 9, 3, 10, 0, tzinfo=UTC)
FILES = {
    *("manifest.json", "log.parquet", "students.parquet"),
    *("fidelity.csv", "metrics.csv", "student_time.csv", "therapist_week.csv"),
    *("goals.csv", "probes.csv", "assumptions.csv", "ledger.csv", "ledger-by-child.csv", "sessions.csv"),
    *("fidelity-samegoal.csv", "fidelity-sesis.csv", "slots.csv"),
}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return sdmsim.load(written(tmp_path_factory.mktemp("school")).with_name("school.toml"))


@pytest.fixture(scope="module")
def log(scenario: Scenario) -> Log:
    return sdmsim.run(scenario, seed=3, replication=2)


def test_every_fact_of_the_log_is_one_row(log: Log) -> None:
    """As many rows of each kind as facts; ids for positions, words for numbers, the calendar's dates."""
    table = log_table(log)
    counts = {name: int(n) for name, n in table.fact.value_counts().items()}
    facts = [type(fact).__name__ for fact in log.facts()]
    assert counts == {name: facts.count(name) for name in set(facts)}
    assert {"MinutesGiven", "MinutesMissed", "TherapistDid"} <= counts.keys()
    assert list(table.columns[:5]) == ["day", "date", "fact", "student", "therapist"]
    assert table.day.is_monotonic_increasing
    assert set(table.student.dropna()) <= {s.id for s in log.plan.school.students}
    assert set(table.therapist.dropna()) == {s.id for s in log.plan.school.staff}
    assert list(table.date) == [log.plan.calendar.days[d].date for d in table.day]
    missed = table[table.fact == "MinutesMissed"]
    assert "start_up" in set(missed.reason)
    assert table[table.fact != "MinutesMissed"].reason.isna().all()


def test_the_minutes_of_the_table_are_those_of_the_metrics(log: Log) -> None:
    """Given and missed in log.parquet add up to the owed minutes of every child."""
    table = log_table(log)
    given = table[table.fact == "MinutesGiven"].groupby("student").minutes.sum()
    missed = table[table.fact == "MinutesMissed"].groupby("student").minutes.sum()
    value = sdmsim.measure(log).set_index("metric").value
    n = len(log.plan.school.students)
    assert given.sum() / n == pytest.approx(value.minutes_delivered)
    assert (given.sum() + missed.sum()) / n == pytest.approx(value.minutes_owed)


def test_a_year_is_written_whole_with_its_manifest(scenario: Scenario, log: Log, tmp_path: Path) -> None:
    """The named files and nothing else; the same year gives the same bytes; speed is years over worker seconds."""
    for name in ("a", "b"):
        write_run(
            log, tmp_path / name, scenario=scenario, started=STARTED, timetable_seconds=1.0, simulate_seconds=0.25
        )
    assert {f.name for f in (tmp_path / "a").iterdir()} == FILES
    for file in FILES:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["started"], manifest["seed"], manifest["replication"]) == ("2024-09-03T10:00:00Z", 3, 2)
    assert (manifest["school_years"], manifest["school_years_per_second"]) == (1, 4.0)
    assert list(manifest["inputs"]) == ["school.toml"]
    again = pd.read_parquet(tmp_path / "a" / "log.parquet")
    assert len(again) == len(log_table(log))


def test_a_year_is_not_written_over_results_of_other_inputs(scenario: Scenario, log: Log, tmp_path: Path) -> None:
    """The folder of one seed is refused to another."""
    write_run(log, tmp_path / "out", scenario=scenario, started=STARTED)
    other = sdmsim.run(scenario, seed=4, replication=log.replication)
    with pytest.raises(InputErrors, match=r"holds results of other inputs \(seed 3, now 4\)"):
        write_run(other, tmp_path / "out", scenario=scenario.but(seed=4), started=STARTED)
