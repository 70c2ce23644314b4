"""How sure the answer is, in words: who is probably best, what pairing was worth, what a bad year brings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sdmsim.show.answer import records
from sdmsim.show.words import HEADLINE, heading, interval, shown, shown_difference, words_of

if TYPE_CHECKING:
    import pandas as pd

    from sdmsim.lab.results import Results

DECIDING = ("delivered_share", "class_minutes_missed", "classroom_gain_sd")
"""What the sentences speak of: delivery before access before progress."""
BAD_YEARS = ("delivered_share", "owed_p90_minutes", "class_minutes_missed", "overtime_hours", "classroom_gain_sd")
SURE = 0.95
"""Below this probability nobody is called the best."""


def probability(p: float) -> str:
    """Two decimals; what luck cannot tell from certainty as `> 0.99`, `< 0.01`."""
    if math.isnan(p):
        return "-"
    return "> 0.99" if p > 0.99 else "< 0.01" if p < 0.01 else f"{p:.2f}"


def probably_best(best: pd.DataFrame) -> str:
    """One sentence; empty where the results say nothing of it."""
    parts = []
    for metric in DECIDING:
        rows = records(best[best["metric"] == metric]) if len(best) else []
        found = sorted(((str(r["arm"]), float(r["probability_best"])) for r in rows), key=lambda pair: -pair[1])
        if not found or math.isnan(found[0][1]):
            continue
        said = [f'"{arm}" ({probability(p)})' for arm, p in found]
        who = said[0] if found[0][1] >= SURE else f"not settled, {said[0]} before {said[1]}"
        parts.append(f"{words_of(metric).label}: {who}")
    return f"Probably best, as far as luck goes (probability): {'; '.join(parts)}." if parts else ""


def pairing_worth(pairing: pd.DataFrame) -> str:
    """What the same luck in all arms was worth, one sentence; of several arms the least. Empty without pairs."""
    parts: list[str] = []
    for metric in DECIDING:
        rows = records(pairing[pairing["metric"] == metric]) if len(pairing) else []
        worth = [w for w in (float(r["worth_replications"]) for r in rows) if not math.isnan(w)]
        if worth:
            least = "at least " if len(worth) > 1 and not parts else ""
            more = "" if parts else " more replications"
            parts.append(f"{least}{round(min(worth)):,}{more} for {words_of(metric).label}")
    return f"The same luck in every arm was worth {'; '.join(parts)}." if parts else ""


def best_rows(results: Results) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Head and rows of a table: the probability to be best, arms down, headline metrics across."""
    found = {(str(r["metric"]), str(r["arm"])): float(r["probability_best"]) for r in records(results.best)}
    metrics = [m for m in HEADLINE if (m, results.arms[0]) in found and not math.isnan(found[m, results.arms[0]])]
    if not metrics:
        return [], []
    rows: list[Sequence[str]] = [[arm, *(probability(found[m, arm]) for m in metrics)] for arm in results.arms]
    return ["arm", *(words_of(m).label for m in metrics)], rows


def pairing_rows(results: Results) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Head and rows of a table: replications that pairing was worth, arms down, headline metrics across."""
    found = {(str(r["metric"]), str(r["arm"])): float(r["worth_replications"]) for r in records(results.pairing)}
    others = [arm for arm in results.arms if arm != results.baseline]
    metrics = [m for m in HEADLINE if any(not math.isnan(found.get((m, arm), math.nan)) for arm in others)]
    if not metrics:
        return [], []
    rows: list[Sequence[str]] = [[arm, *(_worth(found[m, arm]) for m in metrics)] for arm in others]
    return ["arm", *(words_of(m).label for m in metrics)], rows


def _worth(replications: float) -> str:
    return "-" if math.isnan(replications) else f"{round(replications):+,}"


TAIL_HEAD = ("arm", "value", "of the baseline", "difference", "95 % interval")


def tail_rows(results: Results) -> dict[str, list[Sequence[str]]]:
    """By metric the rows under TAIL_HEAD: the worst tenth of the years of each arm, and of the baseline."""
    found: dict[str, list[Sequence[str]]] = {}
    for metric in BAD_YEARS if len(results.tails) else ():
        rows: list[Sequence[str]] = []
        for r in records(results.tails[results.tails["metric"] == metric]):
            low, high = float(r["ci_low"]), float(r["ci_high"])
            ours, theirs = (shown(metric, float(r[key])) for key in ("value", "baseline_value"))
            difference = shown_difference(metric, float(r["difference"]), half=(high - low) / 2.0)
            rows.append([str(r["arm"]), ours, theirs, difference, interval(metric, low, high)])
        if rows:
            found[heading(metric)] = rows
    return found


def joint_intervals(joint: pd.DataFrame, metric: str) -> dict[str, tuple[float, float]]:
    """By arm the interval that holds together with those of the other arms; nothing where results have none."""
    rows = records(joint[joint["metric"] == metric]) if len(joint) else []
    return {str(r["arm"]): (float(r["joint_low"]), float(r["joint_high"])) for r in rows}
