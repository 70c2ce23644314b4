"""A laboratory: arms are brought to as many years as a question needs; only what is new is lived."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from small_experiment import written

from sdmsim.lab.experiment import Experiment, load_experiment
from sdmsim.lab.laboratory import Advancing, Laboratory, laboratory


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    return load_experiment(written(tmp_path_factory.mktemp("school")))


@pytest.fixture
def lab() -> Iterator[Laboratory]:
    with laboratory(workers=1) as found:
        yield found


def test_arms_advance_each_to_its_own_number(lab: Laboratory, experiment: Experiment) -> None:
    """Replications count from 0; an arm that is not named stays; fewer than before changes nothing."""
    bench: Advancing = lab.bench(experiment.scenarios)
    assert bench.arms == ("none", "half", "all")
    bench.advance({"none": 3, "all": 1})
    assert [len(bench.values(arm, "delivered_share")) for arm in bench.arms] == [3, 0, 1]
    bench.advance({"none": 2})
    assert len(bench.values("none", "delivered_share")) == 3
    assert lab.years_lived == 4


def test_two_steps_give_what_one_gives(lab: Laboratory, experiment: Experiment) -> None:
    """Every number that is kept of every replication, to the last bit."""
    stepwise = lab.bench(experiment.scenarios[:1])
    stepwise.advance({"none": 1})
    stepwise.advance({"none": 3})
    with laboratory(workers=1) as other:
        at_once = other.bench(experiment.scenarios[:1])
        at_once.advance({"none": 3})
        for one, two in (
            *((stepwise.wide("none", kept), at_once.wide("none", kept)) for kept in ("row", "workload")),
            *((stepwise.long("none", kept), at_once.long("none", kept)) for kept in ("months", "ledger")),
        ):
            pd.testing.assert_frame_equal(one.to_pandas(), two.to_pandas(), check_exact=True)
        np.testing.assert_array_equal(stepwise.values("none", "cost"), at_once.values("none", "cost"))


def test_arms_may_come_later(lab: Laboratory, experiment: Experiment) -> None:
    """A search adds arms as it goes; a name is given once."""
    bench = lab.bench(experiment.scenarios[:1])
    bench.advance({"none": 2})
    bench.add(experiment.scenarios[1:])
    bench.advance({"half": 2})
    assert bench.arms == ("none", "half", "all")
    assert [bench.replications(arm) for arm in bench.arms] == [2, 2, 0]
    with pytest.raises(ValueError, match="half"):
        bench.add(experiment.scenarios[1:2])


def test_a_metric_that_an_arm_has_not_is_empty(lab: Laboratory, experiment: Experiment) -> None:
    """Each replication is nan, as in a table of runs."""
    bench = lab.bench(experiment.scenarios[:1])
    bench.advance({"none": 2})
    assert np.isnan(bench.values("none", "no such metric")).tolist() == [True, True]
