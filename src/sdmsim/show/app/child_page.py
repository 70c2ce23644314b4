"""The page of one child: its year as a timeline, and the same year with its sessions in other places."""

from __future__ import annotations

import streamlit as st

from sdmsim.show.app import drawn, pages, work
from sdmsim.show.app.desk import Desk


def show(desk: Desk) -> None:
    """Choose an option and a child; the timeline first, the replay when it is there."""
    st.header("One child's year", anchor=False)
    left, right = st.columns(2)
    with left:
        option = pages.option_chosen(desk, "child")
    school = option.scenario.roster
    served = {row.id for row in school.services if row.kind == "direct"}
    children = [student.id for student in school.students if student.id in served]
    child = right.selectbox(
        "Child (id)", children, index=None, key=f"child {desk.number}", placeholder="Choose a child"
    )
    if child is None:
        st.caption("One year is one draw of luck, not a forecast of this child. Ids stay on this computer.")
        return
    what = ("child", option.key, child)
    desk.fetch(what, work.follow, option.scenario, child)

    def shown() -> bool:
        from sdmsim.show.trace import HEAD, ONE_YEAR

        told = desk.found.get(what)
        if told is None:
            return False
        for picture in told.pictures:
            st.html(drawn.heading(picture.title))
            st.html(drawn.picture(picture.svg, picture.alt))
            st.caption(drawn.plain(picture.caption))
        if not told.whole:
            st.info("The same year in other places is being lived ...", icon=":material/hourglass_top:")
        st.html(drawn.table(HEAD, told.rows, left=2))
        st.caption(f"{ONE_YEAR} Skills rest on assumptions that are mostly judged.")
        return True

    pages.wait_for(desk, what, shown)
