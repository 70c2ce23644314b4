"""What `sdmsim sensitivity` says on the console: the budget first, then the answer in planners' words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdmsim.lab.drivers.study import OTHERS
from sdmsim.show.words import shown, shown_difference, words_of

if TYPE_CHECKING:
    from sdmsim.lab.drivers.sensitivity import Budget
    from sdmsim.lab.drivers.study import Study

STAGES = {
    "sets": "three sets of assumptions side by side",
    "one_at_a_time": "each assumption alone",
    "screen": "screen: which do anything at all",
    "sobol": "closely: which decide how much",
}
TOP = 3
"""So many assumptions are named as those that matter most."""
SET_WORDS = {"yes": "the same", "turns round": "turns round", "no longer clear": "no longer clear",
             "becomes clear": "becomes clear"}  # fmt: skip


def print_budget(budget: Budget) -> None:
    """What a study will ask for, on standard output, before it starts."""
    from sdmsim.show.console import console, table

    screen = console()
    rows = [
        (STAGES.get(one.stage, one.stage), f"{one.points:,}", str(one.arms), str(one.replications),
         f"{one.evaluations:,}")
        for one in budget.stages
    ]  # fmt: skip
    title = f"{budget.factors} assumptions may be otherwise; at most {budget.evaluations:,} years will be looked at"
    screen.print(table(title, ["stage", "points", "arms", "years at each", "in all"], rows))
    screen.print(f"{_long(budget.minutes)} with {budget.workers} worker{'s' if budget.workers > 1 else ''}.\n")


def _long(minutes: float) -> str:
    if minutes <= 0.0:
        return "The first points are in the store already: this takes up what is there"
    if minutes < 1.0:
        return "Takes less than a minute"
    return f"Takes about {minutes:.0f} minute{'s' if minutes >= 1.5 else ''} at most"


def print_answer(study: Study, folder: Path) -> None:
    """The answer on standard output."""
    from sdmsim.show.console import console, table

    screen = console()
    for arm in (arm for arm in study.arms if arm != study.baseline):
        words = words_of(study.metric)
        title = f"{study.title}: {arm} against {study.baseline}, {words.label}"
        screen.print(table(title, *share_rows(study, arm)))
        for sentence in sentences(study, arm):
            screen.print(sentence, soft_wrap=True)
        screen.print()
    for sentence in overall(study):
        screen.print(sentence, soft_wrap=True)
    for note in study.notes:
        screen.print(f"Note: {note}", soft_wrap=True)
    screen.print(f"\nResults: {folder}", soft_wrap=True)


def share_rows(study: Study, arm: str) -> tuple[list[str], list[list[str]]]:
    """Head and rows: the share of the spread that each assumption decides, those that are not ranked by one place."""
    head = ["what decides the difference", "place", "share, %", "from", "to", "alone, %"]
    rows = []
    for row in rows_of(study, "sobol", arm):
        place = "" if row["factor"] == OTHERS or row.get("rank_from") != row.get("rank_from") else _place(row)
        shares = [f"{100 * row[key]:.0f}" if row[key] == row[key] else "-"
                  for key in ("total", "total_low", "total_high", "first")]  # fmt: skip
        rows.append([named(study, str(row["factor"])), place, *shares])
    return head, rows


def _place(row: Mapping[str, Any]) -> str:
    first, last = int(row["rank_from"]), int(row["rank_to"])
    return str(first) if first == last else f"{first} to {last}"


def rows_of(study: Study, name: str, arm: str) -> list[dict[str, Any]]:
    """Rows of a table for one arm; none where the study has not got it."""
    table = study.table(name, arm)
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")] if len(table) else []


def named(study: Study, factor: str) -> str:
    """What a factor is, and its dotted name."""
    meaning = next((one.meaning for one in study.factors if one.name == factor), "")
    short = factor.removeprefix("assumptions.")
    if factor == OTHERS:
        return "all other assumptions together"
    return f"{meaning.split(':')[0].split(' (')[0]} ({short})" if meaning else short


def top_of(study: Study, arm: str) -> tuple[list[str], list[str]]:
    """The assumptions that matter most, and those that cannot be told from the last of them: intervals overlap."""
    rows = [
        r for r in rows_of(study, "sobol", arm) if r["factor"] != OTHERS and r.get("rank_from") == r.get("rank_from")
    ]
    rows = [row for row in rows if row["total"] > 0.0]
    tied = [row["factor"] for row in rows[TOP:] if row["rank_from"] <= TOP]
    return [row["factor"] for row in rows[:TOP]], tied


def sentences(study: Study, arm: str) -> Iterator[str]:
    """What is found of one arm's difference from the baseline."""
    yield from _difference(study, arm)
    top, tied = top_of(study, arm)
    if top:
        named_top = "; ".join(named(study, factor) for factor in top)
        yield f"{'Three assumptions matter' if len(top) == TOP else 'What matters'} most: {named_top}."
    if tied:
        names = ", ".join(factor.removeprefix("assumptions.") for factor in tied)
        yield f"Not to be told from the last of them, as their intervals overlap: {names}."
    yield from _luck(study, arm)
    yield from _turns(study, arm, top)
    yield from _sets(study, arm)
    yield from _grades(study, arm)


def _difference(study: Study, arm: str) -> Iterator[str]:
    for row in rows_of(study, "luck", arm):
        if row["baseline"]:
            low, high = (shown_difference(study.metric, row[key]) for key in ("p05", "p95"))
            mean = shown_difference(study.metric, row["mean"], unit=True)
            yield f"Over all that is not known it is {mean} in the mean, {low} to {high} in nine futures of ten."


def _luck(study: Study, arm: str) -> Iterator[str]:
    for row in rows_of(study, "luck", arm):
        if row["baseline"] and row["share_luck"] == row["share_luck"]:
            luck, low, high = (100.0 * row[key] for key in ("share_luck", "luck_low", "luck_high"))
            yield (
                f"Of the spread of a single year's difference {luck:.0f} % is luck ({low:.0f} to {high:.0f}), "
                "the rest is what nobody knows."
            )


def _turns(study: Study, arm: str, top: list[str]) -> Iterator[str]:
    """Whether the ranking flips, how often, and where."""
    for row in rows_of(study, "futures", arm):
        best, low, high = (100.0 * row[key] for key in ("best", "best_low", "best_high"))
        yield f"{arm} is the best arm in {best:.0f} % of the futures ({low:.0f} to {high:.0f})."
    found = [r for r in rows_of(study, "break_even", arm) if r["others"].startswith("average")]
    known = [r for r in found if r["answer"] in ("one", "more than one")]
    for row in known:
        span = f"{row['low_value']:.3g} to {row['high_value']:.3g}" if row["low_value"] == row["low_value"] else "-"
        yield (
            f"{arm} overtakes {study.baseline}, on average over all else, when {named(study, row['factor'])} "
            f"{row['direction']} {row['value']:.3g} (95 %: {span})."
        )
    without = [r["factor"] for r in found if r["factor"] in top and r["answer"] == "none in range"]
    if without:
        names = ", ".join(name.removeprefix("assumptions.") for name in without)
        yield f"No break-even within the range of {names}: on average over all else the lead stays where it is."


def _sets(study: Study, arm: str) -> Iterator[str]:
    rows = [row for row in rows_of(study, "sets", arm) if row["baseline"]]
    if rows:
        parts = [f"{row['set']} {shown_difference(study.metric, row['difference'])} ({row['verdict']})" for row in rows]
        turned = [row["set"] for row in rows if row["survives"] == "turns round"]
        lost = [row["set"] for row in rows if row["survives"] in ("no longer clear", "becomes clear")]
        verdict = "the verdict survives all three"
        if turned:
            verdict = f"it turns round under {' and '.join(turned)}"
        elif lost:
            verdict = f"it is another one under {' and '.join(lost)}"
        yield f"Under the three sets of assumptions: {', '.join(parts)}; {verdict}."


def _grades(study: Study, arm: str) -> Iterator[str]:
    rows = [row for row in rows_of(study, "grades", arm) if row["first"] == row["first"]]
    if rows:
        parts = [f"{row['grade']} {100 * max(0.0, row['first']):.0f} %" for row in rows]
        yield f"The spread rests on numbers that are {', '.join(parts)}."


def overall(study: Study) -> Iterator[str]:
    """What holds for the choice among all arms."""
    said = study.manifest.get("said") or {}
    if measure := said.get("measure_first"):
        yield str(measure)
    regret = study.table("regret")
    for row in regret.to_dict("records") if len(regret) else []:
        if row["minimax"] == "yes":
            most = shown(study.metric, row["most"], unit=True)
            yield f"The choice that can be regretted least is {row['arm']}: at most {most} behind the best."


def summary(study: Study, folder: Path) -> dict[str, Any]:
    """The same as one JSON object."""

    def rows(name: str) -> list[dict[str, Any]]:
        table = study.table(name)
        return [{str(k): None if v != v else v for k, v in row.items()} for row in table.to_dict("records")]

    arms = [arm for arm in study.arms if arm != study.baseline]
    return {
        "title": study.title,
        "metric": study.metric,
        "unit": study.unit,
        "baseline": study.baseline,
        "matters_most": {arm: top_of(study, arm)[0] for arm in arms},
        "tied_with_them": {arm: top_of(study, arm)[1] for arm in arms},
        **{name: rows(name) for name in ("luck", "sobol", "sets", "grades", "futures", "regret", "break_even")},
        "said": study.manifest.get("said") or {},
        "notes": list(study.notes),
        "results": str(folder),
    }
