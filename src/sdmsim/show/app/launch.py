"""Starts the server of the page: on this computer only, asking nothing, sending nothing."""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import socket
import threading
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sdmsim.base import InputErrors, Problem

ADDRESS = "127.0.0.1"
FIRST_PORT = 8501
PORTS_TRIED = 20
LARGEST_UPLOAD_MB = 60
"""Room for a file that is refused in words for its size, rather than by the browser."""

OPTIONS: dict[str, Any] = {
    "server.address": ADDRESS,
    "browser.serverAddress": ADDRESS,
    "server.allowedHosts": [ADDRESS, "localhost"],
    "server.headless": True,
    "server.showEmailPrompt": False,
    "browser.gatherUsageStats": False,
    "logger.hideWelcomeMessage": True,
    "logger.level": "critical",
    "server.fileWatcherType": "none",
    "server.runOnSave": False,
    "server.allowRunOnSave": False,
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "server.baseUrlPath": "",
    "server.maxUploadSize": LARGEST_UPLOAD_MB,
    "server.disconnectedSessionTTL": 30,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "client.allowedOrigins": [f"http://{ADDRESS}"],
    "global.developmentMode": False,
    "runner.magicEnabled": False,
    "theme.base": "light",
    "theme.primaryColor": "#0072B2",
    "theme.font": "sans-serif",
    "theme.baseRadius": "medium",
}
"""Streamlit's, set here whatever a file or the environment of the user says."""


def run(port: int | None, *, browser: bool, say: Callable[[str], None]) -> None:
    """Serve the page until Ctrl-C.

    Raises:
        InputErrors: the extra is not installed, or there is no free port.
    """
    if importlib.util.find_spec("streamlit") is None:
        text = 'the planner\'s page needs the extra app: pip install "sdmsim[app]"'
        raise InputErrors([Problem("sdmsim app", 0, "", text)])
    found = free_port(port)
    with contextlib.suppress(KeyboardInterrupt):  # the way to end it, also before it is up
        _serve(found, browser, say)


def _serve(port: int, browser: bool, say: Callable[[str], None]) -> None:
    from streamlit.web import bootstrap

    address = f"http://{ADDRESS}:{port}"
    options = {**OPTIONS, "server.port": port, "browser.serverPort": port}
    bootstrap.load_config_options(options)
    say(f"The planner's page: {address}")
    say("It runs on this computer only and sends nothing. Ctrl-C ends it.")
    if browser:
        threading.Thread(target=_open, args=(address, port), daemon=True).start()
    bootstrap.run(str(Path(__file__).with_name("page.py")), False, [], options)


def free_port(asked: int | None) -> int:
    """The port asked for, or the first free one of a few.

    Raises:
        InputErrors: it is in use, or may not be used.
    """
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED) if asked is None else (asked,):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind((ADDRESS, port))
            except OSError as error:
                if asked is not None:
                    text = (
                        "is in use" if error.errno == errno.EADDRINUSE else (error.strerror or "cannot be used").lower()
                    )
                    text = f"{port} {text}; give another, or none and a free one is found"
                    raise InputErrors([Problem("--port", 0, "", text)]) from None
            else:
                return port
    text = f"{FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1} are in use; give another"
    raise InputErrors([Problem("--port", 0, "", text)])


def _open(address: str, port: int) -> None:
    """Open the user's browser as soon as somebody answers."""
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection((ADDRESS, port), timeout=1.0):
            webbrowser.open(address)
            return
        time.sleep(0.1)
