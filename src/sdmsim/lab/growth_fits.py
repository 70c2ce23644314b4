"""How children grow and learn, fitted to data: restricted mixed models, and the shape of courses of therapy.

Reads four files from a folder that the user names (docs/sources.md says where they come from); what the ledger
ships was found here. statsmodels is imported where it fits: it is large.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sdmsim.base import InputErrors, Problem

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

MATHS_FILE = "egsingle_math_growth.csv.gz"
AUTISM_FILE = "autism_vsae.csv"
COURSES_FILE = "scd_session_trajectories.csv"
WORDS_FILE = "scd_vocab_repeated_acquisition.csv"
COLUMNS = {
    MATHS_FILE: ("schoolid", "childid", "year", "grade", "math", "retained"),
    AUTISM_FILE: ("childid", "sicdegp", "age2", "vsae"),
    COURSES_FILE: ("study", "case", "measure", "session", "phase", "outcome"),
    WORDS_FILE: ("study", "child", "unit", "pre", "post", "condition"),
}

COURSES = {"Bryant2018": "maths", "Olszewski2017": "phonological", "Thiemann2001": "social"}
"""Studies of courses whose outcome rises, by what was taught."""
TRIALS_OF = {"independent 2-step mands": 10, "Segmenting": 20, "First Part ID": 20}
"""Measures with a known number of trials."""
COUNTED = "social"
"""Measures of these courses are open counts."""
LANGUAGE = ("low", "med", "high")
PROBE_TRIALS = 10
BASELINES = ("baseline", "A")
_FEWEST = 4
"""Sessions of a phase that say something about its spread."""

FIRST_FITS = {
    "maths.slope": (0.76, 0.05),
    "maths.start_sd.children": (0.82, 0.06),
    "maths.start_sd.schools": (0.41, 0.10),
    "maths.slope_sd.children": (0.115, 0.03),
    "maths.slope_sd.schools": (0.105, 0.04),
    "maths.residual_sd": (0.55, 0.03),
    "maths.repeats": (0.19, 0.03),
    "autism.slope.low": (2.9, 0.8),
    "autism.slope.med": (3.5, 1.0),
    "autism.slope.high": (7.3, 1.2),
    "autism.slope_sd": (3.9, 0.6),
    "autism.residual_sd": (7.8, 0.5),
    "early_share.maths": (0.37, 0.08),
    "early_share.phonological": (0.60, 0.12),
}
"""First fits of others to the same sets (some to more of the children) and how far a second fit may lie from them."""


def read(folder: Path, name: str) -> pd.DataFrame:
    """A data file, with the rows whose outcome is given. Raises InputErrors where it or a column of it is missing."""
    import pandas as pd

    path = folder / name
    if not path.is_file():
        raise InputErrors([Problem(str(path), 0, "", "is not there; docs/sources.md says where the data come from")])
    table = pd.read_csv(path)
    if missing := [column for column in COLUMNS[name] if column not in table.columns]:
        raise InputErrors([Problem(str(path), 1, column, "this column is missing") for column in missing])
    return table[list(COLUMNS[name])].dropna()


def mixed_model(formula: str, table: pd.DataFrame, groups: str, **parts: Any) -> Any:
    """A linear mixed model by restricted maximum likelihood (Laird & Ware 1982), as statsmodels' result.

    Optimisers are tried in turn until one converges; raises ArithmeticError where none does.
    """
    from statsmodels.regression.mixed_linear_model import MixedLM

    for method in ("bfgs", "lbfgs", "cg", "powell"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # each is about convergence, which is asked for below
            try:
                found = MixedLM.from_formula(formula, table, groups=groups, **parts).fit(reml=True, method=method)
            except np.linalg.LinAlgError:
                continue
        if found.converged:
            return found
    raise ArithmeticError(f"no optimiser fits {formula}")


def maths_model(table: pd.DataFrame) -> Any:
    """Maths on years, with start and slope of their own for every school and every child (independent in a child)."""
    return mixed_model(
        "math ~ year",
        table,
        "schoolid",
        re_formula="~year",
        vc_formula={"start": "0 + C(childid)", "trend": "0 + C(childid):year"},
    )


def autism_model(table: pd.DataFrame) -> Any:
    """Socialisation age on age from 2, by early language, with a slope of its own for every child."""
    return mixed_model("vsae ~ 0 + C(sicdegp) + C(sicdegp):age2", table, "childid", re_formula="0 + age2")


def fit_growth(folder: Path) -> dict[str, float]:
    """D2: start, slope and spread of children's growth, by name.

    maths.*: logits a year, urban primary schools, spreads between children and between schools apart; `repeats` is the
    share of children who ever repeat a grade, `start_skew` the mean skewness of scores over grades 0-4. autism.*:
    months of socialisation age a year by early language. Raises InputErrors for a missing file.
    """
    from scipy.stats import skew

    maths = read(folder, MATHS_FILE)
    model = maths_model(maths)
    parts = dict(zip(model.model.exog_vc.names, model.vcomp, strict=True))
    schools = np.sqrt(np.diag(np.asarray(model.cov_re)))
    low_grades = maths[maths["grade"] <= 4].groupby("grade")["math"]
    slope = float(model.fe_params["year"])
    found = {
        "maths.slope": slope,
        "maths.start_sd.children": float(np.sqrt(parts["start"])),
        "maths.start_sd.schools": float(schools[0]),
        "maths.slope_sd.children": float(np.sqrt(parts["trend"])),
        "maths.slope_sd.schools": float(schools[1]),
        "maths.residual_sd": float(np.sqrt(model.scale)),
        "maths.start_skew": float(np.mean([skew(scores) for _, scores in low_grades])),
        "maths.repeats": float(maths.groupby("childid")["retained"].max().mean()),
    }
    found["maths.start_sd"] = float(np.hypot(found["maths.start_sd.children"], found["maths.start_sd.schools"]))
    found["maths.slope_spread.children"] = found["maths.slope_sd.children"] / slope

    autism = autism_model(read(folder, AUTISM_FILE))
    own = np.array([float(np.asarray(effect)[0]) for effect in autism.random_effects.values()])
    found |= {f"autism.slope.{level}": float(autism.fe_params[f"C(sicdegp)[{level}]:age2"]) for level in LANGUAGE}
    found |= {
        "autism.slope_sd": float(np.sqrt(np.asarray(autism.cov_re)[0, 0])),
        "autism.residual_sd": float(np.sqrt(autism.scale)),
        "autism.slope_skew": float(skew(own)),
    }
    return found


def early_share(baseline: Floats, course: Floats) -> tuple[float, float]:
    """What a course gained in its first third and in all: (first third - baseline, last third - baseline).

    Each is a mean over sessions (session i of n lies at (i + .5) / n of the course). Over several courses the share of
    the gain reached early is the sum of the first over the sum of the second.
    """
    at = (np.arange(len(course)) + 0.5) / len(course)
    start = baseline.mean()
    return float(course[at <= 1 / 3].mean() - start), float(course[at > 2 / 3].mean() - start)


def courses_of(table: pd.DataFrame) -> list[tuple[str, str, float, float]]:
    """(taught, case, early gain, whole gain) of every course with 2 or more baseline and 3 or more taught sessions.

    Gains are divided by the mean whole gain of their measure, so that measures weigh by their courses, not their units.
    """
    found = []
    for (study, measure), rows in table[table["study"].isin(COURSES)].groupby(["study", "measure"]):
        gains = []
        for case, own in rows.sort_values("session").groupby("case"):
            before = own["phase"].isin(BASELINES)
            if before.sum() >= 2 and (~before).sum() >= 3:
                outcome = own["outcome"].to_numpy(dtype=float)
                gains.append((str(case), *early_share(outcome[before.to_numpy()], outcome[~before.to_numpy()])))
        scale = float(np.mean([whole for _, _, whole in gains])) if gains else 1.0
        found += [
            (COURSES[str(study)], f"{case} {measure}", early / scale, whole / scale) for case, early, whole in gains
        ]
    return found


def detrended_variance(scores: Floats) -> tuple[float, Floats]:
    """Variance of a phase's scores around their own line, and the line."""
    at = np.arange(len(scores)) - (len(scores) - 1) / 2
    line = scores.mean() + at * (at @ scores) / (at @ at)
    return float(((scores - line) ** 2).sum() / (len(scores) - 2)), line


def trial_overdispersion(table: pd.DataFrame) -> float:
    """Correlation of two trials of one probe, from scores whose number of trials is known, all phases together.

    By moments: the variance around each phase's line less the binomial one, over what a correlation of 1 would add.
    """
    excess = room = 0.0
    for measure, trials in TRIALS_OF.items():
        for _, own in table[table["measure"] == measure].groupby(["case", "phase"]):
            if len(own) >= _FEWEST:
                variance, line = detrended_variance(own.sort_values("session")["outcome"].to_numpy(float) / trials)
                line = np.clip(line, 0.0, 1.0)
                unsure = 2.0 * variance / len(own)  # the line's own variance, mean over its points
                chance = (float((line * (1 - line)).mean()) + unsure) / trials
                excess += len(own) * (variance - chance)
                room += len(own) * chance * (trials - 1)
    return excess / room


def count_dispersion(table: pd.DataFrame) -> float:
    """Median over open counts of variance / mean in the baseline (1 where sessions are alike: Poisson)."""
    ratios = []
    for study in (name for name, taught in COURSES.items() if taught == COUNTED):
        baseline = table[(table["study"] == study) & table["phase"].isin(BASELINES)]
        for _, own in baseline.groupby(["measure", "case"]):
            counts = own["outcome"].to_numpy(dtype=float)
            if len(counts) >= _FEWEST and counts.mean() > 0:
                ratios.append(counts.var(ddof=1) / counts.mean())
    return float(np.median(ratios))


def response_spread(table: pd.DataFrame) -> dict[str, float]:
    """Spread between children of words learned per unit taught, as the SD of a lognormal's logarithm, by study.

    From a mixed model with units as fixed and children as random effects; `all` weighs the studies by their children.
    """
    treated = table[table["condition"] != "control"].assign(gain=lambda t: t["post"] - t["pre"])
    found, weights = {}, []
    for study, rows in treated.groupby("study"):
        model = mixed_model("gain ~ C(unit)", rows, "child")
        relative = float(np.asarray(model.cov_re)[0, 0]) / float(rows["gain"].mean()) ** 2
        found[str(study)] = float(np.sqrt(np.log1p(relative)))
        weights.append(rows["child"].nunique())
    return {**found, "all": float(np.average(list(found.values()), weights=weights))}


def fit_courses(folder: Path) -> dict[str, float]:
    """D3: how a course of therapy runs, by name.

    early_share.<taught>: share of a course's gain reached in its first third (social courses are mostly prompting:
    reported, not fitted to). overdispersion.trials: correlation of two trials of one probe; .counts: the same if probes
    of ten trials varied as open counts do, an upper end. response.<study>: spread of children's response to the same
    teaching, log. Raises InputErrors for a missing file.
    """
    table = read(folder, COURSES_FILE)
    courses = courses_of(table)
    found = {}
    for taught in COURSES.values():
        rows = np.array([(early, whole) for kind, _, early, whole in courses if kind == taught])
        found[f"early_share.{taught}"] = float(rows[:, 0].sum() / rows[:, 1].sum())
    ratio = count_dispersion(table)
    found["counts.variance_over_mean"] = ratio
    found["overdispersion.trials"] = trial_overdispersion(table)
    found["overdispersion.counts"] = (ratio - 1.0) / (PROBE_TRIALS - 1)
    spreads = response_spread(read(folder, WORDS_FILE))
    return {**found, **{f"response.{study}": spread for study, spread in spreads.items()}}


def against_first_fits(found: dict[str, float]) -> list[tuple[str, float, float, float, bool]]:
    """(name, found, first fit, tolerance, within) for every number of `found` that has a first fit."""
    return [
        (name, found[name], first, tolerance, abs(found[name] - first) <= tolerance)
        for name, (first, tolerance) in FIRST_FITS.items()
        if name in found
    ]
