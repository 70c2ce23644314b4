"""The files that repeat saved options in the command line: scenario and tables, and an experiment beside them."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sdmsim.scenario import Scenario

EXPERIMENT = "experiment.toml"
README = "README.txt"


def written(scenario: Scenario, arms: Mapping[str, Mapping[str, Any]], years: int, folder: Path) -> Path:
    """Write the scenario's files and an experiment of these arms, the first the baseline; returns the experiment."""
    inputs = [file.resolve() for file in scenario.input_files()]
    root = Path(os.path.commonpath([file.parent for file in inputs]))
    for file in inputs:
        target = folder / file.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    experiment = folder / EXPERIMENT
    text = experiment_text(scenario.title, inputs[0].relative_to(root).as_posix(), arms, years)
    experiment.write_bytes(text.encode())
    (folder / README).write_bytes(
        b"What the planner's page compared, as files. In this folder:\n\n"
        b"  sdmsim experiment experiment.toml\n\ngives the same numbers. results/ holds what the page made of them.\n"
    )
    return experiment


def experiment_text(title: str, scenario: str, arms: Mapping[str, Mapping[str, Any]], years: int) -> str:
    """The experiment as TOML; `scenario`: its path as seen from the experiment."""
    head = [
        "# Written by the planner's page (sdmsim app).",
        "format = 1",
        f"title = {inline(f'{title}: options compared')}",
        f"scenario = {inline(scenario)}",
        f"baseline = {inline(next(iter(arms)))}",
        f"replications = {years}",
    ]
    for name, changes in arms.items():
        head += ["", "[[arm]]", f"name = {inline(name)}", f"set = {inline(dict(changes))}"]
    return "\n".join([*head, ""])


def inline(value: Any) -> str:
    """A value as TOML on one line. What JSON writes of texts, whole numbers and truth is TOML as well."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{inline(str(key))} = {inline(one)}" for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, Sequence):
        return f"[{', '.join(map(inline, value))}]"
    return json.dumps(value)


def packed(folder: Path) -> bytes:
    """A folder as one ZIP file, hidden files left out; the same folder gives the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            name = file.relative_to(folder)
            if file.is_file() and not any(part.startswith(".") for part in name.parts):
                archive.writestr(zipfile.ZipInfo(name.as_posix(), (1980, 1, 1, 0, 0, 0)), file.read_bytes())
    return target.getvalue()
