"""What `sdmsim sensitivity` says on the console: the budget first, then the answer in planners' words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdmsim.lab.drivers.study import OTHERS
from sdmsim.show.drivers import findings
from sdmsim.show.drivers.labels import said, words_of_factors
from sdmsim.show.words import words_of

if TYPE_CHECKING:
    from sdmsim.lab.drivers.sensitivity import Budget
    from sdmsim.lab.drivers.study import Study

STAGES = {
    "sets": "three sets of assumptions side by side",
    "one_at_a_time": "each assumption alone",
    "screen": "screen: which do anything at all",
    "sobol": "closely: which decide how much",
}


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


def print_answer(study: Study, report: Path) -> None:
    """The answer on standard output."""
    from sdmsim.show.console import console, table

    screen = console()
    for arm in findings.others_of(study):
        title = f"{study.title}: {arm} against {study.baseline}, {words_of(study.metric).label}"
        screen.print(table(title, *share_rows(study, arm)))
        for sentence in sentences(study, arm):
            screen.print(sentence, soft_wrap=True)
        screen.print()
    for sentence in filter(None, (findings.least_regret(study), findings.measure_first(study))):
        screen.print(sentence, soft_wrap=True)
    for note in study.notes:
        screen.print(f"Note: {note}", soft_wrap=True)
    screen.print(f"\nReport: {report}", soft_wrap=True)


def share_rows(study: Study, arm: str) -> tuple[list[str], list[list[str]]]:
    """Head and rows: the share of the spread that each assumption decides; of those that are tied, the places they may
    have.
    """
    head = ["what decides the difference", "place", "share, %", "from", "to", "alone, %"]
    words = words_of_factors(study.factors)
    rows = []
    for row in findings.rows_of(study, "sobol", arm):
        shares = [f"{100 * row[key]:.0f}" if row[key] == row[key] else "-"
                  for key in ("total", "total_low", "total_high", "first")]  # fmt: skip
        rows.append([said(words, str(row["factor"])), _place(row), *shares])
    return head, rows


def _place(row: Mapping[str, Any]) -> str:
    first, last = row.get("rank_from"), row.get("rank_to")
    if row["factor"] == OTHERS or first is None or last is None or first != first:
        return ""
    return str(int(first)) if first == last else f"{int(first)} to {int(last)}"


def sentences(study: Study, arm: str) -> Iterator[str]:
    """What is found of one arm's difference from the baseline."""
    yield from findings.answer_of(study, arm)
    for row in findings.rows_of(study, "luck", arm):
        if row["baseline"] and row["share_luck"] == row["share_luck"]:
            luck, low, high = (100.0 * row[key] for key in ("share_luck", "luck_low", "luck_high"))
            yield (
                f"Of the spread of a single year's difference {luck:.0f} % is luck ({low:.0f} to {high:.0f}), "
                "the rest is what nobody knows."
            )
    yield from filter(None, (findings.sets_sentence(study, arm), findings.grades_sentence(study, arm)))


def summary(study: Study, report: Path) -> dict[str, Any]:
    """The same as one JSON object."""

    def rows(name: str) -> list[dict[str, Any]]:
        table = study.table(name)
        return [{str(k): None if v != v else v for k, v in row.items()} for row in table.to_dict("records")]

    arms = findings.others_of(study)
    return {
        "title": study.title,
        "metric": study.metric,
        "unit": study.unit,
        "baseline": study.baseline,
        "matters_most": {arm: findings.top_of(study, arm)[0] for arm in arms},
        "tied_with_them": {arm: findings.top_of(study, arm)[1] for arm in arms},
        **{name: rows(name) for name in ("luck", "sobol", "sets", "grades", "futures", "regret", "break_even")},
        "said": study.manifest.get("said") or {},
        "notes": list(study.notes),
        "report": str(report),
    }
