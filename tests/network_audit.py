"""What a program and all that it starts do with sockets: heard by an audit hook inside every Python process."""

from __future__ import annotations

import ipaddress
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

HEARD = "SDMSIM_TEST_SOCKETS"
"""Name of the environment variable with the file to which processes report."""
_HOOK = """\
import json, os, sys

_WATCHED = {
    "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname",
    "socket.gethostbyaddr", "socket.getnameinfo", "urllib.Request", "http.client.connect", "smtplib.connect",
    "ftplib.connect", "poplib.connect", "imaplib.open", "webbrowser.open",
}


def _plain(thing):
    if isinstance(thing, (tuple, list)):
        return [_plain(one) for one in thing]
    if isinstance(thing, bytes):
        return "\\x00" if thing.startswith(b"\\x00") else thing.decode("utf-8", "replace")
    return thing if isinstance(thing, (str, int, type(None))) else type(thing).__name__


def _hear(event, args, _watched=_WATCHED, _plain=_plain, os=os, json=json):
    if event in _watched:
        line = json.dumps([os.getpid(), event, _plain(args)]) + "\\n"
        handle = os.open(os.environ["SDMSIM_TEST_SOCKETS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(handle, line.encode())
        os.close(handle)


sys.addaudithook(_hear)
_hear("socket.bind", ["hook", os.path.basename(sys.argv[0]) if getattr(sys, "argv", None) else "start"])
"""
_STARTED = "hook"


class Heard(NamedTuple):
    """One thing done with a socket."""

    process: int
    event: str
    arguments: tuple[object, ...]


def watched(folder: Path, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment in which every Python process reports to `folder`; start any program in it."""
    place = folder / "hook"
    place.mkdir(parents=True, exist_ok=True)
    (place / "sitecustomize.py").write_text(_HOOK, encoding="utf-8")
    env = dict(os.environ if base is None else base)
    env["PYTHONPATH"] = os.pathsep.join(filter(None, (str(place), env.get("PYTHONPATH", ""))))
    env[HEARD] = str(folder / "heard.jsonl")
    return env


def heard(folder: Path) -> tuple[list[Heard], int]:
    """All that was done with sockets, and how many processes were listened to."""
    file = folder / "heard.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    found = [Heard(process, event, tuple(args)) for process, event, args in map(json.loads, lines)]
    started = {one.process for one in found if one.arguments[:1] == (_STARTED,)}
    return [one for one in found if one.arguments[:1] != (_STARTED,)], len(started)


def abroad(found: Sequence[Heard]) -> list[Heard]:
    """What of it concerns another address than loopback, or a name that would have to be looked up elsewhere."""
    return [one for one in found if not _is_here(one)]


def _is_here(one: Heard) -> bool:
    if one.event.startswith("socket.") and one.event.rsplit(".", 1)[1] in ("connect", "bind", "sendto", "sendmsg"):
        address = one.arguments[1] if len(one.arguments) > 1 else None
        if address is None or isinstance(address, str):  # a socket of the file system, or one already connected
            return True
        return isinstance(address, list) and bool(address) and _is_loopback(str(address[0]))
    return one.event.startswith("socket.") and bool(one.arguments) and _is_loopback(str(one.arguments[0]))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "None")


_ALL = """
import json, os, sys
from sdmsim.show.cli import main
for words in json.loads(sys.argv[1]):
    os.environ["SDMSIM_TEST_SOCKETS"] = file = os.path.join(sys.argv[2], words[0], "heard.jsonl")
    os.makedirs(os.path.dirname(file), exist_ok=True)
    print("==", words[0], main(list(words), prog_name="sdmsim", standalone_mode=False) or 0, flush=True)
"""


def run_watched(commands: Sequence[Sequence[str]], cwd: Path, folder: Path) -> dict[str, int]:
    """`sdmsim` with each of these words, one after the other in one process that is listened to; their exit statuses.

    What was heard of a command lies in a folder of its name.
    """
    command = [sys.executable, "-c", _ALL, json.dumps(commands), str(folder)]
    done = subprocess.run(command, cwd=cwd, env=watched(folder), capture_output=True, text=True, timeout=540)
    assert done.returncode == 0, done.stderr
    ends = [line.split() for line in done.stdout.splitlines() if line.startswith("== ")]
    return {name: int(status) for _, name, status in ends}
