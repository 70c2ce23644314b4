"""Published results beside simulated trials: the rule, the trials, who leads, and the command."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from sdmsim.lab.courses import Course, room, weekly
from sdmsim.lab.fairness import OUTCOMES, Lead, bases, draws, leads, shipped_leads
from sdmsim.lab.published import Arms, direction, hutchins, number, other_passes, recess, simulated_trials
from sdmsim.show.assumed import decided
from sdmsim.show.cli import main
from sdmsim.theory.ledger import Assumptions, ledger
from sdmsim.theory.reference import reference_gain

EVIDENCE = Assumptions(set="evidence").numbers()
SPREAD = np.linspace(-0.1, 0.1, 201)
"""Simulated trials whose middle 90 % is -.09 to .09."""


def ask(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], prog_name="sdmsim")


@pytest.mark.parametrize(
    ("published", "size", "verdict"),
    [
        (0.0, 200, "reproduced"),
        (0.05, 200, "reproduced"),
        (0.095, 200, "not reproduced"),
        (-0.18, 200, "not reproduced"),
        (0.0, 11, "too small to tell"),
        (0.3, 11, "not reproduced"),
    ],
)
def test_the_rule_for_a_number(published: float, size: int, verdict: str) -> None:
    """Within the middle 90 % is reproduced, unless an effect of .5 SD would pass half of the time."""
    assert number("V0", "x", published, SPREAD, 0.0, (size, size), "").verdict == verdict


@pytest.mark.parametrize(
    ("shift", "own", "verdict"),
    [(0.2, 0.2, "reproduced"), (0.05, 0.05, "too small to tell"), (0.05, -0.01, "not reproduced")],
)
def test_the_rule_for_a_direction(shift: float, own: float, verdict: str) -> None:
    """The middle 90 % above 0 is reproduced; an own effect of the other sign is not; else nobody can tell."""
    assert direction("V0", "x", SPREAD + shift, own, (10, 10), "").verdict == verdict


def test_a_null_result_of_22_children_lets_half_an_sd_pass() -> None:
    """78 times in 100, as a power calculation has it; with 400 children hardly ever."""
    assert other_passes(0.0, (11, 11)) == pytest.approx(0.78, abs=0.01)
    assert other_passes(0.0, (200, 200)) < 0.01
    assert other_passes(-0.18, (136, 137)) == pytest.approx(other_passes(0.18, (136, 137)))


def test_equal_arms_have_no_own_effect() -> None:
    """The same way in both halves: no difference but sampling, around 0, as wide as the sizes say."""
    arms = Arms(EVIDENCE, 400, (15, 15), seed=3)
    gains = arms.found(Course(room(EVIDENCE, "play"), weekly(25.0, 2, 6), 3.0), 6.0).gain[:, -1]
    seen, own = arms.differences(gains, gains)
    assert own == 0.0
    assert seen.mean() == pytest.approx(0.0, abs=0.03)
    assert seen.std() == pytest.approx(math.hypot(0.471, gains.std()) * math.sqrt(2 / 15), rel=0.1)


def test_large_groups_cost_by_mechanism_alone() -> None:
    """With no credit for others' turns, 15 % of sessions in sevens cost that share of what such groups lose."""
    first = next(iter(hutchins({**EVIDENCE, "practice.others_turns": 0.0}, 20, seed=1)))
    alike = next(iter(hutchins({**EVIDENCE, "practice.others_turns": 1.0, "attention.size_logit": 0.0}, 20, seed=1)))
    assert first.own_effect < -0.005
    assert alike.own_effect == pytest.approx(0.0, abs=1e-9)


def test_recess_follows_the_ledger() -> None:
    """Without a number for disability, children with autism are engaged as others are."""
    found = {r.result: r for r in recess({**EVIDENCE, "peers.disability": 1.0}, 200, seed=1)}
    assert found["joint engagement, autism / typical"].own_effect == pytest.approx(1.0, abs=0.02)
    assert found["joint engagement, autism"].verdict == "not reproduced"


def test_trials_repeat_by_their_seed() -> None:
    """Every result again to the last digit; another seed gives others; results cover the published ones."""
    one, again, other = (simulated_trials(EVIDENCE, 20, seed) for seed in (5, 5, 6))
    assert repr(one) == repr(again)
    assert repr(one) != repr(other)
    assert {r.code for r in one} == {"V3", "V4", "V7", "V9", "V11"}
    assert all(r.low <= r.middle <= r.high for r in one)


def test_every_draw_lies_in_the_ranges_and_meets_the_scale() -> None:
    """Draws stay within the ledger's ranges and bring .54 SD by the reference service."""
    for n in draws(8):
        assert reference_gain(n) == pytest.approx(0.54)
        for name, value in n.items():
            entry = ledger()[name]
            assert (
                name == "stores.coverage" or entry.low - 1e-12 <= value <= entry.high + 1e-12 or value == entry.evidence
            )


def test_exchanged_places_exchange_who_leads() -> None:
    """At equal student minutes, without school growth, the one leads where the other led."""

    def still(mirror: bool) -> list[Lead]:
        pairs = [
            ("places.noise.room", "places.noise.whole_class"),
            ("places.similarity.room", "places.similarity.lesson"),
            ("places.work_share.room", "places.work_share.lesson"),
            ("practice.episodes_per_minute.play", "practice.episodes_per_minute.woven"),
        ]
        rows = []
        for drawn in draws(32):
            n = {**drawn, "school.growth": 0.0, "stores.transfer": 0.0}
            swapped = {**n, **{a: n[b] for a, b in pairs}, **{b: n[a] for a, b in pairs}}
            rows.append(swapped if mirror else n)
        return leads(iter(rows))[:2]

    for one, other in zip(still(False), still(True), strict=True):
        assert one.push_in_leads == pytest.approx(1.0 - other.push_in_leads)
        assert 0.0 < one.push_in_leads < 1.0
        assert one.middle == pytest.approx(-other.middle, abs=1e-9)


def test_a_neutral_place_leads_nowhere() -> None:
    """Under neutral, without school growth, neither leads at equal minutes."""
    n = {**Assumptions(set="neutral").numbers(), "school.growth": 0.0}
    for lead in leads(iter([n]))[:2]:
        assert lead.middle == pytest.approx(0.0, abs=1e-9)


def test_equal_hours_are_equal() -> None:
    """What a visit, its planning and its walk cost is what the session apart and its moves cost, child by child."""
    apart = 2 * (25.0 + 5.0) / 3.0
    for served in (1, 2, 3):
        share, size, planning = bases()[f"equal therapist hours, {served} child{'ren' * (served > 1)} a visit"]
        assert (2 * share * 26.0 + planning) / served == pytest.approx(apart)
        assert size == served


@pytest.mark.slow
def test_the_table_that_ships_is_the_one_that_is_found() -> None:
    """Who leads over all draws, to six digits."""
    for shipped, found in zip(shipped_leads(), leads(draws()), strict=True):
        assert (shipped.basis, shipped.outcome) == (found.basis, found.outcome)
        assert tuple(shipped[2:]) == pytest.approx(tuple(found[2:]), rel=1e-4, abs=1e-6)
        assert shipped.decided == found.decided


def test_what_is_decided_is_named() -> None:
    """Basis, leader and outcome of every share below 5 % or above 95 %, and nothing else."""
    found = [
        Lead("equal student minutes", OUTCOMES[0], 0.5, -1, 0, 1),
        Lead("equal therapist hours", OUTCOMES[1], 0.04, -1, -1, 0),
        Lead("equal therapist hours", OUTCOMES[2], 0.96, 0, 1, 1),
        Lead("equal therapist hours, 1 child a visit", OUTCOMES[0], 0.01, -1, -1, -1),
        Lead("equal therapist hours, 2 children a visit", OUTCOMES[0], 0.02, -1, -1, -1),
    ]
    said = decided(found)
    assert "leads on skill in a quiet place (1 child a visit or 2 children a visit)" in said
    assert "at equal therapist hours pull-out leads on use in class; at equal therapist hours push-in leads on" in said
    assert "student minutes" not in said
    assert "nothing" in decided(found[:1])


@pytest.mark.slow
def test_the_command_writes_its_tables(tmp_path: Path, repository: Path) -> None:
    """Verdicts, months and who leads on the screen and in files; without data it says what is left out."""
    out, months = tmp_path / "out", repository / "experiments" / "chicago.toml"
    done = ask("validate", "--trials", 20, "--assumptions", "practitioner", "--months", months, "--out", out)
    assert done.exit_code == 0, done.output
    names = {"validation.csv", "leads.csv", "leads-of-rows.csv", "predicted-months.csv", "manifest.json"}
    assert {file.name for file in out.iterdir()} == names
    assert json.loads((out / "manifest.json").read_text())["assumptions"]["set"] == "practitioner"
    for word in (
        "V3",
        "V4",
        "V7",
        "V9",
        "V11",
        "V10",
        "not reproduced",
        "too small to tell",
        "Hold-outs were not made",
    ):
        assert word in done.output, word
    months_told = [line.split(",")[0] for line in (out / "predicted-months.csv").read_text().splitlines()[1:]]
    assert months_told == ["Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun"]


def test_a_wrong_set_is_refused(tmp_path: Path) -> None:
    """In words, exit 2, and nothing is written."""
    done = ask("validate", "--assumptions", "evidense", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert 'did you mean "evidence"' in done.output
    assert not (tmp_path / "out").exists()
