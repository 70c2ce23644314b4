"""The default study, in stages, since looking closely at every assumption costs too much.

1. Each factor alone, from one end of its range to the other, the others at their own values.
2. A screen (Morris) over all factors: which do anything at all, wherever the others stand? The factors with the largest
   effects on any contrast survive. What has no scale (rows of fitted numbers) and what the user varies of the scenario
   always does: nobody asked whether they matter.
3. Sobol' indices of each survivor, of the evidence grades, and of all others together. The others are drawn too, as
   one block: held at their values they would be taken for known, their share of the spread would be lost, and
   everything that is asked of the same points (who leads in how many futures) would look surer than it is. Only a
   number under which years must be lived anew, which costs about four times as much, is held where it did not survive.

All other analyses read the points of the last stage that are an even sample of the space.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sdmsim.lab.drivers import morris, one_at_a_time, sobol
from sdmsim.lab.drivers.evaluating import Evaluating
from sdmsim.lab.drivers.factors import Point, Unknowns
from sdmsim.lab.drivers.question import OF_THE_LEDGER, Sensitivity
from sdmsim.lab.drivers.study import OTHERS, Contrast, Stage
from sdmsim.lab.drivers.vocabulary import Factor, Floats, Samples
from sdmsim.metrics import unit_of
from sdmsim.theory.ledger import GRADES

ROW_LEVELS = 8
"""Rows that are tried one at a time."""
SCREEN, SOBOL, ALONE = "screen", "sobol", "one_at_a_time"
GRADE_NAMES = (*GRADES, "scenario")
"""Evidence grades whose shares are asked, and what the user varies."""


class Block(NamedTuple):
    """Factors that move together in the second stage."""

    name: str
    """Of its one factor, of a grade, or `all others`."""
    factors: tuple[int, ...]
    """Numbers of the study's factors."""
    of_grade: bool


@dataclass(slots=True)
class Looked:
    """What a study has looked at so far."""

    asked: Sensitivity
    unknown: Unknowns
    evaluating: Evaluating
    arms: tuple[str, ...]
    """The baseline first."""
    seed: int
    stages: list[Stage] = field(default_factory=list)
    samples: dict[str, Samples] = field(default_factory=dict)
    """By stage: all factors; a position is nan where a factor stays at its own value."""
    notes: list[str] = field(default_factory=list)
    """What a reader should know of how it was looked at."""
    said: dict[str, str] = field(default_factory=dict)
    """Sentences that an analysis has put into words itself, by its name."""

    @property
    def contrasts(self) -> tuple[Contrast, ...]:
        """Each arm against the baseline in the metric that decides."""
        metric = self.asked.metric
        return tuple(Contrast(arm, self.arms[0], metric, unit_of(metric)) for arm in self.arms[1:])

    def look(self, stage: str, positions: Floats) -> Samples:
        """Measure all arms at points, and keep them under the name of the stage."""
        replications = self.asked.replications
        told = Stage(stage, len(positions), len(self.arms), replications)
        outcomes = self.evaluating.outcomes(self.unknown.points(positions), replications)
        chosen = [list(self.evaluating.arms).index(arm) for arm in self.arms]
        found = Samples(self.unknown.factors, positions, self.arms, {m: v[chosen] for m, v in outcomes.items()})
        self.samples[stage] = found
        self.stages.append(told)
        return found

    def outcome(self, stage: str, contrast: Contrast) -> Floats:
        """(points, replications) of a contrast at the points of a stage."""
        return self.samples[stage].difference(contrast.arm, contrast.baseline, contrast.metric)


def planned(asked: Sensitivity, factors: Sequence[Factor], arms: int) -> list[Stage]:
    """What every stage asks for at most, before any has begun."""
    scaled = sum(factor.law != "row" for factor in factors)
    rows = len(factors) - scaled
    blocks = min(len(factors), asked.survivors + rows + sum(f.grade == "scenario" for f in factors)) + 1
    blocks += len({factor.grade for factor in factors})
    return [
        Stage(ALONE, 1 + 2 * scaled + ROW_LEVELS * rows, arms, asked.replications),
        Stage(SCREEN, asked.trajectories * (len(factors) + 1), arms, asked.replications),
        Stage(SOBOL, asked.base_points * (blocks + 2), arms, asked.replications),
    ]


def without_scale(factors: Sequence[Factor]) -> tuple[int, ...]:
    """Numbers of factors whose values have no order."""
    return tuple(i for i, factor in enumerate(factors) if factor.law == "row")


def alone(looked: Looked) -> dict[Contrast, tuple[one_at_a_time.Swing, ...]]:
    """What each factor moves by itself."""
    factors = looked.unknown.factors
    home = looked.unknown.at_home()
    rows = without_scale(factors)
    scaled = [i for i in range(len(factors)) if i not in rows]
    home[scaled] = np.where(np.isnan(home[scaled]), 0.5, home[scaled])  # a key that the scenario does not give
    parts = [_spread(one_at_a_time.design(home[scaled]), scaled, home)] if scaled else []
    levels = one_at_a_time.levels_of(ROW_LEVELS, scaled=False)
    for i in rows:
        tried = np.tile(home, (ROW_LEVELS, 1))
        tried[:, i] = levels
        parts.append(tried if scaled or i != rows[0] else np.vstack([home, tried]))
    looked.look(ALONE, np.vstack(parts))
    found = {}
    for contrast in looked.contrasts:
        y = looked.outcome(ALONE, contrast)
        end = 1 + 2 * len(scaled)
        swings = [one._replace(factor=scaled[one.factor]) for one in one_at_a_time.swings(y[:end])]
        for k, i in enumerate(rows):
            own = y[end + k * ROW_LEVELS : end + (k + 1) * ROW_LEVELS]
            (swing,) = one_at_a_time.swings(np.vstack([y[:1], own]), ROW_LEVELS, (0,))
            swings.append(swing._replace(factor=i))
        found[contrast] = tuple(sorted(swings))
    return found


def _spread(positions: Floats, columns: Sequence[int], home: Floats) -> Floats:
    """Positions of some factors beside all others at their own."""
    whole = np.tile(home, (len(positions), 1))
    whole[:, list(columns)] = positions
    return whole


def screen(looked: Looked) -> dict[Contrast, tuple[morris.Effect, ...]]:
    """Effects of all factors, wherever the others stand."""
    factors = looked.unknown.factors
    positions = morris.design(len(factors), looked.asked.trajectories, looked.seed, without_scale(factors))
    looked.look(SCREEN, positions)
    return {c: morris.effects(positions, looked.outcome(SCREEN, c), looked.seed) for c in looked.contrasts}


def survivors(looked: Looked, screened: Mapping[Contrast, Sequence[morris.Effect]]) -> tuple[int, ...]:
    """Numbers of the factors that the second stage looks at apart, in the order of the factors."""
    factors = looked.unknown.factors
    always = {i for i, f in enumerate(factors) if f.law == "row" or f.grade == "scenario"}
    size: dict[int, float] = {}
    for effects in screened.values():
        largest = max((e.estimate for e in effects if not np.isnan(e.estimate)), default=0.0)
        for e in effects:
            if e.factor not in always and e.told and largest > 0.0:
                size[e.factor] = max(size.get(e.factor, 0.0), e.estimate / largest)
    chosen = sorted(size, key=lambda i: (-size[i], i))[: looked.asked.survivors]
    return tuple(sorted({*always, *chosen}))


def held(looked: Looked, apart: Sequence[int]) -> tuple[int, ...]:
    """Numbers of the factors that stay at their own values in the second stage."""
    factors = looked.unknown.factors
    costly = [i for i, f in enumerate(factors) if f.name.startswith(OF_THE_LEDGER) and _is_costly(looked, i)]
    if len(costly) == sum(f.name.startswith(OF_THE_LEDGER) for f in factors):
        return ()  # all are: a strategy that reviews, whose years depend on every number
    return tuple(i for i in costly if i not in apart)


def _is_costly(looked: Looked, factor: int) -> bool:
    positions = np.full((2, len(looked.unknown.factors)), np.nan)
    positions[:, factor] = [0.0, 1.0]
    return any(looked.evaluating.lives_anew(point) for point in looked.unknown.points(positions))


def blocks_of(factors: Sequence[Factor], apart: Sequence[int], still: Sequence[int]) -> tuple[Block, ...]:
    """The blocks of the second stage: each survivor, all others, and each grade."""
    moving = [i for i in range(len(factors)) if i not in still]
    others = tuple(i for i in moving if i not in apart)
    found = [Block(factors[i].name, (i,), of_grade=False) for i in moving if i in apart]
    if others:
        found.append(Block(OTHERS, others, of_grade=False))
    for grade in GRADE_NAMES:
        mine = tuple(i for i in moving if factors[i].grade == grade)
        if mine:
            found.append(Block(grade, mine, of_grade=True))
    return tuple(found)


class Second(NamedTuple):
    """The second stage: its blocks, and their indices by contrast."""

    blocks: tuple[Block, ...]
    still: tuple[int, ...]
    indices: Mapping[Contrast, tuple[sobol.Index, ...]]


def second(looked: Looked, apart: Sequence[int]) -> Second:
    """Sobol' indices of the survivors, of all others together, and of the grades."""
    factors = looked.unknown.factors
    still = held(looked, apart)
    if still:
        names = ", ".join(factors[i].name for i in still)
        looked.notes.append(f"Held at their own values in the second stage, as the screen found no more: {names}.")
    blocks = blocks_of(factors, apart, still)
    moving = [i for i in range(len(factors)) if i not in still]
    place = {i: k for k, i in enumerate(moving)}
    within = [[place[i] for i in block.factors] for block in blocks]
    drawn = sobol.design(len(moving), looked.asked.base_points, looked.seed, within)
    looked.look(SOBOL, _spread(drawn, moving, np.full(len(factors), np.nan)))
    found = {c: sobol.indices(looked.outcome(SOBOL, c), len(blocks), looked.seed) for c in looked.contrasts}
    return Second(blocks, still, found)


def even(looked: Looked, found: Second) -> Samples:
    """The points of the second stage that are an even sample of the space, without the factors that stay still."""
    samples = looked.samples[SOBOL]
    points = np.arange(len(samples.positions))[sobol.independent(len(found.blocks), len(samples.positions))]
    moving = [i for i in range(len(samples.factors)) if i not in found.still]
    return Samples(
        tuple(samples.factors[i] for i in moving),
        samples.positions[points][:, moving],
        samples.arms,
        {metric: values[:, points] for metric, values in samples.outcomes.items()},
    )


def first_points(looked: Looked, n: int = 4) -> Iterator[tuple[str, list[Point]]]:
    """A few points of each costly stage, to see what one costs before it starts; they are kept, and not lost."""
    factors = looked.unknown.factors
    positions = morris.design(len(factors), looked.asked.trajectories, looked.seed, without_scale(factors))
    yield SCREEN, looked.unknown.points(positions[:n])
    still = list(held(looked, ()))
    positions = positions[:n].copy()
    positions[:, still] = np.nan
    yield SOBOL, looked.unknown.points(positions)
