"""JSON schemas of the files that a user writes, for editors: keys, types, ranges and what each key means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from sdmsim.base import Described
from sdmsim.school.meanings import docs_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
OWN_KIND = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$"


def schemas_of_files() -> dict[str, dict[str, Any]]:
    """By kind of file: scenario, experiment, policy, assumptions."""
    from sdmsim.delivery.policy import Policy
    from sdmsim.lab.experiment import Experiment
    from sdmsim.scenario import FORMAT, Scenario
    from sdmsim.theory.ledger import Assumptions

    models: dict[str, type[BaseModel]] = {
        "scenario": Scenario, "experiment": Experiment, "policy": Policy, "assumptions": Assumptions,
    }  # fmt: skip
    return {name: _schema(name, model, FORMAT) for name, model in models.items()}


def _schema(name: str, model: type[BaseModel], number: int) -> dict[str, Any]:
    found = model.model_json_schema()
    found.setdefault("properties", {}).setdefault("format", {"const": number, "title": "Format", "type": "integer"})
    parts = {model.__name__: found, **found.get("$defs", {})}
    for part, schema in parts.items():
        for key, said in _meanings(part, schema.get("properties", {})).items():
            if key in schema["properties"]:
                schema["properties"][key].setdefault("description", said)
    if "Own" in parts:
        _as_written(found)
    identity = f"urn:sdmsim:{name}:{number}"
    return {"$schema": DIALECT, "$id": identity, **found, "x-format": number}


def _as_written(schema: dict[str, Any]) -> None:
    """A strategy of one's own as a file names it: `kind = "module:Class"`, and its settings beside it."""
    own = schema["$defs"]["Own"]
    about = own["properties"]["kind"].get("description", "A class of one's own, named by where it lives.")
    own["properties"] = {"kind": {"type": "string", "pattern": OWN_KIND, "title": "Kind", "description": about}}
    own["required"], own["additionalProperties"] = ["kind"], True
    delivery = schema["properties"].get("delivery", {})
    delivery.pop("discriminator", None)


def _meanings(name: str, properties: Mapping[str, Any]) -> Mapping[str, str]:
    """The docstrings below the fields of the class of that name which has these properties."""
    for one in _described(Described):
        if one.__name__ == name and one.__module__.startswith("sdmsim.") and set(one.model_fields) <= set(properties):
            return docs_of(one)
    return {}


def _described(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Every class that is read from files."""
    for one in model.__subclasses__():
        yield one
        yield from _described(one)


def as_text(schema: Mapping[str, Any]) -> str:
    """Indented JSON, LF."""
    import json

    return f"{json.dumps(schema, indent=2, ensure_ascii=False)}\n"
