"""What the source itself says of the model, for the pages of protocols: entities, facts, draws, resources, numbers."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from making import DOCS

from sdmsim.delivery import STRATEGIES
from sdmsim.events import FACTS, LEAVING, REASONS
from sdmsim.metrics import METRICS
from sdmsim.school import vocabulary
from sdmsim.theory.ledger import GRADES, ledger

ROOT = DOCS.parent
SOURCE = ROOT / "src" / "sdmsim"
ENTITIES = (
    vocabulary.Student,
    vocabulary.Service,
    vocabulary.Section,
    vocabulary.StaffMember,
    vocabulary.Room,
    vocabulary.Block,
    vocabulary.CalendarEntry,
)
"""The rows of the tables that live in a simulated year or bound it."""
_DRAWS = {"uniform", "uniforms_of", "normals_of"}


def first_sentence(text: str | None) -> str:
    """Up to the first full stop, on one line."""
    flat = " ".join((text or "").split())
    return flat.split(". ")[0].rstrip(".") + "." if flat else ""


def entities() -> Iterator[str]:
    """Each kind of entity with its variables, as the tables have them."""
    for one in ENTITIES:
        fields = ", ".join(f"`{name}`" for name in one.model_fields)
        yield f"- **{one.__name__}**: {first_sentence(one.__doc__)} Variables: {fields}."


def processes() -> Iterator[str]:
    """The SimPy processes that are started in a year."""
    tree = ast.parse((SOURCE / "world" / "year.py").read_text("utf-8"))
    started = [
        call.args[0].func.id
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "process"
        and isinstance(call.args[0], ast.Call)
        and isinstance(call.args[0].func, ast.Name)
    ]
    for name in sorted(set(started)):
        about = ast.get_docstring(ast.parse((SOURCE / "world" / f"{name}.py").read_text("utf-8")))
        yield f"- `{name}`: {first_sentence(about)}"


def resources() -> Iterator[str]:
    """What is queued for: the SimPy resources of a year."""
    for node in ast.walk(ast.parse((SOURCE / "world" / "year.py").read_text("utf-8"))):
        if isinstance(node, ast.keyword) and "simpy.Resource" in ast.unparse(node.value):
            yield f"- {node.arg}: one resource of capacity 1 each, first come, first served."


def facts() -> Iterator[str]:
    """Every kind of fact that a year may record."""
    for kind in FACTS:
        yield f"- `{kind.__name__}`: {first_sentence(kind.__doc__)}"


def draws() -> Iterator[str]:
    """The decisions that are left to chance, by room, as their draws are named in the source."""
    for room in ("school", "delivery", "world"):
        names: set[str] = set()
        for file in sorted((SOURCE / room).rglob("*.py")):
            names.update(_named_draws(file))
        yield f"- `{room}/`: {', '.join(sorted(names))}."


def _named_draws(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _DRAWS
            and node.args
        ):
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name.value
            elif isinstance(name, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in name.values)


def strategies() -> Iterator[str]:
    """Every way to deliver that ships."""
    for one in STRATEGIES:
        kind = one.model_fields["kind"].annotation
        yield f"- `{' '.join(getattr(kind, '__args__', ()))}`: {first_sentence(one.__doc__)}"


def inputs() -> Iterator[str]:
    """The tables that are read, with the number of their columns."""
    for one in ENTITIES:
        needed = [name for name, field in one.model_fields.items() if field.is_required()]
        yield f"- {one.__name__}: {len(one.model_fields)} columns, of which required: {', '.join(needed)}."


def reasons() -> str:
    """Why a minute was not given, in one line."""
    return ", ".join(f"`{reason}`" for reason in REASONS)


def leaving() -> str:
    """Why a child leaves the caseload."""
    return ", ".join(LEAVING)


def outputs() -> Iterator[str]:
    """The metrics by group."""
    groups: dict[str, list[str]] = {}
    for metric in METRICS:
        if not metric.name.startswith("missed_minutes."):
            groups.setdefault(metric.group, []).append(f"`{metric.name}`")
    for group, names in groups.items():
        yield f"- {group}: {', '.join(names)}."


def numbers() -> Iterator[str]:
    """The ledger of assumptions, counted by grade and group."""
    entries = ledger().values()
    for grade in GRADES:
        mine = [p for p in entries if p.grade == grade]
        groups = sorted({p.name.split(".")[0] for p in mine})
        yield f"- {grade}: {len(mine)} numbers, in {', '.join(groups)}."


def studies() -> Iterator[str]:
    """The experiments that ship, by title."""
    for file in sorted((ROOT / "experiments").glob("*.toml")):
        yield f"- `experiments/{file.name}`: {tomllib.loads(file.read_text('utf-8'))['title']}"


def packages() -> str:
    """What it needs to run."""
    project: Any = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return f"Python {project['requires-python']}; " + ", ".join(project["dependencies"])
