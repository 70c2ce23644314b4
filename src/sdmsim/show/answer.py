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


HEADLINE_FOUR = ("delivered_share", "class_minutes_missed", "therapist_hours_per_week", "classroom_gain_sd")
"""What a page begins with: delivery before access before progress."""


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
    chosen = _largest_gain(delivered)
    if chosen is not None:
        return [_gain(summary, baseline, chosen, delivered), _price(comparison, chosen.arm)]
    return [_no_gain(summary, baseline, delivered), _access(comparison)]


def spoken_of(comparison: pd.DataFrame) -> str:
    """The arm beside the baseline that the answer speaks of; empty where it speaks of none."""
    chosen = _largest_gain(differences(comparison, "delivered_share"))
    return chosen.arm if chosen is not None else _clearest(comparison)


def _largest_gain(delivered: Sequence[Difference]) -> Difference | None:
    clear = [d for d in delivered if d.clear and d.value > 0]
    return max(clear, key=lambda d: d.value) if clear else None


class Headline(NamedTuple):
    """One of the numbers that a page begins with."""

    label: str
    arm: str
    value: str
    unit: str
    beside: str
    """The baseline's value and the difference with its interval, or the interval of the value itself."""


def headline(summary: pd.DataFrame, comparison: pd.DataFrame, baseline: str) -> list[Headline]:
    """Four numbers of the arm that the answer speaks of (else the baseline's): delivery, access, workload, progress."""
    known, arm = levels(summary), spoken_of(comparison) or baseline
    found = []
    for metric in HEADLINE_FOUR:
        if (arm, metric) not in known or math.isnan(known[arm, metric].mean):
            continue
        level = known[arm, metric]
        said = [d for d in differences(comparison, metric) if d.arm == arm]
        if said:
            theirs = shown(metric, known[baseline, metric].mean, unit=True)
            unclear = "" if said[0].clear else "; not clear"
            beside = f"{theirs} with the baseline; {said[0].text()}{unclear}"
        else:
            beside = f"95 % interval of the mean: {shown(metric, level.low)} to {shown(metric, level.high, unit=True)}"
            beside = beside if level.low < level.high else "the same in every simulated year"
        found.append(Headline(words_of(metric).label, arm, shown(metric, level.mean), words_of(metric).unit, beside))
    return found


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
    arm = _clearest(comparison)
    if arm:
        return _price(comparison, arm)
    return "Neither class missed nor therapist hours differ clearly between the arms."


def _clearest(comparison: pd.DataFrame) -> str:
    """The arm that differs most from the baseline in class missed, else in hours; empty where none clearly does."""
    for metric in ("class_minutes_missed", "therapist_hours_per_week"):
        clear = [d for d in differences(comparison, metric) if d.clear]
        if clear:
            return max(clear, key=lambda d: abs(d.value)).arm
    return ""


def odd_verdicts(comparison: pd.DataFrame) -> list[str]:
    """Where the adjusted p and the unadjusted interval say different things, one sentence for each measure."""
    found: dict[str, list[str]] = {}
    for row in records(comparison):
        outside = row["ci_low"] > 0.0 or row["ci_high"] < 0.0
        if outside and row["verdict"] == "no clear difference":
            found.setdefault(str(row["metric"]), []).append(f'"{row["arm"]}" (p is {row["p_adjusted"]:.3f})')
    return [
        f"{words_of(metric).label}, {', '.join(arms)}: the interval alone leaves zero out, but p, adjusted for several "
        "arms (Holm), is above 0.05, so it is not called clear."
        for metric, arms in found.items()
    ]


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
