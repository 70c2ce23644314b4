"""Who leads over all that the evidence leaves: therapy in a lesson against therapy apart, under draws of the ledger.

A share of draws near 0 or 1 says that the ranges themselves decide the outcome, whatever is simulated with them. The
child is the mean child, everything is delivered, and only two things are ever held equal: what the child gets, or
what the therapist spends.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sdmsim.delivery.rules import Moves, WeekRules
from sdmsim.lab.courses import Course, Place, Session, children, lesson, room, trial
from sdmsim.theory.ledger import Assumptions, ledger
from sdmsim.theory.reference import coverage_for_reference

DRAWS = 1024
DRAWN = ("attention.", "practice.", "stores.", "places.", "school.", "team.")
"""Groups of the ledger that learning depends on; contacts, probes and the spread between children do not enter."""
SOLVED = "stores.coverage"
WEEKS, TIMES, MINUTES, GROUP = 36, 2, 25.0, 3.0
"""Therapy apart: 36 weeks of two sessions of 25 minutes in groups of three."""
VISITS = (1, 2, 3)
"""Children served in one visit to a class."""
OUTCOMES = ("skill in a quiet place", "use in class", "lessons that count")
DECIDED_BELOW, DECIDED_ABOVE = 0.05, 0.95

Floats = NDArray[np.float64]


class Lead(NamedTuple):
    """On one basis and for one outcome: how often therapy in a lesson leads, and by how much."""

    basis: str
    outcome: str
    push_in_leads: float
    """Share of draws, ties counted half."""
    low: float
    """5th percentile over draws of lesson less apart: SD of the domain, or hours of lessons a year."""
    middle: float
    high: float

    @property
    def decided(self) -> bool:
        """Whether the assumptions decide it: fewer than 5 % or more than 95 % of the draws."""
        return not DECIDED_BELOW <= self.push_in_leads <= DECIDED_ABOVE


def draws(count: int = DRAWS, seed: int = 0) -> Iterator[dict[str, float]]:
    """Numbers of the ledger drawn from their ranges by their laws: Sobol' points; C6 holds in every draw."""
    from scipy.stats import qmc

    entries = [p for p in ledger().values() if p.name.startswith(DRAWN) and p.name != SOLVED]
    base = Assumptions(set="evidence").numbers()
    for point in qmc.Sobol(len(entries), seed=seed).random(count):
        own = {
            p.name: p.low * (p.high / p.low) ** u if p.law == "loguniform" else p.low + u * (p.high - p.low)
            for p, u in zip(entries, point.tolist(), strict=True)
        }
        n = {**base, **own}
        yield {**n, SOLVED: float(coverage_for_reference(n))}


def bases() -> dict[str, tuple[float, float, float]]:
    """Each basis: sessions in a lesson for every session apart, children in a visit, planning minutes a week.

    At equal student minutes nothing but the place differs. At equal therapist hours moves and planning with the teacher
    are paid from the hours.
    """
    moves, planning = Moves(), WeekRules().planning_minutes_per_class
    metres = moves.default_metres
    apart = (MINUTES + moves.pull_out_lead(metres) + moves.pull_out_tail(metres)) / GROUP
    visit = MINUTES + moves.push_in_lead(metres)

    def sessions(served: int) -> float:
        """So that TIMES x apart = times x visit / served + planning / served a week."""
        return max(0.0, (TIMES * apart * served - planning) / visit) / TIMES

    hours = {
        f"equal therapist hours, {served} child{'ren' if served > 1 else ''} a visit": (
            sessions(served),
            float(served),
            planning,
        )
        for served in VISITS
    }
    return {"equal student minutes": (1.0, GROUP, 0.0), **hours}


def of_a_year(place: Place, n: Mapping[str, float], share: float, size: float, planning: float) -> Floats:
    """The outcomes of a year of `share` times the sessions, for the mean child: SD, SD, hours."""
    count = round(WEEKS * TIMES * share)
    days = 7.0 * WEEKS * np.arange(count) / max(count, 1)
    course = Course(place, tuple(Session(float(day), MINUTES) for day in days), size, planning=planning)
    found = trial(children(1, n, spread=False), course, n, (7.0 * WEEKS,))
    lacks = found.in_class - found.trained + n["children.class_gap"]
    used = found.effect + n["stores.coverage"] * lacks / n["scale.sd.language"]
    return np.array([found.effect[0, 0], used[0, 0], found.counted[0] / 60.0])


def leads(rows: Iterator[Mapping[str, float]]) -> list[Lead]:
    """The table: one row for each basis and outcome, over rows of numbers (`draws`, or equally good rows)."""
    away = Moves()
    walk = away.walk_minutes(away.default_metres)
    lost = away.gather_minutes + away.settle_minutes + away.rethread_minutes + 2.0 * walk
    apart, beside = [], []
    for n in rows:
        apart.append(of_a_year(room(n, "play", moves=lost), n, 1.0, GROUP, 0.0))
        beside.append([of_a_year(lesson(n, "woven"), n, *basis) for basis in bases().values()])
    gaps = np.array(beside) - np.array(apart)[:, None, :]
    return [
        Lead(basis, outcome, *_told(gaps[:, b, o]))
        for b, basis in enumerate(bases())
        for o, outcome in enumerate(OUTCOMES)
    ]


def _told(gap: Floats) -> tuple[float, float, float, float]:
    share = float((gap > 0.0).mean() + 0.5 * (gap == 0.0).mean())
    low, middle, high = np.percentile(gap, [5, 50, 95])
    return share, float(low), float(middle), float(high)


@cache
def shipped_leads() -> tuple[Lead, ...]:
    """The table over DRAWS draws, as `sdmsim validate` made it."""
    text = resources.files("sdmsim.lab").joinpath("leads.csv").read_text("utf-8")
    found = csv.DictReader(text.splitlines())
    return tuple(
        Lead(row["basis"], row["outcome"], *(float(row[key]) for key in ("push_in_leads", "low", "middle", "high")))
        for row in found
    )
