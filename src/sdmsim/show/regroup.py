"""What rules of grouping do to the hours asked: the arms as written, and under each variation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sdmsim.show.answer import records
from sdmsim.show.words import number

if TYPE_CHECKING:
    import pandas as pd


def _hours(regroup: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Hours a week by variation and arm: the arms as written first, then the variations."""
    found: dict[str, dict[str, float]] = {}
    for row in records(regroup):
        found.setdefault(str(row["variation"]), {})[str(row["arm"])] = float(row["therapist_hours_per_week"])
    return found


def regroup_table(regroup: pd.DataFrame, arms: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Head and rows: hours asked by arm and variation, with the sessions that found no place where there are any."""
    hours = _hours(regroup)
    unplaced = {(r["arm"], r["variation"]): int(r["unplaced_sessions"]) for r in records(regroup)}
    rows = []
    for arm in arms:
        cells = [arm]
        for variation, asked in hours.items():
            out = unplaced[arm, variation]
            cells.append(f"{asked[arm]:.1f}" + (f" ({out} unplaced)" if out else ""))
        rows.append(cells)
    return ["arm", *hours], rows


def regroup_sentences(regroup: pd.DataFrame, arms: Sequence[str], baseline: str) -> list[str]:
    """What each variation does to the baseline, and to the arm whose distance from the baseline changes most."""
    if not len(regroup):
        return []
    (_, written), *others = _hours(regroup).items()
    sentences = []
    for variation, varied in others:
        sentence = f'With "{variation}", the baseline "{baseline}" asks {varied[baseline]:.1f} therapist hours a week'
        sentence += f" in place of {written[baseline]:.1f}."
        before = {arm: written[arm] - written[baseline] for arm in arms if arm != baseline}
        after = {arm: varied[arm] - varied[baseline] for arm in arms if arm != baseline}
        if before:
            most = max(before, key=lambda arm: abs(after[arm] - before[arm]))
            sentence += (
                f' The distance of the other arms from it changes most for "{most}":'
                f" {number(after[most], 1, sign=True)} h in place of {number(before[most], 1, sign=True)}"
                f" ({varied[most]:.1f} h in place of {written[most]:.1f})."
            )
        sentences.append(sentence)
    return sentences
