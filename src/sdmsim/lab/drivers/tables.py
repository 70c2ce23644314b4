"""What the analyses return, as tables: a row for each result, under the names of its fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sdmsim.lab.drivers.jackknife import Interval
from sdmsim.lab.drivers.noise import places, split
from sdmsim.lab.drivers.staged import Looked, Second
from sdmsim.lab.drivers.study import FACTOR_COLUMNS, OF_A_CONTRAST, OTHERS, Contrast
from sdmsim.lab.drivers.vocabulary import Factor, Floats, Samples
from sdmsim.lab.estimates import Estimate

if TYPE_CHECKING:
    import pandas as pd

    from sdmsim.lab.drivers.morris import Effect
    from sdmsim.lab.drivers.noise import Ranged


def fields(result: Any) -> dict[str, Any]:
    """The fields of a result; an interval or an estimate within it becomes three: itself, and with `_low`, `_high`."""
    found: dict[str, Any] = {}
    for name, value in result._asdict().items():
        if isinstance(value, Interval | Estimate):
            middle = value.mean if isinstance(value, Estimate) else value.estimate
            found |= {name: middle, f"{name}_low": value.low, f"{name}_high": value.high}
        elif isinstance(value, bool):
            found[name] = "yes" if value else "no"
        elif isinstance(value, tuple) and all(isinstance(one, str) for one in value):
            found[name] = "; ".join(value)
        elif isinstance(value, str | int | float | np.generic):
            found[name] = value
    return found


def value_at(factor: Factor, position: float) -> float:
    """A factor's value in its own unit."""
    return float(factor.value(np.array([position]))[0])


def table(rows: Iterable[tuple[Contrast, Mapping[str, Any]]]) -> pd.DataFrame:
    """Rows, each with its contrast before it."""
    import pandas as pd

    made = [{**contrast._asdict(), **row} for contrast, row in rows]
    return pd.DataFrame(made, columns=list(dict.fromkeys([*OF_A_CONTRAST, *(key for row in made for key in row)])))


def of_factors(found: Mapping[Contrast, Sequence[Any]], factors: Sequence[Factor]) -> pd.DataFrame:
    """Results with a `factor`, by its name, in the order of the factors."""
    return table(
        (contrast, {"factor": factors[one.factor].name} | {k: v for k, v in fields(one).items() if k != "factor"})
        for contrast, results in found.items()
        for one in results
    )


def ranked(results: Sequence[Ranged]) -> dict[int, dict[str, int]]:
    """By factor: `rank_from`, `rank_to` (places that it may have) and `tie` (the group in which nothing is ranked)."""
    return {one.factor: {"rank_from": one.best, "rank_to": one.worst, "tie": one.tie} for one in places(results)}


def screen_table(found: Mapping[Contrast, Sequence[Effect]], factors: Sequence[Factor], apart: Sequence[int]) -> Any:
    """Of the screen; see `study.TABLES`."""
    rows = []
    for contrast, effects in found.items():
        rank = ranked(effects)
        for one in sorted(effects, key=lambda e: -e.estimate if e.estimate == e.estimate else 0.0):
            known = fields(one)
            known.pop("factor")
            row = {"factor": factors[one.factor].name, "effect": known.pop("estimate"), **known}
            row |= rank.get(one.factor, {}) | {"survives": "yes" if one.factor in apart else "no"}
            rows.append((contrast, row))
    return table(rows)


def sobol_table(found: Second) -> Any:
    """Of the second stage, grades apart; factors by total order, the largest first, then all others."""
    rows = []
    for contrast, indices in found.indices.items():
        single = [k for k, block in enumerate(found.blocks) if not block.of_grade]
        totals = [one for one in indices if one.order == "total" and one.factor in single]
        rank = ranked([one for one in totals if found.blocks[one.factor].name != OTHERS])
        for total in sorted(totals, key=lambda one: (found.blocks[one.factor].name == OTHERS, -_known(one.estimate))):
            first = next(one for one in indices if one.order == "first" and one.factor == total.factor)
            row: dict[str, Any] = {"factor": found.blocks[total.factor].name}
            for order, one in (("first", first), ("total", total)):
                row |= {order: one.estimate, f"{order}_low": one.low, f"{order}_high": one.high}
            row |= {"luck": total.luck, "n": total.n, "remark": total.remark or first.remark}
            rows.append((contrast, row | rank.get(total.factor, {})))
    return table(rows)


def _known(value: float) -> float:
    return value if value == value else -np.inf


def luck_table(samples: Samples, contrasts: Sequence[Contrast], seed: int) -> pd.DataFrame:
    """Which share of the spread is luck (years) and which is ignorance (assumptions): of each arm and each contrast."""
    metric, unit = contrasts[0].metric, contrasts[0].unit
    arms = [Contrast(arm, "", metric, unit) for arm in samples.arms]
    return table((c, luck_row(_of(samples, c), seed)) for c in (*arms, *contrasts))


def luck_row(y: Floats, seed: int) -> dict[str, Any]:
    """The split of (points, replications) as one row."""
    found = split(y, seed)
    means = y.mean(axis=1)
    low, high = np.quantile(means, [0.05, 0.95])
    return {
        "mean": float(means.mean()),
        "p05": float(low),
        "p95": float(high),
        "share_assumptions": found.share,
        "assumptions_low": found.share_low,
        "assumptions_high": found.share_high,
        "share_luck": 1.0 - found.share,
        "luck_low": 1.0 - found.share_high,
        "luck_high": 1.0 - found.share_low,
        "variance_assumptions": found.parameters,
        "variance_luck_common": found.luck_common,
        "variance_luck_own": found.luck_own,
        "points": found.points,
        "replications": found.replications,
    }


def _of(samples: Samples, contrast: Contrast) -> Floats:
    if not contrast.baseline:
        return samples.of(contrast.arm, contrast.metric)
    return samples.difference(contrast.arm, contrast.baseline, contrast.metric)


def factors_table(looked: Looked, apart: Sequence[int], still: Sequence[int]) -> pd.DataFrame:
    """Every factor and how far it came."""
    import pandas as pd

    rows = []
    for i, factor in enumerate(looked.unknown.factors):
        stage = "sobol" if i in apart else "held" if i in still else "others"
        rows.append((*factor, stage))
    return pd.DataFrame(rows, columns=[*FACTOR_COLUMNS, "stage"])


def samples_table(looked: Looked) -> pd.DataFrame:
    """Tidy: a row for each stage, point, arm, replication and metric, and each factor in its own unit."""
    import pandas as pd

    made = []
    own = np.array([factor.at for factor in looked.unknown.factors])
    for stage, samples in looked.samples.items():
        values = looked.unknown.values(samples.positions)
        values = np.where(np.isnan(values), own, values)
        arms, points, replications = next(iter(samples.outcomes.values())).shape
        factors = pd.DataFrame(values, columns=[factor.name for factor in samples.factors])
        point = np.tile(np.repeat(np.arange(points), replications), arms)
        beside = factors.take(point.tolist()).reset_index(drop=True)
        for metric, outcomes in samples.outcomes.items():
            told = {
                "stage": stage,
                "point": point,
                "arm": np.repeat(np.array(samples.arms, dtype=object), points * replications),
                "replication": np.tile(np.arange(replications), arms * points),
                "metric": metric,
                "value": outcomes.ravel(),
            }
            made.append(pd.concat([pd.DataFrame(told), beside], axis=1))
    found: pd.DataFrame = pd.concat(made, ignore_index=True)
    return found


def budget_table(looked: Looked) -> pd.DataFrame:
    """What each stage has asked for."""
    import pandas as pd

    return pd.DataFrame([{**one._asdict(), "evaluations": one.evaluations} for one in looked.stages])
