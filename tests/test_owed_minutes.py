"""The ledger of owed minutes, worked out on paper on logs written by hand.

Two children in three weeks from Monday, 2 September 2024 (days 0-4, 5-9, 10-14): A is owed 30 minutes a week, B 20.
A's first session is missed on day 1 and made up on day 6, in the second week, five minutes short. B refuses its second
session; its third has no school.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hand_school import child, plan, pull_out, wanted

from sdmsim.delivery.make_up import MakeUp
from sdmsim.events import REASONS, Defect, Log
from sdmsim.metrics import (
    as_log_systems_have_it,
    by_month,
    fidelity,
    ledger,
    ledger_by_child,
    row,
    students_table,
)
from sdmsim.metrics.log_systems import log_systems
from sdmsim.metrics.trace import sessions_of
from sdmsim.streams import Luck
from sdmsim.world.checks import check_minutes
from sdmsim.world.learning import learn
from sdmsim.world.stage import stage_of

TUE = 1
PROVIDER_ABSENT, UNWILLING, NO_SCHOOL = (REASONS.index(r) for r in ("provider_absent", "child_unwilling", "no_school"))
LATER = {"vacancy", "helper_missing"}
"""Reasons that log systems have a code for before a year knows them."""


def three_weeks(made_up_on: int = 6, missed_on: int = 1) -> Log:
    """The log of the page's head, written by hand."""
    school = plan(
        [child("A"), child("B")],
        [wanted(0, "therapy_room", 30), wanted(1, "therapy_room", 20)],
        [pull_out(TUE, 610, 30, [(0, 0)]), pull_out(TUE, 645, 20, [(1, 0)])],
        last_day=date(2024, 9, 20),
    )
    log = Log(
        school,
        1,
        0,
        given=[
            (1, 1, 1, 1, 645.0, 20.0, -1),
            (6, 0, 0, 0, 610.0, 30.0, -1),
            (made_up_on, 0, 0, 1, 645.0, 25.0, missed_on),
            (11, 0, 0, 0, 610.0, 30.0, -1),
        ],
        missed=[
            (1, 0, 0, 5.0, PROVIDER_ABSENT, 0),
            (6, 1, 1, 20.0, UNWILLING, 1),
            (10, 1, 1, 20.0, NO_SCHOOL, 1),
        ],
    )
    log.learning = learn(log, Luck(1, 0), school.numbers)
    return log


def test_the_ledger_by_week_is_the_one_worked_out_on_paper() -> None:
    """Owed so far 50, 100, 130 (no school is not owed); given at its own time 20, 50, 80; made up 0, 25, 25."""
    assert ledger(three_weeks()) == [
        {"week": 1, "owed": 25.0, "delivered": 10.0, "made_up": 0.0, "still_owed": 15.0},
        {"week": 2, "owed": 50.0, "delivered": 25.0, "made_up": 12.5, "still_owed": 12.5},
        {"week": 3, "owed": 65.0, "delivered": 40.0, "made_up": 12.5, "still_owed": 12.5},
    ]
    table = ledger_by_child(three_weeks())
    assert table.query("student == 'A'")["still_owed"].tolist() == [30.0, 5.0, 5.0]
    assert table.query("student == 'B'")["still_owed"].tolist() == [0.0, 20.0, 20.0]
    assert table["week"].tolist() == [1, 2, 3] * 2


def test_made_up_minutes_are_given_minutes_in_every_table() -> None:
    """Given 125 of 130, 25 of them made up; A got 85 of 90 and is above nine tenths, B 20 of 40 is not."""
    log = three_weeks()
    found = row(log)
    assert found["made_up_minutes"] == 12.5
    assert found["minutes_delivered"] == 52.5
    assert found["delivered_share"] == 105 / 130
    assert found["children_90_share"] == 0.5
    children = students_table(log)
    assert children["made_up_minutes"].tolist() == [25.0, 0.0]
    assert children["delivered_share"].tolist() == [85 / 90, 0.5]
    rows = fidelity(log)
    assert rows["made_up"].tolist() == [25.0, 0.0]
    assert rows["provided"].tolist() == [85.0, 20.0]
    assert rows["unaccounted"].tolist() == [0.0, 0.0]


def test_a_made_up_session_stands_on_its_own_date_with_the_date_that_it_makes_up() -> None:
    """In a child's trace the minutes are given on 10 September, for 3 September."""
    own = sessions_of(three_weeks(), "A")
    assert own.loc[own["makes_up"] != "", ["date", "happened", "minutes", "makes_up"]].values.tolist() == [
        ["2024-09-10", "given", 25.0, "2024-09-03"]
    ]
    assert own["minutes"].sum() == 90.0


def test_what_is_made_up_counts_for_the_period_in_which_it_was_missed() -> None:
    """Day 6 makes up day 1: the books balance. Booked on its own week they would not; before it was missed, never."""
    log = three_weeks()
    stage = stage_of(log.plan)
    check_minutes(stage, log)
    log.given = [(*given[:6], -1) for given in log.given]
    with pytest.raises(Defect, match="out by 25"):
        check_minutes(stage, log)
    early = three_weeks(made_up_on=1, missed_on=6)
    with pytest.raises(Defect, match="before it was missed"):
        check_minutes(stage_of(early.plan), early)


def test_a_month_owes_what_was_missed_in_it_and_gives_what_was_given_in_it() -> None:
    """Missed in August, made up in September: August owes it, September gives it."""
    school = plan([child("A")], [wanted(0, "therapy_room", 30)], [], first_day=date(2024, 8, 26))
    log = Log(school, 1, 0, given=[(6, 0, 0, 0, 610.0, 30.0, 1), (7, 0, 0, 0, 610.0, 30.0, -1)])
    august, september = by_month(log)
    assert (august["minutes_owed"], august["minutes_delivered"]) == (30.0, 0.0)
    assert (september["minutes_owed"], september["minutes_delivered"]) == (30.0, 60.0)


def test_nine_tenths_are_reached_at_nine_tenths() -> None:
    """27 of 30 minutes are enough, 26.9 are not; who is owed nothing is not counted, and a share of nobody is empty."""
    school = plan([child("A"), child("B")], [wanted(0, "therapy_room", 30)], [pull_out(TUE, 610, 30, [(0, 0)])])
    for minutes, share in ((27.0, 1.0), (26.9, 0.0)):
        log = Log(school, 1, 0, given=[(0, 0, 0, 0, 610.0, minutes, -1)])
        log.learning = learn(log, Luck(1, 0), school.numbers)
        assert row(log)["children_90_share"] == share
    nobody = Log(plan([child("A")], [], []), 1, 0)
    nobody.learning = learn(nobody, Luck(1, 0), school.numbers)
    assert row(nobody)["children_90_share"] != row(nobody)["children_90_share"]


def test_other_log_systems_show_the_same_minutes_under_their_codes() -> None:
    """SameGoal: a refusal is non-participatory, a day without school a holiday; SESIS counts a refusal as an absence.

    A late start (5 minutes of A) belongs to the absence that it was missed for.
    """
    tables = as_log_systems_have_it(fidelity(three_weeks()))
    same = tables["samegoal"]
    assert list(same.columns) == [
        *("student", "service", "provider", "start", "end", "allowed", "provided", "made_up"),
        *("excused_absence", "unexcused_absence", "provider_absence", "non_participatory", "school_holiday"),
        *("accounted", "unaccounted", "remaining"),
    ]
    assert same["provider_absence"].tolist() == [5.0, 0.0]
    assert same["non_participatory"].tolist() == [0.0, 20.0]
    assert same["school_holiday"].tolist() == [0.0, 20.0]
    assert same["unexcused_absence"].isna().all()
    assert same["accounted"].tolist() == [90.0, 60.0]
    assert same["remaining"].tolist() == [5.0, 40.0]
    nyc = tables["sesis"]
    assert nyc["student_absent"].tolist() == [0.0, 20.0]
    assert nyc["cancelled"].tolist() == [0.0, 20.0]


@pytest.mark.parametrize("name", sorted(log_systems()))
def test_every_code_of_a_log_system_has_a_reason_or_is_said_to_have_none(name: str) -> None:
    """Reasons are sdmsim's, codes the system's; each code that stands for nothing simulated is named."""
    system = log_systems()[name]
    assert set(system.reasons) <= {*REASONS, *LATER}
    assert set(system.reasons.values()) | set(system.not_simulated) == set(system.codes)
    assert not set(system.reasons.values()) & set(system.not_simulated)
    assert system.source.startswith("https://")
    assert system.title


def test_a_reason_without_a_code_is_unaccounted_for() -> None:
    """Start-up weeks stand in no log: 30 minutes that nobody wrote anything for."""
    school = plan([child("A")], [wanted(0, "therapy_room", 30)], [])
    log = Log(school, 1, 0, missed=[(0, 0, 0, 30.0, REASONS.index("start_up"), 1)])
    for table in as_log_systems_have_it(fidelity(log)).values():
        assert table["unaccounted"].tolist() == [30.0]


def test_hours_to_compensate_are_what_is_missed_for_the_listed_reasons() -> None:
    """Five minutes of the therapist's absence are left; with refusals on the list instead, B's 20 minutes."""
    log = three_weeks()
    assert row(log)["compensatory_hours"] == 5 / 60
    log.plan = replace(log.plan, make_up=MakeUp(of="none", compensated=("child_unwilling", "unplaced")))
    assert row(log)["compensatory_hours"] == 20 / 60
