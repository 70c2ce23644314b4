"""What `sdmsim experiment` ends with: the arms side by side, the verdicts, the answer, where the report is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdmsim.show import assumed, slots
from sdmsim.show.answer import answer, differences, levels, odd_verdicts, open_verdicts, records
from sdmsim.show.certainty import pairing_worth, probably_best
from sdmsim.show.console import console, table
from sdmsim.show.front import front_sentence
from sdmsim.show.gainers import gain_and_loss
from sdmsim.show.words import HEADLINE, heading, with_half_widths, words_of

if TYPE_CHECKING:
    import pandas as pd

    from sdmsim.lab.results import Results

COLUMN = 15
"""Letters that the column of a metric takes."""
ONE_LINE_LIMIT = "What is said of skills rests on assumptions that nobody has measured: try other sets (--assumptions)."


def print_outcome(results: Results, report: Path) -> None:
    """The comparison on standard output."""
    metrics = [m for m in HEADLINE if m in set(results.summary["metric"])]
    years = results.manifest["replications"]
    screen = console()
    title = (
        f"{results.title} ({years} simulated year{'' if years == 1 else 's'} per arm; mean ± half of its 95 % interval)"
    )
    for some in _that_fit(metrics, screen.width, results.arms):
        screen.print(table(title, ["arm", *map(heading, some)], _means(results, some)))
        title = ""
    title = f'Difference from "{results.baseline}" and verdict (p < 0.05 after Holm)'
    for some in _that_fit(metrics, screen.width, results.arms) if len(results.arms) > 1 else ():
        head = ["arm", *(f"{words_of(m).label} ({words_of(m).difference_unit or words_of(m).unit})" for m in some)]
        screen.print(table(title, head, _verdicts(results, some)))
        title = ""
    if broken := slots.broken_by_arm(results.slots):
        screen.print(table("The weekly slots that break first (all: slots.csv)", ["arm", *slots.HEADS], broken, left=5))
    for sentence in (*_sentences(results), ONE_LINE_LIMIT):
        screen.print(sentence, soft_wrap=True)
    odd = odd_verdicts(results.comparison)
    if odd:
        places = "one place" if len(odd) == 1 else f"{len(odd)} places"
        screen.print(f"Interval and adjusted p say different things in {places}; the report says where.")
    turning = open_verdicts(results)
    if turning:
        places = "one place" if len(turning) == 1 else f"{len(turning)} places"
        screen.print(f"Open in {places}: other numbers that fit the published results as well say the opposite.")
    if len(results.assumptions):
        known = assumed.grades_of(results.assumptions)
        line = f"{assumed.summary(results.manifest['assumptions'], known)} The report lists those judged."
        screen.print(line, soft_wrap=True)
    for note in results.notes:
        screen.print(f"Note: {note}", soft_wrap=True)
    screen.print(f"\nReport: {report}", soft_wrap=True)


def _sentences(results: Results) -> list[str]:
    """The answer, who is probably best, and what the same luck in all arms was worth."""
    said = answer(results.summary, results.comparison, results.baseline)
    sure = (str(results.manifest.get("stopped", "")), probably_best(results.best), pairing_worth(results.pairing))
    more = (*sure, gain_and_loss(results), front_sentence(results))
    return [*said, *(text for text in more if text)]


def _that_fit(metrics: Sequence[str], width: int, arms: Sequence[str]) -> Iterator[Sequence[str]]:
    """The metrics in portions whose columns fit beside the names of the arms."""
    each = max(2, (width - min(24, max(map(len, arms)))) // COLUMN)
    for first in range(0, len(metrics), each):
        yield metrics[first : first + each]


def _means(results: Results, metrics: Sequence[str]) -> list[Sequence[str]]:
    known = levels(results.summary)
    columns = [with_half_widths(m, [known[arm, m] for arm in results.arms]) for m in metrics]
    return list(zip(results.arms, *columns, strict=True))


def _verdicts(results: Results, metrics: Sequence[str]) -> list[Sequence[str]]:
    """One row for each other arm: the signed difference, and below it the verdict."""
    verdicts = {(r["arm"], r["metric"]): str(r["verdict"]) for r in records(results.comparison)}
    others = [arm for arm in results.arms if arm != results.baseline]
    columns = []
    for metric in metrics:
        found = differences(results.comparison, metric)
        texts = with_half_widths(metric, [(d.value, d.low, d.high) for d in found], differences=True)
        columns.append([f"{text}\n{verdicts[arm, metric]}" for text, arm in zip(texts, others, strict=True)])
    return list(zip(others, *columns, strict=True))


def outcome_summary(results: Results, folder: Path) -> dict[str, Any]:
    """The same as one JSON object."""
    return {
        "title": results.title,
        "baseline": results.baseline,
        "arms": list(results.arms),
        "seed": results.manifest["seed"],
        "replications": results.manifest["replications"],
        "stopped": results.manifest.get("stopped", ""),
        "answer": answer(results.summary, results.comparison, results.baseline),
        "summary": _without_nan(results.summary),
        "comparison": _without_nan(results.comparison),
        "joint": _without_nan(results.joint),
        "best": _without_nan(results.best),
        "pairing": _without_nan(results.pairing),
        "tails": _without_nan(results.tails),
        "groups": _without_nan(results.groups),
        "assumptions": results.manifest["assumptions"],
        "notes": list(results.notes),
        "out": str(folder),
        "report": str(folder / "report.html"),
    }


def _without_nan(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON can hold them: what is not known is null."""
    return [{key: None if value != value else value for key, value in row.items()} for row in records(table)]
