"""Arms worth a choice where several outcomes count, and the search for them among many combinations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from small_experiment import ARMS, HEAD, written

from sdmsim.base import InputErrors
from sdmsim.lab.estimates import Values
from sdmsim.lab.execute import execute
from sdmsim.lab.experiment import load_experiment
from sdmsim.lab.explore import explore
from sdmsim.lab.front import standings
from sdmsim.show.front import front_sentence
from sdmsim.show.pictures import draw

YEARS = 20


def made(means: Mapping[str, tuple[float, float]], own: float = 0.0, seed: int = 4) -> dict[str, Sequence[Values]]:
    """Two outcomes by year: the same luck in all arms, and some of their own."""
    draws = np.random.default_rng(seed)
    luck = draws.normal(size=(2, YEARS))
    return {
        arm: [np.array(m + luck[i] + own * draws.normal(size=YEARS)) for i, m in enumerate(both)]
        for arm, both in means.items()
    }


def test_an_arm_that_is_worse_in_all_is_off_the_front_and_it_says_behind_whom() -> None:
    """The others give one outcome for the other."""
    found = standings(made({"cheap": (1.0, 3.0), "rich": (3.0, 1.0), "poor": (0.5, 0.5)}, own=0.1))
    assert [(one.arm, one.on_front, one.behind) for one in found] == [
        ("cheap", True, ()),
        ("rich", True, ()),
        ("poor", False, ("cheap", "rich")),
    ]


def test_noise_makes_no_front() -> None:
    """300 times three arms alike: all three stay on it in 94 of 100 and more, where bare means leave two or fewer."""
    whole, by_means = 0, 0
    for seed in range(300):
        values = made(dict.fromkeys("abc", (0.0, 0.0)), own=1.0, seed=seed)
        whole += all(one.on_front for one in standings(values))
        means = np.array([[mine.mean() for mine in both] for both in values.values()])
        by_means += all(not any((other > mine).all() for other in means) for mine in means)
    assert whole >= 0.94 * 300
    assert by_means < 0.5 * 300


def test_equal_in_one_and_better_in_the_other_is_better() -> None:
    """What does not vary counts by its value: a cost to the dollar."""
    values = made({"a": (0.0, 0.0), "b": (0.0, 1.0)})
    assert [one.on_front for one in standings(values)] == [False, True]
    assert all(one.on_front for one in standings(made({"a": (0.0, 0.0), "b": (0.0, 0.0)})))


def test_one_year_tells_nothing_apart_that_varies() -> None:
    """Both stay, unless what they differ in does not vary at all."""
    assert all(one.on_front for one in standings({"a": [np.array([np.nan])] * 2, "b": [np.array([1.0])] * 2}))


FACTORS: Mapping[str, Sequence[object]] = {
    "mix": (0.0, 0.25, 0.5, 0.75, 1.0),
    "size": (2, 3, 4, 5),
    "kind": ("x", "y"),
    "fte": tuple(round(0.6 + 0.1 * i, 1) for i in range(10)),
}


def outcomes(mix: float, size: int, kind: str, fte: float) -> tuple[float, float]:
    """Minutes given, money kept: a hump over the mix, larger groups save hours, one kind is worse."""
    need = 1.1 + mix * (1 - mix) - 0.1 * (size - 3) + 0.1 * mix + 0.1 * (kind == "y")
    return 0.85 / (1 + np.exp(-8 * (fte - need + 0.25))) - 0.01 * (size - 2), -80 * fte - 4 * mix * size


def reached(points: Sequence[tuple[float, float]], worst: tuple[float, float]) -> float:
    """The area that is dominated (hypervolume)."""
    area, best = 0.0, worst[1]
    for x, y in sorted(points, reverse=True):
        if y > best:
            area, best = area + (x - worst[0]) * (y - best), y
    return area


def test_a_search_finds_more_of_the_front_than_chance_does() -> None:
    """Of 400 combinations 40 are lived: mean share of the area that all reach, over six seeds, against 40 at random."""
    combinations = list(product(*FACTORS.values()))
    names = [str(i) for i in range(len(combinations))]
    value = {name: outcomes(*each) for name, each in zip(names, combinations, strict=True)}  # type: ignore[arg-type]
    worst = (min(v[0] for v in value.values()), min(v[1] for v in value.values()))
    whole = reached(list(value.values()), worst)
    found, chance = [], []
    for seed in range(6):
        lived = explore(
            FACTORS, names, first="7", tries=40, outcomes=2, seed=seed, live=lambda some: {n: value[n] for n in some}
        )
        assert len(lived) == len(set(lived)) == 40
        assert "7" in lived
        found.append(reached([value[name] for name in lived], worst) / whole)
        drawn = np.random.default_rng(seed).choice(len(names), 40, replace=False)
        chance.append(reached([value[names[i]] for i in drawn], worst) / whole)
    assert np.mean(found) > np.mean(chance) + 0.05


def test_a_search_lives_nothing_twice_and_ends_where_all_is_lived() -> None:
    """More tries than combinations are all of them; the same seed chooses the same."""
    factors = {"a": (1, 2, 3), "b": ("x", "y")}
    names = [f"{a}{b}" for a, b in product(*factors.values())]
    asked: list[str] = []

    def live(some: Sequence[str]) -> dict[str, Sequence[float]]:
        asked.extend(some)
        return {name: (float(name[0]), -float(name[0])) for name in some}

    assert explore(factors, names, first="1x", tries=9, outcomes=2, seed=1, live=live) == names
    assert sorted(asked) == sorted(names)
    assert asked[0] == "1x"
    some = [explore(factors, names, first="1x", tries=5, outcomes=2, seed=3, live=live) for _ in range(2)]
    assert some[0] == some[1]


GRID = """
[factors]
"delivery.push_in_share" = [0.0, 0.5, 1.0]
"grouping.legal_size" = [3, 4, 5]

[front]
outcomes = ["delivered_share", "class_minutes_missed"]
tries = 5
"""
BASE = "push_in_share 0.0, legal_size 3"


def test_an_experiment_may_live_a_few_of_many_combinations(tmp_path: Path) -> None:
    """So many arms as tries, the baseline among them, in the order of the file; a picture and a sentence besides."""
    text = HEAD.replace('"none"', f'"{BASE}"') + GRID
    results = execute(load_experiment(written(tmp_path, text)), workers=1)
    everything = [arm.name for arm in load_experiment(tmp_path / "mix.toml").arms]
    assert len(results.arms) == 5
    assert BASE in results.arms
    assert [name for name in everything if name in results.arms] == list(results.arms)
    assert set(results.runs["arm"]) == set(results.arms)
    picture = next(picture for picture in draw(results) if picture.name == "front")
    assert list(picture.numbers["arm"]) == list(results.arms)
    assert picture.numbers["on_front"].any()
    assert front_sentence(results).startswith("Worth a choice by promised minutes given and class missed: ")


@pytest.mark.parametrize(
    ("front", "says"),
    [
        ('outcomes = ["delivered_shar", "cost"]', 'front.outcomes: "delivered_shar" is not a metric; did you mean'),
        ('outcomes = ["review_hours", "cost"]', 'front.outcomes: of "review_hours" neither more nor less is better'),
        ('outcomes = ["cost_per_goal_met", "cost"]', 'front.outcomes: "cost_per_goal_met" is a ratio of totals'),
        ('outcomes = ["cost", "cost"]', "front.outcomes: one is there twice"),
        ('outcomes = ["cost"]', "front.outcomes"),
        ('outcomes = ["delivered_share", "cost"]\ntries = 6', "front.tries: chooses among combinations of [factors]"),
    ],
)
def test_what_will_not_do_is_said(tmp_path: Path, front: str, says: str) -> None:
    """In the words of the file."""
    with pytest.raises(InputErrors, match=re.escape(says)):
        load_experiment(written(tmp_path, HEAD + ARMS + f"\n[front]\n{front}\n"))
