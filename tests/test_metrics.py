"""Metrics of logs written by hand, each number worked out on paper.

The hand-made school day is 9:00-12:50 (230 minutes): ELA 540-600 protected, WIN 600-660, recess 660-680, lunch
680-710, maths 710-770 protected. A full-time therapist works 8:00-15:30, 450 minutes a day. Activities in the
log: 0 push-in, 1 pull-out, 2 moves, 3 lunch, 4 called away.
"""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

import pytest
from hand_school import child, plan, pull_out, push_in, therapist, wanted

from sdmsim import metrics
from sdmsim.events import REASONS, Defect, Log
from sdmsim.metrics import (
    METRICS,
    Metric,
    by_month,
    fidelity,
    measure,
    student_time,
    students_table,
    therapist_week,
    unit_of,
    workload,
)
from sdmsim.metrics.names import OF_A_CASELOAD, Group
from sdmsim.plan import Plan
from sdmsim.school.vocabulary import CalendarEntry
from sdmsim.streams import Luck
from sdmsim.world.learning import learn

NO_SCHOOL, CHILD_ABSENT = REASONS.index("no_school"), REASONS.index("child_absent")


def taught(log: Log) -> Log:
    """The log with what its year taught, as a lived one has it."""
    log.learning = learn(log, Luck(log.seed, log.replication), log.plan.numbers)
    return log


def row(log: Log) -> dict[str, float]:
    """Every metric of a hand-written log."""
    return metrics.row(taught(log))


def two_children() -> Plan:
    """A is visited on Monday and taken out on Tuesday with B; B's Thursday is a holiday."""
    return plan(
        [child("A"), child("B")],
        [wanted(0, "classroom", 30), wanted(0, "therapy_room", 20), wanted(1, "therapy_room", 20, 2)],
        [
            push_in(0, 550, 30, [(0, 0)]),
            pull_out(1, 610, 20, [(1, 0), (2, 0)]),
            pull_out(3, 610, 20, [(2, 1)]),
        ],
        calendar=[CalendarEntry(date=date(2024, 9, 5), kind="holiday")],
    )


def their_week() -> Log:
    """The log of that week as it was planned, written by hand."""
    return Log(
        two_children(),
        1,
        0,
        sessions=[(0, 0, 550.0, 580.0, 1), (1, 1, 610.0, 630.0, 2)],
        given=[(0, 0, 0, 0, 550.0, 30.0, -1), (1, 0, 1, 1, 610.0, 20.0, -1), (1, 1, 2, 1, 610.0, 20.0, -1)],
        missed=[(0, 1, 2, 20.0, NO_SCHOOL, 1)],
        trips=[(1, who, 1, 607.0, 610.0, 630.0, 631.0, 633.5) for who in range(2)],
        work=[
            (0, 0, 2, 549.0, 550.0),
            (0, 0, 0, 550.0, 580.0),
            (1, 0, 2, 605.0, 610.0),
            (1, 0, 1, 610.0, 630.0),
            (1, 0, 2, 630.0, 631.0),
        ],
    )


def test_a_week_on_paper_has_the_metrics_worked_out_on_paper() -> None:
    """Every metric of the hand-written week.

    Owed 30 + 20 + 2 x 20 = 90 for two children; given 70; 20 without school. Each trip: out 607-633.5, all of it
    in WIN, 20 of the 26.5 minutes taught; out of class until 631. Planned week of 1,150 minutes: 20 (A), 40 (B)
    outside. Asked: 31 + 26 + 26 minutes; lived: 50 with children, 7 on moves, and 15 of planning with one class.
    Contract of four days with school: 1,800 minutes.
    """
    measured = row(their_week())
    found = {m.name: measured[m.name] for m in simulated() if m.group not in ("engagement", "progress")}
    expected = dict.fromkeys(found, 0.0) | {
        "minutes_owed": 45.0,
        "minutes_delivered": 35.0,
        "missed_minutes.no_school": 10.0,
        "delivered_share": 1.0,
        "children_90_share": 1.0,
        "class_minutes_missed": 26.5,
        "lre_share": (1130 / 1150 + 1110 / 1150) / 2,
        "student_transition_minutes": 6.5,
        "peer_presence_minutes": (4 * 230 - 24) / 4,
        "therapist_hours_per_week": 83 / 60,
        "therapist_hours_worked": 72 / 60,
        "utilisation": 50 / 1800,
        "planning_hours": 0.25,
        "therapist_transition_minutes": 7.0,
        "delivered_hours": 70 / 60,
        # nobody has a rate, no policy says how to bill
        **dict.fromkeys(("cost", "cost_per_delivered_hour", "cost_per_goal_met", "billing_units"), float("nan")),
        **dict.fromkeys(("site_gap", "supervision_hours", "travel_hours"), float("nan")),
        "worst_tenth_share": 1.0,
        **dict.fromkeys(("goal_type_gap", "severity_gap", "grade_gap"), float("nan")),  # no group of ten children
    }
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)


def simulated() -> list[Metric]:
    """The metrics of a year whose caseload does not change."""
    return [m for m in METRICS if m.name not in OF_A_CASELOAD]


def test_rows_hold_every_metric_once_in_one_order() -> None:
    """Names, order and units are those of METRICS, in the row as in the table; every reason has its metric."""
    log = their_week()
    names = [m.name for m in simulated()]
    assert list(row(log)) == names
    assert len(set(names)) == len(names)
    assert [n for n in names if n.startswith("missed_minutes.")] == [f"missed_minutes.{r}" for r in REASONS]
    table = measure(taught(log))
    assert list(table.columns) == ["metric", "unit", "value"]
    assert list(table["metric"]) == names
    assert list(table["unit"]) == [unit_of(n) for n in names]
    assert all(m.unit and m.meaning and m.group in get_args(Group) for m in METRICS)
    assert unit_of("delivered_share") == "share"
    assert unit_of("nonsense") == ""


def test_the_share_given_is_a_ratio_of_sums_and_the_tail_is_over_children() -> None:
    """A is given 100 of 100 minutes, B 20 of 300: 120 / 400 given; still owed 0 and 280, nine tenths of the way 252."""
    school = plan(
        [child("A"), child("B")],
        [wanted(0, "classroom", 20, 5), wanted(1, "classroom", 60, 5)],
        [push_in(0, 550, 20, [(0, 0), (1, 0)])],
    )
    given = [(d, 0, 0, 0, 550.0, 20.0, -1) for d in range(5)] + [(0, 1, 1, 0, 550.0, 20.0, -1)]
    missed = [(0, 1, 1, 40.0, CHILD_ABSENT, 0), *[(d, 1, 1, 60.0, CHILD_ABSENT, 1) for d in range(1, 5)]]
    found = row(Log(school, 1, 0, given=given, missed=missed))
    assert found["delivered_share"] == 0.3
    assert found["owed_p90_minutes"] == pytest.approx(252.0)
    assert found["children_owed_300"] == 0.0
    assert found["missed_minutes.child_absent"] == 140.0
    assert found["unplaced_sessions"] == 8.0


def test_large_groups_are_weighed_by_the_children_in_them() -> None:
    """One session of five and one of four: 5 of 9 child-sessions."""
    sessions = [(0, 0, 550.0, 580.0, 5), (1, 0, 550.0, 580.0, 4)]
    assert row(Log(two_children(), 1, 0, sessions=sessions))["large_group_share"] == pytest.approx(5 / 9)


@pytest.mark.parametrize(
    ("trip", "missed", "core"),
    [
        ((595.0, 600.0, 620.0, 621.0, 623.0), 28.0, 5.0),
        ((640.0, 645.0, 670.0, 671.0, 690.0), 20.0, 0.0),
        ((675.0, 680.0, 715.0, 716.0, 720.5), 10.5, 10.5),
        ((750.0, 755.0, 775.0, 776.0, 778.0), 20.0, 20.0),
        ((661.0, 665.0, 675.0, 676.0, 678.0), 0.0, 0.0),
    ],
    ids=["ELA into WIN", "WIN into recess", "recess and lunch into maths", "past the last bell", "recess only"],
)
def test_class_missed_is_instruction_only(trip: tuple[float, ...], missed: float, core: float) -> None:
    """Recess, lunch and the time after the last bell are nobody's lesson; protected lessons are the core."""
    school = plan([child("A")], [wanted(0, "therapy_room", 20)], [pull_out(0, 610, 20, [(0, 0)])])
    found = row(Log(school, 1, 0, trips=[(0, 0, 0, *trip)]))
    assert found["class_minutes_missed"] == pytest.approx(missed)
    assert found["core_minutes_missed"] == pytest.approx(core)


def test_after_an_early_release_no_class_is_missed() -> None:
    """Released at 620: of a trip from 607 to 633.5, 13 minutes were school; the day with peers is 67 of 80 minutes."""
    school = plan(
        [child("A")],
        [wanted(0, "therapy_room", 20)],
        [pull_out(0, 610, 20, [(0, 0)])],
        last_day=date(2024, 9, 2),
        calendar=[CalendarEntry(date=date(2024, 9, 2), kind="early_release", start=620)],
    )
    found = row(Log(school, 1, 0, trips=[(0, 0, 0, 607.0, 610.0, 630.0, 631.0, 633.5)]))
    assert found["class_minutes_missed"] == 13.0
    assert found["peer_presence_minutes"] == 67.0


def test_peers_are_classmates_without_a_plan() -> None:
    """Absent on two of five days, out for 24 minutes of one: (3 x 230 - 24) / 5; a class in which every child has a
    plan offers none.
    """
    for size, minutes in ((2, 133.2), (1, 0.0)):
        school = plan([child("A")], [wanted(0, "therapy_room", 20)], [pull_out(1, 610, 20, [(0, 0)])], sizes=size)
        trips = [(1, 0, 0, 607.0, 610.0, 630.0, 631.0, 633.5)]
        found = row(Log(school, 1, 0, absences=[(0, 0), (3, 0)], trips=trips))
        assert found["peer_presence_minutes"] == minutes


def test_only_service_minutes_outside_class_lower_the_lre_share() -> None:
    """In class: exactly 1. Apart: each minute of the planned week lowers it by 1 / 1,150, placed or not."""
    apart = [wanted(0, "therapy_room", 30, 2)]
    within = [wanted(0, "classroom", 30, 2)]
    assert row(Log(plan([child("A")], within, []), 1, 0))["lre_share"] == 1.0
    assert row(Log(plan([child("A")], apart, []), 1, 0))["lre_share"] == 1090 / 1150
    monthly = [wanted(0, "therapy_room", 30, 2, "month")]
    four_weeks = plan([child("A")], monthly, [], last_day=date(2024, 9, 27))
    assert row(Log(four_weeks, 1, 0))["lre_share"] == 1135 / 1150


def one_day(work: list[tuple[float, float]], **member: Any) -> Log:
    """A therapist with one site-day, Monday; contract 450 minutes unless `fte` says otherwise."""
    staff = therapist(**({"fte": 0.2, "site_days": ("Mon",), "lunch_minutes": 0} | member))
    return Log(plan([child("A")], [], [], staff=[staff]), 1, 0, work=[(0, 0, 1, *stretch) for stretch in work])


def hours(log: Log) -> dict[str, float]:
    """The therapist's week in minutes, without what is 0."""
    table = therapist_week(log).drop(columns="therapist").iloc[0]
    return {str(k): round(float(v) * 60, 6) for k, v in table.items() if abs(v) > 1e-9}


def test_desk_work_fills_gaps_of_five_minutes_and_the_rest_is_overtime() -> None:
    """At 8:00-10:00, 10:04-11:40, 11:45-15:00: gaps of 4 (waiting), 5 and 30; of 50 minutes of reports 15 are over."""
    log = one_day([(480.0, 600.0), (604.0, 700.0), (705.0, 900.0)], documentation=50)
    assert hours(log) == {"pull_out": 411, "documentation": 35, "unassigned": 4, "overtime": 15, "contract": 450}


def test_meetings_come_before_reports() -> None:
    """Of 35 free minutes, meetings take 20 and reports 15; planning of 10 and the rest of the reports are overtime."""
    log = one_day([(480.0, 895.0)], meetings=20, documentation=50, planning=10)
    assert hours(log) == {"pull_out": 415, "meetings": 20, "documentation": 15, "overtime": 45, "contract": 450}


def test_work_outside_the_contract_day_is_overtime() -> None:
    """A session until 15:40 where the day ends at 15:30; and one before 8:00."""
    assert hours(one_day([(900.0, 940.0)])) == {
        "pull_out": 30, "unassigned": 420, "overtime": 10, "contract": 450,
    }  # fmt: skip
    assert hours(one_day([(470.0, 490.0)]))["overtime"] == 10


def test_the_contract_counts_not_the_hours_on_site() -> None:
    """Half a day's contract on a whole day: 300 minutes of sessions are 75 too many. Two days' contract on one day:
    what the site has no room for is done elsewhere.
    """
    half = one_day([(500.0, 800.0)], fte=0.1)
    assert hours(half) == {"pull_out": 225, "overtime": 75, "contract": 225}
    double = one_day([(480.0, 930.0)], fte=0.4, documentation=500)
    assert hours(double) == {"pull_out": 450, "documentation": 450, "overtime": 50, "contract": 900}


def test_absent_days_and_days_off_leave_the_contract_whole() -> None:
    """Monday absent, Thursday a holiday: three days at work carry three fifths of the duties, and 90 of lunch."""
    school = plan(
        [child("A")],
        [],
        [],
        staff=[therapist(documentation=100, evaluation=50)],
        calendar=[CalendarEntry(date=date(2024, 9, 5), kind="holiday")],
        indirect=25.0,
    )
    lunches = [(d, 0, 3, 680.0, 710.0) for d in (1, 2, 3)]
    log = Log(school, 1, 0, staff_absences=[(0, 0)], work=lunches)
    assert hours(log) == {
        "lunch": 90, "indirect": 15, "evaluation": 30, "documentation": 60,
        "unassigned": 3 * 450 - 195, "absent": 450, "no_school": 450, "contract": 2250,
    }  # fmt: skip
    assert row(log)["utilisation"] == 0.0
    total = workload(log)
    assert total["absent"] == 7.5
    assert list(total)[-1] == "overtime"


def test_co_planning_is_due_for_each_class_with_a_visit_when_the_therapist_is_there() -> None:
    """1A on Monday and Tuesday, 1B on Tuesday. Nobody absent: 2 classes; Monday absent: 2; Tuesday absent: 1."""
    requests = [wanted(0, "classroom", 20, 2), wanted(1, "classroom", 20)]
    places = [
        push_in(0, 550, 20, [(0, 0)]),
        push_in(1, 550, 20, [(0, 1)]),
        push_in(1, 575, 20, [(1, 0)], section="1B"),
    ]
    school = plan([child("A"), child("B", "1B")], requests, places)
    for absences, classes in (([], 2), ([(0, 0)], 2), ([(1, 0)], 1), ([(0, 0), (1, 0)], 0)):
        log = Log(school, 1, 0, staff_absences=absences)
        assert row(log)["planning_hours"] == pytest.approx(classes * 0.25)
        assert hours(log).get("co_planning", 0.0) == classes * 15


def test_months_hold_what_was_owed_and_given_on_their_days() -> None:
    """26 August to 13 September: 5 + 10 school days; a weekly 30 and a monthly 2 x 45 (two months owed).

    Required by days: (30 + 2 x 90 / 36) / 5 = 7 a day. August: 60 given of 30 + 90 owed, 20 of them without school.
    """
    school = plan(
        [child("A")],
        [wanted(0, "classroom", 30), wanted(0, "classroom", 45, 2, "month")],
        [],
        first_day=date(2024, 8, 26),
        last_day=date(2024, 9, 13),
    )
    log = Log(
        school,
        1,
        0,
        given=[(0, 0, 0, 0, 550.0, 15.0, -1), (2, 0, 1, 0, 550.0, 45.0, -1), (5, 0, 0, 0, 550.0, 30.0, -1)],
        missed=[
            (0, 0, 0, 15.0, CHILD_ABSENT, 0),
            (4, 0, 1, 25.0, CHILD_ABSENT, 1),
            (4, 0, 1, 20.0, NO_SCHOOL, 1),
            (5, 0, 1, 90.0, CHILD_ABSENT, 1),
            (10, 0, 0, 30.0, CHILD_ABSENT, 1),
        ],
    )
    august, september = by_month(log)
    assert august == pytest.approx(
        {
            "year": 2024,
            "month": 8,
            "school_days": 5,
            "minutes_owed": 120.0,
            "no_school": 20.0,
            "minutes_delivered": 60.0,
            "required_by_days": 35.0,
            "delivered_share": 0.6,
            "delivered_of_required": 60 / 35,
        }
    )
    assert (september["month"], september["school_days"]) == (9, 10)
    assert september["required_by_days"] == pytest.approx(70.0)
    assert september["delivered_share"] == 0.2


def test_required_days_lie_within_the_dates_of_a_row() -> None:
    """A row that ends on Wednesday asks three fifths of its week."""
    school = plan([child("A")], [wanted(0, "classroom", 30, end=date(2024, 9, 4))], [])
    assert by_month(Log(school, 1, 0))[0]["required_by_days"] == pytest.approx(18.0)


def test_the_fidelity_table_has_a_line_for_every_row_of_the_grid() -> None:
    """Owed, provided, missed by reason, nothing unaccounted, and what is left to give."""
    table = fidelity(their_week()).set_index(["student", "setting"])
    assert list(table["owed"]) == [30.0, 20.0, 40.0]
    last = table.loc[("B", "therapy_room")]
    assert (last["provided"], last["no_school"], last["accounted"], last["remaining"]) == (20.0, 20.0, 40.0, 20.0)
    assert (last["provider"], last["goal"], last["service"]) == ("T1", "language", "speech")
    assert (table["unaccounted"] == 0.0).all()


def test_the_table_of_children_sums_up_their_year() -> None:
    """Who they are, what they were owed and given, minutes on the way and lessons missed."""
    table = students_table(taught(their_week())).set_index("id")
    assert list(table["minutes_owed"]) == [50.0, 40.0]
    assert list(table["minutes_delivered"]) == [50.0, 20.0]
    assert list(table["missed_minutes.no_school"]) == [0.0, 20.0]
    assert list(table["transition_minutes"]) == [6.5, 6.5]
    assert list(table["class_minutes_missed"]) == [26.5, 26.5]
    assert list(table["section"]) == ["1A", "1A"]


def test_every_minute_of_a_childs_days_is_in_one_place() -> None:
    """Four days of 230 minutes; A is absent on Friday, visited on Monday, out for 26.5 minutes of WIN on Tuesday."""
    log = their_week()
    log.absences.append((3, 0))
    table = student_time(log).set_index("id")
    first = table.loc["A"].to_dict()
    assert first == {
        "instruction.ELA": 180.0,
        "instruction.WIN": 180.0 - 26.5,
        "instruction.maths": 180.0,
        "therapy_in_class": 30.0,
        "recess": 60.0,
        "lunch": 90.0,
        "passing": 0.0,
        "therapy_outside": 20.0,
        "transition": 6.5,
        "absent": 230.0,
        "school": 920.0,
    }
    assert table.loc["B", "absent"] == 0.0


def test_a_child_in_two_places_is_a_defect() -> None:
    """More hours out of class than the days have cannot be accounted for."""
    log = their_week()
    log.trips += [(1, 0, 1, 540.0, 545.0, 770.0, 770.0, 770.0)] * 4
    with pytest.raises(Defect, match="child A"):
        student_time(log)


def test_a_school_without_requests_has_metrics_too() -> None:
    """Nothing owed: the share given is 1; numbers of goals, rates, rules, sites and groups are missing."""
    found = row(Log(plan([child("A")], [], []), 1, 0))
    assert found["delivered_share"] == 1.0
    missing = {name for name, value in found.items() if value != value}
    assert missing == {
        *("trained_gain_sd", "classroom_gain_sd", "trained_effect_sd", "classroom_effect_sd", "trained_gain_spread_sd"),
        *("goals_met_share", "goals_generalised_share", "goals_truly_met_share"),
        *("cost", "cost_per_delivered_hour", "cost_per_goal_met", "billing_units", "children_90_share"),
        *("site_gap", "supervision_hours", "travel_hours"),
        *("worst_tenth_share", "worst_tenth_gain_sd"),
        *(f"{way}_{gap}" for way in ("goal_type", "severity", "grade") for gap in ("gap", "gain_gap_sd")),
    }
