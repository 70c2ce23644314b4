"""A study of drivers as files: what is written is what is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sdmsim.base import InputErrors
from sdmsim.lab.drivers.study import OF_A_CONTRAST, TABLES, Study
from sdmsim.lab.drivers.vocabulary import Factor
from sdmsim.lab.folder import write_json

FACTORS = (
    Factor("assumptions.places.similarity.room", "how like", "share", 0.3, 1.0, "uniform", 0.65, "judged"),
    Factor("fitted numbers", "row", "row", 0.0, 256.0, "row", float("nan"), "calibrated"),
)


def made() -> Study:
    """A study with two factors and one analysis."""
    named = [f._asdict() for f in FACTORS]
    factors = pd.DataFrame([{"factor": f.pop("name"), **f, "stage": "sobol"} for f in named])
    first = [("push-in", "pull-out", "classroom_gain_sd", "SD", FACTORS[0].name, 0.5, 0.4, 0.6)]
    facts = {"format": 1, "sensitivity": {}, "title": "T", "arms": ["pull-out", "push-in"], "baseline": "pull-out"}
    facts |= {"metric": "classroom_gain_sd", "unit": "SD", "better": "more", "notes": ["N"]}
    return Study(
        title="T",
        arms=("pull-out", "push-in"),
        baseline="pull-out",
        metric="classroom_gain_sd",
        unit="SD",
        better="more",
        factors=FACTORS,
        tables={
            "factors": factors,
            "sobol": pd.DataFrame(first, columns=[*OF_A_CONTRAST, "factor", "first", "first_low", "first_high"]),
        },
        samples=pd.DataFrame({"stage": ["sobol"], "point": [0], "value": [1.0]}),
        notes=("N",),
        manifest=facts,
    )


def test_a_study_reads_what_it_wrote(tmp_path: Path) -> None:
    """Factors, tables and samples come back as they were, a row's missing value as nan."""
    study = made()
    study.write(tmp_path / "out")
    found = Study.read(tmp_path / "out")
    assert found.factors[0] == study.factors[0]
    assert np.isnan(found.factors[1].at)
    assert found.factors[1][:6] == study.factors[1][:6]
    assert list(found.tables) == ["factors", "sobol"]
    pd.testing.assert_frame_equal(found.table("sobol", "push-in"), study.table("sobol"), check_dtype=False)
    assert found.table("sobol", "pull-out").empty
    assert found.table("flips").empty
    assert (found.samples == study.samples).all(axis=None)
    assert found.notes == ("N",)


def test_other_results_are_no_study(tmp_path: Path) -> None:
    """A folder of another command is refused in words."""
    write_json({"format": 1}, tmp_path / "manifest.json")
    with pytest.raises(InputErrors, match="not of sdmsim sensitivity"):
        Study.read(tmp_path)


def test_tables_are_named_as_files() -> None:
    """A table's name is a plain file name."""
    assert all(name.replace("_", "").isalpha() and name.islower() for name in TABLES)
