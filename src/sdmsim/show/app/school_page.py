"""The first page: which school?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from sdmsim.base import InputErrors
from sdmsim.show.app import drawn, pages, schools
from sdmsim.show.app.desk import AS_IT_IS, Desk
from sdmsim.show.checking import promised

WELCOME = (
    "Choose a school, move levers, and see what a year of therapy would be like: how many of the promised minutes are "
    "given, what of class is missed, what it asks of the therapists. All of it is worked out on this computer; nothing "
    "leaves it."
)
CAVEAT = (
    "Planning aid, not legal advice. It cannot say where a child should be served: that is for the child's team. "
    "Minutes and hours follow from your tables; what is said of skills rests on assumptions that are mostly judged."
)
SETTINGS = {
    "team": "where the team decides",
    "therapy_room": "in a therapy room",
    "classroom": "in class",
    "hallway": "in the hallway",
}


def show(desk: Desk) -> None:
    """Choose or import a school, then say what was read."""
    st.title("A school year of therapy, before it begins", anchor=False)
    st.write(WELCOME)
    chosen, imported = st.tabs(["Choose a school", "Import your own"])
    with chosen:
        _choose(desk)
    with imported:
        _import(desk)
    if desk.file is not None:
        _said(desk)
    st.caption(CAVEAT)


def _choose(desk: Desk) -> None:
    here = schools.scenarios_in(Path.cwd())
    places = {**{f"{_from_here(file)}": file for file in here}}
    names = [*places, *schools.SHIPPED.values()]
    name = st.selectbox(
        "School",
        names,
        key="school-name",
        help="Scenario files of the folder in which sdmsim app was started, and schools that ship.",
    )
    if st.button("Open", type="primary", key="open-school"):
        like = next((like for like, words in schools.SHIPPED.items() if words == name), None)
        _open(desk, lambda: places[name] if like is None else schools.shipped(like, desk.folder))


def _import(desk: Desk) -> None:
    st.write(
        "One Excel workbook with a sheet for each table, or the tables as CSV files, or a scenario (TOML) with "
        "its tables, also as one ZIP file. `sdmsim init --workbook` writes a workbook to start from. "
        "Use coded ids, never names."
    )
    types = ["xlsx", "xlsm", "zip", "toml", "csv"]
    files = st.file_uploader("Files of the school", accept_multiple_files=True, type=types, key="files")
    about, whole = None, bool(files)
    if schools.lacks_scenario(file.name for file in files):
        about = _about()
        whole = about is not None
    if st.button("Read", type="primary", key="read-files", disabled=not whole):
        content = {file.name: file.getvalue() for file in files}
        _open(desk, lambda: schools.uploaded(content, desk.new_folder(), about))


def _about() -> schools.About | None:
    """What tables do not say, asked of the planner; None until all of it is given."""
    st.write("Tables do not say this:")
    first, last, now = st.columns([1, 1, 2])
    begins = first.date_input("First school day", None, format="YYYY-MM-DD", key="first-day")
    ends = last.date_input("Last school day", None, format="YYYY-MM-DD", key="last-day")
    given = now.selectbox("How therapy is given now", list(schools.GIVEN), index=None, key="given")
    return schools.About(begins, ends, given) if begins and ends and given else None


def _open(desk: Desk, find: Callable[[], Path]) -> None:
    try:
        desk.open(find())
    except InputErrors as error:
        lines = list(error.lines())
        st.error(f"{len(lines)} problem{'s' if len(lines) > 1 else ''}; nothing was opened:")
        st.code("\n".join(lines), language=None, wrap_lines=True)
        return
    st.rerun()


def _from_here(file: Path) -> Path:
    return file.relative_to(Path.cwd())


def _said(desk: Desk) -> None:
    scenario = desk.options[AS_IT_IS].scenario
    school = scenario.roster
    st.subheader(drawn.plain(scenario.title), divider="gray", anchor=False)
    facts = {
        "children on the caseload": f"{len(school.students)}",
        "classes": f"{len(school.sections)}",
        "therapists": f"{len(school.staff)}",
        "full-time posts": f"{sum(member.fte for member in school.staff):g}",
        "school days": f"{len(scenario.calendar.days)}",
    }
    for column, (label, value) in zip(st.columns(len(facts)), facts.items(), strict=True):
        column.metric(label, value)
    st.write("What the plans promise:")
    rows = [
        [r["service"], SETTINGS[r["setting"]] if r["kind"] == "direct" else "indirect", f"{r['children']}",
         f"{r['minutes_a_week']:,.0f}"]
        for r in promised(scenario)
    ]  # fmt: skip
    st.html(drawn.table(["service", "where", "children", "child-minutes a week"], rows, left=2))
    notes = list(scenario.notes)
    if notes:
        with st.expander(f"{len(notes)} notes on what was read"):
            for note in notes:
                st.text(note)
    if st.button("Move levers", type="primary", icon=":material/tune:", key="to-try"):
        pages.go("Try")
