"""What `sdmsim staffing` says: the fewest FTE by arm, and what formulas say beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdmsim.lab.staffing_question import STEPS

if TYPE_CHECKING:
    from sdmsim.lab.staffing import Staffed

NAME = "staffing"


def print_staffed(found: Staffed, report: Path) -> None:
    """The answers, the steps and the formulas on standard output."""
    from sdmsim.show.console import console, table

    screen, asked = console(), found.asked
    screen.print(
        table(
            f"{found.title}: fewest FTE of {asked.role} that give at least {percent(asked.share)} of the promised "
            f"minutes with a probability of {asked.probability:g} ({found.manifest['replications']} simulated years at "
            "each step)",
            *fewest_rows(found),
        )
    )
    for sentence in sentences(found):
        screen.print(sentence, soft_wrap=True)
    screen.print()
    screen.print(table("What formulas in use say, FTE", *formula_rows(found)))
    for note in found.notes:
        screen.print(f"Note: {note}", soft_wrap=True)
    screen.print(f"\nReport: {report}", soft_wrap=True)


def fewest_rows(found: Staffed) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Head and rows: the answer of each arm."""
    head = ["arm", "fewest FTE", "steps tried", "years that keep it there", "given there, mean"]
    return head, [list(_row(found, arm)) for arm in found.arms]


def formula_rows(found: Staffed) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Head and rows: what each formula says, an arm in each column."""
    names = list(dict.fromkeys(found.formulas["formula"]))
    by = {(str(r["arm"]), str(r["formula"])): float(r["fte"]) for r in found.formulas.to_dict("records")}
    return ["formula", *found.arms], [[name, *(_fte(by[arm, name], 2) for arm in found.arms)] for name in names]


def _row(found: Staffed, arm: str) -> Iterator[str]:
    answer = answers_of(found)[arm]
    fte = answer["fewest_fte"]
    yield arm
    yield _fte(fte) if fte == fte else f"more than {found.asked.last / STEPS:g}"
    yield str(answer["tried"])
    step = _at(found, arm, fte if fte == fte else found.asked.last / STEPS)
    yield f"{step['kept']} of {step['years']}"
    yield f"{100 * step['mean']:.1f} %"


def answers_of(found: Staffed) -> dict[str, Mapping[Any, Any]]:
    """The row of each arm in the table of answers."""
    return {str(r["arm"]): r for r in found.answers.to_dict("records")}


def _at(found: Staffed, arm: str, fte: float) -> Mapping[Any, Any]:
    """The row of a step."""
    return next(row for row in found.steps[found.steps["arm"] == arm].to_dict("records") if row["fte"] == fte)


def sentences(found: Staffed) -> list[str]:
    """What the numbers of each arm mean, and what they leave open."""
    return [sentence for arm, answer in answers_of(found).items() for sentence in _said(found, arm, answer)]


def _said(found: Staffed, arm: str, answer: Mapping[Any, Any]) -> Iterator[str]:
    first, last = found.asked.first / STEPS, found.asked.last / STEPS
    fewest, low, high = answer["fewest_fte"], answer["possible_from"], answer["possible_to"]
    full = _at(found, arm, last if fewest != fewest else fewest)
    if fewest != fewest:
        yield (
            f"{arm}: not kept with {last:g} FTE, the most that was tried; with that probability at least "
            f"{100 * full['reached']:.1f} % is given."
        )
    elif fewest == first:
        yield f"{arm}: kept with {first:g} FTE already, the fewest that was tried; give a lower --from."
    elif low == high == fewest:
        yield f"{arm}: {fewest:g} FTE, and the years leave no doubt (95 % intervals of the probability at each step)."
    else:
        least = f"{low:g}" if low == low and low > first else f"{first:g} or fewer"
        most = f"{high:g}" if high == high else f"more than {last:g}"
        yield (
            f"{arm}: {fewest:g} FTE is the best guess; by {found.manifest['replications']} years it may be {least} to "
            f"{most} (95 % intervals of the probability at each step tried). More --replications narrow it."
        )
    if not answer["in_order"]:
        later = answer["kept_from"]
        settled = f"only from {later:g} FTE on all do" if later == later else f"{last:g} FTE does not"
        yield (
            f"{arm}: more staff does not always give more here: {fewest:g} FTE keeps the promise, some steps above do "
            f"not, {settled}. The week is made anew at each step; a small part of a post is hard to use."
        )
    if full["unplaced_sessions"] > 0:
        yield f"{arm}: at {full['fte']:g} FTE {full['unplaced_sessions']:g} sessions a week have no place."
    if full["overtime_hours"] >= 0.05:
        yield f"{arm}: at {full['fte']:g} FTE there are {full['overtime_hours']:.1f} hours of overtime a week."


def summary(found: Staffed, folder: Path) -> dict[str, Any]:
    """The same as one JSON object."""

    def rows(table: Any) -> list[dict[str, Any]]:
        return [{str(k): None if v != v else v for k, v in row.items()} for row in table.to_dict("records")]

    return {
        "title": found.title,
        "asked": {**found.asked._asdict(), "first": found.asked.first / STEPS, "last": found.asked.last / STEPS},
        "seed": found.manifest["seed"],
        "replications": found.manifest["replications"],
        "answers": rows(found.answers),
        "said": sentences(found),
        "steps": rows(found.steps),
        "formulas": rows(found.formulas),
        "notes": list(found.notes),
        "out": str(folder),
    }


def percent(share: float) -> str:
    """`0.9` as `90 %`."""
    return f"{100 * share:g} %"


def _fte(value: float, decimals: int = 1) -> str:
    return "-" if value != value else f"{value:.{decimals}f}"
