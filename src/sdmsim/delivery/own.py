"""A strategy of one's own: a class in a Python file beside the scenario, or in an installed module.

It is code, so it is run only where somebody said so: `admit` is called by the commands that simulate, after the console
has named the file. Reading or checking a scenario never imports it.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, PrivateAttr

from sdmsim.base import Described, InputErrors, Problem, did_you_mean, quoted, read_as
from sdmsim.delivery.vocabulary import Case, CaseFile, Choices, Setting, Strategy
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.vocabulary import Text
from sdmsim.streams import Luck

_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
OWN = "module:Class"
"""The kind of every strategy of one's own, once its name is read; in lists of kinds it says what to write."""
_admitted: set[tuple[str, str]] = set()
"""(file, strategy) of what this process was told to run."""


def _named(strategy: str) -> str:
    if not _NAME.fullmatch(strategy):
        raise ValueError(f'{quoted(strategy)} should be "module:Class"')
    return strategy


class Own(Described):
    """A class of one's own with `decide` (docs/own-strategy.md).

    A scenario names it by `kind = "module:Class"`; all other keys of [delivery] are its settings.
    """

    kind: Literal["module:Class"]
    strategy: Annotated[Text, AfterValidator(_named)]
    """module:Class; the module is looked for beside the scenario, then among those that are installed."""
    settings: Mapping[str, Any] = Field(default_factory=dict)
    """What the class is made with."""

    _folder: Path = PrivateAttr(default=Path())
    _scenario: str = PrivateAttr(default="scenario")
    _may_run: bool = PrivateAttr(default=False)

    def seen_from(self, folder: Path, scenario: str) -> None:
        """Where the scenario lies that names it, and under which name."""
        self._folder, self._scenario = folder.resolve(), scenario
        self._may_run = (str(self.file), self.strategy) in _admitted

    @property
    def file(self) -> Path | None:
        """The file beside the scenario; None where there is none: then the module is an installed one."""
        beside = self._folder.joinpath(*self.strategy.partition(":")[0].split(".")).with_suffix(".py")
        return beside if beside.is_file() else None

    def source(self) -> str:
        """SHA-256 of its file; of an installed module, its name."""
        return hashlib.sha256(self.file.read_bytes() if self.file else self.strategy.encode()).hexdigest()

    def made(self) -> Strategy:
        """The strategy itself.

        Raises:
            InputErrors: nobody admitted it, or it cannot be made.
        """
        if not self._may_run:
            raise self._refused("is code of your own; only the commands that simulate run it (or own.admit, in Python)")
        path, _, name = self.strategy.partition(":")
        try:
            module = _module(self.file, path)
        except Exception as error:  # whatever a user's own code raises when it is read is theirs to mend
            raise self._refused(f"cannot be imported: {type(error).__name__}: {error}") from None
        found: Any = getattr(module, name, None)
        if not isinstance(found, type) or not hasattr(found, "decide"):
            classes = [n for n, c in vars(module).items() if isinstance(c, type) and hasattr(c, "decide")]
            raise self._refused(f"has no class {name} with decide{did_you_mean(name, classes)}")
        made: Any
        if issubclass(found, BaseModel):
            made = read_as(found, {"kind": self.strategy, **self.settings}, f"{self._scenario}: delivery")
            return made  # type: ignore[no-any-return]
        try:
            made = found(**self.settings)
        except Exception as error:  # as above
            raise self._refused(f"cannot be made: {type(error).__name__}: {error}") from None
        return made  # type: ignore[no-any-return]

    def _refused(self, text: str) -> InputErrors:
        return InputErrors([Problem(self._scenario, 0, "delivery.kind", f'"{self.strategy}" {text}')])

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """As the class says."""
        return self.made().decide(caseload, calendar, luck)


@dataclass(frozen=True, slots=True)
class OwnReviews:
    """A strategy of one's own that reviews, as it travels to worker processes: by the name of its class."""

    own: Own

    @property
    def kind(self) -> str:
        """module:Class."""
        return self.own.strategy

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """As the class says."""
        return self.own.decide(caseload, calendar, luck)

    def review(self, files: Sequence[CaseFile]) -> Mapping[int, Setting]:
        """As the class says."""
        made: Any = self.own.made()
        moves: Mapping[int, Setting] = made.review(files)
        return moves


def admit(own: Own, announce: Callable[[str], None]) -> Strategy:
    """Let a strategy of one's own be run in this process and its workers, once `announce` was told which file it is.

    Raises:
        InputErrors: its name will not do, or it cannot be made.
    """
    key = (str(own.file), own.strategy)
    if key not in _admitted:
        announce(f"Running code of your own: {own.file or own.strategy.partition(':')[0] + ' (installed)'}")
        _admitted.add(key)
    own._may_run = True
    return own.made()


def tagged(content: Mapping[str, Any]) -> dict[str, Any]:
    """A scenario's content with `kind = "module:Class"` written out as the table that it stands for."""
    table = content.get("delivery")
    if not isinstance(table, Mapping) or ":" not in str(table.get("kind")) or table.get("kind") == "3:1":
        return dict(content)
    settings = {key: value for key, value in table.items() if key != "kind"}
    return {**content, "delivery": {"kind": OWN, "strategy": table["kind"], "settings": settings}}


def as_written(content: dict[str, Any]) -> dict[str, Any]:
    """The other way round, so that a setting is varied by the name that it has in the file."""
    table = content.get("delivery")
    if not isinstance(table, Mapping) or table.get("kind") != OWN:
        return content
    return {**content, "delivery": {"kind": table["strategy"], **table.get("settings", {})}}


_modules: dict[tuple[Path | None, str], ModuleType] = {}


def _module(file: Path | None, name: str) -> ModuleType:
    found = _modules.get((file, name))
    if found is None:
        if file is None:
            found = importlib.import_module(name)
        else:
            spec = importlib.util.spec_from_file_location(f"sdmsim_own_{name.replace('.', '_')}", file)
            assert spec is not None
            assert spec.loader is not None
            found = importlib.util.module_from_spec(spec)
            sys.modules[spec.name] = found
            spec.loader.exec_module(found)
        _modules[file, name] = found
    return found
