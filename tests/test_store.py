"""The store of trials: whole or not there, found again, shared by processes, listed and pruned."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from small_experiment import ARMS, HEAD, SCENARIO, written

from sdmsim.base import InputErrors
from sdmsim.lab.execute import execute
from sdmsim.lab.experiment import load_experiment
from sdmsim.lab.holdings import holdings, prune
from sdmsim.lab.laboratory import laboratory
from sdmsim.lab.store import Store, default_store
from sdmsim.lab.trials import Year
from sdmsim.lab.version import code_version
from sdmsim.show.cli import main


def year(replication: int, value: float = 0.5, rows: int = 0, **more: float) -> Year:
    """A year as a worker brings it, with little in it."""
    month = {"month": 9, "share": value}
    return Year(
        replication,
        {"delivered_share": value, **more},
        workload={"push_in": 1.0},
        months=(month, {**month, "month": 10}),
        ledger=(),
        by_row=tuple({"cost": value + n} for n in range(rows)),
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def place(store: Store) -> Path:
    found = store.place("c" * 64, "a" * 64)
    store.name(
        found, {"experiment": "mix", "arm": "none", "position": 1, "seed": 1, "version": "0.1.0", "code": "c" * 64}
    )
    return found


def test_what_goes_in_comes_out_in_order(store: Store, place: Path) -> None:
    """Rows by replication whatever the order of arrival; several rows of a year by their position; to the last bit."""
    store.add(place, [year(2, 1 / 3), year(0, 0.1)])
    store.flush()
    store.add(place, [year(1, float("nan"))])
    np.testing.assert_array_equal(store.values(place, "delivered_share", 3), [0.1, np.nan, 1 / 3])
    rows = store.wide(place, "row", 3).to_pandas()
    pd.testing.assert_frame_equal(
        rows, pd.DataFrame({"replication": [0, 1, 2], "delivered_share": [0.1, np.nan, 1 / 3]}), check_exact=True
    )
    months = store.long(place, "months", 3)
    assert months["replication"].to_pylist() == [0, 0, 1, 1, 2, 2]
    assert months["position"].to_pylist() == [0, 1] * 3
    assert months["month"].to_pylist() == [9.0, 10.0] * 3
    assert store.long(place, "ledger", 3).num_rows == 0


def test_only_the_replications_that_were_asked_for_count(store: Store, place: Path) -> None:
    """More that an earlier run left there change nothing."""
    store.add(place, [year(r) for r in range(5)])
    assert len(store.values(place, "delivered_share", 2)) == 2
    assert store.wide(place, "row", 2)["replication"].to_pylist() == [0, 1]
    assert store.long(place, "months", 2)["replication"].to_pylist() == [0, 0, 1, 1]


def test_a_trial_that_is_there_twice_counts_once(tmp_path: Path, store: Store, place: Path) -> None:
    """Two processes that live the same do no harm, and one with its rows of numbers goes before one without."""
    other = Store(tmp_path / "store")
    store.add(place, [year(0), year(1)])
    other.add(place, [year(1, rows=3), year(2)])
    store.close()
    other.close()
    assert store.kept(place) == {0: False, 1: True, 2: False}
    assert store.wide(place, "row", 9)["replication"].to_pylist() == [0, 1, 2]
    assert store.long(place, "by_row", 9)["cost"].to_pylist() == [0.5, 1.5, 2.5]


def test_years_with_other_metrics_go_together(store: Store, place: Path) -> None:
    """A metric that some years lack is empty there, and the file that brings it may be any."""
    store.add(place, [year(0)])
    store.flush()
    store.add(place, [year(1, cost=7.0)])
    assert store.wide(place, "row", 2)["cost"].to_pylist() == [None, 7.0]
    np.testing.assert_array_equal(store.values(place, "cost", 2), [np.nan, 7.0])
    np.testing.assert_array_equal(store.values(place, "no such metric", 2), [np.nan, np.nan])


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_half_a_file_is_never_read(store: Store, place: Path, cut: int) -> None:
    """A file that is cut anywhere counts as not there; what was being written is not seen."""
    store.add(place, [year(0)])
    store.close()
    (file,) = place.glob("*.parquet")
    content = file.read_bytes()
    file.write_bytes(content[:cut])
    (place / "tmp1.part").write_bytes(content)
    again = Store(store.folder)
    assert again.kept(place) == {}
    again.add(place, [year(0)])
    again.close()
    assert file.read_bytes() == content, "the same trials have the same name and take its place"
    assert Store(store.folder).kept(place) == {0: False}


def test_changed_bytes_are_never_read(store: Store, place: Path) -> None:
    """A single byte that a disk got wrong."""
    store.add(place, [year(0), year(1)])
    store.close()
    (file,) = place.glob("*.parquet")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))
    assert Store(store.folder).kept(place) == {}


def test_a_failure_while_writing_leaves_nothing(store: Store, place: Path) -> None:
    """What cannot be written is said, and no part of it stays."""
    store.add(place, [year(0)._replace(row={"delivered_share": object()})])  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        store.flush()
    assert [file.suffix for file in place.iterdir()] == [".json"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"store.json": '{"format": 2}'}, "{'format': 2} was written for another sdmsim"),
        ({"store.json": "{"}, "store.json cannot be read"),
        ({"thesis.doc": "x"}, "is not empty and no store of trials"),
        ({}, "is a file"),
    ],
)
def test_what_is_no_store_is_refused_in_words(tmp_path: Path, content: dict[str, str], said: str) -> None:
    """Before anything is run; exit 2, nothing written."""
    path = written(tmp_path / "school")
    target = tmp_path / "here"
    if content:
        target.mkdir()
        for name, text in content.items():
            (target / name).write_text(text)
    else:
        target.write_text("x")
    done = ask("experiment", path, "--store", target, "--out", tmp_path / "out")
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert "--store" in done.stderr
    assert not (tmp_path / "out").exists()


def ask(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_more_arms_and_replications_reuse_what_is_there(tmp_path: Path) -> None:
    """The same bytes as in one go; only what is new is lived; another name of an arm is the same arm."""
    store, out, elsewhere = tmp_path / "store", tmp_path / "out", tmp_path / "elsewhere" / "out"
    path = written(tmp_path / "school", HEAD + ARMS[: ARMS.rindex("\n[[arm]]")])
    first = execute(load_experiment(path), workers=1, replications=2, store=store)
    assert (first.manifest["school_years"], first.manifest["years_reused"]) == (4, 0)
    path = written(tmp_path / "school", HEAD + ARMS.replace('"half"', '"middle"'))
    second = execute(load_experiment(path), workers=1, replications=3, store=store, out=out)
    assert (second.manifest["school_years"], second.manifest["years_reused"]) == (5, 4)
    at_once = execute(load_experiment(path), workers=1, replications=3, out=elsewhere)
    assert (at_once.manifest["school_years"], at_once.manifest["years_reused"]) == (9, 0)
    for file in out.iterdir():
        assert file.name == "manifest.json" or file.read_bytes() == (elsewhere / file.name).read_bytes(), file.name


def test_other_inputs_reuse_nothing(tmp_path: Path) -> None:
    """Another seed, another number in the scenario: other trials, in the same store."""
    store = tmp_path / "store"
    execute(load_experiment(written(tmp_path / "school")), workers=1, replications=1, store=store)
    experiment = load_experiment(written(tmp_path / "school"))
    assert execute(experiment, workers=1, replications=1, seed=9, store=store).manifest["years_reused"] == 0
    other = written(tmp_path / "school", scenario=SCENARIO + "\n[days]\nchild_attendance = 0.8\n")
    assert execute(load_experiment(other), workers=1, replications=1, store=store).manifest["years_reused"] == 0
    assert execute(experiment, workers=1, replications=1, store=store).manifest["years_reused"] == 3


def test_rows_of_numbers_are_lived_when_they_are_asked_for(tmp_path: Path) -> None:
    """A trial that a search has lived without them is lived again for an experiment, and not a third time."""
    (arm, scenario), *_ = load_experiment(written(tmp_path)).scenarios
    for rows, lived in ((False, 6), (True, 5), (True, 0), (False, 0)):
        with laboratory(workers=1, store=tmp_path / "store") as lab:
            bench = lab.bench([(arm, scenario)], rows=rows)
            bench.advance({arm: 6})
            assert lab.years_lived == lived
            assert bench.long(arm, "by_row").num_rows == (60 if lived == 5 or rows else 0) or not rows


def test_an_interrupted_run_of_other_inputs_is_refused(tmp_path: Path) -> None:
    """The folder says what was being run for it: the same is taken up, something else is not mixed in."""
    path, out = written(tmp_path / "school"), tmp_path / "out"

    def interrupt(done: int, total: int, phase: str) -> None:
        if phase == "years":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(load_experiment(path), workers=1, out=out, progress=interrupt)
    with pytest.raises(InputErrors) as raised:
        execute(load_experiment(path), workers=1, out=out, seed=8)
    assert str(raised.value) == (
        f"{out}: --out: holds an interrupted run of other inputs (seed 3, now 8); give another --out or remove it first"
    )
    for command in ("report", "plot"):
        told = ask(command, out)
        assert told.exit_code == 2
        assert "was interrupted; give the same command again to take it up" in told.stderr
    execute(load_experiment(path), workers=1, replications=1, out=out)
    assert "unfinished.json" not in [file.name for file in out.iterdir()]


def test_no_id_of_a_child_goes_in(tmp_path: Path) -> None:
    """No byte of the store is a child's or a class's name, compressed or not."""
    experiment = load_experiment(written(tmp_path / "school"))
    execute(experiment, workers=1, replications=1, store=tmp_path / "store")
    ids = {student.id for student in experiment.base.roster.students} | {s.id for s in experiment.base.roster.staff}
    held = holdings(tmp_path / "store")
    store = Store(tmp_path / "store")
    for one in held:
        for file in one.place.glob("about-*.json"):
            assert not ids & set(json.loads(file.read_text()).values())
        for column in ("months", "ledger", "by_row"):
            table = store.long(one.place, column, 9)
            assert not ids & set(map(str, table.column_names))
            for kept in table.columns:
                assert not ids & set(map(str, kept.to_pylist()))


def test_the_store_is_beside_the_results_or_where_one_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`.trials` beside --out; SDMSIM_STORE; --store goes before both."""
    monkeypatch.delenv("SDMSIM_STORE", raising=False)
    assert default_store(tmp_path / "results" / "mix") == tmp_path / "results" / ".trials"
    monkeypatch.setenv("SDMSIM_STORE", str(tmp_path / "mine"))
    assert default_store(tmp_path / "results" / "mix") == tmp_path / "mine"
    experiment = load_experiment(written(tmp_path / "school"))
    execute(experiment, replications=1, workers=1, out=tmp_path / "out")
    assert [one.replications for one in holdings(tmp_path / "mine")] == [1, 1, 1]
    execute(experiment, replications=1, workers=1, out=tmp_path / "out", store=tmp_path / "other")
    assert len(holdings(tmp_path / "other")) == 3


def test_results_lists_and_prunes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every arm with its years, seed, version, size and date; other code goes by itself, the rest by its name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SDMSIM_STORE", raising=False)
    assert "holds no lived years" in ask("results").output
    path = written(tmp_path / "school")
    two = written(tmp_path / "school", HEAD + ARMS[: ARMS.rindex("\n[[arm]]")], name="two.toml")
    for file in (path, two):
        execute(load_experiment(file), replications=2, workers=1, store="results/.trials")
    listed = ask("results", "list")
    assert (listed.exit_code, ask("results").output) == (0, listed.output)
    lines = [line.split() for line in listed.output.splitlines()]
    assert [line[:4] for line in lines if line and line[0] in ("mix", "two")] == [
        *(["mix", arm, "2", "3"] for arm in ("none", "half", "all")),
        *(["two", arm, "2", "3"] for arm in ("none", "half")),
    ]
    store = tmp_path / "results" / ".trials"
    old = store / code_version()[:32]
    for about in old.rglob("about-*.json"):
        facts = json.loads(about.read_text()) | {"code": "0" * 64}
        if facts["arm"] == "all":
            about.write_text(json.dumps(facts))
    assert "other code" in ask("results", "list").output
    wrong = ask("results", "prune", "mxi")
    assert wrong.exit_code == 2
    assert 'holds no experiment "mxi"; did you mean "mix"?' in wrong.stderr
    assert "removed the years of 1 arms" in ask("results", "prune").output
    assert [(one.experiment, one.arm) for one in holdings(store)] == [
        ("mix", "none"),
        ("mix", "half"),
        ("two", "none"),
        ("two", "half"),
    ]
    assert "removed the years of 0 arms" in ask("results", "prune", "mix.toml").output, "two asked for them as well"
    assert "removed the years of 2 arms" in ask("results", "prune", "two").output
    assert holdings(store) == []


def test_prune_sweeps_what_was_cut_short(store: Store, place: Path) -> None:
    """Old parts and broken files go; a part that may still be written stays."""
    import os

    store.add(place, [year(0)])
    store.close()
    for name in ("old.part", "new.part", "broken.parquet"):
        (place / name).write_bytes(b"x")
    os.utime(place / "old.part", (0, 0))
    facts = json.loads(next(place.glob("about-*.json")).read_text()) | {"code": code_version()}
    next(place.glob("about-*.json")).write_text(json.dumps(facts))
    assert prune(store.folder).arms == 0
    left = {file.name for file in place.iterdir() if file.suffix != ".json"}
    assert "new.part" in left
    assert not left & {"old.part", "broken.parquet"}
    assert len(left) == 2


def test_memory_is_flat_however_many_years(store: Store, place: Path) -> None:
    """What the process holds after 8,000 years is what it holds after 2,000, not four times as much."""
    import tracemalloc

    held = []
    tracemalloc.start()
    for first in range(0, 8000, 100):
        store.add(place, [year(first + n, value=(first + n) / 7) for n in range(100)])
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert max(held[20:]) < 1.2 * max(held[:20])
    store.close()
    assert len(Store(store.folder).kept(place)) == 8000
    assert len(list(place.glob("*.parquet"))) < 100
