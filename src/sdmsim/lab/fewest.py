"""The fewest steps that keep a promise: a monotone search, and what its answer is worth.

A step is a number of tenths of FTE. More staff should never give less, so halving finds the fewest; the steps beside
the answer are tried as well, and where one of them says otherwise every step is tried. What lies between steps that
were not tried is not seen; a search may try them all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import takewhile
from typing import Literal, NamedTuple

from sdmsim.lab.estimates import CONFIDENCE

Sure = Literal["keeps", "does not", "open"]


class Kept(NamedTuple):
    """In how many of the years that were lived the promise was kept, against the probability that is asked."""

    kept: int
    years: int
    asked: float

    @property
    def share(self) -> float:
        """The share of years, the best guess of the probability."""
        return self.kept / self.years

    @property
    def holds(self) -> bool:
        """Whether the best guess reaches what is asked."""
        return self.kept >= self.asked * self.years - 1e-9

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the probability (Clopper & Pearson 1934, exact: never too narrow)."""
        from scipy.stats import binomtest

        found = binomtest(self.kept, self.years).proportion_ci(CONFIDENCE, method="exact")
        return float(found.low), float(found.high)

    @property
    def sure(self) -> Sure:
        """What the interval says: all of it on one side, or `open`."""
        low, high = self.interval
        if low >= self.asked:
            return "keeps"
        return "does not" if high < self.asked else "open"


Known = Mapping[int, Kept]
"""What was found, by step."""


def wanted(known: Known, first: int, last: int, always: Collection[int] = ()) -> list[int]:
    """The steps to try next, from `first` to `last`; none when the answer is known.

    `always`: steps that are tried in any case, such as whole people.
    """
    inside = sorted({first, last, *(step for step in always if first < step < last)})
    if missing := [step for step in inside if step not in known]:
        return missing
    if not in_order(known):
        return [step for step in range(first, last + 1) if step not in known]
    if not known[last].holds or known[first].holds:
        return []
    fails = max(step for step in known if not known[step].holds)
    keeps = min(step for step in known if known[step].holds)
    if keeps - fails > 1:
        return [(fails + keeps) // 2]
    return [step for step in (fails - 1, keeps + 1) if first <= step <= last and step not in known]


def in_order(known: Known) -> bool:
    """Whether no step that does not keep the promise lies above one that does."""
    found = [known[step].holds for step in sorted(known)]
    return found == sorted(found)


class Fewest(NamedTuple):
    """The answer. Steps are None where they lie outside the range that was searched."""

    step: int | None
    """The fewest that keep the promise."""
    low: int | None
    """The fewest that the years leave possible: the first above those that surely do not keep it; None: fewer than
    were tried."""
    high: int | None
    """The fewest that surely keep it; None: more than were tried."""
    settled: int | None
    """From here on, every step that was tried keeps it; more than `step` where more staff gave less."""


def fewest(known: Known) -> Fewest:
    """What the steps that were tried say."""
    steps = sorted(known)
    surely_failing = list(takewhile(lambda step: known[step].sure == "does not", steps))
    failing = [step for step in steps if not known[step].holds]
    return Fewest(
        step=next((step for step in steps if known[step].holds), None),
        low=surely_failing[-1] + 1 if surely_failing else None,
        high=next((step for step in steps if known[step].sure == "keeps"), None),
        settled=next((step for step in steps if not failing or step > failing[-1]), None),
    )
