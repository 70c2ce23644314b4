"""The team's reviews: what is known by then goes before the strategy, and rows move from that school week on.

A reviewed year is lived again from its first day with the amended plan. Luck has names, so everything before the review
comes out the same, which the tests check; nothing has to be stopped and carried over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sdmsim.delivery.repair import moved_rows
from sdmsim.delivery.requests import caseload
from sdmsim.delivery.vocabulary import SETTINGS, CaseFile, CaseRow
from sdmsim.events import Defect, Log, columns

if TYPE_CHECKING:
    from sdmsim.plan import Plan


def review_weeks(plan: Plan) -> range:
    """The school weeks at whose beginning reviews are held."""
    if plan.reviews is None:
        return range(0)
    return range(plan.reviews.every_weeks, plan.calendar.n_weeks, plan.reviews.every_weeks)


def reviewed(plan: Plan, live: Callable[[Plan], Log]) -> Log:
    """The year of a plan, with every review that its strategy holds."""
    log = live(plan)
    if plan.reviewing is None:
        return log
    strategy, problem = plan.reviewing
    rows = {row.row: row for case in caseload(plan.school, plan.goals) for row in case.open_rows if row.per == "week"}
    since = {row: _first_week(plan, row) for row in rows}
    amendments = []
    last = 0
    for week in review_weeks(plan):
        files = _files(log, rows, since, last, week)
        moves = dict(strategy.review(files))
        last = week
        wrong = {row: where for row, where in moves.items() if row not in rows or where not in SETTINGS}
        if wrong:
            raise Defect(f"the strategy moves rows that are not under review, or to no setting: {len(wrong)}")
        now = {file.row.row: file.setting for file in files}
        moves = {row: where for row, where in moves.items() if row in now and now[row] != where}
        if not moves:
            continue
        day = next(d.index for d in plan.calendar.days if d.week == week)
        for row, where in sorted(moves.items()):
            since[row] = week
            student = plan.school.student_index[plan.school.services[row].id]
            amendments.append((day, student, row, SETTINGS.index(where)))
        problem, changed = moved_rows(problem, log.plan.week, moves, week)
        log = live(replace(log.plan, week=changed))
    log.amendments += amendments
    return log


def _first_week(plan: Plan, row: int) -> int:
    """The school week in which a row is first given: 0, or that in which its child joined."""
    if plan.course is None:
        return 0
    child = plan.school.student_index[plan.school.services[row].id]
    return plan.calendar.days[plan.course.spans[child].first].week


def _files(log: Log, rows: dict[int, CaseRow], since: dict[int, int], last: int, week: int) -> list[CaseFile]:
    """What the team knows of every open row at the beginning of a school week."""
    plan, learning = log.plan, log.learning
    assert learning is not None
    first = [next(d.index for d in plan.calendar.days if d.week == w) for w in (last, week)]
    known = (learning.probe_days < first[1])[None, :] & learning.taken & learning.active
    goal_of = {(s, goal): g for g, (s, (_, goal)) in enumerate(zip(learning.student, learning.names, strict=True))}
    given, missed = columns(log.given, 7), columns(log.missed, 6)

    def minutes(facts: np.ndarray, column: int, requests: list[int]) -> float:
        chosen = np.isin(facts[2], requests) & (facts[0] >= first[0]) & (facts[0] < first[1])
        return float(facts[column][chosen].sum())

    found = []
    for number, row in rows.items():
        own = [n for n, r in enumerate(plan.week.requests) if r.row == number]
        now = [n for n in own if plan.week.requests[n].weeks >> week & 1]
        if not now:
            continue
        request = plan.week.requests[now[0]]
        g = goal_of[request.student, row.goal]
        got, lost = minutes(given, 5, own), minutes(missed, 3, own)
        in_therapy, in_class = (tuple((of_g[g, known[g]] / learning.trials).tolist()) for of_g in learning.scores)
        found.append(
            CaseFile(
                plan.school.students[request.student].id,
                row,
                request.setting,
                week - since[number],
                in_therapy,
                in_class,
                got / (got + lost) if got + lost else 1.0,
            )
        )
    return found
