"""The page of levers: move one, and see the week and a first answer; the bands narrow as years are lived."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sdmsim.delivery.vocabulary import Week
from sdmsim.show.app import drawn
from sdmsim.show.app.answers import BELOW, HEADLINES, Answer, headline, sessions_said
from sdmsim.show.app.desk import AS_IT_IS, Desk, Option
from sdmsim.show.app.levers import LEAVE, SEPARATOR, Choice, Range, in_words

POLL_SECONDS = {True: 0.3, False: 1.0}
"""How often the page looks for news: before the solved week is there, and while its bands narrow."""
SKILLS = (
    "What is said of skills rests on assumptions that nobody has measured well; whether a difference there is open "
    "(turned round by other numbers that fit the evidence as well) is tried when options are compared."
)


def show(desk: Desk) -> None:
    """Levers at the side, the answer in the middle."""
    moved = _levers(desk)
    desk.move(moved)
    desk.hear()
    _save(desk)
    answer = Answer() if desk.in_hand is None else desk.answer_of(desk.in_hand)
    every = POLL_SECONDS[answer.sketch] if desk.background.busy else None
    st.fragment(_answer, run_every=every)(desk, desk.background.busy, answer.week)
    if answer.week is not None and answer.school is not None:
        _week(desk, answer)


def _save(desk: Desk) -> None:
    """Keep the levers as they stand under a name."""
    if desk.in_hand is None or not desk.in_hand.changes:
        st.caption("Move a lever at the side. The school as it is stands beside every option, under the same luck.")
        return
    with st.form("save", border=False):
        name, button = st.columns([4, 1], vertical_alignment="bottom")
        given = name.text_input("Name this option, to compare it later", value=_title(desk, desk.in_hand)[0])
        if button.form_submit_button("Save the option", width="stretch"):
            problem = desk.save(given)
            if problem:
                st.error(problem)
            else:
                st.success(f'Saved: "{drawn.plain(" ".join(given.split()))}". Compare options on the page "Compare".')


def _levers(desk: Desk) -> dict[str, Any]:
    moved: dict[str, Any] = {}
    with st.sidebar:
        st.markdown(f"**{drawn.plain(desk.options[AS_IT_IS].scenario.title)}**")
        for heading, levers in desk.levers:
            st.markdown(f"##### {heading}")
            for lever in reversed(levers) if heading == "How therapy is given" else levers:
                whole = moved.get("delivery", LEAVE) != LEAVE and lever.name.startswith("delivery.")
                value = _lever(desk, lever, disabled=whole)
                if value is not None:
                    moved[lever.name] = value
        if st.button(
            "All back to how the school is", key="back", disabled=desk.in_hand is None or not desk.in_hand.changes
        ):
            desk.take(AS_IT_IS)
            st.rerun()
    return moved


def _lever(desk: Desk, lever: Range | Choice, *, disabled: bool) -> Any:
    key = f"lever {desk.number} {desk.edition} {lever.name}"
    if isinstance(lever, Choice):
        names = list(lever.options)
        now = names.index(desk.moved.get(lever.name, LEAVE))
        return st.selectbox(drawn.label(lever.label), names, index=now, key=key, disabled=disabled)
    shown = float(desk.moved.get(lever.name, lever.value)) * lever.scale
    low, high, step = (round(x * lever.scale, 6) for x in (lever.low, lever.high, lever.step))
    at, decimals = min(high, max(low, round(shown, 6))), "%d" if step == round(step) else "%.1f"
    label = drawn.label(f"{lever.label} ({lever.unit})")
    return st.slider(label, low, high, at, step, format=decimals, key=key, disabled=disabled) / lever.scale


def _answer(desk: Desk, was_busy: bool, week: Week | None) -> None:
    """Looks for news again and again; the whole page is made anew where the week is another one, or work has ended."""
    desk.hear()
    if desk.problems:
        st.error("This school cannot be run so; the answer below is that of the levers before:")
        st.code("\n".join(desk.problems), language=None, wrap_lines=True)
    if desk.defect:
        st.error(f"A defect of ours: {desk.defect}. Move a lever to try again; please report it.")
    option = desk.in_hand
    if option is None:
        return
    answer = desk.answer_of(option)
    title, more = _title(desk, option)
    st.subheader(drawn.plain(title), anchor=False)
    if more:
        st.text(more)
    _status(desk, answer)
    beside = None if not option.changes else desk.answer_of(desk.options[AS_IT_IS])
    if answer.years:
        st.html(drawn.cards([h for m in HEADLINES if (h := headline(m, answer, beside))], AS_IT_IS, option.key))
        st.html(drawn.cards([h for m in BELOW if (h := headline(m, answer, beside))], AS_IT_IS, option.key, small=True))
        st.caption(SKILLS)
    if answer.week is not week or was_busy != desk.background.busy:
        st.rerun()


def _title(desk: Desk, option: Option) -> tuple[str, str]:
    """What the option changes; of several changes their number, and all of them in small."""
    words = in_words(option.changes, desk.every_lever)
    moved = 1 + words.count(SEPARATOR)
    if moved > 1:
        return f"Option {len(desk.options)}: {moved} levers moved", words
    return f"{words[0].upper()}{words[1:]}", ""


def _status(desk: Desk, answer: Answer) -> None:
    n = len(answer.years)
    years = f"{n} simulated year{'' if n == 1 else 's'} so far"
    if answer.week is None:
        st.info("Making the week ...", icon=":material/hourglass_top:")
    elif answer.sketch:
        text = f"First sketch of the week, {years}: the solver may still find places for more sessions."
        st.info(text, icon=":material/draw:")
    elif desk.background.busy:
        st.info(f"The solved week, {years} of {desk.years}; bands still narrow.", icon=":material/hourglass_top:")
    else:
        st.success(
            f"The solved week, {years}. ± is half of a 95 % interval: luck between years.", icon=":material/check:"
        )


def _week(desk: Desk, answer: Answer) -> None:
    assert answer.week is not None
    assert answer.school is not None
    st.markdown("#### The week" + (", first sketch" if answer.sketch else ""))
    st.write(sessions_said(answer))
    ids = [member.id for member in answer.school.staff]
    chosen = 0
    if len(ids) > 1:
        name = st.selectbox("Therapist", ids, key=f"therapist {desk.number}")
        chosen = ids.index(name) if name in ids else 0
    st.html(drawn.week_of(answer.school, answer.week, chosen))
