"""The figures of the calibration targets C1 to C6 and D3 under numbers of the ledger: theory alone, no luck.

Numbers are floats, or arrays of shape (m,) for m rows at once; figures come out in that shape.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sdmsim.theory.attention import log_odds_of, on_task, settled_share
from sdmsim.theory.growth import own_factor
from sdmsim.theory.practice import turns
from sdmsim.theory.probes import expected_tau, success_probability
from sdmsim.theory.reference import (
    COURSE_END,
    COURSE_MINUTES,
    COURSE_SESSION_DAYS,
    FOLLOW_UPS,
    YEAR_DAYS,
    course_gains,
    reference_gain,
)
from sdmsim.theory.stores import below_ceiling

Floats = NDArray[np.float64]
Numbers = Mapping[str, Any]

STUDY_TARGETS = 4.0
"""Skills taught in a single-case study of social skills. Our choice; C4 does not say."""
STUDY_SESSION_DAYS = tuple(7.0 * week + day for week in range(8) for day in (0.0, 2.0, 4.0))
"""Its course: eight weeks of three sessions. Our choice."""
STUDY_MINUTES = 30.0
STUDY_PROBE_DAYS = tuple(day + 0.5 for day in STUDY_SESSION_DAYS[::2])
STUDY_FOLLOW_UPS = tuple(STUDY_SESSION_DAYS[-1] + 7.0 * weeks for weeks in (2.0, 4.0, 6.0))
"""C4: 2 to 6 weeks."""
_RESPONSES = np.repeat([-1.28, -0.52, 0.0, 0.52, 1.28], 3)
_STARTS = np.tile([-1.22, 0.0, 1.22], 5)
"""Fifteen children that stand for all: standard normal numbers of response and start, with mean 0 and SD near 1."""
_UNAIDED_A_DAY = 300.0 * 5.0 / 7.0
"""Minutes of lessons in which a skill can be used, by the day of the week."""


class Target(NamedTuple):
    """A published figure and what counts as met."""

    code: str
    figure: str
    published: float
    """nan where the source gives an order only."""
    low: float
    high: float
    how: Literal["fitted", "solved", "checked"]
    source: str

    def met(self, value: Any) -> Any:
        """Whether a value, or each of an array, lies within low to high."""
        return (value >= self.low) & (value <= self.high)


class Row(NamedTuple):
    """A target beside what the numbers give."""

    target: Target
    value: float

    @property
    def met(self) -> bool:
        """Whether the value lies within the target's limits."""
        return bool(self.target.met(self.value))


@cache
def targets() -> tuple[Target, ...]:
    """The targets in the order of the file."""
    content = tomllib.loads(resources.files("sdmsim.lab").joinpath("targets.toml").read_text("utf-8"))
    return tuple(Target(**entry) for entry in content["target"])


def figures(n: Numbers) -> dict[str, Any]:
    """Every figure of `targets` by its name."""
    return {**exposures(n), **lasting(n), **overlap_of_probes(n), **attention(n), **scale(n), **early(n)}


def on_one_target(n: Numbers, opportunities: Any, need: Any = 1.0) -> Any:
    """Gain of one target by opportunities that follow each other closely, in log-odds."""
    return below_ceiling(0.0, n["stores.increment"] * opportunities / need, n["stores.ceiling"], n["stores.softness"])


def exposures(n: Numbers) -> dict[str, Any]:
    """C1 and C2: what a target gains by opportunities."""
    wanted = float(log_odds_of(0.80) - log_odds_of(0.65))
    by_12, by_24, by_36, by_48 = (on_one_target(n, float(count), n["stores.need"]) for count in (12, 24, 36, 48))
    return {
        "log-odds an opportunity": on_one_target(n, 5.0) / 5.0,
        "opportunities from .65 to .80": _raw_for(n, wanted) / n["stores.increment"],
        "upper half less lower half at the start": 2.0 * np.sqrt(2.0 / np.pi) * n["children.start_sd"],
        "24 exposures less 12, share of 36": (by_24 - by_12) / by_36,
        "36 exposures less 24, share of 36": (by_36 - by_24) / by_36,
        "48 exposures less 36, share of 36": (by_48 - by_36) / by_36,
        "exposures needed, times those of peers": n["stores.need"],
    }


def _raw_for(n: Numbers, gain: Any) -> Any:
    """Log-odds of practice without a ceiling that bring `gain` with it; the inverse of `below_ceiling` from 0.

    Infinite where the gain lies above the ceiling.
    """
    ceiling, soft = n["stores.ceiling"], n["stores.softness"]
    room = np.maximum(-np.expm1((gain - ceiling) / soft), 1e-300)
    found = gain + soft * (np.log(-np.expm1(-ceiling / soft)) - np.log(room))
    return np.where(gain < ceiling, found, np.inf)


def lasting(n: Numbers) -> dict[str, Any]:
    """C3: the effect of a course right after it and at follow-up, on its targets and on the whole domain, in SD."""
    end, *later = course_gains(n, COURSE_SESSION_DAYS, COURSE_MINUTES, [COURSE_END + d for d in (0.0, *FOLLOW_UPS)])
    after = end.trained / n["scale.sd.language"]
    follow_up = sum(gains.trained for gains in later) / len(later) / n["scale.sd.language"]
    return {
        "share of an effect that lasts": follow_up / after,
        "effect after a course, whole domain": n["stores.coverage"] * after,
        "effect after a course, taught targets": after,
        "effect at follow-up, whole domain": n["stores.coverage"] * follow_up,
        "effect at follow-up, taught targets": follow_up,
    }


def overlap_of_probes(n: Numbers) -> dict[str, Any]:
    """C4: expected Tau between baseline and course, follow-up, and class, of a single-case study of social skills."""
    one = np.ndim(n["stores.increment"]) == 0
    rows = {name: np.asarray(value, dtype=np.float64).reshape(-1, 1) for name, value in n.items()}
    response = own_factor(rows["children.response_sd"], _RESPONSES)
    days = (*STUDY_PROBE_DAYS, *STUDY_FOLLOW_UPS)
    study = {**rows, "stores.targets": np.full_like(rows["stores.targets"], STUDY_TARGETS)}
    gains = course_gains(study, STUDY_SESSION_DAYS, STUDY_MINUTES, days, response, _UNAIDED_A_DAY)
    start = rows["children.start_mean"] + rows["children.start_sd"] * _STARTS
    in_class = start - rows["children.class_gap"]
    grown = rows["school.growth"] * rows["scale.sd.language"] / YEAR_DAYS

    def tau(begin: Floats, now: Floats) -> Floats:
        pair = expected_tau(success_probability(begin), success_probability(now), 10, rows["probes.overdispersion"])
        return np.asarray(pair.mean(axis=1))

    trained = [tau(start, start + g.trained + grown * day) for g, day in zip(gains, days, strict=True)]
    used = [tau(in_class, in_class + g.in_class + grown * day) for g, day in zip(gains, days, strict=True)]
    taught = len(STUDY_PROBE_DAYS)
    found = {
        "Tau, acquisition": np.mean(trained[:taught], axis=0),
        "Tau, maintenance": np.mean(trained[taught:], axis=0),
        "Tau, generalisation": np.mean(used, axis=0),
    }
    return {name: float(value[0]) if one else value for name, value in found.items()}


def attention(n: Numbers) -> dict[str, Any]:
    """C5: on task in a class of 22, and in a busy against a sparse room."""

    def share(own: Any, noise: float) -> Any:
        return settled_share(n["attention.base_logit"], own, n["attention.noise_logit"], noise, 1.0, 0.0, 22.0)

    return {
        "on task in class, typical": share(0.0, 0.5),
        "on task in class, attention difficulties": share(n["attention.inattentive_logit"], 0.5),
        "busy less sparse room, log-odds": n["attention.noise_logit"],
    }


def scale(n: Numbers) -> dict[str, Any]:
    """C6, the part of the domain that it takes, what groups keep, and the noise of probes."""

    def practised(size: float) -> Any:
        place = n["attention.noise_logit"], n["places.noise.room"], 1.0
        settled = settled_share(n["attention.base_logit"], 0.0, *place, n["attention.size_logit"], size)
        share = on_task(settled, n["attention.start_share"], n["attention.relax_per_minute"], 0.0, 25.0)
        return share * turns(size, n["practice.others_turns"], 1.0)

    return {
        "gain of a year, SD": reference_gain(n),
        "share of the domain that is taught": n["stores.coverage"],
        "group of four, share of a single child's practice": practised(4.0) / practised(1.0),
        "correlation of two trials of a probe": n["probes.overdispersion"],
    }


def early(n: Numbers) -> dict[str, Any]:
    """D3: opportunities on each target, evenly over a course, at which so much of the gain is reached early.

    Early is the mean of the first third over the mean of the last third (`growth_fits.early_share`).
    """
    counts = np.exp(np.linspace(np.log(2.0), np.log(400.0), 60))
    at = (np.arange(30) + 0.5) / 30.0
    shares = []
    for count in counts:
        gains = np.array([on_one_target(n, count * part, n["stores.need"]) for part in at])
        shares.append(gains[at <= 1 / 3].mean(axis=0) / gains[at > 2 / 3].mean(axis=0))
    table = np.array(shares).reshape(len(counts), -1)
    found = {}
    for wanted in (0.37, 0.60):
        reached = np.array([np.interp(wanted, column, counts, right=np.inf) for column in table.T])
        name = f"opportunities at which .{round(100 * wanted)} is reached early"
        found[name] = float(reached[0]) if np.ndim(n["stores.increment"]) == 0 else reached
    return found
