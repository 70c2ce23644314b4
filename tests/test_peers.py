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

from sdmsim.events import Learning
from sdmsim.lab.contacts import TARGETS, beside_targets, school_day
from sdmsim.plan import Plan
from sdmsim.streams import Luck
from sdmsim.theory.ledger import Assumptions
from sdmsim.theory.peers import contact, factor, log_sd_of, partners
from sdmsim.world import live

EVIDENCE, NEUTRAL = Assumptions(set="evidence").numbers(), Assumptions(set="neutral").numbers()
DAYS = [school_day(EVIDENCE, Luck(1, replication)) for replication in range(40)]
"""School days under the numbers that ship."""


@given(st.floats(0, 1e4), st.floats(0, 1e4), st.integers(0, 500), st.floats(0.01, 100))
def test_partners_rise_with_contact_and_never_pass_the_others(a: float, b: float, others: int, shape: float) -> None:
    """More minutes never mean fewer partners; there are from none to all of the others."""
    less, more = (float(partners(minutes, others, shape)) for minutes in sorted((a, b)))
    assert 0.0 <= less <= more + 1e-9
    assert more <= others + 1e-9


def test_partners_are_the_share_of_pairs_that_meet() -> None:
    """The closed form is what gamma pairs with Poisson frames give."""
    rng = np.random.default_rng(1)
    met = rng.poisson(3.0 * 6.0 * rng.gamma(0.8, size=200_000) / 0.8) > 0
    assert partners(22 * 6.0, 22, 0.8) == pytest.approx(22 * met.mean(), rel=0.01)


def test_contact_is_a_product() -> None:
    """Twice as long is twice the contact; a factor of 1 changes nothing, one of 0 leaves nothing."""
    assert contact(0.3, 40, 1.5, 1, 1, 1) == pytest.approx(2 * contact(0.3, 20, 1.5, 1, 1, 1))
    assert contact(0.3, 40, 1, 1, 1, 1) == pytest.approx(12)
    assert contact(0.3, 40, 1, 1, 1, 0) == 0


def test_own_factors_have_the_mean_and_variance_of_the_gamma() -> None:
    """The lognormal that stands for a gamma of shape 2.8 has mean 1 and variance 1 / 2.8."""
    drawn = factor(log_sd_of(2.8), np.random.default_rng(2).standard_normal(400_000))
    assert drawn.mean() == pytest.approx(1, rel=0.01)
    assert drawn.var() == pytest.approx(1 / 2.8, rel=0.03)


@pytest.mark.parametrize("figure", list(TARGETS))
def test_a_school_day_looks_like_the_one_that_was_measured(figure: str) -> None:
    """Each figure of C8 comes out within its tolerance under the numbers that ship."""
    found = {name: (simulated, target, near) for name, simulated, target, near in beside_targets(DAYS)}
    simulated, target, near = found[figure]
    assert simulated == pytest.approx(target, rel=near)


def test_classes_differ_threefold() -> None:
    """The class with most contact has two and a half to four times that of the class with least (C8: 73 to 224)."""
    ratio = np.median([day.of_classes().max() / day.of_classes().min() for day in DAYS])
    assert 2.5 <= ratio <= 4.0


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


def test_day_1_of_the_data() -> None:
    """The first of the two measured days lies within a tenth of the mean and the partners of C8."""
    folder = os.environ.get("SDMSIM_DATA")
    if not folder:
        pytest.skip("SDMSIM_DATA names no folder with the data of Stehle et al. 2011")
    minutes: Counter[str] = Counter()
    pairs, children = set(), set()
    with gzip.open(Path(folder) / "sociopatterns_primary_contacts_day1.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            children |= {row[who] for who, of in (("i", "ci"), ("j", "cj")) if row[of] != "Teachers"}
            if "Teachers" not in (row["ci"], row["cj"]):
                minutes.update({row["i"]: 1, row["j"]: 1})
                pairs.add(frozenset((row["i"], row["j"])))
    assert sum(minutes.values()) / 3 / len(children) == pytest.approx(TARGETS["mean"][0], rel=0.1)
    assert 2 * len(pairs) / len(children) == pytest.approx(TARGETS["partners"][0], rel=0.1)
