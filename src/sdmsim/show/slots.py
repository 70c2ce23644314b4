"""The weekly slots that break first, as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdmsim.show.words import number, reason_words

if TYPE_CHECKING:
    import pandas as pd

SLOTS_SHOWN = 5
HEADS = ("begins", "therapist", "place", "students", "sessions held", "%", "most minutes lost to")


def slot_lines(slots: pd.DataFrame, arm: str | None = None) -> list[list[str]]:
    """The first few slots in the table's order (of one arm, where it holds several), and what took most of the rest."""
    lines = []
    some = slots if arm is None else slots[slots["arm"] == arm]
    for slot in some.head(SLOTS_SHOWN).to_dict("records"):
        lost = {str(name): float(slot[name]) for name in slot if str(name).startswith("minutes_lost.")}
        most = max(lost, key=lambda name: lost[name])
        held = f"{number(float(slot['sessions_held']), 0)} of {number(float(slot['sessions_planned']), 0)}"
        why = reason_words(most.removeprefix("minutes_lost.")) if lost[most] else ""
        cells = (f"{slot['weekday']} {slot['start']}", slot["therapist"], slot["place"], slot["students"], held)
        lines.append([*map(str, cells), number(100.0 * float(slot["share_held"]), 0), why])
    return lines


def broken_by_arm(slots: pd.DataFrame) -> list[list[str]]:
    """The same for every arm; nothing where no arm has a timetable of its own."""
    arms = dict.fromkeys(slots["arm"]) if len(slots) else {}
    return [[arm, *line] for arm in arms for line in slot_lines(slots, arm)]
