"""Which code lives a trial: the package's own source, and the versions of what its numbers are computed with."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

_SOURCE = Path(__file__).resolve().parent.parent
_NO_NUMBERS = "show"
"""Pictures and words: no trial depends on them."""
_PACKAGES = ("numpy", "ortools", "simpy")


@cache
def code_version() -> str:
    """SHA-256 of every file of the package but those of `show/`, of the version of Python and of _PACKAGES.

    So trials of a changed working tree never mix with those that were lived before the change.
    """
    files = sorted(
        (file.relative_to(_SOURCE).as_posix(), file)
        for kind in ("*.py", "*.toml", "*.csv")
        for file in _SOURCE.rglob(kind)
        if file.relative_to(_SOURCE).parts[0] != _NO_NUMBERS
    )
    whole = hashlib.sha256()
    for part in (".".join(platform.python_version_tuple()[:2]), *(f"{name} {version(name)}" for name in _PACKAGES)):
        whole.update(f"{part}\n".encode())
    for name, file in files:
        whole.update(f"{name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()
