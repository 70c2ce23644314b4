"""The shipped numbers beside the published ones that they are tuned to: C1, C2, C3, C6 and the size of groups."""

from __future__ import annotations

import numpy as np
import pytest

from sdmsim.theory.attention import log_odds_of, on_task, settled_share
from sdmsim.theory.ledger import SETS, Assumptions, SetName
from sdmsim.theory.practice import turns
from sdmsim.theory.reference import coverage_for_reference, lasting_share, reference_gain
from sdmsim.theory.stores import below_ceiling, rest

EVIDENCE = Assumptions(set="evidence").numbers()


def on_one_target(exposures: float, need: float) -> float:
    """Gain of a target by exposures that follow each other closely, in log-odds."""
    raw = EVIDENCE["stores.increment"] * exposures / need
    return float(below_ceiling(0.0, raw, EVIDENCE["stores.ceiling"], EVIDENCE["stores.softness"]))


@pytest.mark.parametrize("which", SETS)
def test_the_reference_service_brings_the_same_in_every_set(which: SetName) -> None:
    """C6: .54 SD in a year, school included, so that sets differ by what they assume and not by scale."""
    assert reference_gain(Assumptions(set=which).numbers()) == pytest.approx(0.54, abs=1e-3)


def test_the_coverage_is_solved_for_the_reference_service() -> None:
    """With other numbers another coverage brings C6 back."""
    other = {**EVIDENCE, "practice.others_turns": 0.5, "school.growth": 0.1}
    assert reference_gain(other) != pytest.approx(0.54, abs=0.01)
    assert reference_gain({**other, "stores.coverage": coverage_for_reference(other)}) == pytest.approx(0.54)


def test_a_typical_learner_needs_about_seven_opportunities() -> None:
    """C1: from .65 to .80 in about 7 opportunities (6 to 9), at an even pace: the first as good as the fifth."""
    start, wanted = log_odds_of(0.65), log_odds_of(0.80)
    needed = next(n for n in range(1, 40) if start + on_one_target(n, 1.0) >= wanted)
    assert 6 <= needed <= 9
    steps = np.diff([on_one_target(n, 1.0) for n in range(6)])
    assert steps == pytest.approx(0.1, rel=0.1)


def test_a_target_is_learned_by_36_exposures() -> None:
    """C2: 12 < 24 < 36 exposures, each clearly, and 48 within 5 % of 36, for children with language disorder."""
    found = [on_one_target(n, EVIDENCE["stores.need"]) for n in (12, 24, 36, 48)]
    assert found[1] > 1.2 * found[0]
    assert found[2] > 1.2 * found[1]
    assert found[3] == pytest.approx(found[2], rel=0.05)


def test_peers_need_a_third_of_the_exposures() -> None:
    """C2: what 12 exposures are to peers, 36 are to children with language disorder."""
    assert on_one_target(12, 1.0) == pytest.approx(on_one_target(36, EVIDENCE["stores.need"]))


@pytest.mark.parametrize("which", SETS)
def test_a_third_of_an_effect_lasts(which: SetName) -> None:
    """C3: .23 / .70 = .33 of the effect at the end is left at follow-up, within .10."""
    assert lasting_share(Assumptions(set=which).numbers()) == pytest.approx(0.23 / 0.70, abs=0.10)


def test_a_summer_costs_what_its_days_cost() -> None:
    """Ten weeks without school fade by the same rule as ten weeks in two parts, with no number of their own."""
    from sdmsim.theory.stores import Gains

    spring = Gains(0.2, 0.6, 0.0, 0.0)
    half_life, kept = EVIDENCE["stores.half_life"], EVIDENCE["stores.kept"]
    summer = rest(spring, 70.0, 0.0, half_life, kept)
    halves = rest(rest(spring, 30.0, 0.0, half_life, kept), 40.0, 0.0, half_life, kept)
    assert summer.trained == pytest.approx(halves.trained, rel=1e-12)
    assert 0.2 < summer.trained < spring.trained


@pytest.mark.parametrize("size", [2.0, 3.0, 4.0])
def test_small_groups_come_within_a_tenth_of_single_children(size: float) -> None:
    """Boyle et al. 2009, Hutchins & Schmitt 2024: groups of 2-4 gain as single children do; tries and attention."""

    def tries(children: float) -> float:
        settled = settled_share(
            EVIDENCE["attention.base_logit"],
            0.0,
            EVIDENCE["attention.noise_logit"],
            EVIDENCE["places.noise.room"],
            1.0,
            EVIDENCE["attention.size_logit"],
            children,
        )
        share = on_task(settled, EVIDENCE["attention.start_share"], EVIDENCE["attention.relax_per_minute"], 0.0, 25.0)
        return float(share * turns(children, EVIDENCE["practice.others_turns"], 1.0))

    assert tries(size) == pytest.approx(tries(1.0), rel=0.1)


def test_attention_in_a_class_and_its_noise() -> None:
    """C5: .88 on task in a usual class, .75 with attention difficulties; a busy room takes what was measured."""

    def share(own: float, noise: float) -> float:
        return float(
            settled_share(EVIDENCE["attention.base_logit"], own, EVIDENCE["attention.noise_logit"], noise, 1, 0, 22)
        )

    assert share(0.0, 0.5) == pytest.approx(0.88, abs=0.005)
    assert share(EVIDENCE["attention.inattentive_logit"], 0.5) == pytest.approx(0.75, abs=0.01)
    taken = log_odds_of(share(0.0, 0.0)) - log_odds_of(share(0.0, 1.0))
    assert taken == pytest.approx(log_odds_of(1 - 0.284) - log_odds_of(1 - 0.386), abs=0.005)
