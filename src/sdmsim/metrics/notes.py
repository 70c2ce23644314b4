"""What a reader of one year should know of its week."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sdmsim.metrics.regular_class import regular_class_counts, regular_class_notes
from sdmsim.world.openings import openings_of

if TYPE_CHECKING:
    from sdmsim.plan import Plan


def notes_of_year(plan: Plan) -> tuple[str, ...]:
    """Children near a limit of the policy, and children whom no slot for making up reaches."""
    near = regular_class_notes(plan.rules_of_state, [("", regular_class_counts(plan))])
    return (*near, *_out_of_reach(plan))


def _out_of_reach(plan: Plan) -> Iterator[str]:
    if plan.make_up.by != "slot" or plan.make_up.of == "none":
        return
    direct = {request.student for request in plan.week.requests}
    reached = {plan.week.requests[n].student for (n, _), stretches in openings_of(plan).starts.items() if stretches}
    if len(reached) < len(direct):
        yield (
            f"The slot for making up ({plan.make_up.slot}) reaches {len(reached)} of {len(direct)} children: the others"
            " are served in class, sit in a protected lesson then, or have a session of their own."
        )
