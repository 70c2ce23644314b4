"""The world against queues with known answers, and against Ciw, an independent simulator.

A therapist whose late starts cascade is a queue with one server: visits are customers, the planned start is the
arrival, moves and session are the service. A room that is in use is another.

Shared with the product: the plan's records, the luck of children and moves, the therapist, student and room processes,
the log. Not shared: a scenario file would allow at most 60 minutes of `overrun_minutes`, here nobody gives up waiting;
weeks are made here and not by the solver, round the clock, with starts and lengths that need not be whole minutes. The
world has no pool of therapists or rooms: every visit names its own. For the queues with c servers the visit is planned
for whoever will be free first, which is the same queue (Kiefer & Wolfowitz 1955); the planning is done here, the
waiting in the world. Each day begins empty, so the first hours are left out, and days are independent samples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from math import factorial, floor, inf, log, log1p, sqrt
from typing import Any

import ciw
import numpy as np
import pytest
from hand_school import AS_PLANNED, child, plan, pull_out, push_in, therapist, wanted
from scipy.stats import t as student
from scipy.stats import ttest_ind

from sdmsim.delivery.caseload import CaseloadRules
from sdmsim.delivery.vocabulary import Appointment
from sdmsim.events import Log
from sdmsim.plan import Plan
from sdmsim.school.vocabulary import Room
from sdmsim.world import live
from sdmsim.world.arrivals import Arrival
from sdmsim.world.evaluations import Queue

WARM, CLOSE = 360, 1260
"""Minutes of a day: from when visits are counted, and until when they come; a few hours are left to end the last."""
CONFIDENCE = 0.99
PATIENT = AS_PLANNED.model_copy(update={"overrun_minutes": 1e6, "default_metres": 0.0, "gather_minutes": 0.0,
                                        "settle_minutes": 0.0})  # fmt: skip
"""Nobody gives up; no move takes time."""


def within(by_day: Sequence[np.ndarray], answer: float, close: float) -> tuple[float, float]:
    """Asserts that the answer lies in the interval of the mean over days, and that the interval is narrow.

    Days are the sample: the sum of (value - answer) over a day has mean nil.
    """
    off = np.array([float((day - answer).sum()) for day in by_day])
    half = float(student.ppf(0.5 + CONFIDENCE / 2, len(off) - 1)) * off.std(ddof=1) / sqrt(len(off))
    each = sum(map(len, by_day)) / len(by_day)
    mean, half = answer + off.mean() / each, half / each
    assert half < close * answer, f"the interval is wide: {mean} ± {half}"
    assert abs(mean - answer) < half, f"{mean} ± {half}, should be {answer}"
    return mean, half


def waits(log: Log) -> list[np.ndarray]:
    """By day, minutes from planned to real start of every session planned after WARM."""
    planned = np.array([a.start for a in log.plan.week.appointments])
    day, appointment, began = np.array(log.sessions, dtype=float)[:, :3].T
    start = planned[appointment.astype(int)]
    return [(began - start)[(day == d) & (start >= WARM)] for d in range(len(log.plan.calendar.days))]


@pytest.fixture(scope="module")
def demand() -> list[np.ndarray]:
    """Waits where every minute of the day may bring one child to one therapist: by its own luck 6 in 100 come."""
    chance, minutes, n = 0.06, 10, CLOSE
    booked = plan(
        [child(f"c{i}", attendance=chance) for i in range(n)],
        [wanted(i, "classroom", minutes, 5) for i in range(n)],
        [push_in(day, i, minutes, [(i, day)], lead=0) for day in range(5) for i in range(n)],
        last_day=date(2024, 9, 6) + timedelta(weeks=8),
        staff=[therapist(start=0, end=1439, lunch_minutes=0)],
        moves=PATIENT,
    )
    return waits(live(booked, seed=5, replication=0))


def test_one_therapist_with_random_demand_waits_as_long_as_the_formula_says(demand: list[np.ndarray]) -> None:
    """M/D/1 with time in whole minutes (Geo/D/1): a D (D - 1) / 2 (1 - a D), which is M/D/1's less one D-th of it."""
    chance, minutes = 0.06, 10
    poisson = chance * minutes**2 / (2 * (1 - chance * minutes))
    within(demand, poisson * (1 - 1 / minutes), close=0.33)


def test_one_therapist_with_random_demand_is_free_as_often_as_the_formula_says(demand: list[np.ndarray]) -> None:
    """A child that comes finds the therapist free with probability (1 - a D) / (1 - a)."""
    within([(day == 0.0).astype(float) for day in demand], 0.4 / 0.94, close=0.15)


def planned_for_the_first_free(
    draws: np.random.Generator, rate: float, servers: int, mean: float, spread: float
) -> list[tuple[int, float, float, int]]:
    """(weekday, start, minutes, server) of Poisson visits, exponential (`spread` 1) or equally long (0)."""
    made = []
    for day in range(5):
        free, now = [0.0] * servers, 0.0
        while (now := floor((now + draws.exponential(1 / rate)) * 65536) / 65536) < CLOSE:
            drawn = mean if spread == 0.0 else draws.exponential(mean)
            minutes = max(1.0, floor(drawn * 65536)) / 65536 if spread else mean
            server = int(np.argmin(free))
            free[server] = max(free[server], now) + minutes
            made.append((day, now, minutes, server))
    return made


def queue_of(visits: Sequence[tuple[int, float, float, int]], servers: int, rooms: bool) -> Plan:
    """The visits as a week: the servers are therapists, or rooms that each visit's own therapist asks for."""
    turn_of_day, sessions, appointments = Counter[int](), Counter[int](), []
    for day, start, minutes, server in visits:
        turn = turn_of_day[day]
        member = (turn, sessions[turn])
        turn_of_day[day], sessions[turn] = turn + 1, sessions[turn] + 1
        made: Appointment
        if rooms:
            made = pull_out(day, start, minutes, [member], therapist=turn, room=f"R{server}", lead=0, tail=0)  # type: ignore[arg-type]
        else:
            made = push_in(day, start, minutes, [member], therapist=server, lead=0)  # type: ignore[arg-type]
        appointments.append(made)
    children = range(len(sessions))
    return plan(
        [child(f"c{i}") for i in children],
        [wanted(i, "therapy_room" if rooms else "classroom", 1, sessions[i], therapist=i) for i in children],
        appointments,
        staff=[
            therapist(f"T{i}", start=0, end=1439, lunch_minutes=0) for i in range(len(sessions) if rooms else servers)
        ],
        rooms=[Room(room=f"R{i}", capacity=1, metres={}) for i in range(servers)] if rooms else (),
        moves=PATIENT,
    )


def erlang_c(servers: int, load: float) -> float:
    """The chance to wait in M/M/c with `load` = rate x mean service."""
    last = load**servers / factorial(servers) * servers / (servers - load)
    return last / (sum(load**k / factorial(k) for k in range(servers)) + last)


@pytest.mark.parametrize(
    ("servers", "spread", "rooms"),
    [(1, 0.0, False), (1, 0.0, True), (2, 1.0, False), (2, 1.0, True)],
    ids=["M/D/1 therapist", "M/D/1 room", "M/M/2 therapists", "M/M/2 rooms"],
)
def test_therapists_and_rooms_make_their_visits_wait_as_m_d_1_and_m_m_c_say(
    servers: int, spread: float, rooms: bool
) -> None:
    """Pollaczek-Khinchine for one server and equal lengths; Erlang C for more and exponential lengths."""
    mean, busy = 4.0, 0.6
    rate = busy * servers / mean
    if spread:
        answer = erlang_c(servers, busy * servers) * mean / (servers * (1 - busy))
    else:
        answer = rate * mean**2 / (2 * (1 - busy))
    days: list[np.ndarray] = []
    draws = np.random.default_rng(1117)
    for _ in range(6):
        log = live(queue_of(planned_for_the_first_free(draws, rate, servers, mean, spread), servers, rooms),
                   seed=1, replication=0)  # fmt: skip
        days += waits(log)
    within(days, answer, close=0.25)


FETCH, SETTLE, LESSON, EVERY, SHARE, SPREAD = 4.0, 3.0, 20, 25, 0.9, 0.8
"""Minutes of an hour that is booked too tightly for its moves; children there; variation of every move."""


def a_full_room(weeks: int) -> list[np.ndarray]:
    """By day, how late each visit began: many therapists with one visit each, all booked for the one room."""
    starts = range(0, CLOSE, EVERY)
    booked = plan(
        [child(f"c{i}", attendance=SHARE) for i in range(len(starts))],
        [wanted(i, "therapy_room", LESSON, 5, therapist=i) for i in range(len(starts))],
        [
            pull_out(day, start, LESSON, [(i, day)], therapist=i, room="R", lead=0, tail=0)
            for day in range(5)
            for i, start in enumerate(starts)
        ],
        last_day=date(2024, 9, 6) + timedelta(weeks=weeks - 1),
        staff=[therapist(f"T{i}", start=0, end=1439, lunch_minutes=0) for i in range(len(starts))],
        rooms=[Room(room="R", capacity=1, metres={})],
        moves=PATIENT.model_copy(update={"gather_minutes": FETCH, "settle_minutes": SETTLE, "spread": SPREAD}),
    )
    log = live(booked, seed=7, replication=0)
    late: dict[int, list[float]] = {}
    for day, appointment, began, _, _ in log.sessions:
        late.setdefault(day, []).append(began - booked.week.appointments[appointment].start)
    return [np.array(late[day]) for day in sorted(late)]


class Booked(ciw.dists.Distribution):  # type: ignore[misc]
    """Arrivals every EVERY minutes, of which a share comes; the first at 0."""

    def __init__(self) -> None:
        self.first = True

    def sample(self, t: float | None = None, ind: Any = None) -> float:
        """Minutes to the next who comes."""
        slots = 0 if self.first else 1
        self.first = False
        while ciw.random.random() >= SHARE:
            slots += 1
        return float(slots * EVERY)


def lognormal(mean: float) -> Any:
    """Ciw's distribution of a move with the mean and variation SPREAD."""
    variance = log1p(SPREAD**2)
    return ciw.dists.Lognormal(log(mean) - variance / 2, sqrt(variance))


def the_same_in_ciw(days: int) -> list[np.ndarray]:
    """Ciw's day: whoever comes is fetched at once, then waits for the room, settles there and is taught."""
    late = []
    for day in range(days):
        ciw.seed(day)
        network = ciw.create_network(
            arrival_distributions=[Booked(), None],
            service_distributions=[lognormal(FETCH), lognormal(SETTLE) + ciw.dists.Deterministic(LESSON)],
            routing=[[0.0, 1.0], [0.0, 0.0]],
            number_of_servers=[inf, 1],
        )
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(2.0 * CLOSE)
        records = simulation.get_all_records()
        came = {r.id_number: r.arrival_date for r in records if r.node == 1 and r.arrival_date < CLOSE}
        ended = [(r.exit_date, came[r.id_number]) for r in records if r.node == 2 and r.id_number in came]
        late.append(np.array([end - LESSON - start for end, start in ended]))
    return late


@pytest.mark.parametrize("late_by", [None, 8.0], ids=["mean minutes", "share later than 8 minutes"])
def test_ciw_finds_a_full_room_as_late_as_the_world_does(late_by: float | None) -> None:
    """Two simulators without a line in common, where no formula is known: 99 % interval of the difference by days."""

    def daily(days: Sequence[np.ndarray]) -> np.ndarray:
        return np.array([float((d if late_by is None else d > late_by).mean()) for d in days])

    ours, theirs = daily(a_full_room(weeks=8)), daily(the_same_in_ciw(days=80))
    between = ttest_ind(ours, theirs, equal_var=False).confidence_interval(CONFIDENCE)
    assert between.low < 0.0 < between.high, (ours.mean(), theirs.mean(), between)
    assert between.high - between.low < 0.4 * theirs.mean()


def test_evaluations_wait_as_long_as_the_formula_says() -> None:
    """The product's queue of evaluations, one a day by chance 12 in 100, each of five days' work: Geo/D/1 in days.

    Shared: the queue, its order and its work. Not shared: who is referred and a therapist's hours are made here.
    """
    chance, days_of_work, minutes_a_day, years = 0.12, 5, 60.0, 40
    rules = CaseloadRules(initial_hours=days_of_work * minutes_a_day / 60.0)
    draws = np.random.default_rng(31)
    by_year: list[np.ndarray] = []
    for _ in range(years):
        queue, asked, waited = Queue(rules), list[int](), list[int]()
        for day in range(700):
            if day < 600 and draws.random() < chance:
                queue.ask(Arrival(day, f"r{len(asked)}", True, True, -1), 0)
                asked.append(day)
            waited += [day - one.arrival.day - days_of_work + 1 for one in queue.work(day, {0: minutes_a_day}, 0.0)]
        by_year.append(np.array(waited[8:], dtype=float))
    within(by_year, chance * days_of_work * (days_of_work - 1) / (2 * (1 - chance * days_of_work)), close=0.2)
