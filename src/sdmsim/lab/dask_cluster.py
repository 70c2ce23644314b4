"""Workers of a Dask cluster: one that runs somewhere, or a small one on this machine for the time of a run."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from sdmsim.base import InputErrors, Problem
from sdmsim.lab.pool import cores

LOCAL = "local"
_ANSWER_SECONDS = 5


@contextmanager
def dask_executor(where: str, workers: int | None) -> Iterator[tuple[Executor, int, type[BaseException]]]:
    """An executor on the cluster at an address, or on `workers` processes of this machine for `local`; how many items
    it does at a time; what it raises for an item whose workers died again and again.

    Raises:
        InputErrors: Dask is not installed, nobody answers at the address, or the cluster has no workers.
    """
    try:
        from distributed import Client, LocalCluster
        from distributed.scheduler import KilledWorker
    except ImportError:
        text = 'needs Dask, which is not installed: pip install "sdmsim[dask]"'
        raise InputErrors([Problem("--dask", 0, "", text)]) from None
    if where == LOCAL:
        with (
            LocalCluster(n_workers=workers or cores(), threads_per_worker=1, dashboard_address=None) as cluster,
            Client(cluster) as client,
        ):
            yield client.get_executor(), workers or cores(), KilledWorker
        return
    try:
        client = Client(where, timeout=_ANSWER_SECONDS)
    except (OSError, ValueError) as error:
        text = f'nobody answers at "{where}" ({type(error).__name__}); give the address of a Dask scheduler, or local'
        raise InputErrors([Problem("--dask", 0, "", text)]) from None
    with client:
        slots = sum(client.ncores().values())
        if not slots:
            raise InputErrors([Problem("--dask", 0, "", f'the cluster at "{where}" has no workers')])
        yield client.get_executor(), slots, KilledWorker
