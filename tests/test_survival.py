"""Shot at random moments, by kill -9: the same command again gives what an uninterrupted run gives."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import psutil
import pytest
from small_experiment import written

from sdmsim.lab.execute import execute
from sdmsim.lab.experiment import load_experiment
from sdmsim.lab.holdings import holdings
from sdmsim.lab.store import database

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no kill -9")

YEARS = 40
TABLES = ("runs.parquet", "summary.csv", "comparison.csv", "rows.csv", "months.csv", "workload.csv", "weeks.csv")
COMMAND = """
import sys
import sdmsim

if __name__ == "__main__":
    tell = lambda done, total, phase: print(phase, flush=True)
    experiment = sdmsim.load_experiment(sys.argv[1])
    sdmsim.execute(experiment, workers=2, replications=int(sys.argv[2]), out=sys.argv[3], progress=tell)
"""


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a run in which nothing happens, in one process; the experiment lies beside them."""
    folder = tmp_path_factory.mktemp("calm")
    path = written(folder)
    (folder / "command.py").write_text(COMMAND)
    execute(load_experiment(path), workers=1, replications=YEARS, out=folder / "out")
    return folder


class Running:
    """The command, given anew; read up to the first year."""

    def __init__(self, calm: Path, out: Path) -> None:
        words = [sys.executable, "command.py", "mix.toml", str(YEARS), str(out)]
        self.process = subprocess.Popen(words, cwd=calm, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line == "years\n":
                return

    def workers(self) -> list[psutil.Process]:
        """Its worker processes that are alive."""
        try:
            children = psutil.Process(self.process.pid).children()
            return [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        except psutil.Error:
            return []

    def end(self) -> str:
        """What it wrote to standard error, once it has ended."""
        return self.process.communicate(timeout=120)[1]

    def goes_on(self) -> bool:
        """Wait until it has lived some more years; False once it has ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline() != ""


def digests(out: Path) -> dict[str, str]:
    return {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in TABLES}


def lived(out: Path) -> Iterator[list[int]]:
    """The replications in the store, of each arm, as often as they are there."""
    for one in holdings(out.parent / ".trials"):
        files = [str(file) for file in one.place.glob("*.parquet")]
        with database() as asked:
            query = "select replication from read_parquet($files, union_by_name = true) order by replication"
            yield [row[0] for row in asked.sql(query, params={"files": files}).fetchall()]


@pytest.mark.slow
def test_the_command_is_shot_at_five_random_moments(calm: Path, tmp_path: Path) -> None:
    """Each time its workers end by themselves and what was written is used; at last the tables are those of the calm
    run, byte for byte, nothing was kept twice, and nothing that was half written is left in the way.
    """
    out, moments = tmp_path / "out", Random(20261127)
    for _ in range(5):
        running = Running(calm, out)
        workers = running.workers()
        time.sleep(moments.uniform(0.0, 1.5))
        running.process.kill()
        running.end()
        _, alive = psutil.wait_procs(workers, timeout=20)
        assert alive == [], "workers of a process that was shot"
    last = Running(calm, out)
    assert last.end() == ""
    assert last.process.returncode == 0
    assert digests(out) == digests(calm / "out")
    assert list(lived(out)) == [list(range(YEARS))] * 3


@pytest.mark.slow
def test_workers_are_shot_at_five_random_moments(calm: Path, tmp_path: Path) -> None:
    """Others take their place and the command goes on; the tables are those of the calm run, nothing is kept twice."""
    out, moments = tmp_path / "out", Random(19680117)
    running, shot = Running(calm, out), 0
    while shot < 5 and running.goes_on():  # so no year meets so many shots that it is given up for its own fault
        time.sleep(moments.uniform(0.0, 0.2))
        workers = running.workers()
        if workers:
            moments.choice(workers).kill()
            shot += 1
    assert running.end() == ""
    assert (running.process.returncode, shot) == (0, 5)
    assert digests(out) == digests(calm / "out")
    assert list(lived(out)) == [list(range(YEARS))] * 3
