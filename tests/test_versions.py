"""benchmarks/versions.py on small generated folders: what moved, what is noise, what the changelog has to say."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

OLD = "# Changes\n\n## 0.1.0\n\n- A first thing **(numbers)**: of old.\n- Another.\n"
MARKED = OLD + "- Walks take longer\n  than before **(numbers)**.\n"


@pytest.fixture(scope="module")
def versions() -> ModuleType:
    """The script, as a module."""
    file = Path(__file__).resolve().parent.parent / "benchmarks" / "versions.py"
    spec = importlib.util.spec_from_file_location("versions", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["versions"] = module
    spec.loader.exec_module(module)
    return module


def folder(place: Path, changelog: str, change: Callable[[pd.DataFrame], pd.DataFrame] = lambda t: t) -> Path:
    """A version with one experiment of two arms and twenty years."""
    luck = np.random.default_rng(3).normal(size=20)
    table = pd.DataFrame(
        {
            "arm": ["a"] * 20 + ["b"] * 20,
            "replication": [*range(20)] * 2,
            "delivered_share": np.concatenate([0.8 + 0.01 * luck, 0.7 + 0.01 * luck]),
            "cost": 1000.0,
            "cost_per_goal_met": np.nan,
        }
    )
    (place / "results" / "mix").mkdir(parents=True)
    change(table).to_parquet(place / "results" / "mix" / "runs.parquet", index=False)
    (place / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    return place


def moved_in(column: str, by: Any) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda table: table.assign(**{column: table[column] + np.where(table["arm"] == "b", by, 0.0)})


def hows(versions: ModuleType, before: Path, after: Path) -> dict[tuple[str, str], str]:
    versions_of = [versions.version_of(str(p), Path(), here=True, only=(), replications=None) for p in (before, after)]
    return {(row.arm, row.metric): row.how for row in versions.compare_versions(*versions_of).rows}


def test_the_same_numbers_are_the_same(versions: ModuleType, tmp_path: Path, capsys: Any) -> None:
    """Nothing moved, and nothing has to be said; ratios of totals are told by their parts."""
    before, after = folder(tmp_path / "old", OLD), folder(tmp_path / "new", OLD)
    assert set(hows(versions, before, after).values()) == {versions.SAME}
    assert set(hows(versions, before, after)) == {(arm, m) for arm in "ab" for m in ("delivered_share", "cost")}
    assert versions.main([str(before), str(after)]) == 0
    assert "Nothing moved beyond noise." in capsys.readouterr().out


def test_what_moved_beyond_noise_is_told_by_arm_and_metric(versions: ModuleType, tmp_path: Path, capsys: Any) -> None:
    """A small shift of every year is found through the pairs; a number that does not vary moves by any change."""
    before = folder(tmp_path / "old", OLD)
    shifted = folder(tmp_path / "new", OLD, lambda t: moved_in("cost", 1.0)(moved_in("delivered_share", 0.001)(t)))
    assert hows(versions, before, shifted) == {
        ("a", "delivered_share"): versions.SAME,
        ("a", "cost"): versions.SAME,
        ("b", "delivered_share"): versions.BEYOND,
        ("b", "cost"): versions.BEYOND,
    }
    assert versions.main([str(before), str(shifted)]) == 1
    said = capsys.readouterr().out
    assert "| b | delivered_share | 0.69" in said
    assert "NOT SAID" in said


def test_noise_is_noise(versions: ModuleType, tmp_path: Path) -> None:
    """Years that changed up and down alike, such as other luck, moved nothing."""
    other = np.random.default_rng(4).normal(size=40) * 0.01
    before, after = folder(tmp_path / "old", OLD), folder(tmp_path / "new", OLD, moved_in("delivered_share", other))
    assert hows(versions, before, after)["b", "delivered_share"] == versions.WITHIN
    assert versions.main([str(before), str(after)]) == 0


@pytest.mark.parametrize(("changelog", "status"), [(MARKED, 0), (OLD + "- Walks take longer.\n", 1)])
def test_a_new_mark_of_the_changelog_says_it(versions: ModuleType, tmp_path: Path, changelog: str, status: int) -> None:
    """An entry is marked and was not there before; marks of old do not count."""
    before = folder(tmp_path / "old", OLD)
    assert versions.main([str(before), str(folder(tmp_path / "new", changelog, moved_in("cost", 1.0)))]) == status
    assert versions.new_marks(OLD, MARKED) == ["Walks take longer than before **(numbers)**."]


def test_what_only_one_version_has_is_told(versions: ModuleType, tmp_path: Path, capsys: Any) -> None:
    """Arms, metrics and experiments; and nothing in common is no clean bill."""
    before = folder(tmp_path / "old", OLD)
    after = folder(tmp_path / "new", OLD, lambda t: t[t["arm"] == "a"].rename(columns={"cost": "price"}))
    assert versions.main([str(before), str(after)]) == 0
    said = capsys.readouterr().out
    for sentence in ("mix: arm only in old: b", "mix: metric only in old: cost", "mix: metric only in new: price"):
        assert sentence in said
    (after / "results" / "mix").rename(after / "results" / "other")
    assert versions.main([str(before), str(after)]) == 1
    assert "Nothing was compared" in capsys.readouterr().out
