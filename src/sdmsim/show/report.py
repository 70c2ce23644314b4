"""One plain page for a planner: self-contained HTML made from the files of an experiment, and from nothing else."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sdmsim.lab.fairness import shipped_leads
from sdmsim.show import assumed, certainty, gainers, slots, words
from sdmsim.show.answer import CANNOT_SAY, answer, headline, levels, odd_verdicts, open_verdicts, records, spoken_of
from sdmsim.show.grids import WeekGrid, class_grids, read_sessions, therapist_grids
from sdmsim.show.page import (
    Group,
    GroupedTable,
    Table,
    embedded,
    made_from,
    page,
    table_of,
    that_fit,
    write_page,
)
from sdmsim.show.pictures import Picture, draw
from sdmsim.show.record import fits
from sdmsim.show.regroup import regroup_sentences, regroup_table

if TYPE_CHECKING:
    import pandas as pd

    from sdmsim.lab.results import Results

TEMPLATE = "report.html.j2"
MOST_GRIDS = 30
LOCAL = (
    "the grids of weeks below hold coded ids of children. For a page that may leave the house: "
    "sdmsim report DIR --share."
)
WEEKS_SAID = (
    "The weeks are those of the baseline and of the arm that the answer speaks of; week-1.xlsx and so on hold the same "
    "for paper, a sheet for each therapist and each class, and sessions.csv holds the weeks of all arms."
)
SECTIONS = {
    "comparison": "comparison",
    "trade_off": "trade_off",
    "front": "trade_off",
    "therapist_week": "week",
    "caseload": "week",
    "groups": "groups",
    "missed": "delivery",
    "months": "delivery",
    "ledger": "delivery",
}
"""Where a picture stands in the page; one that is not named here stands with the rest."""


def html_report(results: Results, pictures: Sequence[Picture] | None = None, *, shared: str = "") -> str:
    """The whole page as text. `shared`: what is said at its head where the results may leave the house."""
    drawn = list(pictures) if pictures is not None else draw(results)
    return page(TEMPLATE, {**_content(results, drawn), "shared": shared})


def write_report(results: Results, file: Path, pictures: Sequence[Picture] | None = None) -> None:
    """Write the page; the same results give the same bytes."""
    write_page(html_report(results, pictures), file)


def _content(results: Results, pictures: Sequence[Picture]) -> dict[str, Any]:
    manifest = results.manifest
    placed: dict[str, list[dict[str, str]]] = {name: [] for name in (*SECTIONS.values(), "rest")}
    for picture in pictures:
        placed[SECTIONS.get(picture.name, "rest")].append(embedded(picture))
    return {
        **made_from(manifest, _command(manifest)),
        "title": results.title,
        "baseline": results.baseline,
        "arms": results.arms,
        "replications": manifest["replications"],
        "stopped": manifest.get("stopped", ""),
        "answer": answer(results.summary, results.comparison, results.baseline),
        "headline": headline(results.summary, results.comparison, results.baseline),
        "cannot_say": (*CANNOT_SAY, assumed.decided(shipped_leads())),
        "parts": list(_parts(results, placed)),
        "pictures": placed,
        "differences": _differences(results),
        "best": table_of("How probable it is that an arm is the best", *certainty.best_rows(results)),
        "best_sentence": certainty.probably_best(results.best),
        "pairing": table_of("Replications that the same luck was worth", *certainty.pairing_rows(results)),
        "pairing_sentence": certainty.pairing_worth(results.pairing),
        "bad_years": _bad_years(results),
        "groups": [part for found in gainers.group_tables(results) for part in that_fit(Table(*found), beside=2)],
        "gain_and_loss": gainers.gain_and_loss(results),
        "groups_legend": gainers.LEGEND,
        "odd": odd_verdicts(results.comparison),
        "open": open_verdicts(results),
        "regroup": _regroup(results),
        "regroup_sentences": regroup_sentences(results.regroup, results.arms, results.baseline),
        "fits": _fit_table(results),
        "slots": table_of(
            "The weekly slots that break first", ["arm", *slots.HEADS], slots.broken_by_arm(results.slots)
        ),
        "week_tables": list(_week_tables(results)),
        "weeks": list(_weeks(results)),
        "weeks_said": WEEKS_SAID if len(results.sessions) else "",
        "every_metric": _every_metric(results.summary),
        "every_difference": _every_difference(results.comparison),
        "assumptions": assumptions_of(results.assumptions, manifest["assumptions"]),
        "notes": results.notes,
        "local": LOCAL if len(results.sessions) else "",
    }


class WeekOf(NamedTuple):
    """The weeks of an arm's therapists, and of the classes that they visit or call children from."""

    arm: str
    therapists: Sequence[WeekGrid]
    classes: Sequence[WeekGrid]


def _weeks(results: Results) -> Iterator[WeekOf]:
    """Of the baseline and the arm that the answer speaks of; no more grids than a reader turns over."""
    for arm in weeks_shown(results):
        sessions = read_sessions(results.sessions[results.sessions["arm"] == arm])
        therapists, classes = therapist_grids(sessions), class_grids(sessions)
        yield WeekOf(arm, therapists[:MOST_GRIDS], classes if len(classes) <= MOST_GRIDS else ())


def weeks_shown(results: Results) -> list[str]:
    """The arms whose weeks are drawn as grids: the baseline, and the arm that the answer speaks of."""
    there = set(results.sessions["arm"]) if len(results.sessions) else set()
    return [arm for arm in (results.baseline, spoken_of(results.comparison)) if arm in there]


class Part(NamedTuple):
    """The tables of a part, and the pictures that go with them."""

    tables: Sequence[Table]
    pictures: Sequence[dict[str, str]]


def _parts(results: Results, placed: Mapping[str, Sequence[dict[str, str]]]) -> Iterator[Part]:
    """Means with half-widths, part by part, one row per arm; no column for what has no value in any arm."""
    known = levels(results.summary)
    there = {metric for (_, metric), level in known.items() if not math.isnan(level.mean)}
    metrics = [m for m in words.order_of(results.summary["metric"]) if m in words.WORDS and m in there]
    for part in words.PARTS:
        here = [m for m in metrics if words.words_of(m).part == part]
        if here:
            columns = [words.with_half_widths(m, [known[arm, m] for arm in results.arms]) for m in here]
            body = list(zip(results.arms, *columns, strict=True))
            whole = Table(words.PART_TITLES[part], ["arm", *map(words.heading, here)], body)
            yield Part(list(that_fit(whole)), placed.get(part, ()))


def _differences(results: Results) -> GroupedTable:
    """Differences from the baseline on the headline metrics."""
    groups = []
    for metric in words.HEADLINE:
        rows = results.comparison[results.comparison["metric"] == metric]
        if len(rows):
            w = words.words_of(metric)
            groups.append(
                Group(f"{w.label} ({w.difference_unit or w.unit})", [_difference_row(r) for r in records(rows)])
            )
    return GroupedTable("", ["arm", "difference", "95 % interval", "p, adjusted", "verdict"], groups)


def _difference_row(row: dict[str, Any]) -> list[str]:
    metric, low, high = str(row["metric"]), float(row["ci_low"]), float(row["ci_high"])
    return [
        str(row["arm"]),
        words.shown_difference(metric, float(row["difference"]), half=(high - low) / 2.0),
        words.interval(metric, low, high),
        p_text(float(row["p_adjusted"])),
        str(row["verdict"]),
    ]


def p_text(p: float) -> str:
    """A p value with three decimals, `< 0.001` below that, `-` where there is none."""
    if math.isnan(p):
        return "-"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _bad_years(results: Results) -> GroupedTable:
    """The worst tenth of the years, arm against baseline."""
    groups = [Group(title, rows) for title, rows in certainty.tail_rows(results).items()]
    return GroupedTable("The worst tenth of the years", certainty.TAIL_HEAD, groups)


def _week_tables(results: Results) -> Iterator[Table]:
    """What the timetable of each arm shows, one column per arm; rows that are nil everywhere are left out."""
    weeks = results.weeks
    if not len(weeks):
        return
    table = weeks.set_index("arm").reindex(list(results.arms))
    rows = [
        [words.week_words(str(column)), *(words.number(float(v), _decimals(table[column])) for v in table[column])]
        for column in table.columns
        if not str(column).startswith("unplaced.") or table[column].max() > 0
    ]
    yield from that_fit(Table("The weekly timetable", ["", *results.arms], rows))


def _regroup(results: Results) -> Table | None:
    if not len(results.regroup):
        return None
    return Table("Therapist hours asked a week", *regroup_table(results.regroup, results.arms))


class Assumed(NamedTuple):
    """What the report says of the assumptions: a sentence, and the numbers that nobody measured."""

    sentence: str
    judged: Table


def assumptions_of(table: pd.DataFrame, said: Mapping[str, Any]) -> Assumed | None:
    """What a page says of assumptions.csv; None where it is empty. `said`: set and overrides."""
    if not len(table):
        return None
    sentence = assumed.summary(said, assumed.grades_of(table))
    return Assumed(sentence, Table("", assumed.HEAD, assumed.judged_rows(table)))


def _fit_table(results: Results) -> Table | None:
    """Root mean square distances of the months, beside those of simpler answers; None without a record."""
    found = fits(results.months, results.record, results.arms)
    if not found:
        return None
    head = [
        "simulated",
        "logged",
        "distance",
        "mean difference",
        "of the best constant",
        "of that with its own September",
    ]
    rows = [
        [
            *(fit.simulated, fit.logged, words.number(fit.rms, 3)),
            words.number(fit.mean_difference, 3, sign=True),
            words.number(fit.constant_rms, 3),
            "-" if fit.september_rms is None else words.number(fit.september_rms, 3),
        ]
        for fit in found
    ]
    return Table("Distance from the record, as shares (root mean square over the months)", head, rows)


def _decimals(values: pd.Series[Any]) -> int:
    return 0 if all(float(v) == round(float(v)) for v in values if v == v) else 1


def _every_metric(summary: pd.DataFrame) -> GroupedTable:
    columns = ["mean", "ci_low", "ci_high", "p05", "p50", "p95"]
    groups = _by_metric(summary, lambda r: [str(r["arm"]), str(r["n"]), *(_exact(r[c]) for c in columns)])
    return GroupedTable("Every measure of every arm (summary.csv)", ["arm", "n", *columns], groups)


def _every_difference(comparison: pd.DataFrame) -> GroupedTable:
    columns = ["difference", "ci_low", "ci_high", "p_adjusted"]
    groups = _by_metric(
        comparison, lambda r: [str(r["arm"]), str(r["n"]), *(_exact(r[c]) for c in columns), str(r["verdict"])]
    )
    title = "Every difference from the baseline (comparison.csv)"
    return GroupedTable(title, ["arm", "n", *columns, "verdict"], groups)


def _by_metric(table: pd.DataFrame, cells: Callable[[dict[str, Any]], list[str]]) -> list[Group]:
    """One group for each metric, in the order of the table, named as in the files."""
    found: dict[str, list[list[str]]] = {}
    for row in records(table):
        found.setdefault(f"{row['metric']} ({row['unit']})", []).append(cells(row))
    return [Group(title, rows) for title, rows in found.items()]


def _exact(value: Any) -> str:
    """A number as the CSV files hold it: six significant digits."""
    return "-" if value != value else f"{float(value) + 0.0:.6g}"


def _command(manifest: Any) -> str:
    asked = [manifest["experiment"], "--seed", manifest["seed"], "--replications", manifest["replications"]]
    return " ".join(["sdmsim", "experiment", *map(shlex.quote, map(str, asked))])
