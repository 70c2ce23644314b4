"""One child's year in two pictures, and the short table that the command prints."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sdmsim.events import CLASS, THERAPY
from sdmsim.lab.trace import Trace
from sdmsim.metrics.progress import PASS_SHARE
from sdmsim.metrics.trace import CUT_SHORT, GIVEN, MISSED, WHERE, absences_of, reviews_of, sessions_of, skills_of
from sdmsim.show import assumed
from sdmsim.show.console import console, table
from sdmsim.show.pictures import Picture
from sdmsim.show.style import GREY, PALETTE, REASON_STYLES, STYLE, colour, marker
from sdmsim.show.words import number, reason_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

PLACES = {WHERE["classroom"]: PALETTE[2], WHERE["therapy_room"]: PALETTE[0], WHERE["hallway"]: PALETTE[3]}
CONTEXTS = {THERAPY: PALETTE[0], CLASS: PALETTE[2]}
_ALONE = 0.4
"""Opacity of a session without another child in it."""
_QUIET = ("no_school", "start_up")
"""Reasons that say nothing about a day; the table has them."""


def draw(found: Trace) -> list[Picture]:
    """The timeline of the year as planned, and the replays side by side."""
    with rc_context(STYLE):
        pictures = [_timeline(found), _replay(found)]
        for picture in pictures:  # laid out once, so that a picture saved twice is the same twice
            picture.figure.draw_without_rendering()
            picture.figure.set_layout_engine("none")
    return pictures


def _x(day: date | str) -> float:
    """A date on the axis: days after the start of 1970."""
    return float(((date.fromisoformat(day) if isinstance(day, str) else day) - date(1970, 1, 1)).days)


def _literal(text: str) -> str:
    return text.replace("_", " ").replace("$", r"\$")


def _timeline(found: Trace) -> Picture:
    log, child = found.own, found.child
    sessions, skills = sessions_of(log, child), skills_of(log, child)
    goals, absent, reviews = list(dict.fromkeys(skills["goal"])), absences_of(log, child), reviews_of(log, child)
    heights = [0.8] * len(goals) + [0.9, 0.3] + [2.1] * len(goals)
    figure = Figure(figsize=(11.0, 1.1 * sum(heights) + 0.8), layout="constrained")
    axes = figure.subplots(len(heights), 1, sharex=True, gridspec_kw={"height_ratios": heights})
    for ax, goal in zip(axes, goals, strict=False):
        _lane(ax, sessions[(sessions["goal"] == goal) & (sessions["happened"] != MISSED)], goal)
    _missed(axes[len(goals)], sessions)
    _absent(axes[len(goals) + 1], absent)
    for ax, goal in zip(axes[len(goals) + 2 :], goals, strict=True):
        _skill(ax, skills[skills["goal"] == goal], goal)
    days = log.plan.calendar.days
    for ax in axes:
        for day in reviews:
            ax.axvline(_x(day), color="black", linewidth=1.0, linestyle=":", zorder=1)
    for day in reviews:
        axes[0].annotate(
            "review", (_x(day), 1.0), xycoords=("data", "axes fraction"), ha="center", va="bottom", fontsize=8
        )
    _weeks(axes[-1], [d.date for d in days if d.date == min(e.date for e in days if e.week == d.week)])
    axes[-1].set_xlim(_x(days[0].date) - 3.0, _x(days[-1].date) + 3.0)
    events = [(day.isoformat(), "absent from school") for day in absent]
    events += [(day.isoformat(), "review") for day in reviews]
    numbers = pd.concat(
        [
            sessions.assign(what="session"),
            skills.assign(what="skill"),
            pd.DataFrame(events, columns=["date", "what"]),
        ],
        ignore_index=True,
    )
    front = ["what", "date", "goal"]
    return Picture(
        name="timeline",
        title=f"The year of {child}",
        caption=(
            "Above: sessions by place and company, promised minutes not given by reason, days absent. Below: true "
            "probability of success, with the probes as dots; the broken line is 80 %."
        ),
        alt=f"Timeline of one child's school year: sessions and skill in {len(goals)} goals.",
        figure=figure,
        numbers=numbers[[*front, *(c for c in numbers if c not in front)]],
    )


def _lane(ax: Axes, given: pd.DataFrame, goal: str) -> None:
    """Sessions of one goal: height is minutes, colour the place, pale without another child."""
    given = given[given["happened"] == GIVEN]
    for where, tint in PLACES.items():
        for alone in (False, True):
            own = given[(given["where"] == where) & ((given["company"] == "") == alone)]
            on = [_x(d) for d in own["date"]]
            ax.bar(on, own["minutes"], width=1.3, color=tint, alpha=_ALONE if alone else 1.0, linewidth=0, zorder=2)
    ax.set_title(f"Sessions: {_literal(goal)}")
    ax.set_ylabel("minutes")
    ax.tick_params(axis="x", length=0)
    shown = set(zip(given["where"], given["company"] == "", strict=True))
    handles = [
        Patch(color=tint, alpha=_ALONE if alone else 1.0, linewidth=0, label=f"{where}, {company}")
        for where, tint in PLACES.items()
        for alone, company in ((False, "with others"), (True, "alone with the therapist"))
        if (where, alone) in shown
    ]
    if handles:
        ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.0, 1.05))


def _missed(ax: Axes, sessions: pd.DataFrame) -> None:
    """A mark for each session missed on its day; reasons that say nothing about a day stand in the table only."""
    missed = sessions[(sessions["happened"] == MISSED) & ~sessions["reason"].isin(_QUIET)]
    reasons = list(dict.fromkeys(missed["reason"]))
    for i, reason in enumerate(reasons):
        on = [_x(d) for d in missed.loc[missed["reason"] == reason, "date"]]
        tint = REASON_STYLES.get(reason, (GREY, ""))[0]
        ax.plot(on, [i] * len(on), marker(i), color=tint, markersize=5, markeredgecolor="black", markeredgewidth=0.4)
    ax.set_yticks(range(len(reasons)), [reason_words(r) for r in reasons], fontsize=7.5)
    ax.set_ylim(len(reasons) - 0.4, -0.6)
    ax.set_title("Sessions missed, by reason")
    ax.tick_params(axis="both", length=0)
    ax.grid(axis="y")


def _absent(ax: Axes, absent: Sequence[date]) -> None:
    ax.bar([_x(day) for day in absent], [1.0] * len(absent), width=1.3, color=GREY, linewidth=0)
    ax.set_yticks([])
    ax.set_ylim(0, 1)
    ax.spines["left"].set_visible(False)
    ax.set_title("Days absent from school")
    ax.tick_params(axis="x", length=0)


def _skill(ax: Axes, skills: pd.DataFrame, goal: str) -> None:
    """True probability in therapy and in class as lines, probes as dots."""
    for i, (context, tint) in enumerate(CONTEXTS.items()):
        own = skills[skills["context"] == context]
        on = [_x(d) for d in own["date"]]
        ax.plot(on, 100.0 * own["true_probability"], color=tint, linewidth=2.0, label=f"skill {context}", zorder=3)
        seen = own[own["right"].notna()]
        shift = 1.0 if i else -1.0  # two probes of one day stand side by side
        when = [_x(d) + shift for d in seen["date"]]
        share = 100.0 * seen["right"].astype(float) / seen["trials"]
        ax.plot(when, share, marker(i), color=tint, markersize=4.5, markerfacecolor="white", label=f"probe {context}")
    ax.axhline(100.0 * PASS_SHARE, color=GREY, linestyle="--", linewidth=1.0, zorder=1)
    ax.set_ylim(0, 103)
    ax.set_ylabel("% right")
    ax.set_title(f"Skill: {_literal(goal)}")
    ax.grid(axis="y")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.02))


def _weeks(ax: Axes, mondays: Sequence[date]) -> None:
    """School weeks on the axis, every fourth by number, with the month."""
    chosen = list(mondays)[::4]
    ax.set_xticks(
        [_x(day) for day in chosen],
        [f"week {1 + 4 * i}\n{day:%d %b}" for i, day in enumerate(chosen)],
    )


def _replay(found: Trace) -> Picture:
    curves = found.curves()
    goals, arms = list(dict.fromkeys(curves["goal"])), list(found.logs)
    figure = Figure(figsize=(9.0, 2.5 * len(goals) + 0.7), layout="constrained")
    axes = figure.subplots(len(goals), 2, sharex=True, sharey=True, squeeze=False)
    days = found.own.plan.calendar.days
    months = sorted({d.date.replace(day=1) for d in days})[1::2]
    for row, goal in zip(axes, goals, strict=True):
        for ax, context in zip(row, CONTEXTS, strict=True):
            for i, arm in enumerate(arms):
                own = curves[(curves["arm"] == arm) & (curves["goal"] == goal) & (curves["context"] == context)]
                on = [_x(d) for d in own["date"]]
                style = ("-", "--", ":")[i % 3]
                width = 2.0 if i else 4.0  # wide below, so that what lies on it shows
                ax.plot(
                    on,
                    100.0 * own["true_probability"],
                    style,
                    color=colour(i),
                    linewidth=width,
                    alpha=1.0 if i else 0.5,
                    label=arm,
                )
            ax.axhline(100.0 * PASS_SHARE, color=GREY, linestyle="--", linewidth=0.8, zorder=1)
            for day in reviews_of(found.own, found.child):
                ax.axvline(_x(day), color="black", linewidth=0.8, linestyle=":", zorder=1)
            ax.set_title(f"{_literal(goal)}, {context}")
            ax.grid(axis="y")
        row[0].set_ylabel("% right, true")
    shown = 100.0 * curves["true_probability"]
    axes[0][0].set_ylim(max(0.0, float(shown.min()) - 5.0), min(100.0, max(85.0, float(shown.max()) + 5.0)))
    for ax in axes[-1]:
        ax.set_xlim(_x(days[0].date), _x(days[-1].date))
        ax.set_xticks([_x(day) for day in months], [f"{day:%b}" for day in months])
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="outside upper center", ncols=len(arms))
    return Picture(
        name="replay",
        title=f"The year of {found.child} again, in other places",
        caption="True probability of success under each strategy, with the same luck. The dashed line is 80 %.",
        alt=f"Skill curves of {len(arms)} strategies side by side, in {len(goals)} goals.",
        figure=figure,
        numbers=curves,
    )


def print_trace(found: Trace, folder: Path) -> None:
    """The child's years on standard output, and where the files are."""
    screen = console()
    replay, scenario = found.replay(), found.scenario
    sessions = sessions_of(found.own, found.child)
    rows = []
    for r in replay.to_dict("records"):
        skill = [f"{100 * r[f'start_in_{c}']:.0f} to {100 * r[f'end_in_{c}']:.0f}" for c in ("therapy", "class")]
        given = f"{number(r['minutes_given'], 0)} of {number(r['minutes_owed'], 0)}"
        gains = [f"{r[f'{k}_gain_sd']:.2f}" for k in ("trained", "classroom")]
        rows.append(
            [r["arm"], r["goal"].replace("_", " "), given, number(r["class_minutes_missed"], 0), *skill, *gains]
        )
    head = ["", "goal", "minutes given", "class minutes missed", "in therapy, % right", "in class, % right"]
    title = f"{scenario.title}: the year of {found.child} (seed {scenario.seed}), and the same luck in other places"
    screen.print(table(title, [*head, "gain in therapy, SD", "gain in class, SD"], rows, left=2))
    lost = sessions[sessions["happened"].isin([MISSED, CUT_SHORT])].groupby("reason")["minutes"].sum()
    parts = [f"{reason_words(str(r))} {number(m, 0)}" for r, m in lost.sort_values(ascending=False).items() if m >= 0.5]
    if parts:
        screen.print(f"Minutes not given, as planned: {', '.join(parts)}.", soft_wrap=True)
    for r in replay[(replay["minutes_given"] == 0.0) & (replay["minutes_owed"] > 0.0)].to_dict("records"):
        screen.print(f"{r['arm']}: {r['goal'].replace('_', ' ')} was never given there.", soft_wrap=True)
    for day in reviews_of(found.own, found.child):
        screen.print(f"Review: other service rows hold from {day.isoformat()}.")
    screen.print(
        "Class minutes missed are those of the child's whole year. One year is one draw of luck, not a verdict."
    )
    assumptions = scenario.assumptions
    screen.print(assumed.summary(assumptions.said(), assumptions.grades()), soft_wrap=True)
    screen.print(f"\nWritten: {folder} (trace.csv, probes.csv, replay.csv, figures/)", soft_wrap=True)
