"""What each column of a table means, for those who fill it in: the docstrings below the fields, from the source."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel

from sdmsim.base import Described
from sdmsim.school.slots import Slot
from sdmsim.school.vocabulary import (
    Block,
    CalendarEntry,
    Drive,
    Pair,
    Posting,
    Room,
    Section,
    StaffMember,
    Student,
)

OF_COLUMNS: Mapping[tuple[type[BaseModel], str], str] = {
    (Student, "id"): "A code, unique in the table.",
    (Student, "grade"): "The grade of the class.",
    (Student, "section"): "The child's class, from sections.csv.",
    (Section, "grade"): "All children of a class are of one grade.",
    (Section, "teacher"): "A code.",
    (Block, "grade"): "The grade whose day this is.",
    (Block, "day"): "`daily` stands for all five weekdays.",
    (Block, "start"): "First minute of the block.",
    (Block, "end"): "First minute after it.",
    (StaffMember, "id"): "A code, unique in the table.",
    (StaffMember, "lunch_end"): "End of that window.",
    (StaffMember, "documentation"): "Minutes a week.",
    (StaffMember, "evaluation"): "Minutes a week.",
    (StaffMember, "consultation"): "Minutes a week of consultation that no service row asks for.",
    (StaffMember, "meetings"): "Minutes a week.",
    (StaffMember, "planning"): "Minutes a week, apart from planning with teachers of push-in classes.",
    (StaffMember, "duty"): "Minutes a week, such as watching arrivals.",
    (CalendarEntry, "date"): "The date, or the first one of a range.",
    (CalendarEntry, "kind"): "What is different.",
    (Room, "room"): "A name, unique in the table.",
    (Slot, "day"): "The weekday, every week.",
    (Pair, "rule"): "Whether they sit together.",
    (Posting, "day"): "`daily` stands for all five weekdays.",
    (Posting, "start"): "From when; within the contract day.",
    (Posting, "end"): "Until when; a drive to the next site begins then.",
    (Drive, "site"): "A site of sections.csv.",
    (Drive, "other"): "Another one.",
}
"""Meanings of columns that have no docstring, their name being enough for whoever reads the class."""


@cache
def docs_of(model: type[BaseModel]) -> Mapping[str, str]:
    """The docstring below each field of a class and of the abstract class that it is made from."""
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for base in model.__bases__:
        found |= docs_of(base) if issubclass(base, Described) and base is not Described else {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        target = field.target if isinstance(field, ast.AnnAssign) else None
        if isinstance(target, ast.Name) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            found[target.id] = " ".join(str(text.value.value).split())
    return found


def meaning_of(model: type[BaseModel], column: str) -> str:
    """What a column means, in a sentence or two."""
    return docs_of(model).get(column) or OF_COLUMNS.get((model, column), "")
