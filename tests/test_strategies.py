"""Every strategy passes every law, on any caseload."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from sdmsim.delivery import STRATEGIES, Adaptive, Delivery, Hybrid
from sdmsim.delivery.laws import broken_laws
from sdmsim.delivery.vocabulary import EVERY_WEEK, Case, CaseFile, CaseRow, Choice, Choices, Strategy
from sdmsim.school.calendar import SchoolYear, school_year
from sdmsim.streams import Luck
from sdmsim.theory.vocabulary import DOMAINS

YEAR = school_year(date(2024, 9, 3), date(2025, 6, 13), ())
PULL_OUT = {"kind": "pull-out"}
RULES = [
    {"domain": ["speech_sounds"], "setting": "hallway"},
    {"attention": ["low"], "grade_to": "1", "setting": "therapy_room"},
    {"noise": ["usual"], "preference": ["class"], "setting": "classroom"},
]


def made(**content: Any) -> Strategy:
    """A strategy as a scenario file would give it."""
    strategy: Strategy = TypeAdapter(Delivery).validate_python(content)
    return strategy


MEMBERS: tuple[Strategy, ...] = (
    made(kind="push-in"),
    made(kind="pull-out"),
    *(made(kind="hybrid", push_in_share=s, choose=c) for s in (0.0, 0.3, 1.0) for c in ("random", "section")),
    made(kind="by-goal", in_class=["language", "social_communication"]),
    *(made(kind="by-phase", weeks_apart=weeks) for weeks in (0, 18, 53)),
    made(kind="matched", rule=RULES, otherwise="classroom"),
    made(kind="adaptive", start=PULL_OUT, into_class_at=0.8, out_again_below=0.5),
    made(kind="3:1", where=PULL_OUT),
    made(kind="3:1", where={"kind": "hybrid", "push_in_share": 0.5}, amount="as written"),
    *(made(kind="block", where=PULL_OUT, parts=parts) for parts in (2, 4)),
    made(kind="receding", where={"kind": "push-in"}, amounts=[1.5, 1, 0.5]),
    made(kind="drills", where=PULL_OUT, sessions=3),
    made(kind="consultation", weekly_minutes=10),
)

rows = st.builds(
    CaseRow,
    row=st.just(0),
    goal=st.sampled_from(["r", "colours"]),
    domain=st.sampled_from(DOMAINS),
    minutes=st.sampled_from([20, 25, 30]),
    per=st.sampled_from(["week", "week", "week", "month", "quarter", "year"]),
    sessions=st.integers(1, 3),
    setting=st.sampled_from([None, None, "classroom", "therapy_room", "hallway"]),
    alone=st.booleans(),
    start=st.sampled_from([None, date(2024, 10, 7), date(2024, 11, 13)]),
    end=st.sampled_from([None, date(2025, 1, 24), date(2025, 6, 13)]),
)
cases = st.builds(
    Case,
    student=st.integers(0, 10**6).map(lambda n: f"s{n}"),
    grade=st.sampled_from(["K", "1", "2"]),
    section=st.sampled_from(["A", "B", "C", "D"]),
    category=st.just("SLI"),
    severity=st.sampled_from(["mild", "moderate", "severe"]),
    attention=st.sampled_from(["", "low", "usual"]),
    noise=st.sampled_from(["", "sensitive", "usual"]),
    preference=st.sampled_from(["", "class", "apart"]),
    rows=st.lists(rows, min_size=1, max_size=3).map(tuple),
)


def numbered(found: Sequence[Case]) -> list[Case]:
    """The cases with rows numbered as in one table, and a section's grade in its name."""
    count = iter(range(10**6))
    return [
        replace(c, section=f"{c.grade}{c.section}", rows=tuple(row._replace(row=next(count)) for row in c.rows))
        for c in found
    ]


caseloads = st.lists(cases, max_size=25, unique_by=lambda case: case.student).map(numbered)


def decided(strategy: Strategy, caseload: Sequence[Case], seed: int = 1) -> Choices:
    return strategy.decide(caseload, YEAR, Luck(seed, None))


def one_row(student: str = "a", section: str = "1A", grade: str = "1", **changes: Any) -> Case:
    """A child with one open row of two half-hours a week for language."""
    row = CaseRow(0, "words", "language", 30, "week", 2, None, False, None, None)._replace(**changes)
    return Case(student, grade, section, "", "mild", "", "", "", (row,))


def open_settings(choices: Choices, caseload: Sequence[Case]) -> dict[str, set[str]]:
    """Settings of each child's open rows."""
    return {
        case.student: {one.setting for row in case.open_rows for one in choices[row.row]}
        for case in caseload
        if case.open_rows
    }


def owed(choices: Sequence[Choice], per: str = "week") -> int:
    """Minutes of a row per week over the year's 41 weeks."""
    assert per == "week"
    weeks = range(YEAR.n_weeks)
    return sum(
        one.minutes * one.sessions * sum(one.weeks >> w & 1 for w in weeks) for one in choices if not one.consulted
    )


def test_every_strategy_stands_under_the_laws() -> None:
    """A strategy that is added without a member here fails this test."""
    assert {type(member) for member in MEMBERS} == set(STRATEGIES)


@pytest.mark.parametrize("strategy", MEMBERS, ids=lambda s: str(s)[:60])
@given(caseload=caseloads, seed=st.integers(0, 2**40))
def test_every_strategy_keeps_every_law(strategy: Strategy, caseload: list[Case], seed: int) -> None:
    """On any caseload, with dated rows, fixed rows and rows per month, quarter and year."""
    assert broken_laws(strategy, caseload, YEAR, seed) == []


class Wrong:
    """A strategy of a user that breaks one law."""

    kind = "wrong"

    def __init__(self, answer: Mapping[int, Sequence[Choice]] | None) -> None:
        self.answer = answer

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """The answer it was given; without one, an error of its own."""
        if self.answer is None:
            raise ValueError("no idea")
        return self.answer


ROOM = one_row().rows[0].given("therapy_room")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (None, "decide raises ValueError: no idea"),
        ({}, "a, words is given no choice"),
        ({0: (ROOM,), 7: (ROOM,)}, "1 rows are given a choice that are not in the caseload"),
        ({0: ()}, "a, words: there is no choice; a row without sessions is consulted"),
        (
            {0: (ROOM._replace(setting="garden"),)},  # type: ignore[arg-type]
            'a, words: "garden" is no setting (known: classroom, therapy_room, hallway)',
        ),
        ({0: (ROOM._replace(minutes=0),)}, "a, words: 2 x 0 minutes"),
        ({0: (ROOM._replace(sessions=501),)}, "a, words: 501 x 30 minutes"),
        ({0: (ROOM._replace(weeks=1 << 60),)}, "a, words: a choice holds in no week of the year"),
        ({0: (ROOM, ROOM._replace(weeks=1))}, "a, words: two choices hold in the same week"),
        (
            {0: (ROOM._replace(start=date(2025, 1, 2), end=date(2025, 1, 1)),)},
            "a, words: 2025-01-02 to 2025-01-01 is not within the row's dates",
        ),
    ],
)
def test_a_broken_law_is_told_in_words(answer: Mapping[int, Sequence[Choice]] | None, says: str) -> None:
    """One sentence for each, with the child and its goal."""
    assert broken_laws(Wrong(answer), [one_row()], YEAR, 1) == [says]


def test_a_fixed_setting_and_dates_are_kept() -> None:
    """Where the plan says, and when."""
    fixed = one_row(setting="therapy_room", start=date(2024, 10, 7))
    inside = fixed.rows[0].given("therapy_room")
    for answer, says in (
        (inside._replace(setting="classroom"), "classroom, where the plan says therapy_room"),
        (inside._replace(start=None), "None to None is not within the row's dates"),
    ):
        assert broken_laws(Wrong({0: (answer,)}), [fixed], YEAR, 1) == [f"a, words: {says}"]
    assert broken_laws(Wrong({0: (inside,)}), [fixed], YEAR, 1) == []


def test_a_strategy_that_reads_the_order_of_the_caseload_is_found() -> None:
    """The first child in class, the others apart."""

    class First:
        kind = "first"

        def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
            first = caseload[0].rows[0].row
            return {
                row.row: (row.given("classroom" if row.row == first else "therapy_room"),)
                for case in caseload
                for row in case.rows
            }

    caseload = numbered([one_row("a"), one_row("b")])
    assert broken_laws(First(), caseload, YEAR, 1) == ["the caseload in another order is given other choices"]


@pytest.mark.parametrize("choose", ["random", "section"])
@given(caseload=caseloads, seed=st.integers(0, 2**40), low=st.floats(0, 1), high=st.floats(0, 1))
def test_children_in_class_at_a_smaller_share_are_among_those_at_a_larger(
    choose: Any, caseload: list[Case], seed: int, low: float, high: float
) -> None:
    """0.25 is a subset of 0.5; none at 0, all at 1."""

    def inside(share: float) -> set[str]:
        found = decided(Hybrid(kind="hybrid", push_in_share=share, choose=choose), caseload, seed)
        return {student for student, where in open_settings(found, caseload).items() if where == {"classroom"}}

    assert inside(min(low, high)) <= inside(max(low, high))
    assert inside(0.0) == set()
    assert inside(1.0) == {case.student for case in caseload if case.open_rows}


@given(caseload=caseloads, newcomer=cases, seed=st.integers(0, 2**40), share=st.floats(0, 1))
def test_one_child_more_changes_nobody_elses_setting(
    caseload: list[Case], newcomer: Case, seed: int, share: float
) -> None:
    """At random, each child is chosen by a draw of its own."""
    others = [case for case in caseload if case.student != newcomer.student]
    more = numbered([*others, newcomer])
    hybrid = Hybrid(kind="hybrid", push_in_share=share)
    without = open_settings(decided(hybrid, numbered(others), seed), numbered(others))
    settings = open_settings(decided(hybrid, more, seed), more)
    assert {student: settings[student] for student in without} == without


@given(caseload=caseloads, seed=st.integers(0, 2**40), share=st.floats(0, 1))
def test_by_section_whole_classes_go_together_the_fullest_first(caseload: list[Case], seed: int, share: float) -> None:
    """No class is split, and a class outside is never fuller than a class inside."""
    chosen = decided(Hybrid(kind="hybrid", push_in_share=share, choose="section"), caseload, seed)
    settings = open_settings(chosen, caseload)
    of_section: dict[str, set[str]] = {}
    for case in caseload:
        if case.open_rows:
            of_section.setdefault(case.section, set()).update(settings[case.student])
    assert all(len(found) == 1 for found in of_section.values())
    sizes = Counter(case.section for case in caseload if case.open_rows)
    inside = [sizes[s] for s, found in of_section.items() if found == {"classroom"}]
    outside = [sizes[s] for s, found in of_section.items() if found == {"therapy_room"}]
    assert not inside or not outside or min(inside) >= max(outside)


def test_the_share_holds_on_average() -> None:
    """Of 4,000 children 30 % are chosen, give or take three standard errors."""
    caseload = numbered([one_row(f"s{n}") for n in range(4000)])
    settings = open_settings(decided(Hybrid(kind="hybrid", push_in_share=0.3), caseload, 7), caseload)
    chosen = sum(where == {"classroom"} for where in settings.values()) / 4000
    assert abs(chosen - 0.3) < 3 * (0.3 * 0.7 / 4000) ** 0.5


def test_by_goal_the_domain_decides() -> None:
    """Language in class, speech sounds apart."""
    caseload = numbered([one_row("a"), one_row("b", domain="speech_sounds")])
    found = decided(made(kind="by-goal", in_class=["language"]), caseload)
    assert open_settings(found, caseload) == {"a": {"classroom"}, "b": {"therapy_room"}}


def test_by_phase_a_row_moves_once_and_owes_the_same() -> None:
    """18 weeks apart, the others in class; a row per month moves with a whole month."""
    phase = made(kind="by-phase", weeks_apart=18)
    apart, inside = decided(phase, [one_row()])[0]
    assert (apart.setting, inside.setting) == ("therapy_room", "classroom")
    assert [w for w in range(YEAR.n_weeks) if apart.weeks >> w & 1] == list(range(18))
    assert owed([apart, inside]) == 60 * YEAR.n_weeks
    apart, inside = decided(phase, [one_row(per="month")])[0]
    assert YEAR.mondays[18] == date(2025, 1, 6)
    assert (apart.start, apart.end, inside.start, inside.end) == (None, date(2025, 2, 2), date(2025, 2, 3), None)
    assert [one.setting for one in decided(made(kind="by-phase", weeks_apart=0), [one_row()])[0]] == ["classroom"]


def test_matched_takes_the_first_rule_that_fits() -> None:
    """What a rule does not name may be anything; a child that nobody rated fits no rating."""
    strategy = made(kind="matched", rule=RULES, otherwise="classroom")
    low = replace(one_row("a"), attention="low")
    caseload = numbered([low, replace(low, student="b", grade="2"), one_row("c"), one_row("d", domain="speech_sounds")])
    found = open_settings(decided(strategy, caseload), caseload)
    assert found == {"a": {"therapy_room"}, "b": {"classroom"}, "c": {"classroom"}, "d": {"hallway"}}
    apart = made(kind="matched", rule=RULES, otherwise="therapy_room")
    suited = [replace(one_row(), noise="usual", preference="class"), replace(one_row("b"), noise="usual")]
    assert open_settings(decided(apart, numbered(suited)), numbered(suited)) == {
        "a": {"classroom"},
        "b": {"therapy_room"},
    }


def test_three_to_one_keeps_the_minutes_of_four_weeks() -> None:
    """2 x 30 in four weeks are 2 x 40 in three; the fourth is for the teacher; as written, a quarter is lost."""
    direct, consulted = decided(made(kind="3:1", where=PULL_OUT), [one_row()])[0]
    assert (direct.sessions, direct.minutes, consulted.sessions, consulted.minutes) == (2, 40, 1, 10)
    assert [w for w in range(12) if consulted.weeks >> w & 1] == [3, 7, 11]
    assert direct.weeks & consulted.weeks & ((1 << YEAR.n_weeks) - 1) == 0
    as_written, _ = decided(made(kind="3:1", where=PULL_OUT, amount="as written"), [one_row()])[0]
    assert (as_written.minutes, as_written.weeks) == (30, direct.weeks)
    (monthly,) = decided(made(kind="3:1", where=PULL_OUT), [one_row(per="month")])[0]
    assert (monthly.minutes, monthly.sessions, monthly.weeks >> 3 & 1) == (30, 2, 0)


def test_blocks_alternate_between_the_classes_of_a_grade() -> None:
    """Twice the sessions in half of the weeks; no class is served in its neighbour's weeks."""
    caseload = numbered([one_row("a", "1A"), one_row("b", "1B"), one_row("c", "2A", "2")])
    found = decided(made(kind="block", where=PULL_OUT, parts=4), caseload)
    (a,), (b,), (c,) = (found[n] for n in range(3))
    assert {one.sessions for one in (a, b, c)} == {4}
    assert a.weeks & b.weeks == 0
    assert a.weeks | b.weeks == (1 << YEAR.n_weeks) - 1
    assert a.weeks == c.weeks
    assert abs(owed([a]) - 60 * YEAR.n_weeks) <= 120


def test_receding_changes_sessions_where_it_can() -> None:
    """1.5, 1 and .5 times 2 x 30 are three, two and one session; of 1 x 30, 45, 30 and 15 minutes."""
    strategy = made(kind="receding", where=PULL_OUT, amounts=[1.5, 1, 0.5])
    assert [(c.sessions, c.minutes) for c in decided(strategy, [one_row()])[0]] == [(3, 30), (2, 30), (1, 30)]
    once = decided(strategy, [one_row(sessions=1)])[0]
    assert [(c.sessions, c.minutes) for c in once] == [(1, 45), (1, 30), (1, 15)]
    assert abs(owed(once) - 30 * YEAR.n_weeks) <= 30
    unchanged = decided(strategy, [one_row(per="month")])[0]
    assert [(c.sessions, c.weeks) for c in unchanged] == [(2, EVERY_WEEK)]


def test_drills_are_for_one_child_in_the_hallway() -> None:
    """Speech sounds only; a row whose setting is fixed is left alone."""
    strategy = made(kind="drills", where={"kind": "push-in"}, sessions=3)
    caseload = numbered(
        [
            one_row("a", domain="speech_sounds"),
            one_row("b"),
            one_row("c", domain="speech_sounds", setting="therapy_room"),
        ]
    )
    (a,), (b,), (c,) = (decided(strategy, caseload)[n] for n in range(3))
    assert (a.setting, a.sessions, a.minutes, a.alone) == ("hallway", 3, 5, True)
    assert (b.setting, b.minutes) == ("classroom", 30)
    assert (c.setting, c.minutes, c.sessions) == ("therapy_room", 30, 2)


def test_consultation_only_has_no_sessions_for_open_rows() -> None:
    """Fixed rows keep theirs; a domain that is not named is given apart."""
    strategy = made(kind="consultation", weekly_minutes=10, domains=["language"])
    caseload = numbered([one_row("a"), one_row("b", setting="classroom"), one_row("c", domain="speech_sounds")])
    (a,), (b,), (c,) = (decided(strategy, caseload)[n] for n in range(3))
    assert (a.consulted, a.sessions * a.minutes) == (True, 10)
    assert (b.consulted, b.setting, b.minutes) == (False, "classroom", 30)
    assert (c.consulted, c.setting) == (False, "therapy_room")


def reviewed(right: Sequence[float], setting: Any = "therapy_room", given: float = 1.0, since: int = 9) -> Any:
    """Where a row is moved by an adaptive strategy with thresholds .8 and .5; None: it stays."""
    strategy = made(kind="adaptive", start=PULL_OUT, into_class_at=0.8, out_again_below=0.5, weeks_between=9)
    assert isinstance(strategy, Adaptive)
    file = CaseFile("a", one_row().rows[0], setting, since, tuple(right), (), given)
    return strategy.review([file]).get(0)


def test_adaptive_moves_by_the_last_probes_with_hysteresis() -> None:
    """Into class from .8, out below .5; between, too few probes, too few minutes or too soon: nothing."""
    assert reviewed([0.1, 0.7, 0.8, 0.9]) == "classroom"
    assert reviewed([0.9, 0.7, 0.8, 0.8]) is None
    assert reviewed([0.9, 0.5, 0.4, 0.5], "classroom") == "therapy_room"
    assert reviewed([0.5, 0.5, 0.5], "classroom") is None
    assert reviewed([0.9, 0.9]) is None
    assert reviewed([0.9, 0.9, 0.9], given=0.4) is None
    assert reviewed([0.9, 0.9, 0.9], since=8) is None
    assert reviewed([0.9, 0.9, 0.9], "hallway") == "classroom"


def test_thresholds_that_cross_are_refused() -> None:
    """Or a row would move to and fro at every review."""
    with pytest.raises(ValueError, match=r"out_again_below 0\.9 is above into_class_at 0\.8"):
        made(kind="adaptive", start=PULL_OUT, into_class_at=0.8, out_again_below=0.9)
