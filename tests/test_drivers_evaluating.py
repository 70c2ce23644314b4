"""Outcomes at points: the same as years lived plainly, for any number of workers, and after any interruption."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from small_experiment import ARMS, HEAD, SCENARIO, written
from test_drivers_factors import ASKED, loaded, unknown

from sdmsim.lab.drivers.evaluating import Evaluator
from sdmsim.lab.drivers.factors import AS_WRITTEN, Point
from sdmsim.lab.drivers.learned import measured
from sdmsim.lab.experiment import Experiment, load_experiment
from sdmsim.lab.holdings import holdings
from sdmsim.lab.laboratory import YearsFailed, laboratory
from sdmsim.metrics import METRICS, row
from sdmsim.plan import plan_of
from sdmsim.scenario import Scenario
from sdmsim.world import live, lived_by

ALL_METRICS = tuple(metric.name for metric in METRICS)
KINDLY = {"places.similarity.room": 0.9, "stores.half_life": 40.0, "attention.child_sd": 0.7, "stores.coverage": 0.5}
REFUSING = {**KINDLY, "children.refusal_attention": -0.8}


def point(numbers: Mapping[str, float], **settings: object) -> Point:
    """A point with these in the place of the scenario's own."""
    return Point(tuple(sorted(numbers.items())), tuple(sorted(settings.items())))


@contextmanager
def evaluator(
    experiment: Experiment, store: Path | None = None, workers: int = 1, metrics: tuple[str, ...] = ALL_METRICS
) -> Iterator[Evaluator]:
    """Of all arms of the experiment."""
    with laboratory(workers=workers, store=store) as lab:
        yield Evaluator(lab, experiment.base, experiment.scenarios, metrics, "mix-sensitivity")


def plainly(scenario: Scenario, replication: int, numbers: Mapping[str, float]) -> dict[str, float]:
    """Every metric of a year of the scenario with these numbers among its assumptions, lived anew."""
    sets = {f"assumptions.{name}": value for name, value in numbers.items()}
    plan = plan_of(scenario.but(**sets) if sets else scenario)
    return row(live(plan, seed=scenario.seed, replication=replication))


@pytest.mark.parametrize("numbers", [{}, KINDLY, REFUSING], ids=["as written", "learned again", "lived anew"])
def test_a_point_is_a_plain_year(tmp_path: Path, numbers: dict[str, float]) -> None:
    """At the scenario's own values, learned again or lived anew: every metric as a plain year has it, bit for bit."""
    experiment = loaded(tmp_path)
    with evaluator(experiment) as found:
        outcomes = found.outcomes([point({"stores.need": 2.0}), point(numbers)], 2)
    for arm, (_, scenario) in enumerate(experiment.scenarios):
        for replication in range(2):
            expected = plainly(scenario, replication, numbers)
            assert {name: outcomes[name][arm, 1, replication] for name in expected} == pytest.approx(
                expected, rel=0.0, abs=0.0, nan_ok=True
            )


def test_a_year_is_lived_anew_only_where_its_facts_may_differ(tmp_path: Path) -> None:
    """Numbers of learning: learned again. The cause of a refusal, what it works through, and reviews: lived anew."""
    plan = plan_of(loaded(tmp_path).base)
    own = dict(plan.numbers)
    refusing = {**own, "children.refusal_attention": -0.5}
    assert lived_by(plan, {**own, **KINDLY}) == lived_by(plan, own) == ()
    assert lived_by(plan, refusing) != lived_by(plan, {**refusing, "attention.child_sd": 0.1})
    assert lived_by(plan, refusing) == lived_by(plan, {**refusing, "stores.need": 2.0})
    _, lived = measured(plan, "here", 3, 0, {})
    _, again = measured(plan, "here", 3, 0, KINDLY)
    _, anew = measured(plan, "here", 3, 0, REFUSING)
    assert (lived, again, anew) == (True, False, True)


ADAPTIVE = """\
kind = "adaptive"
start = { kind = "pull-out" }
into_class_at = 0.7
out_again_below = 0.4
probes = 2
"""


def test_reviews_are_lived_anew(tmp_path: Path) -> None:
    """A strategy that moves children by their probes depends on every number: a point is a plain year there as well."""
    adaptive = SCENARIO.replace('kind = "hybrid"\npush_in_share = 0.0', ADAPTIVE)
    adaptive = adaptive.replace("[week]", "[reviews]\nevery_weeks = 2\n[week]")
    arms = ARMS.replace("delivery.push_in_share", "days.child_unwilling").replace("1.0 }", "0.2 }")
    experiment = loaded(tmp_path, arms=arms, scenario=adaptive)
    scenario = experiment.scenarios[0][1]
    plan = plan_of(scenario)
    assert lived_by(plan, plan.numbers) != lived_by(plan, {**plan.numbers, "stores.need": 1.5})
    numbers = {"children.start_mean": 1.5, "stores.increment": 0.12}
    with evaluator(experiment) as found:
        outcomes = found.outcomes([AS_WRITTEN, point(numbers)], 1)
    expected = plainly(scenario, 0, numbers)
    assert {name: outcomes[name][0, 1, 0] for name in expected} == pytest.approx(expected, rel=0.0, nan_ok=True)


def test_settings_make_other_years(tmp_path: Path) -> None:
    """A key of the scenario at a point: the year of that scenario, its numbers beside it."""
    experiment = loaded(tmp_path)
    setting = {"days.provider_attendance": 0.6}
    with evaluator(experiment) as found:
        outcomes = found.outcomes([point(KINDLY, **setting), AS_WRITTEN], 1)
    scenario = experiment.scenarios[1][1].but(**setting)
    expected = plainly(scenario, 0, KINDLY)
    assert {name: outcomes[name][1, 0, 0] for name in expected} == pytest.approx(expected, rel=0.0, nan_ok=True)


def test_what_an_arm_sets_stays(tmp_path: Path) -> None:
    """A point does not reach the number that an arm is about."""
    arms = ARMS.replace("1.0 }", '0.0, "assumptions.stores.need" = 1.5 }')
    experiment = loaded(tmp_path, arms=arms)
    with evaluator(experiment, metrics=("trained_gain_sd",)) as found:
        gains = found.outcomes([AS_WRITTEN, point({"stores.need": 4.0})], 1)["trained_gain_sd"]
    assert gains[2, 0, 0] == gains[2, 1, 0]
    assert gains[0, 0, 0] > gains[0, 1, 0]


def drawn(experiment: Experiment, n: int) -> list[Point]:
    """Points all over the space of what is not known."""
    found = unknown(experiment)
    steps = np.arange(n)[:, None] * (np.arange(len(found.factors)) + 1.0) * 0.618
    return found.points(steps % 1.0)


METRIC = ("classroom_gain_sd",)


def test_workers_change_nothing(tmp_path: Path) -> None:
    """In this process or in two others: the same bytes, the luck of a replication at every point."""
    experiment = loaded(tmp_path)
    points = drawn(experiment, 8)
    with evaluator(experiment, metrics=METRIC) as found:
        serial = found.outcomes(points, 2)[METRIC[0]]
    with evaluator(experiment, workers=2, metrics=METRIC) as found:
        parallel = found.outcomes(points, 2)[METRIC[0]]
    assert serial.tobytes() == parallel.tobytes()
    assert serial.shape == (3, 8, 2)
    assert len(np.unique(serial)) == serial.size


def test_nothing_is_measured_twice(tmp_path: Path) -> None:
    """The same points again: all from the store. More points, more replications: only the new ones; a point that is
    there twice is measured once. The store lists them under the study's name.
    """
    experiment = loaded(tmp_path / "school")
    points, store = drawn(experiment, 4), tmp_path / "store"
    with evaluator(experiment, store, metrics=METRIC) as found:
        first = found.outcomes([*points[:3], points[0]], 1)[METRIC[0]]
        assert (found.measured, found.reused) == (9, 0)
    assert first[:, 3].tobytes() == first[:, 0].tobytes()
    with evaluator(experiment, store, metrics=METRIC) as found:
        again = found.outcomes(points, 2)[METRIC[0]]
        assert (found.measured, found.reused) == (4 * 2 * 3 - 9, 9)
    assert again[:, :3, :1].tobytes() == first[:, :3].tobytes()
    with evaluator(experiment, None, metrics=METRIC) as found:
        assert found.outcomes(points, 2)[METRIC[0]].tobytes() == again.tobytes()
    held = holdings(store)
    assert [(one.experiment, one.arm, one.replications) for one in held] == [
        ("mix-sensitivity", arm, 2) for arm in ("none", "half", "all")
    ]


def test_another_metric_is_in_the_store_as_well(tmp_path: Path) -> None:
    """Every metric of a point is kept, whichever was asked for."""
    experiment = loaded(tmp_path / "school")
    points, store = drawn(experiment, 2), tmp_path / "store"
    with evaluator(experiment, store, metrics=METRIC) as found:
        found.outcomes(points, 1)
    with evaluator(experiment, store, metrics=("academic_growth_sd", "children_served")) as found:
        outcomes = found.outcomes(points, 1)
        assert found.measured == 0
    assert np.isfinite(outcomes["academic_growth_sd"]).all()
    assert np.isnan(outcomes["children_served"]).all()


SHOT = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_drivers_evaluating import METRIC, drawn, evaluator
from sdmsim.lab.experiment import load_experiment
if __name__ == "__main__":
    experiment = load_experiment(sys.argv[1])
    with evaluator(experiment, Path(sys.argv[2]), metrics=METRIC) as found:
        found._laboratory.tell = lambda done, total, phase: print(done, flush=True)
        found.outcomes(drawn(experiment, 400), 2)
"""


@pytest.mark.skipif(os.name != "posix", reason="a process is shot with a signal of Unix")
def test_a_study_that_is_shot_is_taken_up(tmp_path: Path) -> None:
    """Killed in the middle: what was written is whole and used again, and the figures are the same."""
    file = written(tmp_path, HEAD + ARMS + ASKED)
    script = tmp_path / "shot.py"
    script.write_text(SHOT.format(tests=str(Path(__file__).parent)), "utf-8")
    store = tmp_path / "store"
    command = [sys.executable, str(script), str(file), str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in process.stdout:
            if len(list(store.glob("*/*/*.parquet"))) == 2:
                process.send_signal(signal.SIGKILL)
                break
    experiment = load_experiment(file)
    points = drawn(experiment, 400)[:6]
    with evaluator(experiment, store, metrics=METRIC) as found:
        after = found.outcomes(points, 1)[METRIC[0]]
        assert found.reused >= 6
    with evaluator(experiment, metrics=METRIC) as found:
        assert found.outcomes(points, 1)[METRIC[0]].tobytes() == after.tobytes()


def test_a_point_that_fails_stops_no_other(tmp_path: Path) -> None:
    """It is named with its arm and replication, and the others are kept."""
    experiment = loaded(tmp_path / "school")
    good, bad = point(KINDLY), point({"stores.targets": float("nan"), "practice.home_tries": "none"})  # type: ignore[dict-item]
    store = tmp_path / "store"
    with evaluator(experiment, store, metrics=METRIC) as found, pytest.raises(YearsFailed) as error:
        found.outcomes([bad, good], 1)
    assert {one.arm for one in error.value.failures} == {"none", "half", "all"}
    with evaluator(experiment, store, metrics=METRIC) as found:
        found.outcomes([good], 1)
        assert found.measured == 0
