"""Every strategy passes every law, on any caseload."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdmsim.delivery import STRATEGIES, Hybrid, PullOut, PushIn
from sdmsim.delivery.vocabulary import Case, Strategy
from sdmsim.streams import Luck

MEMBERS: tuple[Strategy, ...] = (
    PushIn(kind="push-in"),
    PullOut(kind="pull-out"),
    *(Hybrid(kind="hybrid", push_in_share=s, choose=c) for s in (0.0, 0.3, 1.0) for c in ("random", "section")),
)

cases = st.builds(
    Case,
    student=st.integers(0, 10**6).map(lambda n: f"s{n}"),
    grade=st.sampled_from(["K", "1", "2"]),
    section=st.sampled_from(["A", "B", "C", "D"]),
    category=st.just("SLI"),
    severity=st.sampled_from(["mild", "moderate", "severe"]),
    goals=st.just(("language",)),
)
caseloads = st.lists(cases, max_size=25, unique_by=lambda case: case.student)


def test_every_strategy_stands_under_the_laws() -> None:
    """A strategy that is added without a member here fails this test."""
    assert {type(member) for member in MEMBERS} == set(STRATEGIES)


@pytest.mark.parametrize("strategy", MEMBERS, ids=str)
@given(caseload=caseloads, seed=st.integers(0, 2**40))
def test_every_child_gets_one_setting(strategy: Strategy, caseload: list[Case], seed: int) -> None:
    """Each case, and nobody else, is given a setting."""
    settings = strategy.settings(caseload, Luck(seed, None))
    assert set(settings) == {case.student for case in caseload}
    assert set(settings.values()) <= {"classroom", "therapy_room"}


@pytest.mark.parametrize("strategy", MEMBERS, ids=str)
@given(caseload=caseloads, seed=st.integers(0, 2**40), data=st.data())
def test_the_order_of_the_roster_does_not_matter(
    strategy: Strategy, caseload: list[Case], seed: int, data: st.DataObject
) -> None:
    """The same children in another order get the same settings."""
    shuffled = data.draw(st.permutations(caseload))
    assert dict(strategy.settings(caseload, Luck(seed, None))) == dict(strategy.settings(shuffled, Luck(seed, None)))


@pytest.mark.parametrize("choose", ["random", "section"])
@given(caseload=caseloads, seed=st.integers(0, 2**40), low=st.floats(0, 1), high=st.floats(0, 1))
def test_children_in_class_at_a_smaller_share_are_among_those_at_a_larger(
    choose: Any, caseload: list[Case], seed: int, low: float, high: float
) -> None:
    """0.25 is a subset of 0.5; none at 0, all at 1."""

    def inside(share: float) -> set[str]:
        settings = Hybrid(kind="hybrid", push_in_share=share, choose=choose).settings(caseload, Luck(seed, None))
        return {student for student, setting in settings.items() if setting == "classroom"}

    assert inside(min(low, high)) <= inside(max(low, high))
    assert inside(0.0) == set()
    assert inside(1.0) == {case.student for case in caseload}


@given(caseload=caseloads, newcomer=cases, seed=st.integers(0, 2**40), share=st.floats(0, 1))
def test_one_child_more_changes_nobody_elses_setting(
    caseload: list[Case], newcomer: Case, seed: int, share: float
) -> None:
    """At random, each child is chosen by a draw of its own."""
    others = [case for case in caseload if case.student != newcomer.student]
    hybrid = Hybrid(kind="hybrid", push_in_share=share)
    without = hybrid.settings(others, Luck(seed, None))
    settings = hybrid.settings([newcomer, *others], Luck(seed, None))
    assert {student: settings[student] for student in without} == dict(without)


@given(caseload=caseloads, seed=st.integers(0, 2**40), share=st.floats(0, 1))
def test_by_section_whole_classes_go_together_the_fullest_first(caseload: list[Case], seed: int, share: float) -> None:
    """No class is split, and a class outside is never fuller than a class inside."""
    settings = Hybrid(kind="hybrid", push_in_share=share, choose="section").settings(caseload, Luck(seed, None))
    of_section: dict[str, set[str]] = {}
    for case in caseload:
        of_section.setdefault(case.section, set()).add(settings[case.student])
    assert all(len(found) == 1 for found in of_section.values())
    sizes = Counter(case.section for case in caseload)
    inside = [sizes[s] for s, found in of_section.items() if found == {"classroom"}]
    outside = [sizes[s] for s, found in of_section.items() if found == {"therapy_room"}]
    assert not inside or not outside or min(inside) >= max(outside)


def test_the_share_holds_on_average() -> None:
    """Of 4,000 children 30 % are chosen, give or take three standard errors."""
    caseload = [Case(f"s{n}", "1", "A", "", "mild", ("language",)) for n in range(4000)]
    settings = Hybrid(kind="hybrid", push_in_share=0.3).settings(caseload, Luck(7, None))
    chosen = sum(setting == "classroom" for setting in settings.values()) / 4000
    assert abs(chosen - 0.3) < 3 * (0.3 * 0.7 / 4000) ** 0.5
