"""The queue of evaluations: what is due first is worked on first, day by day, with the minutes there are."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping
from typing import Any, NamedTuple

from sdmsim.delivery.caseload import CaseloadRules
from sdmsim.world.arrivals import Arrival

SHARED = -1
"""In the place of a therapist: staff who only evaluate."""
LOOK_AHEAD_WEEKS = 4
"""Sessions are cancelled for deadlines in this school week and the next three; judged."""
_NOTHING = 1e-6


class Waiting(NamedTuple):
    """An evaluation that is not done. In order of deadline, then of consent."""

    due: int
    number: int
    therapist: int
    arrival: Arrival


class Queue:
    """The evaluations of one year, and the facts of them."""

    def __init__(self, rules: CaseloadRules) -> None:
        self._rules = rules
        self._left: dict[int, float] = {}
        self.waiting: list[Waiting] = []
        self.referred: list[tuple[Any, ...]] = []
        self.evaluated: list[tuple[Any, ...]] = []
        self.evaluating: list[tuple[Any, ...]] = []

    def ask(self, arrival: Arrival, therapist: int) -> None:
        """Consent was given."""
        number, due = len(self.referred), arrival.day + self._rules.clock_school_days
        again = arrival.served >= 0
        hours = self._rules.reevaluation_hours if again else self._rules.initial_hours
        assert hours is not None
        self._left[number] = 60.0 * hours
        insort(self.waiting, Waiting(due, number, therapist, arrival))
        self.referred.append((arrival.day, number, therapist, int(again), due, arrival.served))

    def drop(self, child: int) -> None:
        """A served child left: nobody waits for its evaluation any more."""
        self.waiting = [one for one in self.waiting if one.arrival.served != child]

    def work(self, day: int, minutes: Mapping[int, float], shared: float) -> list[Waiting]:
        """A day's work: each therapist on its own, then staff who only evaluate. Returns what was done."""
        done = []
        for who in sorted(minutes):
            done += self._spend(day, who, minutes[who])
        return done + self._spend(day, SHARED, shared)

    def _spend(self, day: int, who: int, minutes: float) -> list[Waiting]:
        done = []
        for one in self.waiting:
            if minutes <= _NOTHING:
                break
            if who not in (SHARED, one.therapist):
                continue
            spent = min(minutes, self._left[one.number])
            minutes -= spent
            self._left[one.number] -= spent
            self.evaluating.append((day, who, one.number, spent))
            if self._left[one.number] <= _NOTHING:
                self.evaluated.append((day, one.number, int(one.arrival.eligible)))
                done.append(one)
        if done:
            gone = {one.number for one in done}
            self.waiting = [one for one in self.waiting if one.number not in gone]
        return done

    def lacking(self, therapist: int, minutes: Mapping[int, float]) -> list[tuple[int, float]]:
        """(deadline, minutes) that a therapist lacks to keep each deadline, the next first.

        `minutes`: what each of the days ahead has; deadlines after the last of them are not looked at.
        """
        found, need, last = list[tuple[int, float]](), 0.0, max(minutes, default=-1)
        own = [one for one in self.waiting if one.therapist == therapist and one.due <= last]
        for place, one in enumerate(own):
            need += self._left[one.number]
            if place + 1 == len(own) or own[place + 1].due > one.due:
                lack = need - sum(amount for day, amount in minutes.items() if day <= one.due)
                if lack > _NOTHING:
                    found.append((one.due, lack))
        return found
