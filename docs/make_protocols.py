"""Write docs/odd.md and docs/stress-des.md: the items of two reporting protocols, filled from the source of the model.

python docs/make_protocols.py            # writes the pages
python docs/make_protocols.py --check    # exit status 1 where one is out of date

The items stand in protocols.toml; what they list comes from model_facts.py.
"""

from __future__ import annotations

import sys
import tomllib
from typing import NamedTuple

import model_facts
from making import DOCS, finish

TITLES = {
    "odd": ("ODD", "Overview, design concepts, details (Grimm et al. 2020, JASSS 23(2) 7)."),
    "stress": (
        "STRESS-DES",
        "The checklist for discrete-event simulations (Monks et al. 2019, J. Simulation 13).",
    ),
}
SHORT = ("reasons", "leaving", "packages")


class Item(NamedTuple):
    """One item of a protocol, filled."""

    number: str
    title: str
    text: str
    listed: tuple[str, ...] | None
    """None where the item lists nothing."""


def items(protocol: str) -> list[Item]:
    """The items of `odd` or `stress`, in their order."""
    short = {name: getattr(model_facts, name)() for name in SHORT}
    found = tomllib.loads((DOCS / "protocols.toml").read_text("utf-8"))[protocol]
    return [
        Item(
            one["number"],
            one["title"],
            one["text"].format(**short).strip(),
            tuple(getattr(model_facts, one["listed"])()) if "listed" in one else None,
        )
        for one in found
    ]


def page(protocol: str) -> str:
    """A protocol as a page."""
    title, about = TITLES[protocol]
    made = "Made by `python docs/make_protocols.py` from the source of the model; do not edit by hand."
    parts = [f"# {title}\n\n{made} {about}\n"]
    for item in items(protocol):
        listed = "\n".join(item.listed or ())
        parts.append(f"## {item.number} {item.title}\n\n{item.text}\n" + (f"\n{listed}\n" if listed else ""))
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(finish({"odd.md": page("odd"), "stress-des.md": page("stress")}, "make_protocols.py"))
