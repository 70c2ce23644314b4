"""Children below or near the shares of the week in regular class by which placements are counted (LRE).

By all services outside class together, as planned in the week: one service alone hardly moves the share, several do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sdmsim.delivery.policy import RegularClass, RuleBook
from sdmsim.delivery.policy_warnings import source_of
from sdmsim.world.backdrop import backdrop_of

if TYPE_CHECKING:
    from sdmsim.plan import Plan

BELOW, NEAR = "regular_class_below.", "regular_class_near."
"""Columns of `weeks.csv`: followed by the threshold in per cent."""
_ROUNDING = 1e-9


def regular_class_counts(plan: Plan) -> dict[str, float]:
    """Children below each threshold of the policy, and near above it; nothing where no policy has any."""
    found = plan.rules_of_state.first(RegularClass)
    if found is None:
        return {}
    rule, lre = found[1], backdrop_of(plan).lre
    counts: dict[str, float] = {}
    for share in rule.thresholds:
        below = lre < share - _ROUNDING
        near = ~below & (lre < share + rule.near - _ROUNDING)
        counts[f"{BELOW}{100 * share:g}"] = float(below.sum())
        counts[f"{NEAR}{100 * share:g}"] = float(near.sum())
    return counts


def regular_class_notes(book: RuleBook, arms: Sequence[tuple[str, Mapping[str, float]]]) -> Iterator[str]:
    """A sentence for each threshold that some child is below or near, with the arms; an arm without a name is a year.

    `arms`: name, and counts as from `regular_class_counts`, among other columns.
    """
    found = book.first(RegularClass)
    if found is None:
        return
    policy, rule = found
    for share in rule.thresholds:
        places = ((BELOW, f"below {share:.0%}"), (NEAR, f"less than {100 * rule.near:g} points above {share:.0%}"))
        for column, words in places:
            counts = [(name, int(of.get(f"{column}{100 * share:g}", 0))) for name, of in arms]
            said = ", ".join(f'{n} in "{name}"' if name else f"{n}" for name, n in counts if n)
            if said:
                yield (
                    f"{policy.name}: children {words} of the school week in regular class, by all services outside it"
                    f" as planned: {said} {source_of(policy, rule)}."
                )
