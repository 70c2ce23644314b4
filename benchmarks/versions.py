"""Which numbers moved between two versions of sdmsim: all shipped experiments on both, under the same seeds.

    python benchmarks/versions.py BEFORE [AFTER] [--work DIR] [--only NAME ...] [--replications N] [--here]

BEFORE and AFTER (default `.`, the working tree) are each a git revision or tag, a folder of the repository at another
version, a wheel, or a folder that this script made before. A revision or a wheel is installed in an environment of its
own, with the pins of its `constraints.txt`; with `--here` it runs with this interpreter's packages instead. Each
version runs the experiments that it ships (a wheel ships none and runs those of the working tree) into
`DIR/<version>/results`. Then the same arms, years and metrics are compared pair by pair: equal, moved within noise
(paired t, Holm over the arms and metrics of one experiment) or beyond it.

Prints a Markdown report; exit status 1 where numbers moved beyond noise and CHANGELOG.md has no new entry marked
**(numbers)**, and where nothing could be compared.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from sdmsim.lab.compare import SIGNIFICANCE, holm
from sdmsim.lab.estimates import paired_difference
from sdmsim.lab.outcomes import metrics_of
from sdmsim.metrics import RATIOS

ROOT = Path(__file__).resolve().parent.parent
SAME, WITHIN, BEYOND = "the same", "within noise", "beyond noise"
COMMAND = "from sdmsim.show.cli import main; main(prog_name='sdmsim')"
LISTED = 60
"""Rows of an experiment that the report lists; the rest is counted."""


class Version(NamedTuple):
    """One version's results, a folder for each experiment, and what its changelog says."""

    name: str
    results: Path
    changelog: str


class Moved(NamedTuple):
    """One metric of one arm in both versions, means over the years that both lived."""

    experiment: str
    arm: str
    metric: str
    years: int
    before: float
    after: float
    low: float
    high: float
    how: str


class Compared(NamedTuple):
    """What is to be said of two versions."""

    rows: list[Moved]
    only_one: list[str]
    """Sentences: experiments, arms, metrics that one version has and the other has not."""
    marked: list[str]
    """New entries of the changelog that are marked (numbers)."""

    @property
    def beyond(self) -> list[Moved]:
        """The rows that moved beyond noise."""
        return [row for row in self.rows if row.how == BEYOND]


def compare_versions(before: Version, after: Version) -> Compared:
    """Every experiment, arm and metric that both have."""
    rows: list[Moved] = []
    only_one = list(_only("experiment", before, _folders(before), after, _folders(after)))
    for experiment in sorted(_folders(before) & _folders(after)):
        tables = [pd.read_parquet(version.results / experiment / "runs.parquet") for version in (before, after)]
        arms = [list(dict.fromkeys(table["arm"])) for table in tables]
        metrics = [metrics_of(table) for table in tables]
        only_one += _only(f"{experiment}: arm", before, arms[0], after, arms[1])
        only_one += _only(f"{experiment}: metric", before, metrics[0], after, metrics[1])
        shared = [m for m in metrics[1] if m in metrics[0] and m not in RATIOS]
        rows += _moved(experiment, *tables, [arm for arm in arms[1] if arm in arms[0]], shared)
    return Compared(rows, only_one, new_marks(before.changelog, after.changelog))


def _folders(version: Version) -> set[str]:
    return {file.parent.name for file in version.results.glob("*/runs.parquet")}


def _only(
    what: str, before: Version, old: Sequence[str] | set[str], after: Version, new: Sequence[str] | set[str]
) -> Iterator[str]:
    for version, some, others in ((before, old, new), (after, new, old)):
        if names := [name for name in some if name not in others]:
            yield f"{what} only in {version.name}: {', '.join(sorted(names))}"


def _moved(
    experiment: str, before: pd.DataFrame, after: pd.DataFrame, arms: Sequence[str], metrics: Sequence[str]
) -> Iterator[Moved]:
    """Pairs are the same arm and replication; ratios of totals are left out, their parts are there."""
    index = ["arm", "replication"]
    old, new = (table.set_index(index)[list(metrics)] for table in (before, after))
    both = old.index.intersection(new.index)
    keys, found = [], []
    for arm in arms:
        years = both[both.get_level_values("arm") == arm]
        for metric in metrics:
            ours, theirs = (table.loc[years, metric].to_numpy(dtype=np.float64) for table in (new, old))
            keys.append((arm, metric, len(years), float(np.nanmean(theirs)) if np.isfinite(theirs).any() else np.nan))
            found.append((paired_difference(ours, theirs), np.array_equal(ours, theirs, equal_nan=True)))
    for (arm, metric, n, mean), (e, same), p in zip(keys, found, holm([e.p for e, _ in found]), strict=True):
        how = SAME if same or e.mean == e.low == e.high == 0.0 else BEYOND if p < SIGNIFICANCE else WITHIN
        yield Moved(experiment, arm, metric, n, mean, mean + e.mean, e.low, e.high, how)


def entries(changelog: str) -> list[str]:
    """The entries of a changelog, each in one line."""
    found = re.split(r"^- ", changelog, flags=re.MULTILINE)[1:]
    return [" ".join(re.split(r"\n(?=\S)", entry)[0].split()) for entry in found]


def new_marks(before: str, after: str) -> list[str]:
    """Entries marked (numbers) that the earlier changelog has not, as they are now."""
    known = set(entries(before))
    return [entry for entry in entries(after) if "**(numbers)**" in entry and entry not in known]


def report(before: Version, after: Version, found: Compared) -> str:
    """The comparison as Markdown."""
    lines = [f"# {before.name} and {after.name}", ""]
    counts = {how: sum(row.how == how for row in found.rows) for how in (SAME, WITHIN, BEYOND)}
    lines += [
        f"{len(found.rows)} numbers (arm and metric): " + ", ".join(f"{n} {how}" for how, n in counts.items()),
        "",
    ]
    lines += [f"- {sentence}" for sentence in found.only_one]
    for experiment in dict.fromkeys(row.experiment for row in found.rows):
        mine = [row for row in found.rows if row.experiment == experiment]
        beyond = [row for row in mine if row.how == BEYOND]
        within = sum(row.how == WITHIN for row in mine)
        lines += ["", f"## {experiment}", "", f"{len(beyond)} of {len(mine)} beyond noise, {within} within.", ""]
        if beyond:
            lines += [
                "| arm | metric | before | after | difference, 95 % interval | years |",
                "|---|---|---|---|---|---|",
            ]
        for row in beyond[:LISTED]:
            difference = f"{row.after - row.before:+.4g} ({row.low:.4g} to {row.high:.4g})"
            cells = (row.arm, row.metric, f"{row.before:.5g}", f"{row.after:.5g}", difference, str(row.years))
            lines.append(f"| {' | '.join(cells)} |")
        if len(beyond) > LISTED:
            lines += ["", f"and {len(beyond) - LISTED} more."]
    lines += ["", "## Changelog", ""]
    lines += [f"- {entry}" for entry in found.marked] or ["No new entry is marked (numbers)."]
    return "\n".join([*lines, "", verdict(found), ""])


def verdict(found: Compared) -> str:
    """Whether the changelog says what the numbers say."""
    if not found.rows:
        return "Nothing was compared: no experiment is in both."
    if found.beyond and not found.marked:
        return "NOT SAID: numbers moved beyond noise, and no new entry of CHANGELOG.md is marked **(numbers)**."
    if found.marked and not found.beyond:
        return "Entries are marked (numbers), but nothing moved beyond noise in the shipped experiments."
    return "Said: numbers moved, and entries are marked (numbers)." if found.beyond else "Nothing moved beyond noise."


# ---------------------------------------------------------------- making a version's results


def version_of(what: str, work: Path, *, here: bool, only: Sequence[str], replications: int | None) -> Version:
    """The results of a version: as they are in a folder made before, else made now."""
    given = Path(what)
    if (given / "results").is_dir() and (given / "CHANGELOG.md").is_file() and not (given / "src").is_dir():
        return Version(given.name, given / "results", (given / "CHANGELOG.md").read_text(encoding="utf-8"))
    name = "working-tree" if what == "." else re.sub(r"[^\w.-]+", "-", given.stem if given.exists() else what)
    folder = work / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tree, installed = _source(what, folder)
    shutil.copy(tree / "CHANGELOG.md", folder / "CHANGELOG.md")
    python, path = _python(folder, tree, installed, here=here or what == ".")
    environment = {**os.environ, "SDMSIM_CACHE": str(folder / "cache")}
    environment.pop("PYTHONPATH", None)  # or it would run the same version twice
    environment |= {"PYTHONPATH": str(path)} if path else {}
    for experiment in sorted((tree / "experiments").glob("*.toml")):
        if only and experiment.stem not in only:
            continue
        words = ["experiment", str(experiment), "--out", str(folder / "results" / experiment.stem), "--quiet"]
        words += ["--replications", str(replications)] if replications else []
        print(f"{name}: {experiment.name}", file=sys.stderr)
        if subprocess.run([python, "-c", COMMAND, *words], env=environment, cwd=folder).returncode:
            print(f"{name}: {experiment.name} did not run", file=sys.stderr)
    return Version(name, folder / "results", (folder / "CHANGELOG.md").read_text(encoding="utf-8"))


def _source(what: str, folder: Path) -> tuple[Path, Path]:
    """The tree that holds experiments and changelog, and what is to be installed."""
    given = Path(what)
    if given.suffix == ".whl":
        return ROOT, given.resolve()
    if given.is_dir():
        return given.resolve(), given.resolve()
    archive = subprocess.run(["git", "archive", what], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder / "tree", filter="data")
    return folder / "tree", folder / "tree"


def _python(folder: Path, tree: Path, installed: Path, *, here: bool) -> tuple[str, Path | None]:
    """An interpreter that has the version, and what goes on its path."""
    if here and installed.suffix != ".whl":
        return sys.executable, installed / "src"
    home = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pins = ["-c", str(tree / "constraints.txt")]
    words = ["-m", "pip", "--python", str(python), "install", "--quiet", *pins, str(installed)]
    subprocess.run([sys.executable, *words], check=True)
    return str(python), None


def main(words: Sequence[str] | None = None) -> int:
    """See the top of this file."""
    asked = argparse.ArgumentParser(description="Which numbers moved between two versions?")
    asked.add_argument("before")
    asked.add_argument("after", nargs="?", default=".")
    asked.add_argument("--work", type=Path, default=ROOT / "results" / "versions")
    asked.add_argument("--only", nargs="*", default=(), metavar="NAME", help="experiments by their file's name")
    asked.add_argument("--replications", type=int)
    asked.add_argument("--here", action="store_true", help="with this interpreter's packages")
    asked.add_argument("--out", type=Path, help="file for the report, besides standard output")
    given = asked.parse_args(words)
    how = {"here": given.here, "only": given.only, "replications": given.replications}
    before, after = (version_of(what, given.work.resolve(), **how) for what in (given.before, given.after))
    found = compare_versions(before, after)
    text = report(before, after, found)
    print(text)
    if given.out:
        given.out.write_text(text, encoding="utf-8", newline="\n")
    return 1 if not found.rows or (found.beyond and not found.marked) else 0


if __name__ == "__main__":
    sys.exit(main())
