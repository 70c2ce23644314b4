"""How long one Maple year takes, beside a bare SimPy loop that does the same number of child-sessions.

Run `python benchmarks/year.py`. For the pure pull-out and the pure push-in arm it prints the median seconds
of a year (simulation, log and all metrics; the timetable is made before), the seconds of two bare loops (one
process for each child-session; one for each session of a group), the ratios, and what is left in memory after
50 more replications.
"""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import simpy

from sdmsim.metrics import row
from sdmsim.plan import Plan, plan_of
from sdmsim.scenario import load
from sdmsim.world import live

SCENARIO = Path(__file__).resolve().parent.parent / "scenarios" / "maple.toml"
ROUNDS = 15
REPLICATIONS = 50


def bare_year(per_day: list[list[int]]) -> list[tuple[int, int, float, float]]:
    """A hand-written year without luck, roster or accounts: fetch, teach, bring back, for each session of each day.

    `per_day` holds the children of each session. One process a session, one resource (the therapist), four
    timeouts, one tuple a child.
    """
    env = simpy.Environment()
    therapist = simpy.Resource(env, capacity=1)
    log: list[tuple[int, int, float, float]] = []

    def session(day: int, number: int, children: int) -> Generator[simpy.Event, Any, None]:
        yield env.timeout(day * 1440.0 + 480.0 + 15.0 * number)
        with therapist.request() as turn:
            yield turn
            yield env.timeout(2.0)
            began = env.now
            yield env.timeout(10.0)
            for _ in range(children):
                log.append((day, number, began, env.now))
            yield env.timeout(1.0)

    for day, sessions in enumerate(per_day):
        for number, children in enumerate(sessions):
            env.process(session(day, number, children))
    env.run()
    return log


def seconds_of(work: Callable[[int], object]) -> float:
    """Median seconds of several runs, after one that is not counted."""
    work(0)
    times = []
    for number in range(ROUNDS):
        began = time.perf_counter()
        work(number)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def report(name: str, plan: Plan) -> None:
    """Print the figures of one arm."""
    log = live(plan, seed=1, replication=0)
    groups: list[list[int]] = [[] for _ in plan.calendar.days]
    for day, _, _, _, present in log.sessions:
        groups[day].append(present)
    singles = [[1] * sum(day) for day in groups]
    year = seconds_of(lambda n: row(live(plan, seed=1, replication=n)))
    bare = seconds_of(lambda _: bare_year(singles))
    bare_groups = seconds_of(lambda _: bare_year(groups))
    scaled = 3600 / len(log.given)
    print(f"{name}: {len(log.given)} child-sessions in {len(log.sessions)} sessions on {len(groups)} school days")
    print(f"  a year with log and metrics   {year:.4f} s  ({year * scaled:.4f} s per 3,600 child-sessions)")
    print(f"  a bare loop, child by child   {bare:.4f} s  ({bare * scaled:.4f} s per 3,600 child-sessions)")
    print(f"  ratio                         {year / bare:.2f}  (at most 3 wanted)")
    print(f"  a bare loop, group by group   {bare_groups:.4f} s, ratio {year / bare_groups:.2f}")
    print(f"  memory kept by {REPLICATIONS} more years   {memory_kept(plan) / 1024:.0f} KiB")


def memory_kept(plan: Plan) -> int:
    """Bytes that are still held after further replications."""
    row(live(plan, seed=1, replication=0))
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for replication in range(REPLICATIONS):
        row(live(plan, seed=1, replication=replication))
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return after - before


def main() -> None:
    """Print the figures of both pure arms."""
    scenario = load(SCENARIO)
    for name, share in (("all pull-out", 0.0), ("language and social in class", 1.0)):
        report(name, plan_of(scenario.but(**{"delivery.push_in_share": share})))


if __name__ == "__main__":
    main()
