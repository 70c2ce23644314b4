"""Pictures drawn on given axes. Each function draws and returns the numbers behind what it drew.

Tables come as `lab.results.Results` holds them; arms are drawn in the order given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sdmsim.show.answer import differences, levels
from sdmsim.show.certainty import joint_intervals
from sdmsim.show.record import Pair
from sdmsim.show.style import ACTIVITY_GROUPS, GREY, OVERTIME, REASON_STYLES, colour, marker
from sdmsim.show.words import MISSED, heading, reason_words, shown_difference, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sdmsim.lab.results import Results

WRAP = 26
"""Letters of an arm's name in one line of an axis."""


def wrapped(name: str, width: int = WRAP) -> str:
    """A long name in lines of at most `width` letters, `$` taken literally."""
    import textwrap

    return "\n".join(textwrap.wrap(name, width) or [name]).replace("$", r"\$")


def comparison(ax: Axes, results: Results, metric: str, arms: Sequence[str], others: Sequence[str]) -> pd.DataFrame:
    """Differences of one metric from the baseline: a point with its 95 % interval for each other arm.

    Filled where the difference is clear, hollow where it is not. A thin line with ends is the interval that holds
    together with those of the other arms. `arms` gives the colours, `others` the rows.
    """
    words, table = words_of(metric), results.comparison
    jointly = joint_intervals(results.joint, metric)
    found = {d.arm: d for d in differences(table, metric)}
    rows = []
    for row, arm in enumerate(others):
        d = found.get(arm)
        if d is None:
            continue
        value, low, high = (x * words.scale for x in (d.value, d.low, d.high))
        tint = colour(arms.index(arm))
        if low == low:
            ax.plot([low, high], [row, row], color=tint, linewidth=2.2, solid_capstyle="butt", zorder=2)
        ends = [x * words.scale for x in jointly.get(arm, (float("nan"),) * 2)]
        if ends[0] < ends[1]:
            ax.plot(ends, [row, row], "|-", color=tint, linewidth=0.9, markersize=6, zorder=2)
        face = tint if d.clear else "white"
        ax.plot(value, row, marker(arms.index(arm)), color=tint, markerfacecolor=face, markersize=6, zorder=3)
        ax.annotate(
            shown_difference(metric, d.value, half=(d.high - d.low) / 2.0), (value, row), xytext=(0, 6),
            textcoords="offset points", ha="center", va="bottom", fontsize=7.5, color="black", zorder=4,
            bbox={"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.85},
        )  # fmt: skip
        rows.append((metric, arm, value, low, high, "yes" if d.clear else "no", ends[0], ends[1]))
    ax.axvline(0.0, color=GREY, linewidth=1.0, zorder=1)
    ax.set_ylim(len(others) - 0.5, -0.7)
    ax.set_yticks(range(len(others)), [wrapped(arm) for arm in others])
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    ax.set_title(words.label)
    ax.set_xlabel(f"difference, {words.difference_unit or words.unit}")
    _spread(ax, [x for r in rows for x in (r[2], r[3], r[4], r[6], r[7]) if x == x], words.decimals)
    names = ["metric", "arm", "difference", "ci_low", "ci_high", "clear", "joint_low", "joint_high"]
    return pd.DataFrame(rows, columns=names)


def _spread(ax: Axes, values: Sequence[float], decimals: int) -> None:
    """Room around the points and zero; no axis so narrow that noise below the shown digits looks large."""
    low, high = min([0.0, *values]), max([0.0, *values])
    least = 4.0 * 10.0**-decimals
    margin = max(0.12 * (high - low), (least - (high - low)) / 2)
    ax.set_xlim(low - margin, high + margin)


def trade_off(ax: Axes, summary: pd.DataFrame, arms: Sequence[str]) -> pd.DataFrame:
    """Promised minutes given against class missed: one point per arm, with both 95 % intervals."""
    across, up = "class_minutes_missed", "delivered_share"
    known = levels(summary)
    rows = []
    for i, arm in enumerate(arms):
        if (arm, across) not in known or (arm, up) not in known:
            continue
        found = [v * words_of(across).scale for v in known[arm, across]]
        found += [v * words_of(up).scale for v in known[arm, up]]
        ax.plot([found[1], found[2]], [found[3]] * 2, color=colour(i), linewidth=1.6, zorder=2)
        ax.plot([found[0]] * 2, [found[4], found[5]], color=colour(i), linewidth=1.6, zorder=2)
        ax.plot(found[0], found[3], marker(i), color=colour(i), markersize=7, label=wrapped(arm), zorder=3)
        rows.append((arm, *found))
    ax.set_xlabel(heading(across))
    ax.set_ylabel(heading(up))
    ax.grid()
    ax.margins(0.12)
    _not_too_close(ax)
    _legend(ax, len(rows))
    names = [across, f"{across}_ci_low", f"{across}_ci_high", up, f"{up}_ci_low", f"{up}_ci_high"]
    return pd.DataFrame(rows, columns=["arm", *names])


def _not_too_close(ax: Axes, least: float = 2.0) -> None:
    """At least `least` units on both axes, so that small differences look small."""
    for get, put in ((ax.get_xlim, ax.set_xlim), (ax.get_ylim, ax.set_ylim)):
        low, high = get()
        if high - low < least:
            put((low + high - least) / 2, (low + high + least) / 2)


def therapist_week(ax: Axes, workload: pd.DataFrame, arms: Sequence[str]) -> pd.DataFrame:
    """Hours of the therapists' week by activity, stacked, one bar per arm.

    The parts make up the contract week, at whose end a line stands; overtime comes on top of it.
    """
    groups = [ACTIVITY_GROUPS.get(str(a), (str(a), colour(len(ACTIVITY_GROUPS)))) for a in workload["activity"]]
    rows = workload.assign(activity=[name for name, _ in groups])
    wide = rows.pivot_table(index="arm", columns="activity", values="hours_per_week", aggfunc="sum", sort=False)
    wide = wide.reindex(index=list(arms)).fillna(0.0)
    wide = wide[[name for name in dict.fromkeys(name for name, _ in ACTIVITY_GROUPS.values()) if name in wide]]
    contract = float(wide.drop(columns=OVERTIME, errors="ignore").sum(axis=1).max())
    wide = wide.loc[:, wide.max() > 0.005]
    tints = dict(groups)
    _stack(ax, wide, [str(a) for a in wide.columns], [(tints[str(a)], "") for a in wide.columns], decimals=1)
    ax.axvline(contract, color="black", linewidth=1.4, linestyle="--", zorder=4)
    ax.set_xlim(0, max(contract, float(wide.sum(axis=1).max())) * 1.06)
    ax.annotate(
        f"contract {contract:.1f} h", (contract, 1.0), xycoords=("data", "axes fraction"),
        xytext=(0, 2), textcoords="offset points", ha="center", va="bottom", fontsize=8,
    )  # fmt: skip
    ax.set_xlabel("hours a week, all therapists together, mean over the year")
    return wide.reset_index()


def missed(ax: Axes, summary: pd.DataFrame, arms: Sequence[str]) -> pd.DataFrame:
    """Minutes missed by reason, stacked, one bar per arm; reasons that never happen are left out."""
    rows = summary[summary["metric"].str.startswith(MISSED)]
    reasons = list(dict.fromkeys(rows["metric"]))
    wide = rows.pivot(index="arm", columns="metric", values="mean").reindex(index=list(arms), columns=reasons)
    wide = wide.rename(columns=lambda m: str(m).removeprefix(MISSED)).fillna(0.0)
    wide = wide.loc[:, wide.max() > 0.5]
    styles = [REASON_STYLES.get(str(r), (colour(i), "")) for i, r in enumerate(wide.columns)]
    _stack(ax, wide, [reason_words(str(r)) for r in wide.columns], styles, decimals=0)
    ax.set_xlabel("minutes missed, a child a year")
    return wide.reset_index()


def _stack(
    ax: Axes, wide: pd.DataFrame, labels: Sequence[str], styles: Sequence[tuple[str, str]], *, decimals: int
) -> None:
    """Stacked horizontal bars, the first arm on top; numbers where they fit. `styles`: colour and hatch of parts."""
    left = [0.0] * len(wide)
    longest = float(wide.sum(axis=1).max()) if wide.size else 0.0
    for column, label, (tint, hatch) in zip(wide.columns, labels, styles, strict=True):
        values = [float(v) for v in wide[column]]
        ax.barh(
            range(len(wide)), values, left=left, height=0.62, color=tint, hatch=hatch,
            edgecolor="white", linewidth=0.8, label=label, zorder=2,
        )  # fmt: skip
        for row, value in enumerate(values):
            if longest and value / longest > 0.05:
                ax.annotate(
                    f"{value:.{decimals}f}", (left[row] + value / 2, row), ha="center", va="center", fontsize=7.5,
                    color="black", zorder=5,
                    bbox={"boxstyle": "round,pad=0.12", "fc": "white", "ec": "none", "alpha": 0.75},
                )  # fmt: skip
        left = [a + b for a, b in zip(left, values, strict=True)]
    ax.set_yticks(range(len(wide)), [wrapped(str(arm)) for arm in wide.index])
    ax.set_ylim(len(wide) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    _legend(ax, len(labels))


def months(ax: Axes, table: pd.DataFrame, arms: Sequence[str]) -> pd.DataFrame:
    """Share of the promised minutes given, by month of the school year: a line per arm."""
    order = list(dict.fromkeys(table["month"]))
    wide = table.pivot(index="month", columns="arm", values="delivered_share").reindex(index=order, columns=list(arms))
    for i, arm in enumerate(arms):
        _month_line(ax, [float(v) for v in wide[arm]], wrapped(arm), colour(i), marker(i))
    _month_axes(ax, order, heading("delivered_share"))
    return wide.reset_index()


def against_record(ax: Axes, pair: Pair, position: int) -> pd.DataFrame:
    """Simulated months (in the colour of the arm at `position`) against logged ones, as shares of what is required."""
    order = list(pair.ours)
    logged = [pair.theirs.get(month, float("nan")) for month in order]
    _month_line(
        ax, list(pair.ours.values()), f"simulated: {wrapped(pair.simulated)}", colour(position), marker(position)
    )
    _month_line(ax, logged, f"logged: {wrapped(pair.logged, 40)}", "black", "s", "--")
    _month_axes(ax, order, "minutes given,\n% of those required")
    rows = list(zip(order, list(pair.ours.values()), logged, strict=True))
    return pd.DataFrame(rows, columns=["month", "simulated", "logged"]).assign(
        simulated_name=pair.simulated, logged_name=pair.logged
    )


def _month_line(ax: Axes, shares: Sequence[float], label: str, tint: str, mark: str, style: str = "-") -> None:
    face = tint if style == "-" else "white"
    values = [100.0 * share for share in shares]
    ax.plot(
        range(len(values)), values, marker=mark, color=tint, markerfacecolor=face, markersize=5, linewidth=1.6,
        linestyle=style, label=label,
    )  # fmt: skip


def _month_axes(ax: Axes, order: Sequence[object], label: str) -> None:
    ax.set_xticks(range(len(order)), [month_words(month) for month in order])
    ax.set_ylabel(label)
    ax.grid(axis="y")
    ax.margins(y=0.08)
    low, high = ax.get_ylim()
    ax.set_ylim(max(0.0, min(low, high - 20.0)), min(100.5, high))
    _legend(ax, len(ax.lines))


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def month_words(month: object) -> str:
    """`2024-09`, `9` or `Sep` as `Sep`."""
    text = str(month).rsplit("-", 1)[-1]
    return _MONTHS[int(text) - 1] if text.isdigit() and 1 <= int(text) <= 12 else text


def _legend(ax: Axes, entries: int) -> None:
    """The key half an inch below the axes, so that it never covers what is drawn."""
    from matplotlib.transforms import ScaledTranslation

    if not entries:
        ax.text(0.5, 0.5, "nothing to show", transform=ax.transAxes, ha="center", color=GREY)
        return
    below = ax.transAxes + ScaledTranslation(0.0, -0.52, ax.figure.dpi_scale_trans)
    ax.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        bbox_transform=below,
        ncols=min(entries, 3),
        borderaxespad=0.0,
        columnspacing=1.6,
        handlelength=1.6,
    )
