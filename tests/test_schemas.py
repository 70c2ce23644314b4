"""JSON schemas for editors: they take what the reader takes, mark what it refuses, and are published as they are."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sdmsim.base import InputErrors
from sdmsim.scenario import Scenario
from sdmsim.show.schemas import as_text, schemas_of_files

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = schemas_of_files()


def plain(value: Any) -> Any:
    """TOML as an editor's checker sees it: dates are strings of their format."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def faults(kind: str, content: Any) -> list[str]:
    """What the schema has against a content."""
    checker = jsonschema.Draft202012Validator(SCHEMAS[kind])
    return [f"{'.'.join(map(str, e.absolute_path))}: {e.message[:80]}" for e in checker.iter_errors(plain(content))]


SHIPPED = [
    *(("scenario", file) for file in sorted((ROOT / "scenarios").glob("*.toml"))),
    *(("experiment", file) for file in sorted((ROOT / "experiments").glob("*.toml"))),
    *(("policy", file) for file in sorted((ROOT / "src/sdmsim/delivery/policies").glob("*.toml"))),
]


@pytest.mark.parametrize(("kind", "file"), SHIPPED, ids=lambda x: getattr(x, "name", x))
def test_every_file_that_ships_fits_its_schema(kind: str, file: Path) -> None:
    """Scenarios, experiments and policies, as they lie in the project."""
    assert faults(kind, tomllib.loads(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("kind", sorted(SCHEMAS))
def test_the_published_schemas_are_those_of_the_program(kind: str) -> None:
    """docs/schema/ is made by docs/make_schemas.py; each is a valid schema with an identity and a dialect."""
    schema = SCHEMAS[kind]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:sdmsim:{kind}:1"
    text = (ROOT / "docs" / "schema" / f"{kind}.schema.json").read_text(encoding="utf-8")
    assert text == as_text(schema), "run python docs/make_schemas.py"
    assert json.loads(text) == schema


def maple(**delivery: Any) -> dict[str, Any]:
    """Maple with another [delivery]."""
    content = tomllib.loads((ROOT / "scenarios" / "maple.toml").read_text(encoding="utf-8"))
    return {**content, "delivery": delivery}


def test_a_strategy_of_ones_own_fits_as_a_file_names_it() -> None:
    """`module:Class` with any settings; the word that the program has for it inside does not, nor a kind unknown."""
    assert faults("scenario", maple(kind="my_rotation:EveryOtherWeek", weeks=2)) == []
    assert faults("scenario", maple(kind="own", strategy="a:B")) != []
    assert faults("scenario", maple(kind="pushin")) != []
    assert faults("scenario", maple(kind="hybrid", push_in_share=0.5)) == []
    assert faults("scenario", maple(kind="hybrid", push_in_share=1.5)) != []


def test_own_is_no_kind_that_a_message_names(tmp_path: Path) -> None:
    """Whoever writes it, or no kind at all, reads what can be written."""
    content = tomllib.loads((ROOT / "scenarios" / "maple.toml").read_text(encoding="utf-8"))
    with pytest.raises(InputErrors) as error:
        Scenario.make({**content, "delivery": {"kind": "own"}}, ROOT / "scenarios", "x.toml")
    assert 'delivery.kind: "own" is not known' in str(error.value)
    with pytest.raises(InputErrors) as error:
        Scenario.make({**content, "delivery": {}}, ROOT / "scenarios", "x.toml")
    assert "matched, module:Class, pull-out" in str(error.value)


def test_keys_say_what_they_mean() -> None:
    """An editor shows the meaning of a key, as docs/tables.md has it; of assumptions every number has one."""
    year = SCHEMAS["scenario"]["$defs"]["Year"]["properties"]
    assert year["start_up_weeks"]["description"].startswith("School weeks at the start")

    def leaves(schema: dict[str, Any]) -> list[dict[str, Any]]:
        inner = schema.get("properties", {})
        return [leaf for one in inner.values() for leaf in (leaves(one) if "properties" in one else [one])]

    numbers = [leaf for leaf in leaves(SCHEMAS["assumptions"]) if leaf.get("type") == "number"]
    assert len(numbers) > 60
    assert all(leaf["description"] for leaf in numbers)
    assert faults("assumptions", {"format": 1, "set": "evidence", "stores": {"half_life_days": "x"}}) != []
