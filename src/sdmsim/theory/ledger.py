"""The ledger: every behavioural number with unit, range, source and grade, and the three sets made of them.

`ledger.toml` holds the numbers. A scenario's `[assumptions]` names a set and may put its own number in the place of
any of them, under the ledger's own names.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from pydantic import ConfigDict, Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from sdmsim.base import Described, InputErrors, Problem, did_you_mean, nearest, quoted, read_as, read_toml

FORMAT = 1
_LARGEST = 10**300
"""Whole numbers beyond this are refused: they would not fit a float."""
SetName = Literal["neutral", "evidence", "practitioner"]
SETS: tuple[SetName, ...] = get_args(SetName)
"""neutral: settings differ in minutes, timing and class missed only. evidence: calibrated, the default. practitioner:
what practitioners' guides claim, at face value."""
Grade = Literal["measured", "calibrated", "judged"]
GRADES: tuple[Grade, ...] = get_args(Grade)
"""measured: a source gives the number. calibrated: solved or fitted from sources. judged: nobody measured it."""


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


class InForce(NamedTuple):
    """A number of the ledger as a scenario has it."""

    name: str
    value: float
    set_value: float
    """What the set alone would have."""
    unit: str
    grade: str
    low: float
    high: float
    meaning: str
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


def _schema(schema: dict[str, Any]) -> None:
    """The JSON schema of an `[assumptions]` table: the groups of the ledger, nothing else."""
    for parameter in ledger().values():
        *groups, last = parameter.name.split(".")
        table = schema
        for group in groups:
            inner = {"type": "object", "additionalProperties": False, "properties": {}}
            table = table["properties"].setdefault(group, inner)
        limits = {"minimum": parameter.least, "maximum": parameter.most}
        table["properties"][last] = {
            "type": "number",
            "description": f"{parameter.meaning} ({parameter.unit}, {parameter.grade})",
            **{key: value for key, value in limits.items() if math.isfinite(value)},
        }
    schema["additionalProperties"] = False


class Assumptions(Described):
    """A set of the ledger, with numbers of one's own in the place of any: `[assumptions.stores] half_life = 30`."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_schema)
    __pydantic_extra__: dict[str, Any] = Field(init=False)

    set: SetName = "evidence"
    """The set that holds for every number that is not given here."""

    @model_validator(mode="wrap")
    @classmethod
    def _are_in_the_ledger(cls, given: Any, handler: ModelWrapValidatorHandler[Assumptions]) -> Assumptions:
        """Refuse what is not in the ledger together with a set that is not known."""
        wrong: list[InitErrorDetails] = []
        if isinstance(given, Mapping):
            own = {key: value for key, value in given.items() if key != "set"}
            wrong += [
                InitErrorDetails(type=PydanticCustomError("ledger", "{text}", {"text": text}), loc=path, input=own)
                for path, text in _problems((), own)
            ]
        try:
            made = handler(given)
        except ValidationError as error:
            if not wrong:
                raise
            found = [
                InitErrorDetails(type=e["type"], loc=e["loc"], input=e["input"], ctx=e.get("ctx", {}))
                for e in error.errors()
            ]
            wrong = found + wrong
        if wrong:
            raise ValidationError.from_exception_data("Assumptions", wrong)
        return made

    def overrides(self) -> dict[str, float]:
        """What stands here in the place of the set's numbers, by full name."""
        return {".".join(path): float(value) for path, value in _flat((), self.__pydantic_extra__ or {})}

    def numbers(self) -> dict[str, float]:
        """Every number of the ledger by its full name."""
        return {name: getattr(parameter, self.set) for name, parameter in ledger().items()} | self.overrides()

    def in_force(self) -> list[InForce]:
        """Every number of the ledger with what a reader should know of it, in the order of the ledger."""
        return [
            InForce(p.name, value, getattr(p, self.set), p.unit, p.grade, p.low, p.high, p.meaning, p.source)
            for p, value in zip(ledger().values(), self.numbers().values(), strict=True)
        ]

    def grades(self) -> dict[str, int]:
        """How many numbers are measured, calibrated and judged."""
        count = Counter(parameter.grade for parameter in ledger().values())
        return {grade: count[grade] for grade in GRADES}

    def said(self) -> dict[str, Any]:
        """The set and the overrides, as a manifest holds them."""
        return {"set": self.set, "overrides": self.overrides()}

    def notes(self) -> Iterator[str]:
        """Numbers of one's own, each with what the set has, and whether it lies within what the evidence leaves."""
        for name, value in self.overrides().items():
            parameter = ledger()[name]
            inside = parameter.low <= value <= parameter.high
            beyond = "" if inside else f"; the evidence leaves {parameter.low:g} to {parameter.high:g}"
            yield f"assumptions.{name} is {value:g}, in the set {self.set} {getattr(parameter, self.set):g}{beyond}."


def in_words(said: Mapping[str, Any]) -> str:
    """What `Assumptions.said` says, as `evidence with stores.kept 0.3`."""
    own = ", ".join(f"{name} {value:g}" for name, value in said["overrides"].items())
    return f"{said['set']} with {own}" if own else str(said["set"])


class Assumed(NamedTuple):
    """Assumptions given by the name of a set or by a file."""

    assumptions: Assumptions
    file: Path | None
    notes: tuple[str, ...]


def read_assumptions(given: str) -> Assumed:
    """The set of that name, or what a TOML file says: `format`, `set` and tables such as `[stores]`.

    Raises:
        InputErrors: there is no such set or file, or every problem of the file.
    """
    if given in SETS:
        return Assumed(Assumptions(set=given), None, ())
    file = Path(given)
    if not file.exists() and not file.suffix:
        text = f"{quoted(given)} is neither a file nor a set of assumptions{did_you_mean(given, SETS)}"
        raise InputErrors([Problem("--assumptions", 0, "", text)])
    content = read_toml(file)
    number = content.pop("format", None)
    if number is None:
        notes: tuple[str, ...] = (f"{file.name} has no format; it is read as format {FORMAT}.",)
    elif isinstance(number, bool) or number != FORMAT:
        newer = isinstance(number, int) and not isinstance(number, bool) and number > FORMAT
        text = f"{number} was written for a newer sdmsim; this one reads format {FORMAT}"
        raise InputErrors([Problem(file.name, 0, "format", text if newer else f"{number!r} should be {FORMAT}")])
    else:
        notes = ()
    if isinstance(content.get("assumptions"), Mapping):
        text = "in a file of assumptions write [stores], not [assumptions.stores]"
        raise InputErrors([Problem(file.name, 0, "assumptions", text)])
    return Assumed(read_as(Assumptions, content, file.name), file, notes)


Keys = tuple[str, ...]
"""A dotted name in its parts."""


def _flat(path: Keys, entry: Mapping[str, Any]) -> Iterator[tuple[Keys, Any]]:
    for key, value in entry.items():
        if isinstance(value, Mapping):
            yield from _flat((*path, key), value)
        else:
            yield (*path, key), value


def _problems(path: Keys, given: Mapping[str, Any]) -> Iterator[tuple[Keys, str]]:
    """Where and what, for everything in `given` that is not a number of the ledger within its bounds."""
    known = ledger()
    groups = {name.rsplit(".", depth)[0] for name in known for depth in range(1, name.count(".") + 1)}
    for key, value in given.items():
        here = (*path, key)
        name = ".".join(here)
        if name in known and "." not in key:
            text = _fault(known[name], value)
            if text:
                yield here, text
        elif name in groups and isinstance(value, Mapping):
            yield from _problems(here, value)
        elif name in groups:
            inner = [n.removeprefix(f"{name}.") for n in known if n.startswith(f"{name}.")]
            yield here, f"is a table of the ledger ({', '.join(inner)}), not a number"
        elif "." in key and name in known:
            yield here, "write the dotted name without its quotes"
        else:
            beside = [n.rpartition(".") for n in (*known, *groups)]
            near = nearest(key, [last for group, _, last in beside if group == ".".join(path)])
            meant = ".".join((*path, near)) if near else nearest(name, known) or _ending(key, known)
            yield here, "is not in the ledger" + (f'; did you mean "{meant}"?' if meant else "")


def _ending(key: str, known: Mapping[str, Parameter]) -> str:
    """The one name whose last part is this key, else nothing."""
    found = [name for name in known if name.rpartition(".")[2] == key]
    return found[0] if len(found) == 1 else ""


def _fault(parameter: Parameter, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        what = "a table" if isinstance(value, Mapping) else "a list" if isinstance(value, list) else repr(value)
        return f"{quoted(value) if isinstance(value, str) else what} is not a number"
    if isinstance(value, int) and abs(value) > _LARGEST:
        return "is too large a number"
    if not math.isfinite(value):
        return f"{value} is not a number"
    if not parameter.least <= value <= parameter.most:
        return f"{value:g} should be from {parameter.least:g} to {parameter.most:g}"
    return ""
