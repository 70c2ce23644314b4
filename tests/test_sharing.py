"""What is marked for sharing: no small cell, none to be reckoned from a total, no child, no week."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from made_results import ARMS, made_results
from page_rules import broken_rules, parsed, text_of
from small_experiment import written

from sdmsim.base import InputErrors
from sdmsim.lab.results import Results
from sdmsim.lab.sharing import kept_groups, shared
from sdmsim.show.cli import main

SIZES = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(1, 40), min_size=1, max_size=8)


@given(SIZES, st.integers(3, 20))
def test_no_hidden_group_can_be_reckoned(sizes: dict[str, int], least: int) -> None:
    """What is shown is never small; what is hidden is nothing, or everything, or two groups and enough children."""
    kept = kept_groups(sizes, least)
    hidden = set(sizes) - kept
    assert all(sizes[group] >= least for group in kept)
    if hidden and kept:
        assert len(hidden) > 1
        assert sum(sizes[group] for group in hidden) >= least
    if min(sizes.values()) >= least:
        assert not hidden


def test_one_small_group_takes_the_next_smallest_with_it() -> None:
    """Five children could be told from the total: the smallest of the others is hidden too; larger ones are not."""
    assert kept_groups({"language": 20, "articulation": 26, "social": 5}, 10) == {"articulation"}
    assert kept_groups({"a": 4, "b": 5, "c": 12, "d": 30}, 10) == {"d"}, "4 + 5 are fewer than ten"
    assert kept_groups({"a": 5, "b": 6, "c": 12}, 10) == {"c"}
    assert kept_groups({"a": 10, "b": 11}, 10) == {"a", "b"}


def test_groups_and_measures_of_few_children_are_left_out_everywhere() -> None:
    """Of 55 children: groups of fewer than ten with their complements, and the worst tenth; each table alike."""
    found = shared(made_results())
    results = found.results
    assert set(results.groups["way"]) == {"grade"}, "20 of language, 5 social: both are hidden"
    gone = "owed_p90_minutes"
    assert gone in set(made_results().summary["metric"])
    for name in ("summary", "comparison", "joint", "best", "pairing", "tails"):
        assert gone not in set(getattr(results, name)["metric"]), name
    assert gone not in results.runs
    assert any("2 by goal type" in sentence for sentence in found.left_out)
    assert any(gone in sentence for sentence in found.left_out)
    kept = made_results().summary.query("metric == 'delivered_share'")
    assert (
        results.summary.query("metric == 'delivered_share'").reset_index(drop=True).equals(kept.reset_index(drop=True))
    )


def test_the_fewest_may_be_asked_for() -> None:
    """With at least 13, a grade of 12 goes, and the other with it; with 3, nothing of the groups does."""
    assert not len(shared(made_results(), 13).results.groups)
    assert set(shared(made_results(), 3).results.groups["group"]) == {"language", "social", "1", "2"}


def test_a_count_of_few_children_is_left_out_with_what_it_could_be_reckoned_from() -> None:
    """Goals met, and the cost of one; a count of nobody may be shown."""
    made = made_results(ARMS[:2], replications=3)
    rows = made.summary[made.summary["metric"] == "cost"]
    new = {"goals_met": 4.0, "cost_per_goal_met": 9.0, "children_left": 0.0}
    extra = [rows.assign(metric=metric, mean=mean) for metric, mean in new.items()]
    object.__setattr__(made, "summary", pd.concat([made.summary, *extra], ignore_index=True))
    metrics = set(shared(made).results.summary["metric"])
    assert not {"goals_met", "cost_per_goal_met"} & metrics
    assert "children_left" in metrics


def test_a_school_of_few_children_is_not_shared() -> None:
    """Said in words, and nothing is written."""
    with pytest.raises(InputErrors, match="55 children, fewer than 60"):
        shared(made_results(), 60)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small experiment, lived and shared by the commands."""
    folder = tmp_path_factory.mktemp("share")
    asked = ["experiment", str(written(folder)), "--replications", "2", "--workers", "1"]
    for words in ([*asked, "--out", str(folder / "out"), "-q"], ["report", str(folder / "out"), "--share", "-q"]):
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, result.output
    return folder / "out"


def texts_of(folder: Path) -> dict[str, str]:
    """The text of every file below a folder; of workbooks, the text of their parts."""

    def name_of(file: Path) -> str:
        return file.relative_to(folder).as_posix()

    found = {}
    for file in (f for f in folder.rglob("*") if f.is_file()):
        if file.suffix == ".xlsx":
            with zipfile.ZipFile(file) as parts:
                found[name_of(file)] = " ".join(
                    parts.read(name).decode("utf-8", "replace") for name in parts.namelist()
                )
        elif file.suffix not in {".png", ".parquet"}:
            found[name_of(file)] = file.read_text(encoding="utf-8")
    return found


def test_nothing_of_a_child_is_in_the_folder(lived: Path) -> None:
    """No id, no class, no week, no table by child: in no file, whatever its kind."""
    sessions = Results.read(lived).sessions
    names = {*sessions["student"], *(f"class {s}" for s in sessions["section"])}
    texts = texts_of(lived / "share")
    assert {"report.html", "README.txt", "comparison.csv", "summary.csv"} <= texts.keys()
    assert not {"sessions.csv", "runs.parquet", "tidy.parquet", "slots.csv", "rows.csv", "manifest.json"} & texts.keys()
    assert [f.name for f in (lived / "share").rglob("week-*")] == []
    local = texts_of(lived)["report.html"]
    assert any(name in local for name in names), "the local page holds them"
    for file, text in texts.items():
        assert not [name for name in names if f">{name}<" in text or f" {name}," in text or f",{name}," in text], file


def test_the_shared_page_is_a_whole_page(lived: Path) -> None:
    """Valid; says that it may be shared and what is left out; the local one says that it may not."""
    html = (lived / "share" / "report.html").read_text(encoding="utf-8")
    assert broken_rules(html) == []
    text = text_of(parsed(html))
    assert "To be shared: nothing here is about fewer than 10 children" in text
    assert "Local only" not in text
    assert "Local only:" in text_of(parsed((lived / "report.html").read_text(encoding="utf-8")))


def test_pictures_show_no_more_than_the_tables(lived: Path) -> None:
    """The numbers behind the picture of groups are the groups that are left."""
    table = lived / "share" / "groups.csv"
    kept = set(pd.read_csv(table, dtype=str)["group"]) if table.exists() else set()
    picture = lived / "share" / "figures" / "groups.csv"
    assert picture.exists() == bool(kept)
    if kept:
        assert set(pd.read_csv(picture, dtype=str)["group"]) <= kept


def test_sharing_again_writes_the_same_and_other_folders_are_refused(lived: Path, tmp_path: Path) -> None:
    """A folder that --share made is written anew, another one is left alone."""
    before = texts_of(lived / "share")
    assert CliRunner().invoke(main, ["report", str(lived), "--share", "-q"]).exit_code == 0
    assert texts_of(lived / "share") == before
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    result = CliRunner().invoke(main, ["report", str(lived), "--share", "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "was not made by --share" in result.stderr


def test_a_year_is_not_shared(tmp_path: Path) -> None:
    """It is child by child: refused in words."""
    (tmp_path / "manifest.json").write_text('{"format": 1, "replication": 0, "seed": 1}', encoding="utf-8")
    result = CliRunner().invoke(main, ["report", str(tmp_path), "--share"])
    assert result.exit_code == 2
    assert "child by child" in result.stderr
