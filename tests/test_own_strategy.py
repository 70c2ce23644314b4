"""A strategy of the user's own: from the page of the docs to a year, without touching the package."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from small_school import edited, write

from sdmsim import load
from sdmsim.base import InputErrors
from sdmsim.plan import timetable
from sdmsim.show.cli import main

PAGE = (Path(__file__).parent.parent / "docs" / "own-strategy.md").read_text(encoding="utf-8")
CODE, CHECK = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
TABLE = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0]
HYBRID = '[delivery]\nkind = "hybrid"\npush_in_share = 0.5\n'
EXPERIMENT = """\
format = 1
title = "Mine"
scenario = "school.toml"
baseline = "class first"
replications = 2

[[arm]]
name = "class first"
set = { "delivery.first_in_class" = 0 }

[[arm]]
name = "room first"
set = { "delivery.first_in_class" = 1 }
"""


def school(folder: Path, table: str = TABLE, code: str = CODE) -> Path:
    """The small school with the strategy of the page."""
    write(folder, edited("school.toml", (HYBRID, table)))
    (folder / "every_other_week.py").write_text(code, encoding="utf-8")
    return folder / "school.toml"


def ask(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_the_page_runs_as_it_is_written(tmp_path: Path) -> None:
    """A run of the scenario with the strategy; the laws, called by hand; settings change from week to week."""
    scenario = school(tmp_path)
    done = ask("run", scenario, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert f"Running code of your own: {tmp_path / 'every_other_week.py'}" in done.stderr
    assert "every_other_week.py" in json.loads((tmp_path / "out" / "manifest.json").read_text())["inputs"]
    scenario.rename(tmp_path / "scenario.toml")
    (tmp_path / "laws.py").write_text(CHECK, encoding="utf-8")
    ran = subprocess.run([sys.executable, "laws.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.stdout == "[]\n", ran.stderr
    week = timetable(load(tmp_path / "scenario.toml"))
    kinds = {(r.setting, r.weeks >> 1 & 1, r.weeks >> 2 & 1) for r in week.requests if r.row < 2}
    assert kinds == {("classroom", 1, 0), ("therapy_room", 0, 1)}


def test_an_experiment_runs_it_in_worker_processes(tmp_path: Path) -> None:
    """Two workers, a setting of its own varied by its name; one worker gives the same bytes."""
    school(tmp_path)
    (tmp_path / "mine.toml").write_text(EXPERIMENT, encoding="utf-8")
    for workers in (1, 2):
        done = ask("experiment", tmp_path / "mine.toml", "--workers", workers, "--out", tmp_path / str(workers))
        assert done.exit_code == 0, done.output
    one, two = ((tmp_path / n / "summary.csv").read_bytes() for n in ("1", "2"))
    assert one == two


def test_nothing_imports_it_unless_it_is_asked_to_run(tmp_path: Path) -> None:
    """Check, load and but read the scenario and leave the code alone."""
    code = "raise SystemExit('imported')\n" + CODE
    scenario = school(tmp_path, code=code)
    done = ask("check", scenario)
    assert done.exit_code == 0, done.output
    found = load(scenario).but(**{"delivery.first_in_class": 0})
    with pytest.raises(InputErrors, match="is code of your own; only the commands that simulate run it"):
        timetable(found)


def test_another_source_is_another_input(tmp_path: Path) -> None:
    """The digest of a scenario changes with the code, and results of the old code are not written over."""
    scenario = school(tmp_path)
    before = load(scenario).digest()
    assert ask("run", scenario, "--out", tmp_path / "out", "-q").exit_code == 0
    (tmp_path / "every_other_week.py").write_text(CODE + "\n# changed\n", encoding="utf-8")
    assert load(scenario).digest() != before
    again = ask("run", scenario, "--out", tmp_path / "out")
    assert again.exit_code == 2
    assert "other inputs" in again.output


REVIEW = """
    def review(self, files):
        return {file.row.row: "classroom" for file in files}
"""
WRONG = {
    "a class that is not there": (
        TABLE.replace("EveryOther", "EveryOhter"),
        CODE,
        'has no class EveryOhterWeek with decide; did you mean "EveryOtherWeek"?',
    ),
    "a module that is not there": (
        TABLE.replace("every_other_week:", "nowhere_at_all:"),
        CODE,
        "cannot be imported: ModuleNotFoundError",
    ),
    "code that cannot be read": (TABLE, "def broken(:\n", "cannot be imported: SyntaxError"),
    "a value out of range": (TABLE.replace("= 1", "= 7"), CODE, "first_in_class: 7 is above 1"),
    "an unknown key": (
        TABLE.replace("first_in_class", "first_in_clas"),
        CODE,
        'first_in_clas: is not known; did you mean "first_in_class"?',
    ),
    "a name that is none": (
        TABLE.replace(":EveryOtherWeek", ":Every Other"),
        CODE,
        '"every_other_week:Every Other" should be "module:Class"',
    ),
    "a broken law": (TABLE, CODE.replace(", weeks=weeks)", ")"), "two choices hold in the same week"),
    "a review without reviews": (TABLE, CODE + REVIEW, "moves children at reviews; give reviews.every_weeks"),
}


@pytest.mark.parametrize(("table", "code", "says"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_in_words(tmp_path: Path, table: str, code: str, says: str) -> None:
    """Exit 2, no traceback, nothing written."""
    scenario = school(tmp_path, table, code)
    done = ask("run", scenario, "--out", tmp_path / "out")
    assert done.exit_code == 2, done.output
    assert says in done.output
    assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()


def test_a_review_of_ones_own_moves_rows(tmp_path: Path) -> None:
    """At the first review every row that is open goes to class, in a worker too."""
    table = TABLE + "\n[reviews]\nevery_weeks = 5\n"
    done = ask("run", school(tmp_path, table, CODE + REVIEW), "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    log = pd.read_parquet(tmp_path / "out" / "log.parquet")
    assert (log["fact"] == "PlanAmended").sum() >= 1
