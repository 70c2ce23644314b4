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
TEXTS = (
    "arm",
    "baseline",
    "metric",
    "unit",
    "factor",
    "said",
    "name",
    "meaning",
    "remark",
    "verdict",
    "survives",
    "answer",
    "direction",
)
"""Columns of which an empty cell is an empty text."""
OTHERS = "all others"
"""The name under which the factors that a screen left behind are drawn together."""
TABLES: Mapping[str, str] = {
    "factors": "every factor: `factor`, `meaning`, `unit`, `low`, `high`, `law`, `at` (its own value), `grade`, "
    "`stage` (in the last one: `sobol` looked at apart, `others` drawn with all others, `held` at its "
    "own value)",
    "budget": "what each stage asked for: `stage`, `points`, `arms`, `replications`, `evaluations`",
    "luck": "spread by source, of arms and differences: `mean`, `p05`, `p95` (of points), `share_luck`, "
    "`share_assumptions`, each with its interval; variances; `points`, `replications`",
    "sets": "the three sets of assumptions side by side: `set`, `n`, `mean`, `low`, `high`, `difference` with "
    "its interval, `p_adjusted`, `verdict`, `survives` (against the scenario's own set)",
    "sobol": "Sobol' indices: `factor`, `first` and `total` with intervals, `luck` (what more replications "
    "would take off the interval), `rank_from`, `rank_to` (places it may have), `tie` (its group: "
    "nothing is ranked within), `remark`",
    "settling": "neighbours that are tied: `larger`, `smaller`, `points` or `replications` that would rank them",
    "grades": "shares of the grades of evidence: `grade`, `factors`, `first` and `total` with intervals; the "
    "row `interaction` is what no grade explains alone",
    "screen": "Morris: `factor`, `effect` (mean size) with its interval, `mu`, `sigma`, `luck_alone` (the "
    "effect that luck would show), `told`, `rank_from`, `rank_to`, `tie`, `survives`",
    "one_at_a_time": "each factor from end to end, the others at their values: `swing` with its interval, `at_low`, "
    "`at_high` (changes from the scenario's values), `low_value`, `high_value`",
    "prcc": "partial rank correlation: `factor`, `estimate`, `low`, `high`, `n`",
    "given_data": "first-order shares from the points as they are: `factor`, `estimate`, `low`, `high`, `remark`",
    "flips": "along each factor, how probable it is that the arm that leads overall does not: `factor`, "
    "`leader`, `position` (0 to 1), `value`, `estimate`, `low`, `high`, `n`",
    "flips_when_moved": "how probable it is that the lead changes when one factor alone is drawn anew: `factor`, "
    "`leader`, `estimate`, `low`, `high`, `n`",
    "break_even": "where the arms are even: `factor`, `others`, `answer`, `ahead`, `estimate`, `low`, `high` "
    "(positions), `value`, `low_value`, `high_value`, `open_low`, `open_high`, `direction` (the arm "
    "gets ahead when the factor does so)",
    "curves": "the arm's lead along a factor: `factor`, `others`, `position`, `value`, `estimate`, `low`, `high`",
    "win_map": "who leads where: `first_factor`, `second_factor`, `first`, `second` (positions), their values, "
    "`estimate`, `low`, `high`, `probability`, `winner`, `n`",
    "regret": "what each arm loses against the best one: `mean`, `high` (95th percentile), `most`, with "
    "intervals; `minimax`, `tied`",
    "futures": "in which share of the futures each arm is best: `best` with its interval, `surely`, `ties`, "
    "`cannot_be_told`",
    "discovery": "in which futures an arm fails: `box`, `factor`, `low`, `high`, what the box holds, `said`",
    "plane": "cost against effect: `point`, `effect`, `cost`",
    "cost_effectiveness": "their means with intervals, `price` of one more unit, and shares of the quadrants",
    "acceptability": "by `price` of a unit: `probability` of being the best buy, `net_benefit`, `expected_loss`, with "
    "intervals; `frontier`, `tied`, `years`",
    "information": "what it is worth to know something before deciding (`arm`: the one that would be chosen now): "
    "`name`, `kind`, `estimate`, `low`, `high` (in the metric's unit), `money` with its interval, "
    "`p`, `above_noise`, `measure_first` (1: first)",
    "causes": "why the arm differs, years as written: `cause`, its `part` with its interval, what was switched "
    "(`quantity`, `quantity_unit`, `off` in the baseline, `on` in the arm), `replications`, `total` (the parts add up "
    "to it)",
    "switched": "all that each cause of a gain switches: `cause`, `quantity`, `quantity_unit`, `off`, `on`",
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
        tables = {name: read_csv(where / f"{name}.csv", TEXTS) for name in TABLES if (where / f"{name}.csv").exists()}
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
