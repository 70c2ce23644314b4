"""What staff cost: the rules of pay, and who has no pay in the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field

from sdmsim.base import Described
from sdmsim.school.vocabulary import StaffMember

_NAMES_SHOWN = 6


class Money(Described):
    """What staff cost besides their pay, which stands in staff.csv (`rate`, `type`).

    An employee is paid the contract hours of every school week, benefits on top; overtime is not paid. A contractor
    and a remote therapist are paid each hour worked, without benefits.
    """

    benefits_share: Annotated[float, Field(ge=0.0, le=2.0)] = 0.3
    """Benefits on top of an employee's pay, as a share of it; judged, vary it from 0.2 to 0.6. All state and local
    employers paid 0.58 in September 2016, paid leave included (docs/sources.md)."""
    mileage_rate: Annotated[float, Field(ge=0.0, le=10.0)] | None = None
    """Dollars a mile of drives between sites (`miles` of drives.csv); not given: drives cost their time only. The
    rate that the United States leave free of tax was 0.67 in 2024 and 0.70 in 2025."""
    substitute_rate: Annotated[float, Field(ge=0.0, le=10000.0)] | None = None
    """Pay of a substitute (`days.substitute_share`) for each contract hour of the day, in dollars; who is absent is
    paid as ever. Not given: no costs are worked out in a year with substitutes."""


def money_notes(money: Money, given: bool, staff: Sequence[StaffMember], scenario: str, table: str) -> Iterator[str]:
    """Why there are no costs, or which share holds for benefits where the file `scenario` does not say (`given`)."""
    without = [f'"{member.id}"' for member in staff if member.rate is None]
    if without:
        more = len(without) - _NAMES_SHOWN
        names = ", ".join(without[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
        yield f"{table} has no rate for {names}: no costs are worked out."
    elif not given and any(member.type == "employee" for member in staff):
        yield f"{scenario} has no [money]: benefits_share {money.benefits_share:g}."
