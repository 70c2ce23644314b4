"""Draws docs/images/cedar-creek.png and assistants.png from the results of the two experiments.

python docs/make_people.py results      # holds cedar-creek/ and assistants/
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sdmsim.show.style import STYLE, colour, marker

IMAGES = Path(__file__).resolve().parent / "images"
GONE = (15, 26)
"""School weeks of the vacancy, from 1."""


def cedar_creek(folder: Path) -> Figure:
    """Minutes still owed to a child by school week, and the children who are owed much at the end."""
    ledger, runs = pd.read_csv(folder / "ledger.csv"), pd.read_parquet(folder / "runs.parquet")
    figure = Figure(figsize=(10.0, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    remedies = [arm for arm in dict.fromkeys(ledger["arm"]) if not arm.endswith(", made up")]
    left.axvspan(*GONE, color="#EEEEEE", zorder=0)
    for n, arm in enumerate(remedies):
        for name, line in ((arm, "-"), (f"{arm}, made up", ":")):
            mine = ledger[ledger["arm"] == name]
            if len(mine):
                left.plot(mine["week"], mine["still_owed"], line, color=colour(n), label=arm if line == "-" else None)
    left.plot([], [], ":", color="black", label="with sessions made up")
    left.set(xlabel="school week (grey: the post is vacant)", ylabel="minutes still owed, mean of 165 children")
    left.legend(loc="upper left")
    _bars(right, runs, remedies)
    return figure


def _bars(ax: Axes, runs: pd.DataFrame, remedies: list[str]) -> None:
    means = runs.groupby("arm")["children_owed_300"].mean()
    for n, arm in enumerate(remedies):
        ax.barh(n - 0.2, means[arm], 0.38, color=colour(n))
        made_up = f"{arm}, made up"
        if made_up in means:
            ax.barh(n + 0.2, means[made_up], 0.38, color=colour(n), alpha=0.45, hatch="////")
    ax.set_yticks(range(len(remedies)), remedies)
    ax.invert_yaxis()
    ax.set(xlabel="children owed more than 300 minutes in June\n(hatched: with sessions made up)")


def assistants(folder: Path) -> Figure:
    """Promised minutes given, and dollars for an hour given, by children and assistants."""
    runs = pd.read_parquet(folder / "runs.parquet")
    parts = runs["arm"].str.extract(r"(?P<children>\d+) children, (?P<assistants>no|1|2) assistant")
    runs = runs.assign(children=parts["children"].astype(int), some=parts["assistants"].replace("no", "0").astype(int))
    figure = Figure(figsize=(10.0, 4.0), layout="constrained")
    left, right = figure.subplots(1, 2)
    for n, some in runs.groupby("some"):
        label = f"{n or 'no'} assistant{'s' if n == 2 else ''}"
        by = some.groupby("children")
        style = {"color": colour(int(n)), "marker": marker(int(n)), "label": label}
        left.plot(100 * by["delivered_share"].mean(), **style)
        right.plot(by["cost"].sum() / by["delivered_hours"].sum(), **style)
    left.set(xlabel="children", ylabel="promised minutes given (%)", ylim=(0, 100))
    right.set(xlabel="children", ylabel="dollars for an hour given to a child", ylim=(0, None))
    left.legend(loc="lower left")
    return figure


def main() -> int:
    """Draw both."""
    results = Path(sys.argv[1])
    with rc_context(STYLE):
        for name, draw in (("cedar-creek", cedar_creek), ("assistants", assistants)):
            draw(results / name).savefig(IMAGES / f"{name}.png", metadata={"Software": None})
    return 0


if __name__ == "__main__":
    sys.exit(main())
