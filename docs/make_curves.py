"""Draws docs/images/curves-response.png: the curves by which children respond, from the theory and the `evidence` set.

python docs/make_curves.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sdmsim.theory.attention import log_odds_of, on_task, settled_share
from sdmsim.theory.ledger import Assumptions
from sdmsim.theory.practice import effective, turns
from sdmsim.theory.probes import met_probability, pass_probability
from sdmsim.theory.stores import Gains, below_ceiling, rest

IMAGE = Path(__file__).resolve().parent / "images" / "curves-response.png"
N = Assumptions(set="evidence").numbers()


def attention(ax: Axes) -> None:
    """On-task share by minute, in a sparse and in a busy place."""
    minute = np.linspace(0.0, 45.0, 91)
    for noise in (0.0, 0.5, 1.0):
        level = settled_share(N["attention.base_logit"], 0.0, N["attention.noise_logit"], noise, 1.0, 0.0, 22.0)
        share = on_task(level, N["attention.start_share"], N["attention.relax_per_minute"], minute, 0.0)
        ax.plot(minute, share, label=f"noise {noise:g}")
    ax.set(title="Attention", xlabel="minute of the activity", ylabel="share on task")


def groups(ax: Axes) -> None:
    """Turns by size of group, with goals of one kind and of several."""
    size = np.arange(1.0, 7.0)
    for label, fit in (("same goals", 1.0), ("mixed goals", N["practice.mixed_fit"])):
        ax.plot(size, turns(size, N["practice.others_turns"], fit), "o-", label=label)
    ax.plot(size, 1.0 / size, "o:", label="own turns only")
    ax.set(title="Turns in a group", xlabel="children", ylabel="share of the turns", ylim=(0, 1.05))


def satiation(ax: Axes) -> None:
    """What counts of the tries of a session, by recent load."""
    done = np.linspace(0.0, 150.0, 101)
    for load in (0.0, 50.0, 100.0):
        ax.plot(done, effective(done, load, N["practice.satiation"]), label=f"after {load:g}")
    ax.set(title="Recent load", xlabel="tries", ylabel="tries that count")


def ceiling(ax: Axes) -> None:
    """The gain by the practice that would bring it without a ceiling."""
    raw = np.linspace(0.0, 3.0, 101)
    ax.plot(raw, below_ceiling(0.0, raw, N["stores.ceiling"], N["stores.softness"]), label="gain")
    ax.plot(raw, np.minimum(raw, N["stores.ceiling"]), ":", label="sharp ceiling")
    ax.set(title="Ceiling", xlabel="practice (log-odds)", ylabel="gain (log-odds)")


def fading(ax: Axes) -> None:
    """What is left of a gain of 1, by days."""
    days = np.linspace(0.0, 365.0, 101)
    for kept in (0.0, N["stores.kept"], 0.6):
        left = rest(Gains(0.0, 1.0, 0.0, 0.0), days, 0.0, N["stores.half_life"], kept).trained
        ax.plot(days, left, label=f"kept {kept:g}")
    ax.set(title="Fading and keeping", xlabel="days without therapy", ylabel="share of the gain")


def transfer(ax: Axes) -> None:
    """Use in class beside the trained gain, by unaided minutes; time stands still."""
    minutes = np.linspace(0.0, 50_000.0, 101)
    for place in ("room", "lesson"):
        lacking = 1.0 - N[f"places.similarity.{place}"]
        gains = rest(Gains(0.0, 1.0, 0.0, lacking), 0.0, N["stores.transfer"] / 1000.0 * minutes, 60.0, 0.0)
        ax.plot(minutes / 1000.0, gains.in_class, label=f"practised in a {place}")
    ax.set(title="Use in class", xlabel="1000 unaided minutes", ylabel="share of the trained gain", ylim=(0, 1.05))


def probes(ax: Axes) -> None:
    """A pass and three running, by the true chance of a trial."""
    chance = np.linspace(0.3, 0.98, 69)
    passing = pass_probability(chance)
    ax.plot(chance, passing, label="8 of 10")
    for rounds in (8, 18, 36):
        met = met_probability(np.repeat(passing[:, None], rounds, axis=1))
        ax.plot(chance, met, label=f"3 running in {rounds}")
    ax.set(title="Probes (independent trials)", xlabel="chance of a trial", ylabel="probability")


def tries(ax: Axes) -> None:
    """Success by tries on one target, from one half, for a typical learner and one of greater need."""
    count = np.linspace(0.0, 60.0, 121)
    for need in (1.0, N["stores.need"]):
        gain = below_ceiling(0.0, N["stores.increment"] * count / need, N["stores.ceiling"], N["stores.softness"])
        ax.plot(count, 1.0 / (1.0 + np.exp(-(log_odds_of(0.5) + gain))), label=f"need {need:g}")
    ax.set(title="Tries on one target", xlabel="tries that count", ylabel="chance of success")


def main() -> None:
    """Draws all curves on one page."""
    figure = Figure(figsize=(13, 6), layout="constrained")
    drawn = (attention, groups, satiation, tries, ceiling, fading, transfer, probes)
    for ax, draw in zip(figure.subplots(2, 4).flat, drawn, strict=True):
        draw(ax)
        ax.legend(frameon=False, fontsize=8)
        ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(IMAGE, dpi=80, metadata={"Software": None}, pil_kwargs={"optimize": True})


if __name__ == "__main__":
    main()
