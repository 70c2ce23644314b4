"""The same bytes wherever years are lived: this process, two others, a Dask cluster, in two steps."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_experiment import ARMS, HEAD, REGROUP, written

from sdmsim.base import InputErrors
from sdmsim.lab.execute import execute
from sdmsim.lab.experiment import Experiment, load_experiment
from sdmsim.lab.laboratory import laboratory

SAME = ("runs.parquet", "summary.csv", "comparison.csv", "rows.csv", "months.csv", "workload.csv", "regroup.csv")


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    return load_experiment(written(tmp_path_factory.mktemp("school"), HEAD + ARMS + REGROUP))


@pytest.fixture(scope="module")
def serial(experiment: Experiment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six years of each arm in this process."""
    out = tmp_path_factory.mktemp("serial") / "out"
    execute(experiment, workers=1, replications=6, out=out)
    return out


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a cluster of two processes."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as started,
        Client(started) as client,
    ):
        assert len(client.ncores()) == 2
        yield started.scheduler_address


def same(one: Path, other: Path) -> None:
    for name in SAME:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_two_processes_in_two_steps(experiment: Experiment, serial: Path, tmp_path: Path) -> None:
    """Two replications by two workers, then six by this process, into the same folder."""
    first = execute(experiment, workers=2, replications=2, out=tmp_path / "out")
    assert first.manifest["workers"] == 2
    second = execute(experiment, workers=1, replications=6, out=tmp_path / "out")
    assert (second.manifest["school_years"], second.manifest["years_reused"]) == (12, 6)
    same(serial, tmp_path / "out")


def test_a_dask_cluster_with_two_workers(experiment: Experiment, serial: Path, tmp_path: Path, cluster: str) -> None:
    """By its address; and what it lived is reused without it."""
    found = execute(experiment, dask=cluster, replications=6, out=tmp_path / "out")
    assert (found.manifest["workers"], found.manifest["years_reused"]) == (2, 0)
    same(serial, tmp_path / "out")
    assert execute(experiment, workers=1, replications=6, out=tmp_path / "out").manifest["years_reused"] == 18
    same(serial, tmp_path / "out")


def test_an_executor_of_the_callers(experiment: Experiment, serial: Path, tmp_path: Path, cluster: str) -> None:
    """What distributed.Client.get_executor() gives is an executor like any other, and stays open."""
    from distributed import Client

    with Client(cluster) as client:
        executor = client.get_executor()
        execute(experiment, executor=executor, workers=2, replications=6, out=tmp_path / "out")
        same(serial, tmp_path / "out")
        assert executor.submit(abs, -7).result() == 7


def test_nobody_at_an_address_is_said_in_words(experiment: Experiment, tmp_path: Path) -> None:
    """Before anything is written; so is a number of workers beside an address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for address in (f"tcp://127.0.0.1:{port}", "nonsense://x"):
        with pytest.raises(InputErrors, match=rf'--dask: nobody answers at "{address}"'):
            execute(experiment, dask=address, out=tmp_path / "out")
    with pytest.raises(InputErrors, match="--workers: a cluster with an address has its own workers"):
        execute(experiment, dask="tcp://127.0.0.1:1", workers=2, out=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_few_short_years_stay_in_this_process(experiment: Experiment) -> None:
    """Without a word about workers nothing is started that takes longer than what it saves."""
    with laboratory() as lab:
        bench = lab.bench(experiment.scenarios[:1])
        bench.advance(dict.fromkeys(bench.arms, 2))
        assert lab.workers == 1
