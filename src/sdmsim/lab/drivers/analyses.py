"""Every analysis of a study, each as the table of its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sdmsim.lab.drivers.decided import Decided
from sdmsim.lab.drivers.given_data import first_order
from sdmsim.lab.drivers.grades import contrast_of, grades
from sdmsim.lab.drivers.one_at_a_time import sizes
from sdmsim.lab.drivers.prcc import rank_correlations
from sdmsim.lab.drivers.sobol import interaction
from sdmsim.lab.drivers.staged import SOBOL, Looked, Second, even, without_scale
from sdmsim.lab.drivers.study import TABLES, Contrast
from sdmsim.lab.drivers.tables import fields, luck_table, of_factors, ranked, screen_table, sobol_table, table, value_at
from sdmsim.lab.drivers.vocabulary import Samples

if TYPE_CHECKING:
    import pandas as pd

    from sdmsim.lab.drivers.morris import Effect
    from sdmsim.lab.drivers.one_at_a_time import Swing


def analyses(
    looked: Looked,
    of_sets: Sequence[Mapping[str, Any]],
    swings: Mapping[Contrast, Sequence[Swing]],
    screened: Mapping[Contrast, Sequence[Effect]],
    apart: Sequence[int],
    found: Second,
) -> dict[str, pd.DataFrame]:
    """The tables that these points have an answer for, in the order of `study.TABLES`."""
    points = even(looked, found)
    made: dict[str, Callable[[], Any]] = {
        **Decided(looked, found, points).tables(),
        "luck": lambda: luck_table(points, looked.contrasts, looked.seed),
        "screen": lambda: screen_table(screened, looked.unknown.factors, apart),
        "sobol": lambda: sobol_table(found),
        "one_at_a_time": lambda: _one_at_a_time(looked, swings),
        "prcc": lambda: _correlations(looked, points),
        "given_data": lambda: _given_data(looked, points),
        "sets": lambda: _sets(looked, of_sets),
        "grades": lambda: _grades(looked, found),
    }
    tables = {name: made[name]() for name in TABLES if name in made}
    return {name: one for name, one in tables.items() if len(one)}


def _grades(looked: Looked, found: Second) -> pd.DataFrame:
    of = [k for k, block in enumerate(found.blocks) if block.of_grade]
    rows = []
    for contrast, indices in found.indices.items():
        between = interaction(looked.outcome(SOBOL, contrast), len(found.blocks), looked.seed, of)
        rows += [(contrast, row) for row in grades(found.blocks, indices, between)]
    return table(rows)


def _one_at_a_time(looked: Looked, swings: Mapping[Contrast, Sequence[Swing]]) -> pd.DataFrame:
    factors = looked.unknown.factors
    rows: list[tuple[Contrast, dict[str, Any]]] = []
    for contrast, found in swings.items():
        rank = ranked(sizes(found))
        for one in found:
            factor = factors[one.factor]
            values = fields(one)
            row = {"factor": factor.name, "swing": values["estimate"], "low": one.low, "high": one.high}
            row |= {name: values[name] for name in values if name.startswith("at_")}
            row |= {"low_value": value_at(factor, one.low_position), "high_value": value_at(factor, one.high_position)}
            rows.append((contrast, row | rank.get(one.factor, {})))
    return table(rows)


def _correlations(looked: Looked, points: Samples) -> pd.DataFrame:
    rows = without_scale(points.factors)
    found = {c: rank_correlations(points.positions, _of(points, c), rows) for c in looked.contrasts}
    return of_factors(found, points.factors)


def _given_data(looked: Looked, points: Samples) -> pd.DataFrame:
    rows = {i: int(points.factors[i].high) for i in without_scale(points.factors)}
    found = {c: first_order(points.positions, _of(points, c), looked.seed, rows) for c in looked.contrasts}
    return of_factors(found, points.factors)


def _sets(looked: Looked, of_sets: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    def rows() -> Iterator[tuple[Contrast, Mapping[str, Any]]]:
        metric, unit = looked.contrasts[0].metric, looked.contrasts[0].unit
        for row in of_sets:
            contrast = contrast_of(row, looked.contrasts) or Contrast(row["arm"], "", metric, unit)
            yield contrast, {key: value for key, value in row.items() if key != "arm"}

    return table(rows())


def _of(samples: Samples, contrast: Contrast) -> Any:
    return samples.difference(contrast.arm, contrast.baseline, contrast.metric)
