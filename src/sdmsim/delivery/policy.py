"""Rules of a state, a district or a payer as data: what a policy file may say, and those that ship.

Every rule has its number, its source and a date. None is code, none refuses anything, and none is legal advice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib import resources
from math import floor
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from sdmsim.base import Described, InputErrors, Problem, did_you_mean, quoted, read_as, read_toml
from sdmsim.school.vocabulary import GRADES, Share, Text

FORMAT: Literal[1] = 1
Roles = Annotated[tuple[Text, ...], Field(min_length=1)]
_FOLDER = "policies"


class Sourced(Described):
    """Abstract: what every rule says of itself."""

    source: Text
    """Where the rule stands, or who says so."""
    as_of: date | None = None
    """When it was read there; not given: the file's date."""
    note: str = ""
    """What the number leaves out, shown with it."""


class Caseload(Sourced):
    """Children for each full-time therapist, on average over the school."""

    kind: Literal["caseload"]
    roles: Roles
    """Roles of staff.csv whose children are counted, in any case of letters."""
    most: Annotated[float, Field(gt=0.0, le=500.0)]
    """Children, at most."""
    most_young: Annotated[float, Field(gt=0.0, le=500.0)] | None = None
    """Children, at most, where all of them are in `young_grades`."""
    young_grades: tuple[Text, ...] = ("PK",)
    """The grades that `most_young` is for."""
    evaluations_count: bool = False
    """Children in evaluation count too; no table holds them."""
    assistant_roles: tuple[Text, ...] = ()
    """Roles of staff.csv that raise the number."""
    assistant_share: Annotated[float, Field(ge=0.0, le=5.0)] = 0.0
    """What each full-time assistant for each full-time therapist adds, as a share of the number."""


class GroupSize(Sourced):
    """Children in one therapy group."""

    kind: Literal["group"]
    most: Annotated[int, Field(ge=1, le=60)]
    """Children, at most."""
    services: tuple[Text, ...] = ()
    """Services of services.csv that it is for; none: all."""


class ClassSize(Sourced):
    """Children with plans in one class."""

    kind: Literal["class"]
    most: Annotated[int, Field(ge=1, le=60)]
    """Children with plans, at most."""
    grades: tuple[Text, ...] = ()
    """Grades that it is for; none: all."""
    classes: Text
    """The kind of class that it is for, in words; no table says which classes are of that kind."""


class Assistants(Sourced):
    """Assistants for each therapist."""

    kind: Literal["assistants"]
    roles: Roles
    """Roles of the therapists in staff.csv."""
    assistant_roles: Roles
    """Roles of the assistants in staff.csv."""
    most: Annotated[float, Field(ge=0.0, le=20.0)]
    """Assistants for one therapist, at most."""


class Supervision(Sourced):
    """The part of an assistant's work that a therapist supervises."""

    kind: Literal["supervision"]
    assistant_roles: Roles
    """Roles of the assistants in staff.csv."""
    first_workdays: Annotated[int, Field(ge=0, le=400)]
    """Workdays of an assistant in which `first_share` holds."""
    first_share: Share
    """The part of all work that is supervised in those days."""
    first_direct_share: Share
    """The part of all work that is watched in person in those days."""
    share: Share
    """The part that is supervised afterwards."""
    direct_share: Share
    """The part that is watched in person afterwards."""


class RegularClass(Sourced):
    """Shares of the school week in regular class by which placements are counted (LRE)."""

    kind: Literal["regular-class"]
    thresholds: Annotated[tuple[Share, ...], Field(min_length=1)]
    """A child below such a share counts in another category."""
    near: Share = 0.05
    """Children less than this above a threshold are counted as near; judged."""


class Planning(Sourced):
    """Planning time of a therapist."""

    kind: Literal["planning"]
    roles: Roles
    """Roles of the therapists in staff.csv."""
    least_minutes: Annotated[float, Field(ge=0.0, le=2400.0)]
    """A week, at least (`planning` of staff.csv)."""
    least_fte: Annotated[float, Field(ge=0.0, le=1.5)] = 1.0
    """For contracts from this part of full time on."""


class Amount(Sourced):
    """Minutes a week of a service."""

    kind: Literal["amount"]
    services: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Services of services.csv."""
    least_minutes: Annotated[float, Field(ge=0.0, le=2400.0)]
    """A child a week, at least."""


class Billing(Sourced):
    """How given minutes become units that are billed; the metric `billing_units` counts them."""

    kind: Literal["billing"]
    unit_minutes: Annotated[float, Field(gt=0.0, le=120.0)]
    """Minutes of one unit."""
    first_minutes: Annotated[float, Field(gt=0.0, le=120.0)]
    """From so many minutes on a session is one unit; each further unit takes `unit_minutes` more."""
    group_least_present: Annotated[int, Field(ge=1, le=30)] = 1
    """A session planned for several children is billed from so many present on."""

    def units(self, minutes: float) -> int:
        """Units of one child's session."""
        return max(0, floor((minutes - self.first_minutes) / self.unit_minutes + 1e-9) + 1)


class MakeUp(Sourced):
    """What is said of missed sessions; shown, never checked."""

    kind: Literal["make-up"]
    text: Text
    """In words, as they follow "missed sessions:"."""


Rule = Annotated[
    Caseload | GroupSize | ClassSize | Assistants | Supervision | RegularClass | Planning | Amount | Billing | MakeUp,
    Field(discriminator="kind"),
]
_ONCE: tuple[Literal["regular-class"], Literal["billing"]] = ("regular-class", "billing")


class Policy(Described):
    """The rules of one state, district or payer."""

    format: Literal[1] = FORMAT
    name: Text
    """As it stands in warnings."""
    as_of: date
    """When the rules were read, where a rule does not say."""
    also: tuple[Text, ...] = ()
    """Policies that ship and hold besides, such as "federal"."""
    rule: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        count = Counter(rule.kind for rule in self.rule)
        for kind in _ONCE:
            if count[kind] > 1:
                raise ValueError(f'has {count[kind]} rules of kind "{kind}"; one will do')
        for rule in self.rule:
            of_rule = rule.young_grades if isinstance(rule, Caseload) else getattr(rule, "grades", ())
            for grade in of_rule:
                if grade not in GRADES:
                    raise ValueError(
                        f"{quoted(grade)} in a rule of kind {quoted(rule.kind)} is not a grade (PK, K, 1 to 12)"
                    )
        return self


class RuleBook(NamedTuple):
    """What a scenario's `policy` names: the policy itself, then those that hold besides."""

    policies: tuple[Policy, ...] = ()
    file: Path | None = None
    """The user's own file, if it is one."""
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def rules(self) -> Iterator[tuple[Policy, Any]]:
        """Every rule with the policy that it stands in."""
        return ((policy, rule) for policy in self.policies for rule in policy.rule)

    def first(self, kind: type[Sourced]) -> tuple[Policy, Any] | None:
        """The first rule of a kind; one's own file goes before what holds besides."""
        return next(((policy, rule) for policy, rule in self.rules() if isinstance(rule, kind)), None)


def shipped_policies() -> tuple[str, ...]:
    """The names of the policies that ship, in order."""
    folder = resources.files("sdmsim.delivery").joinpath(_FOLDER)
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")))


@cache
def shipped_policy(name: str) -> Policy:
    """A policy that ships, by its name."""
    with resources.as_file(resources.files("sdmsim.delivery").joinpath(_FOLDER, f"{name}.toml")) as file:
        return read_as(Policy, read_toml(file), file.name)


def is_file(given: Any) -> bool:
    """Whether a scenario's `policy` is a file of its own and no name."""
    return isinstance(given, str) and (given.lower().endswith(".toml") or "/" in given or "\\" in given)


def rule_book(given: Any, folder: Path, scenario: str) -> RuleBook:
    """The rules that a scenario file in `folder` names; what is wrong with them stands in `problems`."""
    if not isinstance(given, str) or not given:
        return RuleBook()
    if is_file(given):
        return _own(folder / given)
    known = shipped_policies()
    if given not in known:
        text = f"{quoted(given)} is neither a policy that ships nor a TOML file{_meant(given, known)}"
        return RuleBook(problems=(Problem(scenario, 0, "policy", text),))
    policy = shipped_policy(given)
    return RuleBook((policy, *map(shipped_policy, policy.also)))


def _own(file: Path) -> RuleBook:
    try:
        content = read_toml(file)
        number = content.get("format", FORMAT)
        if isinstance(number, int) and not isinstance(number, bool) and number > FORMAT:
            text = f"{number} was written for a newer sdmsim; this one reads format {FORMAT}"
            raise InputErrors([Problem(file.name, 0, "format", text)])
        policy = read_as(Policy, content, file.name)
    except InputErrors as error:
        return RuleBook(file=file, problems=error.problems)
    known = shipped_policies()
    problems = tuple(
        Problem(file.name, 0, "also", f"{quoted(name)} is not a policy that ships{_meant(name, known)}")
        for name in policy.also
        if name not in known
    )
    notes = () if "format" in content else (f"{file.name} has no format; it is read as format {FORMAT}.",)
    if problems:
        return RuleBook(file=file, problems=problems)
    besides = dict.fromkeys(inner for name in policy.also for inner in (name, *shipped_policy(name).also))
    return RuleBook((policy, *map(shipped_policy, besides)), file, notes)


def _meant(given: str, known: tuple[str, ...]) -> str:
    return did_you_mean(given, known) or f" (known: {', '.join(known)})"
