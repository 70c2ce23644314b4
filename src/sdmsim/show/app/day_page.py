"""The page of one day: who is where, minute by minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from sdmsim.show.app import drawn, pages, work
from sdmsim.show.app.desk import Desk
from sdmsim.show.week import clock

if TYPE_CHECKING:
    import pandas as pd

STEP_MINUTES = 5
SECONDS_A_STEP = 0.7
MINUTE, PLAYING = "minute", "playing"


def show(desk: Desk) -> None:
    """Choose an option, a year and a date; then move through the day."""
    st.header("One day, minute by minute", anchor=False)
    first, second, third = st.columns([3, 1, 2])
    with first:
        option = pages.option_chosen(desk, "day")
    year = second.number_input("Simulated year", 1, 100, 1, key=f"year {desk.number}")
    days = [day.date for day in option.scenario.calendar.days]
    on = third.select_slider(
        "School day", days, value=days[len(days) // 3], format_func=lambda d: f"{d:%a} {d.isoformat()}",
        key=f"date {desk.number}",
    )  # fmt: skip
    what = ("day", option.key, int(year), on.isoformat())
    desk.fetch(what, work.one_day, option.scenario, int(year) - 1, on)
    if what not in desk.found:
        pages.wait_for(desk, what, lambda: False)
        return
    playing = st.toggle("Play", key=PLAYING)
    st.fragment(_replay, run_every=SECONDS_A_STEP if playing else None)(desk.found[what].rows, playing)


def _replay(rows: pd.DataFrame, playing: bool) -> None:
    from sdmsim.metrics.day import at_minute
    from sdmsim.show.app.lanes import html_lanes

    low, high = int(rows["start"].min()), int(rows["end"].max())
    now = int(st.session_state.get(MINUTE, low + 60))
    st.session_state[MINUTE] = min(max(now, low), high) if not playing or now >= high else now + STEP_MINUTES
    minute = st.select_slider("Time of day", range(low, high + 1), key=MINUTE, format_func=clock)
    st.html(drawn.heading(f"At {clock(minute)}"))
    st.html(html_lanes(rows, float(minute)))
    here = at_minute(rows, float(minute))
    therapists = here[here["kind"] == "therapist"]
    away = here[(here["kind"] == "child") & (here["what"] != "lesson") & (here["what"] != "recess or lunch")]
    said = [[r["who"], r["what"], r["place"], r["company"]] for r in therapists.to_dict("records")]
    st.html(drawn.table(["therapist", "does", "where", "with"], said, left=4))
    others = [[r["who"], r["what"], r["place"], r["company"]] for r in away.to_dict("records")]
    if others:
        st.html(drawn.table(["child", "does", "where", "with"], others, left=4))
    else:
        st.caption("All children are with their classes.")
