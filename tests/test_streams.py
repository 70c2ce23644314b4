"""Randomness by name: draws depend on their names only, and look like what they are meant to be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sdmsim.streams import Luck, _fold, number_of

NAMES = ("A01", "A02", "B17")


def uniforms(luck: Luck, decision: str, who: str, n: int) -> NDArray[np.float64]:
    """One person's draws for when = 0..n-1, as one array."""
    return luck.uniforms_of(decision, [who], np.zeros(n, dtype=np.int64), np.arange(n))


@given(
    seed=st.integers(0, 2**63 - 1),
    replication=st.none() | st.integers(0, 10_000),
    decision=st.text(max_size=12),
    who=st.text(max_size=12),
)
def test_one_draw_equals_its_place_in_the_array(seed: int, replication: int | None, decision: str, who: str) -> None:
    """An array holds the very draws that `uniform` makes one at a time, all inside (0, 1)."""
    luck = Luck(seed, replication)
    array = uniforms(luck, decision, who, 9)
    assert array.tolist() == [luck.uniform(decision, who, when) for when in range(9)]
    assert array.min() > 0.0
    assert array.max() < 1.0


def test_a_table_holds_the_draws_of_each_person_at_each_time() -> None:
    """`uniforms_of` with any mix of people and times equals single draws, also when broadcast."""
    luck = Luck(7, 3)
    who, when = np.array([2, 0, 0, 1]), np.array([5, 5, 70_000, 0])
    expected = [luck.uniform("absent", NAMES[w], int(t)) for w, t in zip(who, when, strict=True)]
    assert luck.uniforms_of("absent", NAMES, who, when).tolist() == expected
    grid = luck.uniforms_of("absent", NAMES, np.arange(3)[:, None], np.arange(4))
    assert grid.tolist() == [[luck.uniform("absent", name, t) for t in range(4)] for name in NAMES]


def test_asking_does_not_change_what_is_asked_for() -> None:
    """The names passed in are left alone, and the same question has the same answer."""
    luck = Luck(7, 3)
    when = np.arange(5)
    first = luck.uniforms_of("absent", NAMES, np.zeros(5, dtype=np.int64), when)
    assert when.tolist() == [0, 1, 2, 3, 4]
    assert first.tolist() == luck.uniforms_of("absent", NAMES, np.zeros(5, dtype=np.int64), when).tolist()


def test_the_order_of_calls_does_not_matter() -> None:
    """Draws are the same forwards, backwards, with others between them, and from another Luck of the same name."""
    luck = Luck(1, 0)
    forwards = [luck.uniform("absent", "A01", when) for when in range(20)]
    other = Luck(1, 0)
    backwards = []
    for when in reversed(range(20)):
        uniforms(other, "moves", f"S{when}", 3)
        backwards.append(other.uniform("absent", "A01", when))
    assert backwards[::-1] == forwards


def test_one_more_person_changes_nobody_elses_draws() -> None:
    """Adding a name, even in front, leaves the others' draws as they were."""
    luck = Luck(11, 2)
    when = np.arange(50)
    alone = luck.uniforms_of("absent", NAMES, np.arange(3)[:, None], when)
    more = luck.uniforms_of("absent", ("A00", *NAMES), np.arange(1, 4)[:, None], when)
    assert (alone == more).all()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("absent", "A01", Luck(1, 0)), ("absent", "A02", Luck(1, 0))),
        (("absent", "A01", Luck(1, 0)), ("unwilling", "A01", Luck(1, 0))),
        (("absent", "A01", Luck(1, 0)), ("absent", "A01", Luck(2, 0))),
        (("absent", "A01", Luck(1, 0)), ("absent", "A01", Luck(1, 1))),
        (("absent", "A01", Luck(1, 0)), ("absent", "A01", Luck(1, None))),
        (("absent", "A01", Luck(1, 0)), ("A01", "absent", Luck(1, 0))),
    ],
    ids=["who", "decision", "seed", "replication", "timetable", "exchanged"],
)
def test_another_name_is_another_stream(one: tuple[str, str, Luck], other: tuple[str, str, Luck]) -> None:
    """Streams that differ in one name are uncorrelated (|r| below 4 / sqrt(n)) and share no draw."""
    n = 20_000
    a, b = (uniforms(luck, decision, who, n) for decision, who, luck in (one, other))
    assert abs(np.corrcoef(a, b)[0, 1]) < 4.0 / math.sqrt(n)
    assert not (a == b).any()


def test_draws_are_uniform() -> None:
    """Over times, people, replications, seeds: chi-square in 64 cells below its 99.9 % point (103.4, 63 df)."""
    n = 64 * 400
    streams = {
        "times": uniforms(Luck(5, 0), "absent", "A01", n),
        "people": np.array([Luck(5, 0).uniform("absent", f"A{i}") for i in range(n)]),
        "replications": np.array([Luck(5, i).uniform("absent", "A01") for i in range(n)]),
        "seeds": np.array([Luck(i, 0).uniform("absent", "A01") for i in range(n)]),
    }
    for name, draws in streams.items():
        counts, _ = np.histogram(draws, bins=64, range=(0.0, 1.0))
        assert ((counts - 400) ** 2 / 400).sum() < 103.4, name


def test_successive_draws_are_independent() -> None:
    """Pairs of neighbours fall evenly into an 8 x 8 grid: chi-square below its 99.9 % point (103.4, 63 df)."""
    draws = uniforms(Luck(5, 0), "absent", "A01", 2 * 64 * 400)
    counts, _, _ = np.histogram2d(draws[0::2], draws[1::2], bins=8, range=((0.0, 1.0), (0.0, 1.0)))
    assert ((counts - 400) ** 2 / 400).sum() < 103.4


def test_normal_draws_are_standard_normal() -> None:
    """Mean 0, SD 1, and the right shares beyond one and two SD, each within four standard errors."""
    n = 40_000
    draws = Luck(9, 0).normals_of("moves", NAMES, np.zeros(n, dtype=np.int64), np.arange(n))
    assert abs(draws.mean()) < 4.0 / math.sqrt(n)
    assert abs(draws.std() - 1.0) < 4.0 / math.sqrt(2 * n)
    for limit, share in ((1.0, 0.3173), (2.0, 0.0455)):
        assert abs((abs(draws) > limit).mean() - share) < 4.0 * math.sqrt(share * (1 - share) / n)


def test_draws_are_the_same_on_every_machine() -> None:
    """The hash is SplitMix64 (its first output from state 0 is published), and a few draws are written down here:
    they change only when the streams do, and then every result does.
    """
    assert _fold(0, 0) == 0xE220A8397B1DCDAF
    assert number_of("child absent") == 0x2B85C28B52E48D05
    assert Luck(1, 0).uniform("child absent", "A01", 0) == 0.45571738433170444
    assert Luck(1, None).uniform("push-in by share", "A01") == 0.6769826656988609
