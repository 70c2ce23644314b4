"""Two services by which the sets of assumptions are put on one scale: the reference service, and a trial's course.

Both are delivered in full in a place apart: no luck, no missed session. Numbers may be floats, or arrays of one shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sdmsim.theory.attention import attending, on_task, settled_share, share_of
from sdmsim.theory.growth import gain_sd
from sdmsim.theory.practice import Number, at_home, effective, episodes, familiar, load_after, turns
from sdmsim.theory.stores import Gains, counts_for_use, increment, practise, rest, transfer_rate

Numbers = Mapping[str, Any]
"""Every number of the ledger by its full name: a float, or an array."""

YEAR_GAIN_SD = 0.54
"""C6: gain in a school year at 1.3 sessions a week, mostly in groups of 2-4 (Hutchins & Schmitt 2024)."""
YEAR_DAYS = 36 * 7
YEAR_SESSION_DAYS = tuple(7.0 * k / 1.3 for k in range(int(36 * 1.3) + 1))
"""47 sessions in 36 weeks (Schmitt, Justice & Logan 2017: 1.3 a week)."""
COURSE_SESSION_DAYS = tuple(7.0 * week + day for week in range(12) for day in (0.0, 2.0, 4.0))
"""A trial's course: 12 weeks, three sessions a week. Our choice, as the trials of C3 differ."""
COURSE_MINUTES, COURSE_END = 30.0, 11 * 7 + 5.0
FOLLOW_UPS = (90.0, 180.0, 270.0, 365.0)
"""Days after a course: the trials of C3 followed up after 3 to 12 months."""


def reference_gain(n: Numbers) -> Number:
    """Gain of a domain in SD by the reference service: groups of three, 1.3 x 25 minutes a week, 36 weeks, and school.

    It is `YEAR_GAIN_SD` in every set, because `stores.coverage` is solved so.
    """
    growth = n["school.growth"] * n["scale.sd.language"]
    return gain_sd(_year(n).trained, n["stores.coverage"], growth, n["scale.sd.language"])


def coverage_for_reference(n: Numbers) -> Number:
    """The `stores.coverage` at which the reference service brings `YEAR_GAIN_SD`, all other numbers as they are."""
    return (YEAR_GAIN_SD - n["school.growth"]) * n["scale.sd.language"] / _year(n).trained


def lasting_share(n: Numbers) -> Number:
    """What is left of a course's effect at follow-up (mean of FOLLOW_UPS), as a share of that at its end.

    C3: .23 / .70 = .33 (Zhang et al. 2021). The trained context, the goal's targets.
    """
    end, *later = course_gains(n, COURSE_SESSION_DAYS, COURSE_MINUTES, [COURSE_END + d for d in (0.0, *FOLLOW_UPS)])
    return sum(gains.trained for gains in later) / len(later) / end.trained


def _year(n: Numbers) -> Gains:
    return course_gains(n, YEAR_SESSION_DAYS, 25.0, [float(YEAR_DAYS)])[0]


def course_gains(
    n: Numbers, days: Sequence[float], minutes: float, at: Sequence[float], response: Number = 1.0, unaided: float = 0.0
) -> list[Gains]:
    """Gains at each day of `at` by sessions of `minutes` on `days`, in groups of three, in a place apart, in play.

    `response`: of the child; `unaided`: minutes in class on each day of the week that bring occasions for use in class.
    A moment on the day of a session comes before it; both rise.
    """
    settled = settled_share(
        n["attention.base_logit"],
        0.0,
        n["attention.noise_logit"],
        n["places.noise.room"],
        1.0,
        n["attention.size_logit"],
        3.0,
    )
    share = on_task(settled, n["attention.start_share"], n["attention.relax_per_minute"], 0.0, minutes)
    done = episodes(
        minutes,
        attending(share, n["attention.elasticity"], share_of(n["attention.base_logit"])),
        n["places.work_share.room"],
        n["practice.episodes_per_minute.play"],
        turns(3.0, n["practice.others_turns"], 1.0),
    )
    uses = unaided * transfer_rate(n["stores.transfer"] / 1000.0, 0.0, n["team.teacher_knowledge"])
    for_use = counts_for_use(n["places.similarity.room"], n["practice.reliance"])
    gains, load, now, last, found = Gains(0.0, 0.0, 0.0, 0.0), 0.0, 0.0, days[0], []
    for day, is_session in sorted([(d, True) for d in days] + [(d, False) for d in at]):
        gains = rest(gains, day - now, uses * (day - now), n["stores.half_life"], n["stores.kept"])
        load, now = load_after(load, day - now, n["practice.load_half_life"]), day
        if not is_session:
            found.append(gains)
            continue
        known = familiar((day - days[0]) / 7.0, n["team.new_loss"], n["team.familiar_weeks"])
        home = at_home(n["practice.home_tries"], day - last)
        for tries, counts in ((home, n["practice.home_similarity"]), (done * known, for_use)):
            counted = effective(tries, load, n["practice.satiation"])
            raw = increment(counted, n["stores.increment"], response, n["stores.need"], n["stores.targets"])
            gains = practise(gains, raw, counts, n["stores.ceiling"], n["stores.softness"])
            load = load + tries
        last = day
    return found
