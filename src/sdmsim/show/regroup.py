"""What rules of grouping do to the hours asked: the arms as written, and under each variation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from sdmsim.show.answer import records

if TYPE_CHECKING:
    import pandas as pd


class RegroupTable(NamedTuple):
    """One row per arm; a cell is hours a week, with sessions that found no place where there are any."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def _hours(regroup: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Hours a week by variation and arm: the arms as written first, then the variations."""
    found: dict[str, dict[str, float]] = {}
    for row in records(regroup):
        found.setdefault(str(row["variation"]), {})[str(row["arm"])] = float(row["therapist_hours_per_week"])
    return found


def regroup_table(regroup: pd.DataFrame, arms: Sequence[str]) -> RegroupTable | None:
    """Hours asked by arm and variation; None where the experiment asked for no variation."""
    if not len(regroup):
        return None
    hours = _hours(regroup)
    unplaced = {(r["arm"], r["variation"]): int(r["unplaced_sessions"]) for r in records(regroup)}
    rows = []
    for arm in arms:
        cells = [arm]
        for variation, asked in hours.items():
            out = unplaced[arm, variation]
            cells.append(f"{asked[arm]:.1f}" + (f" ({out} unplaced)" if out else ""))
        rows.append(cells)
    return RegroupTable(["arm", *hours], rows)


def regroup_sentences(regroup: pd.DataFrame, arms: Sequence[str]) -> list[str]:
    """One plain sentence for each variation: where it changes most and least, and who asks fewest hours then."""
    if not len(regroup):
        return []
    (_, written), *others = _hours(regroup).items()
    sentences = []
    for variation, varied in others:
        most = max(arms, key=lambda a: abs(varied[a] - written[a]))
        least = min(arms, key=lambda a: abs(varied[a] - written[a]))
        sentence = f'With "{variation}", "{most}" asks {varied[most]:.1f} therapist hours a week'
        sentence += f" in place of {written[most]:.1f}"
        if least != most:
            sentence += f', and "{least}" {varied[least]:.1f} in place of {written[least]:.1f}'
        before, after = min(arms, key=lambda a: written[a]), min(arms, key=lambda a: varied[a])
        sentence += (
            f'; "{after}" still asks fewest.'
            if before == after
            else f'; fewest hours then go to "{after}", not "{before}".'
        )
        spread = [max(h.values()) - min(h.values()) for h in (written, varied)]
        sentences.append(
            f"{sentence} The arms lie {spread[0]:.1f} h apart as written and {spread[1]:.1f} h apart with it."
        )
    return sentences
