"""The whole description of a school and how it delivers: load, vary, digest."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from sdmsim.base import Described, InputErrors, Problem, digest, plain, read_as, read_toml, replace_at
from sdmsim.delivery import Delivery, Own
from sdmsim.delivery.agreement import Agreement, inside
from sdmsim.delivery.assistants import Assistant, with_assistants
from sdmsim.delivery.caseload import CaseloadRules, caseload_notes, caseload_problems
from sdmsim.delivery.fewest_hours import Proposal, propose, said
from sdmsim.delivery.forms import NO_FORM, PushInForm
from sdmsim.delivery.make_up import NO_MAKE_UP, MakeUp, make_up_notes
from sdmsim.delivery.money import Money, money_notes
from sdmsim.delivery.named_files import refuse_other_files, seen_from
from sdmsim.delivery.own import as_written, tagged
from sdmsim.delivery.own_week import OwnWeek
from sdmsim.delivery.paraprofessionals import Helper, price_notes
from sdmsim.delivery.placement import Placement, placement_notes
from sdmsim.delivery.policy import RuleBook, rule_book
from sdmsim.delivery.policy_warnings import policy_warnings
from sdmsim.delivery.problem import Problem as WeekProblem
from sdmsim.delivery.problem import problem_of
from sdmsim.delivery.roles import usual_notes, with_usual
from sdmsim.delivery.rules import Days, Goal, Grouping, Moves, Reviews, WeekRules
from sdmsim.delivery.school_notes import contract_notes, conversion_notes, goal_notes, table_notes
from sdmsim.delivery.slot_matching import Rules, read_own_week
from sdmsim.delivery.spells import Spell, spell_problems
from sdmsim.delivery.vacancy import Vacancy
from sdmsim.school.calendar import SchoolYear, school_year
from sdmsim.school.sources import SchoolSource, files_read, problems_of_files, read_source, table_files
from sdmsim.school.staffing import Staffing
from sdmsim.school.tables import Readable
from sdmsim.school.vocabulary import School, Text
from sdmsim.theory.ledger import Assumed, Assumptions, read_assumptions

FORMAT: Literal[1] = 1
_LONGEST_YEAR_DAYS = 366


class Year(Described):
    """The horizon: the first and the last school day, and the weeks without therapy at the start."""

    first_day: date
    last_day: date
    start_up_weeks: Annotated[int, Field(ge=0, le=20)] = 2
    """School weeks at the start in which the timetable is still being made."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError(f"last_day {self.last_day} is before first_day {self.first_day}")
        if (self.last_day - self.first_day).days >= _LONGEST_YEAR_DAYS:
            raise ValueError(f"{self.first_day} to {self.last_day} is more than a year")
        return self


class Scenario(Described):
    """One school, one year, one way to deliver."""

    format: Literal[1] = FORMAT
    title: Text
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    policy: Text | None = None
    """Rules to be warned by: the name of a policy that ships, or a TOML file of your own."""
    year: Year
    school: SchoolSource
    delivery: Delivery
    goals: Mapping[str, Goal] = {}
    staffing: Staffing = Staffing()
    grouping: Grouping = Grouping()
    week: WeekRules = WeekRules()
    moves: Moves = Moves()
    days: Days = Days()
    spell: tuple[Spell, ...] = ()
    push_in: PushInForm = NO_FORM
    reviews: Reviews | None = None
    vacancy: tuple[Vacancy, ...] = ()
    assistant: tuple[Assistant, ...] = ()
    make_up: MakeUp = NO_MAKE_UP
    placement: Placement = Placement()
    helper: tuple[Helper, ...] = ()
    money: Money = Money()
    caseload: CaseloadRules | None = None
    assumptions: Assumptions = Assumptions()

    _file: str = PrivateAttr(default="scenario")
    _folder: Path = PrivateAttr(default=Path())
    _read: School | None = PrivateAttr(default=None)
    """As its tables have it, before `staffing`."""
    _said: tuple[str, ...] = PrivateAttr(default=())
    """Notes of the reader of its tables."""
    _roster: School | None = PrivateAttr(default=None)
    _assumed: Assumed | None = PrivateAttr(default=None)
    """What stands in the place of the file's own assumptions, if anything does."""
    _rules: RuleBook = PrivateAttr(default=RuleBook())
    _own_week: OwnWeek | None = PrivateAttr(default=None)

    @property
    def roster(self) -> School:
        """The school, read and checked when the scenario was loaded, its children in the classes of `placement`."""
        return self.proposal.school if self.placement.kind == "fewest hours" else self._settled

    @property
    def _settled(self) -> School:
        if self._roster is None:
            raise RuntimeError("a scenario has a school only when it comes from load() or Scenario.make()")
        return self._roster

    @cached_property
    def proposal(self) -> Proposal:
        """The placement that asks the fewest hours, and how far it may lie from the best."""
        return propose(self.placement, self._settled, self.week_problem)

    def week_problem(self, school: School) -> WeekProblem:
        """What the timetable is made from, in this school in the place of its own."""
        problem = problem_of(
            school,
            self.calendar,
            delivery=self.own_week or self.delivery,
            goals=self.goals_in_use,
            grouping=self.grouping,
            rules=self.week,
            moves=self.moves,
            push_in=self.push_in,
            seed=self.seed,
            assistants=self.assistant,
            kept_free=self.make_up.kept_free,
        )
        return self.own_week.given_by(problem) if self.own_week else problem

    @property
    def own_week(self) -> OwnWeek | None:
        """What `week.timetable` holds, matched to the plans when the scenario was loaded."""
        return self._own_week

    @cached_property
    def goals_in_use(self) -> Mapping[str, Goal]:
        """The goals of the file, and those that services name besides and that ship (`delivery/roles.toml`)."""
        return with_usual(self.goals, self._read or self.roster)

    @property
    def rules_of_state(self) -> RuleBook:
        """What `policy` names, read when the scenario was loaded."""
        return self._rules

    @cached_property
    def calendar(self) -> SchoolYear:
        """The dated school year."""
        return school_year(self.year.first_day, self.year.last_day, self._settled.calendar)

    @classmethod
    def make(cls, content: Mapping[str, Any], folder: Path, file: str = "scenario") -> Scenario:
        """A scenario from the content of its file; paths in it are relative to `folder`.

        Raises:
            InputErrors: every problem of the content and of the tables it names.
        """
        refuse_other_files(content, file, FORMAT)
        try:
            scenario = read_as(cls, tagged(content), file)
        except InputErrors as error:
            found = problems_of_files(content, folder, file)
            of_state = rule_book(content.get("policy"), folder, file).problems
            raise InputErrors((*error.problems, *of_state, *found)) from None
        return scenario._settle(read_source(scenario.school, folder, file), folder, file)

    def _settle(self, read: Readable, folder: Path, file: str) -> Self:
        """Take the school in, and check that all of the scenario agrees with it."""
        self._file, self._folder, self._read, self._said = file, folder, read.school, read.notes
        staffed = with_assistants(self.staffing.applied(read.school), self.assistant)
        self._roster = self.placement.applied(staffed, self.seed)
        if isinstance(self.delivery, Own):
            self.delivery.seen_from(folder, file)
        self._rules = rule_book(self.policy, folder, file)
        staffing = self.staffing.problems(read.school, file, self._table_files(), read.whole)
        asked = "own timetable" if self.week.timetable else self.delivery.kind
        rules, files = Rules(self.goals_in_use, self.grouping), self._table_files()
        seats = self.placement.problems(read.school, rules.goals, asked, file, files, read.whole)
        of_week = (self._folder, self._settled, read.whole, rules, files)
        self._own_week, own = read_own_week(self.week.timetable, *of_week)
        checked = self.check_against_roster(read.whole)
        problems = (*self._rules.problems, *read.problems, *own, *checked, *staffing, *seats)
        if problems:
            place = {name: i for i, name in enumerate([file, *self._table_files().values()])}
            raise InputErrors(sorted(problems, key=lambda p: (place.get(p.file, len(place)), p.row)))
        return self

    def check_against_roster(self, whole: Collection[str] = frozenset(School.model_fields)) -> list[Problem]:
        """What does not agree between the scenario and its school; `whole`: the tables that could be read in full."""
        agreement = Agreement(self._file, self._settled, self._table_files(), whole)
        year = self.year
        return [
            *agreement.dates(year.first_day, year.last_day, year.start_up_weeks, self.calendar),
            *agreement.goals(self.goals_in_use, self.grouping),
            *agreement.sizes(self.grouping),
            *agreement.reviews(self.delivery, self.reviews),
            *caseload_problems(self.caseload, self._file, self._settled, self.calendar),
            *agreement.sites(self.staffing.fte, self.money),
            *agreement.vacancies(self.vacancy, self.calendar, self.assistant),
            *agreement.assistants(self.assistant, self.helper, self.goals_in_use),
            *agreement.slots(self.make_up),
            *spell_problems(self.spell, self._settled, self.calendar, self._file),
        ]

    def but(self, **changes: Any) -> Scenario:
        """A copy with values replaced by dotted name: `but(**{"delivery.push_in_share": 0.25})`.

        A whole table may be given and takes the place of the old one. The tables of the school are
        read again only where `school` changes.

        Raises:
            InputErrors: for a name that is not there or a value that will not do.
        """
        return self.vary(changes, self._folder)

    def vary(self, changes: Mapping[str, Any], folder: Path) -> Scenario:
        """As `but`; names of tables among the changes are relative to `folder`, where the changes are written.

        Raises:
            InputErrors: for a name that is not there or a value that will not do.
        """
        varied = self._varied(changes, folder)
        varied._assumed = self._assumed
        return varied

    def _varied(self, changes: Mapping[str, Any], folder: Path) -> Scenario:
        content = as_written(self.model_dump(mode="json", exclude_unset=True))
        before = plain(content["school"])
        problems = []
        for name, value in changes.items():
            here = seen_from(self._folder, folder, name, plain(value))
            problems += replace_at(content, name, here, self._file)
        if problems:
            raise InputErrors(problems)
        if content["school"] != before:
            return Scenario.make(content, self._folder, self._file)
        varied = read_as(Scenario, tagged(content), self._file)
        if varied.year == self.year:
            varied.__dict__["calendar"] = self.calendar
        return varied._settle(
            Readable(self._read or self.roster, (), frozenset(School.model_fields), self._said),
            self._folder,
            self._file,
        )

    def under(self, assumed: Assumed) -> Scenario:
        """The same scenario with other assumptions in the place of its own."""
        changed = self.but(assumptions=assumed.assumptions)
        changed._assumed = assumed
        return changed

    def digest(self) -> str:
        """SHA-256 of the scenario's content, of every row of its tables, its rules and a strategy's own code."""
        rules = [policy.model_dump(mode="json") for policy in self._rules.policies]
        code = [self.delivery.source()] if isinstance(self.delivery, Own) else []
        slots = [self.own_week.held] if self.own_week else []
        return digest([self.model_dump(mode="json"), self.roster.model_dump(mode="json"), *rules, *code, *slots])

    def input_files(self) -> tuple[Path, ...]:
        """Every file that was read: the scenario, the tables it names, and files of rules and assumptions if given."""
        own = (self._folder / name for name in (self._file, *files_read(self.school)))
        code = self.delivery.file if isinstance(self.delivery, Own) else None
        slots = self._folder / self.week.timetable if self.week.timetable else None
        beside = (code, slots, self._rules.file, self._assumed.file if self._assumed else None)
        return (*own, *(file for file in beside if file is not None))

    def _table_files(self) -> dict[str, str]:
        return table_files(self.school)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the results should know: defaults that took the place of what was not given."""
        return tuple(self._notes())

    def _notes(self) -> Iterator[str]:
        school, files = self.roster, self._table_files()
        if "format" not in self.model_fields_set:
            yield f"{self._file} has no format; it is read as format {FORMAT}."
        for table in ("grouping", "week", "moves", "days"):
            if table not in self.model_fields_set:
                values = ", ".join(f"{key} {value}" for key, value in getattr(self, table) if value is not None)
                yield f"{self._file} has no [{table}]: {values}."
        if "assumptions" not in self.model_fields_set:
            yield f"{self._file} has no [assumptions]: the set {self.assumptions.set} holds."
        yield from self._assumed.notes if self._assumed else ()
        yield from self.assumptions.notes()
        yield from self._said
        yield from table_notes(school, self.grouping, self.moves, self.days)
        if self.own_week:
            yield f"The week is that of {self.week.timetable}; [delivery] is not asked."
            yield from self.own_week.notes
        first, last = self.year.first_day, self.year.last_day
        outside = [e for e in school.calendar if not inside(e.date, e.through, first, last)]
        if outside:
            name = files.get("calendar", "the calendar")
            yield f"{len(outside)} of {len(school.calendar)} entries of {name} are outside the year and change nothing."
        yield from usual_notes(self.goals, self.goals_in_use, self._file)
        yield from goal_notes(school, self.goals_in_use)
        yield from self._staff_notes()
        yield from caseload_notes(self.caseload, self._file, school, self.calendar, self.week.full_time_hours)
        yield from make_up_notes(self.make_up, self.grouping.legal_size)
        given = "money" in self.model_fields_set
        yield from money_notes(self.money, given, school.staff, self._file, files.get("staff", "The staff table"))
        yield from price_notes(self.vacancy, self.helper, self._file, self.days, self.money)
        yield from conversion_notes(school, self.calendar)
        yield from policy_warnings(self._rules, school, self.grouping, self.calendar, self.week.full_time_hours)

    def _staff_notes(self) -> Iterator[str]:
        files = self._table_files()
        if self._read:
            yield from placement_notes(
                self._read, self.roster, self.placement.kind, files.get("students", "the students table")
            )
        if self.placement.kind == "fewest hours":
            yield said(self.proposal)
        yield from self.staffing.notes(self._read or self.roster, self._file, files.get("staff", "the staff table"))
        rows = self.roster.lines.get("staff", ())
        yield from contract_notes(self.roster, self.week, files.get("staff", "generated staff"), rows)


def load(path: str | Path, *, assumptions: str | None = None) -> Scenario:
    """Read a scenario file and every table it names.

    `assumptions`: the name of a set or a file, in the place of the scenario's own.

    Raises:
        InputErrors: every problem of every file.
    """
    file = Path(path)
    assumed, wrong = None, list[Problem]()
    try:
        assumed = None if assumptions is None else read_assumptions(assumptions)
    except InputErrors as error:
        wrong += error.problems
    try:
        scenario = Scenario.make(read_toml(file), file.parent, file.name)
    except InputErrors as error:
        raise InputErrors((*error.problems, *wrong)) from None
    if wrong:
        raise InputErrors(wrong)
    return scenario if assumed is None else scenario.under(assumed)
