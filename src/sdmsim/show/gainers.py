"""Who gains and who loses, in words and tables: groups of children, delivery before access before progress."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sdmsim.metrics import BETTER, OF_GROUPS, SMALL
from sdmsim.show.answer import records
from sdmsim.show.words import number, shown, with_half_widths, words_of

if TYPE_CHECKING:
    from sdmsim.lab.results import Results

WAY_WORDS = {"goal_type": "kind of goal", "severity": "severity", "grade": "grade", "site": "site"}
IN_SENTENCES = ("goal_type", "severity", "site")
"""Ways to group that the sentence speaks of; the report has all."""
UNCLEAR_MARK, SMALL_MARK, OPEN_MARK = "≈", "*", "?"
LEGEND = (
    f"{UNCLEAR_MARK} no clear difference; {OPEN_MARK} open, other numbers that fit the published results as well say "
    f"the opposite; {SMALL_MARK} fewer than {SMALL} children, so read with care."
)


def name_of(way: str, group: str) -> str:
    """`severe_language` as it stands in the tables; grades and sites with the word before them."""
    return f"{WAY_WORDS[way]} {group}" if way in ("grade", "site") or group == "not given" else group


def gain_and_loss(results: Results) -> str:
    """Gain, loss or neither of each group in the other arm that gives the most; small ones marked. Empty without."""
    arm = _arm_of_interest(results)
    if not len(results.groups) or not arm:
        return ""
    rows = results.groups[(results.groups["arm"] == arm) & results.groups["way"].isin(IN_SENTENCES)]
    parts = []
    for metric in OF_GROUPS:
        found: dict[str, list[str]] = {"gain": [], "lose": [], "neither clearly": []}
        for r in records(rows[rows["metric"] == metric]):
            mark = SMALL_MARK if r["small"] == "yes" else ""
            found[_sign(metric, str(r["verdict"]))].append(f"{name_of(str(r['way']), str(r['group']))}{mark}")
        said = [f"{what}: {', '.join(names)}" for what, names in found.items() if names]
        if said:
            parts.append(f"{_upper(words_of(metric).label)}: {'; '.join(said)}.")
    start = f'Who gains and who loses with "{arm}" ({SMALL_MARK} fewer than {SMALL} children).'
    return " ".join([start, *parts]) if parts else ""


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sign(metric: str, verdict: str) -> str:
    if verdict not in ("higher", "lower"):
        return "neither clearly"
    return "gain" if (verdict == "higher") == (BETTER[metric] == "more") else "lose"


def _arm_of_interest(results: Results) -> str:
    """The arm beside the baseline with the largest share of the promised minutes."""
    rows = records(results.comparison[results.comparison["metric"] == OF_GROUPS[0]])
    known = [r for r in rows if not math.isnan(float(r["difference"]))]
    return str(max(known, key=lambda r: float(r["difference"]))["arm"]) if known else ""


def group_tables(results: Results) -> list[tuple[str, Sequence[str], list[Sequence[str]]]]:
    """Title, head and rows, one table for each of OF_GROUPS: the baseline's level, then each arm's difference."""
    others = [arm for arm in results.arms if arm != results.baseline]
    tables: list[tuple[str, Sequence[str], list[Sequence[str]]]] = []
    for metric in OF_GROUPS if len(results.groups) and others else ():
        here = results.groups[results.groups["metric"] == metric]
        groups = {(str(r["way"]), str(r["group"])): r for r in records(here)}
        cells = {(r["way"], r["group"], r["arm"]): r for r in records(here)}
        columns = [_column(metric, [cells.get((*key, arm)) for key in groups]) for arm in others]
        rows: list[Sequence[str]] = []
        for i, ((way, group), about) in enumerate(groups.items()):
            mark = SMALL_MARK if about["small"] == "yes" else ""
            level = shown(metric, float(cells[way, group, results.baseline]["mean"]))
            count = f"{number(float(about['children']), 0)}{mark}"
            rows.append([name_of(way, group), count, level, *(column[i] for column in columns)])
        words = words_of(metric)
        title = (
            f"{_upper(words.label)}: baseline ({words.unit}) and differences ({words.difference_unit or words.unit})"
        )
        tables.append((title, ["group", "children", results.baseline, *others], rows))
    return tables


def _column(metric: str, rows: Sequence[dict[str, Any] | None]) -> list[str]:
    """Signed differences with half-widths of one arm, marked where they are not clear."""
    nothing = float("nan")
    ends = [
        (nothing,) * 3 if r is None else (float(r["difference"]), float(r["ci_low"]), float(r["ci_high"])) for r in rows
    ]
    texts = with_half_widths(metric, [(a, b, c) for a, b, c in ends], differences=True)
    marks = [_mark(r) for r in rows]
    return [f"{text} {mark}".rstrip() for text, mark in zip(texts, marks, strict=True)]


def _mark(row: dict[str, Any] | None) -> str:
    verdict = "" if row is None else str(row["verdict"])
    return {"no clear difference": UNCLEAR_MARK, "open": OPEN_MARK}.get(verdict, "")
