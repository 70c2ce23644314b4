"""The desk of one visitor: the school in hand, its options, what is known of each, and what is under way.

All of it is in memory, but for what was uploaded and made of it: that lies in a private folder which goes with the
desk.
"""

from __future__ import annotations

import shutil
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sdmsim.base import InputErrors, Problem, digest
from sdmsim.delivery import Own
from sdmsim.scenario import Scenario, load
from sdmsim.show.app import work
from sdmsim.show.app.answers import Answer
from sdmsim.show.app.background import Background, Ended, Work
from sdmsim.show.app.levers import Choice, Lever, changes_of, levers_of, within

Errand = tuple[str | int, ...]
"""What was asked for besides levers: a name, then what it is about."""
KEPT = 40
AS_IT_IS = "As it is"
"""The option in which nothing is moved; the others are compared with it."""
IN_HAND = "The levers as they stand"
"""The option of the levers as they stand."""
YEARS = 30


@dataclass
class Option:
    """A named way to deliver: what it sets, and the scenario that this makes."""

    name: str
    changes: Mapping[str, Any]
    scenario: Scenario

    @cached_property
    def key(self) -> str:
        """The same for the same content."""
        return digest([self.scenario.digest(), self.scenario.seed])


@dataclass
class Desk:
    """Made anew for each visitor."""

    folder: Path = field(default_factory=lambda: Path(mkdtemp(prefix="sdmsim-app-")))
    """Private to the user of this computer; removed when the visitor leaves or the server ends."""
    sketches: Background = field(default_factory=Background)
    """Sketches the week of a lever that has moved, so that the first answer waits for no solver."""
    background: Background = field(default_factory=lambda: Background(meek=True))
    """Solves weeks and lives their years."""
    errands: Background = field(default_factory=lambda: Background(deaf=True))
    """Does what a page asks for besides: comparisons, a child's year, a day."""
    file: Path | None = None
    """The scenario in hand."""
    levers: list[tuple[str, list[Lever]]] = field(default_factory=list)
    moved: dict[str, Any] = field(default_factory=dict)
    """Where each lever stands, by name; one that is not here stands where the school stands."""
    edition: int = 0
    """Counts up when levers are set by other means than by hand."""
    options: dict[str, Option] = field(default_factory=dict)
    """By name: AS_IT_IS first, then those saved."""
    in_hand: Option | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    """By the key of an option."""
    problems: tuple[str, ...] = ()
    """Why the levers as they stand make no scenario, in words."""
    refused: tuple[str, ...] = ()
    """What an errand was refused for."""
    defect: str = ""
    years: int = YEARS
    found: dict[Errand, Any] = field(default_factory=dict)
    """What errands have brought so far, by what was asked; the last few."""
    errand: Errand | None = None
    """What is under way."""
    finished: set[Errand] = field(default_factory=set)
    progress: work.Done | None = None
    uploads: int = 0
    number: int = 0
    """Of the school in hand, from 1."""

    def __post_init__(self) -> None:
        """The folder goes when the desk does."""
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def new_folder(self) -> Path:
        """A name in the private folder that is not there yet."""
        self.uploads += 1
        return self.folder / f"uploaded-{self.uploads}"

    def close(self) -> None:
        """End its processes."""
        for one in (self.sketches, self.background, self.errands):
            one.close()

    @property
    def every_lever(self) -> list[Lever]:
        """Without headings."""
        return [one for _, some in self.levers for one in some]

    def open(self, file: Path) -> None:
        """Take a school in hand; what is known of another is set aside.

        Raises:
            InputErrors: every problem of its files.
        """
        scenario = load(file)
        if isinstance(scenario.delivery, Own):
            raise InputErrors([_own_code(file)])
        found = levers_of(scenario)
        as_it_is = Option(AS_IT_IS, {}, scenario)
        for one in (self.sketches, self.background, self.errands):
            one.stop()
        self.file, self.levers, self.moved, self.answers, self.found = file, found, {}, {}, {}
        self.errand, self.finished, self.progress = None, set(), None
        self.edition, self.number = self.edition + 1, self.number + 1
        self.options, self.in_hand = {AS_IT_IS: as_it_is}, None
        self.move({})

    def move(self, moved: Mapping[str, Any]) -> None:
        """Set the levers; work for where they stood before is given up."""
        self.moved = dict(moved)
        changes = changes_of(self.every_lever, self.moved)
        if self.in_hand is not None and self.in_hand.changes == changes and not self.problems:
            return
        base = self.options[AS_IT_IS]
        try:
            scenario = base.scenario.but(**changes) if changes else base.scenario
            self.in_hand, self.problems = Option(IN_HAND, changes, scenario), ()
        except InputErrors as error:
            self.problems = tuple(error.lines())
            return
        self._work()

    def more_years(self, years: int) -> None:
        """Live more years of the option in hand and of those beside it."""
        self.years = years
        self._work()

    def _work(self) -> None:
        assert self.in_hand is not None
        self.defect = ""
        wanted: list[work.Wanted] = []
        for option in (self.in_hand, self.options[AS_IT_IS]):
            answer = self.answers.setdefault(option.key, Answer())
            if answer.known < self.years and option.key not in [one.key for one in wanted]:
                wanted.append(work.Wanted(option.key, option.scenario, answer.known))
        if wanted and wanted[0].key == self.in_hand.key and self.answers[self.in_hand.key].sketch:
            self.sketches.ask(work.first_answer, self.in_hand.key, self.in_hand.scenario)
        if wanted:
            self.background.ask(work.answer, wanted, self.years)
        else:
            self.background.stop()

    def hear(self) -> None:
        """Take in what the work under way has told."""
        for message in (*self.sketches.heard(), *self.background.heard()):
            if isinstance(message, Ended):
                self.defect = self.defect or message.defect
                self.problems = message.problems or self.problems
            else:
                self.answers.setdefault(message.key, Answer()).hear(message)

    def fetch(self, what: Errand, piece: Work, *arguments: Any) -> Any:
        """What an errand has brought so far, None at first; it is begun where that was not done yet, in the place of
        another one.
        """
        if what not in self.finished and what != self.errand:
            self.defect, self.progress, self.errand = "", None, what
            self.errands.ask(piece, *arguments)
        return self.found.get(what)

    def hear_errands(self) -> None:
        """Take in what the errand under way has told."""
        for message in self.errands.heard():
            assert self.errand is not None
            if isinstance(message, work.Done):
                self.progress = message
            elif isinstance(message, Ended):
                self.finished.add(self.errand)
                self.errand, self.progress = None, None
                self.defect, self.refused = message.defect, message.problems
            else:
                self.found[self.errand] = message
                while len(self.found) > KEPT:
                    old = next(iter(self.found))
                    self.finished.discard(old)
                    del self.found[old]

    def answer_of(self, option: Option) -> Answer:
        """What is known so far."""
        return self.answers.setdefault(option.key, Answer())

    def save(self, name: str) -> str:
        """Keep the option in hand under a name; the problem with the name, or nothing."""
        name = " ".join(name.split())
        if not name:
            return "Give the option a name."
        if name in self.options or name == IN_HAND:
            return f'There is an option "{name}" already.'
        assert self.in_hand is not None
        self.options[name] = Option(name, self.in_hand.changes, self.in_hand.scenario)
        return ""

    def drop(self, name: str) -> None:
        """Forget a saved option."""
        if name != AS_IT_IS:
            self.options.pop(name, None)

    def take(self, name: str) -> None:
        """Set the levers as a saved option has them."""
        changes = self.options[name].changes
        moved: dict[str, Any] = {}
        for lever in self.every_lever:
            if isinstance(lever, Choice):
                chosen = next((n for n, sets in lever.options.items() if sets and within(sets, changes)), None)
                moved |= {} if chosen is None else {lever.name: chosen}
            elif lever.name in changes:
                moved[lever.name] = float(changes[lever.name])
        self.edition += 1
        self.move(moved)


def _own_code(file: Path) -> Problem:
    text = "is a strategy of your own: code runs in the command line only, not on this page"
    return Problem(file.name, 0, "delivery.kind", text)
