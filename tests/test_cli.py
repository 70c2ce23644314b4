"""The command line, through the front door: what is printed, what is written, how it ends."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from made_results import made_results

from sdmsim.show import commands_before
from sdmsim.show.cli import main

Ask = Callable[..., Result]
SDMSIM = (sys.executable, "-c", "from sdmsim.show.cli import main; main(prog_name='sdmsim')")


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Asks sdmsim for something, in an empty folder."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)

    def asked(*words: object) -> Result:
        return CliRunner().invoke(main, [str(word) for word in words], prog_name="sdmsim")

    return asked


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A school as `init` makes it; tests read it only."""
    folder = tmp_path_factory.mktemp("made") / "school"
    result = CliRunner().invoke(main, ["init", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def lived(school: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The experiment that `init` makes, run at small size: its folder and what was printed."""
    out = tmp_path_factory.mktemp("lived") / "out"
    words = ["experiment", school / "experiment.toml", "--out", out, "--replications", "3", "--workers", "1"]
    return out, CliRunner().invoke(main, [str(w) for w in words])


def files_in(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*"))


def spoiled(school: Path, target: Path) -> Path:
    """A copy of the school with two problems in two of its tables."""
    target.mkdir()
    for file in school.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    students = (target / "students.csv").read_text(encoding="utf-8").splitlines()
    first = students[1].split(",")
    first[2] = "9Z"
    students[1] = ",".join(first)
    (target / "students.csv").write_text("\n".join(students) + "\n", encoding="utf-8")
    staff = (target / "staff.csv").read_text(encoding="utf-8").replace(",0.4,", ",much,")
    (target / "staff.csv").write_text(staff, encoding="utf-8")
    return target


# ---------------------------------------------------------------- exit statuses


def test_done_is_0(ask: Ask, school: Path) -> None:
    """A check of good files ends with 0 and says what was read."""
    result = ask("check", school / "scenario.toml", school / "experiment.toml")
    assert result.exit_code == 0
    assert "12 children in 6 sections" in result.stdout
    assert "3 arms: pull-out only, half push-in, push-in only" in result.stdout
    assert "4 x 15 min" in result.stdout or "1 x 15 min per month" in result.stdout, "the conversion is shown"
    assert result.stderr == ""


@pytest.mark.parametrize("command", ["check", "run", "timetable", "experiment"])
def test_wrong_input_is_2_with_every_problem_and_nothing_written(
    ask: Ask, school: Path, tmp_path: Path, command: str
) -> None:
    """Problems of two tables, one per line on standard error with file and row; no traceback, no file."""
    bad = spoiled(school, tmp_path / "bad")
    file = bad / ("experiment.toml" if command == "experiment" else "scenario.toml")
    result = ask(command, file)
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert any(re.match(r"students\.csv:2: section: .*9Z", line) for line in lines), lines
    assert any(re.match(r"staff\.csv:2: fte: .*much", line) for line in lines), lines
    assert "Traceback" not in result.output
    assert result.stdout == ""
    assert files_in(Path.cwd()) == []


@pytest.mark.parametrize(
    "words",
    [
        ("teleport",),
        ("run",),
        ("run", "a.toml", "--teleport"),
        ("experiment", "a.toml", "--dask", "tcp://x"),
        ("experiment", "a.toml", "--assumptions", "neutral"),
        ("experiment", "a.toml", "--replications", "0"),
        ("experiment", "a.toml", "--workers", "two"),
        ("run", "a.toml", "--seed", "-1"),
        ("init", "x", "--like", "hogwarts"),
        ("staffing", "a.toml"),
        ("run", "no-such-file.toml"),
        ("check", "no-such-file.toml"),
        ("plot", "no-such-folder"),
        ("report", "."),
    ],
)
def test_what_is_not_there_is_2(ask: Ask, words: tuple[str, ...]) -> None:
    """Unknown commands, options not there yet, numbers that will not do, files that are not there: 2, and why."""
    result = ask(*words)
    assert result.exit_code == 2
    assert result.stderr != ""
    assert "Traceback" not in result.output
    assert files_in(Path.cwd()) == []


def test_a_nearly_right_command_is_guessed(ask: Ask) -> None:
    """`experimnt` is answered with what was meant."""
    result = ask("experimnt", "x.toml")
    assert result.exit_code == 2
    assert "experiment" in result.stderr


def test_a_defect_of_ours_is_1_without_the_words_of_the_error(
    ask: Ask, school: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names kind and place, not the text, which may hold an id; -v shows the traceback."""

    def broken(*_: object) -> None:
        raise KeyError("child-007")

    monkeypatch.setattr("sdmsim.show.checking.check_files", broken)
    result = ask("check", school / "scenario.toml")
    assert result.exit_code == 1
    assert "KeyError" in result.stderr
    assert "-v" in result.stderr
    assert "child-007" not in result.output
    assert "Traceback" not in result.output
    assert "Traceback" in ask("check", school / "scenario.toml", "-v").stderr


def test_interrupted_is_130(ask: Ask, school: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends with 130 and a word, without a traceback."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sdmsim.show.checking.check_files", interrupted)
    result = ask("check", school / "scenario.toml")
    assert result.exit_code == 130
    assert "interrupted" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_a_signal_in_the_middle_of_an_experiment_ends_it_with_130(school: Path, tmp_path: Path) -> None:
    """A real process, interrupted while years are being lived: 130, no traceback; what was lived is kept."""
    words = ["experiment", str(school / "experiment.toml"), "--out", "out", "--replications", "20000", "--workers", "1"]
    process = subprocess.Popen(
        [*SDMSIM, *words, "-v"], cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "timetables: all 3 done" in line:
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert out == ""
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["unfinished.json"]
    assert "out" in {Path(name).parts[0] for name in files_in(tmp_path)} <= {"out", ".trials"}


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break otherwise there")
def test_a_broken_pipe_ends_quietly() -> None:
    """The reader of our output goes away: no complaint, no traceback."""
    read, write = os.pipe()
    process = subprocess.Popen([*SDMSIM, "schema"], stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    os.close(read)
    _, err = process.communicate(timeout=60)
    assert err == ""
    assert process.returncode == 0


def test_a_terminal_without_our_signs_gets_others(tmp_path: Path) -> None:
    """A sign that the terminal does not have is replaced where it is printed, never in a file, and nothing breaks."""
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252:strict"}
    folder = tmp_path / "straße \N{RIGHTWARDS ARROW}"
    made_results(("base", "á \N{RIGHTWARDS ARROW}"), replications=2).write(folder)
    done = subprocess.run([*SDMSIM, "report", str(folder)], env=environment, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "straße ?" in done.stdout.decode("cp1252")
    assert "á \N{RIGHTWARDS ARROW}" in (folder / "report.html").read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_is_said_in_words(ask: Ask, school: Path) -> None:
    """--out below a file: 2, and no traceback."""
    Path("taken").write_text("", encoding="utf-8")
    result = ask("timetable", school / "scenario.toml", "--out", Path("taken") / "below")
    assert result.exit_code == 2
    assert "taken" in result.stderr
    assert "Traceback" not in result.output


def test_v_logs_to_standard_error(ask: Ask, school: Path) -> None:
    """Seconds and names of files; standard output stays what it is, and no child is named."""
    result = ask("run", school / "scenario.toml", "--json", "-v")
    assert json.loads(result.stdout)["seed"] == 1
    assert "INFO sdmsim: the year took" in result.stderr
    assert "L01" not in result.stderr


# ---------------------------------------------------------------- check


def test_a_table_alone_is_checked_through_its_scenario(ask: Ask, school: Path) -> None:
    """`check students.csv` says what to check instead."""
    result = ask("check", school / "students.csv")
    assert result.exit_code == 2
    assert "through the scenario that names them" in result.stderr


def test_check_tells_the_problems_of_all_files_once(ask: Ask, school: Path, tmp_path: Path) -> None:
    """A scenario and the experiment that names it: each problem is told once, good files are still shown."""
    bad = spoiled(school, tmp_path / "bad")
    result = ask("check", bad / "scenario.toml", bad / "experiment.toml", school / "scenario.toml")
    assert result.exit_code == 2
    assert sum("9Z" in line for line in result.stderr.splitlines()) == 1
    assert "is as it should be" in result.stdout


def test_check_as_json(ask: Ask, school: Path, tmp_path: Path) -> None:
    """One object; with problems it holds them, and the status is still 2."""
    good = json.loads(ask("check", school / "experiment.toml", "--json").stdout)
    assert good["ok"] is True
    assert good["files"][0]["kind"] == "experiment"
    assert good["files"][0]["children"] == 12
    assert good["files"][0]["conversions"]
    result = ask("check", spoiled(school, tmp_path / "bad") / "scenario.toml", "--json")
    assert result.exit_code == 2
    found = json.loads(result.stdout)
    assert found["ok"] is False
    assert {(p["file"], p["row"], p["where"]) for p in found["problems"]} >= {
        ("students.csv", 2, "section"),
        ("staff.csv", 2, "fte"),
    }


def test_quiet_prints_nothing(ask: Ask, school: Path) -> None:
    """Not on check, not on timetable."""
    for command in ("check", "timetable"):
        result = ask(command, school / "scenario.toml", "--quiet")
        assert (result.exit_code, result.output) == (0, "")


# ---------------------------------------------------------------- init


@pytest.mark.parametrize("words", [(), ("--like", "maple", "--seed", "4"), ("--like", "chicago"), ("--clustered", "1")])
def test_init_makes_a_school_that_passes_check(ask: Ask, words: tuple[str, ...]) -> None:
    """Scenario, experiment, tables and what to fill in; nothing else is left beside the folder."""
    result = ask("init", "school", *words)
    assert result.exit_code == 0, result.output
    assert files_in(Path.cwd())[0] == "school"
    assert {p.name for p in Path("school").iterdir()} >= {
        *("README.md", "scenario.toml", "experiment.toml"),
        *(f"{table}.csv" for table in ("students", "services", "sections", "bell", "staff", "calendar")),
    }
    assert [p.name for p in Path().iterdir()] == ["school"]
    checked = ask("check", "school/scenario.toml", "school/experiment.toml")
    assert checked.exit_code == 0, checked.output


def test_init_explains_every_column_that_it_writes(school: Path) -> None:
    """Each header of each table stands in the README."""
    readme = (school / "README.md").read_text(encoding="utf-8")
    for file in school.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as rows:
            header = next(csv.reader(rows))
        assert f"**{file.name}**" in readme
        for column in header:
            assert f"`{column}`" in readme, f"{file.name}: {column}"


def test_init_draws_the_same_school_from_the_same_seed(ask: Ask, school: Path) -> None:
    """Byte for byte; another seed draws another."""
    ask("init", "same")
    ask("init", "other", "--seed", "2")
    assert all((Path("same") / f.name).read_bytes() == f.read_bytes() for f in school.iterdir())
    assert (Path("other") / "students.csv").read_bytes() != (school / "students.csv").read_bytes()


def test_init_refuses_a_folder_that_is_not_empty(ask: Ask) -> None:
    """What is there stays as it is; an empty folder, even the one we are in, is filled."""
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("mine", encoding="utf-8")
    result = ask("init", "mine")
    assert result.exit_code == 2
    assert "not empty" in result.stderr
    assert files_in(Path.cwd()) == ["mine", "mine/notes.txt"]
    Path("mine/notes.txt").unlink()
    Path("mine").rmdir()
    assert ask("init", ".").exit_code == 0
    assert Path("scenario.toml").exists()


def test_init_leaves_nothing_half_written(ask: Ask) -> None:
    """A school that the generator cannot draw: 2, and no folder."""
    result = ask("init", "school", "--clustered", "9")
    assert result.exit_code == 2
    assert "sections" in result.stderr
    assert files_in(Path.cwd()) == []


# ---------------------------------------------------------------- timetable, run


def test_the_timetable_shows_and_writes_every_session(ask: Ask, school: Path) -> None:
    """Each weekly session of each child is in the grid's rows or among those without a place, with the rule."""
    result = ask("timetable", school / "scenario.toml", "--out", "week")
    assert result.exit_code == 0
    assert "Mon" in result.stdout
    assert "SLP-1" in result.stdout
    placed = pd.read_csv("week/timetable.csv", dtype=str, keep_default_na=False)
    unplaced = pd.read_csv("week/unplaced.csv", dtype=str, keep_default_na=False)
    services = pd.read_csv(school / "services.csv")
    weekly = services[(services.per == "week") & (services.kind == "direct")].set_index("id").sessions
    children = [child for cell in placed.students for child in cell.split()] + list(unplaced.student)
    assert {child: children.count(child) for child in weekly.index} == weekly.to_dict()
    assert (unplaced.reason != "").all()
    for child in placed.students[0].split():
        assert child in result.stdout


def test_the_timetable_as_json(ask: Ask, school: Path) -> None:
    """One object on standard output, with sessions, what has no place, and the gaps."""
    found = json.loads(ask("timetable", school / "scenario.toml", "--json").stdout)
    assert len(found["appointments"]) > 5
    assert len(found["unplaced"]) == found["unplaced_sessions"]
    assert found["grouping_gap_minutes"] >= 0
    year = json.loads(ask("run", school / "scenario.toml", "--json").stdout)
    assert found["therapist_hours_per_week"] == pytest.approx(year["metrics"]["therapist_hours_per_week"], abs=1e-4)


def test_run_lives_one_year_and_tells_where_the_minutes_went(ask: Ask, school: Path) -> None:
    """Promised = given + missed by reason, in the printed object; the folder has the name of the file."""
    result = ask("run", school / "scenario.toml", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    for row in found["fidelity"]:
        assert row["owed"] == pytest.approx(row["provided"] + sum(row["missed"].values()))
    assert found["fidelity"][-1]["service"] == "all"
    assert 0.3 < found["metrics"]["delivered_share"] <= 1.0
    assert Path("results/scenario/manifest.json").exists()


def test_run_prints_the_table_of_services_and_reasons(ask: Ask, school: Path) -> None:
    """Services across, reasons down, the notes below."""
    result = ask("run", school / "scenario.toml", "--out", "year")
    assert "share given, %" in result.stdout
    assert "missed: child absent" in result.stdout
    assert "Note: No rooms.csv" in result.stdout


def test_a_seed_on_the_command_line_replaces_that_of_the_file(ask: Ask, school: Path) -> None:
    """Another seed, another year; the same seed, the same."""
    first, again, other = (
        json.loads(ask("run", school / "scenario.toml", "--json", "--seed", seed, "--out", f"o{i}").stdout)
        for i, seed in enumerate((5, 5, 6))
    )
    assert first["metrics"] == again["metrics"]
    assert first["seed"] == 5
    assert first["metrics"] != other["metrics"]


def test_results_of_other_inputs_are_not_written_over(ask: Ask, school: Path) -> None:
    """A timetable, then a year of the same scenario go into one folder; another seed does not."""
    assert ask("timetable", school / "scenario.toml").exit_code == 0
    assert ask("run", school / "scenario.toml").exit_code == 0
    assert ask("timetable", school / "scenario.toml").exit_code == 0
    assert Path("results/scenario/timetable.csv").exists()
    assert Path("results/scenario/log.parquet").exists()
    before = files_in(Path.cwd())
    for command in ("timetable", "run"):
        result = ask(command, school / "scenario.toml", "--seed", 9)
        assert result.exit_code == 2
        assert "other inputs" in result.stderr
    assert files_in(Path.cwd()) == before


# ---------------------------------------------------------------- experiment, plot, report


def test_the_experiment_ends_with_the_comparison_and_the_report(lived: tuple[Path, Result]) -> None:
    """Arms in the order of the file, verdicts, the answer, the limits, and where the report is; all files are there."""
    out, result = lived
    assert result.exit_code == 0, result.output
    text = result.stdout
    assert text.index("pull-out only") < text.index("half push-in") < text.index("push-in only")
    assert "Difference from" in text
    assert "What is said of skills rests on assumptions that nobody has measured" in text
    assert text.rstrip().endswith(f"Report: {out / 'report.html'}")
    assert result.stderr == "", "no progress where there is no terminal"
    assert {"manifest.json", "runs.parquet", "summary.csv", "comparison.csv", "report.html"} <= set(files_in(out))
    for name in ("comparison", "trade_off", "therapist_week", "missed", "months"):
        assert {f"figures/{name}.{kind}" for kind in ("png", "svg", "csv")} <= set(files_in(out))


def test_the_printed_numbers_are_those_of_the_summary(lived: tuple[Path, Result]) -> None:
    """The share given of each arm, in per cent, stands in the first table."""
    out, result = lived
    summary = pd.read_csv(out / "summary.csv")
    for mean in summary[summary.metric == "delivered_share"]["mean"]:
        assert f"{100 * mean:.1f}" in result.stdout


def test_the_experiment_as_json(ask: Ask, school: Path) -> None:
    """One object, without what JSON does not have; with one year each, intervals are null."""
    words = ("experiment", school / "experiment.toml", "--replications", 1, "--workers", 1, "--json")
    result = ask(*words)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["arms"] == ["pull-out only", "half push-in", "push-in only"]
    assert {row["verdict"] for row in found["comparison"]} == {"no clear difference"}
    assert {row["ci_low"] for row in found["comparison"]} == {None}
    assert Path(found["report"]).exists()
    assert ask(*words).exit_code == 0, "the same inputs are written again"
    assert ask(*words, "--seed", 8).exit_code == 2


def test_plot_and_report_make_the_same_from_the_files_alone(ask: Ask, lived: tuple[Path, Result]) -> None:
    """Elsewhere, without the scenario: the same pictures, the same page."""
    out, _ = lived
    assert ask("plot", out, "--out", "pictures").exit_code == 0
    assert ask("report", out, "--out", "page").exit_code == 0
    for file in (out / "figures").iterdir():
        assert (Path("pictures") / file.name).read_bytes() == file.read_bytes(), file.name
    assert Path("page/report.html").read_bytes() == (out / "report.html").read_bytes()


def test_plot_and_report_write_into_the_folder_of_results(ask: Ask) -> None:
    """By default beside the tables, and they say where."""
    made_results(("a", "b"), replications=3).write(Path("r"))
    plotted, reported = ask("plot", "r"), ask("report", "r")
    assert Path("r/figures/comparison.svg").exists()
    assert str(Path("r/figures/comparison.png")) in plotted.stdout
    assert reported.stdout.strip() == str(Path("r/report.html"))


# ---------------------------------------------------------------- schema, help


def test_the_schemas_know_the_keys_of_the_files(ask: Ask) -> None:
    """Both schemas in one object, or as two files."""
    found = json.loads(ask("schema").stdout)
    assert {"title", "year", "school", "delivery", "goals"} <= found["scenario"]["properties"].keys()
    assert {"baseline", "replications", "arm", "factors"} <= found["experiment"]["properties"].keys()
    assert ask("schema", "--out", "schemas").exit_code == 0
    assert json.loads(Path("schemas/scenario.schema.json").read_text(encoding="utf-8")) == found["scenario"]


def test_help_is_quick_to_start() -> None:
    """`sdmsim --help` imports none of the large libraries."""
    code = (
        "import sys\n"
        "from sdmsim.show.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted(n for n in sys.modules if '.' not in n))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    large = {"pandas", "numpy", "ortools", "matplotlib", "pyarrow", "simpy", "scipy", "rich", "jinja2", "pydantic"}
    loaded = set(re.findall(r"'(\w+)'", done.stdout.splitlines()[-1]))
    assert "click" in loaded
    assert not large & loaded


def test_every_command_of_the_contract_is_there_and_no_other(ask: Ask) -> None:
    """The commands of the contract, each with help that says what it does."""
    commands = [
        "app",
        "calibrate",
        "check",
        "deidentify",
        "experiment",
        "init",
        "plot",
        "report",
        "results",
        "run",
        "schema",
        "sensitivity",
        "staffing",
        "timetable",
        "trace",
        "validate",
    ]
    assert sorted(main.commands) == commands
    for name in main.commands:
        result = ask(name, "--help")
        assert result.exit_code == 0
        assert len(result.stdout.splitlines()) > 4


def test_the_choice_of_schools_is_that_of_the_generator() -> None:
    """`init --like` offers what the generator can draw, no more and no less."""
    from typing import get_args

    from sdmsim.school.synthetic import Synthetic

    (option,) = [p for p in commands_before.init.params if p.name == "like"]
    assert set(option.type.choices) == set(get_args(Synthetic.model_fields["like"].annotation))  # type: ignore[attr-defined]
