"""Assistants: what they take over, what stays, and what their supervision asks of the therapist."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from week_laws import assert_lawful

from sdmsim import load, metrics
from sdmsim.base import InputErrors
from sdmsim.delivery.assigning import therapists_of
from sdmsim.delivery.assistants import Assistant, Team
from sdmsim.delivery.requests import weekly_minutes
from sdmsim.delivery.timetable import make_week
from sdmsim.events import ACTIVITIES, Log
from sdmsim.plan import Plan, plan_of, week_problem
from sdmsim.scenario import Scenario
from sdmsim.world import live

MAPLE = Path(__file__).parent.parent / "scenarios" / "maple.toml"
ONE = {"id": "SLPA-1", "supervisor": "SLP-1", "fte": 0.8, "rate": 25.0, "documentation": 100}
BARRED = {"barred_severity": ["severe"], "barred_goals": ["social"]}


@cache
def base() -> Scenario:
    """Maple with half a year, all therapy apart."""
    return load(MAPLE).but(**{"delivery.push_in_share": 0.0, "week.effort": 0.5, "year.last_day": "2025-02-28"})


def helped(**changes: Any) -> Scenario:
    return base().but(assistant=[{**ONE, **BARRED, **changes}])


@cache
def lived() -> Log:
    return live(plan_of(helped(first_workdays=40)), seed=1, replication=0)


def test_whole_classes_go_to_the_assistant_but_for_barred_rows() -> None:
    """Severe children, social goals and indirect rows stay; of the others a class has one of the two."""
    school = helped().roster
    assert [(m.id, m.role, m.evaluation) for m in school.staff] == [("SLP-1", "SLP", 216), ("SLPA-1", "SLPA", 0)]
    assert school.staff[1].site_days == school.staff[0].site_days
    team = Team(school, helped().assistant, base().week, base().grouping)
    holder = team.shared_out(therapists_of(school))
    child = {s.id: s for s in school.students}
    of_class: dict[str, set[int]] = {}
    for row, who in zip(school.services, holder, strict=True):
        barred = child[row.id].severity == "severe" or row.goal == "social" or row.kind == "indirect"
        assert who == 0 or not barred
        if not barred:
            of_class.setdefault(child[row.id].section, set()).add(who)
    assert all(len(some) == 1 for some in of_class.values())
    load_of = [0.0, 0.0]
    for row, who in zip(school.services, holder, strict=True):
        load_of[who] += weekly_minutes(row) if row.kind == "direct" else 0.0
    supervised = 0.3 * 0.8
    assert load_of[0] / sum(load_of) == pytest.approx((1 - supervised) / (1 - supervised + 0.8), abs=0.06)
    assert set(therapists_of(school)) == {0}


def test_a_therapist_whose_contract_is_full_keeps_less() -> None:
    """With 14 more hours of duty, supervision and what stays fit into what is left; nothing of it is negative."""
    school = helped().roster
    busy = school.staff[0].model_copy(update={"duty": 900})
    full = school.model_copy(update={"staff": (busy, school.staff[1])})

    def kept(of: Any) -> float:
        holder = Team(of, helped().assistant, base().week, base().grouping).shared_out(therapists_of(of))
        return sum(
            weekly_minutes(r) for r, who in zip(of.services, holder, strict=True) if who == 0 and r.kind == "direct"
        )

    assert kept(full) < kept(school)


def test_the_week_with_an_assistant_is_lawful() -> None:
    """Nobody in two places, contracts kept; the therapist's contract is shorter by the supervision."""
    problem, alone = week_problem(helped()), week_problem(base())
    assert_lawful(helped().roster, problem, make_week(problem))
    contact = sum(r.minutes * r.weekly_sessions for r in problem.requests if r.therapist == 1) / 3
    less = alone.contracts[0].session_minutes - problem.contracts[0].session_minutes
    assert less == pytest.approx(0.3 * contact, rel=0.1)


def test_supervision_is_a_share_of_the_time_with_children() -> None:
    """30 % of the assistant's contact minutes in its first 40 workdays, then 20 %; a part of the therapist's week."""
    log = lived()
    days = log.plan.calendar.days
    table = metrics.therapist_week(log)
    contact = np.zeros(len(days))
    for day, who, activity, start, end in log.work:
        if who == 1 and ACTIVITIES[activity] in ("push_in", "pull_out"):
            contact[day] += end - start
    weeks = np.array([d.week for d in days])
    by_week = np.bincount(weeks, contact)
    share = np.array(
        [np.mean([0.3 if d.index < 40 else 0.2 for d in days if d.week == w]) for w in range(len(by_week))]
    )
    there = np.array(
        [any((d.index, 0) not in log.staff_absences for d in days if d.week == w) for w in range(len(by_week))]
    )
    expected = float((by_week * share * there).sum()) / 60 / len(by_week)
    found = table["supervision_direct"][0] + table["supervision_indirect"][0]
    assert found == pytest.approx(expected, rel=1e-9)
    assert table["supervision_direct"][0] > table["supervision_indirect"][0] > 0.0
    assert table["supervision_direct"][1] == 0.0
    assert metrics.row(log)["supervision_hours"] == pytest.approx(found)
    assert table["contract"].tolist() == pytest.approx([37.5, 30.0])


def test_without_assistants_nothing_speaks_of_them() -> None:
    """No part of the week and no number."""
    log = live(plan_of(base()), seed=1, replication=0)
    assert np.isnan(metrics.row(log)["supervision_hours"])
    assert not [name for name in metrics.workload(log) if name.startswith("supervision")]


def test_who_holds_a_session_does_not_change_what_it_teaches() -> None:
    """The same week held by the same people under other titles: every gain and probe is the same."""
    log = lived()
    titles = (log.plan.school.staff[0], log.plan.school.staff[1].model_copy(update={"role": "SLP"}))
    plan = replace(log.plan, school=log.plan.school.model_copy(update={"staff": titles}), assistants=())
    other = live(plan, seed=1, replication=0)
    assert log.learning is not None and other.learning is not None  # noqa: PT018
    assert (log.learning.gains == other.learning.gains).all()
    assert (log.learning.scores == other.learning.scores).all()


def test_reviews_stay_with_the_therapist() -> None:
    """All of the team's meetings are the supervisor's."""

    def hours(plan: Plan) -> list[float]:
        return metrics.therapist_week(live(plan, seed=1, replication=0))["reviews"].tolist()

    reviewed = helped().but(reviews={"every_weeks": 9})
    both, alone = hours(plan_of(reviewed)), hours(plan_of(base().but(reviews={"every_weeks": 9})))
    assert both[1] == 0.0
    assert both[0] == pytest.approx(alone[0])


def test_an_assistant_is_paid_its_contract() -> None:
    """$1 more an hour, 30 hours a week, benefits on top."""
    cheap = metrics.row(lived())["cost"]
    dear = metrics.row(live(plan_of(helped(rate=26.0, first_workdays=40)), seed=1, replication=0))["cost"]
    assert dear - cheap == pytest.approx(30 * 1.3 * lived().plan.calendar.n_weeks)


def test_shares_by_workday() -> None:
    """(sitting in, otherwise), up to the last of the first workdays and after."""
    assistant = Assistant(id="A", supervisor="B", fte=1.0)
    assert assistant.shares(0) == assistant.shares(89) == pytest.approx((0.2, 0.1))
    assert assistant.shares(90) == pytest.approx((0.1, 0.1))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"supervisor": "SLP-2"}, 'assistant[1].supervisor: "SLP-2" is not in maple/staff.csv; did you mean "SLP-1"?'),
        ({"id": "SLP-1"}, 'assistant[1].id: "SLP-1" is the id of somebody else; give the assistant an id of its own'),
        (
            {"role": "SLP"},
            'assistant[1].role: "SLP" is a role of therapists in maple/staff.csv; give assistants a role of their own',
        ),
        ({"barred_goals": ["socail"]}, 'assistant[1].barred_goals: "socail" is not in [goals]; did you mean "social"?'),
        ({"later_share": 0.05}, "assistant[1]: later_direct_share 0.1 is above later_share, which is 0.05"),
    ],
)  # fmt: skip
def test_a_wrong_assistant_is_refused_in_words(changes: dict[str, Any], said: str) -> None:
    """The key, what was given and what would do."""
    with pytest.raises(InputErrors) as found:
        helped(**changes)
    assert str(found.value).splitlines()[0] == f"maple.toml: {said}"


def test_a_supervisor_may_not_leave() -> None:
    """Its assistants may not work without it."""
    gone = {"therapist": "SLP-1", "first_day": "2025-01-06", "weeks": 4, "remedy": {"kind": "nothing"}}
    with pytest.raises(InputErrors) as found:
        helped().but(vacancy=[gone])
    assert str(found.value) == ('maple.toml: vacancy[1].therapist: "SLP-1" supervises SLPA-1, who may not work without')
