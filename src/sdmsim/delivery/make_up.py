"""Making up for sessions that were missed: which, where, within what time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from sdmsim.base import Described
from sdmsim.school.cells import weekly_times
from sdmsim.school.sites import Stay
from sdmsim.school.time_checks import span
from sdmsim.school.vocabulary import WEEKDAYS

Recoverable = Literal[
    "child_absent",
    "child_unwilling",
    "provider_absent",
    "provider_called_away",
    "vacancy",
    "school_event",
    "class_unavailable",
    "helper_missing",
    "no_room",
    "out_of_time",
    "start_up",
    "unplaced",
]
"""Reasons for which a session may be made up: all but `no_school`, which no plan counts as owed to the child."""
PROVIDER: tuple[Recoverable, ...] = (
    "provider_absent",
    "provider_called_away",
    "vacancy",
    "no_room",
    "out_of_time",
    "helper_missing",
)
"""What the provider or the school caused: practice makes these up, and absences of children mostly not."""
ALL: tuple[Recoverable, ...] = (
    *PROVIDER,
    "child_absent",
    "child_unwilling",
    "school_event",
    "class_unavailable",
)
"""All but start-up weeks and want of a place: there is no timetable yet, or no place in it."""

KeptFree = tuple[int, int, int]
"""Weekday, start, end of a weekly slot; clock times in minutes after midnight."""


class MakeUp(Described):
    """Sessions that were missed and are made up later. Only whole sessions are; a part that was lost stays missed.

    The therapist decides when a session begins, from what is known by then: who has something open, the oldest first,
    is in school, free and willing, and not under a rule against it. A child makes up at most one session a day.
    """

    of: Literal["none", "provider", "all"]
    """Which missed sessions are made up: none; those missed for `provider_reasons`; those missed for any reason but
    start-up weeks, no place in the timetable and no school."""
    by: Literal["groups", "slot"] = "groups"
    """groups: the child joins a session of its therapist's that others have then, in the same setting. slot: the
    therapist fetches children in `slot`; only sessions outside the class are made up there."""
    slot: str | None = None
    """Weekly times that the timetable keeps free for making up, as contract time: `Fri 13:00-15:00`, several with a
    semicolon between."""
    up_to: Annotated[int, Field(ge=1, le=30)] | None = None
    """Children in a session that somebody joins, at most, as far as the room holds them; not given: the legal size, in
    class the reach of a visit. A number above the legal size lets groups grow."""
    within_weeks: Annotated[int, Field(ge=0, le=52)] | None = None
    """School weeks after that of the missed session in which it can be made up; 0: in the same week only; not given: to
    the end of the year."""
    provider_reasons: tuple[Recoverable, ...] = PROVIDER
    """What `of = "provider"` makes up."""
    compensated: tuple[Recoverable, ...] = (*PROVIDER, "unplaced", "start_up")
    """Reasons for which minutes that are still missed at the year's end count as `compensatory_hours`."""

    @field_validator("slot")
    @classmethod
    def _weekly(cls, slot: str | None) -> str | None:
        if slot is None:
            return None
        times = weekly_times(slot)
        if not times:
            raise ValueError('names no time; should be such as "Fri 13:00-15:00"')
        for one, other in pairwise(times):
            if one[0] == other[0] and other[1] < one[2]:
                raise ValueError(f"{span(*other[1:])} overlaps {span(*one[1:])} on {one[0]}")
        return slot

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.by == "slot" and self.slot is None:
            raise ValueError('by is "slot", but slot is missing; give a weekly time such as slot = "Fri 13:00-15:00"')
        if self.by == "groups" and self.slot is not None:
            raise ValueError(f'slot is "{self.slot}", but by is "groups"; give by = "slot" or leave slot out')
        return self

    @property
    def kept_free(self) -> tuple[KeptFree, ...]:
        """The slots; kept free even where `of` is none, so that arms can share a timetable."""
        times = weekly_times(self.slot) if self.slot else ()
        return tuple((WEEKDAYS.index(day), start, end) for day, start, end in times)

    @property
    def reasons(self) -> tuple[Recoverable, ...]:
        """The reasons for which missed sessions are made up."""
        return {"none": (), "provider": self.provider_reasons, "all": ALL}[self.of]


NO_MAKE_UP = MakeUp(of="none")
"""As where a scenario says nothing."""


def kept_by(stays: Sequence[Sequence[Stay]], kept_free: Sequence[KeptFree]) -> tuple[tuple[int, int, int, str], ...]:
    """(weekday, start, end, site) of the slots that a member of staff has: those within one of its stays at a site."""
    return tuple(
        (day, start, end, stay.site)
        for day, start, end in kept_free
        for stay in stays[day]
        if stay.start <= start and end <= stay.end
    )


def make_up_notes(make_up: MakeUp, legal_size: int) -> Iterator[str]:
    """What a reader of the results should know."""
    if (make_up.up_to or 0) > legal_size:
        yield (
            f"make_up.up_to is {make_up.up_to} and grouping.legal_size {legal_size}:"
            " sessions that somebody joins may grow beyond the legal size."
        )
