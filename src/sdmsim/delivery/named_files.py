"""Files: whether one is a scenario, and those that a scenario names, as seen from another folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sdmsim.base import InputErrors, Problem
from sdmsim.delivery.policy import is_file
from sdmsim.school.tables import TABLES

_NAMED = {"week.timetable", "school.workbook", *(f"school.{table}" for table in TABLES)}

_EXPERIMENT_KEYS = {"scenario", "arm", "factors", "baseline", "replications"}


def refuse_other_files(content: Mapping[str, Any], file: str, known: int) -> None:
    """Say it plainly where a file is of another kind or from a later version than `known`."""
    number = content.get("format")
    if isinstance(number, int) and not isinstance(number, bool) and number > known:
        text = f"{number} was written for a newer sdmsim; this one reads format {known}"
        raise InputErrors([Problem(file, 0, "format", text)])
    if "school" not in content and len(_EXPERIMENT_KEYS & content.keys()) > 1:
        raise InputErrors([Problem(file, 0, "", "is an experiment, should be a scenario")])


def seen_from(folder: Path, other: Path, name: str, value: Any) -> Any:
    """The value with the files in it, which are named relative to `other`, named relative to `folder`."""
    if name in ("school", "week") and isinstance(value, dict):
        return {key: seen_from(folder, other, f"{name}.{key}", inner) for key, inner in value.items()}
    if (
        not (name in _NAMED or (name == "policy" and is_file(value)))
        or not isinstance(value, str)
        or not value
        or folder == other
    ):
        return value
    try:
        return Path(os.path.relpath(other / value, folder)).as_posix()
    except ValueError:  # another drive
        return str(other / value)
