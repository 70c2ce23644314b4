"""The metrics: names, units, and what each means in a planner's words. Defined where they are computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from sdmsim.events import REASONS

Group = Literal["delivery", "access", "workload", "money", "engagement", "progress"]
MISSED = "missed_minutes."


class Metric(NamedTuple):
    """A number that a year is known by."""

    name: str
    unit: str
    meaning: str
    group: Group


_REASON_MEANINGS = {
    "child_absent": "the child was absent",
    "child_unwilling": "the child refused or could not take part",
    "provider_absent": "the therapist was absent",
    "provider_called_away": "the therapist was called away",
    "vacancy": "the post was vacant",
    "school_event": "an assembly, testing or early release stood in the way",
    "class_unavailable": "the class had a test or another lesson than planned",
    "helper_missing": "the helper of a remote therapist was absent",
    "no_room": "the therapy room was still in use when the time was over",
    "out_of_time": "the session began late and was cut, or did not begin in its time",
    "start_up": "the timetable was still being made",
    "unplaced": "the timetable had no place",
    "no_school": "there was no school on the day of the session",
}

METRICS: tuple[Metric, ...] = (
    Metric("minutes_owed", "min a student a year", "direct therapy that the plans promise", "delivery"),
    Metric("minutes_delivered", "min a student a year", "direct therapy that was given", "delivery"),
    *(
        Metric(f"{MISSED}{reason}", "min a student a year", f"not given: {_REASON_MEANINGS[reason]}", "delivery")
        for reason in REASONS
    ),
    Metric("delivered_share", "share", "given / promised, days without school left out of the promise", "delivery"),
    Metric("made_up_minutes", "min a student a year", "the part of it that made up for missed sessions", "delivery"),
    Metric("children_90_share", "share", "students given 90 % or more, days without school left out", "delivery"),
    Metric(
        "compensatory_hours", "h a year", "missed for the provider's reasons, not made up; all students", "delivery"
    ),
    Metric("owed_p90_minutes", "min", "still owed at the end of the year: nine in ten students have less", "delivery"),
    Metric("worst_tenth_share", "share", "given / promised of the tenth of the students with the least", "delivery"),
    Metric("goal_type_gap", "share", "given / promised: best-served kind of goal less the worst-served", "delivery"),
    Metric("severity_gap", "share", "given / promised: best-served severity less the worst-served", "delivery"),
    Metric("grade_gap", "share", "given / promised: best-served grade less the worst-served", "delivery"),
    Metric("children_owed_300", "children", "still owed more than 300 minutes at the end of the year", "delivery"),
    Metric("unplaced_sessions", "child-sessions a week", "sessions for which the timetable has no place", "delivery"),
    Metric("site_gap", "share", "delivered_share of the best-served site minus the worst's", "delivery"),
    Metric("large_group_share", "share", "child-sessions held with five or more children present", "delivery"),
    Metric("class_minutes_missed", "min a student a week", "instruction missed for therapy and its moves", "access"),
    Metric("core_minutes_missed", "min a student a week", "the part of it in protected subjects", "access"),
    Metric("lre_share", "share", "school week in regular class, as planned; therapy in class is in class", "access"),
    Metric("student_transition_minutes", "min a student a week", "moves, waits, finding the thread again", "access"),
    Metric("peer_presence_minutes", "min a school day", "in the same place as classmates without a plan", "access"),
    Metric("therapist_hours_per_week", "h a week", "sessions, moves and co-planning that plans ask for", "workload"),
    Metric("therapist_hours_worked", "h a week", "sessions, moves and co-planning as it went", "workload"),
    Metric("utilisation", "share", "contract time spent with children", "workload"),
    Metric("overtime_hours", "h a week", "work that did not fit the contract week, all therapists", "workload"),
    Metric("planning_hours", "h a week", "planning with the teachers of visited classes, all therapists", "workload"),
    Metric("supervision_hours", "h a week", "supervision of assistants, all therapists", "workload"),
    Metric("travel_hours", "h a week", "drives between sites, all therapists", "workload"),
    Metric("review_hours", "h a year", "the therapists' time in the team's reviews", "workload"),
    Metric("amendments", "a year", "service rows moved to another setting at reviews", "workload"),
    Metric("children_served", "children", "on the caseload, mean over school weeks", "workload"),
    Metric("children_joined", "a year", "whose plan began during the year", "workload"),
    Metric("children_left", "a year", "dismissed or moved away during the year", "workload"),
    Metric("weeks_over_cap", "weeks a year", "with more children than the policy's caseload rule allows", "workload"),
    Metric("evaluations_done", "a year", "initial evaluations and re-evaluations that were done", "workload"),
    Metric("evaluations_late_share", "share", "of those done or past their deadline by the last day", "workload"),
    Metric("evaluation_backlog", "evaluations", "past their deadline and not done, mean over school weeks", "workload"),
    Metric("therapist_transition_minutes", "min a week", "moves of all therapists", "workload"),
    Metric("cost", "$ a year", "pay of the staff, benefits of employees on top", "money"),
    Metric(
        "delivered_hours", "h a year", "direct therapy given to all students, each child of a group in full", "money"
    ),
    Metric("cost_per_delivered_hour", "$ an hour", "cost / delivered_hours, totals over all years", "money"),
    Metric("cost_per_goal_met", "$ a goal", "cost / goals_met, totals over all years", "money"),
    Metric("billing_units", "units a year", "units billed for the sessions given, by the policy's rule", "money"),
    Metric("peer_minutes", "person-min a day", "contact with peers, days attended, therapy group apart", "engagement"),
    Metric("peer_partners", "children a day", "different peers met, days attended, therapy group apart", "engagement"),
    Metric("engaged_share", "share", "on task / minutes of instruction and therapy attended", "engagement"),
    Metric("trained_gain_sd", "SD", "skill gained in the year, as tested in a quiet place", "progress"),
    Metric("classroom_gain_sd", "SD", "skill gained in the year, unaided use in class", "progress"),
    Metric("trained_effect_sd", "SD", "the part of the gain in a quiet place that is therapy's", "progress"),
    Metric("classroom_effect_sd", "SD", "the part of the gain in class that is therapy's", "progress"),
    Metric("trained_gain_spread_sd", "SD", "spread of the gain in a quiet place between students", "progress"),
    Metric("worst_tenth_gain_sd", "SD", "gain in class of the tenth of the students with the least", "progress"),
    Metric("goal_type_gain_gap_sd", "SD", "gain in class: largest of a kind of goal less the smallest", "progress"),
    Metric("severity_gain_gap_sd", "SD", "gain in class: largest of a severity less the smallest", "progress"),
    Metric("grade_gain_gap_sd", "SD", "gain in class: largest of a grade less the smallest", "progress"),
    Metric("goals_met", "goals a year", "goals with 80 % in three probes running, in therapy", "progress"),
    Metric("goals_met_share", "share", "goals with 80 % in three probes running, in therapy", "progress"),
    Metric("goals_generalised_share", "share", "goals with 80 % in three probes running, in class", "progress"),
    Metric("goals_truly_met_share", "share", "goals whose true skill is 80 % or more on the last day", "progress"),
    Metric("academic_growth_sd", "SD", "growth in ELA and maths", "progress"),
)
"""Every metric that is simulated, in the order in which rows hold them."""

Better = Literal["more", "less"]
_MORE = (
    "minutes_delivered", "delivered_share", "lre_share", "peer_presence_minutes", "delivered_hours", "peer_minutes",
    "peer_partners", "engaged_share", "trained_gain_sd", "classroom_gain_sd", "trained_effect_sd",
    "classroom_effect_sd", "goals_met", "goals_met_share", "goals_generalised_share", "goals_truly_met_share",
    "academic_growth_sd", "worst_tenth_share", "worst_tenth_gain_sd", "children_90_share",
)  # fmt: skip
_LESS = (
    "owed_p90_minutes", "unplaced_sessions", "large_group_share", "class_minutes_missed", "core_minutes_missed",
    "student_transition_minutes", "therapist_hours_per_week", "overtime_hours", "therapist_transition_minutes", "cost",
    "cost_per_delivered_hour", "cost_per_goal_met", "weeks_over_cap", "evaluations_late_share", "evaluation_backlog",
    "compensatory_hours",
    "goal_type_gap", "severity_gap", "grade_gap", "site_gap", "goal_type_gain_gap_sd", "severity_gain_gap_sd",
    "grade_gain_gap_sd", "children_owed_300",
)  # fmt: skip
BETTER: Mapping[str, Better] = {**dict.fromkeys(_MORE, "more"), **dict.fromkeys(_LESS, "less")}
"""Of which metrics a planner wants more, or less, all else equal; of the others (such as the time of reviews, or the
minutes missed for one reason) neither is better by itself."""

OF_A_CASELOAD = frozenset({
    "children_served", "children_joined", "children_left", "weeks_over_cap", "evaluations_done",
    "evaluations_late_share", "evaluation_backlog",
})  # fmt: skip
"""Metrics that only years of scenarios with [caseload] have, the last three only where children are evaluated,
weeks_over_cap only with a policy's caseload rule."""

_UNITS = {metric.name: metric.unit for metric in METRICS}


def unit_of(name: str) -> str:
    """The unit of a metric; empty for a name that is none."""
    return _UNITS.get(name, "")
