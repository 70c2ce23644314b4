"""What everyone may know: frozen descriptions, problems in the words of the user's file, digests."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError


class Described(BaseModel):
    """Something read from a file: frozen, closed, validated once."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One thing wrong in a user's file.

    `row` is the line in the file (the header is line 1) or 0 where there is none;
    `where` is a column or a dotted key, or empty for the file as a whole.
    """

    file: str
    row: int
    where: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.row}" if self.row else self.file
        return f"{place}: {self.where}: {self.text}" if self.where else f"{place}: {self.text}"


class InputErrors(Exception):
    """Every problem found in the user's files, at once, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[Any, ...]:
        return InputErrors, (self.problems,)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "3A"?` where a known word is near, else the known words if few, else nothing."""
    words = sorted(set(known))
    folded = {w.casefold(): w for w in words}
    near = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.6)
    if near:
        return f'; did you mean "{folded[near[0]]}"?'
    return f" (known: {', '.join(words)})" if 0 < len(words) <= 12 else ""


def digest(thing: Any) -> str:
    """SHA-256 of the canonical JSON of plain lists, dicts, texts and numbers."""
    text = json.dumps(thing, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def explain(error: ValidationError, file: str) -> list[Problem]:
    """Pydantic's findings about one file as problems in the words of that file."""
    problems = []
    for found in error.errors():
        where = ".".join(str(part) for part in found["loc"])
        problems.append(Problem(file, 0, where, found["msg"]))
    return problems
