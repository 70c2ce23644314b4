"""A week as people know it: days across, the clock downwards, a box for each session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sdmsim.school.vocabulary import WEEKDAYS
from sdmsim.show.layout import clock, clock_axis, in_a_box, listed, literal, nothing_to_show
from sdmsim.show.picture import Picture, one_picture
from sdmsim.show.style import IN_CLASS, IN_HALLWAY, IN_ROOM
from sdmsim.show.week import week_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sdmsim.delivery.vocabulary import Week
    from sdmsim.school.vocabulary import School

LOOKS = {
    "classroom": (IN_CLASS, "white", "in class"),
    "therapy_room": (IN_ROOM, "black", "in a room apart"),
    "hallway": (IN_HALLWAY, "black", "in the hallway"),
}
"""Colour of the box, of its words, and what the key says."""


def week_table(school: School, week: Week) -> pd.DataFrame:
    """Every appointment of a week as one row: the columns of timetable.csv."""
    return pd.DataFrame(week_rows(school, week))


def week_grid(
    ax: Axes, rows: pd.DataFrame, *, hours: tuple[float, float] | None = None, title: str = ""
) -> pd.DataFrame:
    """One week's sessions; `rows` with the columns of timetable.csv, of one therapist, class or room. Returns them.

    Sessions at the same time, such as those of different weeks, stand side by side. `hours`: first and last minute of
    the clock; not given: what the sessions need.
    """
    from matplotlib.patches import Patch

    drawn = rows.reset_index(drop=True)
    begins, ends = [_minutes(t) for t in drawn.get("start", [])], [_minutes(t) for t in drawn.get("end", [])]
    first, last = hours or ((min(begins), max(ends)) if begins else (480.0, 900.0))
    first, last = 30.0 * (first // 30.0), 30.0 * -(-last // 30.0)
    ax.set_xlim(-0.5, len(WEEKDAYS) - 0.5)
    ax.set_ylim(last, first)
    for row, (low, high) in zip(drawn.to_dict("records"), _side_by_side(drawn, begins, ends), strict=True):
        tint, words, _ = LOOKS[str(row["setting"])]
        top, bottom = _minutes(str(row["start"])), _minutes(str(row["end"]))
        ax.bar(low, bottom - top, high - low, top, align="edge", color=tint, edgecolor="white", linewidth=1.0, zorder=2)
        in_a_box(ax, (low, high, bottom, top), _words({str(k): v for k, v in row.items()}), size=6.5, tint=words)
    ax.set_xticks(range(len(WEEKDAYS)), WEEKDAYS)
    ax.xaxis.tick_top()
    ax.tick_params(axis="both", length=0)
    clock_axis(ax.yaxis, first, last)
    ax.grid(axis="y")
    for edge in range(1, len(WEEKDAYS)):
        ax.axvline(edge - 0.5, color="#E6E6E6", linewidth=0.8, zorder=1)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    if title:
        ax.set_title(literal(title), pad=16)
    if not len(drawn):
        nothing_to_show(ax)
        return drawn
    there = set(drawn["setting"])
    key = [Patch(color=tint, label=said) for setting, (tint, _, said) in LOOKS.items() if setting in there]
    ax.legend(handles=key, loc="upper center", bbox_to_anchor=(0.5, -0.01), ncols=3)
    return drawn


def _minutes(text: str) -> float:
    hours, minutes = str(text).split(":")
    return 60.0 * int(hours) + int(minutes)


def _words(row: Mapping[str, object]) -> list[str]:
    where = f"class {row['section']}" if row["setting"] == "classroom" else str(row["room"] or "")
    held = f"weeks {row['weeks']}" if row.get("weeks") else ""
    dates = f"{row['first'] or ''} to {row['last'] or ''}" if row.get("first") or row.get("last") else ""
    return [f"{clock(_minutes(str(row['start'])))} {where}".strip(), str(row["students"]), held, dates]


def _side_by_side(rows: pd.DataFrame, begins: Sequence[float], ends: Sequence[float]) -> list[tuple[float, float]]:
    """Left and right edge of each box: those that overlap share the width of their day."""
    found = [(0.0, 0.0)] * len(rows)
    for column, weekday in enumerate(WEEKDAYS):
        mine = sorted((i for i in range(len(rows)) if rows["weekday"][i] == weekday), key=lambda i: begins[i])
        bunch: list[int] = []
        for i in [*mine, -1]:
            if bunch and (i < 0 or begins[i] >= max(ends[j] for j in bunch)):
                _share_width(bunch, begins, ends, column, found)
                bunch = []
            bunch.append(i)
    return found


def _share_width(
    bunch: Sequence[int], begins: Sequence[float], ends: Sequence[float], column: int, found: list[tuple[float, float]]
) -> None:
    free: list[float] = []
    lane: dict[int, int] = {}
    for i in bunch:
        at = next((n for n, until in enumerate(free) if until <= begins[i]), len(free))
        free[at : at + 1] = [ends[i]]
        lane[i] = at
    width = 0.94 / len(free)
    for i in bunch:
        left = column - 0.47 + lane[i] * width
        found[i] = (left, left + width)


def week_grid_alt(rows: pd.DataFrame) -> str:
    """The week in words: sessions by place, and how many on each day."""
    if not len(rows):
        return "No sessions in the week."
    places = [
        f"{n} {said}" for setting, (_, _, said) in LOOKS.items() if (n := int((rows["setting"] == setting).sum()))
    ]
    days = [f"{day} {n}" for day in WEEKDAYS if (n := int((rows["weekday"] == day).sum()))]
    return f"{len(rows)} sessions a week: {listed(places)}. By day: {listed(days)}."


def week_grid_picture(school: School, week: Week, therapist: str) -> Picture:
    """The week of one therapist, by its id in the staff table."""
    member = next(s for s in school.staff if s.id == therapist)
    rows = week_table(school, week)
    mine = rows[rows["therapist"] == therapist] if len(rows) else rows
    return one_picture(
        lambda ax: week_grid(ax, mine, hours=(float(member.start), float(member.end))),
        (9.0, 1.0 + 0.85 * (member.end - member.start) / 60.0),
        name=f"week-{therapist}",
        title=f"The week of {therapist}",
        caption="Each box is a session: when it begins, where, and the children's ids.",
        alt=week_grid_alt,
    )
