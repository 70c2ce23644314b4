"""The page on which saved options stand side by side: compared as the command line compares them, and to take away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from sdmsim.base import digest
from sdmsim.show.app import drawn, pages, work
from sdmsim.show.app.desk import AS_IT_IS, Desk
from sdmsim.show.app.files import packed, written
from sdmsim.show.app.levers import in_words
from sdmsim.show.commands_experiment import FIGURES, REPORT

if TYPE_CHECKING:
    from sdmsim.lab.results import Results

YEARS = (10, 30, 100)
PHASES = {
    "timetables": "Making the weeks",
    "years": "Living the years",
    "pictures": "Drawing the pictures and writing the report",
}
RESULTS = "results"


def show(desk: Desk) -> None:
    """The options, then what their comparison says."""
    st.header("Options side by side", anchor=False)
    for name in list(desk.options):
        _option(desk, name)
    if len(desk.options) < 2:
        st.info('Nothing to compare yet: move levers on the page "Try", and save an option.')
        return
    years = st.segmented_control("Simulated years of each option", YEARS, default=YEARS[1], key="years") or YEARS[1]
    st.caption(
        "Every option meets the same luck: the same child is ill on the same days. More years, narrower intervals."
    )
    arms = {name: dict(option.changes) for name, option in desk.options.items()}
    what = ("compare", digest(arms), years)
    asked = st.session_state.get("compare asked")
    if st.button("Compare", type="primary", key="compare", disabled=desk.errand == what):
        st.session_state["compare asked"] = asked = what
    if asked != what:
        return
    folder = desk.folder / f"compared-{desk.number}-{what[1][:12]}-{years}"
    experiment = folder / "experiment.toml"
    if not experiment.exists():
        experiment = written(desk.options[AS_IT_IS].scenario, arms, years, folder)
    desk.fetch(what, work.compare, experiment, folder / RESULTS)
    pages.wait_for(desk, what, lambda: _progress(desk))
    if what in desk.found:
        _compared(folder, whole=desk.found[what].whole)


def _option(desk: Desk, name: str) -> None:
    said, words, use, drop = st.columns([3, 5, 1.3, 1.2], vertical_alignment="center")
    said.markdown(f"**{drawn.plain(name)}**")
    words.text(in_words(desk.options[name].changes, desk.every_lever))
    if use.button("Set levers so", key=f"use {name}"):
        desk.take(name)
        pages.go("Try")
    if name != AS_IT_IS and drop.button("Remove", key=f"drop {name}"):
        desk.drop(name)
        st.rerun()


def _progress(desk: Desk) -> bool:
    if desk.progress is not None:
        done, total, phase = desk.progress
        text = PHASES.get(phase, phase) + (f": {done} of {total}" if total > 1 else " ...")
        st.progress(done / total if total else 0.0, text)
    return desk.progress is not None


def _compared(folder: Path, *, whole: bool) -> None:
    from sdmsim.lab.results import Results
    from sdmsim.show.answer import answer, open_verdicts
    from sdmsim.show.certainty import probably_best
    from sdmsim.show.outcome import ONE_LINE_LIMIT

    results = Results.read(folder / RESULTS)
    st.subheader("What the years say", divider="gray", anchor=False)
    for sentence in (*answer(results.summary, results.comparison, results.baseline), probably_best(results.best)):
        st.text(sentence)
    for sentence in open_verdicts(results):
        st.text(f"Open: {sentence}")
    st.caption(ONE_LINE_LIMIT.replace("(--assumptions)", "(the lever at the bottom)"))
    _tables(results)
    if not whole:
        return
    for name in work.PICTURES:
        file = folder / RESULTS / FIGURES / f"{name}.svg"
        if file.exists():
            st.html(drawn.picture(file.read_bytes(), f"{name} of the options; the tables above hold its numbers"))
    st.subheader("To take away", divider="gray", anchor=False)
    report, files = st.columns(2)
    report.download_button(
        "Report (one HTML page)", (folder / RESULTS / REPORT).read_bytes(), "report.html", "text/html", key="report",
        on_click="ignore", width="stretch",
    )  # fmt: skip
    files.download_button(
        "Scenario, experiment and results (ZIP)", packed(folder), "sdmsim-options.zip", "application/zip", key="zip",
        on_click="ignore", width="stretch",
    )  # fmt: skip
    st.caption("Unpacked, `sdmsim experiment experiment.toml` gives the same numbers in the command line.")


def _tables(results: Results) -> None:
    from sdmsim.show.answer import levels, records
    from sdmsim.show.words import HEADLINE, heading, interval, shown_difference, with_half_widths, words_of

    known = levels(results.summary)
    metrics = [m for m in HEADLINE if all((arm, m) in known for arm in results.arms)]
    rows = [[heading(m), *with_half_widths(m, [known[arm, m] for arm in results.arms])] for m in metrics]
    st.markdown(f"##### Means of {results.manifest['replications']} simulated years (± half of a 95 % interval)")
    st.html(drawn.table(["", *results.arms], rows))
    found = []
    for metric in metrics:
        w = words_of(metric)
        for n, r in enumerate(records(results.comparison[results.comparison["metric"] == metric])):
            low, high = float(r["ci_low"]), float(r["ci_high"])
            difference = shown_difference(metric, float(r["difference"]), half=(high - low) / 2.0)
            name = "" if n else f"{w.label} ({w.difference_unit or w.unit})"
            found.append([name, str(r["arm"]), difference, interval(metric, low, high), str(r["verdict"])])
    st.markdown(f'##### Differences from "{AS_IT_IS}", under the same luck')
    st.html(drawn.table(["", "option", "difference", "95 % interval", "verdict"], found, left=2))
