"""The fewest steps that keep a promise: found by halving, with what the years leave open."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdmsim.lab.fewest import Kept, Known, fewest, in_order, wanted


def searched(holds: dict[int, bool], first: int, last: int, years: int = 100) -> dict[int, Kept]:
    """What the search tries where it is known which steps keep the promise in all years, or in none."""
    known: dict[int, Kept] = {}
    while steps := wanted(known, first, last):
        assert not known.keys() & set(steps), "a step is tried twice"
        known |= {step: Kept(years if holds[step] else 0, years, 0.9) for step in steps}
    return known


@given(st.integers(0, 40), st.integers(0, 40), st.integers(-5, 45))
def test_the_fewest_is_found_wherever_it_lies(first: int, more: int, threshold: int) -> None:
    """Of all steps from the threshold on, the first within the range; none where it lies above."""
    last = first + more
    known = searched({s: s >= threshold for s in range(first, last + 1)}, first, last)
    assert fewest(known).step == (max(threshold, first) if threshold <= last else None)
    assert len(known) <= 2 + int(np.ceil(np.log2(more + 1))) + 2


def test_where_more_staff_gives_less_every_step_is_tried() -> None:
    """The answer is the first that keeps it; the step from which on all do is told besides."""
    holds = {step: step in (8, 10, 11, 12) for step in range(4, 13)}
    known = searched(holds, 4, 12)
    assert sorted(known) == list(range(4, 13))
    assert not in_order(known)
    assert (fewest(known).step, fewest(known).settled) == (8, 10)


def test_whole_people_are_always_tried() -> None:
    """One whole person may give more than one and a tenth, and halving alone would step over it."""
    known: dict[int, Kept] = {}
    while steps := wanted(known, 6, 16, always=(10, 20)):
        known |= {step: Kept(100 if step == 10 else 0, 100, 0.9) for step in steps}
    assert fewest(known).step == 10
    assert fewest(known).settled is None
    assert sorted(known) == list(range(6, 17))


def test_outside_the_range_nothing_is_searched() -> None:
    """Two steps tell it: the last does not keep it, or the first does already."""
    low, high = searched({4: False, 12: False}, 4, 12), searched({4: True, 12: True}, 4, 12)
    assert len(low) == len(high) == 2
    assert (fewest(low).step, fewest(low).high, fewest(low).settled) == (None, None, None)
    assert (fewest(high).step, fewest(high).low) == (4, None)


def test_what_the_years_leave_open_is_told() -> None:
    """Between the steps that surely do not keep it and those that surely do, the answer may lie anywhere."""
    known: Known = {8: Kept(2, 40, 0.9), 9: Kept(34, 40, 0.9), 10: Kept(37, 40, 0.9), 11: Kept(40, 40, 0.9)}
    assert [known[s].sure for s in known] == ["does not", "open", "open", "keeps"]
    assert fewest(known) == (10, 9, 11, 10)


@pytest.mark.parametrize(("kept", "years", "holds"), [(27, 30, True), (26, 30, False), (9, 10, True), (19, 20, True)])
def test_the_share_asked_is_enough(kept: int, years: int, holds: bool) -> None:
    """Nine in ten years is nine in ten years, without a hair lost to rounding."""
    assert Kept(kept, years, 0.9).holds is holds


def test_the_interval_is_the_exact_one() -> None:
    """Clopper & Pearson: of 10 in 10 years the lower end is the 0.025's tenth root."""
    low, high = Kept(10, 10, 0.5).interval
    assert low == pytest.approx(0.025**0.1)
    assert high == 1.0
