"""The question of a study of drivers: `[sensitivity]` of an experiment.

    [sensitivity]
    metric = "classroom_gain_sd"     # the outcome that decides; it has no default
    factors = "all"                  # or grades, or names of the ledger
    [sensitivity.scenario]
    "days.provider_attendance" = { low = 0.9, high = 1.0 }

What is asked about is each arm's difference from the baseline, under the same luck.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from sdmsim.base import Described, InputErrors, Problem, as_key, did_you_mean, quoted
from sdmsim.metrics import METRICS, RATIOS
from sdmsim.school.vocabulary import Text
from sdmsim.theory.ledger import GRADES, ledger
from sdmsim.theory.rows import equally_good_rows

if TYPE_CHECKING:
    from sdmsim.scenario import Scenario

ALL: Literal["all"] = "all"
FITTED = "fitted numbers"
"""The name of the one factor that is a row of the calibration's table."""
SOLVED = "stores.coverage"
"""The number that is solved at every point, so that the reference service brings what C6 says."""
OF_THE_LEDGER = "assumptions."
TABLE = "sensitivity"
Span = Annotated[float, Field(allow_inf_nan=False)]


class Range(Described):
    """What a key of the scenario is varied over: from low to high, or a list of values without an order."""

    low: Span | None = None
    high: Span | None = None
    law: Literal["uniform", "loguniform"] = "uniform"
    """How values lie between low and high. Whole numbers are rounded."""
    values: tuple[Any, ...] = ()
    """In the place of low and high: values that are tried alike, such as the names of ways to choose."""

    def problem(self) -> str:
        """What is wrong with it, or nothing."""
        if self.values:
            return "has values as well as low or high" if self.low is not None or self.high is not None else (
                "needs two values at least" if len(self.values) < 2 else ""
            )  # fmt: skip
        if self.low is None or self.high is None:
            return "needs low and high, or values"
        if not self.low < self.high:
            return f"low {self.low:g} should be below high {self.high:g}"
        return "low should be above 0 with the law loguniform" if self.law == "loguniform" and self.low <= 0.0 else ""

    @property
    def ends(self) -> tuple[Any, ...]:
        """Values that a scenario is tried with before anything is run."""
        return self.values or (self.low, self.high)


class Sensitivity(Described):
    """Which assumptions drive the answer: `[sensitivity]` of an experiment. `metric` has no default: it decides."""

    metric: Text
    """The outcome that decides; what is asked is how arms differ in it."""
    also: tuple[Text, ...] = ()
    """Further metrics that are kept of every point; `cost` always is."""
    factors: Literal["all"] | tuple[Text, ...] = ALL
    """`all`, or a list of grades (`measured`, `calibrated`, `judged`), of names of the ledger such as
    `places.similarity.room`, and of `fitted numbers`. Default: every number of the ledger over its range, since a
    number left out is one that is taken for known."""
    leave_out: tuple[Text, ...] = ()
    """The same, to be left out of `factors`; each stays at its own value."""
    scenario: Mapping[str, Range] = Field(default_factory=dict)
    """Keys of the scenario that are varied besides, by dotted name: `{ low = 0.9, high = 1 }`, where need be with
    `law = "loguniform"` (default `uniform`), or `{ values = ["random", "section"] }`. Whole numbers are rounded. A
    number of the ledger (`assumptions.` and its name) has this range in the place of the ledger's."""
    fitted: Literal["rows", "whole rows"] = "rows"
    """`rows`: fitted numbers come as rows of the calibration's table, each judged or measured number over its own
    range. `whole rows`: a row brings the judged and measured numbers with which it was fitted as well, so that all
    published targets hold at every point; those numbers are then no factors of their own."""
    arms: tuple[Text, ...] = ()
    """Arms that are compared with the baseline; default: all."""
    trajectories: Annotated[int, Field(ge=2, le=500, strict=True)] = 10
    """Of the screen: walks through the space of all factors (Morris)."""
    survivors: Annotated[int, Field(ge=1, le=60, strict=True)] = 8
    """Factors that the second stage looks at apart, besides the fitted numbers and what is varied of the scenario."""
    base_points: Annotated[int, Field(ge=8, le=2**16, strict=True)] = 256
    """Of the second stage (Sobol'); a power of two."""
    replications: Annotated[int, Field(ge=1, le=1000, strict=True)] = 4
    """Years of each arm at each point, each with its own luck, the same at all points."""
    price: Annotated[float, Field(gt=0.0)] | None = None
    """Dollars that one unit of the metric is worth, such as one SD for one child; without it there is no value in
    money."""

    def problems(self, arms: Sequence[str], baseline: str) -> Iterator[tuple[str, str]]:
        """What is wrong with it beyond single keys, as far as it can be said without the scenario: the key, and why."""
        names = [metric.name for metric in METRICS]
        for key, metric in (("metric", self.metric), *(("also", metric) for metric in self.also)):
            if metric not in names:
                yield key, f'"{metric}" is not a metric{did_you_mean(metric, names)}'
            elif metric in RATIOS:
                parts = " or ".join(RATIOS[metric])
                yield key, f'"{metric}" is a ratio of totals, which no single year has; {parts} will do'
        if self.factors != ALL:
            yield from (("factors", text) for text in _unknown(self.factors, self.fitted))
            if not self.factors and not self.scenario:
                yield "factors", 'is empty and nothing of the scenario is varied; "all" takes the whole ledger'
        yield from (("leave_out", text) for text in _unknown(self.leave_out, self.fitted))
        for name, span in self.scenario.items():
            if text := span.problem():
                yield f"scenario.{as_key(name)}", text
        others = [arm for arm in arms if arm != baseline]
        for arm in self.arms:
            if arm not in others:
                why = "is the baseline itself" if arm == baseline else f"is not an arm{did_you_mean(arm, others)}"
                yield "arms", f"{quoted(arm)} {why}"
        if not others:
            yield "", "there is one arm only; drivers are those of a difference between arms"
        if self.base_points & (self.base_points - 1):
            below = 1 << (self.base_points.bit_length() - 1)
            yield "base_points", f"{self.base_points} should be a power of two, such as {below} or {2 * below}"

    @property
    def metrics(self) -> tuple[str, ...]:
        """Every metric that is kept, the one that decides first."""
        return tuple(dict.fromkeys((self.metric, *self.also, "cost")))

    def compared(self, arms: Sequence[str], baseline: str) -> tuple[str, ...]:
        """The arms that are compared with the baseline, in the order of the file."""
        return tuple(arm for arm in arms if arm != baseline and (not self.arms or arm in self.arms))


def in_rows(fitted: str) -> tuple[str, ...]:
    """The numbers that come with a row."""
    known = ledger()
    row = [name for name in equally_good_rows()[0] if name != SOLVED]
    return tuple(name for name in row if fitted == "whole rows" or known[name].grade == "calibrated")


def _unknown(given: Sequence[str], fitted: str) -> Iterator[str]:
    known = ledger()
    for name in given:
        if name in known and name in in_rows(fitted):
            yield f'"{name}" is fitted together with others; name "{FITTED}"'
        elif name == SOLVED:
            yield f'"{name}" is solved at every point (C6) and no factor'
        elif name not in known and name not in GRADES and name != FITTED:
            near = did_you_mean(name, [*known, *GRADES, FITTED])
            yield f"{quoted(name)} is no grade and no number of the ledger{near}"


def sensitivity_problems(
    asked: Sensitivity,
    file: Path,
    baseline: str,
    arms: Sequence[str],
    scenarios: Sequence[tuple[str, Scenario]],
    base: Scenario | None,
) -> Iterator[Problem]:
    """Everything that is wrong with the table, in the words of the experiment's file.

    `scenarios`: those of the arms that could be made.
    """
    for key, text in asked.problems(arms, baseline):
        yield Problem(file.name, 0, f"{TABLE}.{key}".rstrip("."), text)
    if base is None:
        return
    for arm, scenario in scenarios:
        if scenario.assumptions.set != base.assumptions.set:
            text = f'"{arm}" has the set {scenario.assumptions.set}, the scenario {base.assumptions.set}'
            yield Problem(file.name, 0, f"{TABLE}.arms", f"{text}; all arms are tried under the same assumptions")
        own = own_numbers(scenario, base)
        for name in (name for name in asked.factors if asked.factors != ALL and name in own):
            text = f'"{name}" is set by the arm "{arm}"; what an arm is about cannot be unknown as well'
            yield Problem(file.name, 0, f"{TABLE}.factors", text)
    for name, span in asked.scenario.items():
        if not span.problem():
            yield from _of_a_key(name, span, file, scenarios)


def own_numbers(scenario: Scenario, base: Scenario) -> dict[str, float]:
    """Numbers of the ledger that an arm sets itself."""
    before = base.assumptions.overrides()
    return {name: value for name, value in scenario.assumptions.overrides().items() if before.get(name) != value}


def _of_a_key(name: str, span: Range, file: Path, scenarios: Sequence[tuple[str, Scenario]]) -> Iterator[Problem]:
    where = f"{TABLE}.scenario.{as_key(name)}"
    number = name.removeprefix(OF_THE_LEDGER)
    if name == "seed":
        yield Problem(file.name, 0, where, "is luck and no assumption; replications vary it")
        return
    if number != name and number in (*in_rows("rows"), SOLVED):
        yield Problem(file.name, 0, where, f'is fitted together with others; "{FITTED}" varies it')
        return
    found: dict[Problem, None] = {}
    for _, scenario in scenarios:
        for value in span.ends:
            try:
                scenario.vary({name: as_whole(scenario, name, value)}, file.parent)
            except InputErrors as error:
                for problem in error.problems:
                    inner = "" if problem.where in ("", name) else f"{problem.where}: "
                    found[Problem(file.name, 0, where, f"{inner}{problem.text}")] = None
    yield from found


def as_whole(scenario: Scenario, name: str, value: Any) -> Any:
    """A value as the key takes it: rounded where a whole number stands there now."""
    now = value_at(scenario, name)
    return round(value) if isinstance(now, int) and not isinstance(now, bool) and isinstance(value, float) else value


def value_at(scenario: Scenario, name: str) -> Any:
    """What stands under a dotted name, defaults included; None where nothing does."""
    found: Any = scenario.model_dump(mode="json")
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found
