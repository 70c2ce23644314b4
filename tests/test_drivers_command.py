"""`sdmsim sensitivity` through the front door: budget, answer, files, refusals, and taking up what is there."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from small_experiment import ARMS, HEAD, written

from sdmsim.lab.drivers.study import OF_A_CONTRAST, TABLES, Study
from sdmsim.lab.experiment import load_experiment
from sdmsim.lab.folder import MANIFEST
from sdmsim.show.cli import main

ASKED = """
[sensitivity]
metric = "classroom_gain_sd"
factors = ["places.similarity.room", "practice.home_tries", "stores.need", "children.refusal_attention",
           "fitted numbers"]
arms = ["all"]
trajectories = 2
base_points = 16
replications = 2
survivors = 2
[sensitivity.scenario]
"days.child_unwilling" = { values = [0.01, 0.05] }
"""
OUT = "results/mix-sensitivity"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the experiment, in which the command was given once."""
    made = tmp_path_factory.mktemp("sensitivity")
    written(made, HEAD + ARMS + ASKED)
    given = command(made, "mix.toml", "--workers", "1")
    assert given.exit_code == 0, given.output
    (made / "said.txt").write_text(given.output, encoding="utf-8")
    return made


def command(where: Path, *words: str) -> Result:
    """The command as given in a folder."""
    with pytest.MonkeyPatch.context() as here:
        here.chdir(where)
        return CliRunner().invoke(main, ["sensitivity", *words])


def test_the_budget_comes_first_and_then_the_answer(folder: Path) -> None:
    """What it will ask for, then a table of shares and sentences: what matters most, luck, flips, sets, what to
    measure, and where the page is, with its pictures beside it.
    """
    said = (folder / "said.txt").read_text("utf-8")
    assert said.index("6 assumptions may be otherwise; at most") < said.index("what decides the difference")
    for part in (
        "each assumption alone",
        "How much push-in?: all against none",
        "matter",
        "of the spread of a single year's difference".capitalize(),
        "is the best arm in",
        "under the three sets of assumptions: neutral",
        "Report: results",
    ):
        assert part in said, part
    assert (folder / OUT / "report.html").stat().st_size > 10_000
    pictures = {file.stem for file in (folder / OUT / "figures").glob("*.png")}
    assert {"sobol", "tornado", "causes", "sets", "luck"} <= {name.split("-")[0] for name in pictures}


def test_every_table_is_a_file(folder: Path) -> None:
    """One CSV for each analysis, with its contrast first; the samples are tidy; all of it can be read again."""
    out = folder / OUT
    study = Study.read(out)
    names = {file.stem for file in out.glob("*.csv")}
    assert names == set(study.tables) <= set(TABLES)
    assert {"luck", "sets", "sobol", "grades", "screen", "one_at_a_time", "flips", "break_even", "curves", "regret",
            "futures", "information", "discovery", "causes", "switched"} <= names  # fmt: skip
    for name, table in study.tables.items():
        if name not in ("factors", "budget"):
            assert tuple(table.columns[:4]) == OF_A_CONTRAST, name
            assert set(table["arm"]) <= {"none", "all"}
    samples = pd.read_parquet(out / "samples.parquet")
    assert list(samples.columns[:6]) == ["stage", "point", "arm", "replication", "metric", "value"]
    assert set(samples["metric"]) == {"classroom_gain_sd", "cost"}
    assert list(samples.columns[6:]) == [factor.name for factor in study.factors]
    budget = study.tables["budget"].set_index("stage")["evaluations"]
    assert len(samples) == 2 * budget.drop("sets").sum()
    facts = json.loads((out / MANIFEST).read_text("utf-8"))
    assert facts["sensitivity"]["metric"] == facts["metric"] == "classroom_gain_sd"
    assert facts["arms"] == ["none", "all"]
    assert facts["measured"] > 0


def test_the_same_command_again_measures_nothing(folder: Path) -> None:
    """It takes up what is in the store and writes the same bytes."""
    before = {file.name: file.read_bytes() for file in (folder / OUT).iterdir() if file.suffix in (".csv", ".parquet")}
    given = command(folder, "mix.toml", "--quiet")
    assert (given.exit_code, given.output) == (0, "")
    after = {file.name: file.read_bytes() for file in (folder / OUT).iterdir() if file.suffix in (".csv", ".parquet")}
    assert before == after
    assert json.loads((folder / OUT / MANIFEST).read_text("utf-8"))["measured"] == 0


def test_results_of_another_question_are_not_overwritten(folder: Path) -> None:
    """Another seed, other sizes: refused in words, exit 2."""
    for words, said in ((("--seed", "9"), "seed 3, now 9"), (("--replications", "3"), "sensitivity")):
        given = command(folder, "mix.toml", *words)
        assert given.exit_code == 2
        assert "holds results of other inputs" in given.output
        assert said in given.output


def test_the_summary_is_one_object(folder: Path) -> None:
    """With --json: nothing else on standard output."""
    given = command(folder, "mix.toml", "--json")
    assert given.exit_code == 0, given.output
    said = json.loads(given.output)
    assert said["metric"] == "classroom_gain_sd"
    assert set(said["matters_most"]) == {"all"}
    assert said["luck"]


def test_without_a_question_it_says_what_to_write(tmp_path: Path) -> None:
    """No table [sensitivity] and no --metric: exit 2, nothing is written; a metric alone will do, a wrong one not."""
    written(tmp_path, HEAD + ARMS)
    given = command(tmp_path, "mix.toml")
    assert given.exit_code == 2
    assert "mix.toml: sensitivity: is missing; add the table" in given.output
    given = command(tmp_path, "mix.toml", "--metric", "gain")
    assert given.exit_code == 2
    assert 'mix.toml: sensitivity.metric: "gain" is not a metric' in given.output
    assert not (tmp_path / "results").exists()


def test_a_metric_without_a_value_is_refused(tmp_path: Path) -> None:
    """Before anything else is lived, in the words of the file."""
    written(tmp_path, HEAD + ARMS + ASKED.replace("classroom_gain_sd", "evaluation_backlog"))
    given = command(tmp_path, "mix.toml", "--workers", "1")
    assert given.exit_code == 2
    assert 'sensitivity.metric: "evaluation_backlog" has no value in none, all' in given.output


def test_python_is_the_same(folder: Path) -> None:
    """The function that the command is made of: the same tables, nothing written."""
    from sdmsim import sensitivity

    study = sensitivity(load_experiment(folder / "mix.toml"), workers=1, store=folder / "results" / ".trials")
    kept = Study.read(folder / OUT)
    assert list(study.tables) == list(kept.tables)
    assert study.manifest["measured"] == 0
    assert study.table("sobol")["total"].to_numpy() == pytest.approx(kept.table("sobol")["total"].to_numpy(), rel=1e-5)
