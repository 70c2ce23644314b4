"""Trials of published size, simulated many times over: V3, V4, V7, V9 and V11 beside what was published.

Nothing is tuned to these. What a source as seen does not say (docs/sources.md) is `assumed`, in words. Gains are
observed: true gain plus the noise of two tests of reliability .9.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sdmsim.lab.courses import Children, Course, Found, children, hallway, lesson, room, trial, weekly
from sdmsim.streams import Luck
from sdmsim.theory.peers import sociability

Floats = NDArray[np.float64]
Numbers = Mapping[str, float]
Verdict = Literal["reproduced", "not reproduced", "too small to tell", "prediction"]

TEST_NOISE = math.sqrt(2.0 * (1.0 / 0.9 - 1.0))
"""SD of the difference of two tests of reliability .9, in SD of the true score."""
OTHER_EFFECT = 0.5
"""Each result is also held against a model with this effect: where that passes too, the trial says little."""
TELLING = 0.5
"""A trial that lets the other effect pass this often or more is too small to tell."""


class Result(NamedTuple):
    """A published result beside simulated trials of its size."""

    code: str
    result: str
    published: float
    """nan where only a direction was published."""
    low: float
    """Of the middle 90 % of the simulated trials."""
    middle: float
    high: float
    own_effect: float
    """The model's, without sampling noise."""
    other_passes: float
    """Chance that a model with an effect of .5 SD would pass too; nan where the unit is not SD."""
    verdict: Verdict
    assumed: str
    """What of the design the source as seen does not say."""


def number(
    code: str, what: str, published: float, seen: Floats, own: float, sizes: tuple[int, int], assumed: str
) -> Result:
    """A result with a published difference in SD (0: none was found), by the rule of docs/model.md.

    Reproduced: within the middle 90 % of the simulated trials. Where it is, but a model with an effect of .5 SD would
    leave the published number within a trial's 95 % interval half of the time or more: too small to tell.
    """
    low, middle, high = np.percentile(seen, [5, 50, 95])
    passes = other_passes(published, sizes)
    inside = bool(low <= published <= high)
    verdict: Verdict = "not reproduced" if not inside else "too small to tell" if passes >= TELLING else "reproduced"
    return Result(code, what, published, float(low), float(middle), float(high), own, passes, verdict, assumed)


def direction(code: str, what: str, seen: Floats, own: float, sizes: tuple[int, int], assumed: str) -> Result:
    """A result of which only the direction, a difference above 0, is known.

    Reproduced: the middle 90 % of the simulated trials lies above 0. Not reproduced: the model's own effect does not
    lie above 0. Else too small to tell.
    """
    low, middle, high = np.percentile(seen, [5, 50, 95])
    verdict: Verdict = "not reproduced" if own <= 0.0 else "reproduced" if low > 0.0 else "too small to tell"
    passes = _normal(OTHER_EFFECT / _error(sizes))
    return Result(code, what, math.nan, float(low), float(middle), float(high), own, passes, verdict, assumed)


def level(code: str, what: str, published: float, seen: Floats, own: float, assumed: str) -> Result:
    """A published level or ratio: reproduced where it lies within the middle 90 % of the simulated trials."""
    low, middle, high = np.percentile(seen, [5, 50, 95])
    verdict: Verdict = "reproduced" if low <= published <= high else "not reproduced"
    return Result(code, what, published, float(low), float(middle), float(high), own, math.nan, verdict, assumed)


def other_passes(published: float, sizes: tuple[int, int]) -> float:
    """Chance that a trial of these sizes with a true effect of .5 SD leaves `published` in its 95 % interval.

    The effect has the sign of what was published. A null result of 11 against 11 children: .78.
    """
    error, effect = _error(sizes), math.copysign(OTHER_EFFECT, published)
    return _normal((published - effect) / error + 1.96) - _normal((published - effect) / error - 1.96)


def _error(sizes: tuple[int, int]) -> float:
    return math.sqrt(1.0 / sizes[0] + 1.0 / sizes[1])


def _normal(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


class Arms:
    """The children of many trials of one size, and observed differences between two halves of each."""

    def __init__(self, n: Numbers, trials: int, sizes: tuple[int, int], seed: int) -> None:
        self.n, self.trials, self.sizes, self.seed = n, trials, sizes, seed
        self.who: Children = children(trials * sum(sizes), n, seed=seed)

    def found(self, course: Course, weeks: float) -> Found:
        """The course for every child, probed at its end."""
        return trial(self.who, course, self.n, (7.0 * weeks,), seed=self.seed)

    def differences(self, first: Floats, second: Floats) -> tuple[Floats, float]:
        """Observed difference of means in each trial, and the mean true difference over all children.

        `first`, `second`: (child,) true gains in SD of every child under each of the two ways; the first children of a
        trial go one way, the others the other.
        """
        shape = (self.trials, sum(self.sizes))
        z = Luck(self.seed, 0).normals_of("test", ["trial"], np.zeros(1, dtype=np.int64), np.arange(first.size))
        noise = TEST_NOISE * np.asarray(z).reshape(shape)
        one, other = (gains.reshape(shape) + noise for gains in (first, second))
        split = self.sizes[0]
        return np.asarray(one[:, :split].mean(axis=1) - other[:, split:].mean(axis=1)), float((first - second).mean())


def used(found: Found, n: Numbers) -> Floats:
    """(child,) gain of the domain in use in class at the last probe, in SD."""
    lacks = (found.in_class - found.trained)[:, -1] + n["children.class_gap"]
    return np.asarray(found.gain[:, -1] + n["stores.coverage"] * lacks / n["scale.sd.language"])


def boyle(n: Numbers, trials: int, seed: int) -> Iterator[Result]:
    """V3: individual and group therapy against none, and against each other (Boyle et al. 2009, RCT, n = 161)."""
    sessions, assumed = weekly(35.0, 3, 15), "128 of 161 treated; groups of 3 where 2-5; gain scores, reliability .9"
    arms = Arms(n, trials, (128, 33), seed)
    group = arms.found(Course(room(n, "play"), sessions, 3.0), 15.0)
    seen, own = arms.differences(group.gain[:, -1], (group.gain - group.effect)[:, -1])
    spread = math.sqrt(TEST_NOISE**2 + float((group.gain[:, -1]).var()))
    z = seen / (spread * _error(arms.sizes))
    low, middle, high = np.percentile(z, [5, 50, 95])
    passes = other_passes(2.16 * _error(arms.sizes), arms.sizes)
    verdict: Verdict = "reproduced" if low <= 2.16 <= high else "not reproduced"
    told = (float(low), float(middle), float(high), own, passes, verdict, assumed)
    yield Result("V3", "therapy over control, z (p = .031)", 2.16, *told)
    pair = Arms(n, trials, (64, 64), seed + 1)
    two = [pair.found(Course(room(n, "play"), sessions, size), 15.0).gain[:, -1] for size in (1.0, 3.0)]
    yield number("V3", "individual less group, SD", 0.0, *pair.differences(*two), pair.sizes, assumed)


def hutchins(n: Numbers, trials: int, seed: int) -> Iterator[Result]:
    """V4: some sessions in large groups, and single children, against groups of 2-4 (Hutchins & Schmitt 2024)."""
    assumed = "half of 273 children each; 15 % of their sessions in groups of 7, gains mixed in proportion; 36 weeks"
    arms = Arms(n, trials, (136, 137), seed)
    sessions = weekly(25.0, 1, 36)
    alone, usual, large = (arms.found(Course(room(n, "play"), sessions, s), 36.0).gain[:, -1] for s in (1.0, 3.0, 7.0))
    mixed = 0.85 * usual + 0.15 * large
    what = "over 5 % in groups of 5-10, less groups of 2-4, SD"
    yield number("V4", what, -0.18, *arms.differences(mixed, usual), arms.sizes, assumed)
    yield number("V4", "individual less groups of 2-4, SD", 0.0, *arms.differences(alone, usual), arms.sizes, assumed)


def in_class_studies(n: Numbers, trials: int, seed: int) -> Iterator[Result]:
    """V7: jointly planned work in class, unplanned, and pull-out (Throneburg 2000, Swenson 2000; Valdez 1997)."""
    sessions, assumed = weekly(40.0, 1, 12), "12 children an arm, 12 weeks of 40 minutes; planning 30 minutes a week"
    arms = Arms(n, trials, (12, 12), seed)
    planned, alone = (
        used(arms.found(Course(lesson(n, "woven"), sessions, 3.0, planning=minutes), 12.0), n)
        for minutes in (30.0, 0.0)
    )
    apart = used(arms.found(Course(room(n, "play"), sessions, 3.0), 12.0), n)
    for what, other in (("in class without planning", alone), ("pull-out", apart)):
        seen, own = arms.differences(planned, other)
        yield direction("V7", f"planned in class over {what}, use, SD", seen, own, arms.sizes, assumed)
    start = Arms(n, trials, (20, 20), seed + 1)
    two = [used(start.found(Course(place, sessions, 3.0), 12.0), n) for place in (lesson(n, "woven"), room(n, "play"))]
    assumed = "20 children an arm, 12 weeks of 40 minutes, no planning"
    yield number(
        "V7", "Head Start: in class less pull-out, use, SD", 0.0, *start.differences(*two), start.sizes, assumed
    )


def recess(n: Numbers, trials: int, seed: int) -> Iterator[Result]:
    """V9: recess in joint engagement and alone, 51 children with autism and 51 without (Locke et al. 2016)."""
    assumed = "engaged: 1 or more contacts at a moment, Poisson, at children's own rates; alone: none"
    drawn = Luck(seed, 0).uniforms_of("recess", ["trial"], np.zeros(1, dtype=np.int64), np.arange(trials * 102))
    own = np.asarray(sociability(n["peers.child_power"], drawn)).reshape(trials, 102)
    rate = n["peers.rate.break"] + n["peers.rate.other_classes"]
    shares = 1.0 - np.exp(-rate * own * np.where(np.arange(102) < 51, n["peers.disability"], 1.0))
    autism, typical = shares[:, :51].mean(axis=1), shares[:, 51:].mean(axis=1)
    yield level("V9", "joint engagement, typical", 0.70, typical, float(typical.mean()), assumed)
    yield level("V9", "joint engagement, autism", 0.40, autism, float(autism.mean()), assumed)
    ratio = autism / typical
    yield level("V9", "joint engagement, autism / typical", 0.40 / 0.70, ratio, float(ratio.mean()), assumed)
    yield level("V9", "solitary, autism", 0.30, 1.0 - autism, float(1.0 - autism.mean()), assumed)
    yield level("V9", "solitary, typical", 0.09, 1.0 - typical, float(1.0 - typical.mean()), assumed)


def byers(n: Numbers, trials: int, seed: int) -> Iterator[Result]:
    """V11: speech sounds, 3 x 5 minutes alone against 2 x 30 minutes in a group (Byers et al. 2021, RCT, n = 22)."""
    arms = Arms(n, trials, (11, 11), seed)
    courses = (Course(hallway(n, "drill"), weekly(5.0, 3, 11)), Course(room(n, "drill"), weekly(30.0, 2, 11), 3.0))
    two = [(found := arms.found(course, 11.0)).trained[:, -1] - arms.who.start for course in courses]
    del found
    assumed = "11 weeks, drill in both, 5 minutes in the hallway, groups of 3, outcome on the sounds taught"
    yield number(
        "V11", "3 x 5 min alone less 2 x 30 min in a group, SD", 0.0, *arms.differences(*two), arms.sizes, assumed
    )


def simulated_trials(n: Numbers, trials: int, seed: int) -> list[Result]:
    """Every result but V10, in the order of the codes."""
    found: list[Result] = []
    for position, study in enumerate((boyle, hutchins, in_class_studies, recess, byers)):
        found += study(n, trials, seed + 10 * position)
    return found
