"""How long a year of a district takes beside one of Maple, and its timetable, and the memory of both.

Run `python benchmarks/district.py [SCENARIO]` (the one that ships is of 20 schools, 1,000 children, 22 therapists).
It prints the processor seconds of the timetable (made anew, whatever the cache holds) and of the lived year with log
and metrics, the ratio of the two schools' years, taken in turns so that a busy machine slows both, and the largest
memory of the process.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from pathlib import Path

from sdmsim.delivery.parts import components
from sdmsim.delivery.timetable import make_week, solve
from sdmsim.metrics import row
from sdmsim.plan import Plan, plan_of, week_problem
from sdmsim.scenario import load
from sdmsim.world import live

SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios"
ROUNDS = 7


def year(plan: Plan, replication: int) -> float:
    """Processor seconds of one year with log and metrics."""
    began = time.process_time()
    row(live(plan, seed=1, replication=replication))
    return time.process_time() - began


def main() -> None:
    """Print the figures."""
    maple = plan_of(load(SCENARIOS / "maple.toml"))
    scenario = load(sys.argv[1] if len(sys.argv) > 1 else SCENARIOS / "district.toml")
    problem = week_problem(scenario)
    began = time.process_time()
    week = solve(problem)
    solved = time.process_time() - began
    make_week(problem)
    began = time.process_time()
    make_week(problem)
    cached = time.process_time() - began
    roster = scenario.roster
    schools, sizes = len({s.site for s in roster.sections}), [len(tied) for tied in components(problem)]
    print(f"{schools} schools, {len(roster.students)} served children, {len(roster.staff)} therapists")
    print(f"  tied therapists, by parts     {sizes}")
    print(f"  appointments, unplaced        {len(week.appointments)}, {len(week.unplaced)}")
    print(f"  timetable                     {solved:.1f} s (under 300 wanted), from the cache {cached:.2f} s")
    district = plan_of(scenario)
    year(maple, 0), year(district, 0)
    times = [(year(maple, n), year(district, n)) for n in range(1, ROUNDS + 1)]
    small, large = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"  a year of Maple               {small:.3f} s")
    print(f"  a year of the district        {large:.3f} s")
    print(f"  ratio                         {statistics.median(b / a for a, b in times):.1f}  (at most 30 wanted)")
    unit = 1024**2 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB on Linux
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(f"  largest memory                {peak:.0f} MiB  (at most 1,000 wanted)")


if __name__ == "__main__":
    main()
