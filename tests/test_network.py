"""Nothing listens on another address than loopback, and no command tries to reach anything outside."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from network_audit import abroad, heard, run_watched, watched

from sdmsim.show.cli import main

ELSEWHERE = {"app": "listened to where it is driven (tests/test_app.py)"}
LONG = {"validate"}
"""Minutes of work, and made of nothing but what the commands below live and write."""
DRIVERS = """
format = 1
title = "What drives the answer?"
scenario = "scenario.toml"
baseline = "apart"
replications = 2
arm = [
  { name = "apart", set = { "delivery.push_in_share" = 0.0 } },
  { name = "in class", set = { "delivery.push_in_share" = 1.0 } },
]

[sensitivity]
metric = "classroom_gain_sd"
factors = ["places.similarity.room", "stores.need"]
trajectories = 2
base_points = 8
replications = 2
"""

COMMANDS = (
    ("deidentify", "list.csv"),
    ("init", "own", "--from", "deidentified/list.csv", "--workbook"),
    ("check", "own/scenario.toml", "small/experiment.toml"),
    ("timetable", "small/scenario.toml", "--out", "week"),
    ("run", "small/scenario.toml", "--out", "year"),
    ("trace", "small/scenario.toml", "--student", "A01", "--out", "child"),
    ("experiment", "small/experiment.toml", "--replications", "2", "--workers", "2", "--out", "compared"),
    ("plot", "compared"),
    ("report", "compared"),
    (
        "staffing",
        "small/experiment.toml",
        "--share",
        "0.3",
        "--probability",
        "0.6",
        "--replications",
        "2",
        "--out",
        "fte",
    ),
    ("sensitivity", "small/drivers.toml", "--workers", "2", "--out", "drivers"),
    ("calibrate", "--rows", "1", "--out", "fitted"),
    ("results", "list"),
    ("schema",),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every command, run over a drawn school and a spreadsheet of somebody's own, and listened to."""
    place = tmp_path_factory.mktemp("watched")
    (place / "list.csv").write_text(
        "Student Number,Name,Grade,Room #,Frequency,Goal Area\n1,Zelda Quux,2nd,2A,1x30,language\n", encoding="utf-8"
    )
    assert CliRunner().invoke(main, ["init", str(place / "small")]).exit_code == 0
    (place / "small" / "drivers.toml").write_text(DRIVERS, encoding="utf-8")
    ends = run_watched(COMMANDS, place, place / "heard")
    assert ends == dict.fromkeys((words[0] for words in COMMANDS), 0)
    return place / "heard"


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_command_reaches_nobody(folder: Path, words: tuple[str, ...]) -> None:
    """Every process of the command is listened to; none looks up a name or opens a way to another machine."""
    found, processes = heard(folder / words[0])
    assert abroad(found) == []
    assert processes >= (2 if "--workers" in words else 0)  # those that it started


def test_every_command_is_listened_to() -> None:
    """A new command needs a place here, or a word on where it is listened to."""
    here = {*(words[0] for words in COMMANDS), *LONG, *ELSEWHERE}
    assert set(main.commands) <= here


TRIES = """
import socket, threading, urllib.request
for address in [("127.0.0.1", 9), ("192.0.2.1", 9)]:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try: s.connect(address)
    except OSError: pass
    s.close()
for host in ("127.0.0.1", "0.0.0.0"):
    s = socket.socket(); s.bind((host, 0)); s.close()
try: socket.getaddrinfo("example.invalid", 80)
except OSError: pass
"""


def test_the_ear_hears(tmp_path: Path) -> None:
    """Loopback passes; another machine, all addresses at once and a name that is looked up do not."""
    subprocess.run([sys.executable, "-c", TRIES], env=watched(tmp_path), check=True, timeout=60)
    found, processes = heard(tmp_path)
    assert processes == 1
    assert len(found) == 5
    assert [(one.event, str(one.arguments)) for one in abroad(found)] == [
        ("socket.connect", "('socket', ['192.0.2.1', 9])"),
        ("socket.bind", "('socket', ['0.0.0.0', 0])"),
        ("socket.getaddrinfo", "('example.invalid', 80, 0, 0, 0)"),
    ]
