"""What `sdmsim check` finds: every file read for what it is, every problem of all of them, what was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdmsim.base import InputErrors, Problem, read_toml
from sdmsim.lab.experiment import load_experiment
from sdmsim.scenario import Scenario, load
from sdmsim.school import grid
from sdmsim.school.sources import table_files


@dataclass(frozen=True)
class Found:
    """One file that is as it should be: what was read in it."""

    file: str
    kind: str
    title: str
    facts: dict[str, Any]
    """Counts, by name."""
    promised: list[dict[str, Any]]
    conversions: tuple[str, ...]
    notes: tuple[str, ...]
    arms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    """Everything found in the files given."""

    found: tuple[Found, ...]
    problems: tuple[Problem, ...]

    def as_json(self) -> dict[str, Any]:
        """One plain object."""
        return {
            "ok": not self.problems,
            "files": [
                {
                    "file": f.file, "kind": f.kind, "title": f.title, **f.facts, "arms": list(f.arms),
                    "promised": f.promised,
                    "conversions": list(f.conversions), "notes": list(f.notes),
                }
                for f in self.found
            ],
            "problems": [{"file": p.file, "row": p.row, "where": p.where, "text": p.text} for p in self.problems],
        }  # fmt: skip


def check_files(files: Sequence[Path], assumed: str | None = None) -> Checked:
    """Read every file and all that it names; `assumed`: the set or file in the place of their assumptions."""
    found: list[Found] = []
    problems: list[Problem] = []
    for file in files:
        try:
            found.append(_check(file, assumed))
        except InputErrors as error:
            problems += error.problems
    return Checked(tuple(found), tuple(dict.fromkeys(problems)))


def _check(file: Path, assumed: str | None) -> Found:
    if file.suffix.lower() in (".csv", ".xlsx", ".xlsm", ".xls"):
        text = (
            "is a table: tables are checked through the scenario that names them (sdmsim check SCENARIO.toml); "
            "sdmsim init DIR --from makes one of your own sheets"
        )
        raise InputErrors([Problem(file.name, 0, "", text)])
    content = read_toml(file)
    if "school" not in content and {"arm", "factors", "baseline", "replications", "scenario"} & content.keys():
        experiment = load_experiment(file, assumptions=assumed)
        arms = tuple(name for name, _ in experiment.scenarios)
        return _found(file, "experiment", experiment.title, experiment.base, arms)
    scenario = load(file, assumptions=assumed)
    return _found(file, "scenario", scenario.title, scenario)


def _found(file: Path, kind: str, title: str, scenario: Scenario, arms: tuple[str, ...] = ()) -> Found:
    school = scenario.roster
    served = {service.id for service in school.services}
    direct = [service for service in school.services if service.kind == "direct"]
    settings = Counter(service.setting for service in direct)
    facts = {
        "children": len(school.students),
        "children_served": len(served),
        "sections": len(school.sections),
        "therapists": len(school.staff),
        "fte": round(sum(member.fte for member in school.staff), 4),
        "service_rows": len(school.services),
        "direct_rows": len(direct),
        "team_rows": settings["team"],
        "school_days": len(scenario.calendar.days),
        "school_weeks": scenario.calendar.n_weeks,
    }
    return Found(file.name, kind, title, facts, promised(scenario), conversions(scenario), tuple(scenario.notes), arms)


def conversions(scenario: Scenario) -> tuple[str, ...]:
    """The unit conversions of the service grid, equal ones on one line with their rows in the table."""
    file = table_files(scenario.school).get("services", "services.csv")
    lines: dict[str, list[int]] = {}
    for made in grid.conversions(scenario.roster, scenario.calendar):
        lines.setdefault(f"{made.service}, {made.goal}: {made}", []).append(made.line)
    return tuple(f"{text}{_rows(rows, file)}" for text, rows in lines.items())


def _rows(lines: Sequence[int], file: str) -> str:
    """The rows of the services table that a line is about, the first few by number."""
    known = [str(line) for line in lines if line]
    if not known:
        return "" if len(lines) == 1 else f", {len(lines)} rows"
    shown = ", ".join(known[:6]) + (f" and {len(known) - 6} more" if len(known) > 6 else "")
    return f", {file}:{shown}"


def promised(scenario: Scenario) -> list[dict[str, Any]]:
    """Child-minutes a week that the plans promise, by service, kind and setting."""
    sums: dict[tuple[str, str, str], list[float]] = {}
    for total in grid.totals(scenario.roster, scenario.calendar):
        entry = sums.setdefault((total.service, total.kind, total.setting), [0, 0.0])
        entry[0] += total.children
        entry[1] += total.weekly_minutes
    return [
        {"service": service, "kind": kind, "setting": setting, "children": int(n), "minutes_a_week": round(minutes, 1)}
        for (service, kind, setting), (n, minutes) in sums.items()
    ]


def found_lines(found: Iterable[Found]) -> Iterator[str]:
    """What was read, for people."""
    for f in found:
        n = f.facts
        yield f'{f.file}: {f.kind} "{f.title}" is as it should be'
        yield (
            f"  {n['children']} children in {n['sections']} sections, {n['therapists']} therapist(s) with"
            f" {n['fte']:g} FTE, {n['school_days']} school days in {n['school_weeks']} weeks"
        )
        yield (
            f"  {n['service_rows']} service rows: {n['direct_rows']} direct, of which {n['team_rows']} leave the"
            f" setting to the team; {n['service_rows'] - n['direct_rows']} indirect"
        )
        if f.arms:
            yield f"  {len(f.arms)} arms: {', '.join(f.arms)}"
        for row in f.promised:
            yield (
                f"    {row['service']}, {row['kind']}, {row['setting']}: {row['children']} children,"
                f" {row['minutes_a_week']:.0f} child-minutes a week"
            )
        for title, lines in (("Units converted", f.conversions), ("Notes", f.notes)):
            if lines:
                yield f"  {title}:"
                yield from (f"    {line}" for line in lines)
