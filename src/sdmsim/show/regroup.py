"""What rules of grouping do to the hours asked: the arms as written, and under each variation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd


class RegroupTable(NamedTuple):
    """One row per arm; a cell is hours a week, with sessions that found no place where there are any."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def _hours(regroup: pd.DataFrame, arms: Sequence[str]) -> pd.DataFrame:
    """Hours a week: arms down; across, the arms as written first, then the variations."""
    order = list(dict.fromkeys(regroup["variation"]))
    wide = regroup.pivot(index="arm", columns="variation", values="therapist_hours_per_week")
    return wide.reindex(index=list(arms), columns=order)


def regroup_table(regroup: pd.DataFrame, arms: Sequence[str]) -> RegroupTable | None:
    """Hours asked by arm and variation; None where the experiment asked for no variation."""
    if not len(regroup):
        return None
    hours = _hours(regroup, arms)
    unplaced = regroup.set_index(["arm", "variation"])["unplaced_sessions"]
    rows = []
    for arm in arms:
        cells = [arm]
        for variation in hours.columns:
            out = int(unplaced.get((arm, variation), 0))
            cells.append(f"{float(hours.loc[arm, variation]):.1f}" + (f" ({out} unplaced)" if out else ""))
        rows.append(cells)
    return RegroupTable(["arm", *map(str, hours.columns)], rows)


def regroup_sentences(regroup: pd.DataFrame, arms: Sequence[str]) -> list[str]:
    """One plain sentence for each variation: where it changes most and least, and who asks fewest hours then."""
    if not len(regroup):
        return []
    hours = _hours(regroup, arms)
    written = {arm: float(hours.loc[arm, hours.columns[0]]) for arm in arms}
    sentences = []
    for variation in hours.columns[1:]:
        varied = {arm: float(hours.loc[arm, variation]) for arm in arms}
        most = max(arms, key=lambda a: abs(varied[a] - written[a]))
        least = min(arms, key=lambda a: abs(varied[a] - written[a]))
        sentence = f'With "{variation}", "{most}" asks {varied[most]:.1f} therapist hours a week in place of {written[most]:.1f}'
        if least != most:
            sentence += f', and "{least}" {varied[least]:.1f} in place of {written[least]:.1f}'
        before, after = min(arms, key=lambda a: written[a]), min(arms, key=lambda a: varied[a])
        sentence += (
            f'; "{after}" still asks fewest.' if before == after else f'; fewest hours then go to "{after}", not "{before}".'
        )
        spread = [max(h.values()) - min(h.values()) for h in (written, varied)]
        sentences.append(f"{sentence} The arms lie {spread[0]:.1f} h apart as written and {spread[1]:.1f} h apart with it.")
    return sentences
