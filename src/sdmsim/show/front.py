"""The arms that are worth a choice where several outcomes count: a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdmsim.lab.front import standings_of
from sdmsim.show.words import words_of

if TYPE_CHECKING:
    from sdmsim.lab.results import Results

MOST_NAMED = 12
"""Arms on the front that are named in the picture and the sentence; more would hide each other."""


def front_sentence(results: Results) -> str:
    """Which arms are on the front; empty where the experiment asks for none."""
    outcomes = results.manifest.get("front") or []
    if not outcomes:
        return ""
    names = [one.arm for one in standings_of(results.runs, results.arms, outcomes) if one.on_front]
    shown = ", ".join(f'"{name}"' for name in names[:MOST_NAMED])
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    labels = " and ".join(words_of(outcome).label for outcome in outcomes)
    return f"Worth a choice by {labels}: {shown}{more} ({len(names)} of {len(results.arms)} arms)."
