"""Units that a year's sessions come to, where the scenario's policy says how minutes are billed."""

from __future__ import annotations

from sdmsim.delivery.policy import Billing
from sdmsim.events import Log
from sdmsim.plan import Plan


def billing_units(log: Log) -> float:
    """Units of all child-sessions given; nan where no policy has a billing step.

    A session planned for several children whose rows run on that day is billed only where enough of them are present.
    """
    found = log.plan.rules_of_state.first(Billing)
    if found is None:
        return float("nan")
    rule: Billing = found[1]
    alone = {
        (day, appointment)
        for day, appointment, _, _, present in log.sessions
        if present < rule.group_least_present and _planned(log.plan, day, appointment) > 1
    }
    return float(sum(rule.units(minutes) for day, _, _, place, _, minutes, _ in log.given if (day, place) not in alone))


def _planned(plan: Plan, day: int, appointment: int) -> int:
    """Children of an appointment whose service rows run on a day."""
    date, requests = plan.calendar.days[day].date, plan.week.requests
    members = (requests[request] for request, _ in plan.places[appointment].members)
    return len(
        {r.student for r in members if (r.start is None or r.start <= date) and (r.end is None or date <= r.end)}
    )
