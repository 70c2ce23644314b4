"""How much staff there is: a role's FTE in the place of the staff table's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_school import edited, write

from sdmsim.base import InputErrors
from sdmsim.plan import week_problem
from sdmsim.scenario import Scenario, load
from sdmsim.school.staffing import OF_CASELOAD, Staffing
from sdmsim.school.vocabulary import School, StaffMember

STAFF_CSV = """\
id,role,fte,site_days,start,end,lunch_start,lunch_end,documentation,evaluation,meetings,planning,duty,busy
A,SLP,1,,07:45,15:15,11:00,12:30,301,200,90,200,60,Mon 08:00-08:12; Tue 08:00-08:12; Wed 14:45-15:15
O,OT,0.4,Mon Thu,07:45,15:15,11:00,12:30,50,,30,40,10,
B,SLP,0.6,Mon Tue Wed,07:45,15:15,11:00,12:30,,99,30,100,36,Tue 08:00-08:12
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """The small school with 1.6 FTE of one role and 0.4 of another."""
    return load(write(tmp_path_factory.mktemp("staffing"), {"staff.csv": STAFF_CSV}))


def of(school: School, role: str) -> list[StaffMember]:
    """The members of a role."""
    return [member for member in school.staff if member.role == role]


def test_the_tables_own_fte_changes_nothing(small: Scenario) -> None:
    """1.6 in the place of 1.0 and 0.6: the very same staff, the same week, and no note."""
    same = small.but(**{"staffing.fte.SLP": 1.6, "staffing.fte.OT": 0.4})
    assert same.roster == small.roster
    assert week_problem(same).digest() == week_problem(small).digest()
    assert not any("staffing" in note for note in same.notes)


@given(fte=st.floats(0.1, 6.0).map(lambda value: round(value, 2)))
def test_whatever_the_fte(fte: float, small: Scenario) -> None:
    """The role's FTE is as asked, its caseload's duties are the table's total, others are as they were."""
    before, after = small.roster, Staffing(fte={"SLP": fte}).applied(small.roster)
    assert sum(m.fte for m in of(after, "SLP")) == pytest.approx(fte)
    assert all(0.0 < m.fte <= 1.0 for m in of(after, "SLP"))
    for duty in OF_CASELOAD:
        assert sum(getattr(m, duty) for m in of(after, "SLP")) == sum(getattr(m, duty) for m in of(before, "SLP"))
    assert of(after, "OT") == of(before, "OT")
    assert len({m.id for m in after.staff}) == len(after.staff)
    assert all({day for day, _, _ in m.busy} <= set(m.site_days) for m in after.staff)
    assert Staffing(fte={"SLP": 1.6}).applied(after).staff[0].fte == min(1.0, fte)


def test_less_cuts_the_last_of_the_role(small: Scenario) -> None:
    """1.2 FTE: the last member keeps 0.2 of 0.6: one day of three, a third of its own duties, 1/6 of the caseload's."""
    first, last = of(small.but(**{"staffing.fte.SLP": 1.2}).roster, "SLP")
    assert (first.id, first.fte, last.id, last.fte) == ("A", 1.0, "B", 0.2)
    assert (last.site_days, last.busy) == (("Tue",), small.roster.staff[2].busy)
    assert (last.meetings, last.planning, last.duty) == (10, 33, 12)
    assert (first.evaluation, last.evaluation) == (249, 50)  # 299 minutes, 5 to 1
    assert (first.documentation, first.meetings) == (251, 90)


def test_down_to_nobody(small: Scenario) -> None:
    """0.6 FTE: the last member is gone, the first is there on three days, not on the Monday and Friday of holidays."""
    roster = small.but(**{"staffing.fte.SLP": 0.6}).roster
    assert [m.id for m in roster.staff] == ["A", "O"]
    assert roster.staff[0].site_days == ("Tue", "Wed", "Thu")
    assert roster.staff[0].documentation == 301
    assert small.but(**{"staffing.fte.OT": 0}).roster.staff == (small.roster.staff[0], small.roster.staff[2])


def test_more_brings_further_members(small: Scenario) -> None:
    """2.7 FTE: one more full-timer and a tenth of one, like the first, with ids of their own, after all others."""
    roster = small.but(**{"staffing.fte.SLP": 2.7}).roster
    assert [(m.id, m.fte) for m in roster.staff] == [
        ("A", 1.0), ("O", 0.4), ("B", 0.6), ("SLP-further-1", 1.0), ("SLP-further-2", 0.1),
    ]  # fmt: skip
    like, tenth = roster.staff[3:]
    assert (like.site_days, like.busy, like.lunch_start) == (roster.staff[0].site_days, roster.staff[0].busy, 660)
    assert (tenth.site_days, tenth.planning) == (("Tue",), 20)
    assert roster.lines["staff"] == (2, 3, 4, 2, 2)


def test_a_part_timer_doubled_comes_on_more_days(small: Scenario) -> None:
    """A further member may have more than the first, and is then there on other days besides."""
    roster = small.but(**{"staffing.fte.OT": 1.4}).roster
    assert [(m.fte, m.site_days) for m in of(roster, "OT")] == [
        (0.4, ("Mon", "Thu")),
        (1.0, ("Mon", "Tue", "Wed", "Thu", "Fri")),
    ]


def test_varied_again_it_starts_from_the_table(small: Scenario) -> None:
    """FTE set twice is FTE set once, and a role that is not there is told with its neighbours."""
    once, twice = (
        small.but(**{"staffing.fte.SLP": 0.4}),
        small.but(**{"staffing.fte.SLP": 3}).but(**{"staffing.fte.SLP": 0.4}),
    )
    assert once.roster == twice.roster
    assert "school.toml gives SLP 0.4 FTE in the place of 1.6 in staff.csv (staffing.fte)." in once.notes


def test_what_will_not_do(tmp_path: Path) -> None:
    """A role of nobody, nobody for a role that rows need, and less than nobody."""
    wrong = {
        "staff.csv": STAFF_CSV,
        **edited("school.toml", ("[moves]", "[staffing]\nfte = { SLP = 0, OTA = 1 }\n\n[moves]")),
    }
    with pytest.raises(InputErrors) as found:
        load(write(tmp_path, wrong))
    assert [str(p) for p in found.value.problems] == [
        'school.toml: staffing.fte.SLP: is 0, but 5 rows of services.csv need the role "SLP"',
        'school.toml: staffing.fte.OTA: "OTA" is not a role in staff.csv; did you mean "OT"?',
    ]
    with pytest.raises(InputErrors) as found:
        load(write(tmp_path, {"staff.csv": STAFF_CSV})).but(**{"staffing.fte.SLP": -0.1})
    assert [str(p) for p in found.value.problems] == ["school.toml: staffing.fte.SLP: -0.1 is below 0"]
