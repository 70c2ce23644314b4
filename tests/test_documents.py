"""What the documents say is so: links lead somewhere, pages made by commands are up to date, pins are complete."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sdmsim.events import REASONS
from sdmsim.metrics import METRICS

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)
STUDIES = sorted((ROOT / "docs" / "studies").glob("*.md"))


def project() -> dict[str, object]:
    content: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return content


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    assert all(len(pair) == 2 for pair in pairs), "every line is name==version"
    return {canonicalize_name(name): version for name, version in pairs}


def readme_line(marker: str) -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(rf"<!-- {marker} -->\n```sh\n(.*)\n```", text)
    assert len(found) == 1
    return str(found[0])


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    """A relative link or picture in a page names a file that is there."""
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_every_page_named_in_the_source_is_there() -> None:
    """A docstring or a shipped file that sends the reader to a page names one of the project's."""
    folders = ("src", "scenarios", "experiments", "benchmarks")
    files = [f for d in folders for f in sorted((ROOT / d).rglob("*")) if f.suffix in {".py", ".toml", ".csv", ".j2"}]
    named = {page for f in files for page in re.findall(r"[\w./-]+\.md\b", f.read_text(encoding="utf-8"))}
    assert "docs/model.md" in named
    assert {page for page in named if not (ROOT / page).is_file() and page != "README.md"} == set()


def test_the_page_of_tables_is_what_the_classes_say() -> None:
    """docs/tables.md is what docs/make_tables.py writes today."""
    made = subprocess.run([sys.executable, "docs/make_tables.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr


def test_every_column_and_key_is_explained() -> None:
    """docs/tables.md has a meaning for each column and key."""
    text = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^\| `\w+` \|", text, re.MULTILINE)) > 80
    assert re.findall(r"^\| (`\w+`) \|.*\|  \|$", text, re.MULTILINE) == []


def test_the_model_page_names_every_metric_and_reason() -> None:
    """What a results file may hold is explained in docs/model.md."""
    text = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z0-9_.<>]+)`", text))
    assert {metric.name for metric in METRICS if not metric.name.startswith("missed_minutes.")} - named == set()
    assert set(REASONS) - named == set()


ODD = (
    "Purpose and patterns",
    "Entities, state variables and scales",
    "Process overview and scheduling",
    "Design concepts",
    "Initialization",
    "Input data",
    "Submodels",
)
CONCEPTS = (
    "Basic principles",
    "Emergence",
    "Adaptation",
    "Objectives",
    "Learning",
    "Prediction",
    "Sensing",
    "Interaction",
    "Stochasticity",
    "Collectives",
    "Observation",
)


def test_the_model_page_is_an_odd() -> None:
    """Every heading of the protocol stands in its order with text below it, and every design concept says something."""
    page = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", page, flags=re.MULTILINE)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert tuple(found)[: len(ODD)] == ODD
    assert all(len(found[heading].split()) >= 20 for heading in ODD)
    said = re.findall(r"^\*\*(.+?)\.\*\* (\S.+)", found["Design concepts"], flags=re.MULTILINE)
    assert tuple(name for name, _ in said) == CONCEPTS


def test_every_package_is_pinned() -> None:
    """constraints.txt has a version for each package that sdmsim or its tests bring along."""
    wanted = project()
    extras = wanted["optional-dependencies"]
    assert isinstance(extras, dict)
    assert isinstance(wanted["dependencies"], list)
    waiting = [Requirement(text) for text in (*wanted["dependencies"], *extras["test"])]
    seen: set[str] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in seen or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        seen.add(name)
        waiting += [Requirement(text) for text in distribution(name).requires or []]
    assert seen - set(pins()) == set()


def test_the_commands_of_the_readme_set_themselves_up_from_the_pins() -> None:
    """Both lines make an environment of their own and install with constraints.txt."""
    for marker, place in (("main job", ".venv"), ("tests", ".venv-test")):
        line = readme_line(marker)
        assert line.startswith(f"python3 -m venv --without-pip {place} && python3 -m pip --python {place}/bin/python ")
        assert " -c constraints.txt " in line
    assert readme_line("main job").endswith(" experiment experiments/maple-mix.toml")
    assert readme_line("tests").endswith(" -m pytest -q")


def test_the_version_stands_in_one_place() -> None:
    """The installed package has the version of sdmsim.__version__, and the changelog knows it."""
    import sdmsim

    assert f"## {sdmsim.__version__} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert project()["dynamic"] == ["version"]


@pytest.mark.parametrize("page", STUDIES, ids=lambda p: p.name)
def test_a_study_has_its_parts_and_a_picture(page: Path) -> None:
    """Question, arms, picture, reading and hand estimates, each with text; the picture is there, so is the index."""
    text = page.read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    assert parts[1::2] == ["Question", "Arms", "Picture", "Reading", "By hand and simulated"]
    assert all(len(part.split()) >= 8 for part in parts[2::2])
    assert re.findall(r"!\[[^]]{10,}\]\((\.\./images/[\w-]+\.png)\)", parts[6])
    assert f"(studies/{page.name})" in (ROOT / "docs" / "studies.md").read_text(encoding="utf-8")


def test_every_experiment_that_ships_has_a_page() -> None:
    """Each file of experiments/ is named by the index of studies and by a page, as in the command that runs it."""
    index = (ROOT / "docs" / "studies.md").read_text(encoding="utf-8")
    pages = "".join(page.read_text(encoding="utf-8") for page in STUDIES)
    names = [f"experiments/{file.name}" for file in sorted((ROOT / "experiments").glob("*.toml"))]
    assert len(names) >= 7
    assert [name for name in names if f"`{name}`" not in index or name not in pages] == []


def columns_of(file: Path) -> list[str]:
    import pandas as pd

    return list(pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file))


def test_the_page_of_results_names_every_file_and_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/results.md has each table that the commands write, and each of its columns (families by their stem)."""
    from click.testing import CliRunner

    from sdmsim.show.cli import main

    monkeypatch.chdir(tmp_path)
    for words in (
        "init school",
        "run school/scenario.toml --out run",
        "timetable school/scenario.toml --out week",
        "experiment school/experiment.toml --replications 2 --workers 1 --out mix",
    ):
        assert CliRunner().invoke(main, words.split()).exit_code == 0
    lines = (ROOT / "docs" / "results.md").read_text(encoding="utf-8").splitlines()
    said = {line.split("`")[1]: line for line in lines if line.startswith("| `")}
    families = {"reason": set(REASONS), "metric": {metric.name for metric in METRICS}}
    for file in (
        f for d in ("run", "week", "mix") for f in sorted(Path(d).iterdir()) if f.suffix in {".csv", ".parquet"}
    ):
        named = set(re.findall(r"`([^`]+)`", said[file.name]))
        known = named | {c for word, names in families.items() if f"each {word}" in said[file.name] for c in names}
        stems = tuple(name for name in named if name.endswith("."))
        unknown = [c for c in columns_of(file) if c not in known and not c.startswith(stems or ("\n",))]
        assert unknown == [], file.name


def test_the_citation_is_valid_and_of_this_version() -> None:
    """CITATION.cff has what version 1.2.0 of its format asks for; version and licence are the project's."""
    import yaml

    said = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "type", "version", "date-released", "license"} <= said.keys()
    known = {"abstract", "keywords", "cff-version", "message", "title", "authors", "type", "version", "date-released"}
    assert said.keys() - known == {"license"}
    assert (said["cff-version"], said["type"]) == ("1.2.0", "software")
    assert all(isinstance(author, dict) and author for author in said["authors"])
    assert said["version"] == sdmsim_version()
    assert said["license"] == project()["license"]
    assert said["date-released"].isoformat() >= "2026-11-27"


def sdmsim_version() -> str:
    """The version of the program."""
    from sdmsim import __version__

    return __version__
