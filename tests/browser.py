"""A browser and the planner's page for tests: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from sdmsim.show.app.launch import ADDRESS, free_port

PATIENCE = 300_000
"""Milliseconds until something that should show is given up, on a machine with much else to do."""


def chromium() -> str:
    """The browser's path; without one the test is skipped, and in CI it fails."""
    found = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
    if found is None:
        why = "no Chromium on this machine: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI never skips: {why}")
        pytest.skip(why)
    return found


class Server:
    """`sdmsim app`, started as a user would, in a folder of the test's."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port = process, port
        self.address = f"http://{ADDRESS}:{port}"

    def listening(self) -> set[str]:
        """Addresses on which it or a process of its listens."""
        mine = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        return {c.laddr.ip for p in mine for c in p.net_connections() if c.status == psutil.CONN_LISTEN}

    def talks_to(self) -> set[str]:
        """Addresses at the other end of its connections."""
        mine = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        return {c.raddr.ip for p in mine for c in p.net_connections() if c.raddr}

    def end(self) -> tuple[str, list[psutil.Process]]:
        """Ctrl-C; what it said, and processes of its that are left."""
        started = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=PATIENCE / 1000)
        _, left = psutil.wait_procs(started, timeout=10)
        return out + err, left


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """The page of a folder, ended at the end of the block."""
    port = free_port(None)
    words = [sys.executable, "-c", "from sdmsim.show.cli import main; main()"]
    words += ["app", "--no-browser", "--port", str(port)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(words, cwd=folder, text=True, **pipes)  # type: ignore[call-overload]
    try:
        process.stdout.readline()
        yield Server(process, port)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
        process.stdout.close()
        process.stderr.close()


def elsewhere(addresses: list[str]) -> list[str]:
    """What a browser asked of another place than this computer."""
    inside = ("data", "blob", "about", "chrome")
    return [a for a in addresses if urlsplit(a).scheme not in inside and urlsplit(a).hostname != ADDRESS]
