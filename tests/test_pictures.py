"""The family of pictures: what is drawn is what is given, in words too, with one arm, ten or none, nothing cut off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from drawn import cut_off
from hand_school import child, plan, pull_out, push_in, wanted
from made_results import made_results
from matplotlib import rcParams
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from sdmsim import pictures
from sdmsim.events import Log
from sdmsim.metrics.day import CHILD, CLASSROOM, THERAPIST
from sdmsim.show.layout import listed, shortened
from sdmsim.show.style import TINTS, colour, line, marker
from sdmsim.world import live

MONDAY = date(2024, 9, 2)


@pytest.fixture(scope="module")
def log() -> Log:
    """A Monday by hand: a visit to 1A for two children at 9:00, a third child of 2A taken out at 10:00."""
    children = (child("c1"), child("c2"), child("c3", "2A"))
    requests = (wanted(0, "classroom", 30), wanted(1, "classroom", 30), wanted(2, "therapy_room", 20))
    week = (push_in(0, 545, 30, [(0, 0), (1, 0)]), pull_out(0, 605, 20, [(2, 0)]))
    return live(plan(children, requests, week), seed=1, replication=0)


@pytest.fixture(scope="module")
def monday(log: Log) -> pd.DataFrame:
    return pictures.day_of(log, MONDAY)


def test_a_day_fills_each_childs_school_day_and_each_therapists_contract_day(monday: pd.DataFrame) -> None:
    """No gaps, no overlaps: the stretches of a person follow each other from first to last minute."""
    for kind, first, last in ((THERAPIST, 480.0, 930.0), (CHILD, 540.0, 770.0)):
        for who, own in monday[monday["kind"] == kind].groupby("who"):
            assert (own["start"].iloc[0], own["end"].iloc[-1]) == (first, last), who
            assert list(own["start"][1:]) == list(own["end"][:-1]), who
            assert (own["end"] > own["start"]).all()


def test_a_day_says_who_was_where_as_the_log_has_it(log: Log, monday: pd.DataFrame) -> None:
    """Each session stands in its place with those who were there, and the trip with its ways to the second."""
    at = pictures.at_minute(monday, 560.0).set_index(["kind", "who"])
    assert at.loc[(CHILD, "c1"), ["what", "place", "company"]].tolist() == ["therapy in class", "1A", "T1 c2"]
    assert at.loc[(THERAPIST, "T1"), "company"] == "c1 c2"
    assert at.loc[(CHILD, "c3"), "what"] == "lesson"
    visit = monday[(monday["kind"] == CLASSROOM) & (monday["what"] == "therapy in class")]
    assert visit[["who", "start", "end", "company"]].to_numpy().tolist() == [["1A", 545.0, 575.0, "T1 c1 c2"]]
    _, _, _, left, began, ended, back, resumed = log.trips[0]
    own = monday[(monday["kind"] == CHILD) & (monday["who"] == "c3")]
    trip = own[own["what"].isin(["on the way", "therapy in a room", "finding the thread"])]
    assert trip[["start", "end"]].to_numpy().tolist() == [[left, began], [began, ended], [ended, back], [back, resumed]]
    out = monday[(monday["kind"] == CLASSROOM) & (monday["what"] == "out")]
    assert out[["who", "start", "end", "company"]].to_numpy().tolist() == [["2A", left, back, "c3"]]
    with pytest.raises(ValueError, match="no school on 2024-09-01"):
        pictures.day_of(log, date(2024, 9, 1))


def test_an_absent_child_and_an_absent_therapist_are_absent_all_day(log: Log) -> None:
    """Whole days away stand as one stretch, and the words say so."""
    gone = Log(plan=log.plan, seed=1, replication=0, absences=[(0, 0)], staff_absences=[(0, 0)])
    rows = pictures.day_of(gone, MONDAY)
    for kind, who, ends in ((CHILD, "c1", [540.0, 770.0]), (THERAPIST, "T1", [480.0, 930.0])):
        own = rows[(rows["kind"] == kind) & (rows["who"] == who)]
        assert own[["what", "start", "end"]].to_numpy().tolist() == [["absent", *ends]]
    assert pictures.day_alt(rows) == "T1 is absent; 1 child is absent."


def test_the_picture_of_a_day_draws_the_lanes_with_something_in_them(log: Log, monday: pd.DataFrame) -> None:
    """Therapists, rooms and classes; children where asked for; the numbers are the stretches drawn."""
    found = pictures.day_picture(log, MONDAY)
    assert set(found.numbers["kind"]) == {"therapist", "room", "class"}
    assert "T1 holds 2 sessions (9:05 to 9:35 in class 1A with 2 and 10:05 to 10:25 in room apart with 1)" in found.alt
    assert cut_off(found.figure) == []
    ax = Figure().add_subplot()
    drawn = pictures.day(ax, monday, kinds=("child",), now=560.0)
    assert set(drawn["who"]) == {"c1", "c2", "c3"}
    assert len(drawn) == len(monday[monday["kind"] == "child"])
    empty = pictures.day(Figure().add_subplot(), monday.iloc[:0])
    assert len(empty) == 0


def test_a_week_grid_has_a_box_for_each_session_and_none_over_another(log: Log) -> None:
    """Boxes lie at the clock times of the rows; sessions at the same time stand side by side."""
    rows = pictures.week_table(log.plan.school, log.plan.week)
    both = pd.concat([rows, rows.iloc[:1].assign(weeks="2-3")], ignore_index=True)
    ax = Figure(figsize=(9, 7)).add_subplot()
    drawn = pictures.week_grid(ax, both)
    assert len(drawn) == 3
    boxes = [p.get_bbox() for p in ax.patches]
    assert sorted((min(b.y0, b.y1), max(b.y0, b.y1)) for b in boxes) == [(545.0, 575.0), (545.0, 575.0), (605.0, 625.0)]
    twins = [b for b in boxes if min(b.y0, b.y1) == 545.0]
    assert twins[0].x1 <= twins[1].x0 + 1e-9 or twins[1].x1 <= twins[0].x0 + 1e-9
    assert pictures.week_grid_alt(rows) == "2 sessions a week: 1 in class and 1 in a room apart. By day: Mon 2."
    assert len(pictures.week_grid(Figure().add_subplot(), rows.iloc[:0])) == 0
    assert pictures.week_grid_alt(rows.iloc[:0]) == "No sessions in the week."
    assert cut_off(pictures.week_grid_picture(log.plan.school, log.plan.week, "T1").figure) == []


def test_the_timeline_says_what_it_shows(log: Log) -> None:
    """Sessions, minutes and skill of the child's year stand in the words, and nothing is cut off."""
    found = pictures.timeline_picture(log, "c1")
    assert "1 sessions given and 0 missed; 30 of 30 promised minutes given" in found.alt
    sessions = found.numbers[found.numbers["what"] == "session"]
    assert sessions["minutes"].sum() == 30.0
    assert cut_off(found.figure) == []


@pytest.mark.parametrize("arms", [("only",), tuple(f"arm number {i} of ten" for i in range(10))])
def test_levels_show_each_arm_with_its_band(arms: tuple[str, ...]) -> None:
    """The bar is the interval, the mark the mean, in planners' units; the words hold both."""
    results = made_results(arms, replications=6)
    with pictures.style():
        figure = Figure(figsize=(7, 1 + 0.4 * len(arms)), layout="constrained")
        numbers = pictures.levels(figure.add_subplot(), results.summary, "delivered_share", arms)
    known = results.summary.set_index(["metric", "arm"]).loc["delivered_share"]
    assert list(numbers["mean"]) == pytest.approx([100 * known["mean"][a] for a in arms])
    bars = [p.get_bbox() for p in figure.axes[0].patches]
    assert [b.x0 for b in bars] == pytest.approx(list(numbers["ci_low"]))
    assert [b.x1 for b in bars] == pytest.approx(list(numbers["ci_high"]))
    assert f"{arms[0]} {numbers['mean'][0]:.1f} ({numbers['ci_low'][0]:.1f} to " in pictures.levels_alt(numbers)
    assert cut_off(figure) == []
    nothing = pictures.levels(Figure().add_subplot(), results.summary, "no such metric", arms)
    assert len(nothing) == 0
    assert pictures.levels_alt(nothing) == "Nothing to show."


def yearly(arms: tuple[str, ...]) -> pd.DataFrame:
    """A ledger as experiments write it: ten weeks, each arm owes less than the one before."""
    rows = [
        {"arm": arm, "week": week, "owed": 60.0 * week, "delivered": (40.0 + i) * week, "made_up": 2.0 * (week > 5)}
        for i, arm in enumerate(arms)
        for week in range(1, 11)
    ]
    table = pd.DataFrame(rows)
    return table.assign(still_owed=table["owed"] - table["delivered"] - table["made_up"])


@pytest.mark.parametrize("arms", [("only",), tuple(f"{10 * i} % push-in" for i in range(10))])
def test_every_picture_of_an_experiment_says_its_numbers_with_one_arm_and_with_ten(arms: tuple[str, ...]) -> None:
    """The words of each hold numbers that stand in its table, and figures laid out as a whole cut nothing off."""
    results = replace(made_results(arms, replications=5), ledger=yearly(arms))
    found = {p.name: p for p in pictures.draw(results)}
    assert set(found) >= {"trade_off", "missed", "therapist_week", "months", "ledger"}
    for picture in found.values():
        assert picture.alt.endswith(".")
        assert any(sign.isdigit() for sign in picture.alt), picture.name
    for name in ("comparison", "groups"):
        assert name not in found or cut_off(found[name].figure) == []
    point = found["trade_off"].numbers.iloc[-1]
    assert f"{arms[-1]} {point['class_minutes_missed']:.1f} min a child a week and " in found["trade_off"].alt
    most = found["missed"].numbers.set_index("arm").sum(axis=1)
    assert f"{most.idxmax()} {most.max():.0f} in all" in found["missed"].alt
    assert f"{arms[0]} 198" in found["ledger"].alt


def test_the_front_of_a_trade_off_is_filled() -> None:
    """An arm that another surely beats on both outcomes is hollow, and the words name the front."""
    arms = ("a", "b", "c")
    results = made_results(arms, replications=10)
    ax = Figure().add_subplot()
    numbers = pictures.trade_off(ax, results.summary, arms, runs=results.runs)
    assert list(numbers["on_front"]) == ["no", "no", "yes"]
    faces = [to_rgb(str(x.get_markerfacecolor())) for x in ax.lines if x.get_marker() not in ("None", None, "")]
    assert [face == (1.0, 1.0, 1.0) for face in faces] == [True, True, False]
    assert pictures.trade_off_alt(numbers).endswith("On the front: c.")


def test_the_ledger_is_drawn_up_to_what_was_promised() -> None:
    """Given, made up and owed stack to the promise; the words hold the end of the year."""
    own = yearly(("only",))
    ax = Figure().add_subplot()
    drawn = pictures.ledger(ax, own)
    assert list(ax.lines[0].get_ydata()) == list(own["owed"])
    assert list(drawn["still_owed"]) == list(own["still_owed"])
    said = "At year's end 402 of 600 promised minutes a child are given, 2 of them made up and 198 still owed"
    assert pictures.ledger_alt(own).startswith(said)
    assert len(pictures.ledger(Figure().add_subplot(), own.iloc[:0])) == 0


def test_no_two_of_sixty_arms_look_the_same() -> None:
    """Colour and mark together tell arms apart far beyond ten, and lines change with the colours' second round."""
    looks = [(colour(i), marker(i)) for i in range(60)]
    assert len(set(looks)) == 60
    assert len({(colour(i), line(i)) for i in range(20)}) == 20


def seen(rgb: tuple[float, float, float], kind: str) -> tuple[float, float, float]:
    """A colour as seen without one kind of cones, after Machado, Oliveira & Fernandes (2009), severity 1."""
    matrix = {
        "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
        "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
        "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    }[kind]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    mixed = [min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in matrix]
    red, green, blue = (12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in mixed)
    return red, green, blue


@pytest.mark.parametrize("kind", ["protan", "deutan", "tritan"])
def test_the_colours_of_arms_are_told_apart_by_every_kind_of_eyes(kind: str) -> None:
    """No two of the colours fall together where one kind of cones is missing."""
    shades = [seen(to_rgb(tint), kind) for tint in TINTS]
    near = [
        (TINTS[i], TINTS[j])
        for i in range(len(shades))
        for j in range(i)
        if sum((a - b) ** 2 for a, b in zip(shades[i], shades[j], strict=True)) ** 0.5 < 0.1
    ]
    assert near == []


def test_drawing_changes_no_setting_of_matplotlib(log: Log) -> None:
    """Whole pictures are made in the house style, and the notebook's own settings stand afterwards as before."""
    before = dict(rcParams)
    pictures.day_picture(log, MONDAY).png()
    assert dict(rcParams) == before


def test_words_in_boxes_are_shortened_at_words_and_lists_are_read_aloud() -> None:
    """What has no room is left out with an ellipsis; no line is longer than the box."""
    assert shortened(["9:10 class 1A", "a1 a2"], 14, 2) == "9:10 class 1A\na1 a2"
    assert shortened(["9:10", "a1 a2"], 14, 1) == "9:10 a1 a2"
    cut = shortened(["9:10 class 1A", "a1 a2 a3 a4"], 10, 2)
    assert cut.endswith("…")
    assert all(len(part) <= 10 for part in cut.split("\n"))
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a", "b", "c"], 2) == "a, b and 1 more"
