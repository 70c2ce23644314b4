"""The pages, and what holds for all of them."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from sdmsim.show.app.desk import Desk

DESK, PAGES = "desk", "pages"
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
    from sdmsim.show.app import school_page, try_page

    st.set_page_config(page_title="sdmsim", layout="wide")
    st.html(STYLE)
    at_hand = desk()
    pages = {"School": school_page.show}
    if at_hand.file is not None:
        pages |= {"Try": try_page.show}
    made = {name: st.Page(_guarded(page), title=name, url_path=name.lower()) for name, page in pages.items()}
    st.session_state[PAGES] = made
    st.navigation(list(made.values()), position="top").run()


def go(name: str) -> None:
    """Turn to a page."""
    st.switch_page(st.session_state[PAGES][name])


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
