"""Contacts: the functions, the school day of C8, and the children of a week that was lived."""

from __future__ import annotations

import csv
import gzip
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hand_school import child, plan, pull_out, push_in, wanted
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from sdmsim.events import Learning
from sdmsim.lab.contacts import TARGETS, beside_targets, school_days
from sdmsim.plan import Plan
from sdmsim.streams import Luck
from sdmsim.theory.ledger import Assumptions
from sdmsim.theory.peers import contact, contact_frames, mean_contact_frames, partners, sociability
from sdmsim.world import live

EVIDENCE, NEUTRAL = Assumptions(set="evidence").numbers(), Assumptions(set="neutral").numbers()
SEEDS = (1, 2, 3)
SCHOOLS = {seed: [school_days(EVIDENCE, Luck(seed, replication)) for replication in range(20)] for seed in SEEDS}
"""Schools of two days each under the numbers that ship."""


@given(st.floats(0, 1e4), st.floats(0, 1e4), st.integers(0, 500), st.sampled_from([0.0, 0.5, 1.2, 2.1]))
def test_partners_rise_with_contact_and_never_pass_the_others(a: float, b: float, others: int, sd: float) -> None:
    """More minutes never mean fewer partners; there are from none to all of the others."""
    less, more = (float(partners(minutes, others, sd, 1.6)) for minutes in sorted((a, b)))
    assert 0.0 <= less <= more + 1e-9
    assert more <= others + 1e-9


@pytest.mark.parametrize(("minutes", "others", "sd"), [(132.0, 22, 1.16), (42.0, 500, 2.1), (3.0, 22, 0.0)])
def test_partners_are_the_share_of_pairs_that_meet(minutes: float, others: int, sd: float) -> None:
    """The table is what the integral over lognormal pairs gives; nobody is met in no time."""

    def meets(z: float) -> float:
        mean = 3.0 / 1.6 * minutes / others * np.exp(sd * z - 0.5 * sd * sd)
        return float(-np.expm1(-mean) * np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi))

    share = quad(meets, -9.0, 9.0, limit=400)[0]
    assert partners(minutes, others, sd, 1.6) == pytest.approx(others * share, rel=1e-3)
    assert partners(0.0, others, sd, 1.6) == 0.0


def test_contact_is_a_product() -> None:
    """Twice as long is twice the contact; a factor of 1 changes nothing, one of 0 leaves nothing."""
    assert contact(0.3, 40, 1.5, 1, 1, 1) == pytest.approx(2 * contact(0.3, 20, 1.5, 1, 1, 1))
    assert contact(0.3, 40, 1, 1, 1, 1) == pytest.approx(12)
    assert contact(0.3, 40, 1, 1, 1, 0) == 0


def test_own_factors_have_mean_one_and_no_long_tail() -> None:
    """Beta of (2, 1) over its mean: SD .354, never above 1.5."""
    drawn = sociability(2.0, np.random.default_rng(2).random(400_000))
    assert drawn.mean() == pytest.approx(1, rel=0.01)
    assert drawn.std() == pytest.approx(1 / np.sqrt(8), rel=0.01)
    assert drawn.max() <= 1.5


def test_contacts_last_as_their_law_says() -> None:
    """Whole frames, longer than k with (1 + k / scale) ** -tail; the mean is that of the draws."""
    frames = contact_frames(np.random.default_rng(3).random(1_000_000), 1.8, 2.78)
    assert frames.min() == 1
    assert (frames > 15).mean() == pytest.approx((1 + 15 / 1.8) ** -2.78, rel=0.05)
    assert frames.mean() == pytest.approx(mean_contact_frames(1.8, 2.78), rel=0.01)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("figure", list(TARGETS))
def test_school_days_look_like_those_that_were_measured(figure: str, seed: int) -> None:
    """Each figure of C8 comes out within its tolerance under the numbers that ship, whatever the luck."""
    found = {name: (simulated, target, near) for name, simulated, target, near in beside_targets(SCHOOLS[seed])}
    simulated, target, near = found[figure]
    assert simulated == pytest.approx(target, rel=near)


def test_rates_are_those_of_lessons_and_breaks() -> None:
    """Person-minutes an hour with classmates: 14-19 in lessons, 23-27 in breaks (C8)."""
    assert 14 <= 60 * EVIDENCE["peers.rate.lesson"] <= 19
    assert 23 <= 60 * EVIDENCE["peers.rate.break"] <= 27


def lived(school: Plan, numbers: dict[str, float]) -> Learning:
    learning = live(replace(school, numbers=numbers), seed=1, replication=0).learning
    assert learning is not None
    return learning


def week(minutes: int, in_class: bool = False) -> Plan:
    """One child with `minutes` of therapy on Monday."""
    if in_class:
        return plan([child("A")], [wanted(0, "classroom", minutes)], [push_in(0, 610, minutes, [(0, 0)])])
    return plan([child("A")], [wanted(0, "therapy_room", minutes)], [pull_out(0, 610, minutes, [(0, 0)])])


def test_who_is_out_of_class_longer_has_no_more_contact() -> None:
    """Minutes and partners fall as a child is out of class for longer."""
    weeks = [lived(week(minutes), EVIDENCE) for minutes in (10, 20, 30)]
    for less, more in zip(weeks[1:], weeks[:-1], strict=True):
        assert 0 < less.peer_minutes[0] < more.peer_minutes[0]
        assert 0 < less.peer_partners[0] < more.peer_partners[0]


def test_an_adult_beside_the_child_matters_only_by_its_number() -> None:
    """Therapy in class takes nothing where adult_near is 1, and as much as its minutes away where it is 0."""
    free, usual, nothing = (
        float(lived(week(20, in_class=True), {**NEUTRAL, "peers.adult_near": near}).peer_minutes[0])
        for near in (1.0, 0.6, 0.0)
    )
    assert usual == pytest.approx(0.6 * free + 0.4 * nothing)
    longer = float(lived(week(30, in_class=True), {**NEUTRAL, "peers.adult_near": 1.0}).peer_minutes[0])
    assert longer == pytest.approx(free)
    assert nothing < free


def test_a_child_alone_in_its_class_meets_others_in_breaks_only() -> None:
    """Lessons have nobody to meet; with no other class either, there is no contact at all."""
    usual = week(20)
    own = usual.school.sections[0].model_copy(update={"size": 1})
    next_door = own.model_copy(update={"section": "1Z", "size": 20})
    nobody = replace(usual, school=usual.school.model_copy(update={"sections": (own,)}))
    elsewhere = replace(usual, school=usual.school.model_copy(update={"sections": (own, next_door)}))
    met = lived(elsewhere, EVIDENCE)
    assert met.peer_minutes[0] > 0.0
    assert lived(elsewhere, {**EVIDENCE, "peers.rate.lesson": 1.0}).peer_minutes[0] == met.peer_minutes[0]
    assert lived(nobody, EVIDENCE).peer_minutes[0] == lived(nobody, EVIDENCE).peer_partners[0] == 0.0


def test_day_1_of_the_data() -> None:
    """The first of the two measured days lies within a tenth of the mean and the partners of C8."""
    folder = os.environ.get("SDMSIM_DATA")
    if not folder:
        pytest.skip("SDMSIM_DATA names no folder with the data of Stehle et al. 2011")
    minutes: Counter[str] = Counter()
    pairs, children = set(), set()
    with gzip.open(Path(folder) / "sociopatterns_primary_contacts_day1.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if int(row["t"]) >= 12 * 3600:  # the file ends with the first frames of the next day
                continue
            children |= {row[who] for who, of in (("i", "ci"), ("j", "cj")) if row[of] != "Teachers"}
            if "Teachers" not in (row["ci"], row["cj"]):
                minutes.update({row["i"]: 1, row["j"]: 1})
                pairs.add(frozenset((row["i"], row["j"])))
    assert sum(minutes.values()) / 3 / len(children) == pytest.approx(TARGETS["mean"][0], rel=0.1)
    assert 2 * len(pairs) / len(children) == pytest.approx(TARGETS["partners"][0], rel=0.1)
