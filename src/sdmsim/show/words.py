"""Metrics and reasons in the words of planners, with units and sensible digits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

Part = Literal["delivery", "access", "workload", "money", "engagement", "progress"]
PARTS: tuple[Part, ...] = ("delivery", "access", "workload", "money", "engagement", "progress")
"""In the order of their certainty."""
PART_TITLES = {
    "delivery": "Delivery: are the promised minutes given?",
    "access": "Access: what of class and peers is kept?",
    "workload": "Workload: what does it ask of the therapists?",
    "money": "Money: what does it cost?",
    "engagement": "Engagement: time on task and contact with peers, under the assumptions named",
    "progress": "Progress: what do children learn, under the assumptions named?",
}


class Words(NamedTuple):
    """How a metric is called and shown. `scale` turns the stored number into the shown one."""

    label: str
    unit: str
    decimals: int
    part: Part
    scale: float = 1.0
    difference_unit: str = ""
    """Unit of a difference where it is not `unit` (shares differ by points)."""


def _share(label: str, part: Part) -> Words:
    return Words(label, "%", 1, part, 100.0, "points")


WORDS: dict[str, Words] = {
    "delivered_share": _share("promised minutes given", "delivery"),
    "minutes_owed": Words("minutes promised", "min a child a year", 0, "delivery"),
    "minutes_delivered": Words("minutes given", "min a child a year", 0, "delivery"),
    "made_up_minutes": Words("of these, made up later", "min a child a year", 0, "delivery"),
    "children_90_share": _share("children given nine tenths or more", "delivery"),
    "compensatory_hours": Words("hours that may have to be compensated", "a year", 0, "delivery"),
    "owed_p90_minutes": Words("minutes still owed at year's end, worst tenth", "min", 0, "delivery"),
    "worst_tenth_share": _share("promised minutes given, worst tenth of children", "delivery"),
    "goal_type_gap": Words("gap between kinds of goal, minutes given", "points", 1, "delivery", 100.0),
    "severity_gap": Words("gap between severities, minutes given", "points", 1, "delivery", 100.0),
    "grade_gap": Words("gap between grades, minutes given", "points", 1, "delivery", 100.0),
    "children_owed_300": Words("children still owed more than 300 minutes", "children", 1, "delivery"),
    "unplaced_sessions": Words("sessions without a place", "a week", 1, "delivery"),
    "site_gap": _share("best-served site above the worst", "delivery"),
    "large_group_share": _share("sessions in groups of five or more", "delivery"),
    "class_minutes_missed": Words("class missed", "min a child a week", 1, "access"),
    "core_minutes_missed": Words("protected subjects missed", "min a child a week", 1, "access"),
    "lre_share": _share("day in regular class (LRE)", "access"),
    "student_transition_minutes": Words("child's moves", "min a child a week", 1, "access"),
    "peer_presence_minutes": Words("time with classmates without a plan", "min a day", 1, "access"),
    "therapist_hours_per_week": Words("therapist hours asked", "h a week", 1, "workload"),
    "therapist_hours_worked": Words("therapist hours worked on sessions", "h a week", 1, "workload"),
    "utilisation": _share("contract time spent with children", "workload"),
    "overtime_hours": Words("overtime", "h a week", 1, "workload"),
    "planning_hours": Words("co-planning", "h a week", 1, "workload"),
    "supervision_hours": Words("supervision of assistants", "h a week", 1, "workload"),
    "travel_hours": Words("drives between sites", "h a week", 1, "workload"),
    "review_hours": Words("the team's reviews", "h a year", 1, "workload"),
    "amendments": Words("rows moved at reviews", "a year", 1, "workload"),
    "children_served": Words("children on the caseload", "mean of the weeks", 1, "workload"),
    "children_joined": Words("children who joined", "a year", 1, "workload"),
    "children_left": Words("children who left", "a year", 1, "workload"),
    "weeks_over_cap": Words("school weeks over the policy's caseload", "a year", 1, "workload"),
    "evaluations_done": Words("evaluations done", "a year", 1, "workload"),
    "evaluations_late_share": _share("evaluations late", "workload"),
    "evaluation_backlog": Words("evaluations past their deadline", "mean of the weeks", 1, "workload"),
    "therapist_transition_minutes": Words("therapists' moves", "min a week", 0, "workload"),
    "cost": Words("cost of the staff", "$ a year", 0, "money"),
    "delivered_hours": Words("hours given to all children", "h a year", 0, "money"),
    "cost_per_delivered_hour": Words("cost of an hour given to a child", "$", 2, "money"),
    "cost_per_goal_met": Words("cost of a goal met", "$", 0, "money"),
    "billing_units": Words("units billed", "a year", 0, "money"),
    "peer_minutes": Words("contact with peers", "person-min a day", 1, "engagement"),
    "peer_partners": Words("peers met", "a day", 1, "engagement"),
    "engaged_share": _share("time on task", "engagement"),
    "trained_gain_sd": Words("skill gained, quiet place", "SD", 2, "progress"),
    "classroom_gain_sd": Words("skill gained, in class", "SD", 2, "progress"),
    "trained_effect_sd": Words("therapy's part, quiet place", "SD", 2, "progress"),
    "classroom_effect_sd": Words("therapy's part, in class", "SD", 2, "progress"),
    "trained_gain_spread_sd": Words("spread of the gain", "SD", 2, "progress"),
    "worst_tenth_gain_sd": Words("skill gained, in class, worst tenth of children", "SD", 2, "progress"),
    "goal_type_gain_gap_sd": Words("gap between kinds of goal, skill in class", "SD", 2, "progress"),
    "severity_gain_gap_sd": Words("gap between severities, skill in class", "SD", 2, "progress"),
    "grade_gain_gap_sd": Words("gap between grades, skill in class", "SD", 2, "progress"),
    "goals_met": Words("number of goals met, in therapy", "a year", 1, "progress"),
    "goals_met_share": _share("goals met, in therapy", "progress"),
    "goals_generalised_share": _share("goals met, in class", "progress"),
    "goals_truly_met_share": _share("goals truly met", "progress"),
    "academic_growth_sd": Words("ELA and maths growth", "SD", 2, "progress"),
}

LEVER_WORDS = {
    "delivery": "strategy",
    "delivery.push_in_share": "children served in class (push-in)",
    "staffing.fte": "full-time posts",
    "grouping.legal_size": "largest group",
    "placement": "where the children sit",
    "days.provider_attendance": "therapists are there on",
    "days.substitute_share": "a substitute comes on",
    "spell": "children's absence",
    "assumptions": "set of assumptions",
}
"""Levers of the planner's page by the dotted name that they move."""
ASSUMPTION_WORDS = {
    "neutral": "neutral: a minute of therapy is a minute of therapy",
    "evidence": "evidence: fitted to published results",
    "practitioner": "practitioner: what guides claim",
}

HEADLINE = (
    "delivered_share",
    "unplaced_sessions",
    "class_minutes_missed",
    "core_minutes_missed",
    "lre_share",
    "therapist_hours_per_week",
    "overtime_hours",
    "trained_gain_sd",
    "classroom_gain_sd",
)
"""What the console table and the first picture show, in the order of PARTS."""

REASON_WORDS = {
    "child_absent": "child absent",
    "child_unwilling": "child unwilling",
    "provider_absent": "therapist absent",
    "provider_called_away": "therapist called away",
    "vacancy": "post vacant",
    "school_event": "school event",
    "class_unavailable": "class not available",
    "helper_missing": "helper missing",
    "no_room": "no room free",
    "out_of_time": "out of time",
    "start_up": "start-up weeks",
    "unplaced": "no place in the timetable",
    "no_school": "no school that day",
}
MISSED = "missed_minutes."

FACTOR_WORDS: dict[str, str] = {
    "fitted numbers": "numbers fitted to published results, together",
    "attention.base_logit": "time on task in a quiet class",
    "attention.child_sd": "spread of attention between children",
    "attention.inattentive_logit": "time on task with attention difficulties",
    "attention.noise_logit": "time on task in a busy place",
    "attention.noise_sensitivity_sd": "spread of how much noise disturbs",
    "attention.size_logit": "time on task among more children",
    "attention.relax_per_minute": "pace at which attention falls in a session",
    "attention.elasticity": "learning against time on task",
    "practice.others_turns": "learning from the turns of others in the group",
    "practice.mixed_fit": "learning from turns of children with another goal",
    "practice.satiation": "pace at which more practice is worth less",
    "practice.load_half_life": "days in which recent practice is half gone",
    "practice.episodes_per_minute.drill": "tries a minute in drill",
    "practice.episodes_per_minute.play": "tries a minute in structured play",
    "practice.episodes_per_minute.woven": "tries a minute woven into a lesson",
    "practice.reliance": "practice that hangs on the adult's prompts",
    "practice.home_similarity": "likeness of practice at home to class use",
    "stores.increment": "gain from one try",
    "stores.need": "exposures needed, against those of peers",
    "stores.half_life": "days in which half of a fresh gain fades",
    "stores.kept": "share of a gain kept for good",
    "stores.transfer": "pace at which a trained skill comes into class use",
    "stores.targets": "words or forms that a goal works on in a year",
    "places.similarity.room": "likeness of practice apart to class use",
    "places.similarity.lesson": "likeness of practice in a lesson to class use",
    "places.work_share.room": "share of a session apart that is work on goals",
    "places.work_share.lesson": "share of a session in class that is work on goals",
    "places.work_share.hallway": "share of a hallway drill that is work on goals",
    "places.form_work.assist": "work on goals beside one or two children",
    "places.form_work.station": "work on goals at one of several tables",
    "places.form_work.parallel": "work on goals with half of the class",
    "places.form_work.team": "work on goals in a lesson taught by two",
    "places.noise.room": "noise of a therapy room",
    "places.overlap": "therapy work that is work on the lesson too",
    "children.class_gap": "gap between a quiet place and class at the start",
    "children.start_sd": "spread of skill at the start of the year",
    "children.inattentive_share.other_health_impairment": "attention difficulties with other health impairment",
    "children.inattentive_share.others": "attention difficulties among all others",
    "children.refusal_attention": "effect of attention on refusing a session",
    "children.start_mean": "skill at the start of the year",
    "children.response_sd": "spread of the response to practice",
    "school.growth": "growth without therapy",
    "school.academic_growth": "growth in ELA and maths",
    "school.recovered": "missed class content that is caught up",
    "team.teacher_knowledge": "gain from planning with the teacher",
    "team.mismatch_loss": "work on goals lost when the lesson is another",
    "team.substitute_loss": "work on goals lost with a substitute teacher",
    "team.mismatch": "visits on which the lesson is another than planned",
    "team.new_loss": "work on goals lost with a new therapist",
    "probes.overdispersion": "a child's good and bad days at probes",
    "probes.prompt_lift": "lift from an adult's prompts",
    "peers.class_sd": "spread of contacts between classes",
    "peers.child_power": "spread of contacts between children",
    "peers.pair_sd": "spread of contacts between pairs of one class",
    "peers.pair_day_sd": "spread of contacts from day to day",
    "peers.other_pair_sd": "spread of contacts between pairs of two classes",
    "peers.contact_scale": "length of contacts, scale",
    "peers.contact_tail": "length of contacts, share of long ones",
    "peers.disability": "contacts of a child with a disability",
    "peers.adult_near": "contacts with an adult beside the child",
    "scale.sd.language": "size of one SD of a domain",
    "scale.sd.academics": "size of one SD of academics",
    "peers.carry_over": "gain in class use from contact with peers",
}
"""What a factor is, in a few words, where the ledger's meaning is long; all others are called by their meaning."""

MORE_FOR_LEVELS = 1
MORE_FOR_DIFFERENCES = 3
"""Decimals beyond those of a metric, where an interval is too narrow to show in them."""


def words_of(metric: str) -> Words:
    """The words of a metric; a metric that is not known here is called by its own name."""
    if metric in WORDS:
        return WORDS[metric]
    if metric.startswith(MISSED):
        reason = metric.removeprefix(MISSED)
        return Words(f"missed: {reason_words(reason)}", "min a child a year", 0, "delivery")
    return Words(metric.replace("_", " "), "", 2, "workload")


def reason_words(reason: str) -> str:
    """`child_absent` as `child absent`."""
    return REASON_WORDS.get(reason, reason.replace("_", " "))


WEEK_WORDS = {
    "served_children": "children served",
    "direct_children": "of these, with direct service",
    "team_children": "of these, with a setting that is the team's to choose",
    "push_in_children": "of these, served in class",
    "push_in_visits": "visits to a class",
    "pull_out_sessions": "sessions in a therapy room",
    "mean_visit_size": "children in a visit, mean",
    "mean_group_size": "children in a therapy-room session, mean",
    "therapist_hours_per_week": "therapist hours asked",
    "co_planning_hours": "of these, co-planning",
    "indirect_hours": "of these, indirect service",
    "contract_hours_per_week": "contract hours of the therapists",
    "children_left_out": "children without any session in the week",
    "unplaced_sessions": "sessions without a place",
    "grouping_gap_minutes": "gap of the grouping, therapist minutes",
    "placing_gap_minutes": "gap of the timetable, child minutes",
}


def week_words(column: str) -> str:
    """A column of the table of weeks in words: `unplaced.therapist_busy` as `without a place: therapist busy`."""
    if column.startswith("unplaced."):
        return f"without a place: {column.removeprefix('unplaced.').replace('_', ' ')}"
    for stem, words in (("regular_class_below.", "below"), ("regular_class_near.", "near above")):
        if column.startswith(stem):
            return f"children {words} {column.removeprefix(stem)} % of the week in regular class"
    return WEEK_WORDS.get(column, column.replace("_", " "))


def order_of(metrics: Iterable[str]) -> list[str]:
    """Metrics in the order in which they are shown: by PARTS, the known ones first."""
    found = list(dict.fromkeys(metrics))
    rank = {name: i for i, name in enumerate(WORDS)}
    return sorted(found, key=lambda m: (PARTS.index(words_of(m).part), rank.get(m, len(rank)), found.index(m)))


def number(value: float, decimals: int, *, sign: bool = False) -> str:
    """A number with fixed decimals, `-` where there is none; never `-0.0`."""
    if math.isnan(value):
        return "-"
    rounded = round(value, decimals) + 0.0
    return f"{rounded:{'+' if sign and rounded else ''}.{decimals}f}"


def shown(metric: str, value: float, *, unit: bool = False) -> str:
    """A level of a metric as planners read it: `0.803` as `80.3`, with `unit` as `80.3 %`."""
    w = words_of(metric)
    text = number(value * w.scale, w.decimals)
    return f"{text} {w.unit}" if unit and w.unit else text


def shown_difference(metric: str, value: float, *, unit: bool = False, half: float = 0.0) -> str:
    """A difference of a metric, signed: `+3.1`, with `unit` as `+3.1 points`; more digits where `half` needs them."""
    w = words_of(metric)
    text = number(value * w.scale, _decimals(w, half, MORE_FOR_DIFFERENCES), sign=True)
    name = w.difference_unit or w.unit
    return f"{text} {name}" if unit and name else text


def with_half_widths(
    metric: str, means: Sequence[tuple[float, float, float]], *, differences: bool = False
) -> list[str]:
    """(mean, low, high) of several arms, each as `80.3 ± 0.4` (differences `+3.1 ± 0.4`), with the same decimals.

    The mean alone where it has no interval, or one too narrow for the digits shown.
    """
    w = words_of(metric)
    halves = [(high - low) / 2.0 for _, low, high in means]
    decimals = _decimals(
        w,
        max((half for half in halves if half == half), default=0.0),
        MORE_FOR_DIFFERENCES if differences else MORE_FOR_LEVELS,
    )
    texts = []
    for (mean, _, _), half in zip(means, halves, strict=True):
        text = number(mean * w.scale, decimals, sign=differences)
        width = number(half * w.scale, decimals)
        texts.append(f"{text} ± {width}" if width.strip("-0.") else text)
    return texts


def interval(metric: str, low: float, high: float) -> str:
    """`+2.9 to +3.4`; `does not vary` for an interval of no length, `-` where there is none."""
    if math.isnan(low) or math.isnan(high):
        return "-"
    if low == high:
        return "does not vary"
    half = (high - low) / 2.0
    return f"{shown_difference(metric, low, half=half)} to {shown_difference(metric, high, half=half)}"


def _decimals(w: Words, half: float, more: int) -> int:
    """The metric's decimals, or up to `more` of them where that is enough for half of an interval to show."""
    if not half * w.scale > 0.0:
        return w.decimals
    needed = max(w.decimals, math.ceil(-math.log10(half * w.scale)))
    return needed if needed <= w.decimals + more else w.decimals


def heading(metric: str) -> str:
    """Label and unit for the head of a column."""
    w = words_of(metric)
    return f"{w.label} ({w.unit})" if w.unit else w.label
