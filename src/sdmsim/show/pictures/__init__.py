"""Pictures in one style. From a notebook: `from sdmsim import pictures`.

A function named as its picture draws on given axes and returns the numbers behind what it drew; the one with `_alt`
puts those numbers into words for who does not see it; the one with `_picture` makes the whole `Picture`, which saves
PNG, SVG and CSV and shows itself in a notebook. `style()` is for a `with` block around axes of your own.
"""

from __future__ import annotations

from sdmsim.metrics.day import at_minute, day_of
from sdmsim.show.drivers.labels import words_of_factors
from sdmsim.show.drivers.rankings import morris, morris_alt, prcc, prcc_alt, sobol, sobol_alt, tornado, tornado_alt
from sdmsim.show.drivers.resting import grades, grades_alt, luck, luck_alt, sets, sets_alt
from sdmsim.show.drivers.robust import box, box_words, futures, futures_alt, regret, regret_alt
from sdmsim.show.drivers.turning import (
    break_even,
    break_even_alt,
    break_even_words,
    flips,
    flips_alt,
    win_map,
    win_map_alt,
)
from sdmsim.show.drivers.why import waterfall, waterfall_alt
from sdmsim.show.drivers.worth import acceptability, acceptability_alt, information, information_alt, plane, plane_alt
from sdmsim.show.picture import Picture, one_picture, save_all, style
from sdmsim.show.pictures.bands import levels, levels_alt
from sdmsim.show.pictures.bars import missed, missed_alt, therapist_week, therapist_week_alt
from sdmsim.show.pictures.by_group import groups, groups_alt
from sdmsim.show.pictures.by_month import against_record, months, months_alt, record_alt
from sdmsim.show.pictures.compared import comparison, comparison_alt, trade_off, trade_off_alt
from sdmsim.show.pictures.course import ledger, ledger_alt, still_owed, still_owed_alt
from sdmsim.show.pictures.experiment import draw
from sdmsim.show.pictures.front import draw_front, front_alt
from sdmsim.show.pictures.one_day import day, day_alt, day_picture
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
    "acceptability",
    "acceptability_alt",
    "against_record",
    "at_minute",
    "box",
    "box_words",
    "break_even",
    "break_even_alt",
    "break_even_words",
    "comparison",
    "comparison_alt",
    "day",
    "day_alt",
    "day_of",
    "day_picture",
    "draw",
    "draw_front",
    "flips",
    "flips_alt",
    "front_alt",
    "futures",
    "futures_alt",
    "grades",
    "grades_alt",
    "groups",
    "groups_alt",
    "information",
    "information_alt",
    "ledger",
    "ledger_alt",
    "levels",
    "levels_alt",
    "luck",
    "luck_alt",
    "missed",
    "missed_alt",
    "missed_lane",
    "months",
    "months_alt",
    "morris",
    "morris_alt",
    "one_picture",
    "plane",
    "plane_alt",
    "prcc",
    "prcc_alt",
    "record_alt",
    "regret",
    "regret_alt",
    "replay",
    "replay_alt",
    "replay_picture",
    "save_all",
    "session_lane",
    "sets",
    "sets_alt",
    "skill_lane",
    "sobol",
    "sobol_alt",
    "staffing_picture",
    "still_owed",
    "still_owed_alt",
    "style",
    "therapist_week",
    "therapist_week_alt",
    "timeline_alt",
    "timeline_picture",
    "tornado",
    "tornado_alt",
    "trace_pictures",
    "trade_off",
    "trade_off_alt",
    "waterfall",
    "waterfall_alt",
    "week_grid",
    "week_grid_alt",
    "week_grid_picture",
    "week_table",
    "win_map",
    "win_map_alt",
    "words_of_factors",
]
