"""About the decision: who leads where, what turns it round, which choice holds, and what to know first.

All of it reads the points of the second stage that are an even sample of what is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sdmsim.lab.drivers import break_even, flips, win_map
from sdmsim.lab.drivers.acceptability import acceptability, plane
from sdmsim.lab.drivers.discovery import discover
from sdmsim.lab.drivers.futures import futures
from sdmsim.lab.drivers.information import information
from sdmsim.lab.drivers.noise import settling
from sdmsim.lab.drivers.point_means import UnansweredError
from sdmsim.lab.drivers.regret import regrets
from sdmsim.lab.drivers.staged import ALONE, SOBOL, Looked, Second, without_scale
from sdmsim.lab.drivers.study import OTHERS, Contrast
from sdmsim.lab.drivers.tables import fields, table, value_at
from sdmsim.lab.drivers.vocabulary import Factor, Floats, Samples
from sdmsim.metrics import BETTER, unit_of

if TYPE_CHECKING:
    import pandas as pd

Rows = Iterator[tuple[Contrast, Mapping[str, Any]]]

MOST_TIMES = 64
"""More runs than so many times those that were made settle nothing, for what is asked here."""
CURVE_STEP = 5
"""Of the positions at which a curve is reckoned, each such one is in the table."""
TIMES_THE_PRICE = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0, 8.0)


class Decided:
    """The analyses of one study."""

    def __init__(self, looked: Looked, found: Second, points: Samples) -> None:
        self.looked = looked
        self.found = found
        self.points = points
        metric = looked.asked.metric
        self.higher = BETTER.get(metric) != "less"
        self.sign = 1.0 if self.higher else -1.0

    def tables(self) -> dict[str, Callable[[], pd.DataFrame]]:
        """By the name of the table, what makes it; where the points have no answer it is empty, and a note says why."""
        made: dict[str, Callable[[], Rows]] = {
            "settling": self._settling,
            "flips": self._flips,
            "flips_when_moved": self._flips_when_moved,
            "break_even": self._break_even,
            "curves": self._curves,
            "win_map": self._win_map,
            "regret": self._regret,
            "futures": self._futures,
            "plane": self._plane,
            "cost_effectiveness": self._cost_effectiveness,
            "acceptability": self._acceptability,
            "information": self._information,
            "discovery": self._discovery,
        }
        return {name: self._told(name, rows) for name, rows in made.items()}

    def _told(self, name: str, rows: Callable[[], Rows]) -> Callable[[], pd.DataFrame]:
        def make() -> pd.DataFrame:
            try:
                return table(list(rows()))
            except UnansweredError as error:
                self.looked.notes.append(f"No {name.replace('_', ' ')}: {error}")
                return table(())

        return make

    def _refuse_neither(self) -> None:
        if self.looked.asked.metric not in BETTER:
            raise UnansweredError(f'of "{self.looked.asked.metric}" neither more nor less is better by itself.')

    def _lead(self, contrast: Contrast) -> Floats:
        """(points, replications) of the even points, turned so that above nil the arm is ahead."""
        return self.sign * self.points.difference(contrast.arm, contrast.baseline, contrast.metric)

    def _pair(self, contrast: Contrast, samples: Samples) -> Floats:
        """(2, points, replications): baseline and arm."""
        return np.stack([samples.of(arm, contrast.metric) for arm in (contrast.baseline, contrast.arm)])

    def _apart(self) -> list[int]:
        """Numbers, among the even points' factors, of those that were looked at apart and have a scale."""
        names = {block.name for block in self.found.blocks if not block.of_grade}
        return [i for i, factor in enumerate(self.points.factors) if factor.name in names and factor.law != "row"]

    def _settling(self) -> Rows:
        """Neighbours that are not ranked, and how many runs would rank them; empty: more than MOST_TIMES as many."""
        asked, blocks = self.looked.asked, self.found.blocks
        for contrast, indices in self.found.indices.items():
            known = [one for one in indices if one.order == "total"
                     and not blocks[one.factor].of_grade and blocks[one.factor].name != OTHERS]  # fmt: skip
            most = MOST_TIMES * asked.base_points, MOST_TIMES * asked.replications
            for pair in settling(known, asked.base_points, asked.replications, *most):
                runs = {name: value if np.isfinite(value) else np.nan
                        for name, value in (("points", pair.points), ("replications", pair.replications))}  # fmt: skip
                yield contrast, {"larger": blocks[pair.larger].name, "smaller": blocks[pair.smaller].name, **runs}

    def _flips(self) -> Rows:
        """How probable it is that the overall leader does not lead, along the range of each factor."""
        self._refuse_neither()
        rows = without_scale(self.points.factors)
        for contrast in self.looked.contrasts:
            names = (contrast.baseline, contrast.arm)
            found = flips.flips_over_range(
                self.points.positions, self._pair(contrast, self.points), self.looked.seed, self.higher, rows
            )
            for one in found:
                factor = self.points.factors[one.factor]
                for at in one.course:
                    row = {"factor": factor.name, "leader": names[one.leader], "position": at.position}
                    row |= {"value": value_at(factor, at.position), "estimate": at.estimate, "low": at.low}
                    yield contrast, row | {"high": at.high, "n": at.n}

    def _flips_when_moved(self) -> Rows:
        """How probable it is that the leader changes when this alone is drawn anew; overall: how often it does not."""
        self._refuse_neither()
        samples, blocks = self.looked.samples[SOBOL], self.found.blocks
        for contrast in self.looked.contrasts:
            names = (contrast.baseline, contrast.arm)
            pair = self._pair(contrast, samples)
            for one in flips.flips_when_moved(pair, len(blocks), self.looked.seed, self.higher):
                if not blocks[one.factor].of_grade:
                    row = {"factor": blocks[one.factor].name, "leader": names[one.leader], "estimate": one.estimate}
                    yield contrast, row | {"low": one.low, "high": one.high, "n": one.n}

    def _crossings(self) -> Iterator[tuple[Contrast, Factor, str, break_even.Crossing]]:
        self._refuse_neither()
        rows = without_scale(self.points.factors)
        for contrast in self.looked.contrasts:
            lead = self._lead(contrast)
            for i in self._apart():
                factor = self.points.factors[i]
                found = break_even.on_average(i, self.points.positions, lead, rows)
                yield contrast, factor, "average over the others", found
                yield contrast, factor, "others at their values", self._at_values(contrast, factor)

    def _at_values(self, contrast: Contrast, factor: Factor) -> break_even.Crossing:
        """From the points of one at a time: both ends of the factor, and all at their values."""
        samples = self.looked.samples[ALONE]
        i = samples.factors.index(factor)
        home = samples.positions[0]
        beside = np.delete(samples.positions, i, axis=1)
        mine = np.flatnonzero(((beside == np.delete(home, i)) | np.isnan(beside)).all(axis=1))
        places, first = np.unique(samples.positions[mine, i], return_index=True)
        lead = self.sign * samples.difference(contrast.arm, contrast.baseline, contrast.metric)
        return break_even.at_values(i, places, lead[mine[first]])

    def _break_even(self) -> Rows:
        """Where along a factor the arms are even, or that they are nowhere."""
        for contrast, factor, way, found in self._crossings():
            about = {"factor": factor.name, "others": way, "answer": found.answer, "ahead": found.ahead}
            for one in found.found or (None,):
                row: dict[str, Any] = dict(about)
                if one is not None:
                    row |= {name: getattr(one, name) for name in ("estimate", "low", "high")}
                    row |= {f"{end}value": value_at(factor, getattr(one, name)) for end, name in
                            (("", "estimate"), ("low_", "low"), ("high_", "high"))}  # fmt: skip
                    row |= {name: value for name, value in fields(one).items() if name.startswith("open")}
                    row["direction"] = one.direction
                yield contrast, row

    def _curves(self) -> Rows:
        """The arm's lead along each factor that was looked at apart."""
        for contrast, factor, way, found in self._crossings():
            for one in found.curve[::CURVE_STEP]:
                yield contrast, {"factor": factor.name, "others": way, "value": value_at(factor, one.position),
                                 **one._asdict()}  # fmt: skip

    def _win_map(self) -> Rows:
        """Who leads where over the two factors with a scale that decide most."""
        self._refuse_neither()
        blocks = self.found.blocks
        for contrast, indices in self.found.indices.items():
            names = {self.points.factors[i].name: i for i in self._apart()}
            totals = sorted(
                (one for one in indices if one.order == "total" and blocks[one.factor].name in names
                 and not blocks[one.factor].of_grade and one.estimate == one.estimate),
                key=lambda one: -one.estimate,
            )[:2]  # fmt: skip
            if len(totals) < 2:
                continue
            first, second = (names[blocks[one.factor].name] for one in totals)
            factors = self.points.factors[first], self.points.factors[second]
            for cell in win_map.of_samples(self.points.positions, self._lead(contrast), first, second):
                row = {"first_factor": factors[0].name, "second_factor": factors[1].name, **cell._asdict()}
                row |= {
                    "first_value": value_at(factors[0], cell.first),
                    "second_value": value_at(factors[1], cell.second),
                }
                yield contrast, row

    def _alone(self, arm: str) -> Contrast:
        metric = self.looked.asked.metric
        return Contrast(arm, "", metric, unit_of(metric))

    def _regret(self) -> Rows:
        found = regrets(self.points, self.looked.asked.metric)
        for one in found.arms:
            choice = {"minimax": _yes(one.arm == found.minimax), "tied": _yes(one.arm in found.tied)}
            yield self._alone(one.arm), {k: v for k, v in fields(one).items() if k != "arm"} | choice

    def _futures(self) -> Rows:
        found = futures(self.points, [self.looked.asked.metric])
        for one in found.arms:
            rest = {"ties": found.ties, "cannot_be_told": found.cannot_be_told}
            yield self._alone(one.arm), {k: v for k, v in fields(one).items() if k != "arm"} | rest

    def _discovery(self) -> Rows:
        """In which futures an arm is worse than the baseline: a row for each limit of a box; one without a factor says
        how many futures there are, and whether any box holds more of them than noise does.
        """
        for contrast in self.looked.contrasts:
            found = discover(self.points, contrast.metric, contrast.arm, contrast.baseline, seed=self.looked.seed)
            share = {"share": found.share.estimate, "share_low": found.share.low, "share_high": found.share.high}
            yield contrast, {"box": 0, "factor": "", **share, "said": found.said}
            for number, box in enumerate(found.boxes, start=1):
                known = {k: v for k, v in fields(box).items() if k not in ("limits", "said")}
                sides: dict[str, dict[str, Any]] = {}
                for limit in box.limits:
                    end = "low" if limit.side == "above" else "high"
                    sides.setdefault(limit.name, {})[end] = limit.value
                    sides[limit.name] |= {f"{end}_again": limit.again, f"{end}_p": limit.quasi_p}
                for name, ends in sides.items():
                    both = {"low": ends.get("low", np.nan), "high": ends.get("high", np.nan)}
                    yield contrast, {"box": number, "factor": name, **both, **ends, **known, "said": box.said}

    def _plane(self) -> Rows:
        for contrast in self.looked.contrasts:
            found = plane(self.points, contrast.metric, contrast.arm, contrast.baseline)
            for point, effect, cost in zip(found.points, found.effect, found.cost, strict=True):
                yield contrast, {"point": int(point), "effect": float(effect), "cost": float(cost)}

    def _cost_effectiveness(self) -> Rows:
        for contrast in self.looked.contrasts:
            found = plane(self.points, contrast.metric, contrast.arm, contrast.baseline)
            known = {k: v for k, v in fields(found).items() if k.startswith("mean") or k == "price"}
            yield contrast, known | {name.replace(" ", "_"): share for name, share in found.quadrants.items()}

    def _prices(self) -> Sequence[float]:
        """Prices of a unit around the one that is stated, or around what a unit costs."""
        price = self.looked.asked.price
        if price is None:
            found = [plane(self.points, c.metric, c.arm, c.baseline).price for c in self.looked.contrasts]
            known = [p for p in found if np.isfinite(p) and p > 0.0]
            if not known:
                raise UnansweredError("nothing says what a unit might be worth; give sensitivity.price.")
            price = float(np.median(known))
        return [times * price for times in TIMES_THE_PRICE]

    def _acceptability(self) -> Rows:
        metric = self.looked.asked.metric
        found = acceptability(self.points, metric, self.looked.arms[0], self._prices())
        for one in found.arms:
            for k, price in enumerate(found.prices):
                row: dict[str, Any] = {"price": price, "frontier": _yes(found.frontier[k] == one.arm)}
                row |= {"tied": _yes(one.arm in found.tied[k]), "years": one.years[k]}
                for name in ("probability", "net_benefit", "expected_loss"):
                    at = getattr(one, name)[k]
                    row |= {name: at.estimate, f"{name}_low": at.low, f"{name}_high": at.high}
                yield self._alone(one.arm), row

    def _information(self) -> Rows:
        asked = self.looked.asked
        found = information(self.points, asked.metric, asked.price)
        self.looked.said["measure_first"] = found.measure.said
        self.looked.notes += found.notes
        first = {name: k + 1 for k, name in enumerate(found.measure.names)}
        for one in (found.everything, *found.factors, *found.groups, *found.grades):
            known = {k: v for k, v in fields(one).items() if k != "factors"}
            yield self._alone(found.chosen), known | {"measure_first": first.get(one.name, np.nan)}


def _yes(known: bool) -> str:
    return "yes" if known else "no"
