"""A verdict that turns under numbers that fit the published targets as well is open."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hand_school import child, plan, pull_out, wanted

from sdmsim.lab.compare import compare_runs, turned
from sdmsim.lab.execute import execute, rows_apply
from sdmsim.lab.experiment import load_experiment
from sdmsim.lab.results import Results
from sdmsim.lab.trials import ROW_YEARS, ROWS_TRIED, tried_rows
from sdmsim.metrics import progress
from sdmsim.scenario import load
from sdmsim.show.answer import odd_verdicts, open_verdicts
from sdmsim.theory.ledger import Assumptions
from sdmsim.theory.rows import equally_good_rows
from sdmsim.world import learned_under, live


def runs_of(gain: float) -> pd.DataFrame:
    """Two arms in which the second gains so much more, with some luck."""
    luck = np.random.default_rng(4).normal(size=(2, 20)) * 0.01
    both = {"a": 0.5 + luck[0], "b": 0.5 + gain + luck[1]}
    rows = [(arm, r, v) for arm, values in both.items() for r, v in enumerate(values)]
    return pd.DataFrame(rows, columns=["arm", "replication", "classroom_gain_sd"])


def rows_of(*differences: float) -> pd.DataFrame:
    """Under each row the second arm gains so much more, in two years."""
    found = [
        (arm, row, year, 0.3 + more * (arm == "b"))
        for row, more in enumerate(differences)
        for year in range(2)
        for arm in ("a", "b")
    ]
    return pd.DataFrame(found, columns=["arm", "row", "replication", "classroom_gain_sd"])


@pytest.mark.parametrize(
    ("gain", "rows", "said"),
    [
        (0.1, rows_of(0.2, 0.1, 0.01), "higher"),
        (0.1, rows_of(0.2, -0.1, 0.01), "open"),
        (-0.1, rows_of(-0.2, -0.1), "lower"),
        (-0.1, rows_of(0.2, 0.1), "open"),
        (0.0, rows_of(0.2, -0.1), "no clear difference"),
        (0.1, pd.DataFrame(), "higher"),
    ],
)
def test_a_verdict_is_open_where_a_row_turns_it(gain: float, rows: pd.DataFrame, said: str) -> None:
    """One row of the other sign is enough; where nothing is clear, rows change nothing."""
    assert compare_runs(runs_of(gain), ["a", "b"], "a", rows).verdict.item() == said


def test_rows_against_are_counted() -> None:
    """So many of so many, by the mean of their years."""
    assert turned(rows_of(0.2, -0.1, -0.3), "classroom_gain_sd", "b", "a", 0.1) == (2, 3)
    assert turned(rows_of(0.2, -0.1, -0.3), "classroom_gain_sd", "b", "a", -0.1) == (1, 3)
    assert turned(rows_of(0.2), "delivered_share", "b", "a", 0.1) == (0, 0)


def test_a_year_learned_again_is_the_same_year() -> None:
    """Under the same numbers nothing changes; under others only what was learned does, and the log stays."""
    school = plan([child("A")], [wanted(0, "therapy_room", 30)], [pull_out(0, 610, 30, [(0, 0)])])
    log = live(school, seed=1, replication=0)
    assert progress(learned_under(log, school.numbers)) == pytest.approx(progress(log), nan_ok=True)
    before, still = progress(log), {**school.numbers, "school.growth": 0.0}
    one, two = (learned_under(log, {**still, "stores.coverage": coverage}) for coverage in (0.2, 0.4))
    assert progress(two)["trained_effect_sd"] == pytest.approx(2 * progress(one)["trained_effect_sd"])
    assert two.given is log.given
    assert progress(log) == pytest.approx(before, nan_ok=True)


def test_rows_are_tried_where_they_were_found_for(repository: Path) -> None:
    """With the set evidence and none of their numbers replaced; other overrides do no harm."""
    maple = load(repository / "scenarios" / "maple.toml")
    assert rows_apply([maple])
    assert rows_apply([maple, maple.but(**{"assumptions.places.overlap": 0.5})])
    assert not rows_apply([maple, maple.but(**{"assumptions.stores.kept": 0.2})])
    assert not rows_apply([maple.but(assumptions=Assumptions(set="neutral"))])
    assert len(tried_rows()) == ROWS_TRIED
    assert set(map(id, tried_rows())) <= set(map(id, equally_good_rows()))


def test_an_experiment_tries_rows(tmp_path: Path, repository: Path) -> None:
    """Every row on the first years of every arm; the verdicts that turn are said; the folder holds the table."""
    asked = load_experiment(repository / "experiments" / "maple-mix.toml")
    results = execute(asked, out=tmp_path / "out", replications=ROW_YEARS + 1, workers=2)
    assert len(results.rows) == len(results.arms) * ROW_YEARS * ROWS_TRIED
    assert set(results.rows.columns) >= {"arm", "row", "replication", "classroom_gain_sd", "trained_effect_sd"}
    opened = results.comparison[results.comparison.verdict == "open"]
    assert len(open_verdicts(results)) == len(opened)
    for row in opened.itertuples():
        assert turned(results.rows, row.metric, row.arm, row.baseline, row.difference).against > 0
    assert not any("open" in sentence for sentence in odd_verdicts(results.comparison))
    assert len(Results.read(tmp_path / "out").rows) == len(results.rows)
    neutral = load_experiment(repository / "experiments" / "maple-mix.toml", assumptions="neutral")
    assert execute(neutral, replications=2, workers=1).rows.empty
