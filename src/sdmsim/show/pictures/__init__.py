"""Pictures in one style. From a notebook: `from sdmsim import pictures`.

A function named as its picture draws on given axes and returns the numbers behind what it drew; the one with `_alt`
puts those numbers into words for who does not see it; the one with `_picture` makes the whole `Picture`, which saves
PNG, SVG and CSV and shows itself in a notebook. `style()` is for a `with` block around axes of your own.
"""

from __future__ import annotations

from sdmsim.metrics.day import at_minute, day_of
from sdmsim.show.pictures.bands import levels, levels_alt
from sdmsim.show.pictures.bars import missed, missed_alt, therapist_week, therapist_week_alt
from sdmsim.show.pictures.by_group import groups, groups_alt
from sdmsim.show.pictures.by_month import against_record, months, months_alt, record_alt
from sdmsim.show.pictures.compared import comparison, comparison_alt, trade_off, trade_off_alt
from sdmsim.show.pictures.course import ledger, ledger_alt, still_owed, still_owed_alt
from sdmsim.show.pictures.experiment import draw
from sdmsim.show.pictures.front import draw_front, front_alt
from sdmsim.show.pictures.one_day import day, day_alt, day_picture
from sdmsim.show.pictures.picture import Picture, one_picture, save_all, style
from sdmsim.show.pictures.replays import replay, replay_alt, replay_picture, trace_pictures
from sdmsim.show.pictures.staffing import staffing_picture
from sdmsim.show.pictures.timeline import (
    absent_lane,
    missed_lane,
    session_lane,
    skill_lane,
    timeline_alt,
    timeline_picture,
)
from sdmsim.show.pictures.week import week_grid, week_grid_alt, week_grid_picture, week_table

__all__ = [
    "Picture",
    "absent_lane",
    "against_record",
    "at_minute",
    "comparison",
    "comparison_alt",
    "day",
    "day_alt",
    "day_of",
    "day_picture",
    "draw",
    "draw_front",
    "front_alt",
    "groups",
    "groups_alt",
    "ledger",
    "ledger_alt",
    "levels",
    "levels_alt",
    "missed",
    "missed_alt",
    "missed_lane",
    "months",
    "months_alt",
    "one_picture",
    "record_alt",
    "replay",
    "replay_alt",
    "replay_picture",
    "save_all",
    "session_lane",
    "skill_lane",
    "staffing_picture",
    "still_owed",
    "still_owed_alt",
    "style",
    "therapist_week",
    "therapist_week_alt",
    "timeline_alt",
    "timeline_picture",
    "trace_pictures",
    "trade_off",
    "trade_off_alt",
    "week_grid",
    "week_grid_alt",
    "week_grid_picture",
    "week_table",
]
