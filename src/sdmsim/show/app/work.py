"""What the page has done beside it, and what it is told meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sdmsim import metrics
from sdmsim.delivery import cache
from sdmsim.delivery.first_sketch import sketch
from sdmsim.delivery.vocabulary import Week
from sdmsim.plan import Plan, plan_of, week_problem
from sdmsim.scenario import Scenario
from sdmsim.school.vocabulary import School
from sdmsim.show.app.background import Deaf, Tell
from sdmsim.world import live

if TYPE_CHECKING:
    from sdmsim.show.pictures import Picture

SKETCH_YEARS = 3
PICTURES = ("comparison", "trade-off")
"""Shown on the page; the report has them all."""
STEPS = (3, 10, 30)
"""Years to which each option is brought, one option after the other, before any gets more; then all that are wanted."""


class WeekMade(NamedTuple):
    """The week of an option; a sketch is followed by the solved one."""

    key: str
    sketch: bool
    school: School
    week: Week


class YearLived(NamedTuple):
    """A simulated year of an option: its metrics."""

    key: str
    sketch: bool
    """It was lived in the sketch of the week."""
    replication: int
    row: Mapping[str, float]


class Wanted(NamedTuple):
    """An option to be answered: its scenario, and how many of its years are known."""

    key: str
    scenario: Scenario
    known: int


def first_answer(tell: Tell, key: str, scenario: Scenario) -> None:
    """The sketch of an option's week and a few years of it; nothing where its solved week is at hand."""
    problem = week_problem(scenario)
    if scenario.own_week is None and cache.find(problem) is None:
        plan = plan_of(scenario, week=sketch(problem))
        for replication in range(SKETCH_YEARS):
            lived = _year(key, True, scenario, plan, replication)
            if not replication:  # with a first year beside it: one look of the page shows both
                tell(WeekMade(key, True, plan.school, plan.week))
            tell(lived)


def answer(tell: Tell, options: Sequence[Wanted], years: int) -> None:
    """Solve the week of each option and live its years, the first option first."""
    plans: dict[str, Plan] = {}
    lived = {one.key: one.known for one in options}
    for step in dict.fromkeys(min(step, years) for step in (*STEPS, years)):
        for key, scenario, _ in options:
            if lived[key] >= step:
                continue
            if key not in plans:
                tell(Deaf(True))
                plans[key] = plan = plan_of(scenario)
                tell(Deaf(False))
                tell(WeekMade(key, False, plan.school, plan.week))
            for replication in range(lived[key], step):
                tell(_year(key, False, scenario, plans[key], replication))
            lived[key] = step


def _year(key: str, sketched: bool, scenario: Scenario, plan: Plan, replication: int) -> YearLived:
    return YearLived(key, sketched, replication, metrics.row(live(plan, seed=scenario.seed, replication=replication)))


class Done(NamedTuple):
    """How far a longer piece of work is."""

    done: int
    total: int
    phase: str


class Drawn(NamedTuple):
    """A picture ready to be shown: SVG, and its words."""

    title: str
    caption: str
    alt: str
    svg: bytes


class Compared(NamedTuple):
    """The results of a comparison are in its folder."""

    whole: bool
    """False: pictures and report are still being made."""


class Told(NamedTuple):
    """The timeline of a child, or its replay in other places; `rows` say it in a table under `show.trace.HEAD`."""

    pictures: tuple[Drawn, ...]
    whole: bool
    """False: the replay in other places is still being made."""
    rows: Sequence[Sequence[str]] = ()


class Day(NamedTuple):
    """A school day, stretch by stretch, as `metrics.day.day_of` has it."""

    rows: Any


def compare(tell: Tell, experiment: Path, folder: Path) -> None:
    """As `sdmsim experiment` with `--out`: every arm and year, the tables, the report; of the pictures a few."""
    from sdmsim.lab.execute import execute
    from sdmsim.lab.experiment import load_experiment
    from sdmsim.lab.results import Results
    from sdmsim.show.pictures import draw
    from sdmsim.show.report import write_report

    def show(done: int, total: int, phase: str) -> None:
        tell(Done(done, total, phase))

    execute(load_experiment(experiment), out=folder, workers=1, progress=show)
    tell(Compared(False))
    tell(Done(0, 1, "pictures"))
    results = Results.read(folder)
    pictures = draw(results)
    for picture in pictures:
        if picture.name in PICTURES:
            file = folder / "figures" / f"{picture.name}.svg"
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(picture.svg())
    write_report(results, folder / "report.html", pictures)
    tell(Compared(True))


def follow(tell: Tell, scenario: Scenario, child: str) -> None:
    """One child's year as `sdmsim trace` has it: its timeline at once, the same year in other places later."""
    from sdmsim.lab.trace import AS_PLANNED, Trace, check_child, trace
    from sdmsim.show.pictures import timeline_picture, trace_pictures
    from sdmsim.show.trace import replay_rows

    check_child(scenario, child)
    log = live(plan_of(scenario), seed=scenario.seed, replication=0)
    first = Trace(scenario, child, {AS_PLANNED: log})
    tell(Told((_drawn(timeline_picture(log, child)),), False, replay_rows(first)))
    found = trace(scenario, child)
    tell(Told(tuple(map(_drawn, trace_pictures(found))), True, replay_rows(found)))


def one_day(tell: Tell, scenario: Scenario, replication: int, on: date) -> None:
    """A day of a simulated year."""
    from sdmsim.metrics.day import day_of

    tell(Day(day_of(live(plan_of(scenario), seed=scenario.seed, replication=replication), on)))


def _drawn(picture: Picture) -> Drawn:
    return Drawn(picture.title, picture.caption, picture.alt, picture.svg())
