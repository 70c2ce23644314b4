"""What is not known: factors made from the ledger by themselves, and from the keys of a scenario that a user varies.

Every number of the ledger is a factor over its range, by its law; one more entry in `ledger.toml` is one more factor.
Two kinds are no factors of their own. `stores.coverage` is solved at every point, so that the reference service brings
what C6 says whatever else is drawn. Fitted numbers hang together: they come as rows of the calibration's table, which
are all as likely as each other, as one factor without a scale.

A point is what a scenario has in the place of its own: numbers of the ledger, and settings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from typing import Any, NamedTuple

import numpy as np

from sdmsim.lab.drivers.question import (
    ALL,
    FITTED,
    OF_THE_LEDGER,
    SOLVED,
    Range,
    Sensitivity,
    as_whole,
    in_rows,
    own_numbers,
    value_at,
)
from sdmsim.lab.drivers.vocabulary import Factor, Floats
from sdmsim.scenario import Scenario
from sdmsim.theory.ledger import Parameter, ledger
from sdmsim.theory.reference import coverage_for_reference
from sdmsim.theory.rows import equally_good_rows


class Point(NamedTuple):
    """What stands in the place of the scenario's own; under both names are sorted."""

    numbers: tuple[tuple[str, float], ...] = ()
    """Of the ledger, by full name."""
    settings: tuple[tuple[str, Any], ...] = ()
    """Of the scenario, by dotted name."""


AS_WRITTEN = Point()
"""The scenario as it is: not even the scale is solved again."""


class Unknowns(NamedTuple):
    """The factors of a study, and how their positions become points."""

    factors: tuple[Factor, ...]
    base: Scenario
    fitted: tuple[str, ...]
    """Numbers that come with a row; empty where rows are no factor."""
    choices: Mapping[str, tuple[Any, ...]]
    """Values without an order, by the key that has them."""
    notes: tuple[str, ...]

    def points(self, positions: Floats) -> list[Point]:
        """A point for each row of positions; nan: the factor stays as the scenario has it. The scale is solved
        wherever a number of the ledger stands in the place of the scenario's own.
        """
        own = self.base.assumptions.numbers()
        values = self.values(positions)
        numbers: dict[str, Floats] = {}
        for i, factor in enumerate(self.factors):
            if factor.name == FITTED:
                numbers |= self._rows(values[:, i])
            elif factor.name.startswith(OF_THE_LEDGER):
                numbers[factor.name.removeprefix(OF_THE_LEDGER)] = values[:, i]
        moved = [~np.isnan(column) for column in numbers.values()]
        drawn = np.any(moved, axis=0) if moved else np.zeros(len(positions), dtype=bool)
        whole = {name: np.full(len(positions), value) for name, value in own.items()}
        whole |= {name: np.where(np.isnan(column), own[name], column) for name, column in numbers.items()}
        if SOLVED not in self.base.assumptions.overrides():
            solved = np.broadcast_to(np.asarray(coverage_for_reference(whole)), len(positions))
            numbers[SOLVED] = np.where(drawn, solved, np.nan)
        settings = [(factor.name, i) for i, factor in enumerate(self.factors) if not self._of_the_ledger(factor)]
        return [
            Point(
                tuple(sorted((name, float(column[k])) for name, column in numbers.items() if not np.isnan(column[k]))),
                tuple(sorted((name, self._setting(name, values[k, i])) for name, i in settings
                             if not np.isnan(values[k, i]))),
            )
            for k in range(len(positions))
        ]  # fmt: skip

    def values(self, positions: Floats) -> Floats:
        """(points, factors) in each factor's own unit, as they are used: whole numbers are rounded."""
        found = np.column_stack([factor.value(positions[:, i]) for i, factor in enumerate(self.factors)])
        for i, factor in enumerate(self.factors):
            if not self._of_the_ledger(factor) and factor.law != "row":
                now = value_at(self.base, factor.name)
                if isinstance(now, int) and not isinstance(now, bool):
                    found[:, i] = np.round(found[:, i])
        return np.asarray(found)

    def at_home(self) -> Floats:
        """(factors,): where the scenario's own values lie along each law, at an end where they lie beyond; nan for what
        has no scale.
        """
        return np.array([position_of(factor) for factor in self.factors])

    def _setting(self, name: str, value: float) -> Any:
        if name in self.choices:
            return self.choices[name][int(value)]
        return as_whole(self.base, name, float(value))

    def _of_the_ledger(self, factor: Factor) -> bool:
        return factor.name == FITTED or factor.name.startswith(OF_THE_LEDGER)

    def _rows(self, numbers: Floats) -> dict[str, Floats]:
        """The numbers of the rows with these numbers."""
        rows = equally_good_rows()
        chosen = np.where(np.isnan(numbers), -1, numbers).astype(np.int64)
        found = {}
        for name in self.fitted:
            column = np.array([*(row[name] for row in rows), np.nan])
            found[name] = column[chosen]
        return found


def unknowns(asked: Sensitivity, base: Scenario, arms: Sequence[tuple[str, Scenario]]) -> Unknowns:
    """The factors that are asked for, in the order of the ledger, then the fitted numbers, then the scenario's keys."""
    rows = in_rows(asked.fitted)
    set_by_arms = {name: arm for arm, scenario in arms for name in own_numbers(scenario, base)}
    ranged = {name.removeprefix(OF_THE_LEDGER): span for name, span in asked.scenario.items()}
    factors: list[Factor] = []
    notes: list[str] = []
    for parameter in ledger().values():
        name = parameter.name
        if name == SOLVED or name in rows or not (_wanted(name, parameter.grade, asked) or name in ranged):
            continue
        if name in set_by_arms:
            notes.append(f'{name} is no factor: the arm "{set_by_arms[name]}" sets it.')
            continue
        factors.append(_of_the_ledger(parameter, base, ranged.get(name)))
    row_is_one = FITTED not in asked.leave_out and (
        asked.factors == ALL or bool({FITTED, "calibrated"} & {*asked.factors})
    )
    if row_is_one:
        factors.append(_of_rows(rows))
    for name, span in asked.scenario.items():
        if not name.startswith(OF_THE_LEDGER):
            factors.append(_of_the_scenario(name, span, base))
    notes += _notes(asked, base, rows if row_is_one else ())
    choices = {name: span.values for name, span in asked.scenario.items() if span.values}
    return Unknowns(tuple(factors), base, rows if row_is_one else (), choices, tuple(notes))


def _wanted(name: str, grade: str, asked: Sensitivity) -> bool:
    if {name, grade} & {*asked.leave_out}:
        return False
    return asked.factors == ALL or bool({name, grade} & {*asked.factors})


def _of_the_ledger(parameter: Parameter, base: Scenario, span: Range | None) -> Factor:
    low, high, law = parameter.low, parameter.high, parameter.law
    if span is not None and span.low is not None and span.high is not None:
        low, high, law = span.low, span.high, span.law
    at = base.assumptions.numbers()[parameter.name]
    name = OF_THE_LEDGER + parameter.name
    return Factor(name, parameter.meaning, parameter.unit, low, high, law, at, parameter.grade)


def _of_rows(rows: Sequence[str]) -> Factor:
    meaning = f"a row of {len(rows)} numbers that meet the published targets together: {', '.join(rows)}"
    return Factor(FITTED, meaning, "row", 0.0, float(len(equally_good_rows())), "row", float("nan"), "calibrated")


def _of_the_scenario(name: str, span: Range, base: Scenario) -> Factor:
    now = value_at(base, name)
    if span.values:
        meaning = "one of " + ", ".join(map(str, span.values))
        at = float(span.values.index(now)) if now in span.values else float("nan")
        return Factor(name, meaning, "choice", 0.0, float(len(span.values)), "row", at, "scenario")
    assert span.low is not None
    assert span.high is not None
    number = isinstance(now, int | float) and not isinstance(now, bool)
    whole = number and isinstance(now, int)
    meaning = f"{name} of the scenario" + (", rounded to whole numbers" if whole else "")
    return Factor(name, meaning, "", span.low, span.high, span.law, float(now) if number else float("nan"), "scenario")


def _notes(asked: Sensitivity, base: Scenario, rows: Sequence[str]) -> list[str]:
    found = []
    if asked.leave_out:
        found.append(f"Left out, each at its own value: {', '.join(asked.leave_out)}.")
    if rows and base.assumptions.set != "evidence":
        found.append(f"Rows of fitted numbers are those of the set evidence; the scenario has {base.assumptions.set}.")
    if SOLVED in base.assumptions.overrides():
        found.append(f"{SOLVED} is the scenario's own and is not solved: the points are not on the scale of C6.")
    return found


def position_of(factor: Factor) -> float:
    """Where a factor's own value lies along its law, from 0 to 1; nan where it has no scale or no value."""
    if factor.law == "row" or np.isnan(factor.at):
        return float("nan")
    at = min(max(factor.at, factor.low), factor.high)
    if factor.law == "loguniform":
        return log(at / factor.low) / log(factor.high / factor.low)
    return (at - factor.low) / (factor.high - factor.low)
