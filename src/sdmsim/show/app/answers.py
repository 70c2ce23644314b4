"""What the page knows of an option so far, and its headline numbers: how sure after so many simulated years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from sdmsim.delivery.vocabulary import Week
from sdmsim.lab.compare import verdict
from sdmsim.lab.estimates import Estimate, estimate, paired_difference
from sdmsim.school.vocabulary import School
from sdmsim.show.app.work import WeekMade, YearLived
from sdmsim.show.words import interval, shown, shown_difference, with_half_widths, words_of

HEADLINES = ("delivered_share", "unplaced_sessions", "class_minutes_missed", "therapist_hours_per_week")
"""Large on the page: delivery before access before workload."""
BELOW = ("core_minutes_missed", "lre_share", "overtime_hours", "trained_gain_sd", "classroom_gain_sd")
"""Smaller below them; skills last."""


@dataclass(slots=True)
class Answer:
    """The week of an option and its years so far."""

    school: School | None = None
    week: Week | None = None
    sketch: bool = True
    """The week is the first sketch, and the years are years of it."""
    years: dict[int, Mapping[str, float]] = field(default_factory=dict)
    """Metrics by replication."""

    def hear(self, message: WeekMade | YearLived) -> None:
        """Take in what the work has told; a solved week sets its sketch aside, whichever is told last."""
        if message.sketch and not self.sketch:
            return
        if isinstance(message, WeekMade):
            if self.sketch and not message.sketch:
                self.years.clear()
            self.school, self.week, self.sketch = message.school, message.week, message.sketch
        else:
            self.years[message.replication] = message.row

    @property
    def known(self) -> int:
        """Years of the solved week from replication 0 on without a gap."""
        n = 0
        while not self.sketch and n in self.years:
            n += 1
        return n


class Headline(NamedTuple):
    """One number of an option, as it is shown."""

    metric: str
    label: str
    unit: str
    level: str
    """`80.3 ± 0.4`, or the mean alone."""
    low: float
    high: float
    """Its 95 % interval, in the stored unit; nan after one year."""
    mean: float
    difference: str
    """`-12.0 points (95 % -12.5 to -11.4)`; empty without another option beside it."""
    verdict: Literal["", "more", "less", "the same", "no clear difference", "too early to say"]


def headline(metric: str, ours: Answer, theirs: Answer | None) -> Headline | None:
    """A metric of an option, and how it differs from another under the same luck; None where it has no value yet."""
    values = {n: row[metric] for n, row in ours.years.items() if metric in row}
    found = estimate(np.array(list(values.values()), dtype=np.float64))
    if not found.n:
        return None
    words = words_of(metric)
    level = with_half_widths(metric, [(found.mean, found.low, found.high)])[0]
    text, said = "", ""
    if theirs is not None:
        both = sorted(n for n in values.keys() & theirs.years.keys() if metric in theirs.years[n])
        text, said = _difference(metric, np.array([(values[n], theirs.years[n][metric]) for n in both]))
    return Headline(metric, words.label, words.unit, level, found.low, found.high, found.mean, text, said)  # type: ignore[arg-type]


def _difference(metric: str, pairs: np.ndarray) -> tuple[str, str]:
    if len(pairs) == 0:
        return "", ""
    found: Estimate = paired_difference(pairs[:, 0], pairs[:, 1])
    if len(pairs) == 1:
        return shown_difference(metric, found.mean, unit=True), "too early to say"
    half = (found.high - found.low) / 2.0
    text = shown_difference(metric, found.mean, unit=True, half=half)
    if found.low == found.high and not any(digit in text for digit in "123456789"):
        return "no difference that shows", "the same"
    text += f" (95 % {interval(metric, found.low, found.high)})" if found.low < found.high else " (in every year)"
    words = {"higher": "more", "lower": "less"}
    return text, words.get(verdict(found.mean, found.p), "no clear difference")


def sessions_said(answer: Answer) -> str:
    """What the week holds in a sentence."""
    if answer.week is None:
        return ""
    inside = sum(a.setting == "classroom" for a in answer.week.appointments)
    apart = len(answer.week.appointments) - inside
    left = answer.week.children_left_out()
    said = f"{inside} visits to classes and {apart} sessions apart a week; {len(answer.week.unplaced)} without a place"
    return said + (f", {left} children without any session." if left else ".")


def level_of(metric: str, answer: Answer) -> str:
    """The mean so far with its unit; `-` without years."""
    values = [row[metric] for row in answer.years.values() if metric in row]
    return shown(metric, sum(values) / len(values), unit=True) if values else "-"
