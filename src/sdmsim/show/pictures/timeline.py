"""One child's year: sessions by place, what was missed and why, days absent, and skill with its probes, date by date.

Each lane is drawn on axes of its own whose x axis is `days_from`; `timeline_picture` puts them over each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sdmsim.events import CLASS, THERAPY
from sdmsim.metrics.progress import PASS_SHARE
from sdmsim.metrics.trace import CUT_SHORT, GIVEN, MISSED, WHERE, absences_of, reviews_of, sessions_of, skills_of
from sdmsim.show.layout import listed, literal, nothing_to_show
from sdmsim.show.picture import Picture, laid_out, style
from sdmsim.show.style import GREY, IN_CLASS, IN_HALLWAY, IN_ROOM, REASON_STYLES, marker
from sdmsim.show.words import number, reason_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sdmsim.events import Log

PLACES = {WHERE["classroom"]: IN_CLASS, WHERE["therapy_room"]: IN_ROOM, WHERE["hallway"]: IN_HALLWAY}
CONTEXTS = {THERAPY: IN_ROOM, CLASS: IN_CLASS}
ALONE = 0.4
"""Opacity of a session without another child in it."""
_QUIET = ("no_school", "start_up")
"""Reasons that say nothing about a day; the table has them."""


def days_from(day: date | str) -> float:
    """A date on the axis: days after the start of 1970."""
    return float(((date.fromisoformat(day) if isinstance(day, str) else day) - date(1970, 1, 1)).days)


def goal_words(goal: str) -> str:
    """`severe_language` as `severe language`."""
    return literal(goal.replace("_", " "))


def session_lane(ax: Axes, sessions: pd.DataFrame, goal: str) -> pd.DataFrame:
    """Sessions of one goal: height is minutes, colour the place, pale without another child. Returns those drawn.

    `sessions` as `sdmsim.metrics.trace.sessions_of` gives them.
    """
    given = sessions[(sessions["goal"] == goal) & (sessions["happened"] == GIVEN)]
    for where, tint in PLACES.items():
        for alone in (False, True):
            own = given[(given["where"] == where) & ((given["company"] == "") == alone)]
            on = [days_from(d) for d in own["date"]]
            ax.bar(on, own["minutes"], width=1.3, color=tint, alpha=ALONE if alone else 1.0, linewidth=0, zorder=2)
    ax.set_title(f"Sessions: {goal_words(goal)}")
    ax.set_ylabel("minutes")
    ax.tick_params(axis="x", length=0)
    shown = set(zip(given["where"], given["company"] == "", strict=True))
    handles = [
        Patch(color=tint, alpha=ALONE if alone else 1.0, linewidth=0, label=f"{where}, {company}")
        for where, tint in PLACES.items()
        for alone, company in ((False, "with others"), (True, "alone with the therapist"))
        if (where, alone) in shown
    ]
    if handles:
        ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.0, 1.05))
    else:
        nothing_to_show(ax)
    return given


def missed_lane(ax: Axes, sessions: pd.DataFrame) -> pd.DataFrame:
    """A mark for each session missed on its day; reasons that say nothing about a day stand in the table only."""
    missed = sessions[(sessions["happened"] == MISSED) & ~sessions["reason"].isin(_QUIET)]
    reasons = list(dict.fromkeys(missed["reason"]))
    for i, reason in enumerate(reasons):
        on = [days_from(d) for d in missed.loc[missed["reason"] == reason, "date"]]
        tint = REASON_STYLES.get(reason, (GREY, ""))[0]
        ax.plot(on, [i] * len(on), marker(i), color=tint, markersize=5, markeredgecolor="black", markeredgewidth=0.4)
    ax.set_yticks(range(len(reasons)), [reason_words(r) for r in reasons], fontsize=7.5)
    ax.set_ylim(len(reasons) - 0.4, -0.6)
    ax.set_title("Sessions missed, by reason")
    ax.tick_params(axis="both", length=0)
    ax.grid(axis="y")
    if not reasons:
        nothing_to_show(ax)
    return missed


def absent_lane(ax: Axes, absent: Sequence[date]) -> pd.DataFrame:
    """A bar for each day absent from school."""
    ax.bar([days_from(day) for day in absent], [1.0] * len(absent), width=1.3, color=GREY, linewidth=0)
    ax.set_yticks([])
    ax.set_ylim(0, 1)
    ax.spines["left"].set_visible(False)
    ax.set_title(f"Days absent from school: {len(absent)}")
    ax.tick_params(axis="x", length=0)
    return pd.DataFrame({"date": [day.isoformat() for day in absent]})


def skill_lane(ax: Axes, skills: pd.DataFrame, goal: str) -> pd.DataFrame:
    """True probability of success in therapy and in class as lines, probes as marks. Returns what is drawn.

    `skills` as `sdmsim.metrics.trace.skills_of` gives them.
    """
    drawn = skills[skills["goal"] == goal]
    for i, (context, tint) in enumerate(CONTEXTS.items()):
        own = drawn[drawn["context"] == context]
        on = [days_from(d) for d in own["date"]]
        dash = ("-", "--")[i]
        ax.plot(
            on, 100.0 * own["true_probability"], dash, color=tint, linewidth=2.0, label=f"skill {context}", zorder=3
        )
        seen = own[own["right"].notna()]
        shift = 1.0 if i else -1.0  # two probes of one day stand side by side
        when = [days_from(d) + shift for d in seen["date"]]
        share = 100.0 * seen["right"].astype(float) / seen["trials"]
        ax.plot(when, share, marker(i), color=tint, markersize=4.5, markerfacecolor="white", label=f"probe {context}")
    ax.axhline(100.0 * PASS_SHARE, color=GREY, linestyle=":", linewidth=1.0, zorder=1)
    ax.set_ylim(0, 103)
    ax.set_ylabel("% right")
    ax.set_title(f"Skill: {goal_words(goal)}")
    ax.grid(axis="y")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.02))
    return drawn


def week_axis(ax: Axes, log: Log) -> None:
    """School weeks on the x axis, every fourth by number, with the date of its first school day."""
    days = log.plan.calendar.days
    firsts = [min(d.date for d in days if d.week == week) for week in range(log.plan.calendar.n_weeks)]
    chosen = firsts[:: 4 if len(firsts) > 8 else 1]
    step = 4 if len(firsts) > 8 else 1
    labels = [f"week {1 + step * i}\n{day.day} {day:%b}" for i, day in enumerate(chosen)]
    ax.set_xticks([days_from(day) for day in chosen], labels)
    ax.set_xlim(days_from(days[0].date) - 3.0, days_from(days[-1].date) + 3.0)


def timeline_alt(sessions: pd.DataFrame, skills: pd.DataFrame, absent: int) -> str:
    """The year of a child in words: sessions and minutes, what most were missed for, skill from first to last day."""
    given, whole = sessions[sessions["happened"] == GIVEN], sessions[sessions["happened"] == MISSED]
    lost = sessions[sessions["happened"].isin([MISSED, CUT_SHORT])].groupby("reason")["minutes"].sum()
    reasons = [
        f"{reason_words(str(r))} {number(m, 0)}" for r, m in lost.sort_values(ascending=False).items() if m >= 0.5
    ]
    said = [
        f"{len(given)} sessions given and {len(whole)} missed; {number(float(given['minutes'].sum()), 0)} of "
        f"{number(float(sessions['minutes'].sum()), 0)} promised minutes given; {absent} days absent from school"
    ]
    if reasons:
        said.append(f"minutes not given: {listed(reasons, 4)}")
    for goal in dict.fromkeys(skills["goal"]):
        ends = []
        for context in CONTEXTS:
            own = skills[(skills["goal"] == goal) & (skills["context"] == context)]["true_probability"]
            ends.append(f"{context} from {100 * own.iloc[0]:.0f} to {100 * own.iloc[-1]:.0f} %")
        said.append(f"{goal.replace('_', ' ')}: {' and '.join(ends)} right")
    return "; ".join(said) + "."


def timeline_picture(log: Log, child: str) -> Picture:
    """The year of a child, lane over lane. `child`: an id of the school with a direct service row."""
    sessions, skills = sessions_of(log, child), skills_of(log, child)
    goals, absent, reviews = list(dict.fromkeys(skills["goal"])), absences_of(log, child), reviews_of(log, child)
    heights = [0.8] * len(goals) + [0.9, 0.3] + [2.1] * len(goals)
    with style():
        figure = Figure(figsize=(11.0, 1.1 * sum(heights) + 0.8), layout="constrained")
        axes = figure.subplots(len(heights), 1, sharex=True, gridspec_kw={"height_ratios": heights})
        for ax, goal in zip(axes, goals, strict=False):
            session_lane(ax, sessions, goal)
        missed_lane(axes[len(goals)], sessions)
        absent_lane(axes[len(goals) + 1], absent)
        for ax, goal in zip(axes[len(goals) + 2 :], goals, strict=True):
            skill_lane(ax, skills, goal)
        for ax in axes:
            for day in reviews:
                ax.axvline(days_from(day), color="black", linewidth=1.0, linestyle=":", zorder=1)
        for day in reviews:
            axes[0].annotate(
                "review",
                (days_from(day), 1.0),
                xycoords=("data", "axes fraction"),
                ha="center",
                va="bottom",
                fontsize=8,
            )
        week_axis(axes[-1], log)
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
    picture = Picture(
        name="timeline",
        title=f"The year of {child}",
        caption=(
            "Above: sessions by place and company, promised minutes not given by reason, days absent. Below: true "
            "probability of success, with the probes as dots; the dotted line is 80 %."
        ),
        alt=f"Timeline of one child's school year. {timeline_alt(sessions, skills, len(absent))}",
        figure=figure,
        numbers=numbers[[*front, *(c for c in numbers if c not in front)]],
    )
    return laid_out(picture)
