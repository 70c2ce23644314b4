"""Calibration: what ships is what the search finds, every row meets every target, and the command says so."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from sdmsim.lab.calibration import FITTED, FREE, SOLVED, beside, directions, equally_good, fit
from sdmsim.lab.target_checks import all_checks
from sdmsim.lab.target_figures import _raw_for, figures, on_one_target, targets
from sdmsim.show.cli import main
from sdmsim.theory.ledger import Assumptions, ledger
from sdmsim.theory.probes import expected_tau, successes, tau
from sdmsim.theory.reference import reference_gain
from sdmsim.theory.rows import equally_good_rows

EVIDENCE = Assumptions(set="evidence").numbers()


def ask(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], prog_name="sdmsim")


@pytest.mark.parametrize("target", targets(), ids=lambda t: f"{t.code} {t.figure}")
def test_a_target_is_met_by_what_ships(target: object) -> None:
    """Every target lies within its limits under the set evidence."""
    row = next(row for row in beside(EVIDENCE) if row.target == target)
    assert row.target.low <= row.value <= row.target.high


def test_what_ships_is_what_the_search_finds() -> None:
    """The fitted numbers of the ledger are those of the search from its default seed, to the last digit."""
    found = fit()
    assert set(found) == {*FITTED, SOLVED}
    assert found == {name: EVIDENCE[name] for name in found}


def test_every_row_that_ships_meets_every_target() -> None:
    """At least 200 rows, all within all limits, all within the ledger's ranges, and C6 in each."""
    rows = equally_good_rows()
    assert len(rows) >= 200
    assert len({tuple(row.values()) for row in rows}) == len(rows)
    n = {name: np.full(len(rows), value) for name, value in EVIDENCE.items()}
    n |= {name: np.array([row[name] for row in rows]) for name in rows[0]}
    found = figures(n)
    for target in targets():
        assert np.broadcast_to(target.met(np.asarray(found[target.figure])), len(rows)).all(), target.figure
    assert reference_gain(n) == pytest.approx(0.54, abs=1e-4)
    for name in FREE:
        entry = ledger()[name]
        assert (n[name] >= entry.low * (1 - 1e-5)).all()
        assert (n[name] <= entry.high * (1 + 1e-5)).all()


def test_the_rows_are_found_again() -> None:
    """The first rows of the same seed are the first that ship."""
    rows = equally_good(4, seed=0)
    for i, shipped in enumerate(equally_good_rows()[:4]):
        assert {name: value[i] for name, value in rows.numbers.items()} == pytest.approx(shipped, rel=1e-5)


def test_figures_of_rows_are_figures_of_each_row() -> None:
    """All rows at once give what each gives alone."""
    rows = equally_good_rows()[:3]
    together = figures({name: np.array([{**EVIDENCE, **row}[name] for row in rows]) for name in EVIDENCE})
    for i, row in enumerate(rows):
        alone = figures({**EVIDENCE, **row})
        for name, value in alone.items():
            assert np.broadcast_to(together[name], 3)[i] == pytest.approx(value, rel=1e-9), name


def test_another_number_misses_its_targets() -> None:
    """With a low ceiling C1 is out of reach, without transfer and similarity class use learns too little for C4."""
    missed = {row.target.figure for row in beside({**EVIDENCE, "stores.ceiling": 0.7}) if not row.met}
    assert "opportunities from .65 to .80" in missed
    apart = {**EVIDENCE, "places.similarity.room": 0.05, "stores.transfer": 0.0}
    assert "Tau, generalisation" in {row.target.figure for row in beside(apart) if not row.met}


def test_the_targets_leave_directions_open() -> None:
    """More numbers than targets see: singular values fall, and the least seen direction names its numbers."""
    found = directions()
    assert (np.diff(found.values) <= 0).all()
    assert len(found.values) < len(FREE)
    assert found.values[-1] < 0.1 * found.values[0]
    assert sum(share for _, share in found.free) > 0.7


@pytest.mark.parametrize("gain", [0.05, 0.7, 1.1])
def test_opportunities_for_a_gain_are_those_that_bring_it(gain: float) -> None:
    """The inverse of the ceiling law."""
    assert on_one_target(EVIDENCE, _raw_for(EVIDENCE, gain) / EVIDENCE["stores.increment"]) == pytest.approx(gain)


def test_expected_tau_is_the_mean_of_tau() -> None:
    """Between two probes with beta-binomial noise, against 40,000 drawn pairs; 0 where nothing changed."""
    rng = np.random.default_rng(3)
    before, after = (successes(rng.random((40_000, 1)), p, 10, 0.1) for p in (0.45, 0.7))
    assert expected_tau(0.45, 0.7, 10, 0.1) == pytest.approx(tau(before, after).mean(), abs=0.01)
    assert expected_tau(0.6, 0.6, 10, 0.1) == pytest.approx(0.0, abs=1e-12)
    assert expected_tau(0.2, 0.9, 10, 0.0) == pytest.approx(-expected_tau(0.9, 0.2, 10, 0.0))


def test_checks_find_what_is_wrong() -> None:
    """Checks stand beside their published numbers: with twice the contact, C8 is missed and says so."""
    wrong = {
        row.target.figure for row in all_checks({**EVIDENCE, "peers.rate.lesson": 0.6}, 0, None, None) if not row.met
    }
    assert "contacts a day, mean" in wrong
    assert not wrong & {
        "maths, logits a year",
        "pupils of a school, mean",
        "direct hours for 48 children in groups of 2.5",
    }


@pytest.mark.slow
def test_the_command_writes_its_tables(tmp_path: Path, repository: Path) -> None:
    """One table of all targets and checks, what the targets leave, the rows, and a manifest."""
    out = tmp_path / "out"
    done = ask("calibrate", "--rows", 4, "--months", repository / "experiments" / "chicago.toml", "--out", out)
    assert done.exit_code == 0, done.output
    assert {file.name for file in out.iterdir()} == {"targets.csv", "remaining.csv", "good-rows.csv", "manifest.json"}
    for code in ("C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8, D4", "D1", "D2", "D3", "D5"):
        assert f" {code} " in done.output, code
    lines = (out / "good-rows.csv").read_text().splitlines()
    assert len(lines) == 5
    assert json.loads((out / "manifest.json").read_text())["fitted"]["stores.ceiling"] == EVIDENCE["stores.ceiling"]
    assert "Singular values" in done.output


def test_months_need_a_record(tmp_path: Path, repository: Path) -> None:
    """An experiment without a record is refused in words, and nothing is written."""
    done = ask("calibrate", "--months", repository / "experiments" / "maple-mix.toml", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert done.output == "maple-mix.toml: record: is missing: months are compared with a record\n"
    assert not (tmp_path / "out").exists()
    done = ask("calibrate", "--data", tmp_path, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "egsingle_math_growth.csv.gz: is not there" in done.output
