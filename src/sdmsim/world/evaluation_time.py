"""The minutes that there are for evaluations: of therapists, of staff who only evaluate, of cancelled sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sdmsim.delivery.caseload import CaseloadRules
from sdmsim.delivery.duties import duty_factors, shift_of
from sdmsim.delivery.vocabulary import Week
from sdmsim.school.sites import drive_minutes
from sdmsim.school.vocabulary import WEEKDAYS
from sdmsim.streams import Luck
from sdmsim.world.accounts import holds_on
from sdmsim.world.evaluations import LOOK_AHEAD_WEEKS, SHARED, Queue
from sdmsim.world.luck import providers_absent

if TYPE_CHECKING:
    from sdmsim.plan import Plan
    from sdmsim.school.calendar import SchoolDay

_EVALUATORS = "staff who only evaluate"


class EvaluationTime:
    """The time of one year, and what is cancelled to have more of it."""

    def __init__(self, plan: Plan, rules: CaseloadRules, luck: Luck) -> None:
        self._plan, self._rules, self._staff = plan, rules, plan.school.staff
        self._week_minutes = self._of_weeks()
        self._shared = rules.evaluator_fte * 60.0 * plan.rules.full_time_hours / len(WEEKDAYS)
        self._absent = providers_absent(plan, [*(member.id for member in self._staff), _EVALUATORS], luck)
        self._days_of: dict[int, list[SchoolDay]] = {}
        for day in plan.calendar.days:
            self._days_of.setdefault(day.week, []).append(day)
        self._freed: dict[tuple[int, int], float] = {}
        """(therapist, day): minutes that cancelled sessions leave."""
        self.cancelled: set[tuple[int, int, int]] = set()
        """(day, therapist, planned start) of sessions that are cancelled."""

    def _of_weeks(self) -> list[tuple[float, ...]]:
        """Per therapist and school week: those of staff.csv, but for duties that wait for a week without sessions."""
        found = []
        driven, week = drive_minutes(self._plan.school), self._plan.week
        for who, member in enumerate(self._staff):
            requests = [r for r in week.requests if r.therapist == who]
            consultations = [c for c in week.consultations if c.therapist == who]
            minutes = self._plan.rules.session_minutes(member) - driven[who]
            shift = shift_of(requests, consultations, minutes, self._plan.calendar)
            factors = duty_factors(shift, float(member.duty_minutes), self._plan.calendar.n_weeks)
            found.append(tuple(member.evaluation * factor for factor in factors))
        return found

    def in_post(self, who: int, day: SchoolDay) -> bool:
        """Whether a therapist is at work on a day, as far as anybody can know before it."""
        gaps = (gap for gap in self._plan.gaps if gap.therapist == who)
        return WEEKDAYS[day.weekday] in self._staff[who].site_days and not any(
            gap.first <= day.date <= gap.last for gap in gaps
        )

    def _planned(self, who: int, day: SchoolDay) -> float:
        """A day's share of the week's minutes."""
        return self._week_minutes[who][day.week] / len(self._staff[who].site_days) if self.in_post(who, day) else 0.0

    def of_day(self, day: SchoolDay) -> tuple[Mapping[int, float], float]:
        """Minutes of each therapist who came, with those of cancelled sessions, and of staff who only evaluate."""
        found = {
            who: self._planned(who, day) + self._freed.get((who, day.index), 0.0)
            for who in range(len(self._staff))
            if not self._absent[who, day.index] and self.in_post(who, day)
        }
        return found, 0.0 if self._absent[SHARED, day.index] else self._shared

    def cancel(self, queue: Queue, number: int, week: Week) -> None:
        """Cancel sessions of a school week as far as the deadlines ahead ask for more than the evaluation minutes.

        What lacks before a deadline is spread evenly over the therapist's days until then. Nobody knows yet who will be
        absent.
        """
        busy = sorted({one.therapist for one in queue.waiting})
        last = min(number + LOOK_AHEAD_WEEKS, self._plan.calendar.n_weeks)
        days = [day for w in range(number, last) for day in self._days_of[w]]
        for who in busy:
            minutes = {day.index: self._planned(who, day) + self._shared / len(busy) for day in days}
            working = [day for day in days if self.in_post(who, day)]
            held, freed = sorted(self._held(who, number, week)), dict[int, float]()
            for due, lack in queue.lacking(who, minutes):
                until = [day.week for day in working if day.index <= due]
                need = lack * until.count(number) / max(1, len(until)) - sum(m for d, m in freed.items() if d <= due)
                for one in [one for one in held if one[1] <= due]:
                    if need <= 0.0:
                        break
                    _, day, start, gained = one
                    held.remove(one)
                    self.cancelled.add((day, who, start))
                    freed[day] = freed.get(day, 0.0) + gained
                    need -= gained
            self._freed |= {(who, day): gained for day, gained in freed.items()}

    def _held(self, who: int, number: int, week: Week) -> list[tuple[float, int, int, int]]:
        """(child-minutes, day, start, therapist minutes) of each session of a therapist in a school week."""
        by_weekday = {day.weekday: day for day in self._days_of[number] if self.in_post(who, day)}
        found = []
        for one in week.appointments:
            day = by_weekday.get(one.weekday)
            if one.therapist != who or day is None:
                continue
            lost = sum(r.minutes for r in (week.requests[n] for n, _ in one.members) if holds_on(one, r, day))
            if lost:
                found.append((float(lost), day.index, one.start, one.lead + one.minutes + one.tail))
        return found
