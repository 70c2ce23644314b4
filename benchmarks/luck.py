"""What the same luck is worth, and that luck of its own fools nobody, on the real simulation.

Run `python benchmarks/luck.py`. Two measurements, with seeds chosen before the first look:

1. An arm against itself, each with luck of its own: 400 experiments of ten years on a small school. By chance 5 % are
   called clear; at most 8 % may be.
2. Maple's mixes against pull-out only: the variance of paired differences in the share of promised minutes given,
   beside that of differences between years with independent seeds. Their ratio is how many times as many replications
   independent seeds need; at least 3 is wanted.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from sdmsim.lab.compare import UNCLEAR, compare_runs
from sdmsim.lab.experiment import load_experiment
from sdmsim.metrics import row
from sdmsim.plan import Plan, plan_of
from sdmsim.scenario import Scenario
from sdmsim.world import live

ROOT = Path(__file__).resolve().parent.parent
METRIC = "delivered_share"
OWN_SEED, OTHER_SEED = 101, 202
EXPERIMENTS, YEARS = 400, 10
PAIRS = 60


def small_school() -> Scenario:
    """A drawn school of some twenty children and a year of eight weeks."""
    content = {
        "format": 1, "title": "Small school", "seed": 3,
        "year": {"first_day": date(2024, 9, 3), "last_day": date(2024, 10, 25), "start_up_weeks": 1},
        "school": {"kind": "synthetic", "like": "small"},
        "delivery": {"kind": "hybrid", "push_in_share": 0.0},
        "goals": {
            "articulation": {"domain": "speech_sounds", "in_room": "drill"},
            "language": {"domain": "language"}, "severe_language": {"domain": "language"},
            "social": {"domain": "social_communication"},
        },
    }  # fmt: skip
    return Scenario.make(content, ROOT)


def shares(plan: Plan, seed: int, n: int) -> list[float]:
    """The share of promised minutes given in n years."""
    return [row(live(plan, seed=seed, replication=r))[METRIC] for r in range(n)]


def false_verdicts(plan: Plan, experiments: int, years: int) -> int:
    """How many of so many experiments, an arm against itself with luck of its own, call a difference clear."""
    n = experiments * years
    tables = []
    for arm, seed in (("own", OWN_SEED), ("other", OTHER_SEED)):
        values = np.array(shares(plan, seed, n)).reshape(experiments, years).T
        table = pd.DataFrame(values, columns=[f"experiment {e}" for e in range(experiments)])
        table.insert(0, "replication", np.arange(years))
        table.insert(0, "arm", arm)
        tables.append(table)
    found = compare_runs(pd.concat(tables, ignore_index=True), ("own", "other"), "own")
    return int((found["verdict"] != UNCLEAR).sum())


def main() -> None:
    """Print both measurements."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--experiments", type=int, default=EXPERIMENTS)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    asked = parser.parse_args()
    clear = false_verdicts(plan_of(small_school()), asked.experiments, YEARS)
    print(f"an arm against itself, luck of its own: {clear} of {asked.experiments} called clear")
    experiment = load_experiment(ROOT / "experiments" / "maple-mix.toml")
    plans = {name: plan_of(scenario) for name, scenario in experiment.scenarios}
    base = np.array(shares(plans[experiment.baseline], OWN_SEED, asked.pairs))
    for name, plan in plans.items():
        if name != experiment.baseline:
            paired = np.array(shares(plan, OWN_SEED, asked.pairs)) - base
            apart = np.array(shares(plan, OTHER_SEED, asked.pairs)) - base
            ratio = apart.var(ddof=1) / paired.var(ddof=1)
            print(f"{name}: independent seeds need {ratio:.1f} times as many replications")


if __name__ == "__main__":
    main()
