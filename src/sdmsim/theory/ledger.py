"""The ledger: every behavioural number with unit, range, source and grade, and the three sets made of them.

`ledger.toml` holds the numbers. A scenario's `[assumptions]` names a set and may put its own number in the place of
any of them, under the ledger's own names.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal, NamedTuple

from pydantic import ConfigDict, Field, model_validator

from sdmsim.base import Described, did_you_mean

SetName = Literal["neutral", "evidence", "practitioner"]
SETS: tuple[SetName, ...] = ("neutral", "evidence", "practitioner")
"""neutral: settings differ in minutes, timing and class missed only. evidence: calibrated, the default. practitioner:
what practitioners' guides claim, at face value."""
Grade = Literal["measured", "calibrated", "judged"]


class Parameter(NamedTuple):
    """One behavioural number."""

    name: str
    """Full dotted name, such as `stores.half_life`."""
    meaning: str
    unit: str
    evidence: float
    neutral: float
    practitioner: float
    low: float
    """Lower end of what the evidence leaves."""
    high: float
    least: float
    """Lower end of what can be said at all."""
    most: float
    law: Literal["uniform", "loguniform"]
    """The distribution over low to high that sweeps draw from."""
    grade: Grade
    source: str


@cache
def ledger() -> Mapping[str, Parameter]:
    """Every parameter by its full name, in the order of the file."""
    content = tomllib.loads(resources.files("sdmsim.theory").joinpath("ledger.toml").read_text("utf-8"))
    del content["format"]
    return {parameter.name: parameter for parameter in _parameters("", content)}


def _parameters(name: str, entry: Mapping[str, Any]) -> Iterator[Parameter]:
    if "default" not in entry:
        for key, inner in entry.items():
            yield from _parameters(f"{name}.{key}" if name else key, inner)
        return
    default = float(entry["default"])
    low, high = entry["range"]
    least, most = entry.get("bounds", (float("-inf"), float("inf")))
    yield Parameter(
        name=name,
        meaning=entry["meaning"],
        unit=entry["unit"],
        evidence=default,
        neutral=float(entry.get("neutral", default)),
        practitioner=float(entry.get("practitioner", default)),
        low=float(low),
        high=float(high),
        least=float(least),
        most=float(most),
        law=entry.get("law", "uniform"),
        grade=entry["grade"],
        source=entry["source"],
    )


class Assumptions(Described):
    """A set of the ledger, with numbers of one's own in the place of any: `[assumptions.stores] half_life = 30`."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Any] = Field(init=False)

    set: SetName = "evidence"
    """The set that holds for every number that is not given here."""

    @model_validator(mode="after")
    def _are_in_the_ledger(self) -> Assumptions:
        wrong = list(_problems(self.given()))
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def given(self) -> dict[str, Any]:
        """What stands here in the place of the set's numbers, by full name."""
        return dict(_flat("", self.__pydantic_extra__ or {}))

    def numbers(self) -> dict[str, float]:
        """Every number of the ledger by its full name."""
        found = {name: float(getattr(parameter, self.set)) for name, parameter in ledger().items()}
        return found | {name: float(value) for name, value in self.given().items()}

    def notes(self) -> Iterator[str]:
        """Numbers of one's own, each with what the set has, and whether it lies within what the evidence leaves."""
        for name, value in self.given().items():
            parameter = ledger()[name]
            beyond = (
                ""
                if parameter.low <= value <= parameter.high
                else (f"; the evidence leaves {parameter.low:g} to {parameter.high:g}")
            )
            yield f"assumptions.{name} is {value:g}, in the set {self.set} {getattr(parameter, self.set):g}{beyond}."


def _flat(name: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in entry.items():
        full = f"{name}.{key}" if name else key
        if isinstance(value, Mapping):
            yield from _flat(full, value)
        else:
            yield full, value


def _problems(given: Mapping[str, Any]) -> Iterator[str]:
    known = ledger()
    for name, value in given.items():
        parameter = known.get(name)
        if parameter is None:
            yield f'"{name}" is not in the ledger{did_you_mean(name, known)}'
        elif isinstance(value, bool) or not isinstance(value, int | float):
            yield f"{name}: {value!r} is not a number"
        elif not parameter.least <= value <= parameter.most:
            yield f"{name}: {value:g} should be from {parameter.least:g} to {parameter.most:g}"
