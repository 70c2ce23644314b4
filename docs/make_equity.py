"""Draws docs/images/equity.png: the share of promised minutes given at each school, for each way to share half-days.

python docs/make_equity.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from sdmsim import load_experiment
from sdmsim.metrics import students_table
from sdmsim.metrics.by_site import shares_by_site
from sdmsim.plan import Plan, plan_of
from sdmsim.show.style import colour
from sdmsim.world import live

ROOT = Path(__file__).resolve().parent.parent
IMAGE = ROOT / "docs" / "images" / "equity.png"
YEARS = 3


def mean_shares(plan: Plan) -> dict[str, float]:
    """Delivered share by school, mean over some years."""
    years = []
    for replication in range(YEARS):
        table = students_table(live(plan, seed=1, replication=replication))
        promised = (table["minutes_owed"] - table["missed_minutes.no_school"]).to_numpy()
        years.append(shares_by_site(plan.school, promised, table["minutes_delivered"].to_numpy()))
    return {site: float(np.mean([year[site] for year in years])) for site in years[0]}


def main() -> None:
    """Draw and write the picture; the numbers go to the screen."""
    experiment = load_experiment(ROOT / "experiments" / "equity.toml")
    figure = Figure(figsize=(7.5, 4.5), layout="constrained")
    ax = figure.add_subplot()
    arms = [(name, plan_of(scenario)) for name, scenario in experiment.scenarios]
    for position, (name, plan) in enumerate(arms):
        shares = mean_shares(plan)
        print(name, {site: round(share, 3) for site, share in shares.items()})
        at = np.arange(len(shares)) + 0.26 * (position - 1)
        ax.bar(at, [100.0 * share for share in shares.values()], 0.24, color=colour(position), label=name)
    sites = {section.section: section.site for section in arms[0][1].school.sections}
    children = [sites[child.section] for child in arms[0][1].school.students]
    ax.set_xticks(np.arange(len(shares)), [f"{site}\n{children.count(site)} children" for site in shares])
    ax.set(ylabel="promised minutes given (%)", ylim=(40, 90))
    ax.legend(loc="upper left", ncols=3, frameon=False)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    figure.savefig(IMAGE, dpi=130)


if __name__ == "__main__":
    main()
