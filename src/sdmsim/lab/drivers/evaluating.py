"""Outcomes of all arms at points of what is not known: from the store where they were measured before, else lived.

Every arm meets the same luck at every point. Results are the same for any number of workers and after any interruption.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from sdmsim import __version__
from sdmsim.base import InputErrors, Problem, digest
from sdmsim.lab.drivers.factors import Point
from sdmsim.lab.drivers.kept import Kept
from sdmsim.lab.drivers.learned import Learned, Numbers, Task, learn_task
from sdmsim.lab.drivers.question import own_numbers
from sdmsim.lab.drivers.vocabulary import Floats
from sdmsim.lab.folder import in_utc
from sdmsim.lab.laboratory import CHUNK_SECONDS, Failure, Laboratory, YearsFailed
from sdmsim.lab.trials import OtherCode, Prepared, unpacked
from sdmsim.lab.version import code_version
from sdmsim.plan import Plan
from sdmsim.scenario import Scenario
from sdmsim.world import lived_by

PHASE = "points"
_LARGEST_TASK = 200


class Evaluating(Protocol):
    """All that a study needs: outcomes at points. So it can be tried on functions that are known."""

    @property
    def arms(self) -> Sequence[str]:
        """The names, in their order."""

    def outcomes(self, points: Sequence[Point], replications: int) -> Mapping[str, Floats]:
        """By metric: (arms, points, replications), replications counted from 0; nan where it has no value."""

    def lives_anew(self, point: Point) -> bool:
        """Whether years at this point are lived, not only learned, anew in some arm."""


class _Place(NamedTuple):
    """An arm with settings: its plan, and where its points are kept."""

    arm: int
    prepared: Prepared
    kept: Path
    key: str


class Evaluator:
    """Points lived and learned by the workers of a laboratory.

    `name`: what asks, such as the name of an experiment; the store lists it.
    """

    def __init__(
        self,
        laboratory: Laboratory,
        base: Scenario,
        arms: Sequence[tuple[str, Scenario]],
        metrics: Sequence[str],
        name: str,
    ) -> None:
        self._laboratory = laboratory
        self._scenarios = tuple(scenario for _, scenario in arms)
        self._own = tuple(own_numbers(scenario, base) for scenario in self._scenarios)
        self._metrics = tuple(metrics)
        self._kept = Kept(laboratory.store, metrics)
        self._places: dict[tuple[int, tuple[tuple[str, Any], ...]], _Place] = {}
        self.arms = tuple(name for name, _ in arms)
        self.measured = 0
        """Years at points that were lived or learned again."""
        self.reused = 0
        """Those that were there."""
        self.seconds = 0.0
        """Worker time of those measured, summed."""
        self._folders = tuple(self._named(i, name) for i in range(len(arms)))

    @property
    def seconds_each(self) -> float:
        """What one year at one point has cost a worker so far, on average."""
        return self.seconds / self.measured if self.measured else 0.0

    def seconds_of(self, points: Sequence[Point]) -> float:
        """What one year costs a worker at points like these; nil where all were there. They are measured for it."""
        before = self.measured, self.seconds
        self.outcomes(points, 1)
        measured = self.measured - before[0]
        return (self.seconds - before[1]) / measured if measured else 0.0

    def outcomes(self, points: Sequence[Point], replications: int) -> Mapping[str, Floats]:
        """See `Evaluating`.

        Raises:
            YearsFailed: some year did not end; what was measured is kept.
            InputErrors: a setting will not do.
        """
        self._prepare(list(dict.fromkeys(point.settings for point in points)))
        shape = (len(self.arms), len(points), replications)
        found = np.full((len(self._metrics), *shape), np.nan)
        missing: list[tuple[_Place, int, list[tuple[int, Numbers]]]] = []
        keys: dict[tuple[int, int], str] = {}
        copies: dict[tuple[int, int], list[int]] = {}
        for arm in range(len(self.arms)):
            first: dict[str, int] = {}
            groups: dict[tuple[Any, int], list[tuple[int, Numbers]]] = {}
            for k, point in enumerate(points):
                place = self._places[arm, point.settings]
                numbers = tuple(one for one in point.numbers if one[0] not in self._own[arm])
                key = keys[arm, k] = hashlib.sha256(f"{place.key} {numbers!r}".encode()).hexdigest()[:32]
                if key in first:
                    copies.setdefault((arm, first[key]), []).append(k)
                    continue
                first[key] = k
                for r in range(replications):
                    known = self._kept.get(place.kept, key, r)
                    if known is None:
                        groups.setdefault((point.settings, r), []).append((k, numbers))
                    else:
                        found[:, arm, k, r] = known
                        self.reused += 1
            missing += [(self._places[arm, settings], r, wanted) for (settings, r), wanted in groups.items()]

        def take(task: Task, arm: int, place: _Place, learned: Learned) -> None:
            for k, row in learned.rows:
                self._kept.add(place.kept, keys[arm, k], task.replication, row)
                known = self._kept.get(place.kept, keys[arm, k], task.replication)
                assert known is not None
                found[:, arm, k, task.replication] = known

        try:
            self._learn(missing, take)
        finally:
            self._kept.flush()
        for (arm, k), others in copies.items():
            found[:, arm, others] = found[:, arm, k][:, None]
        return dict(zip(self._metrics, found, strict=True))

    def plan(self, arm: int) -> Plan:
        """The plan of an arm as written."""
        self._prepare([()])
        place = self._places[arm, ()]
        plan = unpacked(place.key, place.prepared.plan)
        assert plan is not None
        return plan

    def lives_anew(self, point: Point) -> bool:
        """See `Evaluating`."""
        for arm in range(len(self.arms)):
            plan = self.plan(arm)
            if lived_by(plan, {**plan.numbers, **dict(point.numbers)}) != lived_by(plan, plan.numbers):
                return True
        return False

    def _learn(self, missing: Sequence[tuple[_Place, int, list[tuple[int, Numbers]]]], take: Any) -> None:
        laboratory, code = self._laboratory, code_version()
        total, done = sum(len(wanted) for _, _, wanted in missing), 0
        failures: list[Failure] = []

        def tasks() -> Iterator[Task]:
            given = 0
            for number, (place, replication, wanted) in enumerate(missing):
                at = 0
                while at < len(wanted):
                    n = self._size_of_task(total - given)
                    mine = tuple(wanted[at : at + n])
                    at, given = at + n, given + len(mine)
                    plan, seed = place.prepared.plan, place.prepared.seed
                    yield Task(place.key, plan, seed, replication, mine, number, code)

        def keep(task: Task, learned: Learned) -> None:
            nonlocal done
            place = missing[task.place][0]
            take(task, place.arm, place, learned)
            self.measured += len(learned.rows)
            self.seconds += learned.seconds
            laboratory.simulate_seconds += learned.seconds
            laboratory.years_lived += learned.lived
            arm = self.arms[place.arm]
            failures.extend(Failure(arm, task.replication, error, where) for _, error, where in learned.failed)
            done += len(learned.rows) + len(learned.failed)
            laboratory.tell(done, total, PHASE)

        try:
            laboratory.each(learn_task, tasks(), keep, seconds_left=lambda: self.seconds_each * (total - done))
        except OtherCode as error:
            raise InputErrors([Problem("--dask", 0, "", str(error))]) from None
        if failures:
            raise YearsFailed(failures)

    def _size_of_task(self, left: int) -> int:
        """Points that take about CHUNK_SECONDS; fewer at the end, so that all workers end together."""
        size = int(CHUNK_SECONDS / self.seconds_each) if self.seconds_each > 0.0 else 1
        return max(1, min(size, _LARGEST_TASK, -(-left // (2 * self._laboratory.workers))))

    def _prepare(self, wanted: Sequence[tuple[tuple[str, Any], ...]]) -> None:
        """Make the weeks of every arm under settings that are new."""
        new = [(arm, settings) for arm in range(len(self.arms)) for settings in wanted]
        new = [one for one in new if one not in self._places]
        scenarios = [self._scenarios[arm].but(**dict(s)) if s else self._scenarios[arm] for arm, s in new]
        made = self._laboratory.prepare([(scenario,) for scenario in scenarios])
        for (arm, settings), prepared in zip(new, made, strict=True):
            folder = self._folders[arm]
            self._kept.open(folder)
            self._places[arm, settings] = _Place(arm, prepared, folder, prepared.address)

    def _named(self, arm: int, name: str) -> Path:
        """The folder of an arm's points in the store."""
        store, scenario = self._laboratory.store, self._scenarios[arm]
        place = store.place(code_version(), digest(["points", scenario.digest(), scenario.seed]))
        about: dict[str, Any] = {"experiment": name, "arm": self.arms[arm], "position": arm + 1}
        about |= {"title": scenario.title, "seed": scenario.seed, "version": __version__, "code": code_version()}
        store.name(place, {**about, "since": in_utc(datetime.now(UTC))})
        return place
