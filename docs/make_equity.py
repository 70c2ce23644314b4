"""Draws docs/images/equity.png from the results of the experiment: the share given at each school.

python docs/make_equity.py results      # holds equity/
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from sdmsim.show.style import colour

IMAGE = Path(__file__).resolve().parent / "images" / "equity.png"


def equity(folder: Path) -> Figure:
    """Share of promised minutes given at each school, one bar for each arm: means over the years of the experiment."""
    groups = pd.read_csv(folder / "groups.csv")
    shares = groups[(groups["way"] == "site") & (groups["metric"] == "delivered_share")]
    figure = Figure(figsize=(7.5, 4.5), layout="constrained")
    ax = figure.add_subplot()
    for position, arm in enumerate(dict.fromkeys(shares["arm"])):
        means = shares.loc[shares["arm"] == arm, "mean"]
        at = [site + 0.26 * (position - 1) for site in range(len(means))]
        ax.bar(at, 100.0 * means, 0.24, color=colour(position), label=arm)
    sites = shares.drop_duplicates("group")
    names = [f"{site}\n{children} children" for site, children in zip(sites["group"], sites["children"], strict=True)]
    ax.set_xticks(range(len(names)), names)
    ax.set(ylabel="promised minutes given (%)", ylim=(40, 90))
    ax.legend(loc="upper left", ncols=3, frameon=False)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return figure


if __name__ == "__main__":
    equity(Path(sys.argv[1]) / "equity").savefig(IMAGE, dpi=130, metadata={"Software": None})
