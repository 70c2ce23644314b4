"""Values of a file's content replaced by dotted name."""

from __future__ import annotations

import tomllib
from typing import Any

from sdmsim.base.described import dotted
from sdmsim.base.problems import Problem, did_you_mean


def replace_at(content: dict[str, Any], name: str, value: Any, file: str) -> list[Problem]:
    """Put `value` in the place that the dotted name says; unknown keys are found when the content is read."""
    try:
        path = _parts(name)
    except tomllib.TOMLDecodeError:
        return [Problem(file, 0, name, "is not a dotted name such as delivery.push_in_share")]
    if path[0] == "goals" and len(path) > 1 and path[1] not in content.get("goals", {}):
        return [
            Problem(file, 0, name, f'"{path[1]}" is not in [goals]{did_you_mean(path[1], content.get("goals", {}))}')
        ]
    table = content
    for depth, part in enumerate(path[:-1]):
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            return [Problem(file, 0, name, f"{dotted(path[: depth + 1])} is not a table")]
        table = inner
    table[path[-1]] = value
    return []


def _parts(name: str) -> list[str]:
    """The parts of a dotted key, read as TOML reads them (a part with other signs stands in quotation marks)."""
    inner: Any = tomllib.loads(f"{name} = 0")
    parts = []
    while isinstance(inner, dict):
        if len(inner) != 1:
            raise tomllib.TOMLDecodeError("more than one key")
        ((part, inner),) = inner.items()
        parts.append(part)
    return parts
