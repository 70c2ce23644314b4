"""The rows of numbers that meet every calibration target, as `sdmsim calibrate` found them; they ship as `rows.csv`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def equally_good_rows() -> tuple[Mapping[str, float], ...]:
    """Each row: numbers of the ledger by full name that take the place of those of the set `evidence`."""
    text = resources.files("sdmsim.theory").joinpath("rows.csv").read_text("utf-8")
    return tuple({name: float(value) for name, value in row.items()} for row in csv.DictReader(text.splitlines()))
