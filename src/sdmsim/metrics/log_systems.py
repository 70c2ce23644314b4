"""The fidelity table in the columns and codes of logs that districts keep; the mapping is data, `log_systems.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from sdmsim.events import REASONS

if TYPE_CHECKING:
    import pandas as pd

_WHOM = ("student", "service", "provider", "start", "end")


class LogSystem(NamedTuple):
    """A log that districts keep."""

    title: str
    source: str
    codes: tuple[str, ...]
    """Its codes for minutes that were not given, in its own order."""
    not_simulated: tuple[str, ...]
    """The codes that nothing in a simulated year can stand under: empty in the table."""
    reasons: Mapping[str, str]
    """The code of each of sdmsim's reasons that has one."""


@cache
def log_systems() -> Mapping[str, LogSystem]:
    """The systems that ship, by name."""
    content = tomllib.loads(files("sdmsim.metrics").joinpath("log_systems.toml").read_text(encoding="utf-8"))
    return {
        name: LogSystem(
            one["title"], one["source"], tuple(one["codes"]), tuple(one["not_simulated"]), dict(one["reasons"])
        )
        for name, one in content["system"].items()
    }


def as_log_systems_have_it(fidelity: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The fidelity table as each system would show it, by the system's name.

    One row per direct service row: student, service, provider, start, end, allowed (minutes owed), provided, made_up,
    one column of minutes per code, accounted = provided + those of every code, unaccounted = allowed - accounted,
    remaining = allowed - provided. A code that nothing simulated stands under is empty.
    """
    return {name: _as(fidelity, system) for name, system in log_systems().items()}


def _as(fidelity: pd.DataFrame, system: LogSystem) -> pd.DataFrame:
    table = fidelity[list(_WHOM)].assign(
        allowed=fidelity["owed"], provided=fidelity["provided"], made_up=fidelity["made_up"]
    )
    accounted = table["provided"]
    for code in system.codes:
        if code in system.not_simulated:
            table[code] = float("nan")
            continue
        reasons = [reason for reason in REASONS if system.reasons.get(reason) == code]
        table[code] = fidelity[reasons].sum(axis=1)
        accounted = accounted + table[code]
    return table.assign(
        accounted=accounted, unaccounted=table["allowed"] - accounted, remaining=table["allowed"] - table["provided"]
    )
