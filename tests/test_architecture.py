"""The rules of the house, read from the source itself (docs/design.md, "Rooms")."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "sdmsim"
FILES = sorted(SOURCE.rglob("*.py"))

ROOMS = (
    "base",
    "streams",
    "events",
    "school",
    "theory",
    "delivery",
    "scenario",
    "plan",
    "world",
    "metrics",
    "lab",
    "show",
)
"""In order: a room may import itself and the rooms before it."""
NO_NAMES = {"core", "utils", "util", "common", "helpers", "helper", "manager", "engine", "misc"}
NO_CLOCK = {"school", "streams", "events", "world", "metrics"}
"""Rooms in which nothing may depend on when it is run."""
LONGEST_FILE = 350
SLOW_TO_IMPORT = (
    "simpy",
    "scipy",
    "pandas",
    "pyarrow",
    "matplotlib",
    "ortools",
    "statsmodels",
    "rich",
    "jinja2",
    "SALib",
    "streamlit",
)


def module_name(file: Path) -> str:
    """`sdmsim.world.year` for src/sdmsim/world/year.py; a package is named by its folder."""
    parts = file.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The room in which a module of sdmsim lies; empty for the package's own front door."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports_of(source: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Line, module and names of every import: at the top, inside functions, for type checking only."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, ()
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or ""), tuple(alias.name for alias in node.names)


def room_violations(source: str, module: str) -> list[str]:
    """Imports that go against the order of the rooms, or that bring SimPy into another room than `world`."""
    room = room_of(module)
    wrong = []
    for line, target, names in imports_of(source):
        if target.startswith("."):
            wrong.append(f"{module}:{line}: relative import")
        elif target.split(".")[0] == "simpy" and room != "world":
            wrong.append(f"{module}:{line}: only world imports simpy")
        elif target == "sdmsim" and set(names) <= {"__version__"} and names:
            continue
        elif target.split(".")[0] == "sdmsim" and room:
            for name in names if target == "sdmsim" else (room_of(target),):
                if name not in ROOMS:
                    wrong.append(f"{module}:{line}: {name or 'the package itself'} is not a room")
                elif ROOMS.index(name) > ROOMS.index(room):
                    wrong.append(f"{module}:{line}: {room} imports {name}, a room below it")
    return wrong


REAL_CHANCE = "sdmsim.school.crosswalk"
"""Codes in the place of names must not be worked out again by anyone, so they are the one thing without a seed."""


def chance_violations(source: str, module: str) -> list[str]:
    """Randomness that does not come from sdmsim.streams."""
    wrong = []
    if module == REAL_CHANCE:
        source = source.replace("import secrets\n", "")
    for line, target, names in imports_of(source):
        if target.split(".")[0] in {"random", "secrets", "uuid"} or target.startswith("numpy.random"):
            wrong.append(f"{module}:{line}: imports {target}")
        elif target == "numpy" and "random" in names:
            wrong.append(f"{module}:{line}: imports numpy.random")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            of_numpy = isinstance(node.value, ast.Name) and node.value.id in {"np", "numpy"}
            if (of_numpy and node.attr == "random") or node.attr in {"rvs", "default_rng", "RandomState", "urandom"}:
                wrong.append(f"{module}:{node.lineno}: {node.attr}")
    return wrong


def clock_violations(source: str, module: str) -> list[str]:
    """Readings of the wall clock."""
    clocks = {
        ("datetime", "now"),
        ("datetime", "utcnow"),
        ("datetime", "today"),
        ("date", "today"),
        ("time", "time"),
        ("time", "monotonic"),
        ("time", "perf_counter"),
        ("time", "process_time"),
        ("time", "localtime"),
        ("time", "sleep"),
    }
    wrong = [
        f"{module}:{line}: imports from time"
        for line, target, names in imports_of(source)
        if target == "time" and any(("time", name) in clocks for name in names)
    ]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            owner = node.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            if (name, node.attr) in clocks:
                wrong.append(f"{module}:{node.lineno}: {name}.{node.attr}")
    return wrong


def strategy_violations(source: str, module: str) -> list[str]:
    """Imports by which one strategy would know of another, or of more than the case files."""
    allowed = {
        "sdmsim.base",
        "sdmsim.streams",
        "sdmsim.school.vocabulary",
        "sdmsim.school.calendar",
        "sdmsim.theory.vocabulary",
        "sdmsim.delivery.vocabulary",
        "sdmsim.delivery.choosing",
        "sdmsim.delivery.where",
    }
    return [
        f"{module}:{line}: a strategy knows {target}"
        for line, target, _ in imports_of(source)
        if target.split(".")[0] == "sdmsim" and target not in allowed
    ]


def cycle_in(graph: dict[str, set[str]]) -> list[str]:
    """Modules that import each other in a circle, in order; empty where there is none."""
    done: set[str] = set()
    path: list[str] = []

    def visit(module: str) -> list[str]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done:
            return []
        path.append(module)
        for target in sorted(graph.get(module, ())):
            if found := visit(target):
                return found
        path.pop()
        done.add(module)
        return []

    for start in sorted(graph):
        if found := visit(start):
            return found
    return []


def top_level_imports(file: Path) -> set[str]:
    """Modules of sdmsim that are imported as soon as `file` is, without those for type checking only."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    names = {module_name(other) for other in FILES}
    return found & names


def tracked_files() -> list[Path]:
    """Every file under version control, or, outside a clone, every file that would be."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode == 0:
        return [ROOT / name for name in listing.stdout.decode().split("\0") if name and (ROOT / name).is_file()]
    return [f for f in ROOT.rglob("*") if f.is_file() and not any(p.startswith(".venv") for p in f.parts)]


def all_violations(check: object, files: list[Path]) -> list[str]:
    assert callable(check)
    return [found for file in files for found in check(file.read_text(encoding="utf-8"), module_name(file))]


def test_a_room_imports_only_rooms_above_it_and_only_world_knows_simpy() -> None:
    """Every import in src, wherever it stands, follows the order of the rooms."""
    assert {room_of(module_name(f)) for f in FILES} - {""} <= set(ROOMS)
    assert all_violations(room_violations, FILES) == []


@pytest.mark.parametrize(
    ("source", "module", "said"),
    [
        ("import simpy", "sdmsim.metrics", "only world imports simpy"),
        ("from simpy.events import Event", "sdmsim.lab.pool", "only world imports simpy"),
        ("def f():\n    from sdmsim.show.report import write\n", "sdmsim.lab.pool", "lab imports show"),
        (
            "if TYPE_CHECKING:\n    from sdmsim.world.year import live\n",
            "sdmsim.delivery.grouping",
            "delivery imports world",
        ),
        ("import sdmsim.lab.compare", "sdmsim.world.year", "world imports lab"),
        ("from sdmsim import metrics", "sdmsim.base", "base imports metrics"),
        ("from sdmsim import run", "sdmsim.lab.pool", "run is not a room"),
        ("from . import vocabulary", "sdmsim.school.tables", "relative import"),
    ],
)
def test_the_room_check_sees_a_violation(source: str, module: str, said: str) -> None:
    """Each kind of wrong import is found, in functions and for type checking too."""
    assert len(found := room_violations(source, module)) == 1
    assert said in found[0]


def test_the_room_check_lets_right_imports_pass() -> None:
    """World may import simpy and the rooms above; anyone may ask for the version."""
    assert (
        room_violations("import simpy\nfrom sdmsim.plan import Plan\nfrom sdmsim import __version__", "sdmsim.world.a")
        == []
    )


def test_no_module_imports_itself_in_a_circle() -> None:
    """The imports at the top of the files form no circle, within a room as between rooms."""
    assert cycle_in({module_name(f): top_level_imports(f) - {module_name(f)} for f in FILES}) == []
    assert cycle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def test_strategies_know_only_the_case_files() -> None:
    """A strategy imports the vocabulary, not another strategy, the roster's readers or the world."""
    from sdmsim.delivery import STRATEGIES

    files = [SOURCE.parent / (s.__module__.replace(".", "/") + ".py") for s in STRATEGIES]
    assert len(set(files)) == len(STRATEGIES), "one file each"
    assert all_violations(strategy_violations, files) == []
    assert strategy_violations("from sdmsim.delivery.push_in import PushIn", "sdmsim.delivery.hybrid")


def test_randomness_comes_only_from_named_streams() -> None:
    """No file of src draws a number in another way than through sdmsim.streams."""
    assert all_violations(chance_violations, FILES) == []
    for wrong in ("import random", "from numpy.random import default_rng", "import numpy as np\nnp.random.seed(1)"):
        assert chance_violations(wrong, "sdmsim.world.year")


def test_the_simulated_year_never_reads_the_clock() -> None:
    """World, metrics and the facts would be the same at any hour of any day."""
    assert all_violations(clock_violations, [f for f in FILES if room_of(module_name(f)) in NO_CLOCK]) == []
    for wrong in ("import datetime\ndatetime.datetime.now()", "from time import time", "date.today()"):
        assert clock_violations(wrong, "sdmsim.world.year")


def test_every_file_has_a_name_that_says_something() -> None:
    """No core, utils, common, helpers, manager or engine, as a file or as a folder."""
    nameless = [str(f) for f in FILES if set(f.relative_to(SOURCE).with_suffix("").parts) & NO_NAMES]
    assert nameless == []


def test_no_file_of_the_source_is_longer_than_a_sitting() -> None:
    """A file past 350 lines holds more than one idea."""
    long = {module_name(f): n for f in FILES if (n := len(f.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE}
    assert long == {}


def test_tracked_files_name_no_machine_and_no_package_index() -> None:
    """No text in the repository holds a path of the machine it was made on or a registry's address."""
    slash = "/"
    places = [slash + "work" + slash, slash + "tmp" + slash, slash + "root" + slash, slash + "home" + slash]
    addresses = ["pypi" + ".org", "files.python" + "hosted", "registry.npm" + "js", "index" + "-url"]
    found = []
    for file in tracked_files():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{file.relative_to(ROOT)}: {bad}" for bad in (*places, *addresses) if bad in text]
    assert found == []


def test_the_type_marker_is_shipped() -> None:
    """Other programs see sdmsim's types: py.typed lies in the installed package."""
    import sdmsim

    assert (Path(sdmsim.__file__ or "").parent / "py.typed").is_file()


def loaded_by(module: str) -> list[str]:
    """Which of the large libraries come with a module, in a fresh interpreter."""
    code = f"import sys, {module}; print(*[m for m in {SLOW_TO_IMPORT!r} if m in sys.modules])"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_import_sdmsim_costs_little() -> None:
    """`import sdmsim` loads none of the large libraries; they come with what needs them."""
    assert loaded_by("sdmsim") == []


def test_a_worker_loads_only_what_a_simulated_year_needs() -> None:
    """Workers start without solver, data frames and pictures."""
    assert set(loaded_by("sdmsim.lab.trials")) <= {"simpy"}


def test_the_command_line_starts_without_the_large_libraries() -> None:
    """`sdmsim --help` waits for no solver, data frames or pictures."""
    assert set(loaded_by("sdmsim.show.cli")) <= {"simpy", "rich"}


def test_the_check_of_imports_sees_a_large_library() -> None:
    """The list is not empty where a module does need one."""
    assert "simpy" in loaded_by("simpy.resources")
