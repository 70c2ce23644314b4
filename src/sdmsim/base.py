"""What everyone may know: frozen descriptions, problems in the words of the user's file, digests."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from numbers import Integral, Real
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

SHOWN_PER_FILE = 50
"""Problems of one file that a message spells out; the rest are counted."""


LONGEST_WORD = 60
"""Signs of a user's word that a message repeats."""


FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Years of dates that are taken for dates."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Described(BaseModel):
    """Something read from a file: frozen, closed, validated once."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One thing wrong in a user's file.

    `row` is the line in the file (the header is line 1) or 0 where there is none;
    `where` is a column or a dotted key, or empty for the file as a whole.
    """

    file: str
    row: int
    where: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.row}" if self.row else self.file
        line = f"{place}: {self.where}: {self.text}" if self.where else f"{place}: {self.text}"
        return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in line)


class InputErrors(Exception):
    """Every problem found in the user's files, at once, in the order of the files.

    `problems` holds all of them; the text spells out the first 50 of each file.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    def lines(self) -> Iterator[str]:
        """One line a problem, at most 50 for each file, then how many more there are."""
        for file, found in groupby(self.problems, key=lambda p: p.file):
            here = list(found)
            yield from map(str, here[:SHOWN_PER_FILE])
            if len(here) > SHOWN_PER_FILE:
                yield f"{file}: and {len(here) - SHOWN_PER_FILE} more problems"

    def __str__(self) -> str:
        return "\n".join(self.lines())


def quoted(word: str) -> str:
    """A word of the user's file in quotation marks, cut where it is too long to read."""
    return f'"{word}"' if len(word) <= LONGEST_WORD else f'"{word[:LONGEST_WORD]}..."'


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "3A"?` where a known word is near, else the known words if few, else nothing."""
    words = sorted(set(known))
    near = nearest(word, words)
    if near:
        return f'; did you mean "{near}"?'
    return f" (known: {', '.join(words)})" if 0 < len(words) <= 12 else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is nearly this one, or empty."""
    if len(word) > LONGEST_WORD:
        return ""
    folded = {w.casefold(): w for w in sorted(set(known), reverse=True)}
    near = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[near[0]] if near else ""


def day_of(year: int, month: int, of_month: int) -> date | None:
    """That day, None where there is none; of two digits, 24 is 2024."""
    try:
        return date(year + 2000 if year < 100 else year, month, of_month)
    except ValueError:
        return None


def date_meant(cell: str) -> str:
    """A guess at the date behind other ways to write one; a day such as 9/3/2024 is read month first."""
    numbers = [int(n) for n in re.findall(r"[0-9]+", cell)]
    month = next((i + 1 for i, m in enumerate(_MONTHS) if re.search(rf"(?<![a-z]){m}", cell.casefold())), 0)
    readings: list[date | None] = []
    if month and len(numbers) >= 2:
        a, b = numbers[:2]
        readings = [day_of(a, month, b) if a > 31 else day_of(b, month, a)]
    elif re.fullmatch(r"[0-9]{4}\D+[0-9]{1,2}\D+[0-9]{1,2}(\D.*)?", cell):
        readings = [day_of(*numbers[:3])]
    elif re.fullmatch(r"[0-9]{1,2}\D+[0-9]{1,2}\D+([0-9]{4}|[0-9]{2})(\s.*)?", cell):
        a, b, year = numbers[:3]
        readings = [day_of(year, b, a), day_of(year, a, b)] if "." in cell else [day_of(year, a, b), day_of(year, b, a)]
    elif re.fullmatch(r"[0-9]{8}", cell):
        readings = [day_of(int(cell[:4]), int(cell[4:6]), int(cell[6:]))]
    elif re.fullmatch(r"[0-9]{5}", cell) and 32874 <= int(cell) <= 73415:
        readings = [date(1899, 12, 30) + timedelta(days=int(cell))]
    meant = list(dict.fromkeys(str(r) for r in readings if r and FIRST_YEAR <= r.year <= LAST_YEAR))
    if not meant:
        return ""
    return f'; did you mean "{meant[0]}"?' + (f' (or "{meant[1]}")' if len(meant) > 1 else "")


def digest(thing: Any) -> str:
    """SHA-256 of the canonical JSON of plain lists, dicts, texts and numbers."""
    text = json.dumps(thing, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def plain(thing: Any) -> Any:
    """The same content in dicts, lists, texts and numbers, as JSON knows them; dates become ISO text."""
    if isinstance(thing, BaseModel):
        return thing.model_dump(mode="json", exclude_unset=True)
    if isinstance(thing, Mapping):
        return {str(key): plain(value) for key, value in thing.items()}
    if isinstance(thing, str | bool | None):
        return thing
    if isinstance(thing, Integral):
        return int(thing)
    if isinstance(thing, Real):
        return float(thing)
    if hasattr(thing, "isoformat"):
        return thing.isoformat()
    if isinstance(thing, Iterable):
        return [plain(value) for value in thing]
    return str(thing)


M = TypeVar("M", bound=BaseModel)


def read_as(model: type[M], content: Mapping[str, Any], file: str) -> M:
    """The content of a TOML file as the object it describes, nothing converted: `"1"` is no number, `true` is not 1.

    Raises:
        InputErrors: every problem, by dotted key.
    """
    try:
        return model.model_validate_json(json.dumps(plain(content)), strict=True)
    except ValidationError as error:
        raise InputErrors(explain(error, file, model)) from None


def explain(error: ValidationError, file: str, model: type[BaseModel] | None = None, row: int = 0) -> list[Problem]:
    """Pydantic's findings about one file as problems in the words of that file.

    `model` is what was being read: with it, keys are named as they stand in the file (pydantic adds
    the kind of a table to its path) and a nearly right key is guessed.
    """
    findings = [_find(found, model) for found in error.errors(include_url=False)]
    problems: dict[Problem, None] = {}
    for found in findings:
        rivals = [f for f in findings if f.choice is not None and f.choice == found.choice]
        closer = [f for f in rivals if len(f.path) > len(f.choice or ()) or f.type not in _WANTED]
        if rivals and closer and found not in closer:
            continue
        where, text = _words(found)
        if rivals and not closer:
            wanted = " or ".join(dict.fromkeys(_WANTED[f.type] for f in rivals))
            text = f"{_given(found.input)} should be {wanted}"
        problems[Problem(file, row, where, text)] = None
    return list(problems)


def as_key(part: str) -> str:
    """One part of a dotted key as TOML writes it: in quotation marks where it needs them."""
    return part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else json.dumps(part, ensure_ascii=False)


def dotted(path: Sequence[str | int]) -> str:
    """A key as it stands in the file: `delivery.push_in_share`; the second table of a list: `arm[2]`."""
    name = ""
    for part in path:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{as_key(part)}" if name else as_key(part)
    return name


_WANTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "text",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a table",
    "mapping_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "date_type": "a date such as 2024-09-03",
    "date_parsing": "a date such as 2024-09-03",
}


@dataclass(slots=True)
class _Finding:
    """One of pydantic's findings and where it lies in the model that was read."""

    path: list[str | int]
    parent: Any
    shape: Any
    choice: tuple[str | int, ...] | None
    """Path of the value that may be one of several things, if this finding is about one of them."""
    type: str
    input: Any
    ctx: Mapping[str, Any]
    msg: str


def _find(found: Mapping[str, Any], model: Any) -> _Finding:
    path: list[str | int] = []
    parent: Any = None
    shape: Any = model
    choice = None
    for part in found["loc"]:
        options = _options(shape)
        if len(options) > 1:
            choice = tuple(path) if _tag_names(options, part) is None else choice
            shape = _tag_names(options, part) or next((o for o in options if getattr(o, "__name__", "") == part), None)
            continue
        path.append(part)
        parent = options[0]
        shape = _inside(parent, part)
    return _Finding(path, parent, shape, choice, found["type"], found["input"], found.get("ctx", {}), found["msg"])


def _options(shape: Any) -> list[Any]:
    """What a value may be, None apart; more than one: pydantic's path names the one it tried."""
    while get_origin(shape) is Annotated:
        shape = get_args(shape)[0]
    if get_origin(shape) in (Union, UnionType):
        return [o for option in get_args(shape) if option is not type(None) for o in _options(option)]
    return [shape]


def _fields(shape: Any) -> dict[str, FieldInfo]:
    return shape.model_fields if isinstance(shape, type) and issubclass(shape, BaseModel) else {}


def _tag_names(options: list[Any], tag: Any) -> Any:
    """The option whose `kind` is this tag."""
    return next((o for o in options if "kind" in _fields(o) and tag in get_args(_fields(o)["kind"].annotation)), None)


def _inside(shape: Any, part: str | int) -> Any:
    """What stands under one key of a table or in one place of a list."""
    if _fields(shape):
        return _fields(shape)[part].annotation if part in _fields(shape) else None
    inner = [a for a in get_args(shape) if a is not Ellipsis]
    if not inner:
        return None
    if get_origin(shape) is tuple and isinstance(part, int) and Ellipsis not in get_args(shape):
        return inner[min(part, len(inner) - 1)]
    return inner[-1]


def _given(value: Any) -> str:
    if isinstance(value, bool):
        return f"{str(value).lower()} is given,"
    if isinstance(value, str):
        return f"{quoted(value)} is text,"
    if isinstance(value, int | float):
        return f"{value}"
    if value is None:
        return "nothing is given,"
    return "a table is given," if isinstance(value, Mapping) else "a list is given,"


def _words(found: _Finding) -> tuple[str, str]:
    """The dotted key and what is wrong there."""
    where, ctx, value = dotted(found.path), found.ctx, found.input
    if found.type == "missing":
        return where, "is missing"
    if found.type == "extra_forbidden":
        return where, f"is not known{did_you_mean(str(found.path[-1]), _fields(found.parent))}"
    if found.type in ("union_tag_invalid", "union_tag_not_found"):
        kinds = re.findall(r"'([^']*)'", ctx.get("expected_tags", "")) or _kinds(found.shape)
        where = dotted([*found.path, "kind"])
        if found.type == "union_tag_not_found":
            return where, f"is missing (known: {', '.join(kinds)})"
        return where, f"{quoted(str(ctx['tag']))} is not known{did_you_mean(str(ctx['tag']), kinds)}"
    if found.type == "literal_error":
        known = re.findall(r"'([^']*)'", ctx["expected"])
        if isinstance(value, str) and known:
            return where, f"{quoted(value)} is not known{did_you_mean(value, known)}"
        return where, f"{value} is given, should be {ctx['expected']}"
    if found.type == "date_parsing" and isinstance(value, str):
        return where, f"{quoted(value)} is not a date such as 2024-09-03{date_meant(value)}"
    if found.type in _WANTED:
        return where, f"{_given(value)} should be {_WANTED[found.type]}"
    ranges = {
        "greater_than_equal": "is below",
        "less_than_equal": "is above",
        "less_than": "is not below",
        "greater_than": "is not above",
    }
    if found.type in ranges:
        limit = next(v for k, v in ctx.items() if k in ("ge", "gt", "le", "lt"))
        return where, f"{value} {ranges[found.type]} {limit:g}"
    if found.type == "finite_number":
        return where, f"{value} is not a number that can be counted with"
    if found.type == "string_too_short":
        return where, "is empty"
    if found.type == "value_error":
        return where, str(ctx["error"])
    return where, found.msg[0].lower() + found.msg[1:]


def _kinds(shape: Any) -> list[str]:
    return sorted(k for o in _options(shape) if "kind" in _fields(o) for k in get_args(_fields(o)["kind"].annotation))
