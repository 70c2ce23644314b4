"""The pictures of a study of drivers: which are drawn from which tables, for which arms, and what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sdmsim.lab.drivers.vocabulary import Factor
from sdmsim.show.drivers import rankings, resting, robust, turning, why, worth
from sdmsim.show.drivers.findings import FOUND, ON_AVERAGE, break_evens, others_of, top_of
from sdmsim.show.drivers.labels import rows_high, said, words_of_factors
from sdmsim.show.picture import Picture, one_picture

if TYPE_CHECKING:
    from sdmsim.lab.drivers.study import Study

MOST_ARMS = 3
"""Arms with pictures of their own; the tables have all."""
MOST_CURVES = 3
"""Break-even curves of an arm."""


def study_pictures(study: Study) -> list[Picture]:
    """Every picture that the tables of a study have the numbers for, in the order of the page."""
    words = words_of_factors(study.factors)
    arms = others_of(study)[:MOST_ARMS]
    found: list[Picture] = []
    for k, arm in enumerate(arms):
        found += _of_arm(study, arm, f"-{k + 1}" if len(arms) > 1 else "", words)
    return [*found, *_of_all(study, words)]


def _of_arm(study: Study, arm: str, end: str, words: Mapping[str, str]) -> Iterator[Picture]:
    metric, whose = study.metric, f": {arm} against {study.baseline}"
    if len(table := study.table("sobol", arm)):
        yield one_picture(
            lambda ax: rankings.sobol(ax, table, words), (8.0, rows_high(min(len(table), rankings.MOST + 1))),
            name=f"sobol{end}", title=f"Which assumptions decide the answer{whose}",
            caption="The share of the variance of the difference that each assumption decides: alone, and with all it "
            "takes part in (total). Lines: 95 % intervals. A bracket joins assumptions that are not ranked.",
            alt=lambda d: rankings.sobol_alt(d, words),
        )  # fmt: skip
    if len(alone := _without_rows(study.table("one_at_a_time", arm), study.factors)):
        yield one_picture(
            lambda ax: rankings.tornado(ax, alone, words, metric), (8.0, rows_high(min(len(alone), rankings.MOST))),
            name=f"tornado{end}", title=f"Each assumption alone, from end to end of its range{whose}",
            caption="How the difference changes from the scenario as written; the numbers at the tips are values of "
            "the assumption. Lines: 95 % intervals over luck. What assumptions do together is not seen here.",
            alt=lambda d: rankings.tornado_alt(d, words, metric),
        )  # fmt: skip
    if len(screen := study.table("screen", arm)):
        yield one_picture(
            lambda ax: rankings.morris(ax, screen, words, metric), (8.5, 4.2),
            name=f"screen{end}", title=f"The screen of all {len(screen)} assumptions{whose}",
            caption="Right: moves the difference much. Up: how much hangs on the others, or bends. Filled: "
            "looked at closely. Lines: 95 % intervals.",
            alt=lambda d: rankings.morris_alt(d, words, metric),
        )  # fmt: skip
    if len(ranks := _known(study.table("prcc", arm), "estimate")):
        yield one_picture(
            lambda ax: rankings.prcc(ax, ranks, words), (8.0, rows_high(min(len(ranks), rankings.MOST), 0.8)),
            name=f"prcc{end}", title=f"Up or down{whose}",
            caption="Partial rank correlations: whether the difference rises or falls with an assumption, whatever the "
            "others do. Lines: 95 % intervals.",
            alt=lambda d: rankings.prcc_alt(d, words),
        )  # fmt: skip
    yield from _turning(study, arm, end, words)
    for box, limits in _boxes(study, arm):
        yield one_picture(
            lambda ax, limits=limits: robust.box(ax, limits, study.factors, words),  # type: ignore[misc]
            (7.0, rows_high(len(limits), 0.8)),
            name=f"box{end}-{box}", title=f"When {arm} fails",
            caption=f"{arm} fails {robust.box_words(limits, study.factors, words)}.",
            alt=lambda d: f"{arm} fails {robust.box_words(d, study.factors, words)}.",
        )  # fmt: skip
    causes = study.table("causes", arm)
    causes = causes[causes["metric"] == metric] if len(causes) else causes
    if len(causes):
        yield one_picture(
            lambda ax: why.waterfall(ax, causes, metric), (9.0, rows_high(len(causes) + 1)),
            name=f"causes{end}", title=f"Why they differ{whose}",
            caption="The difference of the years as written, split into causes that were switched under the same luck "
            "(Shapley values); the parts add up to it. Lines: 95 % intervals.",
            alt=lambda d: why.waterfall_alt(d, metric),
        )  # fmt: skip


def _turning(study: Study, arm: str, end: str, words: Mapping[str, str]) -> Iterator[Picture]:
    known = {factor.name: factor for factor in study.factors}
    whose = f": {arm} against {study.baseline}"
    if len(flips := study.table("flips", arm)):
        leader = str(flips["leader"].iloc[0]) if "leader" in flips else "the arm that leads over all"
        yield one_picture(
            lambda ax: turning.flips(ax, flips, words), (8.5, 4.2),
            name=f"flips{end}", title=f"How probable it is that the ranking turns{whose}",
            caption=f'"{leader}" leads over all. The curves: how probable it is that it does not, where an assumption '
            "lies in a part of its range and the others as they may be. Bands: 95 % intervals.",
            alt=lambda d: turning.flips_alt(d, words),
        )  # fmt: skip
    curves, answers = study.table("curves", arm), break_evens(study, arm)
    crossing = list(dict.fromkeys(str(r["factor"]) for r, _ in answers if r["answer"] in FOUND))
    chosen = (crossing or [name for name in top_of(study, arm)[0] if known[name].law != "row"][:1])[:MOST_CURVES]
    for k, name in enumerate(chosen if len(curves) else ()):
        own = curves[(curves["factor"] == name) & (curves["others"] == ON_AVERAGE)]
        mine = [(r, sentence) for r, sentence in answers if r["factor"] == name]
        places = pd.DataFrame([r for r, _ in mine if r["answer"] in FOUND])
        sentences = [sentence for _, sentence in mine]
        if len(own):
            yield one_picture(
                lambda ax, own=own, places=places, name=name: turning.break_even(  # type: ignore[misc]
                    ax, own, places, known[name], words, study.metric
                ),
                (7.0, 3.8),
                name=f"break_even{end}-{k + 1}", title=f"Where the arms are even: {said(words, name)}",
                caption=f"Above nil {arm} is ahead, on average over all else; the band is its 95 % interval. "
                f"{' '.join(sentences)}",
                alt=lambda d, sentences=sentences: turning.break_even_alt(d, sentences),  # type: ignore[misc]
            )  # fmt: skip
    cells = study.table("win_map", arm)
    if len(cells) and (cells["winner"] != turning.FEW).any():
        first, second = known[str(cells["first_factor"].iloc[0])], known[str(cells["second_factor"].iloc[0])]
        yield one_picture(
            lambda ax: turning.win_map(ax, cells, first, second, words, arm, study.baseline), (7.8, 4.8),
            name=f"win_map{end}", title=f"Who wins where{whose}",
            caption="Over the two assumptions that decide most, the others as they may be. Hatched: the points cannot "
            "tell who is ahead. Dotted: the scenario as written.",
            alt=lambda d: turning.win_map_alt(d, arm, study.baseline),
        )  # fmt: skip


def _of_all(study: Study, words: Mapping[str, str]) -> Iterator[Picture]:
    metric, arms = study.metric, others_of(study)
    high = rows_high(len(study.arms), 1.2)
    if len(futures := study.table("futures")):
        yield one_picture(
            lambda ax: robust.futures(ax, futures), (8.0, high), name="futures", title="Which arm is best, how often",
            caption="A future is one way in which all assumptions may hold. Lines: 95 % intervals.",
            alt=robust.futures_alt,
        )  # fmt: skip
    if len(regret := study.table("regret")):
        yield one_picture(
            lambda ax: robust.regret(ax, regret, metric), (8.0, high), name="regret", title="What a choice may cost",
            caption="How far each arm lags behind the arm that is best in a future: in the mean, in one future of 20, "
            "and at most (line: its 95 % interval over luck).",
            alt=lambda d: robust.regret_alt(d, metric),
        )  # fmt: skip
    if len(plane := study.table("plane")) and plane["cost"].abs().max() > 0.0:  # the same cost is said in words
        yield one_picture(
            lambda ax: worth.plane(ax, plane, metric, arms, study.baseline), (7.5, 5.0), name="plane",
            title="What it brings and what it costs",
            caption="Each pale dot is a future, each mark the mean of an arm.",
            alt=lambda d: worth.plane_alt(d, metric),
        )  # fmt: skip
    if len(prices := study.table("acceptability")):
        yield one_picture(
            lambda ax: worth.acceptability(ax, prices, metric), (7.5, 4.6), name="acceptability",
            title="The best buy, by what a unit is worth",
            caption="How probable it is that each arm is the best buy, for what a unit may be worth. Thick: "
            "the arm to choose at that price. Bands: 95 % intervals.",
            alt=worth.acceptability_alt,
        )  # fmt: skip
    known = study.table("information")
    for money in (False, True):
        column = "money" if money else "estimate"
        if rows := len(worth.bars_of_information(known, column)):
            yield one_picture(
                lambda ax, money=money: worth.information(ax, known, words, metric, money=money),  # type: ignore[misc]
                (8.0, rows_high(rows, 1.2)),
                name="information_money" if money else "information",
                title=f"What it is worth to know before deciding{', in $' if money else ''}",
                caption="Hollow: not above noise. Lines: 95 % intervals. Nothing is said of what measuring costs.",
                alt=lambda d, money=money: worth.information_alt(  # type: ignore[misc]
                    d, words, metric, money=money
                ),
            )  # fmt: skip
    if len(luck := study.table("luck")):
        yield one_picture(
            lambda ax: resting.luck(ax, luck), (8.0, rows_high(len(luck), 1.2)), name="luck",
            title="Luck or assumptions?",
            caption="Of the spread of a single year's outcome: what luck between years makes, and what is not known. "
            "Lines: 95 % intervals. More simulated years help against luck only.",
            alt=resting.luck_alt,
        )  # fmt: skip
    if len(sets := study.table("sets")):
        yield one_picture(
            lambda ax: resting.sets(ax, sets, metric), (8.0, 2.6 + 0.25 * len(arms)), name="sets",
            title="Three sets of assumptions side by side",
            caption="Differences from the baseline with 95 % intervals over luck. Hollow: not clear.",
            alt=lambda d: resting.sets_alt(d, metric),
        )  # fmt: skip
    if len(grades := study.table("grades")):
        yield one_picture(
            lambda ax: resting.grades(ax, grades), (8.0, rows_high(len(arms), 1.4)), name="grades",
            title="On which evidence the answer rests",
            caption="The share of the variance that the numbers of each grade of evidence decide by themselves.",
            alt=resting.grades_alt,
        )  # fmt: skip


def _known(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """The rows that have a value; few points leave some without."""
    return table[table[column].notna()] if len(table) else table


def _without_rows(table: pd.DataFrame, factors: Sequence[Factor]) -> pd.DataFrame:
    """The number of a row says nothing at the tip of a bar."""
    if not len(table):
        return table
    rows = [factor.name for factor in factors if factor.law == "row"]
    blank = table["factor"].isin(rows)
    return table.assign(**{name: table[name].mask(blank) for name in ("low_value", "high_value")})


def _boxes(study: Study, arm: str) -> Iterator[tuple[int, pd.DataFrame]]:
    """The limits of each box in which an arm fails; an end without a limit is that of the factor's range."""
    table, known = study.table("discovery", arm), {factor.name: factor for factor in study.factors}
    if not len(table) or "factor" not in table:
        return
    table = table[[name in known for name in table["factor"]]]
    for number, (_, own) in enumerate(table.groupby("box", sort=False)):
        factors = [known[str(name)] for name in own["factor"]]
        low = [f.low if v != v else float(v) for f, v in zip(factors, own["low"], strict=True)]
        high = [f.high if v != v else float(v) for f, v in zip(factors, own["high"], strict=True)]
        yield number + 1, own.assign(low=low, high=high)[["factor", "low", "high"]].reset_index(drop=True)
