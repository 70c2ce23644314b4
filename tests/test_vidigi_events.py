"""The log in vidigi's columns, by the rules that vidigi 2.0 holds its own logs to."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from small_school import edited, write

from sdmsim.events import Log
from sdmsim.metrics.vidigi_events import vidigi_events
from sdmsim.scenario import load
from sdmsim.show.cli import main
from sdmsim.world import run

TYPES = {"arrival_departure", "queue", "resource_use", "resource_use_end"}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """A year of the small school, half of the team's children in class."""
    return run(load(write(tmp_path_factory.mktemp("school"))), seed=4)


@pytest.fixture(scope="module")
def events(log: Log) -> pd.DataFrame:
    """Its events."""
    return vidigi_events(log)


def test_the_columns_are_those_of_vidigi(events: pd.DataFrame) -> None:
    """entity, pathway, type, event, time, resource, run and timestamp; then two of our own."""
    assert list(events.columns) == [
        "entity_id", "pathway", "event_type", "event", "time", "resource_id", "run_number", "timestamp", "therapist",
        "place",
    ]  # fmt: skip
    assert set(events["event_type"]) == TYPES
    assert set(events["run_number"]) == {1}
    of_entity = events[events["event_type"] == "arrival_departure"]
    assert set(of_entity["event"]) == {"arrival", "depart"}
    assert pd.to_datetime(events["timestamp"]).notna().all()


def test_each_child_arrives_once_and_departs_once_and_time_never_goes_back(log: Log, events: pd.DataFrame) -> None:
    """Arrival first, departure last, in between in order of time; all children, by their coded ids."""
    assert list(dict.fromkeys(events["entity_id"])) == [s.id for s in log.plan.school.students]
    for _, mine in events.groupby("entity_id"):
        assert mine["event"].iloc[0] == "arrival"
        assert mine["event"].iloc[-1] == "depart"
        assert mine["event"].isin(["arrival", "depart"]).sum() == 2
        assert mine["time"].is_monotonic_increasing


def test_every_use_of_a_therapist_ends_and_lasts_as_long_as_the_minutes_given(log: Log, events: pd.DataFrame) -> None:
    """A use is followed by its own end, of the same resource; the minutes are those of the log."""
    total = 0.0
    for _, mine in events.groupby("entity_id"):
        rows = mine.to_dict("records")
        for row, after in pairwise(rows):
            if row["event_type"] == "resource_use":
                assert after["event_type"] == "resource_use_end"
                assert after["event"] == f"{row['event']} ended"
                assert after["resource_id"] == row["resource_id"] >= 1
                total += after["time"] - row["time"]
    assert total == pytest.approx(sum(given[5] for given in log.given), abs=0.01)
    used = events["event_type"].isin(["resource_use", "resource_use_end"])
    assert events["resource_id"].notna().equals(used)


def test_a_day_runs_from_bell_to_bell(log: Log, events: pd.DataFrame) -> None:
    """On each school day a child is in class or absent first, and at home last; time counts nights and weekends."""
    first = log.plan.calendar.days[0].date
    stamps = pd.to_datetime(events["timestamp"])
    minutes = (stamps - pd.Timestamp(first)).dt.total_seconds() / 60.0
    assert (events["time"] - minutes).abs().max() < 1.0
    inside = events[events["event_type"] != "arrival_departure"].assign(day=stamps.dt.date)
    for _, mine in inside.groupby(["entity_id", "day"]):
        assert mine["event"].iloc[0] in ("in class", "absent")
        assert mine["event"].iloc[-1] == "at home"
        if mine["event"].iloc[0] == "absent":
            assert len(mine) == 2
    absent = int((inside["event"] == "absent").sum())
    assert absent == len(log.absences)


def test_the_command_writes_it_only_where_it_is_asked_for(tmp_path: Path) -> None:
    """events-vidigi.csv beside the log; ids such as 007 stay text, resources whole numbers."""
    file = write(tmp_path, edited("school.toml", ("2024-12-20", "2024-10-11")))
    for words, there in ([], False), (["--vidigi"], True):
        result = CliRunner().invoke(main, ["run", str(file), "--out", str(tmp_path / "out"), "-q", *words])
        assert result.exit_code == 0, result.output
        assert (tmp_path / "out" / "events-vidigi.csv").exists() == there
    lines = (tmp_path / "out" / "events-vidigi.csv").read_text(encoding="utf-8").splitlines()
    assert any(line.startswith("007,language,resource_use,") for line in lines)
    assert all(line.split(",")[5] in ("", "1") for line in lines[1:])
    assert all(len(line.split(",")[4].partition(".")[2]) == 3 for line in lines[1:]), "to the thousandth of a minute"
