"""What-if simulator of school therapy: push-in, pull-out and mixes.

Everything to import is here; all else is private. Names are looked up when first used, so that
`import sdmsim` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sdmsim.base import InputErrors
    from sdmsim.delivery.vocabulary import Week
    from sdmsim.events import Log
    from sdmsim.lab.compare import compare
    from sdmsim.lab.drivers.sensitivity import sensitivity
    from sdmsim.lab.drivers.study import Study
    from sdmsim.lab.execute import execute
    from sdmsim.lab.experiment import Experiment, load_experiment
    from sdmsim.lab.results import Results
    from sdmsim.metrics import measure
    from sdmsim.plan import timetable
    from sdmsim.scenario import Scenario, load
    from sdmsim.show import pictures
    from sdmsim.world import run

__version__ = "0.1.0"

__all__ = [
    "Experiment",
    "InputErrors",
    "Log",
    "Results",
    "Scenario",
    "Study",
    "Week",
    "__version__",
    "compare",
    "execute",
    "load",
    "load_experiment",
    "measure",
    "pictures",
    "run",
    "sensitivity",
    "timetable",
]

_HOME = {
    "Experiment": "sdmsim.lab.experiment",
    "InputErrors": "sdmsim.base",
    "Log": "sdmsim.events",
    "Results": "sdmsim.lab.results",
    "Scenario": "sdmsim.scenario",
    "Study": "sdmsim.lab.drivers.study",
    "Week": "sdmsim.delivery.vocabulary",
    "compare": "sdmsim.lab.compare",
    "execute": "sdmsim.lab.execute",
    "load": "sdmsim.scenario",
    "load_experiment": "sdmsim.lab.experiment",
    "measure": "sdmsim.metrics",
    "pictures": "sdmsim.show.pictures",
    "run": "sdmsim.world",
    "sensitivity": "sdmsim.lab.drivers.sensitivity",
    "timetable": "sdmsim.plan",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sdmsim' has no attribute {name!r}")
    from importlib import import_module

    home = import_module(_HOME[name])
    found = getattr(home, name, home)  # pictures is a module itself
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
