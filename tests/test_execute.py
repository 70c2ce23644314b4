"""From an experiment to its folder: the same results for any number of workers, written whole or not at all."""

from __future__ import annotations

import hashlib
import itertools
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_experiment import ARMS, HEAD, REGROUP, SCENARIO, written

import sdmsim
from sdmsim import metrics
from sdmsim.base import InputErrors
from sdmsim.lab.compare import COMPARISON
from sdmsim.lab.execute import execute, notes_of_arms
from sdmsim.lab.experiment import Experiment, load_experiment
from sdmsim.lab.folder import read_csv, refuse_other_inputs, whole, write_csv
from sdmsim.lab.results import Results

SAME = ("summary.csv", "comparison.csv", "workload.csv", "months.csv", "ledger.csv", "weeks.csv", "regroup.csv")
MANIFEST_KEYS = {
    *("sdmsim_version", "format", "started", "seed", "replications", "workers", "assumptions", "inputs", "packages"),
    *("wall_seconds", "timetable_seconds", "simulate_seconds", "school_years", "school_years_per_second"),
}


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    return load_experiment(written(tmp_path_factory.mktemp("school"), HEAD + ARMS + REGROUP))


@pytest.fixture(scope="module")
def serial(experiment: Experiment, tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, Path]:
    """The experiment with one worker, and the folder it wrote."""
    out = tmp_path_factory.mktemp("results") / "mix"
    return execute(experiment, workers=1, out=out), out


def hashes(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in SAME}


def test_two_processes_give_what_one_gives(
    experiment: Experiment, serial: tuple[Results, Path], tmp_path: Path
) -> None:
    """Started afresh, two workers write the same bytes in every table, row order included."""
    results, folder = serial
    again = execute(experiment, workers=2, out=tmp_path / "again")
    pd.testing.assert_frame_equal(results.runs, again.runs, check_exact=True)
    pd.testing.assert_frame_equal(results.comparison, again.comparison, check_exact=True)
    assert hashes(folder) == hashes(tmp_path / "again")
    assert (folder / "runs.parquet").read_bytes() == (tmp_path / "again" / "runs.parquet").read_bytes()


def test_a_given_executor_is_used_and_left_open(experiment: Experiment, serial: tuple[Results, Path]) -> None:
    """Threads give the same, and the caller's executor still works afterwards."""
    with ThreadPoolExecutor(3) as threads:
        again = execute(experiment, executor=threads)
        assert threads.submit(int, "7").result() == 7
    pd.testing.assert_frame_equal(serial[0].runs, again.runs, check_exact=True)


def test_runs_have_a_row_for_every_arm_and_replication_in_order(serial: tuple[Results, Path]) -> None:
    """arm, the varied parameter under its dotted name, replication, then the metrics."""
    runs = serial[0].runs
    assert list(runs.columns[:3]) == ["arm", "delivery.push_in_share", "replication"]
    assert list(runs.arm) == ["none"] * 3 + ["half"] * 3 + ["all"] * 3
    assert list(runs.replication) == [0, 1, 2] * 3
    assert list(runs["delivery.push_in_share"]) == [0.0] * 3 + [0.5] * 3 + [1.0] * 3
    assert {"delivered_share", "minutes_owed", "therapist_hours_per_week"} <= set(runs.columns[3:])
    assert runs.groupby("replication").minutes_owed.nunique().max() == 1, "the same is owed in every arm"


def test_a_row_is_the_year_of_that_arm_and_replication(experiment: Experiment, serial: tuple[Results, Path]) -> None:
    """Each row of runs is what run() and measure() give for the arm's scenario; the years differ by their luck."""
    runs = serial[0].runs
    by_year = runs.set_index(["arm", "replication"]).to_dict(orient="index")
    for arm, scenario in experiment.scenarios:
        for replication in range(3):
            log = sdmsim.run(scenario, seed=3, replication=replication)
            expected = sdmsim.measure(log).set_index("metric").value.to_dict()
            found = by_year[arm, replication]
            assert {m: found[m] for m in expected} == pytest.approx(expected, rel=0.0, abs=0.0, nan_ok=True)
    assert runs.groupby("arm").delivered_share.nunique().to_dict() == {"none": 3, "half": 3, "all": 3}


def test_workload_and_months_are_means_over_the_years(experiment: Experiment, serial: tuple[Results, Path]) -> None:
    """By hand from three logs of one arm: hours by activity, minutes by month."""
    logs = [sdmsim.run(dict(experiment.scenarios)["half"], seed=3, replication=r) for r in range(3)]
    hours = serial[0].workload.query("arm == 'half'").set_index("activity").hours_per_week.to_dict()
    weeks = [metrics.workload(log) for log in logs]
    assert hours == pytest.approx({activity: sum(w[activity] for w in weeks) / 3 for activity in weeks[0]})
    months = serial[0].months.query("arm == 'half'").minutes_delivered
    delivered = [[row["minutes_delivered"] for row in metrics.by_month(log)] for log in logs]
    assert list(months) == pytest.approx([sum(found) / 3 for found in zip(*delivered, strict=True)])
    assert list(serial[0].months.query("arm == 'half'").month) == [9, 10]


def test_the_same_luck_meets_every_arm(tmp_path: Path) -> None:
    """A against A: two arms that set the same differ by exactly nothing, in every metric."""
    twins = '\n[[arm]]\nname = "a"\nset = {}\n\n[[arm]]\nname = "b"\nset = { "delivery.push_in_share" = 0.0 }\n'
    results = execute(load_experiment(written(tmp_path, HEAD.replace('"none"', '"a"') + twins)), workers=1)
    assert set(results.comparison.difference.dropna()) == {0.0}
    assert set(results.comparison.verdict) == {"no clear difference"}


def test_more_replications_keep_those_before(experiment: Experiment, serial: tuple[Results, Path]) -> None:
    """Replication r has the same luck however many there are; `replications` replaces the file's number."""
    fewer = execute(experiment, workers=1, replications=2)
    expected = serial[0].runs.query("replication < 2").reset_index(drop=True)
    pd.testing.assert_frame_equal(fewer.runs, expected, check_exact=True)


def test_another_seed_is_another_school_year(
    experiment: Experiment, serial: tuple[Results, Path], tmp_path: Path
) -> None:
    """`seed` replaces the scenario's, for weeks and years, as if it stood in the file; the manifest says so."""
    other = execute(experiment, workers=1, replications=2, seed=7)
    assert other.manifest["seed"] == 7
    assert list(other.runs.delivered_share) != list(serial[0].runs.query("replication < 2").delivered_share)
    in_file = written(tmp_path, HEAD + ARMS + REGROUP, SCENARIO.replace("seed = 3", "seed = 7"))
    again = execute(load_experiment(in_file), workers=1, replications=2)
    pd.testing.assert_frame_equal(other.runs, again.runs, check_exact=True)
    pd.testing.assert_frame_equal(other.regroup, again.regroup, check_exact=True)
    assert list(other.weeks.push_in_children) != list(serial[0].weeks.push_in_children), "other children in class"


def test_the_manifest_says_what_was_run(experiment: Experiment, serial: tuple[Results, Path]) -> None:
    """All keys of the contract, a digest for every file read, worker seconds that make a speed."""
    manifest = json.loads((serial[1] / "manifest.json").read_text(encoding="utf-8"))
    assert manifest.keys() >= MANIFEST_KEYS
    assert (manifest["format"], manifest["seed"], manifest["replications"], manifest["workers"]) == (1, 3, 3, 1)
    assert manifest["school_years"] == 9
    assert manifest["simulate_seconds"] > 0
    speed = manifest["school_years"] / manifest["simulate_seconds"]
    assert manifest["school_years_per_second"] == pytest.approx(speed, rel=0.01)
    assert manifest["inputs"] == {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in experiment.input_files()}


def test_results_are_read_as_they_were_written(serial: tuple[Results, Path]) -> None:
    """Runs in full, tables to six significant digits, arms in the order of the file."""
    results, folder = serial
    read = Results.read(folder)
    assert (read.title, read.arms, read.baseline) == ("How much push-in?", ("none", "half", "all"), "none")
    pd.testing.assert_frame_equal(read.runs, results.runs, check_exact=True)
    pd.testing.assert_frame_equal(read.summary, results.summary, rtol=1e-5, check_dtype=False)
    pd.testing.assert_frame_equal(read.comparison, results.comparison, rtol=1e-5, check_dtype=False)
    assert len(read.record) == 0
    assert tuple(read.comparison.columns) == COMPARISON


def test_regroup_lists_every_arm_as_written_and_with_each_variation(serial: tuple[Results, Path]) -> None:
    """Hours asked by the weeks alone: as written, those of the runs."""
    regroup = serial[0].regroup
    assert list(regroup.arm) == ["none", "none", "half", "half", "all", "all"]
    assert list(regroup.variation) == ["as written", "language kinds may mix"] * 3
    as_written = regroup.query("variation == 'as written'").set_index("arm").therapist_hours_per_week
    asked = serial[0].runs.groupby("arm").therapist_hours_per_week.first()
    assert as_written.to_dict() == pytest.approx(asked.to_dict())


def test_weeks_say_who_is_served_where(serial: tuple[Results, Path]) -> None:
    """No team child in class at 0, all of them at 1; unplaced sessions are the sum of their reasons."""
    weeks = serial[0].weeks.set_index("arm")
    assert weeks.push_in_children["none"] == 0
    assert weeks.push_in_children["all"] == weeks.team_children["all"] > 0
    reasons = weeks[[c for c in weeks.columns if c.startswith("unplaced.")]].sum(axis=1)
    assert list(reasons) == list(weeks.unplaced_sessions)


def test_progress_counts_timetables_then_years(experiment: Experiment) -> None:
    """Every call moves on, chunk by chunk; both phases end complete."""
    calls: list[tuple[int, int, str]] = []
    execute(experiment, workers=1, replications=12, progress=lambda *call: calls.append(call))
    assert calls[:6] == [(i + 1, 6, "timetables") for i in range(6)]
    done = [years for years, total, phase in calls[6:] if (total, phase) == (36, "years")]
    assert (len(done), done[0], done[-1]) == (len(calls) - 6, 1, 36)
    assert all(before < after for before, after in itertools.pairwise(done))


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interruption_stops_the_workers_and_keeps_what_was_lived(
    experiment: Experiment, tmp_path: Path, workers: int
) -> None:
    """KeyboardInterrupt comes through as it is; no process is left behind, no results are written; the same call again
    lives only what is missing.
    """
    before = set(multiprocessing.active_children())

    def interrupt(done: int, total: int, phase: str) -> None:
        if phase == "years":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(experiment, workers=workers, replications=4, out=tmp_path / "out", progress=interrupt)
    assert set(multiprocessing.active_children()) <= before
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["unfinished.json"]
    again = execute(experiment, workers=1, replications=4, out=tmp_path / "out").manifest
    assert again["years_reused"] >= 1
    assert again["years_reused"] + again["school_years"] == 12


class Recording(Executor):
    """Threads that remember what was submitted."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(1)
        self.futures: list[Future[Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit and remember."""
        self.futures.append(self.threads.submit(fn, *args, **kwargs))
        return self.futures[-1]


def test_an_interruption_takes_back_what_an_executor_has_not_begun(experiment: Experiment) -> None:
    """What waits in the caller's executor is cancelled; never more than a few items wait there."""
    recording = Recording()

    def interrupt(done: int, total: int, phase: str) -> None:
        if phase == "years":
            raise KeyboardInterrupt

    with recording.threads, pytest.raises(KeyboardInterrupt):
        execute(experiment, executor=recording, workers=3, replications=500, progress=interrupt)
    assert any(future.cancelled() for future in recording.futures)
    assert len(recording.futures) < 20, "of hundreds"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"replications": 0}, "--replications: 0 given; must be at least 1"),
        ({"workers": 0}, "--workers: 0 given; must be at least 1"),
    ],
)
def test_numbers_that_will_not_do_are_refused(experiment: Experiment, options: dict[str, int], said: str) -> None:
    """Before anything is run."""
    with pytest.raises(InputErrors) as raised:
        execute(experiment, **options)  # type: ignore[arg-type]
    assert str(raised.value) == said


def test_results_of_other_inputs_are_not_written_over(tmp_path: Path) -> None:
    """Refused in words before anything is run: which file changed, another seed; the same inputs are written again."""
    path = written(tmp_path)
    out = tmp_path / "out"
    execute(load_experiment(path), workers=1, replications=1, out=out)
    before = hashes_of(out)
    execute(load_experiment(path), workers=1, replications=1, out=out)
    assert hashes_of(out).keys() == before.keys()
    written(tmp_path, scenario=SCENARIO.replace("seed = 3", "seed = 4"))

    def never(done: int, total: int, phase: str) -> None:
        raise AssertionError("nothing may run")

    with pytest.raises(InputErrors) as raised:
        execute(load_experiment(path), workers=1, out=out, progress=never)
    assert str(raised.value) == (
        f"{out}: --out: holds results of other inputs (school.toml changed; seed 3, now 4); "
        "give another --out or remove it first"
    )


def test_results_do_not_write_themselves_over_others(serial: tuple[Results, Path], tmp_path: Path) -> None:
    """Results.write refuses by itself, whatever execute() said before."""
    results = serial[0]
    results.write(tmp_path / "out")
    changed = {**results.manifest, "inputs": {**results.manifest["inputs"], "students.csv": "00"}}
    with pytest.raises(InputErrors, match=r"holds results of other inputs \(students.csv is new\)"):
        replace(results, manifest=changed).write(tmp_path / "out")


def hashes_of(folder: Path) -> dict[str, str]:
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(folder.iterdir())}


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda p: p.write_text("x"), "is a file"),
        (lambda p: (p.mkdir(), (p / "thesis.doc").write_text("x")), "is not empty and not a folder of results"),
    ],
)
def test_what_is_not_results_is_never_replaced(tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    """A file, or a folder with something else in it, is left alone."""
    out = tmp_path / "out"
    make(out)
    with pytest.raises(InputErrors, match=said):
        refuse_other_inputs(out, inputs={}, seed=1)


def test_the_folder_one_is_in_is_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--out .` would take the ground from under the shell."""
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    for here in (Path(), Path(".."), tmp_path / "deep"):
        with pytest.raises(InputErrors, match="is the folder you are in, or one around it"):
            refuse_other_inputs(here, inputs={}, seed=1)


def test_an_empty_folder_may_be_written_into(tmp_path: Path) -> None:
    """Neither a folder that is not there nor an empty one is refused."""
    refuse_other_inputs(tmp_path / "new", inputs={}, seed=1)
    refuse_other_inputs(tmp_path, inputs={}, seed=1)


def test_a_failure_while_writing_leaves_the_old_results_whole(serial: tuple[Results, Path], tmp_path: Path) -> None:
    """A manifest that cannot be written fails after the tables: the folder is as before, nothing is left beside it."""
    results = serial[0]
    out = tmp_path / "out"
    results.write(out)
    before = hashes_of(out)
    broken = replace(results, manifest={**results.manifest, "started": object()})
    with pytest.raises(TypeError):
        broken.write(out)
    assert hashes_of(out) == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_results_that_cannot_take_their_place_leave_the_old_ones_there(tmp_path: Path) -> None:
    """When the last step fails, the old folder is put back."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "old.csv").write_text("old")
    with pytest.raises(FileNotFoundError), whole(out) as new:
        new.rmdir()
    assert [(p.name, p.read_text()) for p in out.iterdir()] == [("old.csv", "old")]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_interrupted_block_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C in the middle of writing: no folder, no temporary files."""

    def write_half() -> None:
        with whole(tmp_path / "deep" / "out") as new:
            (new / "half.csv").write_text("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert list((tmp_path / "deep").iterdir()) == []


def test_csv_files_are_the_same_on_every_system(tmp_path: Path) -> None:
    """LF, UTF-8, six digits, no `-0`, empty for unknown; names such as 007, NA and 0.25 stay text."""
    table = pd.DataFrame(
        {"arm": ["007", "NA", "0.25 größer"], "n": [1, 2, 3], "mean": [-0.0, 1 / 3, float("nan")], "sd": [1e-9, 1e9, 2]}
    )
    write_csv(table, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == (
        "arm,n,mean,sd\n007,1,0,1e-09\nNA,2,0.333333,1e+09\n0.25 größer,3,,2\n".encode()
    )
    read = read_csv(tmp_path / "t.csv")
    assert list(read.arm) == list(table.arm)
    assert list(read.n) == [1, 2, 3]


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_a_folder_without_results_is_said_to_be_none(tmp_path: Path, name: str) -> None:
    """A wrong folder for plot and report: a message, not a traceback."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputErrors, match=r"no manifest\.json"):
        Results.read(tmp_path / name)


def fresh(code: str) -> str:
    """What a new Python prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


HEAVY = "{'simpy', 'numpy', 'pandas', 'matplotlib', 'ortools', 'scipy', 'pyarrow', 'pydantic', 'rich'}"


def test_importing_sdmsim_imports_next_to_nothing() -> None:
    """No library is loaded until a name of it is used."""
    assert fresh(f"import sys, sdmsim; print({HEAVY} & set(sys.modules))") == "set()"


def test_a_worker_imports_only_what_a_year_needs() -> None:
    """The module that workers load brings neither the solver nor the tables and pictures of the parent."""
    heavy = "{'pandas', 'matplotlib', 'ortools', 'scipy', 'pyarrow', 'rich', 'jinja2'}"
    assert fresh(f"import sys, sdmsim.lab.trials; print({heavy} & set(sys.modules))") == "set()"


def test_everything_promised_can_be_imported() -> None:
    """Each public name is there; an unknown one is an AttributeError."""
    assert all(getattr(sdmsim, name) is not None for name in sdmsim.__all__)
    with pytest.raises(AttributeError, match="no attribute 'simulate'"):
        _ = sdmsim.simulate


INTERRUPTED = """
import sys
import sdmsim

if __name__ == "__main__":
    experiment = sdmsim.load_experiment(sys.argv[1])
    tell = lambda done, total, phase: print(phase, flush=True)
    try:
        sdmsim.execute(experiment, workers=2, replications=100_000, out=sys.argv[2], progress=tell)
    except KeyboardInterrupt:
        print("interrupted")
"""


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="process groups are a thing of POSIX")
def test_ctrl_c_ends_everything_quietly(tmp_path: Path) -> None:
    """An interrupt to the whole process group, as a terminal sends it: no word from the workers, no results."""
    path = written(tmp_path)
    (tmp_path / "script.py").write_text(INTERRUPTED)
    command = [sys.executable, str(tmp_path / "script.py"), str(path), str(tmp_path / "out")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        while running.stdout.readline() != "years\n":
            assert running.poll() is None, running.stderr.read()
        os.killpg(running.pid, signal.SIGINT)
        out, errors = running.communicate(timeout=60)
    assert out.splitlines()[-1] == "interrupted"
    assert (errors, running.returncode) == ("", 0)
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["unfinished.json"]


def test_notes_that_all_arms_have_stand_once_and_others_name_their_arms() -> None:
    """What differs by a number alone stands together; of many arms those are named that a note does not hold for."""
    arms = [
        ("a", ["One therapy room.", "18 evaluations.", "No rates."]),
        ("b", ["One therapy room.", "20 evaluations.", "No rates."]),
        ("c", ["One therapy room.", "A cap of 4.", "18 evaluations."]),
    ]
    assert notes_of_arms(arms) == [
        "One therapy room.",
        'All but "b": 18 evaluations.',
        'Only "b": 20 evaluations.',
        'All but "c": No rates.',
        'Only "c": A cap of 4.',
    ]
    assert notes_of_arms([("alone", ["One.", "One."])]) == ["One."]
