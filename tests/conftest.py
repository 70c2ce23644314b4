"""What every test shares: a cache of its own, no window system, and Hypothesis without coins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("repeatable")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A timetable cache for this run of the tests, never the user's; workers inherit it."""
    folder = tmp_path_factory.mktemp("sdmsim-cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SDMSIM_CACHE", str(folder))
        patch.setenv("MPLBACKEND", "Agg")
        yield folder


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds src, scenarios and experiments."""
    return Path(__file__).resolve().parent.parent
