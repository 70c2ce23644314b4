"""Helpers who fetch, remote therapists whose helper is absent, and substitutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hand_school import AS_PLANNED, SURE, child, plan, pull_out, therapist, wanted
from hypothesis import given, settings
from hypothesis import strategies as st
from test_vacancy import two_therapists

from sdmsim import metrics
from sdmsim.base import InputErrors
from sdmsim.delivery.paraprofessionals import Helper
from sdmsim.delivery.rules import Days, Moves
from sdmsim.events import ACTIVITIES, REASONS, Log
from sdmsim.plan import Plan
from sdmsim.world import live

MISSING, AWAY = REASONS.index("helper_missing"), REASONS.index("provider_absent")
MOVES = ACTIVITIES.index("moves")


def helper(*therapists: str, task: Any = "fetch", attendance: float = 1.0, **changes: Any) -> Helper:
    return Helper(
        id="H", therapists=therapists or ("T1",), task=task, hours_a_week=10.0, rate=20.0, attendance=attendance,
        **changes,
    )  # fmt: skip


def helped(made: Plan, *helpers: Helper) -> Plan:
    return replace(made, posted_helpers=tuple((one, 1) for one in helpers))


def one_child(**changes: Any) -> Plan:
    return plan([child("A")], [wanted(0, "therapy_room", 30)], [pull_out(0, 600, 30, [(0, 0)])], **changes)


def lived(made: Plan, replication: int = 0) -> Log:
    return live(made, seed=1, replication=replication)


def test_a_helper_fetches_and_the_therapist_stays() -> None:
    """The child's trip is the same; of the moves only settling is the therapist's, the walks are the helper's."""
    alone, with_one = lived(one_child()), lived(helped(one_child(), helper()))
    assert with_one.trips == alone.trips
    assert with_one.given == alone.given
    moved = [[fact[3:] for fact in log.work if fact[2] == MOVES] for log in (alone, with_one)]
    assert moved == [[(595.0, 600.0), (630.0, 631.0)], [(598.0, 600.0)]]
    assert with_one.fetched == [(0, 0, 0, 595.0, 598.0), (0, 0, 0, 630.0, 631.0)]
    costs = [
        metrics.row(lived(replace(p, money=p.money)))["cost"]
        for p in (helped(one_child(staff=[therapist(rate=40.0)]), helper()), one_child(staff=[therapist(rate=40.0)]))
    ]
    assert costs[0] - costs[1] == pytest.approx(10 * 20 * 1.3)


def test_one_who_supports_fetches_nobody() -> None:
    """The year is as without; only its pay is counted."""
    alone, with_one = lived(one_child()), lived(helped(one_child(), helper(task="support")))
    assert list(alone.facts()) == list(with_one.facts())


def test_without_the_helper_the_therapist_fetches() -> None:
    """On a day of its absence all is as if there were none, and the fact stands in the log."""
    alone, absent = lived(one_child()), lived(helped(one_child(), helper(attendance=0.0)))
    assert (absent.work, absent.trips, absent.given) == (alone.work, alone.trips, alone.given)
    assert absent.helper_absences == [(day, 0) for day in range(5)]


def test_two_therapists_wait_for_one_helper() -> None:
    """Both want their child at 9:55; the second child leaves when the first has been brought, and loses minutes."""
    made = plan(
        [child("A"), child("B", "1B")],
        [wanted(0, "therapy_room", 30), wanted(1, "therapy_room", 30, therapist=1)],
        [pull_out(0, 600, 30, [(0, 0)], room="R"), pull_out(0, 600, 30, [(1, 0)], therapist=1, room="S")],
        staff=[therapist("T1"), therapist("T2")],
    )
    log = lived(helped(made, helper("T1", "T2")))
    assert log.fetched[:2] == [(0, 0, 0, 595.0, 598.0), (0, 0, 1, 598.0, 601.0)]
    late = next(fact for fact in log.trips if fact[1] == 1)
    assert late[4] == 602.5
    assert [fact[3] for fact in log.missed] == [2.5]


def test_a_remote_therapist_needs_its_helper() -> None:
    """Present, the helper sits in until the child is back; absent, the session is missed, and nobody else fetches."""
    staff = [therapist(type="remote")]
    held = lived(helped(one_child(staff=staff), helper()))
    assert len(held.given) == 1
    missed = lived(helped(one_child(staff=staff), helper(attendance=0.0)))
    assert missed.missed == [(0, 0, 0, 30.0, MISSING, 1)]
    assert missed.given == missed.trips == []
    assert metrics.row(missed)["missed_minutes.helper_missing"] == 30.0


def test_a_substitute_keeps_the_appointments() -> None:
    """On every day of absence somebody steps in: minutes are given, the post works, a rate is paid for the day."""
    days = SURE.model_copy(update={"provider_attendance": 0.0, "substitute_share": 1.0})
    made = one_child(days=days, staff=[therapist(rate=40.0)])
    log = lived(made)
    assert log.staff_absences == log.substitutes == [(day, 0) for day in range(5)]
    assert len(log.given) == 1
    assert log.missed == []
    week = metrics.workload(log)
    assert (week["absent"], week["pull_out"]) == (0.0, 0.5)
    assert np.isnan(metrics.row(log)["cost"])
    paid = metrics.row(lived(replace(made, money=made.money.model_copy(update={"substitute_rate": 30.0}))))
    usual = metrics.row(lived(replace(made, days=SURE)))
    assert paid["cost"] - usual["cost"] == pytest.approx(30 * 37.5)


def test_nobody_steps_in_for_a_contractor() -> None:
    """Its firm sends nobody, and it is paid nothing."""
    days = SURE.model_copy(update={"provider_attendance": 0.0, "substitute_share": 1.0})
    log = lived(one_child(days=days, staff=[therapist(type="contractor")]))
    assert log.substitutes == []
    assert [fact[4] for fact in log.missed] == [AWAY]


def test_more_substitutes_are_the_same_days_and_more() -> None:
    """Days of absence do not depend on the share; those with a substitute grow with it."""
    made = one_child(last_day=date(2024, 12, 20))
    logs = [
        lived(replace(made, days=SURE.model_copy(update={"provider_attendance": 0.7, "substitute_share": share})))
        for share in (0.0, 0.3, 0.8)
    ]
    assert logs[0].staff_absences == logs[1].staff_absences == logs[2].staff_absences
    assert set(logs[0].substitutes) < set(logs[1].substitutes) < set(logs[2].substitutes)


def test_with_a_substitute_every_session_is_a_first_one() -> None:
    """Where somebody new gets less done, a year of substitutes teaches less."""
    made = one_child(last_day=date(2025, 2, 28))
    made = replace(made, numbers={**made.numbers, "team.new_loss": 0.5, "team.familiar_weeks": 4.0})
    away = SURE.model_copy(update={"provider_attendance": 0.0, "substitute_share": 1.0})
    known, strange = (metrics.row(lived(p))["trained_gain_sd"] for p in (made, replace(made, days=away)))
    assert strange < known


@settings(max_examples=40)
@given(
    starts=st.lists(st.sampled_from([600, 605, 615, 625, 630]), min_size=4, max_size=4),
    remote=st.booleans(),
    attendance=st.sampled_from([0.5, 1.0]),
    spread=st.sampled_from([0.0, 0.8]),
    seed=st.integers(0, 20),
)
def test_contended_helpers_keep_the_laws(
    starts: list[int], remote: bool, attendance: float, spread: float, seed: int
) -> None:
    """Three therapists, two helpers, children with several of them: minutes balance, nobody stays away for ever."""
    staff = [therapist("T1"), therapist("T2", type="remote" if remote else "employee"), therapist("T3")]
    children = [child("A"), child("B", "1B")]
    requests = [wanted(n % 2, "therapy_room", 20, therapist=t) for n, t in enumerate((0, 1, 2, 0))]
    places = [
        pull_out(n % 2, start, 20, [(n, 0)], therapist=(0, 1, 2, 0)[n], room=f"R{n % 3}")
        for n, start in enumerate(starts)
    ]
    made = plan(
        children, requests, places, staff=staff, last_day=date(2024, 9, 27),
        moves=AS_PLANNED if not spread else Moves(spread=spread), days=Days(),
    )  # fmt: skip
    log = live(
        replace(made, posted_helpers=(
            (helper("T1", "T2", attendance=attendance), 4),
            (helper("T3", attendance=attendance).model_copy(update={"id": "G"}), 4),
        )),
        seed=seed, replication=0,
    )  # fmt: skip
    owed = 20.0 * 4 * 4
    assert sum(fact[5] for fact in log.given) + sum(fact[3] for fact in log.missed) == pytest.approx(owed)
    assert len(log.trips) >= len(log.given)
    gone = set(log.helper_absences)
    assert not gone & {fact[:2] for fact in log.fetched}
    assert all(fact[4] != MISSING or remote for fact in log.missed)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"therapists": ["SLP-3"]}, 'helper[1].therapists: "SLP-3" is not in staff.csv; did you mean "SLP-1"?'),
        ({"id": "SLP-1"}, 'helper[1].id: "SLP-1" is the id of somebody else; give the helper an id of its own'),
        ({"task": "carry"}, 'helper[1].task: "carry" is not known (known: fetch, support)'),
        ({"therapists": []}, "helper[1].therapists: names nobody; give ids of staff.csv"),
    ],
)
def test_a_wrong_helper_is_refused_in_words(tmp_path: Any, changes: dict[str, Any], said: str) -> None:
    """The key, what was given and what would do."""
    written = {"id": "P-1", "therapists": ["SLP-1"], "task": "fetch", "hours_a_week": 10, **changes}
    with pytest.raises(InputErrors) as found:
        two_therapists(tmp_path).but(helper=[written])
    assert str(found.value).splitlines()[0] == f"school.toml: {said}"


def test_prices_that_nobody_knows_are_said(tmp_path: Any) -> None:
    """A note for a helper without a rate, and for substitutes without one."""
    one = {"id": "P-1", "therapists": ["SLP-1"], "task": "fetch", "hours_a_week": 10}
    notes = two_therapists(tmp_path).but(helper=[one], **{"days.substitute_share": 0.5}).notes
    assert "school.toml has no helper[1].rate: no costs are worked out." in notes
    assert "school.toml has no money.substitute_rate: no costs are worked out in years with substitutes." in notes


def test_nobody_is_fetched_for_twice(tmp_path: Any) -> None:
    """A therapist has one helper that fetches."""
    two = [{"id": f"P-{n}", "therapists": ["SLP-1"], "task": "fetch", "hours_a_week": 10} for n in (1, 2)]
    with pytest.raises(InputErrors) as found:
        two_therapists(tmp_path).but(helper=two)
    assert str(found.value) == 'school.toml: helper[2].therapists: "SLP-1" has P-1 to fetch its children already'
