"""The question of a staffing search: what is promised, by whom it is kept, and where to look."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import NamedTuple

from sdmsim.base import InputErrors, Problem, did_you_mean, dotted, quoted
from sdmsim.lab.experiment import Experiment

STEPS = 10
"""Steps in one FTE."""
MOST_FTE = 500.0


class Asked(NamedTuple):
    """What is promised, to be kept by whom, and where to look."""

    share: float
    probability: float
    role: str
    first: int
    """The first and the last step, in tenths of FTE."""
    last: int
    every: bool
    """Every step is tried, for the whole curve."""

    @property
    def key(self) -> str:
        """The dotted name that is varied."""
        return dotted(["staffing", "fte", self.role])


def ask(
    experiment: Experiment,
    *,
    share: float | None,
    probability: float | None,
    role: str | None = None,
    first: float | None = None,
    last: float | None = None,
    every: bool = False,
) -> Asked:
    """What is asked, whole; the role may be left out where services name one only, the range where staff is there.

    Raises:
        InputErrors: everything that is missing or will not do.
    """
    problems = [*_decides("--share", share, "0.95: 95 % of the promised minutes"),
                *_decides("--probability", probability, "0.9: in nine years of ten")]  # fmt: skip
    school = experiment.base.roster
    roles = list(dict.fromkeys(row.provider_role for row in school.services))
    if role is None and len(roles) != 1:
        problems.append(Problem("--role", 0, "", f"must be given: one of {', '.join(map(quoted, roles))}"))
    elif role is not None and role not in roles:
        text = f"{quoted(role)}: no service needs it{did_you_mean(role, roles)}"
        problems.append(Problem("--role", 0, "", text))
    known = role if role is not None else (roles[0] if len(roles) == 1 else "")
    there = sum(member.fte for member in school.staff if member.role == known)
    low = _step("--from", max(1, round(there * STEPS / 2)) if first is None else first, problems, first is not None)
    high = _step("--to", max(1, round(there * STEPS * 2)) if last is None else last, problems, last is not None)
    if not problems and low > high:
        problems.append(Problem("--from", 0, "", f"{low / STEPS:g} is more than --to, {high / STEPS:g}"))
    key = dotted(["staffing", "fte", known])
    for arm in experiment.arms:
        problems += (
            Problem(
                experiment.file.name, 0, f'arm "{arm.name}": set: {name}', "is what the search varies; leave it out"
            )
            for name in arm.set
            if known and (name == key or key.startswith(f"{name}."))
        )
    if problems or share is None or probability is None:
        raise InputErrors(problems)
    return Asked(share, probability, known, low, high, every)


def _decides(option: str, value: float | None, example: str) -> Iterator[Problem]:
    if value is None:
        yield Problem(option, 0, "", f"must be given, since it decides the answer; for instance {example}")
    elif not 0.0 < value <= 1.0 or (option == "--probability" and value == 1.0):
        yield Problem(option, 0, "", f"{value:g} given; must be between 0 and 1, such as {example}")


def _step(option: str, value: float, problems: list[Problem], given: bool) -> int:
    if not given:
        return int(value)
    steps = value * STEPS
    if not isfinite(value) or not 1.0 - 1e-9 <= steps <= MOST_FTE * STEPS or abs(steps - round(steps)) > 1e-6:
        problems.append(Problem(option, 0, "", f"{value:g} given; must be tenths of FTE, from 0.1 to {MOST_FTE:g}"))
        return 1
    return round(steps)
