"""Frozen descriptions of what is read from files, and pydantic's findings in the words of the file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from sdmsim.base.problems import InputErrors, Problem, date_meant, did_you_mean, quoted


class Described(BaseModel):
    """Something read from a file: frozen, closed, validated once."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


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


_OF_A_NAME = "[key]"
"""Where pydantic speaks of a key that is not one of those known, and not of what stands there."""


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
        if part == _OF_A_NAME:
            break
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
        return where, f"{_given(value)} should be {ctx['expected']}"
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
        return where, f"{str(value).removesuffix('.0')} {ranges[found.type]} {limit:g}"
    if found.type == "finite_number":
        return where, f"{value} is not a number"
    if found.type == "string_too_short":
        return where, "is empty"
    if found.type == "value_error":
        return where, str(ctx["error"])
    return where, found.msg[0].lower() + found.msg[1:]


def _kinds(shape: Any) -> list[str]:
    return sorted(k for o in _options(shape) if "kind" in _fields(o) for k in get_args(_fields(o)["kind"].annotation))
