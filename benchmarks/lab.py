"""What living many years costs beside the years themselves, and how much of two cores arrives.

Run `python benchmarks/lab.py` (`--years N --rounds N` for less). Every round lives the same years of Maple in turn:

- in this process, in a plain loop: the years and their metrics, nothing else;
- in two bare processes, each with a plain loop over half of them;
- through a laboratory with a store on disk: in this process, with two workers, with two workers of a Dask cluster.

All processes have imported and unpacked before the clock runs. Printed are medians over the rounds; ratios are taken in
each round. On a machine that is busy otherwise the ratios say little: what is needed of this process for a year, in
processor time, hardly depends on that.
"""

from __future__ import annotations

import argparse
import multiprocessing
import pickle
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import NamedTuple

from sdmsim.lab.laboratory import Laboratory, laboratory
from sdmsim.lab.trials import kept
from sdmsim.plan import plan_of
from sdmsim.scenario import Scenario, load
from sdmsim.world import live

BARE = "two bare processes"
SCENARIO = Path(__file__).resolve().parent.parent / "scenarios" / "maple.toml"


class Took(NamedTuple):
    """Seconds: by the clock, and of this process's processor."""

    clock: float
    processor: float


Way = Callable[[], Took]


def timed(work: Callable[[], object]) -> Took:
    """How long it took."""
    began, used = time.perf_counter(), time.process_time()
    work()
    return Took(time.perf_counter() - began, time.process_time() - used)


def loop(packed: bytes, first: int, years: int, step: int, begin: Barrier, done: Barrier) -> None:
    """Live years in a plain loop, `step` further on in each round, until it is ended."""
    plan = pickle.loads(packed)
    while True:
        begin.wait()
        for replication in range(first, first + years):
            kept(live(plan, seed=1, replication=replication), False)
        done.wait()
        first += step


@contextmanager
def bare_processes(packed: bytes, years: int) -> Iterator[Way]:
    """Two processes with half of the years each."""
    context = multiprocessing.get_context("spawn")
    begin, done = context.Barrier(3), context.Barrier(3)
    half = years // 2
    processes = [
        context.Process(target=loop, args=(packed, first, half, years, begin, done), daemon=True) for first in (0, half)
    ]
    for process in processes:
        process.start()

    def once() -> Took:
        begin.wait()
        return timed(done.wait)

    yield once
    for process in processes:
        process.terminate()


def plain(packed: bytes, years: int) -> Way:
    """A loop in this process."""
    plan, first = pickle.loads(packed), 0

    def once() -> Took:
        nonlocal first
        first += years
        return timed(lambda: [kept(live(plan, seed=1, replication=r), False) for r in range(first - years, first)])

    return once


def through(lab: Laboratory, scenario: Scenario, years: int) -> Way:
    """Brings an arm to so many years more."""
    bench = lab.bench([("arm", scenario)])

    def once() -> Took:
        return timed(lambda: bench.advance({"arm": bench.replications("arm") + years}))

    return once


def main() -> None:
    """Print throughput, overhead and ratios."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--years", type=int, default=100)
    asked.add_argument("--rounds", type=int, default=5)
    given = asked.parse_args()
    scenario = load(SCENARIO)
    packed = pickle.dumps(plan_of(scenario), protocol=pickle.HIGHEST_PROTOCOL)
    with ExitStack() as opened:
        bare = opened.enter_context(bare_processes(packed, given.years))
        store = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        one = opened.enter_context(laboratory(workers=1, store=store / "one"))
        two = opened.enter_context(laboratory(workers=2, store=store / "two"))
        print(f"{given.years} years of {scenario.title}, median of {given.rounds} rounds after one that is not counted")
        print("                              years per second   ms of this process's processor for a year")
        ways = {
            "plain loop": plain(packed, given.years),
            BARE: bare,
            "laboratory, this process": through(one, scenario, given.years),
            "laboratory, two workers": through(two, scenario, given.years),
        }
        reached = 1.0 / measured(ways, "laboratory, two workers", given.years, given.rounds)
        dask = opened.enter_context(laboratory(workers=2, dask="local", store=store / "dask"))
        ways = {BARE: bare, "laboratory, two by Dask": through(dask, scenario, given.years)}
        added = measured(ways, "laboratory, two by Dask", given.years, given.rounds) - 1.0
        print(f"  two workers reach {reached:.2f} of two bare processes (at least 0.9 wanted)")
        print(f"  Dask adds {100 * added:.1f} % to two bare processes (less than 10 wanted)")


def measured(ways: dict[str, Way], one: str, years: int, rounds: int) -> float:
    """Take turns, print a line for each way, and say how much longer `one` took than the bare processes."""
    found = [{name: way() for name, way in ways.items()} for _ in range(rounds + 1)][1:]
    for name in ways:
        clock, processor = (statistics.median(turn[name][i] for turn in found) for i in (0, 1))
        print(f"  {name:26} {years / clock:18.2f} {1e3 * processor / years:22.2f}", flush=True)
    return statistics.median(turn[one].clock / turn[BARE].clock for turn in found)


if __name__ == "__main__":
    main()
