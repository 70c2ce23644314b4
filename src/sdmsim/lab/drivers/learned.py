"""What a worker does for a study of drivers: years of an arm under other numbers of the ledger.

What happens in a year hardly depends on the numbers: where it does not (`world.lived_by`), a year is lived once and
learned again at every other point, which costs about a quarter. Where it does, it is lived anew.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from sdmsim.events import Log
from sdmsim.lab.trials import OtherCode, unpacked
from sdmsim.lab.version import code_version
from sdmsim.metrics import row, row_learned_again
from sdmsim.plan import Plan
from sdmsim.world import learned_under, live, lived_by

Numbers = tuple[tuple[str, float], ...]


class Task(NamedTuple):
    """One year of one arm at some points."""

    key: str
    """The same for the same plan: a worker unpacks it once."""
    plan: bytes
    seed: int
    replication: int
    points: tuple[tuple[int, Numbers], ...]
    """The number of each point, and what stands in the place of the plan's own numbers."""
    place: int
    """Which plan of the caller's."""
    code: str
    """`code_version` of the process that asks."""


class Learned(NamedTuple):
    """Every metric at each point of a task, those that failed left out."""

    rows: tuple[tuple[int, dict[str, float]], ...]
    seconds: float
    lived: int
    """Years that were lived for it."""
    failed: tuple[tuple[int, str, str], ...] = ()
    """Point, kind of error, file and line."""


def learn_task(task: Task) -> Learned:
    """Measure every point of a task.

    Raises:
        OtherCode: this worker would live other years than the process that asks.
    """
    if task.code != code_version():
        raise OtherCode("a worker has another sdmsim or other packages than this process; install the same versions")
    began = perf_counter()
    plan = unpacked(task.key, task.plan)
    assert plan is not None
    rows, failed, lived = [], [], 0
    for point, numbers in task.points:
        try:
            found, is_new = measured(plan, task.key, task.seed, task.replication, dict(numbers))
            rows.append((point, found))
            lived += is_new
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            failed.append((point, type(error).__name__, f"{Path(frame.filename).name}:{frame.lineno}"))
    return Learned(tuple(rows), perf_counter() - began, lived, tuple(failed))


def measured(
    plan: Plan, key: str, seed: int, replication: int, numbers: Mapping[str, float]
) -> tuple[dict[str, float], bool]:
    """Every metric of a year of the plan under these numbers, and whether it was lived for it."""
    n = {**plan.numbers, **numbers}
    name = (key, seed, replication, lived_by(plan, n))
    known = _lived.get(name)
    if known is not None:
        log, before = known
        return row_learned_again(learned_under(log, n), before), False
    log = live(plan, seed=seed, replication=replication, numbers=n)
    found = row(log)
    while len(_lived) >= _KEPT:
        _lived.pop(next(iter(_lived)))
    _lived[name] = log, found
    return found, True


_lived: dict[Any, tuple[Log, dict[str, float]]] = {}
"""Years this worker has lived, with their metrics; the last few, so that memory stays flat."""
_KEPT = 6
