"""A child's skill under several ways to deliver, with the same luck: curves side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from sdmsim.metrics.progress import PASS_SHARE
from sdmsim.metrics.trace import reviews_of
from sdmsim.show.layout import wrapped
from sdmsim.show.picture import Picture, laid_out, style
from sdmsim.show.pictures.timeline import CONTEXTS, days_from, goal_words, timeline_picture
from sdmsim.show.style import GREY, colour

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from sdmsim.lab.trace import Trace


def trace_pictures(found: Trace) -> list[Picture]:
    """The timeline of the year as planned, and the replays side by side."""
    return [timeline_picture(found.own, found.child), replay_picture(found)]


def replay(ax: Axes, curves: pd.DataFrame, goal: str, context: str, arms: Sequence[str]) -> pd.DataFrame:
    """True probability of success in one context, a line for each arm; `curves` as `Trace.curves` gives them."""
    drawn = curves[(curves["goal"] == goal) & (curves["context"] == context)]
    for i, arm in enumerate(arms):
        own = drawn[drawn["arm"] == arm]
        on = [days_from(d) for d in own["date"]]
        width = 2.0 if i else 4.0  # wide below, so that what lies on it shows
        ax.plot(
            on, 100.0 * own["true_probability"], ("-", "--", ":")[i % 3], color=colour(i), linewidth=width,
            alpha=1.0 if i else 0.5, label=wrapped(arm),
        )  # fmt: skip
    ax.axhline(100.0 * PASS_SHARE, color=GREY, linestyle="--", linewidth=0.8, zorder=1)
    ax.set_title(f"{goal_words(goal)}, {context}")
    ax.grid(axis="y")
    return drawn


def replay_alt(curves: pd.DataFrame) -> str:
    """What each arm ends with, by goal and context."""
    last = curves[curves["date"] == curves["date"].max()]
    said = []
    for (goal, context), rows in last.groupby(["goal", "context"], sort=False):
        ends = [f"{r.arm} {100 * r.true_probability:.0f} %" for r in rows.itertuples()]
        said.append(f"{str(goal).replace('_', ' ')}, {context}: {', '.join(ends)}")
    return f"True share right at year's end. {'; '.join(said)}."


def replay_picture(found: Trace) -> Picture:
    """The curves of every goal and context."""
    curves = found.curves()
    goals, arms = list(dict.fromkeys(curves["goal"])), list(found.logs)
    days = found.own.plan.calendar.days
    months = sorted({d.date.replace(day=1) for d in days})[1::2]
    with style():
        figure = Figure(figsize=(9.0, 2.5 * len(goals) + 0.7), layout="constrained")
        axes = figure.subplots(len(goals), 2, sharex=True, sharey=True, squeeze=False)
        for row, goal in zip(axes, goals, strict=True):
            for ax, context in zip(row, CONTEXTS, strict=True):
                replay(ax, curves, goal, context, arms)
                for day in reviews_of(found.own, found.child):
                    ax.axvline(days_from(day), color="black", linewidth=0.8, linestyle=":", zorder=1)
            row[0].set_ylabel("% right, true")
        shown = 100.0 * curves["true_probability"]
        axes[0][0].set_ylim(max(0.0, float(shown.min()) - 5.0), min(100.0, max(85.0, float(shown.max()) + 5.0)))
        for ax in axes[-1]:
            ax.set_xlim(days_from(days[0].date), days_from(days[-1].date))
            ax.set_xticks([days_from(day) for day in months], [f"{day:%b}" for day in months])
        figure.legend(*axes[0][0].get_legend_handles_labels(), loc="outside upper center", ncols=len(arms))
    picture = Picture(
        name="replay",
        title=f"The year of {found.child} again, in other places",
        caption="True probability of success under each strategy, with the same luck. The dashed line is 80 %.",
        alt=f"Skill curves of {len(arms)} strategies side by side. {replay_alt(curves)}",
        figure=figure,
        numbers=curves,
    )
    return laid_out(picture)
