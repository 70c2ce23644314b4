"""Several sites: who is where when, drives between, and weeks and years that keep to them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hand_school import child, plan, pull_out, push_in, therapist, wanted
from two_sites import TWO_SITES, changed, write_two
from week_laws import assert_lawful

from sdmsim import metrics
from sdmsim.base import InputErrors
from sdmsim.delivery.money import Money
from sdmsim.delivery.timetable import solve
from sdmsim.events import ACTIVITIES, Log
from sdmsim.metrics.by_site import shares_by_site
from sdmsim.metrics.money import mileage_by_therapist
from sdmsim.plan import Plan, plan_of, week_problem
from sdmsim.scenario import Scenario, load
from sdmsim.school.sites import drive_minutes, stays_of, trips_of
from sdmsim.school.vocabulary import Drive, Posting, Section
from sdmsim.school.writing import write_school
from sdmsim.world import live

MON, TUE = range(2)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """The small school at two sites."""
    return load(write_two(tmp_path_factory.mktemp("two")))


def said(folder: Path, changes: dict[str, str]) -> list[str]:
    """Every problem of the two-site school with some files changed."""
    with pytest.raises(InputErrors) as found:
        load(write_two(folder, changes))
    return [str(p) for p in found.value.problems]


def test_postings_take_the_place_of_site_days(two: Scenario) -> None:
    """Days, stays and drives follow from the postings; staff.csv says nothing of days there."""
    slp, ot = two.roster.staff
    assert (slp.site_days, ot.site_days) == (("Mon", "Wed", "Thu"), ("Tue", "Thu"))
    assert [[tuple(stay) for stay in day] for day in stays_of(two.roster)[0]] == [
        [("East", 465, 915)], [], [("East", 465, 680), ("West", 720, 915)], [("West", 465, 720)], [],
    ]  # fmt: skip
    assert [tuple(trip) for trip in trips_of(two.roster)[0][2]] == [(680, 700, 6.5)]
    assert drive_minutes(two.roster) == (20, 0)


def test_contracts_know_where_and_when(two: Scenario) -> None:
    """Open for lunch: the contract day without fixed times and drives; for sessions: the stays, without fixed times."""
    contract = week_problem(two).contracts[0]
    east, west = 0, 1
    assert contract.open[2] == ((465, 680), (700, 840), (900, 915))
    assert contract.at[2] == ((east, (465, 680)), (west, (720, 840)), (west, (900, 915)))
    assert (contract.days_at(east), contract.days_at(west)) == (2, 2)
    assert contract.session_minutes == 0.6 * 37.5 * 60 - 3 * 30 - 20


def test_a_week_at_two_sites_is_lawful(two: Scenario) -> None:
    """Every law of every week, and: a meeting is where and while its therapist is at the site of its children."""
    for share in (0.0, 1.0):
        problem = week_problem(two.but(**{"delivery.push_in_share": share}))
        week = solve(problem)
        assert_lawful(two.roster, problem, week)
        assert not week.unplaced


def test_three_sessions_on_two_days_there(two: Scenario) -> None:
    """A child with three sessions whose therapist is at its site on two days has two of them on one day."""
    week = solve(week_problem(two))
    days = [
        a.weekday
        for a in week.appointments
        for r, _ in a.members
        if two.roster.students[week.requests[r].student].id == "s5"
    ]
    assert sorted(days) in ([1, 1, 3], [1, 3, 3])


def test_groups_never_cross_sites(tmp_path: Path) -> None:
    """Two children of one goal, one length and neighbouring grades at two sites are never called together."""
    services = changed(
        "services.csv", ("s3,speech,20,week,2,articulation,individual", "s3,speech,30,week,2,language,group")
    )
    scenario = load(write_two(tmp_path, services)).but(**{"delivery.push_in_share": 0.0})
    problem = week_problem(scenario)
    week = solve(problem)
    assert_lawful(scenario.roster, problem, week)
    sites = [{problem.site_of(r) for r, _ in a.members} for a in week.appointments if a.setting == "therapy_room"]
    assert all(len(at) == 1 for at in sites)
    assert {0} in sites
    assert {1} in sites


def test_a_year_at_two_sites(two: Scenario) -> None:
    """A shared child's two roles, the drive each Wednesday at work, and shares by site that make the gap."""
    lived = plan_of(two)
    log = live(lived, seed=1, replication=0)
    travel = [w for w in log.work if ACTIVITIES[w[2]] == "travel"]
    wednesdays = {d.index for d in lived.calendar.days if d.weekday == 2}
    assert {w[0] for w in travel} == wednesdays - {day for day, who in log.staff_absences if who == 0}
    assert all(end - start == 20 and start >= 680 for _, who, _, start, end in travel if who == 0)
    found = metrics.row(log)
    assert found["travel_hours"] == pytest.approx(len(travel) * 20 / 60 / lived.calendar.n_weeks)
    table = metrics.students_table(log)
    promised = (table["minutes_owed"] - table["missed_minutes.no_school"]).to_numpy()
    shares = shares_by_site(lived.school, promised, table["minutes_delivered"].to_numpy())
    assert found["site_gap"] == pytest.approx(abs(shares["East"] - shares["West"]))
    students = metrics.students_table(log)
    assert list(students["site"]) == ["East", "East", "West", "East", "East"]
    assert "travel" in metrics.therapist_week(log).columns


def test_one_site_knows_no_travel(tmp_path: Path) -> None:
    """Without sites: no travel and no gap in the metrics, no part of the week, no column of sites."""
    from small_school import write

    log = live(plan_of(load(write(tmp_path))), seed=1, replication=0)
    found = metrics.row(log)
    assert np.isnan([found["travel_hours"], found["site_gap"]]).all()
    assert "travel" not in metrics.therapist_week(log).columns
    assert "site" not in metrics.students_table(log).columns


def by_hand(west: int = 720) -> Plan:
    """Tuesday: a session at East to 655, the drive 660-690, lunch, a visit to a class at West at `west`."""
    made = plan(
        [child("A"), child("B", "1B")],
        [wanted(0, "therapy_room", 20), wanted(1, "classroom", 20)],
        [pull_out(TUE, 625, 20, [(0, 0)], lead=5), push_in(TUE, west, 20, [(1, 0)], section="1B")],
        staff=[therapist(site_days=["Tue"], rate=40)],
    )
    school = made.school.model_copy(
        update={
            "sections": tuple(
                Section(grade="1", section=name, teacher="T", size=20, site=site)
                for name, site in (("1A", "East"), ("1B", "West"))
            ),
            "postings": (
                Posting(therapist="T1", day="Tue", site="East", start=480, end=660),
                Posting(therapist="T1", day="Tue", site="West", start=690, end=930),
            ),
            "drives": (Drive(site="West", other="East", minutes=30, miles=10),),
        }
    )
    return replace(made, school=school, money=Money(mileage_rate=0.7))


def work(log: Log) -> list[tuple[str, float, float]]:
    """What the therapist did on Tuesday."""
    return sorted(((ACTIVITIES[w[2]], w[3], w[4]) for w in log.work if w[0] == 1), key=lambda w: w[1])


def test_a_day_with_a_drive_worked_out_on_paper() -> None:
    """Lunch waits for the drive, as its window (680-740) is half taken by it; the visit after it is in time."""
    log = live(by_hand(), seed=1, replication=0)
    assert work(log) == [
        ("moves", 620.0, 625.0), ("pull_out", 625.0, 645.0), ("moves", 645.0, 646.0),
        ("travel", 660.0, 690.0), ("lunch", 690.0, 719.0), ("moves", 719.0, 720.0), ("push_in", 720.0, 740.0),
    ]  # fmt: skip


def test_who_leaves_late_arrives_late() -> None:
    """A session that runs to 666 of 669 makes the drive later, and the visit at West loses what is left of it."""
    base = by_hand(west=690)
    late = [a._replace(start=648, lead=5) if a.setting == "therapy_room" else a for a in base.week.appointments]
    log = live(replace(base, week=replace(base.week, appointments=tuple(late))), seed=1, replication=0)
    assert [w for w in work(log) if w[0] in ("travel", "push_in")] == [
        ("travel", 669.0, 699.0),
        ("push_in", 700.0, 710.0),
    ]
    assert [(m[1], m[3]) for m in log.missed] == [(1, 10.0)]


def test_miles_are_paid_where_they_are_driven() -> None:
    """Ten miles at 70 cents, once: in the cost of a contractor and of an employee; a day of absence drives none."""
    made = by_hand()
    log = live(made, seed=1, replication=0)
    assert mileage_by_therapist(log).tolist() == [7.0]
    free = replace(made, money=Money())
    assert metrics.row(log)["cost"] - metrics.row(live(free, seed=1, replication=0))["cost"] == pytest.approx(7.0)
    gone = replace(made, days=made.days.model_copy(update={"provider_attendance": 0.0}))
    assert mileage_by_therapist(live(gone, seed=1, replication=0)).tolist() == [0.0]


def test_staffing_takes_postings_along(two: Scenario) -> None:
    """Further members go where the first goes, with its drives; who is cut has fewer postings, and its sites say so."""
    more = two.but(**{"staffing.fte.SLP": 1.2}).roster
    assert [p.therapist for p in more.postings].count("SLP-further-1") == 4
    assert drive_minutes(more) == (20, 0, 20)
    with pytest.raises(InputErrors) as found:
        two.but(**{"staffing.fte.SLP": 0.1})
    assert [str(p) for p in found.value.problems] == [
        'services.csv:2: provider_role: no SLP is at "East" in postings.csv, with staffing.fte.SLP at 0.1, '
        'where the class of "007" is'
    ]


def test_written_and_read_again(two: Scenario, tmp_path: Path) -> None:
    """Sites, postings and drives survive being written as tables."""
    names = write_school(two.roster, tmp_path)
    (tmp_path / "school.toml").write_text(TWO_SITES["school.toml"])
    assert {"postings", "drives"} <= names.keys()
    assert load(tmp_path / "school.toml").roster == two.roster


def test_sites_that_do_not_agree(tmp_path: Path) -> None:
    """A class without a site among others, unknown sites, a site without a room, a drive twice and to itself."""
    assert said(tmp_path, changed("sections.csv", ("19,East", "19,"))) == [
        "sections.csv:4: site: is empty, but line 2 has a site",
    ]
    assert said(tmp_path, changed("rooms.csv", ("2,West", "2,Wset"))) == [
        'rooms.csv: site: no room is at "West" of sections.csv',
        'rooms.csv:3: site: "Wset" is not a site in sections.csv; did you mean "West"?',
    ]
    assert said(tmp_path, changed("rooms.csv", ("2,West", "2,"))) == [
        'rooms.csv: site: no room is at "West" of sections.csv',
        "rooms.csv:3: site: is empty, but sections.csv has 2 sites",
    ]
    assert said(tmp_path, changed("drives.csv", ("20,6.5\n", "20,6.5\nEast,West,25,\nEast,East,1,\n"))) == [
        'drives.csv:3: other: "East" and "West" stand on line 2 already; a drive holds both ways',
        'drives.csv:4: other: "East" is the same site',
    ]


def test_postings_that_cannot_be(tmp_path: Path) -> None:
    """Nobody is at two sites at once, nor sooner than the drive takes, nor outside the contract day."""
    assert said(tmp_path, changed("postings.csv", ("Wed,West,12:00", "Wed,West,11:35"))) == [
        'postings.csv:4: start: 15 minutes on Wed from "East" (line 3) to "West"; the drive takes 20 in drives.csv'
    ]
    assert said(tmp_path, changed("postings.csv", ("Wed,West,12:00", "Wed,West,11:00"))) == [
        "postings.csv:4: start: 11:00-15:15 overlaps 07:45-11:20 on line 3 (Wed)"
    ]
    assert said(tmp_path, {"drives.csv": "site,other,minutes\n"}) == [
        'postings.csv:4: start: drives.csv has no drive from "East" (line 3) to "West"'
    ]
    assert said(tmp_path, changed("school.toml", ('\ndrives = "drives.csv"', ""))) == [
        'postings.csv:4: start: how long is the drive from "East" (line 3) to "West" on Wed? Give it in school.drives'
    ]
    assert said(tmp_path, changed("postings.csv", ("Tue,East,08:00", "Tue,East,07:30"), ("OT-1,Thu", "OT-2,Thu"))) == [
        'postings.csv:6: start: 07:30-14:45 is outside the contract day of "OT-1", 07:45-15:15',
        'postings.csv:7: therapist: "OT-2" is not in staff.csv; did you mean "OT-1"?',
    ]
    assert said(tmp_path, changed("staff.csv", ("Wed 14:00", "Tue 14:00"))) == [
        'staff.csv:2: busy: "Tue" is not one of the days in postings.csv'
    ]


def test_nobody_there(tmp_path: Path) -> None:
    """Who is posted nowhere, a role that nobody has at a site, children who cannot be together, missing miles."""
    posted = TWO_SITES["postings.csv"].replace("OT-1,Tue,East,08:00,14:45\nOT-1,Thu,East,08:00,14:45\n", "")
    assert said(tmp_path, {"postings.csv": posted}) == [
        'staff.csv:3: id: "OT-1" has no row in postings.csv, but sections.csv has 2 sites'
    ]
    row = "20,week,2,{},individual,therapy_room,{}"
    to_ot = ("s3,speech," + row.format("articulation", "SLP"), "s3,OT," + row.format("handwriting", "OT"))
    assert said(tmp_path, changed("services.csv", to_ot)) == [
        'services.csv:5: provider_role: no OT is at "West" in postings.csv, where the class of "s3" is'
    ]
    assert said(tmp_path, {"pairs.csv": "student,other,rule\ns3,s4,must\n"}) == [
        'pairs.csv:2: rule: "s3", "s4" must be together, but are at "East" and "West"'
    ]
    paid = changed("school.toml", ("[moves]", "[money]\nmileage_rate = 0.7\n\n[moves]"))
    assert said(tmp_path, {**paid, **changed("drives.csv", ("20,6.5", "20,"))}) == [
        "drives.csv:2: miles: is empty; money.mileage_rate of school.toml needs it"
    ]


def test_children_meet_those_of_their_own_site(two: Scenario) -> None:
    """A larger class at East changes whom children at East meet in breaks, and nobody's contacts at West."""
    larger = two.roster.model_copy(
        update={
            "sections": tuple(
                s.model_copy(update={"size": 40}) if s.section == "2A" else s for s in two.roster.sections
            )
        }
    )
    before = plan_of(two)
    learned = [live(p, seed=1, replication=0).learning for p in (before, replace(before, school=larger))]
    assert learned[0] is not None
    assert learned[1] is not None
    moved = learned[0].peer_partners != learned[1].peer_partners
    assert moved.tolist() == [True, True, False, True, True]
