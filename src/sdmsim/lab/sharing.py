"""What of an experiment may leave the house: no child, no week, no group so small that it points at somebody.

Small cells are left out by the rules that districts use: a group of fewer children than `least` is
not shown, and neither is the next smallest one where the hidden ones could be reckoned from the total. What is left out
is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from sdmsim.base import InputErrors, Problem
from sdmsim.lab.results import Results
from sdmsim.metrics import SMALL, WAYS
from sdmsim.metrics.groups import WORST

if TYPE_CHECKING:
    import pandas as pd

OWED = "children_owed_300"
COUNTS: Mapping[str, tuple[str, ...]] = {
    OWED: (),
    "children_joined": (),
    "children_left": (),
    "children_served": (),
    "evaluations_done": ("evaluations_late_share",),
    "evaluation_backlog": (),
    "amendments": (),
    "goals_met": ("cost_per_goal_met",),
}
"""Metrics that count children or what belongs to one, and those from which the count could be reckoned."""
OF_THE_WORST = ("worst_tenth_share", "worst_tenth_gain_sd", "owed_p90_minutes")
"""Metrics of the worst tenth of the children, a few."""
GAPS = "_gap"
"""In the names of metrics between groups of SMALL children or more."""
MOST_CHILDREN = "children_90_share"
WEEK_COUNTS = ("direct_children", "team_children", "push_in_children", "children_left_out")
"""Of the table of weeks: counts of children that leave small ones when they are taken from each other."""
REGULAR_CLASS = "regular_class_"


class Shared(NamedTuple):
    """Results that may be shared, and in sentences what was left out of them."""

    results: Results
    left_out: tuple[str, ...]


def shared(results: Results, least: int = SMALL) -> Shared:
    """The results without what points at few children; `least`: the fewest that a number may be about.

    Raises:
        InputErrors: all children together are fewer.
    """
    children = _children(results)
    if children < least:
        text = f"has {children:.0f} children, fewer than {least}: nothing of it can be shared"
        raise InputErrors([Problem(results.title, 0, "", text)])
    metrics = tuple(dict.fromkeys(_few(results, least, children)))
    groups, hidden = _groups(results.groups, least)
    weeks = [c for c in results.weeks.columns if c in WEEK_COUNTS or str(c).startswith(REGULAR_CLASS)]
    front = [o for o in results.manifest.get("front", ()) if o in metrics]
    said = tuple(_said(results, least, metrics, hidden))
    facts = {**results.manifest, "notes": list(said), **({"front": []} if front else {})}
    nothing = results.sessions.iloc[:0]
    without: dict[str, Any] = {
        name: _without(getattr(results, name), metrics)
        for name in ("summary", "comparison", "joint", "best", "pairing", "tails")
    }
    return Shared(
        replace(
            results,
            **without,
            runs=results.runs.drop(columns=[m for m in metrics if m in results.runs]),
            groups=groups,
            weeks=results.weeks.drop(columns=weeks),
            caseload=results.caseload.iloc[:0],
            slots=results.slots.iloc[:0],
            sessions=nothing,
            tidy=None,
            notes=said,
            manifest=facts,
        ),
        said,
    )


def kept_groups(sizes: Mapping[str, float], least: int) -> set[str]:
    """The groups of one way to group that may be shown.

    Those of fewer than `least` children are not. Where they are one group alone, or together fewer than `least`, the
    smallest of the others is hidden with them: else the total less the others would show what is hidden.
    """
    by_size = sorted(sizes, key=lambda group: (sizes[group], group))
    hidden = [group for group in by_size if sizes[group] < least]
    if hidden:
        for group in by_size[len(hidden) :]:
            if len(hidden) > 1 and sum(sizes[one] for one in hidden) >= least:
                break
            hidden.append(group)
    return set(sizes) - set(hidden)


def _children(results: Results) -> float:
    """Children on the caseload, in the arm with the fewest."""
    if "served_children" in results.weeks:
        return float(results.weeks["served_children"].min())
    return 0.0


def _few(results: Results, least: int, children: float) -> Iterator[str]:
    """Metrics that are about fewer children than `least` in some arm."""
    summary = results.summary

    def small(name: str, times: float = 1.0, of: float = 0.0) -> bool:
        """Whether a count, or what is left `of` so many, lies between 0 and `least` in some arm."""
        values = summary.loc[summary["metric"] == name, "mean"] * times
        rest = of - values
        return bool((((values > 0.0) & (values < least)) | ((rest > 0.0) & (rest < least))).any())

    for name, reckoned in COUNTS.items():
        if small(name, of=children if name == OWED else 0.0):
            yield name
            yield from reckoned
    if children * WORST < least:
        yield from OF_THE_WORST
    if small(MOST_CHILDREN, children, of=children):
        yield MOST_CHILDREN
    if least > SMALL:
        yield from (str(name) for name in dict.fromkeys(summary["metric"]) if GAPS in str(name))


def _groups(groups: pd.DataFrame, least: int) -> tuple[pd.DataFrame, dict[str, int]]:
    """The rows of groups that may be shown, and by way how many groups are hidden."""
    if not len(groups):
        return groups, {}
    kept = groups.iloc[:0].index
    hidden: dict[str, int] = {}
    for way in (w for w in WAYS if (groups["way"] == w).any()):
        mine = groups[groups["way"] == way]
        sizes = {str(name): float(size) for name, size in mine.groupby("group")["children"].min().items()}
        shown = kept_groups(sizes, least)
        kept = kept.union(mine.index[mine["group"].isin(shown)])
        if len(shown) < len(sizes):
            hidden[way] = len(sizes) - len(shown)
    return groups.loc[kept].reset_index(drop=True), hidden


def _without(table: pd.DataFrame, metrics: tuple[str, ...]) -> pd.DataFrame:
    return table[~table["metric"].isin(metrics)].reset_index(drop=True) if len(table) else table


def _said(results: Results, least: int, metrics: tuple[str, ...], hidden: Mapping[str, int]) -> Iterator[str]:
    yield f"To be shared: nothing here is about fewer than {least} children, and no child, class or week is shown."
    if hidden:
        words = ", ".join(f"{count} by {way.replace('_', ' ')}" for way, count in hidden.items())
        yield (
            f"Groups left out: {words}. They have fewer than {least} children, or one of these could be reckoned from "
            "the total if they were shown."
        )
    there = [m for m in metrics if m in set(results.summary["metric"])]
    if there:
        yield f"Measures left out, since they are about few children: {', '.join(there)}."
    yield "Counts of children in the weeks, slots, the course of a caseload, and the notes on the inputs are left out."
