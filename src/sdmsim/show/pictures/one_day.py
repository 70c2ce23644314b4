"""One day as a picture: a lane for each therapist, room, class or child, and what went on in it from bell to bell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from sdmsim.metrics import day as d
from sdmsim.show.layout import clock, clock_axis, in_a_box, listed, literal, nothing_to_show
from sdmsim.show.picture import Picture, one_picture
from sdmsim.show.style import DARK, GREY, HATCH, IN_CLASS, IN_ROOM, PALETTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sdmsim.events import Log

KINDS = (d.THERAPIST, d.ROOM, d.CLASSROOM)
HEADS = {d.THERAPIST: "therapists", d.ROOM: "rooms", d.CLASSROOM: "classes", d.CHILD: "children"}


class Look(NamedTuple):
    """How a stretch is drawn: colour, hatch, colour of the words, and how high in its lane (0 to 1)."""

    tint: str
    hatch: str = ""
    words: str = "black"
    low: float = 0.08
    high: float = 0.92


LOOKS = {
    d.LESSON: Look("#F4F4F4", words=DARK),
    d.BREAK: Look("#E3E3E3", words=DARK),
    d.DESK: Look("#F4F4F4", words=GREY),
    d.LUNCH: Look("#E3E3E3", words=DARK),
    d.CLOSED: Look("#C8C8C8"),
    d.IN_CLASS: Look(IN_CLASS, words="white"),
    d.IN_ROOM: Look(IN_ROOM),
    d.ON_THE_WAY: Look(PALETTE[2]),
    d.THREAD: Look("#A8D8C8"),
    d.CALLED_AWAY: Look("white", HATCH, DARK),
    d.DRIVING: Look("#8C6D31", words="white"),
    d.ABSENT: Look("#B0B0B0"),
    d.OUT: Look(IN_ROOM, high=0.3),
}
"""In the order of the key."""
GROUND = (d.LESSON, d.BREAK, d.CLOSED, d.DESK)
"""What other stretches of the lane may lie over."""
SAID = (d.LESSON, d.BREAK, d.DESK, d.LUNCH)
"""What its words say, so that the key need not."""
KEY_WORDS = {d.OUT: "children of the class out for therapy"}
HEAD = 0.55
"""Height of the words over the lanes of a kind, in lanes."""


def lanes(rows: pd.DataFrame, kinds: Sequence[str] = KINDS, *, busy: bool = True) -> list[tuple[str, str]]:
    """Kind and name of each lane, top to bottom. `busy`: of classes and children those with therapy or an absence."""
    quiet = (d.LESSON, d.BREAK, d.CLOSED)
    shown = rows[~rows["what"].isin(quiet)] if busy else rows
    found = []
    for kind in kinds:
        table = rows if kind in (d.THERAPIST, d.ROOM) else shown
        found += [(kind, str(who)) for who in dict.fromkeys(table.loc[table["kind"] == kind, "who"])]
    return found


def day(
    ax: Axes, rows: pd.DataFrame, *, kinds: Sequence[str] = KINDS, busy: bool = True, now: float | None = None
) -> pd.DataFrame:
    """Lanes of a day over its clock; `rows` as `sdmsim.metrics.day.day_of` gives them. Returns those drawn.

    `busy`: leave out classes and children with nothing but lessons. `now`: a line at a clock time, in minutes after
    midnight.
    """
    from matplotlib.patches import Patch

    heights, heads = _heights(lanes(rows, kinds, busy=busy))
    places = [heights.get((str(k), str(w)), float("nan")) for k, w in zip(rows["kind"], rows["who"], strict=True)]
    drawn = rows.assign(lane=places).dropna(subset=["lane"]).reset_index(drop=True)
    if not len(drawn):
        nothing_to_show(ax)
        ax.set_axis_off()
        return drawn.drop(columns="lane")
    first, last = float(drawn["start"].min()), float(drawn["end"].max())
    ax.set_xlim(first - 5.0, last + 5.0)
    ax.set_ylim(max(heights.values()) + 0.5, -HEAD)
    above = drawn[~drawn["what"].isin((*GROUND, d.OUT))]
    over = {lane: list(zip(own["start"], own["end"], strict=True)) for lane, own in above.groupby("lane")}
    for stretch in drawn.to_dict("records"):
        _stretch(ax, {str(k): v for k, v in stretch.items()}, over.get(stretch["lane"], ()))
    for kind, height in heads.items():
        ax.annotate(
            HEADS[kind], (0.0, height), xycoords=("axes fraction", "data"), xytext=(-4, -1), textcoords="offset points",
            va="center", ha="right", fontsize=8.5, fontweight="bold",
        )  # fmt: skip
    if now is not None:
        ax.axvline(now, color="black", linewidth=1.6, zorder=8)
        ax.annotate(
            clock(now), (now, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 2), textcoords="offset points",
            ha="center", va="bottom", fontsize=8.5, fontweight="bold",
        )  # fmt: skip
    ax.set_yticks(list(heights.values()), [literal(who) for _, who in heights])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    clock_axis(ax.xaxis, first, last)
    there = set(drawn["what"]) - set(SAID)
    key = [
        Patch(facecolor=look.tint, hatch=look.hatch, edgecolor=GREY, linewidth=0.5, label=KEY_WORDS.get(what, what))
        for what, look in LOOKS.items()
        if what in there
    ]
    ax.legend(handles=key, loc="upper center", bbox_to_anchor=(0.5, -0.28 / max(1.0, _high(ax))), ncols=4, fontsize=7.5)
    return drawn.drop(columns="lane")


def _heights(found: Sequence[tuple[str, str]]) -> tuple[dict[tuple[str, str], float], dict[str, float]]:
    """Where on the axis each lane lies, and the words over the lanes of a kind."""
    lanes_at, heads, height = {}, {}, -0.5 - HEAD
    for kind, who in found:
        if kind not in heads:
            heads[kind] = height + HEAD / 2 + 0.5
            height += HEAD
        height += 1.0
        lanes_at[kind, who] = height
    return lanes_at, heads


def _high(ax: Axes) -> float:
    """Inches of the axes' height."""
    return float(ax.get_position().height * ax.figure.get_figheight())  # type: ignore[union-attr]


def _stretch(ax: Axes, row: Mapping[str, Any], over: Sequence[tuple[float, float]]) -> None:
    what, lane, start, end = str(row["what"]), float(row["lane"]), float(row["start"]), float(row["end"])
    look, ground = LOOKS[what], what in GROUND
    bottom, top = lane - 0.5 + look.low, lane - 0.5 + look.high
    ax.bar(
        start, top - bottom, end - start, bottom, align="edge", color=look.tint, hatch=look.hatch,
        edgecolor=GREY if ground or what in (d.LUNCH, d.CALLED_AWAY) else "white", linewidth=0.4,
        zorder=2 if ground else 3,
    )  # fmt: skip
    if what in (d.ON_THE_WAY, d.THREAD, d.OUT):
        return
    if ground and row["kind"] == d.CLASSROOM:
        start, end = _longest_free(start, end, over)
        bottom = lane - 0.5 + LOOKS[d.OUT].high
    in_a_box(ax, (start, end, bottom, top), _words(row), size=6.5, tint=look.words)


def _longest_free(start: float, end: float, over: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The longest part of a stretch over which nothing lies."""
    free, at = [(start, start)], start
    for low, high in sorted(over):
        if low < end and high > start:
            free.append((at, max(at, low)))
            at = max(at, high)
    return max([*free, (at, max(at, end))], key=lambda part: part[1] - part[0])


def _words(row: Mapping[str, Any]) -> list[str]:
    place, company = str(row["place"]), str(row["company"])
    if row["what"] in (d.IN_CLASS, d.IN_ROOM):
        return [company] if row["kind"] in (d.ROOM, d.CLASSROOM) or place == d.THE_ROOM else [place, company]
    return [place or str(row["what"])]


def day_alt(rows: pd.DataFrame) -> str:
    """The sessions of a day in words, therapist by therapist."""
    mine = rows[rows["kind"] == d.THERAPIST]
    said = []
    for who in dict.fromkeys(mine["who"]):
        own = mine[mine["who"] == who]
        if (own["what"] == d.ABSENT).any():
            said.append(f"{who} is absent")
            continue
        held = own[own["what"].isin((d.IN_CLASS, d.IN_ROOM))]
        each = [
            f"{clock(float(r.start))} to {clock(float(r.end))} in {'class ' if r.what == d.IN_CLASS else ''}{r.place} "
            f"with {len(str(r.company).split())}"
            for r in held.itertuples()
        ]
        said.append(
            f"{who} holds {len(held)} session{'' if len(held) == 1 else 's'}" + (f" ({listed(each)})" if each else "")
        )
    absent = rows[(rows["kind"] == d.CHILD) & (rows["what"] == d.ABSENT)]["who"].nunique()
    away = f"; {absent} {'child is' if absent == 1 else 'children are'} absent" if absent else ""
    return f"{'; '.join(said) or 'No therapist is there'}{away}."


def day_picture(
    log: Log, on: date, *, kinds: Sequence[str] = KINDS, busy: bool = True, now: float | None = None
) -> Picture:
    """The picture of one date of a simulated year.

    Raises:
        ValueError: no school on that date.
    """
    rows = d.day_of(log, on)
    high = 0.36 * (max(3, len(lanes(rows, kinds, busy=busy))) + HEAD * len(kinds))
    return one_picture(
        lambda ax: day(ax, rows, kinds=kinds, busy=busy, now=now),
        (11.0, high + 1.2),
        name=f"day-{on.isoformat()}",
        title=f"Who is where on {on:%A}, {on.day} {on:%B %Y}",
        caption="One simulated day. Words in a box: the place, then the children's ids (in rooms and classes: the "
        "therapist first).",
        alt=lambda _: day_alt(rows),
    )
