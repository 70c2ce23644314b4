"""What a study of drivers found, as tables: what `sdmsim sensitivity` writes, and what pictures and pages are made of.

Each analysis is one table (a CSV file of the same name). Every table but `factors` and `budget` begins with the columns
of `OF_A_CONTRAST`: what is looked at is the difference of an arm from the baseline under the same luck, or, where
`baseline` is empty, the outcome of the arm itself. Then come the fields of the analysis, under the names that its own
file gives them; `factor` holds the name of a factor as in `factors`. Intervals are 95 %, from `low` to `high`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sdmsim.lab.drivers.vocabulary import Factor

if TYPE_CHECKING:
    import pandas as pd

OF_A_CONTRAST = ("arm", "baseline", "metric", "unit")
FACTOR_COLUMNS = ("factor", *Factor._fields[1:])
"""The first columns of the table `factors`; then `stage`."""
OTHERS = "all others"
"""The name under which the factors that a screen left behind are drawn together."""
TABLES: Mapping[str, str] = {
    "factors": "every factor: factor, meaning, unit, low, high, law, at, grade, stage (how far it came: `screen`; "
    "`others`: drawn with all others in the second stage; `held`: at its own value there; `sobol`: apart)",
    "budget": "what each stage asked for: stage, points, arms, replications, evaluations",
    "luck": "spread by source: mean, sd, share_luck, luck_low, luck_high, share_assumptions, assumptions_low, "
    "assumptions_high",
    "screen": "Morris: factor, effect (mean absolute), low, high, signed, spread, rank_from, rank_to, survives",
    "sobol": "Sobol': factor, first, first_low, first_high, total, total_low, total_high, rank_from, rank_to",
    "one_at_a_time": "each factor alone from its low to its high end",
    "prcc": "partial rank correlation of each factor",
    "given_data": "first-order shares from the points of the second stage as they are",
    "flips": "how probable it is that each arm leads as a factor moves over its range",
    "break_even": "where along a factor the lead changes, or that it does not within the range",
    "win_map": "who leads where over two factors",
    "regret": "what each arm loses against the best one, over the futures",
    "futures": "in which share of the futures each arm is best",
    "discovery": "in which futures an arm fails, in words and limits",
    "acceptability": "how probable it is that each arm is worth its cost, by price",
    "plane": "cost against effect, by point",
    "information": "what it is worth to know each factor before deciding, in the metric's unit and in money",
    "causes": "the difference split into causes",
    "sets": "the three sets of assumptions side by side: set, n, mean, low, high, difference, difference_low, "
    "difference_high, verdict, survives",
    "grades": "share of the variance that rests on each grade of evidence: grade, factors, first, first_low, "
    "first_high, total, total_low, total_high; the row `interaction` holds what no grade explains alone",
}
"""Every table and its columns after those of `OF_A_CONTRAST`. One that a study has not got is absent."""


class Contrast(NamedTuple):
    """What is asked about: the difference of an arm from the baseline, or one arm alone (`baseline` empty)."""

    arm: str
    baseline: str
    metric: str
    unit: str


class Stage(NamedTuple):
    """What a stage of the study asks for, said before it starts."""

    stage: str
    """`sets`, `screen`, `sobol`, `grades`, ..."""
    points: int
    arms: int
    replications: int

    @property
    def evaluations(self) -> int:
        """Points x arms x replications: each is one year lived or learned again."""
        return self.points * self.arms * self.replications


@dataclass(frozen=True, eq=False)
class Study:
    """The results of a study of drivers. `tables` holds those of `TABLES` that it has, in that order."""

    title: str
    arms: tuple[str, ...]
    baseline: str
    metric: str
    """The outcome that decides."""
    unit: str
    better: str
    """`more` or `less` of it is better; empty where neither is."""
    factors: tuple[Factor, ...]
    tables: Mapping[str, pd.DataFrame]
    samples: pd.DataFrame
    """Tidy: stage, point, arm, replication, metric, value, then each factor in its own unit."""
    notes: tuple[str, ...]
    manifest: Mapping[str, Any]

    def table(self, name: str, arm: str | None = None) -> pd.DataFrame:
        """One of the tables, of every contrast or of one arm's; empty where the study has not got it."""
        import pandas as pd

        found = self.tables.get(name, pd.DataFrame())
        return found if arm is None or found.empty else found[found["arm"] == arm].reset_index(drop=True)

    def write(self, folder: str | Path) -> None:
        """Write every table, the samples and the manifest: the whole folder or nothing."""
        from sdmsim.lab.folder import MANIFEST, whole, write_csv, write_json

        with whole(Path(folder)) as new:
            self.samples.to_parquet(new / "samples.parquet", engine="pyarrow", index=False)
            for name, table in self.tables.items():
                write_csv(table, new / f"{name}.csv")
            write_json(self.manifest, new / MANIFEST)

    @classmethod
    def read(cls, folder: str | Path) -> Study:
        """What `write` wrote.

        Raises:
            InputErrors: the folder holds no such results.
        """
        import pandas as pd

        from sdmsim.base import InputErrors, Problem
        from sdmsim.lab.folder import read_csv, read_manifest

        where = Path(folder)
        facts = read_manifest(where)
        if "sensitivity" not in facts:
            raise InputErrors([Problem(str(where), 0, "", "holds results, but not of sdmsim sensitivity")])
        tables = {name: read_csv(where / f"{name}.csv") for name in TABLES if (where / f"{name}.csv").exists()}
        found = tables["factors"]
        return cls(
            title=facts["title"],
            arms=tuple(facts["arms"]),
            baseline=facts["baseline"],
            metric=facts["metric"],
            unit=facts["unit"],
            better=facts["better"],
            factors=tuple(Factor(*row) for row in found[list(FACTOR_COLUMNS)].itertuples(index=False)),
            tables=tables,
            samples=pd.read_parquet(where / "samples.parquet"),
            notes=tuple(facts["notes"]),
            manifest=facts,
        )
