"""The pages, and what holds for all of them."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from sdmsim.show.app.desk import AS_IT_IS, IN_HAND, Desk, Errand, Option

DESK, PAGES = "desk", "pages"
TITLES = {"Child": "One child", "Day": "One day"}
POLL_SECONDS = 0.5
STYLE = """<style>
.stMainBlockContainer {padding-top:4.2rem; padding-bottom:3rem}
.stSidebar h5 {padding:0.6rem 0 0 0}
</style>"""
"""Less empty paper than Streamlit leaves."""


def desk() -> Desk:
    """The visitor's desk, made at the first look."""
    if DESK not in st.session_state:
        st.session_state[DESK] = Desk()
    found: Desk = st.session_state[DESK]
    return found


def show() -> None:
    """One look at the page."""
    from sdmsim.show.app import child_page, compare_page, day_page, school_page, try_page

    st.set_page_config(page_title="sdmsim", layout="wide")
    st.html(STYLE)
    pages = {
        "School": school_page.show,
        "Try": _with_a_school(try_page.show),
        "Compare": _with_a_school(compare_page.show),
        "Child": _with_a_school(child_page.show),
        "Day": _with_a_school(day_page.show),
    }
    made = {
        name: st.Page(_guarded(page), title=TITLES.get(name, name), url_path=name.lower())
        for name, page in pages.items()
    }
    st.session_state[PAGES] = made
    st.navigation(list(made.values()), position="top").run()


def go(name: str) -> None:
    """Turn to a page."""
    st.switch_page(st.session_state[PAGES][name])


def wait_for(desk: Desk, what: Errand, show: Callable[[], bool]) -> None:
    """Look again and again whether an errand has brought anything; the whole page is made anew where it has.

    `show`: shows what there is meanwhile; False where there is nothing.
    """
    desk.hear_errands()
    was, before = desk.errands.busy, desk.found.get(what)

    def looked() -> None:
        desk.hear_errands()
        if desk.defect:
            st.error(f"A defect of ours: {desk.defect}. Please report it.")
        if desk.refused:
            st.code("\n".join(desk.refused), language=None, wrap_lines=True)
        if not show() and desk.errands.busy and desk.progress is None:
            st.info("Living the year ...", icon=":material/hourglass_top:")
        if was != desk.errands.busy or desk.found.get(what) is not before:
            st.rerun()

    st.fragment(looked, run_every=POLL_SECONDS if desk.errands.busy else None)()


def option_chosen(desk: Desk, key: str) -> Option:
    """One of the options: the one of the levers first, where they were moved."""
    options = dict(desk.options)
    if desk.in_hand is not None and desk.in_hand.changes:
        options = {IN_HAND: desk.in_hand, **options}
    name = st.selectbox("Option", list(options), key=f"{key} option {desk.number}")
    return options.get(name or "", desk.options[AS_IT_IS])


def _with_a_school(page: Callable[[Desk], None]) -> Callable[[Desk], None]:
    """A page that has nothing to show before a school is chosen."""

    def shown(desk: Desk) -> None:
        if desk.file is not None:
            page(desk)
            return
        st.info("Choose a school first.")
        if st.button("Choose a school", type="primary"):
            go("School")

    return shown


def _guarded(page: Callable[[Desk], None]) -> Callable[[], None]:
    """A page that says of a defect where it is, without the text of the error: that may hold an id."""

    def guarded() -> None:
        try:
            page(desk())
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
            st.error(f"A defect of ours, not of your input: {place}. Please report it.")

    return guarded
