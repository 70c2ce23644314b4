"""What an experiment found: tables in memory, and the folder that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdmsim.base import InputErrors, Problem
from sdmsim.lab.folder import MANIFEST, read_csv, read_manifest, refuse_other_inputs, whole, write_csv, write_json
from sdmsim.lab.tidy import TIDY, write_tidy

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

TABLES = (
    "summary", "comparison", "joint", "best", "pairing", "tails", "groups", "rows", "weeks", "workload", "months",
    "ledger", "caseload", "slots", "regroup", "record", "assumptions", "sessions",
)  # fmt: skip
"""Tables written as CSV beside `runs.parquet`; an empty one is not written."""


def _no_rows() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame()


@dataclass(frozen=True)
class Results:
    """All arms, all replications, and what they show. Arms keep the order of the file everywhere."""

    title: str
    arms: tuple[str, ...]
    baseline: str
    runs: pd.DataFrame
    """One row per arm and replication: arm, each varied parameter under its dotted name, replication, each metric."""
    summary: pd.DataFrame
    """arm, metric, unit, n, mean, sd, ci_low, ci_high, p05, p50, p95."""
    comparison: pd.DataFrame
    """metric, unit, arm, baseline, n, difference, ci_low, ci_high, p_adjusted, verdict."""
    joint: pd.DataFrame
    """metric, unit, arm, baseline, n, difference, joint_low, joint_high: intervals that hold together over the arms."""
    best: pd.DataFrame
    """metric, unit, better, arm, n, probability_best."""
    pairing: pd.DataFrame
    """metric, unit, arm, baseline, n, ..., worth_replications: what the same luck in all arms was worth."""
    tails: pd.DataFrame
    """metric, unit, quantile, arm, baseline, n, value, ...: the bad tenth of the years, arm against baseline."""
    groups: pd.DataFrame
    """way, group, children, small, metric, unit, arm, ...: groups of children, arm against baseline."""
    rows: pd.DataFrame
    """arm, row, replication, each metric of progress and the cost: some years again under rows of numbers that fit
    the published targets as well; empty where the assumptions are not those that the rows were found for."""
    weeks: pd.DataFrame
    """Per arm, its timetable: children, visits, hours asked, unplaced sessions by reason, gaps to the proven bounds."""
    workload: pd.DataFrame
    """arm, activity, hours_per_week: the therapists' week, summed over therapists, mean over replications."""
    months: pd.DataFrame
    """arm, month and the year's course by calendar month, means over replications."""
    ledger: pd.DataFrame
    """arm, week, and the minutes a child owed, given at their own time, made up and still owed so far: means over
    children and replications."""
    caseload: pd.DataFrame
    """arm, week, quantity, mean, p05, p95 over replications of each number of `metrics.by_school_week`; empty where no
    scenario has a [caseload]."""
    slots: pd.DataFrame
    """arm, and every weekly slot as `metrics.slots` has it, means over replications; empty where no arm has a timetable
    of its own (`week.timetable`)."""
    regroup: pd.DataFrame
    """arm, variation, therapist_hours_per_week, unplaced_sessions; empty where the experiment asks for none."""
    record: pd.DataFrame
    """month, share, label: a district's logged share to draw beside the simulated one; empty where none is given."""
    assumptions: pd.DataFrame
    """name, value, set_value, unit, grade, low, high, meaning, source: the scenario's behavioural numbers."""
    notes: tuple[str, ...]
    """What a reader should know: defaults used, conversions made."""
    manifest: Mapping[str, Any] = field(repr=False)
    sessions: pd.DataFrame = field(default_factory=_no_rows, repr=False)
    """arm, and its week child by child, as `delivery.sessions.WeeklySession` has it. It holds ids of children."""
    tidy: pa.Table | None = field(default=None, repr=False)
    """arm, replication, seed, subgroup, time, metric, value: all numbers in one long table; not read from a folder."""

    def write(self, folder: str | Path) -> None:
        """Write every table and the manifest: the whole folder or nothing.

        Raises:
            InputErrors: the folder holds results of other inputs, or something else.
        """
        target = Path(folder)
        known = {key: self.manifest[key] for key in ("inputs", "seed", "assumptions")}
        refuse_other_inputs(target, **known)
        with whole(target) as new:
            self.runs.to_parquet(new / "runs.parquet", engine="pyarrow", index=False)
            if self.tidy is not None:
                write_tidy(self.tidy, new / TIDY)
            for name in TABLES:
                table: pd.DataFrame = getattr(self, name)
                if len(table) or name in ("summary", "comparison"):
                    write_csv(table, new / f"{name}.csv")
            write_json(self.manifest, new / MANIFEST)

    @classmethod
    def read(cls, folder: str | Path) -> Results:
        """The results that a folder holds; numbers of CSV tables have six significant digits.

        Raises:
            InputErrors: it is not a folder of an experiment's results.
        """
        import pandas as pd

        source = Path(folder)
        manifest = read_manifest(source)
        needed = [f for f in ("runs.parquet", "summary.csv", "comparison.csv") if not (source / f).is_file()]
        if needed or "arms" not in manifest:
            text = f"is not a folder of an experiment's results ({', '.join(needed) or 'arms'} not there)"
            raise InputErrors([Problem(str(source), 0, "", text)])
        tables = {
            name: read_csv(source / f"{name}.csv") if (source / f"{name}.csv").is_file() else pd.DataFrame()
            for name in TABLES
        }
        return cls(
            title=manifest["title"],
            arms=tuple(manifest["arms"]),
            baseline=manifest["baseline"],
            runs=pd.read_parquet(source / "runs.parquet", engine="pyarrow"),
            notes=tuple(manifest["notes"]),
            manifest=manifest,
            **tables,
        )
