"""Years that fail and workers that die: nothing else stops, and what failed can be lived again alone."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from small_school import edited, write

from sdmsim.delivery.own import Own, admit
from sdmsim.lab.execute import execute
from sdmsim.lab.experiment import Experiment, load_experiment
from sdmsim.lab.laboratory import YearsFailed
from sdmsim.lab.results import Results
from sdmsim.show.cli import main

PAGE = (Path(__file__).parent.parent / "docs" / "own-strategy.md").read_text(encoding="utf-8")
CODE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
HYBRID = '[delivery]\nkind = "hybrid"\npush_in_share = 0.5\n'
TABLE = '[delivery]\nkind = "every_other_week:EveryOtherWeek"\n\n[reviews]\nevery_weeks = 5\n'
EXPERIMENT = """\
format = 1
title = "Mine"
scenario = "school.toml"
baseline = "class first"
replications = 6

[[arm]]
name = "class first"
set = { "delivery.first_in_class" = 0 }

[[arm]]
name = "room first"
set = { "delivery.first_in_class" = 1 }
"""
REVIEW = """
    def review(self, files):
        from os import _exit
        from pathlib import Path

        bad_luck = int(sum(file.given_share for file in files) * 1000) % 11 == 0
        {what}
        return {{}}
"""
RAISES = 'if bad_luck: raise KeyError("007")'
ALWAYS = 'raise KeyError("007")'
DIES = "if bad_luck: _exit(9)"
DIES_ONCE = """once = Path(__file__).with_name("once")
        if bad_luck and not once.exists(): once.touch(); _exit(9)"""


def experiment(folder: Path, what: str) -> Path:
    """The small school under a strategy whose reviews fail in some years, and an experiment of six years."""
    folder.mkdir(exist_ok=True)
    write(folder, edited("school.toml", (HYBRID, TABLE)))
    (folder / "every_other_week.py").write_text(CODE + REVIEW.format(what=what), encoding="utf-8")
    (folder / "mine.toml").write_text(EXPERIMENT, encoding="utf-8")
    return folder / "mine.toml"


def admitted(file: Path) -> Experiment:
    found = load_experiment(file)
    for _, scenario in found.scenarios:
        assert isinstance(scenario.delivery, Own)
        admit(scenario.delivery, lambda text: None)
    return found


def ask(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def failed(results: Results) -> set[tuple[str, int]]:
    return {(one["arm"], one["replication"]) for one in results.manifest["failed"]}


def test_a_year_that_raises_stops_no_other(tmp_path: Path) -> None:
    """It is missing in the runs, named in the manifest, told in a note, tried again in the next run; the others are
    there, paired with what is left; the same for two workers.
    """
    asked = admitted(experiment(tmp_path / "school", RAISES))
    one, two = (execute(asked, workers=n, out=tmp_path / str(n), store=tmp_path / f"store{n}") for n in (1, 2))
    bad = failed(one)
    assert 0 < len(bad) < 12
    assert failed(two) == bad
    pd.testing.assert_frame_equal(one.runs, two.runs, check_exact=True)
    there = set(zip(one.runs["arm"], one.runs["replication"], strict=True))
    assert there == {(arm, r) for arm, _ in asked.scenarios for r in range(6)} - bad
    assert one.manifest["failed"][0]["error"] == "KeyError"
    assert one.manifest["failed"][0]["place"].startswith("every_other_week.py:")
    assert any(note.startswith("Years that failed and are left out: ") for note in one.notes)
    again = execute(asked, workers=1, store=tmp_path / "store1")
    assert (again.manifest["school_years"], again.manifest["years_reused"]) == (0, 12 - len(bad))
    assert failed(again) == bad


def test_the_line_that_is_printed_repeats_it_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 1, the results all the same; each line fails in the same way; the line of another year gives its numbers. No
    text of an error, which may hold an id, is printed.
    """
    monkeypatch.chdir(tmp_path)
    file = experiment(tmp_path / "school", RAISES)
    done = ask("experiment", file, "--workers", 1, "--seed", 5, "--replications", 4)
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    results = Results.read(tmp_path / "results" / "mine")
    lines = [line.strip() for line in done.stderr.splitlines() if line.startswith("  sdmsim run ")]
    assert len(lines) == len(failed(results)) > 0
    assert "007" not in done.stderr
    for line in lines[:2]:
        words = shlex.split(line.split("   (")[0])[1:]
        alone = ask(*words)
        assert alone.exit_code == 1
        assert "KeyError at every_other_week.py" in alone.output
    good = results.runs.iloc[-1]
    words = ["--arm", good["arm"], "--replication", int(good["replication"]), "--seed", 5]
    assert ask("run", file, *words).exit_code == 0
    folder = tmp_path / "results" / f"mine-arm-2-year-{good['replication']}"
    metrics = pd.read_csv(folder / "metrics.csv").set_index("metric")["value"]
    assert metrics["delivered_share"] == pytest.approx(good["delivered_share"], rel=1e-5)
    assert json.loads((folder / "manifest.json").read_text())["arm"] == "room first"
    other = ask("run", file, *words[:2], "--replication", 99, "--seed", 5, "--out", folder)
    assert other.exit_code == 2
    assert f"replication {good['replication']}, now 99" in other.stderr
    wrong = ask("run", file, "--arm", "rom first")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert '--arm: "rom first" is not an arm of mine.toml; did you mean "room first"?' in wrong.stderr


def test_an_arm_of_which_every_year_fails_has_no_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to compare: exit 1, every year with its line, no results written."""
    monkeypatch.chdir(tmp_path)
    file = experiment(tmp_path / "school", ALWAYS)
    done = ask("experiment", file, "--workers", 1, "--replications", 2)
    assert (done.exit_code, done.stdout) == (1, "")
    assert sum(line.startswith("  sdmsim run ") for line in done.stderr.splitlines()) == 2
    assert [one.name for one in (tmp_path / "results" / "mine").iterdir()] == ["unfinished.json"]
    with pytest.raises(YearsFailed):
        execute(admitted(file), workers=1, replications=2)


def test_a_worker_that_dies_is_replaced_and_its_years_are_lived_again(tmp_path: Path) -> None:
    """The results are those of a run in which nobody died."""
    found = execute(admitted(experiment(tmp_path / "school", DIES_ONCE)), workers=2)
    assert (tmp_path / "school" / "once").exists(), "somebody died"
    assert found.manifest["failed"] == []
    calm = execute(admitted(tmp_path / "school" / "mine.toml"), workers=1)
    pd.testing.assert_frame_equal(found.runs, calm.runs, check_exact=True)


def test_a_year_that_kills_its_worker_again_and_again_is_given_up(tmp_path: Path) -> None:
    """It alone, and no year that was under way beside it."""
    found = execute(admitted(experiment(tmp_path / "deadly", DIES)), workers=2, replications=3)
    raising = execute(admitted(experiment(tmp_path / "raising", RAISES)), workers=1, replications=3)
    assert failed(found) == failed(raising) != set()
    assert {one["error"] for one in found.manifest["failed"]} == {"its worker process ended"}
    pd.testing.assert_frame_equal(found.runs, raising.runs, check_exact=True)
