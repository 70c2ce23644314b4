"""`sdmsim staffing`, through the front door: the question, the search, what is written and said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from small_experiment import ARMS, HEAD, written

from sdmsim.lab.experiment import load_experiment
from sdmsim.lab.formulas import Load, formulas
from sdmsim.lab.staffing import search
from sdmsim.lab.staffing_question import ask
from sdmsim.show.cli import main
from sdmsim.show.staffing import sentences

Asking = Callable[..., Result]
QUESTION = ("--share", "0.7", "--probability", "0.6", "--from", "0.4", "--to", "1.2")


def sdmsim(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], prog_name="sdmsim")


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("school"), HEAD + ARMS[: ARMS.index('\n[[arm]]\nname = "all"')])


@pytest.fixture(scope="module")
def found(experiment: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    out = tmp_path_factory.mktemp("found") / "out"
    return out, sdmsim("staffing", experiment, *QUESTION, "--workers", 1, "--out", out)


def test_the_answer_is_the_first_step_that_keeps_the_promise_in_the_years_written(
    found: tuple[Path, Result],
) -> None:
    """Counted again from years.parquet; the step below does not keep it."""
    out, result = found
    assert result.exit_code == 0, result.output
    answers = pd.read_csv(out / "answers.csv").set_index("arm")
    runs = pd.read_parquet(out / "years.parquet")
    kept = (runs["delivered_share"] >= 0.7).groupby([runs["arm"], runs["staffing.fte.SLP"]]).mean() >= 0.6
    for arm, answer in answers.iterrows():
        mine = kept[arm]
        assert answer["fewest_fte"] == mine[mine].index.min()
        assert len(mine) == answer["tried"]
    assert {"manifest.json", "steps.csv", "formulas.csv", "figures"} <= {p.name for p in out.iterdir()}
    assert (out / "figures" / "staffing.png").stat().st_size > 10_000


def test_what_is_said_names_every_arm_and_every_formula(found: tuple[Path, Result]) -> None:
    """The table, a sentence for each arm, the formulas beside it, where the report is."""
    _, result = found
    for text in ("none", "half", "fewest FTE", "FTE", *(f.name for f in formulas()), "report.html"):
        assert text in result.output


def test_the_same_question_is_answered_again_and_another_is_refused(
    found: tuple[Path, Result], experiment: Path
) -> None:
    """Byte for byte the same tables; a folder never holds the answer to a question that was not asked."""
    out, _ = found
    before = {name: (out / name).read_bytes() for name in ("answers.csv", "steps.csv", "formulas.csv")}
    again = sdmsim("staffing", experiment, *QUESTION, "--workers", 1, "--out", out, "--json")
    assert again.exit_code == 0, again.output
    assert {name: (out / name).read_bytes() for name in before} == before
    assert [row["arm"] for row in json.loads(again.stdout)["answers"]] == ["none", "half"]
    other = sdmsim("staffing", experiment, "--share", "0.8", *QUESTION[2:], "--workers", 1, "--out", out)
    assert other.exit_code == 2
    assert "another question" in other.output


def test_what_decides_the_answer_must_be_given(experiment: Path, tmp_path: Path) -> None:
    """Share and probability have no default; all that is missing is said at once, and nothing is written."""
    result = sdmsim("staffing", experiment, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "--share: must be given, since it decides the answer; for instance 0.95" in result.output
    assert "--probability: must be given, since it decides the answer; for instance 0.9" in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--share", "95"), "--share: 95 given; must be between 0 and 1"),
        (("--probability", "1"), "--probability: 1 given; must be between 0 and 1"),
        (("--role", "SPL"), '--role: "SPL": no service needs it; did you mean "SLP"?'),
        (("--from", "0.25"), "--from: 0.25 given; must be tenths of FTE"),
        (("--to", "0"), "--to: 0 given; must be tenths of FTE"),
        (("--from", "1.5"), "--from: 1.5 is more than --to, 1.2"),
    ],
)
def test_what_will_not_do_is_said(experiment: Path, tmp_path: Path, words: tuple[str, str], says: str) -> None:
    """In the words of the option."""
    result = sdmsim("staffing", experiment, *QUESTION, *words, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert says in result.output
    assert not (tmp_path / "out").exists()


def test_an_arm_that_sets_what_is_searched_is_refused(tmp_path: Path) -> None:
    """The search would overwrite it unseen."""
    text = HEAD + ARMS.replace('{ "delivery.push_in_share" = 1.0 }', '{ "staffing.fte.SLP" = 0.6 }')
    result = sdmsim("staffing", written(tmp_path, text), *QUESTION, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert 'arm "all": set: staffing.fte.SLP: is what the search varies' in result.output


def test_a_promise_that_nobody_can_keep_is_told_as_such(experiment: Path) -> None:
    """Children are absent, so no staff gives every minute: the answer lies above the range, and that is said."""
    read = load_experiment(experiment)
    asked = ask(read, share=1.0, probability=0.9, first=0.8, last=1.0)
    result = search(read, asked, replications=2, workers=1)
    assert result.answers["fewest_fte"].isna().all()
    assert all("not kept with 1 FTE, the most that was tried" in said for said in sentences(result)[:1])


def test_the_formulas_count_what_their_sources_count() -> None:
    """55 children with 42 hours in their plans and 16 with a therapist, as worked out by hand in a planner's brief."""
    load = Load(children=55, plan_hours=42.1, direct_hours=16.0, full_time_hours=37.5)
    said = {formula.name: round(formula.fte(load), 2) for formula in formulas()}
    assert said == {
        "caseload of 55": 1.0,
        "caseload of 65": 0.85,
        "caseload of 80": 0.69,
        "manageable: 40": 1.38,
        "NC, 40 IEP hours": 1.05,
        "NC, 35 IEP hours": 1.2,
        "NC, direct hours x 1.5": 0.64,
        "ASHA week, 22 direct hours": 0.73,
    }


def test_a_part_of_a_further_post_never_leaves_more_without_a_place(experiment: Path) -> None:
    """The week of every step above the whole people of the staff table starts from theirs."""
    read = load_experiment(experiment)
    there = sum(member.fte for member in read.base.roster.staff)
    asked = ask(read, share=0.9, probability=0.9, first=round(there, 1), last=round(there + 0.3, 1), every=True)
    steps = search(read, asked, replications=1, workers=1).steps
    for _, mine in steps.groupby("arm"):
        assert (mine["unplaced_sessions"] <= mine["unplaced_sessions"].iloc[0]).all()
    assert steps["unplaced_sessions"].max() > 0


def test_the_page_of_results_names_every_column(found: tuple[Path, Result]) -> None:
    """Of the tables of a staffing search."""
    page = (Path(__file__).parent.parent / "docs" / "results.md").read_text(encoding="utf-8")
    for name in ("answers", "steps", "formulas"):
        line = next(line for line in page.splitlines() if line.startswith(f"| `{name}.csv` |"))
        assert [c for c in pd.read_csv(found[0] / f"{name}.csv") if f"`{c}`" not in line] == []
