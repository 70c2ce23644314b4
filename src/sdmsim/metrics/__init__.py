"""What does a log say? Plain functions of a log; the names, units and meanings of all metrics."""

from __future__ import annotations

from sdmsim.metrics.caseload import by_school_week
from sdmsim.metrics.goals import goals_table, probes_table
from sdmsim.metrics.groups import OF_GROUPS, SMALL, WAYS, by_group, gains_apart
from sdmsim.metrics.ledger import ledger, ledger_by_child
from sdmsim.metrics.log_systems import as_log_systems_have_it
from sdmsim.metrics.money import RATIOS
from sdmsim.metrics.months import by_month
from sdmsim.metrics.names import BETTER, METRICS, Metric, unit_of
from sdmsim.metrics.notes import notes_of_year
from sdmsim.metrics.progress import progress
from sdmsim.metrics.regular_class import regular_class_counts, regular_class_notes
from sdmsim.metrics.rows import measure, row, row_learned_again, unplaced_a_week
from sdmsim.metrics.slots import in_order, slot_names, slot_numbers, slots
from sdmsim.metrics.tables import fidelity, student_time, students_table
from sdmsim.metrics.workload import therapist_week, workload

__all__ = [
    "BETTER",
    "METRICS",
    "OF_GROUPS",
    "RATIOS",
    "SMALL",
    "WAYS",
    "Metric",
    "as_log_systems_have_it",
    "by_group",
    "by_month",
    "by_school_week",
    "fidelity",
    "gains_apart",
    "goals_table",
    "in_order",
    "ledger",
    "ledger_by_child",
    "measure",
    "notes_of_year",
    "probes_table",
    "progress",
    "regular_class_counts",
    "regular_class_notes",
    "row",
    "row_learned_again",
    "slot_names",
    "slot_numbers",
    "slots",
    "student_time",
    "students_table",
    "therapist_week",
    "unit_of",
    "unplaced_a_week",
    "workload",
]
