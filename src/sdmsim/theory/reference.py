"""Two services by which the sets of assumptions are put on one scale: the reference service, and a trial's course.

Both are of the mean child, delivered in full in a place apart: no luck, no spread, no missed session.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sdmsim.theory.attention import attending, on_task, settled_share, share_of
from sdmsim.theory.growth import gain_sd
from sdmsim.theory.practice import effective, episodes, load_after, turns
from sdmsim.theory.stores import Gains, increment, practise, rest

Numbers = Mapping[str, float]

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


def reference_gain(n: Numbers) -> float:
    """Gain of a domain in SD by the reference service: groups of three, 1.3 x 25 minutes a week, 36 weeks, and school.

    It is `YEAR_GAIN_SD` in every set, because `stores.coverage` is solved so.
    """
    gains = _after(n, YEAR_SESSION_DAYS, 25.0, YEAR_DAYS)
    growth = n["school.growth"] * n["scale.sd.language"]
    return float(gain_sd(gains.trained, n["stores.coverage"], growth, n["scale.sd.language"]))


def coverage_for_reference(n: Numbers) -> float:
    """The `stores.coverage` at which the reference service brings `YEAR_GAIN_SD`, all other numbers as they are."""
    gains = _after(n, YEAR_SESSION_DAYS, 25.0, YEAR_DAYS)
    return float((YEAR_GAIN_SD - n["school.growth"]) * n["scale.sd.language"] / gains.trained)


def lasting_share(n: Numbers) -> float:
    """What is left of a course's effect at follow-up (mean of FOLLOW_UPS), as a share of that at its end.

    C3: .23 / .70 = .33 (Zhang et al. 2021). The trained context, the goal's targets.
    """
    end = _after(n, COURSE_SESSION_DAYS, COURSE_MINUTES, COURSE_END)
    later = [rest(end, days, 0.0, n["stores.half_life"], n["stores.kept"]).trained for days in FOLLOW_UPS]
    return float(sum(later) / len(later) / end.trained)


def _after(n: Numbers, days: Iterable[float], minutes: float, end: float) -> Gains:
    """Gains at day `end` of sessions in groups of three on `days`, in a place apart, in play."""
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
    gains, load, now = Gains(0.0, 0.0, 0.0, 0.0), 0.0, 0.0
    for day in days:
        gains = rest(gains, day - now, 0.0, n["stores.half_life"], n["stores.kept"])
        load = load_after(load, day - now, n["practice.load_half_life"])
        counted = effective(done, load, n["practice.satiation"])
        raw = increment(counted, n["stores.increment"], 1.0, n["stores.need"], n["stores.targets"])
        gains = practise(gains, raw, n["places.similarity.room"], n["stores.ceiling"], n["stores.softness"])
        load, now = load + done, day
    return rest(gains, end - now, 0.0, n["stores.half_life"], n["stores.kept"])
