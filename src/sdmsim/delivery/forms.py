"""Forms of push-in: what a visit to a class asks of the week, and how many children it reaches."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from sdmsim.base import Described
from sdmsim.delivery.rules import Grouping, WeekRules

Form = Literal["assist", "station", "parallel", "team"]


class PushInForm(Described):
    """How therapist and teacher share a lesson.

    What a form asks and reaches stands in `delivery/forms.toml`; how much of the visit is work on goals in the ledger
    (`places.form_work`). Without a form, a visit reaches as many children as may sit together (`grouping.legal_size`)
    and asks `week.planning_minutes_per_class`.
    """

    form: Form | None = None
    """assist: beside one or two children while the teacher teaches. station: one of several tables. parallel: each
    takes half of the class. team: both teach the lesson to all."""
    planning_minutes: Annotated[float, Field(ge=0.0, le=300.0)] | None = None
    """Co-planning a week with the teacher of each class visited; not given: the form's."""
    reach: Annotated[int, Field(ge=1, le=30)] | None = None
    """Children served in one visit at most; not given: the form's."""


NO_FORM = PushInForm()
"""As where a scenario says nothing."""


class Visits(NamedTuple):
    """What holds for visits to classes."""

    form: Form | None
    planning_minutes: float
    reach: int


def visits_of(push_in: PushInForm, rules: WeekRules, grouping: Grouping) -> Visits:
    """The rules of visits: what is given, else the form's, else those of the week and of grouping."""
    planning, reach = rules.planning_minutes_per_class, float(grouping.legal_size)
    if push_in.form is not None:
        planning, reach = known_forms()[push_in.form]
    return Visits(
        push_in.form,
        planning if push_in.planning_minutes is None else push_in.planning_minutes,
        int(reach) if push_in.reach is None else push_in.reach,
    )


@cache
def known_forms() -> dict[str, tuple[float, float]]:
    """(planning minutes a week and class, children reached) by form."""
    content = tomllib.loads(files("sdmsim.delivery").joinpath("forms.toml").read_text(encoding="utf-8"))
    return {name: (float(form["planning_minutes"]), float(form["reach"])) for name, form in content["form"].items()}
