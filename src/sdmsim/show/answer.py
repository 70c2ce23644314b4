"""The answer of an experiment in plain sentences, each with its uncertainty.

A sentence says "more" or "less" of an arm only where the verdict says so and the interval leaves
zero out; everything else is called not clear. Nothing here knows which way of delivery an arm is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sdmsim.lab.compare import turned
from sdmsim.show.words import WORDS, interval, shown, shown_difference, words_of

if TYPE_CHECKING:
    import pandas as pd

    from sdmsim.lab.results import Results

CANNOT_SAY = (
    "The strongest claim the literature allows is modest: where therapy is given (the setting alone) rarely changes "
    "how fast a skill is acquired; work in class more often wins on use in class; real collaboration, spacing and "
    "groups below five matter; and all of it rests on three to five well-designed trials.",
    "Minutes, class time and therapists' time follow from the tables. Skills (the part called progress) follow from "
    "assumptions, most of them judged, because nobody measured them. An interval there is luck between years, not what "
    "the assumptions leave open: a verdict on skills may turn under another set. It is called open where it turns "
    "under other numbers that fit the published results as well; numbers that no result fixes are not tried there. Run "
    "the comparison with --assumptions neutral and --assumptions practitioner too before you lean on it.",
    "The numbers hold for this school's tables, this calendar and the assumptions listed below. The intervals show "
    "luck between simulated years (absence, events, moves); they do not show what is wrong or missing in the inputs.",
)
"""What no table of this report can answer."""

NOT_LEGAL_ADVICE = (
    "Planning aid, not legal advice: it does not replace the decisions of a child's team, the plan itself, or the "
    "rules of a state."
)


class Difference(NamedTuple):
    """One arm against the baseline on one metric."""

    arm: str
    metric: str
    value: float
    low: float
    high: float
    clear: bool
    """The verdict is not `no clear difference` and the interval leaves zero out."""

    def text(self) -> str:
        """`+3.1 points (95 % interval +2.9 to +3.4)`; the interval is left out where nothing varies."""
        value = shown_difference(self.metric, self.value, unit=True, half=(self.high - self.low) / 2.0)
        if self.low == self.high:
            return f"{value} (the same in every simulated year)"
        if math.isnan(self.low):
            return f"{value} (one simulated year, so without an interval)"
        return f"{value} (95 % interval {interval(self.metric, self.low, self.high)})"


def differences(comparison: pd.DataFrame, metric: str) -> list[Difference]:
    """Every arm's difference from the baseline on a metric, in the order of the arms; empty where it is absent."""
    found = []
    for row in records(comparison[comparison["metric"] == metric]):
        value, low, high = (float(row[key]) for key in ("difference", "ci_low", "ci_high"))
        clear = row["verdict"] in ("higher", "lower") and (low > 0.0 or high < 0.0)
        found.append(Difference(str(row["arm"]), metric, value, low, high, clear))
    return found


class Level(NamedTuple):
    """The mean of a metric in an arm, with its interval."""

    mean: float
    low: float
    high: float


def levels(summary: pd.DataFrame) -> dict[tuple[str, str], Level]:
    """Means with their intervals by (arm, metric)."""
    return {
        (str(row["arm"]), str(row["metric"])): Level(float(row["mean"]), float(row["ci_low"]), float(row["ci_high"]))
        for row in records(summary)
    }


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as plain dicts."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def answer(summary: pd.DataFrame, comparison: pd.DataFrame, baseline: str) -> list[str]:
    """Two sentences: what happens to the promised minutes, and what that costs or saves in class time and hours."""
    delivered = differences(comparison, "delivered_share")
    if not delivered:
        return [f"There is one arm only ({baseline}), so there is nothing to compare."]
    chosen = max(delivered, key=lambda d: d.value if d.clear else float("-inf"))
    if chosen.clear and chosen.value > 0:
        return [_gain(summary, baseline, chosen, delivered), _price(comparison, chosen.arm)]
    return [_no_gain(summary, baseline, delivered), _access(comparison)]


def _gain(summary: pd.DataFrame, baseline: str, chosen: Difference, all_arms: Sequence[Difference]) -> str:
    metric = "delivered_share"
    known = levels(summary)
    ours, theirs = known[chosen.arm, metric].mean, known[baseline, metric].mean
    sentence = (
        f'Of the promised minutes, "{chosen.arm}" gives {shown(metric, ours, unit=True)} and the baseline '
        f'"{baseline}" {shown(metric, theirs, unit=True)}: {chosen.text()}'
    )
    if len(all_arms) > 1:
        sentence += f", the largest clear gain among the {len(all_arms)} other arms"
        sentence += _rest([d for d in all_arms if d is not chosen])
    return sentence + "."


def _rest(others: Sequence[Difference]) -> str:
    """What to say of the other arms after the chosen one."""
    groups = {
        "a smaller clear gain": [d.arm for d in others if d.clear and d.value > 0],
        "clearly less than the baseline": [d.arm for d in others if d.clear and d.value < 0],
        "no clear difference": [d.arm for d in others if not d.clear],
    }
    parts = [f"{_names(arms)}: {what}" for what, arms in groups.items() if arms]
    return f" ({'; '.join(parts)})" if parts else ""


def _no_gain(summary: pd.DataFrame, baseline: str, delivered: Sequence[Difference]) -> str:
    metric = "delivered_share"
    theirs = shown(metric, levels(summary)[baseline, metric].mean, unit=True)
    widest = max(delivered, key=lambda d: abs(d.value))
    less = [d for d in delivered if d.clear]
    start = f'No arm clearly gives more of the promised minutes than the baseline "{baseline}" ({theirs})'
    if not less:
        return f'{start}, nor less: the largest difference is that of "{widest.arm}", {widest.text()}.'
    worst = min(less, key=lambda d: d.value)
    count = "one gives" if len(less) == 1 else f"{len(less)} of {len(delivered)} give"
    return f'{start}; {count} clearly less, "{worst.arm}" by {worst.text()}.'


def _price(comparison: pd.DataFrame, arm: str) -> str:
    """Sessions without a place (where they differ), class time and hours of one arm."""
    parts = []
    for metric, more, less in (
        ("unplaced_sessions", "more sessions find no place", "fewer sessions find no place"),
        ("class_minutes_missed", "its children miss more class", "its children miss less class"),
        ("therapist_hours_per_week", "it asks more therapist hours", "it asks fewer therapist hours"),
    ):
        for d in differences(comparison, metric):
            if d.arm == arm and (d.clear or metric != "unplaced_sessions"):
                what = (
                    (more if d.value > 0 else less) if d.clear else f"no clear difference in {words_of(metric).label}"
                )
                parts.append(f"{what}, {d.text()}")
    if not parts:
        return "Class time and therapist hours are not in these results."
    return f'Against the baseline, "{arm}" comes with this: {"; ".join(parts)}.'


def _access(comparison: pd.DataFrame) -> str:
    """Where no arm gives more, what still differs most clearly in class time, and the hours that go with it."""
    clear = [d for d in differences(comparison, "class_minutes_missed") if d.clear]
    if clear:
        return _price(comparison, max(clear, key=lambda d: abs(d.value)).arm)
    hours = [d for d in differences(comparison, "therapist_hours_per_week") if d.clear]
    if hours:
        return _price(comparison, max(hours, key=lambda d: abs(d.value)).arm)
    return "Neither class missed nor therapist hours differ clearly between the arms."


def odd_verdicts(comparison: pd.DataFrame) -> list[str]:
    """Where the adjusted p and the unadjusted interval say different things, one sentence for each."""
    found = []
    for row in records(comparison):
        outside = row["ci_low"] > 0.0 or row["ci_high"] < 0.0
        if outside and row["verdict"] == "no clear difference":
            found.append(
                f'{_label(str(row["metric"]))}, "{row["arm"]}": the interval alone leaves zero out, but after the '
                f"adjustment for several arms (Holm) p is {row['p_adjusted']:.3f}, so it is not called clear."
            )
    return found


def open_verdicts(results: Results) -> list[str]:
    """Where a clear difference turns round under numbers that fit the published targets as well, a sentence each."""
    found = []
    for row in records(results.comparison[results.comparison["verdict"] == "open"]):
        metric, arm = str(row["metric"]), str(row["arm"])
        count = turned(results.rows, metric, arm, str(row["baseline"]), float(row["difference"]))
        found.append(
            f'{_label(metric)}, "{arm}": clear under the numbers that ship, but {count.against} of {count.tried} other'
            " sets of numbers that fit the published results as well say the opposite."
        )
    return found


def _label(metric: str) -> str:
    words = words_of(metric)
    return words.label if metric in WORDS else metric


def _names(arms: Sequence[str]) -> str:
    return ", ".join(f'"{arm}"' for arm in arms)
