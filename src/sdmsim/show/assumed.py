"""The behavioural assumptions in force, as a report and a terminal show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sdmsim.lab.fairness import DRAWS
from sdmsim.theory.ledger import GRADES, Assumptions

if TYPE_CHECKING:
    import pandas as pd

    from sdmsim.lab.fairness import Lead

HEAD = ("name", "value", "unit", "range", "meaning", "source")


def summary(said: Mapping[str, Any], grades: Mapping[str, int]) -> str:
    """One sentence: the set, what is put in its place, and how many numbers are of which grade."""
    overrides = said["overrides"]
    own = f", with {len(overrides)} number{'' if len(overrides) == 1 else 's'} of its own" if overrides else ""
    names = ", ".join(f"{name} {value:g}" for name, value in overrides.items())
    count = ", ".join(f"{grades[grade]} {grade}" for grade in GRADES)
    return (
        f"Assumptions about how children respond: the set {said['set']}{own}{f' ({names})' if names else ''};"
        f" of {sum(grades.values())} numbers {count}."
    )


def grades_of(table: pd.DataFrame) -> dict[str, int]:
    """How many numbers of a table of assumptions are of which grade."""
    return {grade: int((table["grade"] == grade).sum()) for grade in GRADES}


def judged_rows(table: pd.DataFrame) -> list[Sequence[str]]:
    """A row for each number that nobody measured, as HEAD says."""
    rows = table[table["grade"] == "judged"].to_dict("records")
    return [
        [r["name"], f"{r['value']:g}", r["unit"], f"{r['low']:g} to {r['high']:g}", r["meaning"], r["source"]]
        for r in rows
    ]


def judged_line(assumptions: Assumptions) -> str:
    """The numbers that nobody measured, by name and value, on one line."""
    found = [f"{one.name} {one.value:g}" for one in assumptions.in_force() if one.grade == "judged"]
    return f"Judged, measured by nobody: {', '.join(found)}."


def decided(found: Sequence[Lead]) -> str:
    """What the ledger's ranges decide by themselves, whatever is simulated: a sentence for a planner."""
    parts: dict[tuple[str, str, str], list[str]] = {}
    for lead in found:
        if lead.decided:
            leader = "push-in" if lead.push_in_leads > 0.5 else "pull-out"
            basis, _, detail = lead.basis.partition(", ")
            parts.setdefault((basis, leader, lead.outcome), []).append(detail)
    if not parts:
        return (
            "Decided by these assumptions: nothing; each side leads somewhere in the ranges that the evidence leaves."
        )
    words = "; ".join(
        f"at {basis} {leader} leads on {outcome}{_in_brackets(details)}"
        for (basis, leader, outcome), details in parts.items()
    )
    return (
        f"Decided by these assumptions, in more than 95 % of {DRAWS:,} draws from the ranges that the evidence leaves: "
        f"{words}. That would come out at any school. sdmsim validate shows the whole table."
    )


def _in_brackets(details: Sequence[str]) -> str:
    said = " or ".join(filter(None, details))
    return f" ({said})" if said else ""


def as_json(assumptions: Assumptions) -> dict[str, Any]:
    """Set, overrides, counts by grade, and the names of the judged numbers."""
    judged = [one.name for one in assumptions.in_force() if one.grade == "judged"]
    return {**assumptions.said(), "grades": assumptions.grades(), "judged": judged}
