"""Files that a scenario names, as seen from another folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sdmsim.delivery.policy import is_file
from sdmsim.school.sources import Tables

_NAMED = {"week.timetable", *(f"school.{table}" for table in Tables.model_fields if table != "kind")}


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
