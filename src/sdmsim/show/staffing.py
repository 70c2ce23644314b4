"""What `sdmsim staffing` shows: the fewest FTE by arm, what formulas say beside it, and the curve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdmsim.lab.staffing_question import STEPS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sdmsim.lab.staffing import Staffed
    from sdmsim.show.pictures import Picture

NAME = "staffing"
CURVE = ("arm", "fte", "verdict", "reached", "middle", "high")


def print_staffed(found: Staffed, picture: Path) -> None:
    """The answers, the steps and the formulas on standard output."""
    from sdmsim.show.console import console, table

    screen, asked = console(), found.asked
    screen.print(
        table(
            f"{found.title}: fewest FTE of {asked.role} that give at least {_percent(asked.share)} of the promised "
            f"minutes with a probability of {asked.probability:g} ({found.manifest['replications']} simulated years at "
            "each step)",
            ["arm", "fewest FTE", "steps tried", "years that keep it there", "given there, mean"],
            [list(_row(found, arm)) for arm in found.arms],
        )
    )
    for sentence in sentences(found):
        screen.print(sentence, soft_wrap=True)
    names = list(dict.fromkeys(found.formulas["formula"]))
    by = {(str(r["arm"]), str(r["formula"])): float(r["fte"]) for r in found.formulas.to_dict("records")}
    screen.print()
    screen.print(
        table(
            "What formulas in use say, FTE",
            ["formula", *found.arms],
            [[name, *(_fte(by[arm, name], 2) for arm in found.arms)] for name in names],
        )
    )
    for note in found.notes:
        screen.print(f"Note: {note}", soft_wrap=True)
    screen.print(f"\nPicture: {picture}", soft_wrap=True)


def _row(found: Staffed, arm: str) -> Iterator[str]:
    answer = _answers(found)[arm]
    fte = answer["fewest_fte"]
    yield arm
    yield _fte(fte) if fte == fte else f"more than {found.asked.last / STEPS:g}"
    yield str(answer["tried"])
    step = _at(found, arm, fte if fte == fte else found.asked.last / STEPS)
    yield f"{step['kept']} of {step['years']}"
    yield f"{100 * step['mean']:.1f} %"


def _answers(found: Staffed) -> dict[str, Mapping[Any, Any]]:
    return {str(r["arm"]): r for r in found.answers.to_dict("records")}


def _at(found: Staffed, arm: str, fte: float) -> Mapping[Any, Any]:
    """The row of a step."""
    return next(row for row in found.steps[found.steps["arm"] == arm].to_dict("records") if row["fte"] == fte)


def sentences(found: Staffed) -> list[str]:
    """What the numbers of each arm mean, and what they leave open."""
    return [sentence for arm, answer in _answers(found).items() for sentence in _said(found, arm, answer)]


def _said(found: Staffed, arm: str, answer: Mapping[Any, Any]) -> Iterator[str]:
    first, last = found.asked.first / STEPS, found.asked.last / STEPS
    fewest, low, high = answer["fewest_fte"], answer["possible_from"], answer["possible_to"]
    full = _at(found, arm, last if fewest != fewest else fewest)
    if fewest != fewest:
        yield (
            f"{arm}: not kept with {last:g} FTE, the most that was tried; with that probability at least "
            f"{100 * full['reached']:.1f} % is given."
        )
    elif fewest == first:
        yield f"{arm}: kept with {first:g} FTE already, the fewest that was tried; give a lower --from."
    elif low == high == fewest:
        yield f"{arm}: {fewest:g} FTE, and the years leave no doubt (95 % intervals of the probability at each step)."
    else:
        least = f"{low:g}" if low == low and low > first else f"{first:g} or fewer"
        most = f"{high:g}" if high == high else f"more than {last:g}"
        yield (
            f"{arm}: {fewest:g} FTE is the best guess; by {found.manifest['replications']} years it may be {least} to "
            f"{most} (95 % intervals of the probability at each step tried). More --replications narrow it."
        )
    if not answer["in_order"]:
        later = answer["kept_from"]
        settled = f"only from {later:g} FTE on all do" if later == later else f"{last:g} FTE does not"
        yield (
            f"{arm}: more staff does not always give more here: {fewest:g} FTE keeps the promise, some steps above do "
            f"not, {settled}. The week is made anew at each step; a small part of a post is hard to use."
        )
    if full["unplaced_sessions"] > 0:
        yield f"{arm}: at {full['fte']:g} FTE {full['unplaced_sessions']:g} sessions a week have no place."
    if full["overtime_hours"] >= 0.05:
        yield f"{arm}: at {full['fte']:g} FTE there are {full['overtime_hours']:.1f} hours of overtime a week."


def summary(found: Staffed, folder: Path) -> dict[str, Any]:
    """The same as one JSON object."""

    def rows(table: Any) -> list[dict[str, Any]]:
        return [{str(k): None if v != v else v for k, v in row.items()} for row in table.to_dict("records")]

    return {
        "title": found.title,
        "asked": {**found.asked._asdict(), "first": found.asked.first / STEPS, "last": found.asked.last / STEPS},
        "seed": found.manifest["seed"],
        "replications": found.manifest["replications"],
        "answers": rows(found.answers),
        "said": sentences(found),
        "steps": rows(found.steps),
        "formulas": rows(found.formulas),
        "notes": list(found.notes),
        "out": str(folder),
    }


def draw(found: Staffed) -> Picture:
    """One curve for each arm, with the formulas as lines."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    from sdmsim.show.pictures import Picture
    from sdmsim.show.style import STYLE

    asked = found.asked
    with rc_context(STYLE):
        figure = Figure(figsize=(8.0, 0.8 + 3.0 * len(found.arms)), layout="constrained")
        axes = figure.subplots(len(found.arms), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        for position, (ax, arm) in enumerate(zip(axes, found.arms, strict=True)):
            _curve(ax, found, arm, position)
        axes[-1].set_xlabel(f"FTE of {asked.role}")
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    return Picture(
        name=NAME,
        title=f"How many FTE of {asked.role}?",
        caption=(
            "Share of the promised minutes given: the middle simulated year, and the band between what is reached and "
            f"what is not exceeded with a probability of {asked.probability:g}. The promise is kept where the lower "
            f"edge reaches {_percent(asked.share)}. Points: filled where surely kept, grey open, hollow surely not. "
            "Dotted: formulas in use."
        ),
        alt=f"Curves of the share given against FTE, {len(found.arms)} arms, with what formulas say.",
        figure=figure,
        numbers=found.steps[list(CURVE)],
    )


def _curve(ax: Axes, found: Staffed, arm: str, position: int) -> None:
    from sdmsim.show.figures import wrapped
    from sdmsim.show.style import GREY, LIGHT, colour

    asked, tint = found.asked, colour(position)
    steps = found.steps[found.steps["arm"] == arm]
    across = steps["fte"]
    low, middle, high = (steps[name] * 100 for name in ("reached", "middle", "high"))
    ax.fill_between(across, low, high, color=tint, alpha=0.2, linewidth=0)
    ax.plot(across, low, color=tint, linewidth=1.0)
    ax.plot(across, middle, color=tint, linewidth=1.8)
    faces = {"keeps": tint, "open": LIGHT, "does not": "white"}
    for x, y, sure in zip(across, low, steps["verdict"], strict=True):
        ax.plot(x, y, "o", color=tint, markerfacecolor=faces[sure], markersize=6, zorder=3)
    ax.axhline(asked.share * 100, color="black", linewidth=0.8)
    ax.set_xlim(asked.first / STEPS - 0.05, asked.last / STEPS + 0.05)
    _formula_lines(ax, found, arm, GREY)
    fewest = _answers(found)[arm]["fewest_fte"]
    if fewest == fewest:
        ax.axvline(fewest, color=tint, linewidth=2.5, alpha=0.7, zorder=1)
    said = f"{fewest:g} FTE" if fewest == fewest else f"more than {asked.last / STEPS:g} FTE"
    ax.set_title(f"{wrapped(arm, 60)}: {said}", pad=6)
    ax.set_ylabel("minutes given, %")
    ax.grid(axis="y")


def _formula_lines(ax: Axes, found: Staffed, arm: str, tint: str) -> None:
    """Thin lines within the range, named at the foot; names that would lie on each other share a line."""
    low, high = ax.get_xlim()
    mine = found.formulas[(found.formulas["arm"] == arm) & found.formulas["fte"].between(low, high)]
    for fte, names in _together(list(zip(mine["fte"], mine["formula"], strict=True)), (high - low) / 40):
        ax.axvline(fte, color=tint, linewidth=0.8, linestyle=":", zorder=0)
        ax.annotate(
            names, (fte, 0.03), xycoords=("data", "axes fraction"), rotation=90, fontsize=6.5, color=tint, ha="right",
            va="bottom", xytext=(-1, 0), textcoords="offset points",
        )  # fmt: skip


def _together(found: Sequence[tuple[float, str]], near: float) -> Iterator[tuple[float, str]]:
    """Lines that lie near each other get one text, at the first of them."""
    last: list[tuple[float, str]] = []
    for fte, name in sorted(found):
        if last and fte - last[0][0] >= near:
            yield last[0][0], ", ".join(n for _, n in last)
            last = []
        last.append((fte, name))
    if last:
        yield last[0][0], ", ".join(n for _, n in last)


def _percent(share: float) -> str:
    return f"{100 * share:g} %"


def _fte(value: float, decimals: int = 1) -> str:
    return "-" if value != value else f"{value:.{decimals}f}"
