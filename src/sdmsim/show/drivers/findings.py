"""What a study of drivers found, in planners' sentences: what matters most, where it turns round, what to measure.

Made from the tables of a `Study`; where a study has no answer to a question, nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sdmsim.lab.drivers.study import OTHERS
from sdmsim.show.drivers.labels import said, words_of_factors
from sdmsim.show.drivers.turning import break_even_words
from sdmsim.show.layout import listed
from sdmsim.show.words import shown_difference, words_of

if TYPE_CHECKING:
    from sdmsim.lab.drivers.study import Study

TOP = 3
"""So many assumptions are named as those that matter most."""
ON_AVERAGE = "average over the others"
TURNED, OTHER = "turns round", ("no longer clear", "becomes clear")
FOUND = ("one", "more than one")
"""Answers that name a break-even."""
UNSURE = ("none told", "too few points")
"""Answers that leave open whether there is one."""


def rows_of(study: Study, name: str, arm: str | None = None) -> list[dict[str, Any]]:
    """Rows of a table, of one arm where it is given; none where the study has not got it."""
    table = study.table(name, arm)
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")] if len(table) else []


def others_of(study: Study) -> list[str]:
    """The arms that are compared with the baseline."""
    return [arm for arm in study.arms if arm != study.baseline]


def top_of(study: Study, arm: str) -> tuple[list[str], list[str]]:
    """The assumptions that decide most, and those that cannot be told from the last of them: intervals overlap."""
    known = [r for r in rows_of(study, "sobol", arm) if r["factor"] != OTHERS and r["total"] > 0.0]
    ranked = sorted((r for r in known if r["rank_from"] == r["rank_from"]), key=lambda r: -float(r["total"]))
    return [str(r["factor"]) for r in ranked[:TOP]], [str(r["factor"]) for r in ranked[TOP:] if r["rank_from"] <= TOP]


def answer_of(study: Study, arm: str) -> Iterator[str]:
    """The answer about one arm: how large, what decides it, whether it turns round, and where."""
    yield from _difference(study, arm)
    yield from _what_matters(study, arm)
    yield from _turns(study, arm)


def _difference(study: Study, arm: str) -> Iterator[str]:
    for r in rows_of(study, "luck", arm):
        if r["baseline"]:
            mean = shown_difference(study.metric, float(r["mean"]), unit=True)
            low, high = (shown_difference(study.metric, float(r[k])) for k in ("p05", "p95"))
            label = words_of(study.metric).label
            yield (
                f'"{arm}" against "{study.baseline}", {label}: {mean} in the mean over all futures, {low} to {high} '
                "in nine futures of ten."
            )


def _what_matters(study: Study, arm: str) -> Iterator[str]:
    words = words_of_factors(study.factors)
    shares = {str(r["factor"]): r for r in rows_of(study, "sobol", arm)}
    top, beside = top_of(study, arm)
    if not top:
        return
    named = [f"{said(words, name)} ({100 * float(shares[name]['total']):.0f} % of the spread)" for name in top]
    yield f"{'Three assumptions matter' if len(top) == TOP else 'What matters'} most: {listed(named)}."
    ties = _ties(shares, top)
    if len(ties) == len(top):
        yield "They are not ranked among each other, for their intervals overlap."
    elif ties:
        yield f"Not ranked, for their intervals overlap: {listed([said(words, name) for name in ties])}."
    if beside:
        yield f"Not to be told from the last of them: {listed([said(words, name) for name in beside])}."


def _ties(shares: Mapping[str, Mapping[str, Any]], top: list[str]) -> list[str]:
    """Those of the top that share their tie group with another of the top."""
    groups = [shares[name].get("tie") for name in top]
    return [name for name, group in zip(top, groups, strict=True) if group == group and groups.count(group) > 1]


def _turns(study: Study, arm: str) -> Iterator[str]:
    best = {str(r["arm"]): r for r in rows_of(study, "futures")}
    if arm in best:
        share, low, high = (100.0 * float(best[arm][k]) for k in ("best", "best_low", "best_high"))
        yield f'"{arm}" is the best arm in {share:.0f} % of the futures ({low:.0f} to {high:.0f}).'
    found = break_evens(study, arm)
    crossing = [sentence for row, sentence in found if row["answer"] in FOUND]
    if crossing:
        yield f"The ranking turns round: {' '.join(crossing)}"
    elif found:
        words = words_of_factors(study.factors)
        unsure = [said(words, str(row["factor"])) for row, _ in found if row["answer"] in UNSURE]
        rest = f"; whether it does is left open along {listed(unsure)}" if unsure else " within its range"
        yield f"Along none of the assumptions that were looked at closely does the ranking turn round{rest}."


def break_evens(study: Study, arm: str) -> list[tuple[dict[str, Any], str]]:
    """Each answer about a break-even of an arm, on average over all else, with its sentence."""
    known, words = {factor.name: factor for factor in study.factors}, words_of_factors(study.factors)
    rows = [r for r in rows_of(study, "break_even", arm) if str(r.get("others", ON_AVERAGE)) == ON_AVERAGE]
    return [
        (r, break_even_words(r, known[str(r["factor"])], words, arm, study.baseline))
        for r in rows
        if str(r["factor"]) in known
    ]


def sets_sentence(study: Study, arm: str) -> str:
    """Whether the verdict survives the three sets of assumptions; empty where that was not asked."""
    rows = [r for r in rows_of(study, "sets", arm) if r["baseline"]]
    if not rows:
        return ""
    parts = [f"{r['set']} {shown_difference(study.metric, float(r['difference']))} ({r['verdict']})" for r in rows]
    turned = [str(r["set"]) for r in rows if r["survives"] == TURNED]
    other = [str(r["set"]) for r in rows if r["survives"] in OTHER]
    verdict = "the verdict survives all three"
    if turned:
        verdict = f"it turns round under {listed(turned)}"
    elif other:
        verdict = f"it is another one under {listed(other)}"
    return f'"{arm}" under the three sets of assumptions: {"; ".join(parts)}: {verdict}.'


def grades_sentence(study: Study, arm: str) -> str:
    """On which grades of evidence the spread rests; empty where that was not asked."""
    rows = {str(r["grade"]): r for r in rows_of(study, "grades", arm) if r["first"] == r["first"]}
    if not rows:
        return ""
    whose = {name: f"{name} numbers" for name in rows} | {"interaction": "several grades together"}
    parts = [f"{100 * max(0.0, float(r['first'])):.0f} % on {whose[name]}" for name, r in rows.items()]
    return f'The spread of "{arm}" rests {listed(parts)}.'


def measure_first(study: Study) -> str:
    """What to measure before deciding and what that is worth; empty where that was not asked."""
    told = (study.manifest.get("said") or {}).get("measure_first", "")
    if told:
        return str(told)
    rows = [r for r in rows_of(study, "information") if r["kind"] == "factor" and r["above_noise"] == "yes"]
    if not rows:
        return ""
    first = max(rows, key=lambda r: float(r["estimate"]))
    money = f", {float(first['money']):,.0f} $" if first["money"] == first["money"] else ""
    name = said(words_of_factors(study.factors), str(first["name"]))
    return f"Before you decide, measure this first: {name}; to know it is worth {_worth(study, first)}{money}."


def _worth(study: Study, row: Mapping[str, Any]) -> str:
    return shown_difference(study.metric, float(row["estimate"]), unit=True, half=float(row["estimate"])).lstrip("+")


def least_regret(study: Study) -> str:
    """The choice whose worst regret is smallest, ties as ties, and that of the least mean; empty where not asked."""
    rows = rows_of(study, "regret")
    best = [r for r in rows if r.get("minimax") == "yes"]
    if not best:
        return ""
    tied = sorted((r for r in rows if r.get("tied") == "yes"), key=lambda r: float(r["most"]))
    least = min(rows, key=lambda r: float(r["mean"]))
    mean = f'in the mean over all futures "{least["arm"]}" is regretted least ({_regret(study, least["mean"])})'
    if len(tied) < 2:
        worst = f"at most {_regret(study, best[0]['most'])} behind the best"
        return f'The choice that can be regretted least is "{best[0]["arm"]}": {worst}; {mean}.'
    those = listed([f'"{r["arm"]}" ({_regret(study, r["most"])} behind the best)' for r in tied])
    return f"In their worst future {those} are not told apart; {mean}."


def _regret(study: Study, value: float) -> str:
    return shown_difference(study.metric, float(value), unit=True, half=float(value) or 1.0).lstrip("+")
