"""A day as HTML: a lane for each therapist, room and class with therapy, and a line at the minute in hand."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from sdmsim.show.pictures.one_day import HEADS, KEY_WORDS, LOOKS, SAID, lanes
from sdmsim.show.week import clock

if TYPE_CHECKING:
    import pandas as pd

STYLE = """<style>
.sd-lanes {position:relative; font-size:12px; margin:0 0 10px 0}
.sd-lane {display:grid; grid-template-columns:92px 1fr; height:27px; align-items:center}
.sd-lane .who {text-align:right; padding-right:8px; overflow:hidden; white-space:nowrap; text-overflow:ellipsis}
.sd-lane .time {position:relative; height:24px; background:#FAFAFA}
.sd-bit {position:absolute; overflow:hidden; white-space:nowrap; padding:0 3px; line-height:22px; border-radius:3px;
 border:1px solid rgba(0,0,0,.14); box-sizing:border-box}
.sd-group {font-weight:700; padding:5px 0 1px 0}
.sd-now {position:absolute; top:0; bottom:0; width:2px; background:#000; z-index:5}
.sd-hours {position:relative; height:18px; margin-left:92px; color:#555}
.sd-hours span {position:absolute; transform:translateX(-50%)}
.sd-hint i {display:inline-block; width:12px; height:12px; border:1px solid #999; margin:0 5px -1px 12px}
</style>"""


def html_lanes(rows: pd.DataFrame, now: float) -> str:
    """`rows` as `metrics.day.day_of` has them."""
    first, last = float(rows["start"].min()), float(rows["end"].max())

    def left(minute: float) -> str:
        return f"{100.0 * (minute - first) / (last - first):.3f}%"

    hours = range(int(first) // 60 * 60 + 60, int(last) + 1, 60)
    parts = [STYLE, '<div class="sd-lanes">']
    parts.append(
        f'<div class="sd-hours">{"".join(f"<span style=left:{left(h)}>{clock(h)}</span>" for h in hours)}</div>'
    )
    before = ""
    for kind, who in lanes(rows):
        if kind != before:
            parts.append(f'<div class="sd-group">{HEADS[kind]}</div>')
            before = kind
        own = rows[(rows["kind"] == kind) & (rows["who"] == who)]
        bits = "".join(
            _bit(r, left(float(r["start"])), left(first + float(r["end"] - r["start"]))) for r in _ordered(own)
        )
        line = f'<div class="sd-now" style="left:{left(now)}"></div>'
        parts.append(
            f'<div class="sd-lane"><div class="who">{escape(who)}</div><div class="time">{bits}{line}</div></div>'
        )
    there = set(rows["what"]) - set(SAID)
    key = "".join(
        f'<i style="background:{look.tint}"></i>{escape(KEY_WORDS.get(what, what))}'
        for what, look in LOOKS.items()
        if what in there
    )
    return "".join([*parts, f'<div class="sd-hint">{key}</div></div>'])


def _ordered(own: pd.DataFrame) -> list[dict[str, Any]]:
    """Lessons below what lies over them."""
    found = [{str(key): value for key, value in row.items()} for row in own.to_dict("records")]
    return sorted(found, key=lambda r: (r["what"] not in SAID, r["start"]))


def _bit(r: dict[str, Any], left: str, width: str) -> str:
    look = LOOKS[r["what"]]
    words = r["company"] or r["place"] or (r["what"] if r["what"] in SAID else "")
    title = f"{clock(r['start'])}-{clock(r['end'])} {r['what']} {r['place']} {r['company']}"
    tall = f"top:{24 * (1 - look.high):.0f}px;height:{24 * (look.high - look.low):.0f}px"
    style = f"left:{left};width:{width};{tall};background:{look.tint};color:{look.words}"
    return f'<div class="sd-bit" style="{style}" title="{escape(title)}">{escape(words)}</div>'
