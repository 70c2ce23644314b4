"""Shapley values: a whole split among its causes, each given the mean of what it adds over all orders of adding them.

A game of n causes is a function of coalitions; a coalition is a whole number whose bit i says that cause i is on. The
parts add up to the value of all less that of none in every case, also where orders are sampled (Shapley 1953; sampled
orders with their reverses: Mitchell, Cooper, Frank & Holmes 2022).
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb

import numpy as np
from numpy.typing import NDArray

from sdmsim.streams import Luck

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Game = Callable[[Ints], Floats]
"""Values (coalitions, outcomes) of coalitions."""


def shapley_of(values: Floats) -> Floats:
    """(causes, outcomes): the parts, from the values (2 ** causes, outcomes) of every coalition in order."""
    causes = (len(values) - 1).bit_length()
    every = np.arange(len(values))
    sizes = np.bitwise_count(every).astype(np.int64)
    weight = np.array([1.0 / (causes * comb(causes - 1, size)) for size in range(causes)] or [1.0])
    parts = np.empty((causes, values.shape[1]))
    for cause in range(causes):
        without = every[every >> cause & 1 == 0]
        parts[cause] = weight[sizes[without]] @ (values[without | 1 << cause] - values[without])
    return parts


def sampled_shapley(game: Game, causes: int, orders: int, luck: Luck) -> Floats:
    """(causes, outcomes): the parts over `orders` orders drawn by name and the reverse of each (antithetic).

    Every coalition that is met is asked for once.
    """
    who = np.arange(orders)
    names = [f"cause {i}" for i in range(causes)]
    drawn = luck.uniforms_of("order of causes", names, np.arange(causes)[None, :], who[:, None])
    order = np.argsort(drawn, axis=1)
    both = np.concatenate([order, order[:, ::-1]])
    on = np.concatenate([np.zeros((len(both), 1), dtype=np.int64), np.cumsum(1 << both, axis=1)], axis=1)
    asked, place = np.unique(on, return_inverse=True)
    steps = np.diff(game(asked)[place.reshape(on.shape)], axis=1)
    parts = np.zeros((causes, steps.shape[2]))
    np.add.at(parts, both.ravel(), steps.reshape(-1, steps.shape[2]))
    return parts / len(both)
