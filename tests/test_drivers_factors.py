"""Factors of a study of drivers: from the ledger by themselves, and what their positions become."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from small_experiment import ARMS, HEAD, SCENARIO, written

from sdmsim.base import InputErrors
from sdmsim.lab.drivers.factors import AS_WRITTEN, Unknowns, unknowns
from sdmsim.lab.drivers.question import FITTED, OF_THE_LEDGER, SOLVED, Sensitivity, in_rows
from sdmsim.lab.experiment import Experiment, load_experiment
from sdmsim.theory import ledger as ledger_file
from sdmsim.theory.ledger import ledger
from sdmsim.theory.reference import YEAR_GAIN_SD, reference_gain
from sdmsim.theory.rows import equally_good_rows

ASKED = '\n[sensitivity]\nmetric = "classroom_gain_sd"\n'


def loaded(tmp_path: Path, asked: str = ASKED, arms: str = ARMS, scenario: str = SCENARIO) -> Experiment:
    """The small experiment with a table [sensitivity]."""
    return load_experiment(written(tmp_path, HEAD + arms + asked, scenario))


def unknown(experiment: Experiment) -> Unknowns:
    """What is not known in it."""
    assert experiment.sensitivity is not None
    return unknowns(experiment.sensitivity, experiment.base, experiment.scenarios)


def names(found: Unknowns) -> list[str]:
    """Of the factors."""
    return [factor.name for factor in found.factors]


def test_every_number_of_the_ledger_is_a_factor(tmp_path: Path) -> None:
    """By itself over its range and law, the fitted ones as one row; the solved one is none."""
    found = unknown(loaded(tmp_path))
    fitted = in_rows("rows")
    assert fitted == ("stores.ceiling", "stores.softness", "stores.half_life", "stores.kept", "stores.transfer",
                      "practice.others_turns", "probes.overdispersion")  # fmt: skip
    single = [name for name in ledger() if name not in fitted and name != SOLVED]
    assert names(found) == [*(OF_THE_LEDGER + name for name in single), FITTED]
    one = found.factors[names(found).index("assumptions.practice.load_half_life")]
    entry = ledger()["practice.load_half_life"]
    assert (one.low, one.high, one.law, one.at, one.grade) == (0.3, 5.0, "loguniform", entry.evidence, "judged")
    row = found.factors[-1]
    assert (row.law, row.low, row.high, row.grade) == ("row", 0.0, len(equally_good_rows()), "calibrated")
    assert np.isnan(row.at)


NEW = """
[attention.of_a_new_kind]
meaning = "a number that nobody thought of yet"
unit = "share"
default = 0.25
range = [0.1, 0.9]
grade = "judged"
source = "a test"
"""


@pytest.fixture
def longer_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A copy of the ledger's file with one more entry stands in its place."""
    files = tmp_path / "theory"
    files.mkdir()
    shipped = Path(ledger_file.__file__).with_name("ledger.toml").read_text("utf-8")
    (files / "ledger.toml").write_text(shipped + NEW, "utf-8")
    with monkeypatch.context() as changed:
        changed.setattr(ledger_file.resources, "files", lambda package: files)
        ledger.cache_clear()
        ledger()
    yield
    ledger.cache_clear()


@pytest.mark.usefixtures("longer_ledger")
def test_a_new_number_is_a_factor(tmp_path: Path) -> None:
    """An entry more in ledger.toml is a factor more, with no other edit, and its draws reach the points."""
    found = unknown(loaded(tmp_path / "school"))
    name = "assumptions.attention.of_a_new_kind"
    assert name in names(found)
    positions = found.at_home()[None, :]
    positions[0, names(found).index(name)] = 1.0
    (point,) = found.points(positions)
    assert dict(point.numbers)["attention.of_a_new_kind"] == pytest.approx(0.9)


def test_the_scale_holds_at_every_point(tmp_path: Path) -> None:
    """The reference service brings what C6 says, whatever is drawn; a row's numbers come together."""
    found = unknown(loaded(tmp_path))
    positions = np.linspace(0.03, 0.97, 7 * len(found.factors)).reshape(7, -1, order="F")
    own = found.base.assumptions.numbers()
    for point, row in zip(found.points(positions), found.values(positions)[:, -1], strict=True):
        numbers = dict(point.numbers)
        assert reference_gain({**own, **numbers}) == pytest.approx(YEAR_GAIN_SD, abs=1e-12)
        assert all(numbers[name] == equally_good_rows()[int(row)][name] for name in in_rows("rows"))
        assert set(numbers) == set(ledger())


def test_a_factor_left_alone_changes_nothing(tmp_path: Path) -> None:
    """A point where no factor has a position is the scenario as written; where one has, only it and the scale move."""
    found = unknown(loaded(tmp_path))
    positions = np.full((2, len(found.factors)), np.nan)
    positions[1, names(found).index("assumptions.places.similarity.room")] = 0.0
    as_written, moved = found.points(positions)
    assert as_written == AS_WRITTEN
    assert dict(moved.numbers) == {"places.similarity.room": 0.3, SOLVED: pytest.approx(0.39, abs=0.01)}


def test_whole_rows_bring_what_they_were_fitted_with(tmp_path: Path) -> None:
    """All numbers of a row but the solved one; those are then no factors of their own."""
    found = unknown(loaded(tmp_path, ASKED + 'fitted = "whole rows"\n'))
    brought = [name for name in equally_good_rows()[0] if name != SOLVED]
    assert list(found.fitted) == brought
    assert not {OF_THE_LEDGER + name for name in brought} & {*names(found)}
    positions = np.full((1, len(found.factors)), np.nan)
    positions[0, -1] = 0.5
    (point,) = found.points(positions)
    row = equally_good_rows()[len(equally_good_rows()) // 2]
    assert dict(point.numbers) == {**{n: row[n] for n in brought}, SOLVED: pytest.approx(row[SOLVED], rel=1e-4)}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ('factors = ["places.similarity.room"]', ["assumptions.places.similarity.room"]),
        ('factors = ["fitted numbers"]', [FITTED]),
        ('factors = []\n[sensitivity.scenario]\n"delivery.push_in_share" = { low = 0, high = 1 }', None),
        ('factors = ["stores.need"]\nleave_out = ["measured"]', []),
    ],
)
def test_factors_are_chosen(tmp_path: Path, asked: str, expected: list[str] | None) -> None:
    """By name, by grade, or none of the ledger; a list to leave out goes before."""
    arms = ARMS if expected is not None else ARMS.replace("delivery.push_in_share", "days.child_unwilling")
    arms = arms.replace("1.0 }", "0.9 }") if expected is None else arms
    found = unknown(loaded(tmp_path, f"{ASKED}{asked}\n", arms))
    assert names(found) == (["delivery.push_in_share"] if expected is None else expected)


def test_grades_choose(tmp_path: Path) -> None:
    """Calibrated: the row, and calibrated numbers that stand in no row."""
    found = unknown(loaded(tmp_path, ASKED + 'factors = ["calibrated"]\n'))
    assert {factor.grade for factor in found.factors} == {"calibrated"}
    assert names(found)[-1] == FITTED
    assert "assumptions.peers.class_sd" in names(found)
    assert unknown(loaded(tmp_path, ASKED + 'factors = ["measured"]\n')).fitted == ()


OF_THE_SCENARIO = (
    ASKED
    + """factors = []
[sensitivity.scenario]
"grouping.legal_size" = { low = 3, high = 5 }
"days.provider_attendance" = { low = 0.8, high = 1.0, law = "loguniform" }
"delivery.choose" = { values = ["random", "section"] }
"assumptions.practice.home_tries" = { low = 0, high = 2 }
"""
)


def test_keys_of_the_scenario_are_factors(tmp_path: Path) -> None:
    """Whole numbers are rounded, values without an order are chosen alike, a number of the ledger has its own range."""
    found = unknown(loaded(tmp_path, OF_THE_SCENARIO))
    assert names(found) == ["assumptions.practice.home_tries", "grouping.legal_size", "days.provider_attendance",
                            "delivery.choose"]  # fmt: skip
    assert [factor.law for factor in found.factors] == ["uniform", "uniform", "loguniform", "row"]
    assert [factor.grade for factor in found.factors] == ["judged", "scenario", "scenario", "scenario"]
    (point,) = found.points(np.array([[0.5, 0.5, 0.0, 0.6]]))
    assert dict(point.settings) == {
        "grouping.legal_size": 4,
        "days.provider_attendance": pytest.approx(0.8),
        "delivery.choose": "section",
    }
    assert dict(point.numbers)["practice.home_tries"] == 1.0


def test_what_an_arm_sets_is_no_factor(tmp_path: Path) -> None:
    """It is what the arm is about; a note says so, and asking for it is an error."""
    arms = ARMS.replace("1.0 }", '1.0, "assumptions.practice.home_tries" = 3.0 }')
    found = unknown(loaded(tmp_path, arms=arms))
    assert "assumptions.practice.home_tries" not in names(found)
    assert found.notes == ('practice.home_tries is no factor: the arm "all" sets it.',)
    with pytest.raises(InputErrors, match=r'sensitivity.factors: "practice.home_tries" is set by the arm "all"'):
        loaded(tmp_path, ASKED + 'factors = ["practice.home_tries"]\n', arms)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ('metric = "gain"', 'sensitivity.metric: "gain" is not a metric'),
        ('metric = "cost_per_goal_met"', "sensitivity.metric: \"cost_per_goal_met\" is a ratio of totals"),
        ("", "sensitivity.metric: is missing"),
        ('metric = "cost"\nfactors = ["places.similarity.rom"]',
         'sensitivity.factors: "places.similarity.rom" is no grade and no number of the ledger; did you mean '
         '"places.similarity.room"?'),
        ('metric = "cost"\nfactors = ["stores.kept"]',
         'sensitivity.factors: "stores.kept" is fitted together with others; name "fitted numbers"'),
        ('metric = "cost"\nleave_out = ["stores.coverage"]', 'sensitivity.leave_out: "stores.coverage" is solved'),
        ('metric = "cost"\nfactors = []', "sensitivity.factors: is empty"),
        ('metric = "cost"\narms = ["none"]', 'sensitivity.arms: "none" is the baseline itself'),
        ('metric = "cost"\narms = ["al"]', 'sensitivity.arms: "al" is not an arm; did you mean "all"?'),
        ('metric = "cost"\nbase_points = 100', "sensitivity.base_points: 100 should be a power of two, such as 64 or"),
        ('metric = "cost"\ntrajectory = 3', 'sensitivity.trajectory: is not known; did you mean "trajectories"?'),
        ('metric = "cost"\n[sensitivity.scenario]\n"days.child_unwiling" = { low = 0, high = 1 }',
         'sensitivity.scenario."days.child_unwiling": is not known; did you mean "child_unwilling"?'),
        ('metric = "cost"\n[sensitivity.scenario]\n"days.child_unwilling" = { low = 0, high = 2 }',
         'sensitivity.scenario."days.child_unwilling": 2 is above 1'),
        ('metric = "cost"\n[sensitivity.scenario]\n"days.child_unwilling" = { low = 1, high = 0 }',
         'sensitivity.scenario."days.child_unwilling": low 1 should be below high 0'),
        ('metric = "cost"\n[sensitivity.scenario]\n"days.child_unwilling" = { low = 0 }', "needs low and high"),
        ('metric = "cost"\n[sensitivity.scenario]\n"seed" = { low = 0, high = 9 }',
         "sensitivity.scenario.seed: is luck"),
        ('metric = "cost"\n[sensitivity.scenario]\n"assumptions.stores.kept" = { low = 0.1, high = 0.2 }',
         "is fitted together with others"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(tmp_path: Path, asked: str, said: str) -> None:
    """In the words of the experiment's file, before anything is run."""
    with pytest.raises(InputErrors) as error:
        loaded(tmp_path, f"\n[sensitivity]\n{asked}\n")
    assert said in str(error.value)
    assert str(error.value).startswith("mix.toml: sensitivity")


def test_arms_with_other_sets_are_refused(tmp_path: Path) -> None:
    """All arms are tried under the same assumptions."""
    with pytest.raises(InputErrors, match=r'sensitivity.arms: "all" has the set neutral, the scenario evidence'):
        loaded(tmp_path, arms=ARMS.replace("1.0 }", '1.0, "assumptions.set" = "neutral" }'))


def test_a_question_alone_has_sensible_sizes() -> None:
    """Only the metric must be said."""
    asked = Sensitivity(metric="cost")
    assert asked.factors == "all"
    assert asked.metrics == ("cost",)
    assert asked.compared(["a", "b", "c"], "b") == ("a", "c")
