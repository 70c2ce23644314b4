"""Results made by hand, with the columns that experiments write, for the tests of pictures and report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sdmsim.lab.compare import compare_runs, summarise
from sdmsim.lab.groups import groups_table
from sdmsim.lab.joint import best_table, joint_table
from sdmsim.lab.pairing import pairing_table
from sdmsim.lab.results import Results
from sdmsim.lab.tails import tails_table
from sdmsim.theory.ledger import Assumptions

REASONS = (
    "child_absent",
    "provider_absent",
    "school_event",
    "class_unavailable",
    "out_of_time",
    "start_up",
    "unplaced",
)
ARMS = ("pull-out only", "25 % push-in", "50 % push-in", "75 % push-in", "push-in only")


def made_groups(arms: Sequence[str], replications: int, seed: int = 7) -> pd.DataFrame:
    """What years hold of groups: language gains with each arm, a few social children lose, grades hardly differ."""
    rng = np.random.default_rng(seed)
    rows = []
    for r in range(replications):
        luck = rng.normal()
        for i, arm in enumerate(arms):
            for way, group, children, step in (
                ("goal_type", "language", 20, 0.02), ("goal_type", "social", 5, -0.05), ("grade", "1", 12, 0.0),
                ("grade", "2", 13, 0.0),
            ):  # fmt: skip
                rows.append(
                    {
                        "arm": arm, "replication": r, "way": way, "group": group, "children": float(children),
                        "delivered_share": 0.8 + step * i + 0.01 * luck + rng.normal(0.0, 0.002),
                        "class_minutes_missed": 40.0 - 5.0 * i * bool(step) + luck + rng.normal(0.0, 0.2),
                        "classroom_gain_sd": 0.5 + step * i + 0.01 * luck + rng.normal(0.0, 0.002),
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def made_results(
    arms: Sequence[str] = ARMS,
    *,
    title: str = "Maple: how much push-in?",
    replications: int = 20,
    delivered_step: float = 0.006,
    recorded: bool = True,
    seed: int = 7,
) -> Results:
    """Results of `arms`, the first of them the baseline; `delivered_step`: what each arm gives more than the last."""
    rng = np.random.default_rng(seed)
    luck = rng.normal(0.0, 1.0, replications)
    rows = []
    for i, arm in enumerate(arms):
        for r in range(replications):
            share = 0.801 + delivered_step * i + 0.006 * luck[r] + rng.normal(0.0, 0.002)
            owed = 2040.0
            split = np.array([0.40, 0.12, 0.08, 0.05, 0.1, 0.2, 0.05]) * (1.0 - share) * owed
            rows.append(
                {
                    "arm": arm,
                    "delivery.push_in_share": i / max(1, len(arms) - 1),
                    "replication": r,
                    "minutes_owed": owed,
                    "minutes_delivered": owed * share,
                    **{f"missed_minutes.{k}": float(v) for k, v in zip(REASONS, split, strict=True)},
                    "delivered_share": share,
                    "owed_p90_minutes": 610.0 - 12 * i + 9 * luck[r] + rng.normal(0.0, 4.0),
                    "unplaced_sessions": 2.0 if i == 2 else 0.0,
                    "therapist_hours_per_week": (19.1, 21.4, 22.3, 21.7, 20.9)[i % 5],
                    "utilisation": 0.44 + 0.01 * i,
                    "overtime_hours": max(0.0, 0.8 - 0.3 * i + 0.1 * luck[r] + rng.normal(0.0, 0.02)),
                    "class_minutes_missed": 61.0 - 8.2 * i + 0.9 * luck[r] + rng.normal(0.0, 0.3),
                    "core_minutes_missed": 0.4 + 0.05 * rng.normal(),
                    "lre_share": 0.965 + 0.0062 * i,
                    "cost": 75_000.0,
                    "delivered_hours": owed * share * 55 / 60,
                    "cost_per_delivered_hour": 75_000.0 / (owed * share * 55 / 60),
                    "peer_minutes": 99.0 + 0.3 * i + luck[r],
                    "trained_gain_sd": 0.5 - 0.02 * i + 0.01 * luck[r] + 0.002 * ((7 * r + i) % 5),
                }
            )
    runs = pd.DataFrame(rows)
    workload = pd.DataFrame(
        [
            (arm, activity, hours)
            for i, arm in enumerate(arms)
            for activity, hours in {
                "push_in": 2.35 * i,
                "pull_out": 13.5 - 2.4 * i,
                "moves": 2.6 - 0.5 * i,
                "lunch": 2.5,
                "called_away": 0.1,
                "co_planning": 1.2 * i,
                "indirect": 1.0,
                "meetings": 1.5,
                "duty": 1.0,
                "evaluation": 3.6,
                "documentation": 5.8,
                "planning": 1.0,
                "unassigned": 2.9 - 0.65 * i,
                "absent": 1.0,
                "no_school": 0.6,
                "overtime": 0.3 * i,
            }.items()
        ],
        columns=["arm", "activity", "hours_per_week"],
    )
    shape = {9: 0.71, 10: 0.84, 11: 0.87, 12: 0.82, 1: 0.83, 2: 0.82, 3: 0.83, 4: 0.81, 5: 0.80, 6: 0.72}
    months = pd.DataFrame(
        [
            {
                "arm": arm,
                "month": month,
                "minutes_owed": 9000.0,
                "delivered_share": share + 0.004 * i,
                "delivered_of_required": share + 0.01 + 0.004 * i,
            }
            for i, arm in enumerate(arms)
            for month, share in shape.items()
        ]
    )
    record = pd.DataFrame(
        [(m, s + 0.02 * (-1) ** m, "Chicago, speech, 2014-16") for m, s in shape.items()] if recorded else [],
        columns=["month", "share", "label"],
    )
    weeks = pd.DataFrame(
        [
            {
                "arm": arm,
                "served_children": 55,
                "push_in_visits": 9 * i,
                "pull_out_sessions": 38 - 6 * i,
                "therapist_hours_per_week": (19.1, 21.4, 22.3, 21.7, 20.9)[i % 5],
                "unplaced_sessions": 2 if i == 2 else 0,
                "unplaced.therapist_busy": 2 if i == 2 else 0,
                "grouping_gap_minutes": 0.0,
                "placing_gap_minutes": 0.0,
            }
            for i, arm in enumerate(arms)
        ]
    )
    regroup = pd.DataFrame(
        [
            (arm, name, (19.1, 21.4, 22.3, 21.7, 20.9)[i % 5] - cut, 0)
            for i, arm in enumerate(arms)
            for name, cut in (("as written", 0.0), ("language kinds may mix", max(0.0, 3.1 - 0.9 * i)))
        ],
        columns=["arm", "variation", "therapist_hours_per_week", "unplaced_sessions"],
    )
    notes = ("rooms.csv is not given: one therapy room, 36 m from every class.",)
    comparison = compare_runs(runs, arms, arms[0])
    return Results(
        title=title,
        arms=tuple(arms),
        baseline=arms[0],
        runs=runs,
        summary=summarise(runs, arms),
        comparison=comparison,
        groups=groups_table(made_groups(arms, replications), arms, arms[0], comparison),
        joint=joint_table(runs, arms, arms[0]),
        best=best_table(runs, arms),
        pairing=pairing_table(runs, arms, arms[0]),
        tails=tails_table(runs, arms, arms[0]),
        weeks=weeks,
        rows=pd.DataFrame(),
        workload=workload,
        months=months,
        ledger=pd.DataFrame(),
        caseload=pd.DataFrame(),
        slots=pd.DataFrame(),
        regroup=regroup,
        record=record,
        assumptions=pd.DataFrame(Assumptions().in_force()),
        notes=notes,
        manifest={
            "sdmsim_version": "0.1.0", "format": 1, "started": "2024-09-03T10:00:00Z", "seed": 1,
            "replications": replications, "workers": 2, "assumptions": Assumptions().said(),
            "inputs": {"maple-mix.toml": "ab" * 32, "../scenarios/maple.toml": "cd" * 32},
            "packages": {"numpy": "2.0"}, "wall_seconds": 61.2, "timetable_seconds": 15.0, "simulate_seconds": 80.0,
            "school_years": len(arms) * replications, "school_years_per_second": 1.2, "title": title,
            "experiment": "maple-mix.toml", "baseline": arms[0], "arms": list(arms),
            "varied": ["delivery.push_in_share"], "notes": list(notes),
        },
    )  # fmt: skip


def written(results: Results, folder: Path) -> Path:
    """The results written into a folder, which is returned."""
    results.write(folder)
    return folder
