"""The promises of the statistics, on generated outcomes through the code that experiments go through.

Each metric of a table of runs is an experiment of its own, so 4,000 experiments are one call. Seeds were chosen before
the first look.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from small_experiment import written

from sdmsim import metrics
from sdmsim.lab.compare import UNCLEAR, compare_runs
from sdmsim.lab.experiment import load_experiment
from sdmsim.plan import plan_of
from sdmsim.world import live

EXPERIMENTS, REPLICATIONS = 4000, 20


def outcomes(seed: int, means: list[float], spread: list[float]) -> pd.DataFrame:
    """Runs of arms with common and own luck: 4,000 metrics of 20 replications each."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(REPLICATIONS, EXPERIMENTS))
    tables = []
    for i, (mean, own) in enumerate(zip(means, spread, strict=True)):
        values: NDArray[np.float64] = mean + common + own * rng.normal(size=(REPLICATIONS, EXPERIMENTS))
        table = pd.DataFrame(values, columns=[f"experiment {e}" for e in range(EXPERIMENTS)])
        table.insert(0, "replication", np.arange(REPLICATIONS))
        table.insert(0, "arm", f"arm {i}")
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def test_one_comparison_without_a_difference_is_called_clear_in_5_of_100() -> None:
    """Two arms with the same mean, 4,000 experiments: 4 to 6 % false verdicts."""
    found = compare_runs(outcomes(101, [0.0, 0.0], [0.7, 0.7]), ("arm 0", "arm 1"), "arm 0")
    assert len(found) == EXPERIMENTS
    assert 0.04 <= (found.verdict != UNCLEAR).mean() <= 0.06


def test_a_family_without_a_difference_is_called_clear_in_at_most_6_of_100() -> None:
    """Four arms against the baseline, 4,000 experiments: in at most 6 % is any of the four called clear."""
    arms = tuple(f"arm {i}" for i in range(5))
    found = compare_runs(outcomes(102, [0.0] * 5, [0.7, 0.7, 0.7, 1.5, 0.3]), arms, "arm 0")
    any_clear = (found.verdict != UNCLEAR).groupby(found.metric).any()
    assert len(any_clear) == EXPERIMENTS
    assert any_clear.mean() <= 0.06


def test_intervals_cover_a_known_difference_in_95_of_100() -> None:
    """A difference of 0.4, 4,000 experiments: 94 to 96 % of the intervals hold it, and hardly any clear verdict says
    the opposite.
    """
    found = compare_runs(outcomes(103, [0.0, 0.4], [0.7, 0.9]), ("arm 0", "arm 1"), "arm 0")
    covered = (found.ci_low <= 0.4) & (found.ci_high >= 0.4)
    assert 0.94 <= covered.mean() <= 0.96
    assert (found.verdict == "higher").mean() > 0.2
    assert (found.verdict == "lower").mean() < 0.005


def test_an_arm_against_itself_with_luck_of_its_own_is_hardly_ever_called_clear(tmp_path: Path) -> None:
    """The real simulation, 30 experiments of five years on a small school, another seed in each arm: at most 4 of 30
    called clear (benchmarks/luck.py has 400 of ten years). With the same seed all differences are exactly nil.
    """
    plan = plan_of(load_experiment(written(tmp_path)).base)
    tables, experiments, years = {}, 30, 5
    for arm, seed in (("own", 101), ("other", 202)):
        values = [
            metrics.row(live(plan, seed=seed, replication=r))["delivered_share"] for r in range(experiments * years)
        ]
        table = pd.DataFrame(np.array(values).reshape(experiments, years).T)
        tables[arm] = table.rename(columns=str).assign(replication=range(years), arm=arm)
    columns = ["arm", "replication", *map(str, range(experiments))]
    apart = compare_runs(pd.concat(tables.values(), ignore_index=True)[columns], ("own", "other"), "own")
    assert (apart.verdict != UNCLEAR).sum() <= 4
    again = pd.concat([tables["own"], tables["own"].assign(arm="other")], ignore_index=True)[columns]
    same = compare_runs(again, ("own", "other"), "own")
    assert set(same.difference) == {0.0}
    assert set(same.verdict) == {UNCLEAR}
