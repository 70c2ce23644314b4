"""Write docs/tables.md: every table, column and key that a user may write, from the classes that read them.

Run in an environment in which sdmsim is installed:

    python docs/make_tables.py            # writes the page
    python docs/make_tables.py --check    # exit status 1 where the page is out of date

Descriptions are the docstrings below the fields; types, ranges and defaults come from the fields themselves.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from making import finish
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sdmsim.delivery import Hybrid
from sdmsim.delivery.policy import Policy, shipped_policies, shipped_policy
from sdmsim.delivery.roles import usual_goals
from sdmsim.delivery.rules import Goal, Grouping, Moves, WeekRules
from sdmsim.lab.experiment import Arm, Experiment, Variation
from sdmsim.scenario import Scenario, Year
from sdmsim.school.meanings import OF_COLUMNS, docs_of
from sdmsim.school.slots import Slot
from sdmsim.school.sources import Tables
from sdmsim.school.synthetic import Synthetic
from sdmsim.school.synthetic_district import SyntheticDistrict
from sdmsim.school.vocabulary import (
    Block,
    CalendarEntry,
    Drive,
    Pair,
    Posting,
    Room,
    Section,
    Service,
    StaffMember,
    Student,
)
from sdmsim.theory.ledger import ledger

HEAD = """\
# Tables and keys: what you may write

Made by `python docs/make_tables.py` from the classes that read the files; do not edit by hand. A school is a folder of
CSV tables beside a scenario file (TOML); an experiment file compares ways to deliver it. `sdmsim init DIR` writes all
of them with example rows, `sdmsim check FILE` names every problem with file, row and column.

## How to write a table

- CSV in UTF-8, with comma, or with semicolon where the header says so. In Excel: Save As, "CSV UTF-8".
- The first line holds the headers exactly as below, in any order. A header that is not below is an error. A row that
  repeats another exactly is an error.
- An empty cell means "not given". It is an error where the column is required, else the default holds. `NA`, `nan` and
  `-` are not numbers; leave the cell empty.
- Numbers have a decimal point. Dates are written `2024-09-03`, clock times `08:15`. Ids are text: `007` stays `007`.
- Grades are `PK`, `K`, `1` to `12`. Weekdays are `Mon`, `Tue`, `Wed`, `Thu`, `Fri`.
- Use coded ids for children and teachers, never names.

All tables may also be sheets of one Excel workbook (`[school]` with `kind = "workbook"`), named as the tables are,
without `.csv`; `sdmsim init DIR --workbook` writes one to fill in. Dates and clock times may be such of Excel, a tick
box is `yes` or `no`, of a formula the saved value counts. An id that is a number in Excel has lost zeros in front: a
note says so; format the column as text. Merged cells, a second header row, a workbook with a password, of more than
16 MB or of another program (.xls, .ods, .numbers) are refused, with what to do.
"""

TABLES: tuple[tuple[str, type[BaseModel], str], ...] = (
    ("students.csv", Student, "One row for each child in therapy. Classmates are not listed: a class has a size."),
    (
        "services.csv",
        Service,
        "One row for each row of a child's service grid: `sessions` of `minutes` each per `per`. A child may have "
        "several rows, and rows with dates.",
    ),
    ("sections.csv", Section, "One row for each class with a child in therapy; other classes may be listed."),
    (
        "bell.csv",
        Block,
        "One row for each block of a grade's day. Blocks of a grade do not overlap; its day runs from the first start "
        "to the last end.",
    ),
    ("staff.csv", StaffMember, "One row for each therapist: contract, days at the school, lunch and duties."),
    (
        "calendar.csv",
        CalendarEntry,
        "One row for each date, or range of dates, on which something is different. Every other weekday between the "
        "first and the last day is a school day. `holiday`, `snow`: no school. `early_release`: school ends at "
        "`start`. `assembly`, `testing`: classes are elsewhere from `start` to `end`.",
    ),
    (
        "rooms.csv",
        Room,
        "Optional: the places for pull-out sessions, each used by one group at a time. Without the table each "
        "therapist has a room, `moves.default_metres` from every class.",
    ),
    ("pairs.csv", Pair, "Optional: two children who must, must never or should preferably be in one pull-out group."),
    (
        "postings.csv",
        Posting,
        "Optional: where a member of staff is when, for schools at several sites (`site` of sections.csv). Its days "
        "take the place of `site_days`; where there are several sites, everybody has a row. Between two sites on a day "
        "lies at least the drive. The bell schedule and the calendar are the same at all sites.",
    ),
    ("drives.csv", Drive, "Optional: how long it takes from one site to another."),
    (
        "my-week.csv",
        Slot,
        "Optional: a therapist's own weekly timetable, as CSV or as the first sheet of an Excel workbook, named by "
        "`week.timetable`; one row for each slot. `sdmsim timetable` writes its week in this form (own-week.csv). What "
        "cannot be (two places at once, more sessions than a plan has) is refused; what only should not be is a note.",
    ),
)

WRITTEN = {
    (Block, "day"): "`Mon` to `Fri`, or `daily`",
    (Posting, "day"): "`Mon` to `Fri`, or `daily`",
    (StaffMember, "site_days"): "weekdays: `Mon Tue Wed`",
    (Slot, "students"): "ids: `s1 s2 s7`",
    (StaffMember, "busy"): "weekly times: `Wed 14:00-15:00; Mon 08:00-08:15`",
    (Room, "metres"): "0 to 2000, metres",
    (SyntheticDistrict, "share_by"): "`headcount`, `minutes`, or a list of numbers above 0",
    (Year, "first_day"): "date, without quotation marks",
    (Year, "last_day"): "date, without quotation marks",
}
"""Cells that are not the plain text of their type."""

MEANINGS = {
    **OF_COLUMNS,
    (Scenario, "format"): "The version of the file's format.",
    (Scenario, "title"): "For the reader.",
    (Scenario, "seed"): "The same seed and files give the same results on every machine.",
    (Year, "first_day"): "The first day with school.",
    (Year, "last_day"): "The last day with school.",
    **{(Tables, name): "The CSV file of this table." for name in Tables.model_fields},
    (Synthetic, "like"): "The school that it is like.",
    (Synthetic, "seed"): "Another seed, another school.",
    (SyntheticDistrict, "seed"): "Another seed, another district.",
    (Hybrid, "push_in_share"): "From 0 (nobody in class) to 1 (every child with a `team` row).",
    (Hybrid, "choose"): "How the children in class are chosen.",
    (Goal, "push_in_subjects"): "Subjects of bell.csv; with none, the goal is never worked on in class.",
    (Grouping, "legal_size"): "Never more than this.",
    (Grouping, "preferred_size"): "Not more than this where it costs no therapist time.",
    (WeekRules, "full_time_hours"): "Contract week of a full-time therapist, lunch included.",
    (Moves, "walk_metres_per_second"): "Walking speed, with children and without.",
    (Policy, "format"): "The version of the file's format.",
    (Experiment, "format"): "The version of the file's format.",
    (Experiment, "title"): "For the reader.",
    (Experiment, "factors"): "Values by dotted name; every combination is an arm, named after its values.",
    (Arm, "name"): "As it stands in tables and pictures.",
    (Arm, "set"): "Values by dotted name.",
    (Variation, "name"): "As it stands in tables and pictures.",
    (Variation, "set"): "Values by dotted name.",
}
"""Meanings of fields that have no docstring, their name being enough for whoever reads the class."""

SCENARIO_HEAD = """\
## The scenario file

TOML. Paths are relative to the file. A key that is not below is an error. The same dotted name, such as
`delivery.push_in_share`, is used in the file, in an experiment's `set`, in messages and in results.
"""
EXPERIMENT_HEAD = """\
## The experiment file

TOML. Give the arms as a list of `[[arm]]`, or as `[factors]` with a list of values for each dotted name (every
combination is an arm); not both. `set` replaces values of the scenario by dotted name; a whole table, such as
`"delivery" = { kind = "push-in" }`, replaces the old one.
"""
POLICY_HEAD = """\
## The policy file

TOML: rules of a state, a district or a payer, to be warned by; nothing is ever refused for them, and none is legal
advice. A scenario names one with `policy`: the name of one that ships, or a file of your own such as
`policy = "district.toml"`, which may build on one (`also = ["california"]`). Rules are a list of `[[rule]]`; which keys
a rule has depends on its `kind`. Warnings stand among the notes of `check`, `run`, `experiment` and the report.
"""
USUAL_HEAD = """\
### Goals that ship

The usual goals of four disciplines. A goal that services.csv names and the scenario does not describe is taken from
here, with the subjects that the bell schedule has, and a note says so.

| goal | discipline | domain | apart | in class | lessons | source |
|---|---|---|---|---|---|---|"""
SHIPPED_HEAD = """\
### Policies that ship

What was read of each at its date, mostly second hand; look a rule up before you use it.

| policy | rule | says | source |
|---|---|---|---|"""
ASSUMPTIONS_HEAD = """\
### Numbers of `[assumptions]`

Every number about how children respond, its value in each set, and the range that the evidence leaves. Write a number
of your own under its name: `[assumptions.stores]` with `half_life = 30`, or `assumptions.stores.half_life` in an
experiment; a note in the results says so. `--assumptions FILE` reads the same from a TOML file of its own, without the
word `assumptions`: `format = 1`, `set = "evidence"`, then tables such as `[stores]`. It takes the place of the
scenario's table; what an arm of an experiment sets goes before both. Grades: measured (a source gives the number),
calibrated (solved or fitted from sources), judged (nobody measured it).

| name | meaning | unit | `evidence` | `neutral` | `practitioner` | range | grade | source |
|---|---|---|---|---|---|---|---|---|"""


def summary_of(model: type[BaseModel]) -> str:
    """The docstring of a class as one paragraph of plain text for each of its own."""
    return "\n\n".join(" ".join(part.split()) for part in inspect.cleandoc(model.__doc__ or "").split("\n\n"))


def plain(annotation: Any, metadata: tuple[Any, ...] = ()) -> tuple[Any, tuple[Any, ...]]:
    """The type behind `Annotated` and `| None`, and the limits that were found on the way."""
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        limits = [limit for m in more for limit in (m.metadata if isinstance(m, FieldInfo) else (m,))]
        return plain(inner, (*metadata, *limits))
    if get_origin(annotation) in (Union, UnionType):
        options = [a for a in get_args(annotation) if a is not type(None)]
        if len(options) == 1:
            return plain(options[0], metadata)
    return annotation, metadata


def models_in(annotation: Any) -> tuple[type[BaseModel], ...]:
    """The classes that a field may hold."""
    inner, _ = plain(annotation)
    if get_origin(inner) in (Union, UnionType):
        return tuple(model for option in get_args(inner) for model in models_in(option))
    return (inner,) if isinstance(inner, type) and issubclass(inner, BaseModel) else ()


def alternatives(annotation: Any) -> list[Any]:
    """What a field may hold in the place of a table."""
    inner, _ = plain(annotation)
    options = get_args(inner) if get_origin(inner) in (Union, UnionType) else ()
    return [option for option in options if not models_in(option)]


def limits_of(metadata: tuple[Any, ...]) -> dict[str, Any]:
    """ge, gt, le, lt as they were given."""
    return {name: getattr(m, name) for m in metadata for name in ("ge", "gt", "le", "lt") if hasattr(m, name)}


def range_words(limits: Mapping[str, Any]) -> str:
    """`1 to 480`, `above 0, up to 1.5`, `0 or more`."""
    low = f"above {limits['gt']:g}" if "gt" in limits else f"{limits['ge']:g}" if "ge" in limits else ""
    high = limits.get("le", limits.get("lt"))
    if high is None or high > 10**9:
        return f"{low} or more" if low and "ge" in limits else low
    return f"{low}, up to {high:g}" if "gt" in limits else f"{low or 'up'} to {high:g}"


def type_words(annotation: Any, metadata: tuple[Any, ...], in_table: bool) -> str:
    """What may stand in a cell or behind a key."""
    inner, found = plain(annotation, metadata)
    limits = limits_of(found)
    if get_origin(inner) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(inner))
    if inner is bool:
        return "`yes`, `no`" if in_table else "`true`, `false`"
    if inner is int and in_table and limits.get("le") == 24 * 60:
        return "clock time"
    if inner in (int, float):
        return ", ".join(filter(None, ("whole number" if inner is int else "number", range_words(limits))))
    if inner is str:
        return "text"
    if inner is date:
        return "date"
    if get_origin(inner) is tuple:
        return f"list of {type_words(get_args(inner)[0], (), in_table)}"
    if alternatives(annotation) and models_in(annotation):
        return " or ".join([*(type_words(one, (), in_table) for one in alternatives(annotation)), "table"])
    if models_in(annotation):
        return "table"
    if get_origin(inner) in (Union, UnionType):
        return " or ".join(type_words(one, (), in_table) for one in get_args(inner))
    if get_origin(inner) is not None and issubclass(get_origin(inner), Mapping):
        return f"table: name = {type_words(get_args(inner)[1], (), in_table)}"
    return "value"


def default_words(field: FieldInfo, in_table: bool) -> str:
    """What holds where nothing is given."""
    if field.is_required():
        return "**required**"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ("", (), {}):
        return "none"
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    if isinstance(value, bool) and in_table:
        return "`yes`" if value else "`no`"
    if isinstance(value, bool | str | int | float):
        return f"`{str(value).lower() if isinstance(value, bool) else value}`"
    return "see below"


def rows_of(model: type[BaseModel], in_table: bool, skip: tuple[str, ...] = ()) -> Iterator[str]:
    """A line of a Markdown table for each field."""
    for name, field in model.model_fields.items():
        if name in skip:
            continue
        written = WRITTEN.get((model, name)) or type_words(field.annotation, tuple(field.metadata), in_table)
        shown = "one column for each section" if (model, name) == (Room, "metres") else f"`{name}`"
        default = "none" if (model, name) == (Room, "metres") else default_words(field, in_table)
        yield f"| {shown} | {written} | {default} | {docs_of(model).get(name) or MEANINGS.get((model, name), '')} |"


def tables_part() -> Iterator[str]:
    """The chapter of CSV tables."""
    for file, model, text in TABLES:
        yield f"## {file}\n\n{text}\n"
        yield "| column | may hold | where empty | meaning |\n|---|---|---|---|"
        yield from rows_of(model, in_table=True)
        yield ""


def toml_part(title: str, models: tuple[type[BaseModel], ...]) -> Iterator[str]:
    """One key's table, or several where `kind` chooses, then the tables inside."""
    for model in models:
        kinds = get_args(model.model_fields["kind"].annotation) if "kind" in model.model_fields else ()
        name = f"`[{title}]`" + (f' with `kind = "{kinds[0]}"`' if len(kinds) == 1 else "")
        yield f"### {name}\n\n{summary_of(model)}\n"
        if list(model.model_fields) != ["kind"]:
            yield "| key | may hold | default | meaning |\n|---|---|---|---|"
            yield from rows_of(model, in_table=False, skip=("kind",) if len(kinds) == 1 else ())
            yield ""


def ledger_part() -> Iterator[str]:
    """The numbers of `[assumptions]`, in the order of the ledger."""
    yield ASSUMPTIONS_HEAD
    for p in ledger().values():
        values = " | ".join(f"{value:g}" for value in (p.evidence, p.neutral, p.practitioner))
        yield (f"| `{p.name}` | {p.meaning} | {p.unit} | {values} | {p.low:g} to {p.high:g} | {p.grade} | {p.source} |")
    yield ""


def shipped_part() -> Iterator[str]:
    """Every rule of every policy that ships."""
    yield SHIPPED_HEAD
    for name in shipped_policies():
        policy = shipped_policy(name)
        for rule in policy.rule:
            content = rule.model_dump(mode="json", exclude_unset=True)
            aside = {
                key: content.pop(key, "") for key in ("kind", "source", "as_of", "note", "roles", "assistant_roles")
            }
            said = ", ".join(f"{key} {_said(value)}".removeprefix("text ") for key, value in content.items())
            note = f"; {aside['note']}" if aside["note"] else ""
            yield f"| `{name}` | {aside['kind']} | {said} | {aside['source']}, {aside['as_of'] or policy.as_of}{note} |"
    yield ""


def usual_part() -> Iterator[str]:
    """The goals that ship."""
    yield USUAL_HEAD
    for name, goal in usual_goals().items():
        subjects = " ".join(goal.push_in_subjects) or "-"
        subjects += f", else {' '.join(goal.or_subjects)}" if goal.or_subjects else ""
        what = (f"`{name}`", goal.discipline, goal.domain, goal.in_room, goal.in_class, subjects, goal.source)
        yield f"| {' | '.join(what)} |"
    yield ""


def _said(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def page() -> str:
    """The whole page."""
    lines = [HEAD, *tables_part(), SCENARIO_HEAD]
    for top, head in ((Scenario, ""), (Experiment, EXPERIMENT_HEAD), (Policy, POLICY_HEAD)):
        nested = {n: f for n, f in top.model_fields.items() if inside(f.annotation)}
        lines += [head] if head else []
        lines += ["| key | may hold | default | meaning |\n|---|---|---|---|"]
        tables_only = tuple(name for name, field in nested.items() if not alternatives(field.annotation))
        lines += [*rows_of(top, in_table=False, skip=tables_only), ""]
        for name, field in nested.items():
            shape, models = inside(field.annotation)
            lines += toml_part({"table": name, "names": f"{name}.NAME", "list": f"[{name}]"}[shape], models)
            for one in models if shape == "list" else ():
                for key, within in one.model_fields.items():
                    lines += toml_part(f"{name}.{key}", models_in(within.annotation))
            lines += ledger_part() if name == "assumptions" else []
            lines += usual_part() if name == "goals" else []
    lines += shipped_part()
    return "\n".join(lines).rstrip() + "\n"


def inside(annotation: Any) -> tuple[str, tuple[type[BaseModel], ...]] | None:
    """How a key holds tables of its own: one, one for each name, or a list; None where it does not."""
    if models := models_in(annotation):
        return "table", models
    inner, _ = plain(annotation)
    arguments = get_args(inner)
    if get_origin(inner) is tuple and arguments and (models := models_in(arguments[0])):
        return "list", models
    if len(arguments) == 2 and (models := models_in(arguments[1])):
        return "names", models
    return None


if __name__ == "__main__":
    sys.exit(finish({"tables.md": page()}, "make_tables.py"))
