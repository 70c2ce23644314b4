"""The year: luck is drawn, the processes live, the accounts are closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import simpy

from sdmsim.events import Log
from sdmsim.streams import Luck
from sdmsim.world.accounts import settle
from sdmsim.world.caseload import with_caseload
from sdmsim.world.checks import check_caseload, check_minutes, check_places
from sdmsim.world.classroom import NO_NOTICE, classroom
from sdmsim.world.learning import learn
from sdmsim.world.luck import fortune_of
from sdmsim.world.openings import openings_of
from sdmsim.world.owed import Owed
from sdmsim.world.reviews import reviewed
from sdmsim.world.stage import stage_of
from sdmsim.world.student import student
from sdmsim.world.therapist import therapist
from sdmsim.world.vocabulary import START_UP, Year

if TYPE_CHECKING:
    from sdmsim.plan import Plan


def live(plan: Plan, *, seed: int, replication: int, numbers: Mapping[str, float] | None = None) -> Log:
    """Live one school year of a plan, with the reviews of its strategy where it holds any.

    The same plan, seed and replication give the same log on every machine. `replication` counts from 0. `numbers`: of
    the ledger, in the place of the plan's own.

    Raises:
        Defect: the minutes owed are not the minutes given and missed, or somebody was in two places.
    """
    plan = with_caseload(plan, Luck(seed, replication))
    n = plan.numbers if numbers is None else numbers
    return reviewed(plan, lambda plan: _lived(plan, seed, replication, n))


def _lived(plan: Plan, seed: int, replication: int, numbers: Mapping[str, float]) -> Log:
    stage = stage_of(plan)
    env = simpy.Environment()
    log = Log(plan, seed, replication, missed=list(stage.fixed_missed))
    children = range(len(plan.school.students))
    year = Year(
        env=env,
        plan=plan,
        stage=stage,
        fortune=fortune_of(plan, stage, Luck(seed, replication), numbers),
        log=log,
        door=[env.event() for _ in children],
        out=[None for _ in children],
        last_trip=[-1 for _ in children],
        finds_thread=[0.0 for _ in children],
        notices=[NO_NOTICE for _ in plan.school.sections],
        rooms=[simpy.Resource(env, capacity=1) for _ in range(stage.rooms)],
        helpers=[simpy.Resource(env, capacity=1) for _ in plan.helpers],
        due=[due.sessions for due in stage.dues],
        chances=[[] for _ in stage.dues],
        owed=None if plan.make_up.of == "none" else Owed(openings_of(plan), len(children)),
    )
    course = plan.course
    if course is not None:
        for facts, happened in (
            (log.referred, course.referred),
            (log.evaluated, course.evaluated),
            (log.evaluating, course.evaluating),
            (log.joined, course.joined),
            (log.left, course.left),
        ):
            facts += happened
    for due, day in stage.start_up_chances:
        year.chances[due].append((day, START_UP))
    if year.owed is not None:
        year.owed.known_before(year)
    log.absences += [
        (day, child)
        for day in range(len(plan.calendar.days))
        for child in children
        if year.fortune.child_absent[child][day] and (course is None or course.served(child, day))
    ]
    log.helper_absences += [
        (day, helper)
        for day in range(len(plan.calendar.days))
        for helper, absent in enumerate(year.fortune.helper_absent)
        if absent[day]
    ]
    for section in stage.sections:
        env.process(classroom(year, section))
    for child in children:
        env.process(student(year, child))
    for member in range(len(plan.school.staff)):
        env.process(therapist(year, member))
    env.run()
    settle(year)
    check_minutes(stage, log)
    check_places(log)
    check_caseload(log)
    log.learning = learn(log, Luck(seed, replication), numbers)
    return log


def learned_under(log: Log, numbers: Mapping[str, float]) -> Log:
    """The year of a log, lived with the same luck, as learned under other numbers of the ledger; `log` stays.

    The facts stay as well: they would be others where `lived_by` differs.
    """
    return replace(log, learning=learn(log, Luck(log.seed, log.replication), numbers))
