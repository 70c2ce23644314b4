"""Write docs/glossary.md: terms from glossary.toml; metrics, reasons and assumptions from the program.

python docs/make_glossary.py            # writes the page
python docs/make_glossary.py --check    # exit status 1 where the page is out of date
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator

from making import DOCS, finish

from sdmsim.events import REASONS
from sdmsim.metrics import METRICS
from sdmsim.show.words import PART_TITLES, PARTS, reason_words, words_of
from sdmsim.theory.ledger import ledger

HEAD = """\
# Glossary

Made by `python docs/make_glossary.py`; do not edit by hand. What a planner reads in tables and pictures, and
the name under which a file has it. More on every metric: [model.md](model.md), "Metrics".
"""
TITLES = {"school": "At school", "simulation": "In the simulation"}


def terms() -> Iterator[str]:
    """The terms of glossary.toml, part by part, in the order of the alphabet."""
    found = tomllib.loads((DOCS / "glossary.toml").read_text("utf-8"))
    for part, meanings in found.items():
        yield f"## {TITLES[part]}\n"
        for term, meaning in sorted(meanings.items(), key=lambda pair: pair[0].lower()):
            yield f"**{term}**: {meaning}\n"


def metrics() -> Iterator[str]:
    """Every metric, delivery before access before progress."""
    for part in PARTS:
        yield f"### {PART_TITLES[part]}\n\n| in words | unit | in files | meaning |\n|---|---|---|---|"
        for one in METRICS:
            words = words_of(one.name)
            if words.part == part:
                yield f"| {words.label} | {words.unit} | `{one.name}` | {one.meaning} |"
        yield ""


def page() -> str:
    """The whole page."""
    reasons = [f"| {reason_words(reason)} | `{reason}` |" for reason in REASONS]
    assumed = [f"| {p.meaning} | {p.unit} | `{p.name}` | {p.grade} |" for p in ledger().values()]
    lines = [
        HEAD,
        *terms(),
        "## Metrics\n",
        *metrics(),
        "## Why a promised minute was not given\n\n| in words | in files |\n|---|---|",
        *reasons,
        "\n## Assumptions about how children respond\n\n| meaning | unit | in files | grade |\n|---|---|---|---|",
        *assumed,
    ]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    sys.exit(finish({"glossary.md": page()}, "make_glossary.py"))
