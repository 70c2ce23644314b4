"""The pictures of an experiment: which are drawn from which tables, and what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from sdmsim.metrics import OF_GROUPS, SMALL
from sdmsim.show.gainers import SMALL_MARK
from sdmsim.show.layout import wrapped
from sdmsim.show.picture import Picture, laid_out, style
from sdmsim.show.pictures.bars import missed, missed_alt, therapist_week, therapist_week_alt
from sdmsim.show.pictures.by_group import group_rows, groups, groups_alt, key
from sdmsim.show.pictures.by_month import against_record, months, months_alt, record_alt
from sdmsim.show.pictures.caseload_year import BANDS_UP_TO, PANELS, caseload_alt, path
from sdmsim.show.pictures.compared import comparison, comparison_alt, trade_off, trade_off_alt
from sdmsim.show.pictures.course import still_owed, still_owed_alt
from sdmsim.show.record import pairs
from sdmsim.show.words import HEADLINE, MISSED, words_of

if TYPE_CHECKING:
    from sdmsim.lab.results import Results


def draw(results: Results) -> list[Picture]:
    """Every picture that these results have the numbers for."""
    with style():
        return [laid_out(picture) for picture in _pictures(results)]


def _pictures(results: Results) -> Iterator[Picture]:
    metrics = set(results.summary["metric"])
    if len(results.arms) > 1:
        yield _comparison(results, [m for m in HEADLINE if m in metrics])
    if len(results.groups) and len(results.arms) > 1:
        yield _groups(results)
    if {"delivered_share", "class_minutes_missed"} <= metrics:
        yield _trade_off(results)
    if results.manifest.get("front"):
        yield _front(results, results.manifest["front"])
    if any(str(m).startswith(MISSED) for m in metrics):
        yield _missed(results)
    if len(results.workload):
        yield _therapist_week(results)
    if len(results.months):
        yield _months(results)
    if len(results.ledger):
        yield _ledger(results)
    if len(results.caseload):
        yield _caseload(results)


def _rows_high(arms: Sequence[str], each: float = 0.42, rest: float = 0.5) -> float:
    """Inches for bars or rows, one per arm."""
    lines = sum(wrapped(arm).count("\n") / 2 + 1 for arm in arms)
    return rest + each * lines


def _comparison(results: Results, metrics: Sequence[str]) -> Picture:
    import pandas as pd

    others = [arm for arm in results.arms if arm != results.baseline]
    columns = 2
    rows = -(-len(metrics) // columns)
    figure = Figure(figsize=(9.0, rows * (_rows_high(others, 0.36, 1.0))), layout="constrained")
    axes = figure.subplots(rows, columns, sharey=True, squeeze=False)
    numbers = []
    for i, metric in enumerate(metrics):
        ax = axes[i // columns][i % columns]
        numbers.append(comparison(ax, results, metric, results.arms, others))
    for ax in axes.flat[len(metrics) :]:
        ax.set_axis_off()
    table = pd.concat(numbers, ignore_index=True)
    return Picture(
        name="comparison",
        title="Differences from the baseline",
        caption=(
            f'Mean difference of each arm from "{results.baseline}" (the line at 0), paired by simulated year, with '
            "its 95 % interval (thick) and the wider one that holds for all arms of a measure at once (thin, with "
            "ends). Filled: clear after adjustment for several arms; hollow: no clear difference."
        ),
        alt=f"{len(others)} arms against {results.baseline}. {comparison_alt(table)}",
        figure=figure,
        numbers=table,
    )


def _groups(results: Results) -> Picture:
    import pandas as pd

    others = [arm for arm in results.arms if arm != results.baseline]
    lines = group_rows(results.groups)
    figure = Figure(figsize=(9.0, 1.6 + len(lines) * max(0.3, 0.12 * len(others))), layout="constrained")
    axes = figure.subplots(1, len(OF_GROUPS), sharey=True)
    numbers = [
        groups(ax, results.groups, metric, results.arms, others) for ax, metric in zip(axes, OF_GROUPS, strict=True)
    ]
    figure.legend(handles=key(results.arms, others), loc="outside lower center", ncols=min(4, len(others)))
    table = pd.concat(numbers, ignore_index=True)
    return Picture(
        name="groups",
        title="Who gains and who loses",
        caption=(
            f'Differences of each group of children from "{results.baseline}", with 95 % intervals. Filled: clear '
            "after adjustment for all groups of one kind and all arms; hollow: not. In brackets the children of the "
            f"group; {SMALL_MARK}: fewer than {SMALL}."
        ),
        alt=f"{len(lines)} groups of children in {len(others)} arms against {results.baseline}. {groups_alt(table)}",
        figure=figure,
        numbers=table,
    )


def _trade_off(results: Results) -> Picture:
    figure = Figure(figsize=(7.0, 4.4))
    ax = figure.add_subplot()
    numbers = trade_off(ax, results.summary, results.arms, runs=results.runs)
    return Picture(
        name="trade_off",
        title="Promised minutes given against class missed",
        caption=(
            "Further up: more of the promised minutes. Further left: less class missed. "
            "Bars: 95 % intervals of the means. Hollow: another arm is surely no worse in both and better in one."
        ),
        alt=trade_off_alt(numbers),
        figure=figure,
        numbers=numbers,
    )


def _front(results: Results, outcomes: Sequence[str]) -> Picture:
    from sdmsim.show.pictures.front import draw_front, front_alt

    figure = Figure(figsize=(7.0, 4.8))
    numbers = draw_front(figure.add_subplot(), results, outcomes)
    shown = " and ".join(words_of(outcome).label for outcome in outcomes)
    return Picture(
        name="front",
        title="Worth a choice",
        caption=(
            f"Arms weighed by {shown}. Filled: on the front, no other arm is surely no worse in all of these and "
            "better in one. Hollow: off it. Bars: 95 % intervals of the means."
        ),
        alt=front_alt(numbers, outcomes),
        figure=figure,
        numbers=numbers,
    )


def _missed(results: Results) -> Picture:
    figure = Figure(figsize=(8.0, _rows_high(results.arms)))
    ax = figure.add_subplot()
    numbers = missed(ax, results.summary, results.arms)
    return Picture(
        name="missed",
        title="Why promised minutes were not given",
        caption=(
            "Mean over served children and simulated years. Days without school are shown too; the share given "
            "leaves them out."
        ),
        alt=missed_alt(numbers),
        figure=figure,
        numbers=numbers,
    )


def _therapist_week(results: Results) -> Picture:
    figure = Figure(figsize=(8.0, _rows_high(results.arms)))
    ax = figure.add_subplot()
    numbers = therapist_week(ax, results.workload, results.arms)
    return Picture(
        name="therapist_week",
        title="The therapists' week",
        caption=(
            "Hours by activity, mean over school weeks and simulated years. The parts up to the line make the "
            "contract week; what stands beyond it is overtime."
        ),
        alt=therapist_week_alt(numbers),
        figure=figure,
        numbers=numbers,
    )


def _months(results: Results) -> Picture:
    import pandas as pd

    held = pairs(results.months, results.record, results.arms)
    if not held:
        figure = Figure(figsize=(8.0, 4.0))
        numbers = months(figure.add_subplot(), results.months, results.arms)
        caption = "Simulated share of what was promised in the month, days without school left out."
    else:
        figure = Figure(figsize=(8.0, 2.9 * len(held)), layout="constrained")
        axes = figure.subplots(len(held), 1, squeeze=False)[:, 0]
        drawn = [against_record(ax, pair, i) for i, (ax, pair) in enumerate(zip(axes, held, strict=True))]
        low, high = min(ax.get_ylim()[0] for ax in axes), max(ax.get_ylim()[1] for ax in axes)
        for ax in axes:
            ax.set_ylim(low, high)
        numbers = pd.concat(drawn, ignore_index=True)
        caption = (
            "Simulated months against the record of real logs (broken lines). In both, what is required of a month "
            "follows its school days."
        )
    return Picture(
        name="months",
        title="Minutes given, month by month",
        caption=caption,
        alt=record_alt(numbers) if held else months_alt(numbers),
        figure=figure,
        numbers=numbers,
    )


def _caseload(results: Results) -> Picture:
    import pandas as pd

    arms = [arm for arm in results.arms if arm in set(results.caseload["arm"])]
    figure = Figure(figsize=(8.0, 7.0 + 0.12 * len(arms)), layout="constrained")
    axes = figure.subplots(len(PANELS), 1, sharex=True)
    drawn = [path(ax, results.caseload, arms, panel) for ax, panel in zip(axes, PANELS, strict=True)]
    axes[-1].set_xlabel("school week")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    table = pd.concat(drawn, ignore_index=True)
    shaded = " Shaded: the middle nine tenths of the years." if len(arms) <= BANDS_UP_TO else ""
    return Picture(
        name="caseload",
        title="The caseload, week by week",
        caption=(
            "Means over simulated years: children on the caseload; evaluations that are not done and past their "
            f"deadline; of the minutes at which the child was there and willing, those given.{shaded}"
        ),
        alt=caseload_alt(table),
        figure=figure,
        numbers=table,
    )


def _ledger(results: Results) -> Picture:
    figure = Figure(figsize=(8.0, 4.0))
    numbers = still_owed(figure.add_subplot(), results.ledger, results.arms)
    return Picture(
        name="ledger",
        title="Minutes still owed through the year",
        caption=(
            "Of what was promised up to the end of each school week, what was neither given nor made up: means over "
            "children and simulated years. What fell on days without school is not owed."
        ),
        alt=still_owed_alt(numbers),
        figure=figure,
        numbers=numbers,
    )
