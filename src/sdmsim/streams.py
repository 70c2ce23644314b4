"""Randomness by name: a draw is a pure function of (seed, replication, decision, who, when).

SplitMix64 (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators",
OOPSLA) is used as a hash over integers: each key is folded in by one finalising step. The
order of calls, the number of workers and the presence of other people never change a draw,
so every arm of an experiment meets the same luck.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB
_TO_UNIT = 2.0**-53


def _fold(state: int, key: int) -> int:
    z = (state ^ (key & _MASK)) + _GOLDEN & _MASK
    z = (z ^ (z >> 30)) * _MIX_1 & _MASK
    z = (z ^ (z >> 27)) * _MIX_2 & _MASK
    return z ^ (z >> 31)


@lru_cache(maxsize=65536)
def number_of(name: str) -> int:
    """A stable 64-bit number for a decision's or a person's name (the same on every machine)."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


class Luck:
    """The draws of one replication under one seed.

    `replication` is None for what a timetable needs: it depends on the seed alone.
    """

    __slots__ = ("_root",)

    def __init__(self, seed: int, replication: int | None) -> None:
        self._root = _fold(_fold(0, seed), 0 if replication is None else replication + 1)

    def _stem(self, decision: str, who: str) -> int:
        return _fold(_fold(self._root, number_of(decision)), number_of(who))

    def uniform(self, decision: str, who: str, when: int = 0) -> float:
        """One draw in (0, 1)."""
        return ((_fold(self._stem(decision, who), when) >> 11) + 0.5) * _TO_UNIT

    def uniforms_of(
        self, decision: str, names: Sequence[str], who: NDArray[np.int64], when: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """`uniform(decision, names[who[i]], when[i])` for every i; `who` and `when` are broadcast together."""
        stems = np.array([self._stem(decision, name) for name in names], dtype=np.uint64)
        return _to_unit(stems[who] ^ when.astype(np.uint64))

    def normals_of(
        self, decision: str, names: Sequence[str], who: NDArray[np.int64], when: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Standard normal draws (Box & Muller 1958) from the uniforms of `decision` and of "`decision`, angle"."""
        radius = np.sqrt(-2.0 * np.log(self.uniforms_of(decision, names, who, when)))
        angle = self.uniforms_of(f"{decision}, angle", names, who, when)
        return np.asarray(radius * np.cos(2.0 * np.pi * angle))


def _to_unit(z: NDArray[np.uint64]) -> NDArray[np.float64]:
    """The last fold of a whole array (its own memory is reused), and to the unit interval."""
    with np.errstate(over="ignore"):
        z += np.uint64(_GOLDEN)
        z ^= z >> np.uint64(30)
        z *= np.uint64(_MIX_1)
        z ^= z >> np.uint64(27)
        z *= np.uint64(_MIX_2)
        z ^= z >> np.uint64(31)
    return ((z >> np.uint64(11)).astype(np.float64) + 0.5) * _TO_UNIT
