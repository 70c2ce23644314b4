from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from choice_samples import EFFECT, Floats, factor, luck, samples, uniform, years

from sdmsim.lab.drivers.boxes import best_box, elsewhere, inside, quasi_p
from sdmsim.lab.drivers.discovery import Box, discover
from sdmsim.lab.drivers.point_means import UnansweredError

MISSED = "class_minutes_missed"


def limits_of(box: Box) -> dict[tuple[int, str], float]:
    return {(limit.factor, limit.side): limit.value for limit in box.limits}


def corner(positions: Floats) -> Floats:
    """A gain that is a loss where the first factor is above .7 and the second below .5."""
    return np.where((positions[:, 0] > 0.7) & (positions[:, 1] < 0.5), -1.0, 1.0)


def test_prim_finds_a_planted_box() -> None:
    """Limits to .06 of the range, in each factor's own unit; nothing else is limited; the words say it."""
    factors = [factor("similarity", 0.0, 10.0), factor("share"), factor("idle"), factor("fitted numbers", rows=40)]
    positions = uniform(256, 4)
    found = discover(samples(years(corner(positions), 4, sd=0.5), positions, factors), EFFECT, "B", baseline="A")
    box = found.boxes[0]
    assert limits_of(box).keys() == {(0, "above"), (1, "below")}
    assert limits_of(box)[0, "above"] == pytest.approx(7.0, abs=0.6)
    assert limits_of(box)[1, "below"] == pytest.approx(0.5, abs=0.06)
    assert min(box.coverage, box.density, box.coverage_elsewhere, box.density_elsewhere) > 0.8
    assert box.p < 1e-6
    assert all(limit.again >= 0.8 and limit.quasi_p < 1e-4 for limit in box.limits)
    assert "B fails where the similarity is above 7" in box.said
    assert f"the share is below {limits_of(box)[1, 'below']:.3g}: " in box.said
    assert found.share.low < 0.15 < found.share.high
    assert found.left_out == ("fitted numbers",)
    assert not found.noise
    assert len(found.boxes) == 1


def test_two_ways_to_fail_are_two_boxes() -> None:
    """Where PRIM alone gets stuck between them: the larger comes first, and what is outside it is looked at again."""
    positions = uniform(256, 3)
    fails = (positions[:, 0] > 0.7) | ((positions[:, 0] < 0.4) & (positions[:, 1] < 0.4))
    found = discover(samples(years(np.where(fails, -1.0, 1.0), 3), positions), EFFECT, "B", baseline="A")
    assert limits_of(found.boxes[0]).keys() == {(0, "above")}
    assert limits_of(found.boxes[1]).keys() == {(0, "below"), (1, "below")}
    assert found.boxes[0].coverage + found.boxes[1].coverage > 0.85
    assert "Of the rest, B fails" in found.said


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_box_of_noise_is_called_noise(seed: int) -> None:
    """Failures that no factor explains have no box, although PRIM finds one in the points it looks at."""
    positions = uniform(120, 4, seed)
    gain = luck((120,), 1.0, seed) + 0.5
    found = discover(samples(years(gain, 4), positions), EFFECT, "B", baseline="A")
    assert found.boxes == ()
    assert found.noise
    assert "no more than noise" in found.said


def test_a_threshold_is_in_the_metrics_own_unit_and_direction() -> None:
    """More than 30 minutes missed is a failure where less is better, whatever the other arm does."""
    positions = uniform(128, 2)
    missed = 20.0 + 40.0 * positions[:, 0]
    values = np.stack([np.zeros((128, 2)), np.tile(missed[:, None], 2)])
    found = discover(samples({MISSED: values}, positions), MISSED, "B", threshold=30.0)
    assert np.array_equal(found.fails, missed > 30.0)
    assert limits_of(found.boxes[0])[0, "above"] == pytest.approx(0.25, abs=0.06)
    assert "above 30 min" in found.said


def test_luck_alone_is_no_failure() -> None:
    """An arm that is a little better everywhere, under much luck: no failure is shown; bare means show many."""
    values = years(np.full(200, 0.2), 4, sd=2.0)
    bare = ((values[1] - values[0]).mean(axis=1) < 0.0).mean()
    found = discover(samples(values, uniform(200, 3)), EFFECT, "B", baseline="A")
    assert bare > 0.35
    assert found.fails.mean() < 0.7 * bare
    assert found.share.low == 0.0
    assert found.boxes == ()


def test_fails_everywhere_nowhere_or_too_seldom() -> None:
    """No box is sought, and the words say why."""
    for gain, said in (
        (np.full(40, -1.0), "fails everywhere"),
        (np.full(40, 1.0), "fails nowhere"),
        (np.where(np.arange(40) < 4, -1.0, 1.0), "at 4 of 40 points: too few"),
        (np.array([1.0, -1.0]), "at 1 of 2 points: too few"),
    ):
        found = discover(samples(years(gain, 3), uniform(len(gain), 2)), EFFECT, "B", baseline="A")
        assert found.boxes == ()
        assert not found.noise
        assert said in found.said


def test_points_without_years_are_left_out() -> None:
    """A point at which a year failed in every replication is neither failure nor success."""
    positions = uniform(60, 2)
    values = years(corner(positions), 2)
    values[1, :5] = np.nan
    found = discover(samples(values, positions), EFFECT, "B", baseline="A")
    assert found.points.tolist() == list(range(5, 60))
    assert len(found.fails) == 55


def test_all_that_is_wrong_is_said() -> None:
    """Neither or both measures, an arm against itself, an arm that is not there."""
    made = samples(years(np.zeros(20), 2), uniform(20, 1))
    for given, said in (
        ({"arm": "B"}, "Name one"),
        ({"arm": "B", "baseline": "A", "threshold": 1.0}, "Name one"),
        ({"arm": "B", "baseline": "B"}, "Name one"),
        ({"arm": "Z", "baseline": "A"}, "no arm Z"),
    ):
        with pytest.raises(UnansweredError, match=said):
            discover(made, EFFECT, **given)  # type: ignore[arg-type]


def test_limits_that_hold_nothing_are_dropped() -> None:
    """A box of one factor has limits of no other, and all points need none."""
    positions = uniform(100, 3)
    limits = best_box(positions, positions[:, 1] > 0.6, [0, 1, 2])
    assert [(i, side) for i, side, _ in limits] == [(1, "above")]
    assert inside(positions, limits).sum() == pytest.approx(40, abs=4)
    assert inside(positions, ()).all()


def test_without_the_extra_the_words_say_what_to_install() -> None:
    """A missing ema-workbench is one clear sentence."""
    code = (
        "import sys\nsys.modules['ema_workbench'] = None\n"
        "from sdmsim.lab.drivers.boxes import _prim\n"
        "from sdmsim.lab.drivers.point_means import UnansweredError\n"
        "try:\n    _prim()\nexcept UnansweredError as error:\n    print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert 'pip install "sdmsim[futures]"' in said


def test_a_box_that_stands_in_its_own_points_falls_in_others() -> None:
    """Chance alone gives a box with a small quasi-p; in the other half of the points it holds no more than chance."""
    positions = uniform(160, 10, 2)
    fails = luck((160,), 1.0, 52) > 1.1
    limits = best_box(positions, fails, range(10))
    assert quasi_p(positions, fails, limits, 0) < 0.002
    assert elsewhere(positions, fails, range(10), 0)[0] > 0.05
