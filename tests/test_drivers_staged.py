"""The staged study from end to end, on outcomes that are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from test_drivers_factors import ASKED, loaded

from sdmsim.lab.drivers.factors import Point, unknowns
from sdmsim.lab.drivers.sensitivity import study_of
from sdmsim.lab.drivers.staged import blocks_of, planned
from sdmsim.lab.drivers.study import OTHERS, Study
from sdmsim.lab.drivers.vocabulary import Factor, Floats
from sdmsim.streams import Luck
from sdmsim.theory.ledger import Assumptions, ledger

ROOM, TRIES, GAP = "places.similarity.room", "practice.home_tries", "children.class_gap"
OWN = Assumptions(set="evidence").numbers()


def share(numbers: Mapping[str, float], name: str) -> float:
    """Where a number lies in its range, from 0 to 1."""
    entry = ledger()[name]
    return (numbers.get(name, OWN[name]) - entry.low) / (entry.high - entry.low)


def lead(n: Mapping[str, float]) -> float:
    """Known: of the variance, 16 : 4 : 1 on three judged numbers (shares of 1/12 in the ranges), nothing else."""
    return 4.0 * share(n, ROOM) - 2.0 * share(n, TRIES) + share(n, GAP) - 1.5


class Known:
    """Outcomes that are a function of the numbers, with luck of a known spread, the same in all arms or not."""

    arms = ("base", "arm")

    def __init__(self, function: Callable[[Mapping[str, float]], float], common: float = 0.0, own: float = 0.0) -> None:
        self.function, self.common, self.own = function, common, own
        self.asked: list[int] = []

    def outcomes(self, points: Sequence[Point], replications: int) -> Mapping[str, Floats]:
        """Base: luck alone; arm: the function and luck of its own besides."""
        self.asked.append(len(points))
        where = np.arange(len(points))
        luck = np.array([Luck(1, r).normals_of("luck", ["all"], where * 0, where * 0)[0] for r in range(replications)])
        base = np.tile(self.common * luck, (len(points), 1))
        rest = np.array([Luck(2, r).normals_of("luck", ["all"], where * 0, where) for r in range(replications)]).T
        values = np.array([self.function(dict(point.numbers)) for point in points])
        return {"classroom_gain_sd": np.stack([base, base + values[:, None] + self.own * rest])}

    def lives_anew(self, point: Point) -> bool:
        """Under the cause of a refusal, as in a school."""
        return dict(point.numbers).get("children.refusal_attention", 0.0) != 0.0


def studied(tmp_path: Path, known: Known, more: str = "", seed: int = 1) -> Study:
    """The study of a small school's question with outcomes that are known."""
    experiment = loaded(tmp_path, ASKED + more)
    assert experiment.sensitivity is not None
    unknown = unknowns(experiment.sensitivity, experiment.base, experiment.scenarios)
    return study_of("Known", experiment.sensitivity, unknown, known, seed=seed, replications=5)


def by_factor(study: Study, name: str) -> Mapping[str, Mapping[str, float]]:
    """Rows of a table by the factor's name in the ledger."""
    return {row["factor"].removeprefix("assumptions."): row for row in study.table(name, "arm").to_dict("records")}


SIZES = f"""\
factors = ["measured", "{ROOM}", "{TRIES}", "{GAP}", "children.refusal_attention", "fitted numbers"]
trajectories = 6
base_points = 512
survivors = 3
replications = 2
"""


def test_what_drives_a_known_answer_is_found(tmp_path: Path) -> None:
    """Three of all numbers matter: they survive the screen and come out in order, each within its interval of its
    known share; all others have nothing, and all of it rests on judged numbers.
    """
    study = studied(tmp_path, Known(lead), SIZES)
    found = by_factor(study, "sobol")
    known = {ROOM: 16 / 21, TRIES: 4 / 21, GAP: 1 / 21, "fitted numbers": 0.0, OTHERS: 0.0}
    assert set(found) == set(known)
    for name, value in known.items():
        for order in ("first", "total"):
            assert found[name][order] == pytest.approx(value, abs=0.05)
            assert found[name][f"{order}_low"] - 1e-9 <= value <= found[name][f"{order}_high"] + 1e-9
    assert [found[name]["rank_to"] for name in (ROOM, TRIES, GAP)] == [1, 2, 3]
    grades = study.table("grades", "arm").set_index("grade")
    assert grades.loc["judged", "first"] == pytest.approx(1.0, abs=0.05)
    assert grades.loc[["measured", "calibrated"], ["first", "total"]].to_numpy() == pytest.approx(0.0, abs=1e-9)
    assert grades.loc["interaction", "first"] == pytest.approx(0.0, abs=0.05)
    swings = by_factor(study, "one_at_a_time")
    assert [swings[n]["swing"] for n in (ROOM, TRIES, GAP, "stores.need")] == pytest.approx([4, -2, 1, 0])
    assert by_factor(study, "screen")[ROOM]["effect"] == pytest.approx(4.0)
    assert by_factor(study, "prcc")[TRIES]["high"] < 0.0 < by_factor(study, "prcc")[ROOM]["low"]


def test_luck_has_no_share_where_there_is_none(tmp_path: Path) -> None:
    """Outcomes without luck: all of the spread is assumptions, in the arm and in the contrast."""
    luck = studied(tmp_path, Known(lead), SIZES).table("luck")
    arm = luck[luck["arm"] == "arm"]
    assert list(arm["baseline"]) == ["", "base"]
    assert arm["share_luck"].to_numpy() == pytest.approx(0.0, abs=1e-12)


def test_luck_has_its_share(tmp_path: Path) -> None:
    """Luck that all arms share drops out of the contrast; luck of the arm's own has its known share of it."""
    more = SIZES.replace("replications = 2", "replications = 6")
    luck = studied(tmp_path, Known(lead, common=3.0, own=0.5), more).table("luck")
    contrast = luck[luck["baseline"] == "base"].iloc[0]
    expected = 0.25 / (0.25 + 21 / 12)
    assert contrast["luck_low"] <= expected <= contrast["luck_high"]
    assert contrast["share_luck"] == pytest.approx(expected, abs=0.03)
    alone = luck[(luck["arm"] == "arm") & (luck["baseline"] == "")].iloc[0]
    assert alone["share_luck"] > 0.5


def test_a_block_of_all_others_keeps_their_share(tmp_path: Path) -> None:
    """A factor that the screen left behind still has its share of the spread, under the name of all others."""
    study = studied(tmp_path, Known(lead), SIZES.replace("survivors = 3", "survivors = 1"))
    found = by_factor(study, "sobol")
    assert set(found) == {ROOM, "fitted numbers", OTHERS}
    assert found[OTHERS]["total"] == pytest.approx(5 / 21, abs=0.05)
    stage = study.table("factors").set_index("factor")["stage"]
    assert stage[f"assumptions.{TRIES}"] == "others"
    assert stage["assumptions.children.refusal_attention"] == "held"
    assert any(note.startswith("Held at their own values") for note in study.notes)


def test_the_sets_stand_side_by_side(tmp_path: Path) -> None:
    """Under each set the difference that its own numbers make, and whether the verdict survives."""
    study = studied(tmp_path, Known(lead, common=1.0), SIZES)
    sets = study.table("sets", "arm").set_index("set")
    for name in ("neutral", "evidence", "practitioner"):
        numbers = Assumptions(set=name).numbers()
        assert sets.loc[name, "difference"] == pytest.approx(lead(numbers))
    assert lead(OWN) > 0.0 > lead(Assumptions(set="practitioner").numbers())
    assert list(sets["verdict"]) == ["higher", "higher", "lower"]
    assert list(sets["survives"]) == ["yes", "yes", "turns round"]


def test_what_does_not_vary_is_said(tmp_path: Path) -> None:
    """An outcome that no number moves: no share, no rank, a remark, and no crash."""
    study = studied(tmp_path, Known(lambda n: 1.0), SIZES)
    found = study.table("sobol", "arm")
    assert found["total"].isna().all()
    assert set(found["remark"]) == {"the outcome does not vary"}
    assert set(study.table("screen", "arm")["survives"]) == {"no", "yes"}


def test_seeds_agree_and_repeat(tmp_path: Path) -> None:
    """The same seed: the same tables. Another: the same three in the same order."""
    first, again, other = (studied(tmp_path, Known(lead, own=0.3), SIZES, seed) for seed in (1, 1, 2))
    for name, table in first.tables.items():
        assert table.equals(again.tables[name]), name
    ranks = [[by_factor(study, "sobol")[n]["rank_from"] for n in (ROOM, TRIES)] for study in (first, other)]
    assert ranks == [[1, 2], [1, 2]]


def test_samples_hold_every_point(tmp_path: Path) -> None:
    """A row for each stage, point, arm, replication and metric; factors in their own units; it can be read again."""
    study = studied(tmp_path / "school", Known(lead), SIZES)
    samples = study.samples
    budget = study.tables["budget"].set_index("stage")
    for stage in ("one_at_a_time", "screen", "sobol"):
        mine = samples[samples["stage"] == stage]
        assert len(mine) == budget.loc[stage, "evaluations"]
    mine = samples[(samples["stage"] == "sobol") & (samples["arm"] == "arm") & (samples["replication"] == 0)]
    expected = [lead({ROOM: r, TRIES: t, GAP: g}) for r, t, g in
                mine[[f"assumptions.{n}" for n in (ROOM, TRIES, GAP)]].itertuples(index=False)]  # fmt: skip
    assert mine["value"].to_numpy() == pytest.approx(np.array(expected))
    assert set(mine["assumptions.children.refusal_attention"]) == {0.0}
    study.write(tmp_path / "out")
    read = Study.read(tmp_path / "out")
    assert list(read.tables) == list(study.tables)
    assert len(read.samples) == len(samples)


def test_a_plan_is_what_is_asked_at_most(tmp_path: Path) -> None:
    """The budget that is told before: no stage asks for more, the first ones for exactly that."""
    known = Known(lead)
    study = studied(tmp_path, known, SIZES)
    asked = loaded(tmp_path, ASKED + SIZES).sensitivity
    assert asked is not None
    told = {stage.stage: stage for stage in planned(asked, study.factors, 2)}
    used = study.tables["budget"].set_index("stage")
    assert used.loc["one_at_a_time", "points"] == told["one_at_a_time"].points
    assert used.loc["screen", "points"] == told["screen"].points
    assert used.loc["sobol", "points"] <= told["sobol"].points


def test_blocks_cover_what_moves() -> None:
    """Each factor that moves is apart or among all others, and in one grade; what is held is in none."""
    made = [Factor(str(i), "", "", 0.0, 1.0, "uniform", 0.5, "judged" if i % 2 else "measured") for i in range(6)]
    blocks = blocks_of(made, apart=(1, 4), still=(2,))
    assert [(b.name, b.factors) for b in blocks] == [
        ("1", (1,)),
        ("4", (4,)),
        (OTHERS, (0, 3, 5)),
        ("measured", (0, 4)),
        ("judged", (1, 3, 5)),
    ]
