"""One plain page for a planner: self-contained HTML made from the files of an experiment, and from nothing else."""

from __future__ import annotations

import base64
import math
import shlex
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sdmsim.lab.fairness import shipped_leads
from sdmsim.show import assumed, certainty, gainers, slots, words
from sdmsim.show.answer import CANNOT_SAY, NOT_LEGAL_ADVICE, answer, levels, odd_verdicts, open_verdicts, records
from sdmsim.show.pictures import Picture, draw
from sdmsim.show.record import fits
from sdmsim.show.regroup import regroup_sentences, regroup_table

if TYPE_CHECKING:
    import pandas as pd

    from sdmsim.lab.results import Results

TEMPLATE = "report.html.j2"


class Table(NamedTuple):
    """Rows of text under a heading; the first cell of a row is its name."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def html_report(results: Results, pictures: Sequence[Picture] | None = None) -> str:
    """The whole page as text."""
    from jinja2 import Environment, StrictUndefined

    drawn = list(pictures) if pictures is not None else draw(results)
    text = resources.files("sdmsim.show").joinpath(TEMPLATE).read_text(encoding="utf-8")
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return page.from_string(text).render(**_content(results, drawn))


def write_report(results: Results, file: Path, pictures: Sequence[Picture] | None = None) -> None:
    """Write the page; the same results give the same bytes."""
    page = html_report(results, pictures)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(page.encode())


def _content(results: Results, pictures: Sequence[Picture]) -> dict[str, Any]:
    manifest = results.manifest
    return {
        "title": results.title,
        "baseline": results.baseline,
        "arms": results.arms,
        "replications": manifest["replications"],
        "stopped": manifest.get("stopped", ""),
        "started": str(manifest["started"])[:10],
        "version": manifest["sdmsim_version"],
        "answer": answer(results.summary, results.comparison, results.baseline),
        "cannot_say": (*CANNOT_SAY, assumed.decided(shipped_leads())),
        "not_legal_advice": NOT_LEGAL_ADVICE,
        "parts": _part_tables(results),
        "differences": _differences(results),
        "best": _table_of("How probable it is that an arm is the best", *certainty.best_rows(results)),
        "best_sentence": certainty.probably_best(results.best),
        "pairing": _table_of("Replications that the same luck was worth", *certainty.pairing_rows(results)),
        "pairing_sentence": certainty.pairing_worth(results.pairing),
        "bad_years": _bad_years(results),
        "groups": [Table(*found) for found in gainers.group_tables(results)],
        "gain_and_loss": gainers.gain_and_loss(results),
        "groups_legend": gainers.LEGEND,
        "odd": odd_verdicts(results.comparison),
        "open": open_verdicts(results),
        "pictures": [_embedded(p) for p in pictures],
        "regroup": _regroup(results),
        "regroup_sentences": regroup_sentences(results.regroup, results.arms, results.baseline),
        "fits": _fit_table(results),
        "slots": _table_of(
            "The weekly slots that break first", ["arm", *slots.HEADS], slots.broken_by_arm(results.slots)
        ),
        "week": _week_table(results),
        "every_metric": _every_metric(results.summary),
        "every_difference": _every_difference(results.comparison),
        "assumptions": _assumptions(results),
        "notes": results.notes,
        "command": _command(manifest),
        "seed": manifest["seed"],
        "inputs": sorted(manifest["inputs"].items()),
        "packages": sorted(manifest["packages"].items()),
    }


def _embedded(picture: Picture) -> dict[str, str]:
    data = base64.b64encode(picture.svg()).decode("ascii")
    return {
        "name": picture.name,
        "title": picture.title,
        "caption": picture.caption,
        "alt": picture.alt,
        "source": f"data:image/svg+xml;base64,{data}",
    }


def _part_tables(results: Results) -> list[Table]:
    """Means with half-widths, one table for each part, one row per arm; no column for what has no value in any arm."""
    known = levels(results.summary)
    there = {metric for (_, metric), level in known.items() if not math.isnan(level.mean)}
    metrics = [m for m in words.order_of(results.summary["metric"]) if m in words.WORDS and m in there]
    tables = []
    for part in words.PARTS:
        here = [m for m in metrics if words.words_of(m).part == part]
        if here:
            columns = [words.with_half_widths(m, [known[arm, m] for arm in results.arms]) for m in here]
            body = list(zip(results.arms, *columns, strict=True))
            tables.append(Table(words.PART_TITLES[part], ["arm", *map(words.heading, here)], body))
    return tables


class Group(NamedTuple):
    """Rows that belong to one metric."""

    title: str
    rows: Sequence[Sequence[str]]


class GroupedTable(NamedTuple):
    """A table with rows by metric; the first cell of a row is the arm."""

    title: str
    head: Sequence[str]
    groups: Sequence[Group]


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


def _table_of(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table | None:
    return Table(title, head, rows) if rows else None


def _bad_years(results: Results) -> GroupedTable:
    """The worst tenth of the years, arm against baseline."""
    groups = [Group(title, rows) for title, rows in certainty.tail_rows(results).items()]
    return GroupedTable("The worst tenth of the years", certainty.TAIL_HEAD, groups)


def _week_table(results: Results) -> Table | None:
    """What the timetable of each arm shows, one column per arm; rows that are nil everywhere are left out."""
    weeks = results.weeks
    if not len(weeks):
        return None
    table = weeks.set_index("arm").reindex(list(results.arms))
    rows = [
        [words.week_words(str(column)), *(words.number(float(v), _decimals(table[column])) for v in table[column])]
        for column in table.columns
        if not str(column).startswith("unplaced.") or table[column].max() > 0
    ]
    return Table("The weekly timetable", ["", *results.arms], rows)


def _regroup(results: Results) -> Table | None:
    if not len(results.regroup):
        return None
    return Table("Therapist hours asked a week", *regroup_table(results.regroup, results.arms))


class Assumed(NamedTuple):
    """What the report says of the assumptions: a sentence, and the numbers that nobody measured."""

    sentence: str
    judged: Table


def _assumptions(results: Results) -> Assumed | None:
    table = results.assumptions
    if not len(table):
        return None
    sentence = assumed.summary(results.manifest["assumptions"], assumed.grades_of(table))
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
