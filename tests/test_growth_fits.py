"""Fits of growth and of courses: known numbers come back from made data; the real data give the first fits again."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sdmsim.base import InputErrors
from sdmsim.lab.growth_fits import (
    FIRST_FITS,
    MATHS_FILE,
    against_first_fits,
    autism_model,
    courses_of,
    detrended_variance,
    early_share,
    fit_courses,
    fit_growth,
    maths_model,
    read,
    response_spread,
    trial_overdispersion,
)
from sdmsim.lab.growth_hold_out import HeldOut, halves, hold_out, own_slope, resampled
from sdmsim.streams import Luck
from sdmsim.theory.probes import successes

LUCK = Luck(5, None)


@pytest.fixture(scope="module")
def data() -> Path:
    """The folder of real data, which the project does not hold."""
    folder = os.environ.get("SDMSIM_DATA", "")
    if not folder or not (Path(folder) / MATHS_FILE).is_file():
        pytest.skip("the real data are not here: set SDMSIM_DATA to the folder that holds them (docs/sources.md)")
    return Path(folder)


def normals(what: str, count: int) -> np.ndarray:
    return LUCK.normals_of(what, ["made"], np.zeros(count, dtype=np.int64), np.arange(count, dtype=np.int64))


def uniforms(what: str, count: int) -> np.ndarray:
    return LUCK.uniforms_of(what, ["made"], np.zeros(count, dtype=np.int64), np.arange(count, dtype=np.int64))


def test_the_mixed_model_gives_back_what_data_were_made_with() -> None:
    """Scores made with known means and spreads: schools, children and years are told apart."""
    schools, children, years = 40, 30, np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    rows = schools * children * len(years)
    school = np.repeat(np.arange(schools), children * len(years))
    child = np.repeat(np.arange(schools * children), len(years))
    year = np.tile(years, schools * children)
    level = -0.8 + 0.5 * normals("school", schools)[school] + 0.8 * normals("child", schools * children)[child]
    slope = 0.75 + 0.1 * normals("school year", schools)[school] + 0.2 * normals("child year", len(child))[child]
    math = level + slope * year + 0.5 * normals("residual", rows)
    model = maths_model(pd.DataFrame({"schoolid": school, "childid": child, "year": year, "math": math}))
    parts = dict(zip(model.model.exog_vc.names, np.sqrt(model.vcomp), strict=True))
    assert model.fe_params["year"] == pytest.approx(0.75, abs=0.05)
    assert parts["start"] == pytest.approx(0.8, abs=0.05)
    assert parts["trend"] == pytest.approx(0.2, abs=0.03)
    assert np.sqrt(np.diag(model.cov_re)) == pytest.approx([0.5, 0.1], abs=0.12)
    assert np.sqrt(model.scale) == pytest.approx(0.5, abs=0.02)


def test_children_of_each_group_have_a_slope_of_their_own() -> None:
    """Made ages and scores of three groups: the groups' slopes and the spread around them come back."""
    child = np.repeat(np.arange(240), 4)
    group, age = child % 3, np.tile([0.0, 1.0, 3.0, 7.0], 240)
    vsae = 10 + (np.array([2.0, 4.0, 7.0])[group] + 1.5 * normals("own", 240)[child]) * age
    table = pd.DataFrame({"childid": child, "sicdegp": np.array(["low", "med", "high"])[group], "age2": age})
    model = autism_model(table.assign(vsae=vsae + 3 * normals("autism residual", len(child))))
    for level, wanted in (("low", 2.0), ("med", 4.0), ("high", 7.0)):
        assert model.fe_params[f"C(sicdegp)[{level}]:age2"] == pytest.approx(wanted, abs=0.5)
    assert np.sqrt(model.cov_re.iloc[0, 0]) == pytest.approx(1.5, abs=0.2)
    assert np.sqrt(model.scale) == pytest.approx(3.0, abs=0.2)


def test_the_early_share_of_a_course_by_hand() -> None:
    """A baseline at 2, thirds at 4, 6 and 10: 2 of 8; a straight line over many sessions reaches a fifth."""
    early, whole = early_share(np.array([1.0, 3.0]), np.array([4.0, 4, 5, 7, 10, 10]))
    assert (early, whole) == (2.0, 8.0)
    early, whole = early_share(np.zeros(3), np.linspace(0, 1, 3000))
    assert early / whole == pytest.approx(0.2, abs=1e-3)


def test_courses_without_enough_sessions_are_left_out() -> None:
    """Two baseline and three taught sessions make a course; gains are relative to their measure."""
    short = [("Bryant2018", "a", "m", s, p, y) for s, p, y in [(1, "baseline", 1.0), (2, "treatment", 2.0)]]
    phases = ["baseline"] * 2 + ["treatment"] * 3
    long = [
        ("Bryant2018", "b", "m", s, p, y) for s, p, y in zip(range(5), phases, [0.0, 0.0, 1.0, 2.0, 4.0], strict=True)
    ]
    table = pd.DataFrame([*short, *long], columns=["study", "case", "measure", "session", "phase", "outcome"])
    assert courses_of(table) == [("maths", "b m", 0.25, 1.0)]


@pytest.mark.parametrize("clumping", [0.0, 0.15, 0.3])
def test_overdispersion_comes_back_from_made_probes(clumping: float) -> None:
    """Beta-binomial scores out of 20 with a known correlation, in many short phases."""
    cases, length = 1500, 8
    scores = successes(uniforms(f"probes {clumping}", cases * length), 0.5, 20, clumping)
    table = pd.DataFrame(
        {
            "measure": "Segmenting",
            "case": np.repeat(np.arange(cases), length),
            "phase": "A",
            "session": np.tile(np.arange(length), cases),
            "outcome": scores,
        }
    )
    assert trial_overdispersion(table) == pytest.approx(clumping, abs=0.01)


def test_a_trend_is_not_spread() -> None:
    """Scores on a line vary by nothing around it; the variance counts two degrees of freedom for the line."""
    variance, line = detrended_variance(np.array([1.0, 2.0, 3.0, 4.0]))
    assert variance == pytest.approx(0.0, abs=1e-20)
    assert line.tolist() == pytest.approx([1, 2, 3, 4])
    assert detrended_variance(np.array([0.0, 1.0, 1.0, 0.0]))[0] == pytest.approx(0.5)


def test_the_spread_of_response_comes_back_from_made_words() -> None:
    """Children whose mean gain varies by half of its mean: log spread .47; those of a control group do not count."""
    child, unit = np.repeat(np.arange(200), 6), np.tile(np.arange(6), 200)
    gain = 4 + 2 * normals("words", 200)[child] + normals("words residual", 1200)
    table = pd.DataFrame(
        {"study": "S", "child": child.astype(str), "unit": unit, "pre": 1.0, "post": 1 + gain, "condition": "treatment"}
    )
    still = table.assign(child="c" + table["child"], post=1.0, condition="control")
    found = response_spread(pd.concat([table, still]))
    assert found["S"] == found["all"] == pytest.approx(np.sqrt(np.log(1.25)), abs=0.04)


def test_halves_are_drawn_by_name() -> None:
    """Two halves without a common name; the order of the list and repeats change nothing."""
    names = [f"s{i}" for i in range(21)]
    first, second = halves(names, LUCK, "schools")
    assert (len(first), len(second)) == (11, 10)
    assert first | second == set(names)
    assert halves([*names[::-1], *names], LUCK, "schools") == (first, second)
    assert halves(names, Luck(6, None), "schools") != (first, second)


def test_inside_means_within_the_predicted_interval() -> None:
    """The ends belong to the interval."""
    assert HeldOut("d", "q", 1.0, 2.0, 3.0, 3.0).inside
    assert not HeldOut("d", "q", 1.0, 2.0, 3.0, 3.01).inside


def test_slopes_are_within_children() -> None:
    """Children far apart on parallel lines give the slope of the lines."""
    rows = pd.DataFrame({"c": ["a"] * 3 + ["b"] * 3, "x": [0.0, 1, 2, 5, 6, 7], "y": [9.0, 11, 13, 0, 2, 4]})
    assert own_slope(rows, "x", "y", "c") == pytest.approx(2.0)


def test_the_bootstrap_is_as_wide_as_two_samples_are() -> None:
    """The mean of m cases foretold from n has the variance of both means."""
    cases = normals("bootstrap", 40)
    values = resampled(LUCK, "bootstrap", cases, 20, lambda x: float(x.mean()))
    assert values.std() == pytest.approx(cases.std() * np.sqrt(1 / 40 + 1 / 20), rel=0.15)
    assert values.mean() == pytest.approx(cases.mean(), abs=0.05)


def test_a_missing_file_or_column_is_said_in_words(tmp_path: Path) -> None:
    """The message names the file, and the column."""
    with pytest.raises(InputErrors, match=r"egsingle_math_growth\.csv\.gz: is not there"):
        fit_growth(tmp_path)
    (tmp_path / "autism_vsae.csv").write_text("childid,age2\n1,0\n", encoding="utf-8")
    with pytest.raises(InputErrors, match="vsae: this column is missing"):
        read(tmp_path, "autism_vsae.csv")


def test_the_real_data_give_the_first_fits_again(data: Path) -> None:
    """Every number that has a first fit lies within its tolerance, and each has been looked at."""
    rows = against_first_fits({**fit_growth(data), **fit_courses(data)})
    assert [name for name, *_ in rows] == list(FIRST_FITS)
    assert [(name, found) for name, found, _, _, within in rows if not within] == []


def test_the_numbers_of_the_ledger_come_from_these_fits(data: Path) -> None:
    """Academic spread .92, growth .8 SD a year, own slopes a sixth, response .48, overdispersion between its ends."""
    growth, courses = fit_growth(data), fit_courses(data)
    assert growth["maths.start_sd"] == pytest.approx(0.92, abs=0.03)
    assert growth["maths.slope"] / growth["maths.start_sd"] == pytest.approx(0.82, abs=0.03)
    assert growth["maths.slope_spread.children"] == pytest.approx(0.167, abs=0.01)
    assert courses["response.all"] == pytest.approx(0.477, abs=0.01)
    assert courses["overdispersion.trials"] < 0.1 < courses["overdispersion.counts"]


def test_hold_outs_are_told_in_and_out(data: Path) -> None:
    """Nine quantities; at a coverage of 90 % six or more lie inside; the same seed gives the same table."""
    rows = hold_out(data)
    assert len(rows) == 9
    assert sum(row.inside for row in rows) >= 6
    assert all(row.low < row.middle < row.high for row in rows)
    assert hold_out(data) == rows
