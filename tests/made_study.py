"""A study of drivers made by hand, with the tables that `sdmsim sensitivity` writes, for pictures and page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sdmsim.lab.drivers.study import OTHERS, Study
from sdmsim.lab.drivers.vocabulary import Factor

BASELINE = "pull-out only"
METRIC, UNIT = "classroom_gain_sd", "SD"

FACTORS = (
    Factor("assumptions.places.similarity.room", "how like unaided use in class practice in a place apart is", "share",
           0.2, 0.9, "uniform", 0.5, "judged"),
    Factor("fitted numbers", "a row of 18 numbers that meet the published targets together", "row", 0.0, 256.0, "row",
           float("nan"), "calibrated"),
    Factor("assumptions.stores.transfer", "rate at which use in class moves towards the trained skill", "1/1000 min",
           0.01, 0.5, "loguniform", 0.1, "judged"),
    Factor("assumptions.attention.base_logit", "on task in a quiet class of 22: log-odds for a typical child",
           "log-odds", 1.6, 2.8, "uniform", 2.22, "measured"),
    Factor("assumptions.team.mismatch_loss",
           "share of the work on goals in a lesson that is lost where the lesson is not the planned one", "share",
           0.0, 0.6, "uniform", 0.2, "judged"),
    Factor("delivery.push_in_share", "delivery.push_in_share of the scenario", "", 0.0, 1.0, "uniform", 0.5,
           "scenario"),
)  # fmt: skip


def _rows(arms: Sequence[str], rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Rows of each arm, a little smaller from arm to arm."""
    made = [
        {"arm": arm, "baseline": BASELINE, "metric": METRIC, "unit": UNIT}
        | {k: v * (1.0 - 0.05 * i) if k in ("swing", "effect", "estimate") else v for k, v in row.items()}
        for i, arm in enumerate(arms)
        for row in rows
    ]
    return pd.DataFrame(made)


def tables(arms: Sequence[str] = ("push-in only",)) -> dict[str, pd.DataFrame]:
    """Every table that a picture is made of."""
    names = [factor.name for factor in FACTORS]
    size = [0.12, 0.08, 0.075, 0.02, 0.015, 0.004]
    found: dict[str, pd.DataFrame] = {
        "factors": pd.DataFrame(
            [(*factor, "sobol" if i < 4 else "others") for i, factor in enumerate(FACTORS)],
            columns=["factor", *Factor._fields[1:], "stage"],
        ),
        "budget": pd.DataFrame([("screen", 70, 2, 4, 560), ("sobol", 512, 2, 4, 4096)],
                               columns=["stage", "points", "arms", "replications", "evaluations"]),
        "luck": pd.concat([
            pd.DataFrame([{"arm": BASELINE, "baseline": "", "metric": METRIC, "unit": UNIT}]),
            pd.DataFrame([{"arm": a, "baseline": BASELINE, "metric": METRIC, "unit": UNIT} for a in arms]),
        ], ignore_index=True).assign(
            mean=-0.08, p05=-0.2, p95=0.06, share_assumptions=0.9, assumptions_low=0.85, assumptions_high=0.94,
            share_luck=0.1, luck_low=0.06, luck_high=0.15),
        "screen": _rows(arms, [
            {"factor": n, "effect": s, "low": 0.8 * s, "high": 1.2 * s, "mu": -s, "sigma": 0.4 * s,
             "sigma_low": 0.3 * s, "sigma_high": 0.5 * s, "luck_alone": 0.003, "told": "yes" if s > 0.01 else "no",
             "luck": 0.1, "n": 10, "rank_from": i + 1, "rank_to": i + 1, "tie": i + 1,
             "survives": "yes" if i < 4 else "no"}
            for i, (n, s) in enumerate(zip(names, size, strict=True))]),
        "sobol": _rows(arms, [
            {"factor": n, "first": f, "first_low": f - 0.04, "first_high": f + 0.04, "total": t, "total_low": t - 0.05,
             "total_high": t + 0.05, "luck": 0.1, "n": 256, "remark": "", "rank_from": a, "rank_to": b, "tie": c}
            for n, f, t, a, b, c in (
                (names[0], 0.40, 0.46, 1, 1, 1.0), (names[1], 0.2, 0.24, 2, 3, 2.0), (names[2], 0.17, 0.22, 2, 3, 2.0),
                (names[3], 0.03, 0.05, 4, 4, 3.0), (OTHERS, 0.02, 0.06, float("nan"), float("nan"), float("nan")))]),
        "one_at_a_time": _rows(arms, [
            {"factor": n, "swing": s, "low": s - 0.01, "high": s + 0.01, "at_low": -0.6 * s * d,
             "at_low_low": -0.6 * s * d - 0.006, "at_low_high": -0.6 * s * d + 0.006, "at_high": 0.4 * s * d,
             "at_high_low": 0.4 * s * d - 0.006, "at_high_high": 0.4 * s * d + 0.006, "low_value": f.low,
             "high_value": f.high, "rank_from": 1, "rank_to": 1, "tie": 1}
            for n, s, d, f in zip(names, size, (-1, 1, 1, -1, 1, 1), FACTORS, strict=True)]),
        "prcc": _rows(arms, [
            {"factor": n, "estimate": v, "low": v - 0.08, "high": v + 0.08, "n": 512}
            for n, v in zip(names, (-0.8, float("nan"), 0.6, 0.3, -0.2, 0.05), strict=True)]),
        "flips": _rows(arms, [
            {"factor": n, "leader": BASELINE, "position": (k + 0.5) / 10, "estimate": p, "low": max(0.0, p - 0.1),
             "high": min(1.0, p + 0.1)}
            for n, slope in zip(names[:3], (-0.6, 0.1, 0.3), strict=True)
            for k in range(10)
            for p in [min(1.0, max(0.0, 0.3 + slope * ((k + 0.5) / 10 - 0.5)))]]),
        "futures": _rows([BASELINE, *arms], [{"best": 0.7, "best_low": 0.63, "best_high": 0.76, "surely": 0.6}]),
        "regret": _rows([BASELINE, *arms], [
            {"mean": 0.01, "mean_low": 0.008, "mean_high": 0.012, "high": 0.05, "high_low": 0.045, "high_high": 0.055,
             "most": 0.09, "most_low": 0.08, "most_high": 0.1}]),
        "information": _rows(arms, [
            {"name": "everything", "kind": "everything", "estimate": 0.012, "error": 0.001, "low": 0.01, "high": 0.014,
             "money": 1200.0, "money_low": 1000.0, "money_high": 1400.0, "above_noise": "yes"},
            *({"name": n, "kind": "factor", "estimate": e, "error": 0.001, "low": max(0.0, e - 0.001),
               "high": e + 0.001,
               "money": 1e5 * e, "money_low": 1e5 * e - 100, "money_high": 1e5 * e + 100,
               "above_noise": "yes" if e > 0.001 else "no"}
              for n, e in zip(names, (0.008, 0.002, 0.003, 0.0005, 0.0, 0.0), strict=True))]),
        "plane": pd.DataFrame([
            {"arm": a, "baseline": BASELINE, "metric": METRIC, "unit": UNIT, "point": k,
             "effect": -0.08 + 0.05 * np.sin(k) + 0.02 * i, "cost": 900.0 + 400.0 * np.cos(1.7 * k) - 900.0 * i}
            for i, a in enumerate(arms) for k in range(60)]),
        "acceptability": pd.DataFrame([
            {"arm": a, "baseline": BASELINE, "metric": METRIC, "unit": UNIT, "price": price,
             "probability": p if a == BASELINE else (1 - p) / len(arms), "probability_low": 0.0,
             "probability_high": 1.0, "frontier": "yes" if (a == BASELINE) == (p > 0.5) and a in (BASELINE, arms[0])
             else "no"}
            for a in [BASELINE, *arms] for price, p in ((0.0, 0.9), (1e4, 0.7), (2e4, 0.4), (4e4, 0.2))]),
        "causes": _rows(arms, [
            {"cause": c, "part": p, "low": p - 0.01, "high": p + 0.01, "quantity": q, "quantity_unit": u, "off": 1.5,
             "on": 2.75, "replications": 10, "total": -0.05}
            for c, p, q, u in (
                ("capacity", -0.09, "minutes without a place", "min a week"),
                ("group size", 0.03, "children in a session", ""),
                ("transition", 0.01, "moves of a session", "min"),
                ("context similarity", 0.02, "likeness to class", ""),
                ("missed class", -0.02, "class missed", "min a week"))]),
        "sets": pd.concat([
            _rows(arms, [{"set": s, "n": 30, "mean": 0.45, "low": 0.44, "high": 0.46, "difference": d,
                          "difference_low": d - 0.01, "difference_high": d + 0.01, "p_adjusted": 0.001,
                          "verdict": v, "survives": w}])
            for s, d, v, w in (("neutral", -0.05, "lower", "yes"), ("evidence", -0.1, "lower", "yes"),
                               ("practitioner", 0.03, "higher", "turns round"))], ignore_index=True),
        "grades": _rows(arms, [
            {"grade": g, "factors": k, "first": f, "first_low": f - 0.03, "first_high": f + 0.03, "total": f + 0.05,
             "total_low": f, "total_high": f + 0.1}
            for g, k, f in (("judged", 3, 0.6), ("calibrated", 1, 0.2), ("measured", 1, 0.03),
                            ("interaction", 0, 0.17))]),
    }  # fmt: skip
    return found


def curve() -> tuple[pd.DataFrame, pd.DataFrame]:
    """A break-even curve and its crossing, as positions."""
    at = np.linspace(0.0, 1.0, 21)
    mean = 0.1 - 0.25 * at
    drawn = pd.DataFrame({"position": at, "estimate": mean, "low": mean - 0.02, "high": mean + 0.02})
    found = {"answer": "found", "ahead": "baseline", "estimate": 0.4, "low": 0.33, "high": 0.48,
             "direction": "falls below"}  # fmt: skip
    return drawn, pd.DataFrame([found])


def cells() -> pd.DataFrame:
    """A map of seven by seven cells, the arm ahead in one corner."""
    middles = (np.arange(7) + 0.5) / 7
    rows = [(x, y, 0.3 - x + 0.5 * y) for x in middles for y in middles]
    told = [
        (x, y, lead, "arm" if lead > 0.1 else "baseline" if lead < -0.1 else "cannot be told") for x, y, lead in rows
    ]
    return pd.DataFrame(told, columns=["first", "second", "estimate", "winner"])


def limits() -> pd.DataFrame:
    """A box of two limits."""
    return pd.DataFrame([("assumptions.places.similarity.room", 0.2, 0.41), ("assumptions.stores.transfer", 0.08, 0.5)],
                        columns=["factor", "low", "high"])  # fmt: skip


def decided(arms: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Tables about the decision that are made of curves, cells and limits."""
    drawn, found = curve()
    about = {"factor": FACTORS[0].name, "others": "average over the others"}
    names = {"first_factor": FACTORS[0].name, "second_factor": FACTORS[2].name}
    answers = [{**about, **found.iloc[0].to_dict(), "answer": "one"},
               {"factor": FACTORS[3].name, "others": about["others"], "answer": "none in range", "ahead": "baseline",
                "estimate": float("nan"), "low": float("nan"), "high": float("nan"), "direction": ""}]  # fmt: skip
    return {
        "break_even": _rows(arms, answers),
        "curves": _rows(arms, [{**about, **r} for r in drawn.to_dict("records")]),  # type: ignore[dict-item]
        "win_map": _rows(arms, [{**names, **r} for r in cells().to_dict("records")]),  # type: ignore[dict-item]
        "discovery": _rows(arms, [{"box": 1, **r} for r in limits().to_dict("records")]),  # type: ignore[dict-item]
    }


def made_study(arms: Sequence[str] = ("push-in only",)) -> Study:
    """The whole study."""
    manifest = {"sdmsim_version": "0.1.0", "format": 1, "started": "2024-09-03T10:00:00Z", "seed": 1,
                "replications": 4, "workers": 2, "experiment": "maple-drivers.toml", "assumptions": {"set": "evidence"},
                "inputs": {"maple-drivers.toml": "ab" * 32}, "packages": {"numpy": "2.0"}, "sensitivity": {},
                "school_years": 4656, "wall_seconds": 600.0, "title": "Maple: what drives the answer?",
                "arms": [BASELINE, *arms], "baseline": BASELINE, "metric": METRIC, "unit": UNIT, "better": "more",
                "notes": ["A note."]}  # fmt: skip
    return Study(
        title="Maple: what drives the answer?", arms=(BASELINE, *arms), baseline=BASELINE, metric=METRIC, unit=UNIT,
        better="more", factors=FACTORS, tables=tables(arms) | decided(arms), samples=pd.DataFrame(), notes=("A note.",),
        manifest=manifest,
    )  # fmt: skip
