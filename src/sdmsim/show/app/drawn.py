"""Parts of the page as HTML: headline numbers and the week of a therapist. Every text of the user's is inert in it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from sdmsim.delivery.vocabulary import Appointment, Week
from sdmsim.school.vocabulary import WEEKDAYS, School
from sdmsim.show.app.answers import Headline
from sdmsim.show.style import IN_CLASS, IN_HALLWAY, IN_ROOM
from sdmsim.show.week import clock, students_of

PLACES = {
    "classroom": (IN_CLASS, "in class"),
    "therapy_room": (IN_ROOM, "apart, in a therapy room"),
    "hallway": (IN_HALLWAY, "in the hallway"),
}
_PIXELS_A_MINUTE = 1.45
PUNCTUATION = frozenset("\\`*_{}[]<>()#+-.!|~$:&@/=^")
"""What Markdown may give a meaning to."""
_SIGNS = {"more": "▲ more", "less": "▼ less", "the same": "= the same", "no clear difference": "≈ no clear difference"}

STYLE = """
<style>
.sd-cards {display:grid; grid-template-columns:repeat(4, minmax(0, 1fr)); gap:12px; margin:2px 0 6px 0}
.sd-small {grid-template-columns:repeat(5, minmax(0, 1fr))}
.sd-card {border:1px solid #D9D9D9; border-radius:10px; padding:10px 13px; background:#fff}
.sd-card .label {font-size:15px; color:#333; min-height:22px}
.sd-card .level {font-size:27px; font-weight:700; line-height:1.25; color:#111}
.sd-card .unit {font-size:14px; font-weight:400; color:#555; margin-left:5px}
.sd-card .versus {font-size:13.5px; color:#333; margin-top:3px}
.sd-card .word {font-weight:700}
.sd-small .level {font-size:19px} .sd-small .label {font-size:13.5px}
.sd-table {border-collapse:collapse; font-size:14px; margin:2px 0 10px 0}
.sd-table th, .sd-table td {padding:5px 14px 5px 0; border-bottom:1px solid #E3E3E3; text-align:right;
 vertical-align:top}
.sd-table th:first-child, .sd-table td:first-child, .sd-table .left {text-align:left}
.sd-table th {font-weight:600; color:#444}
.sd-week {display:grid; grid-template-columns:46px repeat(5, 1fr); font-size:12px; gap:0 6px}
.sd-week .head {font-weight:700; text-align:center; padding:3px; font-size:13px}
.sd-day {position:relative; background:#F7F7F7; border-radius:6px}
.sd-hour {position:absolute; left:0; right:0; border-top:1px solid #E3E3E3}
.sd-clock {position:absolute; right:4px; color:#555; transform:translateY(-7px)}
.sd-slot {position:absolute; left:2px; right:2px; border-radius:5px; background:#fff; overflow:hidden; padding:0 5px;
 line-height:14.5px; border-left:6px solid; box-shadow:0 0 0 1px rgba(0,0,0,.16)}
.sd-slot b {font-weight:700}
.sd-key {font-size:13px; color:#333; margin:4px 0 8px 0}
.sd-key i {display:inline-block; width:12px; height:12px; border-radius:3px; margin:0 5px -1px 12px}
</style>
"""


def cards(found: Sequence[Headline], beside: str, option: str, *, small: bool = False) -> str:
    """A card for each number: the level with half of its interval, and how it differs from the option beside it.

    `option`: its key, so that what drives the page can tell whose numbers these are.
    """
    size = " sd-small" if small else ""
    inner = "".join(_card(h, beside) for h in found)
    return f'{STYLE}<div class="sd-cards{size}" data-option="{escape(option)}">{inner}</div>'


def _card(h: Headline, beside: str) -> str:
    versus = ""
    if h.difference:
        word = _SIGNS.get(h.verdict, h.verdict)
        text = "" if h.verdict == "the same" else f": {escape(h.difference)}"
        versus = f'<span class="word">{word}</span> than &ldquo;{escape(beside)}&rdquo;{text}'
        if h.verdict not in ("more", "less"):
            versus = f'<span class="word">{word}</span>, against &ldquo;{escape(beside)}&rdquo;{text}'
    return (
        f'<div class="sd-card"><div class="label">{escape(h.label)}</div>'
        f'<div class="level">{escape(h.level)}<span class="unit">{escape(h.unit)}</span></div>'
        f'<div class="versus">{versus}</div></div>'
    )


def plain(text: str) -> str:
    """A text of the user's without a meaning in Markdown: an id that names a picture elsewhere must not fetch it."""
    return "".join(f"\\{c}" if c in PUNCTUATION else c for c in text)


def label(text: str) -> str:
    """The label of a lever, which may name a role of the user's: Markdown needs a bracket for a picture or a link."""
    return text.replace("[", "\\[")


def heading(text: str) -> str:
    """A heading without an address of its own: it may hold an id."""
    return f'<div role="heading" aria-level="3" style="font-size:1.35rem;font-weight:600">{escape(text)}</div>'


def picture(svg: bytes, alt: str) -> str:
    """A picture as wide as the page allows, with its words for who does not see it."""
    data = b64encode(svg).decode("ascii")
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(alt)}" style="width:100%;max-width:1150px">'


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """A plain table: the first `left` columns to the left, the others to the right."""

    def line(cells: Sequence[str], tag: str) -> str:
        where = ['class="left"' if n < left else "" for n in range(len(cells))]
        return "".join(f"<{tag} {side}>{escape(cell)}</{tag}>" for cell, side in zip(cells, where, strict=True))

    body = "".join(f"<tr>{line(row, 'td')}</tr>" for row in rows)
    return f'{STYLE}<table class="sd-table"><thead><tr>{line(head, "th")}</tr></thead><tbody>{body}</tbody></table>'


def week_of(school: School, week: Week, therapist: int) -> str:
    """The week of a therapist as a calendar: days across, the clock down, a box for each session."""
    mine = [a for a in week.appointments if a.therapist == therapist]
    if not mine:
        return f"{STYLE}<p>No sessions.</p>"
    first = min(a.start - a.lead for a in mine) // 60 * 60
    last = -(-max(a.start + a.minutes + a.tail for a in mine) // 60) * 60
    height = (last - first) * _PIXELS_A_MINUTE
    hours = range(first, last + 1, 60)
    lines = "".join(f'<div class="sd-hour" style="top:{_top(h, first)}px"></div>' for h in hours)
    clocks = "".join(f'<div class="sd-clock" style="top:{_top(h, first)}px">{clock(h)}</div>' for h in hours)
    days = "".join(
        f'<div class="sd-day" style="height:{height:.0f}px">{lines}'
        f"{''.join(_slot(school, week, a, first) for a in mine if a.weekday == weekday)}</div>"
        for weekday in range(len(WEEKDAYS))
    )
    heads = "".join(f'<div class="head">{day}</div>' for day in ("", *WEEKDAYS))
    shown = {a.setting for a in mine}
    key = "".join(f'<i style="background:{c}"></i>{words}' for s, (c, words) in PLACES.items() if s in shown)
    return (
        f'{STYLE}<div class="sd-key">{key}</div><div class="sd-week">{heads}'
        f'<div style="position:relative;height:{height:.0f}px">{clocks}</div>{days}</div>'
    )


def _top(minute: float, first: float) -> str:
    return f"{(minute - first) * _PIXELS_A_MINUTE:.0f}"


def _slot(school: School, week: Week, a: Appointment, first: int) -> str:
    colour, words = PLACES[a.setting]
    place = f"class {a.section}" if a.setting == "classroom" else a.room or "therapy room"
    ids = ", ".join(students_of(school, week, a))
    title = f"{clock(a.start)}-{clock(a.start + a.minutes)}, {words}, {place}: {ids}"
    top, tall = _top(a.start, first), f"{max(a.minutes * _PIXELS_A_MINUTE - 2, 15):.0f}"
    return (
        f'<div class="sd-slot" style="top:{top}px;height:{tall}px;border-color:{colour}" title="{escape(title)}">'
        f"<b>{clock(a.start)}</b> {escape(place)}<br>{escape(ids)}</div>"
    )
