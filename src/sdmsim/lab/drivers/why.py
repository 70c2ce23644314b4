"""Why the arms of an experiment differ from its baseline, as tables beside those of a study."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sdmsim.lab.drivers.causes import GAINS, MINUTES, CannotSplit, Part, Switched, causes_between
from sdmsim.lab.pool import Workers
from sdmsim.lab.trials import Prepared
from sdmsim.metrics import unit_of

if TYPE_CHECKING:
    import pandas as pd

MOST_YEARS = 10
"""Years of each arm that are split: parts vary little, and each pair of years is learned again a thousand times."""


def why(
    arms: Sequence[tuple[str, Prepared]],
    metric: str,
    years: int,
    workers: Workers,
    tell: Callable[[int, int], None] | None = None,
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """The tables `causes` (a row for each arm and cause) and `switched`, and what there is to say where they lack.

    `arms`: the baseline first. `years` of each, MOST_YEARS at most. `tell` is called with (done, total) pairs of years.
    """
    import pandas as pd

    if metric not in (*MINUTES, *GAINS):
        return {}, [f"{metric} is not split into causes: those of {', '.join((*MINUTES, *GAINS))} are."]
    (baseline, base), *others = arms
    years = min(years, MOST_YEARS)
    parts: list[Part] = []
    switched: list[Switched] = []
    notes = []
    for number, (arm, prepared) in enumerate(others):

        def told(done: int, before: int = number * years) -> None:
            if tell is not None:
                tell(before + done, len(others) * years)

        try:
            found = causes_between(
                pickle.loads(prepared.plan),
                pickle.loads(base.plan),
                names=(arm, baseline),
                seed=base.seed,
                replications=years,
                outcomes=(metric,),
                workers=workers,
                tell=told,
            )
        except CannotSplit as error:
            notes.append(f'The difference of "{arm}" from "{baseline}" is not split into causes: {error}.')
            continue
        parts += found.parts
        switched += found.switched
    tables = {"causes": pd.DataFrame(parts, columns=list(Part._fields))}
    tables["switched"] = pd.DataFrame(switched, columns=list(Switched._fields))
    for place, (name, said) in enumerate((("metric", metric), ("unit", unit_of(metric))), start=2):
        tables["switched"].insert(place, name, said)
    return {name: table for name, table in tables.items() if len(table)}, notes
