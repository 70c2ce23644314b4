"""A question to many runs: which arms, how often, compared with what."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr

from sdmsim.base import Described, InputErrors, Problem, did_you_mean, dotted, read_as, read_toml
from sdmsim.lab.drivers.question import Sensitivity, sensitivity_problems
from sdmsim.lab.enough import Enough
from sdmsim.lab.front import Front
from sdmsim.lab.record import Monthly, read_record
from sdmsim.scenario import Scenario, load
from sdmsim.school.vocabulary import Text
from sdmsim.theory.ledger import in_words

FORMAT = 1
AS_WRITTEN = "as written"
"""The name under which an arm itself stands beside its variations."""
MOST_ARMS = 200
"""More combinations of factors than this are a slip of the keyboard."""


class Arm(Described):
    """One way to deliver: the scenario with values replaced by dotted name."""

    name: Text
    set: Mapping[str, Any] = Field(default_factory=dict)


class Variation(Described):
    """Changes for which the arms' weeks are made, but not lived: what a rule of grouping does to the hours asked."""

    name: Text
    set: Mapping[str, Any]


class Experiment(Described):
    """Arms x replications of one scenario, all compared with the baseline.

    Either `arm` (a list) or `factors` (every combination of their values, named after them) says what
    varies. `replications` and `baseline` have no default: they decide the answer.
    """

    format: Literal[1] = 1
    title: Text
    scenario: Text
    """Path of the scenario, relative to this file."""
    baseline: Text
    """The name of the arm with which the others are compared."""
    replications: Annotated[int, Field(ge=1, le=100_000, strict=True)] | Enough
    """School years lived in each arm, each with its own luck, the same in all arms: a number, or a table that says when
    there are enough."""
    arm: tuple[Arm, ...] = ()
    factors: Mapping[str, tuple[Any, ...]] = Field(default_factory=dict)
    regroup: tuple[Variation, ...] = ()
    front: Front | None = None
    sensitivity: Sensitivity | None = None
    record: Text | None = None
    """Path of a CSV file (month 1-12, share 0-1, label) with a district's logged share by month."""

    _file: Path = PrivateAttr(default=Path("experiment"))
    _base: Scenario | None = PrivateAttr(default=None)
    _arms: tuple[tuple[str, Scenario], ...] = PrivateAttr(default=())
    _variations: tuple[tuple[str, str, Scenario], ...] = PrivateAttr(default=())
    _record: tuple[Monthly, ...] = PrivateAttr(default=())

    @property
    def file(self) -> Path:
        """Where the experiment was read."""
        return self._file

    @property
    def base(self) -> Scenario:
        """The scenario that the arms vary."""
        if self._base is None:
            raise RuntimeError("an experiment has a scenario only when it comes from load_experiment()")
        return self._base

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The arms as given, or every combination of the factors, in the order of the file."""
        return self.arm or tuple(_combinations(self.factors))

    @property
    def scenarios(self) -> tuple[tuple[str, Scenario], ...]:
        """Each arm's name and scenario, in the order of the file."""
        return self._arms

    @property
    def variations(self) -> tuple[tuple[str, str, Scenario], ...]:
        """(arm, variation, scenario) of every variation of every arm."""
        return self._variations

    @property
    def monthly_record(self) -> tuple[Monthly, ...]:
        """The rows of `record`, empty where none is given."""
        return self._record

    @property
    def most_replications(self) -> int:
        """The number given, or the most that a rule allows."""
        return self.replications.max if isinstance(self.replications, Enough) else self.replications

    @property
    def varied(self) -> tuple[str, ...]:
        """Every dotted name that an arm sets, in the order of the file."""
        return tuple(dict.fromkeys(name for arm in self.arms for name in arm.set))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the results should know of this file; each scenario has notes of its own."""
        found = []
        if "format" not in self.model_fields_set:
            found.append(f"{self._file.name} has no format; it is read as format {FORMAT}.")
        for name, scenario in self._arms:
            if scenario.assumptions != self.base.assumptions:
                said = in_words(scenario.assumptions.said())
                found.append(f'Arm "{name}" has assumptions of its own: {said}.')
        return tuple(found)

    def input_files(self) -> tuple[Path, ...]:
        """Every file that was read: the experiment, its scenario, the tables of all arms, the record."""
        scenarios = (self.base, *(s for _, s in self._arms), *(s for _, _, s in self._variations))
        record = (self._file.parent / self.record,) if self.record else ()
        return tuple(dict.fromkeys((self._file, *(f for s in scenarios for f in s.input_files()), *record)))


def load_experiment(path: str | Path, *, assumptions: str | None = None) -> Experiment:
    """Read an experiment, its scenario and every table, and make the scenario of every arm.

    `assumptions`: the name of a set or a file, in the place of the scenario's own; what an arm sets goes before it.

    Raises:
        InputErrors: every problem of every file, in the words of that file.
    """
    file = Path(path)
    content = read_toml(file)
    _refuse_other_files(content, file.name)
    try:
        experiment = read_as(Experiment, content, file.name)
    except InputErrors as error:
        raise InputErrors(_unquoted(error.problems, file.name, content)) from None
    experiment._file = file
    problems = list(_check(experiment, file.name))
    try:
        experiment._base = _scenario_of(experiment, file, assumptions)
    except InputErrors as error:
        problems += error.problems
    else:
        problems += _make_arms(experiment, experiment._base, file.name)
    if experiment.sensitivity is not None and 0 < _combined(experiment) <= MOST_ARMS:
        names = [arm.name for arm in experiment.arms]
        problems += sensitivity_problems(
            experiment.sensitivity, file, experiment.baseline, names, experiment._arms, experiment._base
        )
    if experiment.record is not None:
        try:
            experiment._record = read_record(file.parent / experiment.record)
        except InputErrors as error:
            problems += error.problems
    if problems:
        raise InputErrors(dict.fromkeys(problems))
    return experiment


def _refuse_other_files(content: Mapping[str, Any], file: str) -> None:
    """Say it plainly where a file is of another kind or from a later version."""
    number = content.get("format")
    if isinstance(number, int) and not isinstance(number, bool) and number > FORMAT:
        text = f"{number} was written for a newer sdmsim; this one reads format {FORMAT}"
        raise InputErrors([Problem(file, 0, "format", text)])
    if "school" in content and "scenario" not in content:
        raise InputErrors([Problem(file, 0, "", "is a scenario, should be an experiment")])


def _unquoted(problems: Sequence[Problem], file: str, content: Mapping[str, Any]) -> list[Problem]:
    """The problems, with what people get wrong most in words of its own: a dotted name without its quotes."""
    factors = content.get("factors")
    tables = {k: v for k, v in factors.items() if isinstance(v, Mapping)} if isinstance(factors, Mapping) else {}
    words = {
        dotted(["factors", name]): f'write the dotted name in quotes: "{".".join([name, *_first_path(value)])}"'
        for name, value in tables.items()
    }
    return [Problem(file, 0, p.where, words.get(p.where, p.text)) for p in problems]


def _first_path(table: Mapping[str, Any]) -> Iterator[str]:
    for name, value in table.items():
        yield name
        if isinstance(value, Mapping):
            yield from _first_path(value)
        return


def _combinations(factors: Mapping[str, tuple[Any, ...]]) -> Iterator[Arm]:
    """Every combination of the factors' values; the last factor varies fastest."""
    if not factors:
        return
    short = {name: name.rpartition(".")[2] for name in factors}
    if len(set(short.values())) < len(short):
        short = {name: name for name in factors}
    for values in product(*factors.values()):
        chosen = dict(zip(factors, values, strict=True))
        yield Arm(name=", ".join(f"{short[name]} {as_text(value)}" for name, value in chosen.items()), set=chosen)


def as_text(value: Any) -> str:
    """A value as a name or a cell: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _check(experiment: Experiment, file: str) -> Iterator[Problem]:
    """What can be said without the scenario."""
    if experiment.arm and experiment.factors:
        yield Problem(file, 0, "factors", "there are arms as well; give one or the other")
        return
    if not experiment.arm and not experiment.factors:
        yield Problem(file, 0, "", "says nothing of what varies; give [[arm]] tables or [factors]")
        return
    yield from _check_factors(experiment.factors, file)
    n = _combined(experiment)
    if isinstance(experiment.replications, Enough):
        found = [*experiment.replications.problems()]
        found += [("", "there is one arm only, so there is no difference to know; give a number")] if n == 1 else []
        yield from (Problem(file, 0, f"replications.{key}".rstrip("."), text) for key, text in found)
    if experiment.front is not None:
        yield from (Problem(file, 0, f"front.{key}", text) for key, text in experiment.front.problems())
        if experiment.front.tries is not None and experiment.arm:
            yield Problem(file, 0, "front.tries", "chooses among combinations of [factors]; with [[arm]] all are lived")
    if n > MOST_ARMS or n == 0:
        return
    names = [arm.name for arm in experiment.arms]
    yield from _check_names("arm", names, file)
    if experiment.baseline not in names:
        text = f'"{experiment.baseline}" is not an arm{did_you_mean(experiment.baseline, names)}'
        yield Problem(file, 0, "baseline", text)
    for arm in experiment.arms:
        if "seed" in arm.set:
            where = f'arm "{arm.name}": set: seed' if experiment.arm else "factors.seed"
            yield Problem(file, 0, where, "all arms have the seed of the scenario, so that they meet the same luck")
    yield from _check_names("regroup", [v.name for v in experiment.regroup], file)
    for variation in experiment.regroup:
        if variation.name == AS_WRITTEN:
            yield Problem(file, 0, f'regroup "{AS_WRITTEN}"', "is the name of the arms themselves; choose another")
        if not variation.set:
            yield Problem(file, 0, f'regroup "{variation.name}": set', "changes nothing")


def _check_factors(factors: Mapping[str, tuple[Any, ...]], file: str) -> Iterator[Problem]:
    for name, values in factors.items():
        if not values:
            yield Problem(file, 0, dotted(["factors", name]), "has no values")
    n = prod(map(len, factors.values()))
    if n > MOST_ARMS:
        yield Problem(file, 0, "factors", f"make {n} arms; at most {MOST_ARMS} will do")


def _check_names(table: str, names: Sequence[str], file: str) -> Iterator[Problem]:
    for name, times in Counter(names).items():
        if times > 1:
            yield Problem(file, 0, f'{table} "{name}"', f"is there {times} times; every one needs a name of its own")


def _combined(experiment: Experiment) -> int:
    """The number of arms."""
    return len(experiment.arm) or (prod(map(len, experiment.factors.values())) if experiment.factors else 0)


def _same(one: Path, other: Path) -> bool:
    """Whether two paths are one file; a name that no file can have is not."""
    try:
        return one.resolve() == other.resolve()
    except (OSError, ValueError, RuntimeError):  # a zero byte in the name, links that go round
        return False


def _scenario_of(experiment: Experiment, file: Path, assumptions: str | None) -> Scenario:
    target = file.parent / experiment.scenario
    if _same(target, file):
        raise InputErrors([Problem(file.name, 0, "scenario", "names this experiment itself; name a scenario file")])
    if not target.is_file():
        found = [p.relative_to(target.parent).as_posix() for p in sorted(target.parent.glob("*.toml")) if p != file]
        nearby = did_you_mean(target.name, found)
        text = f'"{experiment.scenario}" is not there, as seen from the folder of {file.name}{nearby}'
        raise InputErrors([Problem(file.name, 0, "scenario", text)])
    content = read_toml(target)
    if "school" not in content and ({"arm", "factors", "baseline", "replications"} & content.keys()):
        text = f'"{experiment.scenario}" is an experiment, not a scenario'
        raise InputErrors([Problem(file.name, 0, "scenario", text)])
    return load(target, assumptions=assumptions)


def _make_arms(experiment: Experiment, base: Scenario, file: str) -> list[Problem]:
    """Make the scenario of every arm and variation; what is wrong with them, in the words of the experiment."""
    problems: list[Problem] = []
    if _combined(experiment) > MOST_ARMS:
        return problems
    arms, variations = [], []
    for arm in experiment.arms:
        try:
            made = base.vary(arm.set, experiment.file.parent)
        except InputErrors as error:
            where = f'arm "{arm.name}": set' if experiment.arm else "factors"
            problems += (_in_words_of(file, where, p, arm.set) for p in error.problems)
            continue
        arms.append((arm.name, made))
        for variation in experiment.regroup:
            try:
                variations.append((arm.name, variation.name, made.vary(variation.set, experiment.file.parent)))
            except InputErrors as error:
                where = f'regroup "{variation.name}": set'
                problems += (_in_words_of(file, where, p, variation.set) for p in error.problems)
    experiment._arms, experiment._variations = tuple(arms), tuple(variations)
    return problems


def _in_words_of(file: str, where: str, problem: Problem, changes: Mapping[str, Any]) -> Problem:
    """A problem of a changed scenario, said of the experiment's file."""
    if problem.row or not problem.where:
        return Problem(file, 0, where, str(problem))
    text = problem.text
    tables = [name for name, value in changes.items() if "." not in name and isinstance(value, Mapping)]
    for name in tables:
        if problem.where.startswith(f"{name}.") or problem.where == name:
            inner = ".".join([name, *_first_path(changes[name])])
            text += f' (this replaces the whole table "{name}"; to change one value write "{inner}" in quotes)'
            break
    return Problem(file, 0, f"{where}: {problem.where}", text)
