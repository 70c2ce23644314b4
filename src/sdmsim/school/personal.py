"""What looks like a person, in headers and in cells: names, birth dates, addresses, numbers. It is never repeated."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sdmsim.base import quoted
from sdmsim.school.headers import key_of, personal_headers

LONGEST_ID = 64
_LOOKED_AT = 200
_ADVICE = "give each a code such as S001, or run sdmsim deidentify on the file"
_WORD = r"[^\W\d_](?:[^\W\d_]|['\u2019.-])*"
_SHAPES = (
    ("an e-mail address", re.compile(r"\S+@\S+\.\S+")),
    ("a social security number", re.compile(r"\d{3}-\d{2}-\d{4}")),
    ("a phone number", re.compile(r"(\+?1[-. ]?)?(\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}")),
    (
        "an address",
        re.compile(r"\d+ .*\b(st|street|ave|avenue|rd|road|blvd|ln|lane|dr|drive|ct|court|way)\b\.?.*", re.I),
    ),
    ("a name", re.compile(rf"(mr|mrs|ms|miss|mx|dr|se\u00f1ora?)\.? {_WORD}.*", re.I)),
    ("a name", re.compile(rf"{_WORD}( {_WORD})*( (jr|sr|i+|iv)\.?)?, ?{_WORD}( {_WORD})*\.?", re.I)),
)
_FULL_NAME = re.compile(rf"{_WORD}(?: {_WORD}){{1,4}}")
_DAY = re.compile(r"(19|20)\d{2}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}[/.](\d{2}|\d{4})")
_FIRST_NAME = re.compile(r"[^\W\d_a-z][^\W\d_A-Z]{2,}")


def looks_like(cell: str) -> str:
    """What of a person a text seems to hold, such as "a name"; empty where nothing of the kind."""
    cell = cell[:_LOOKED_AT]
    found = next((kind for kind, shape in _SHAPES if shape.fullmatch(cell)), "")
    if not found and _FULL_NAME.fullmatch(cell) and all(word[0].isupper() for word in cell.split()):
        return "a name"
    return found


def person_in(cell: str) -> str:
    """The same for a cell that should hold a child's code: words alone, or a date, are no code."""
    if _DAY.fullmatch(cell):
        return "a date"
    return looks_like(cell) or ("a name" if _FULL_NAME.fullmatch(cell) else "")


def shown(cell: str) -> str:
    """A cell in quotation marks, as `quoted`; where it looks like a person, only that."""
    kind = looks_like(cell)
    return f"a cell that looks like {kind} (not repeated here)" if kind else quoted(cell)


def code_fault(cell: str) -> str:
    """Why a text may not be a child's code, without the text itself; empty where it may."""
    if kind := person_in(cell):
        return f"looks like {kind} (not repeated here); {_ADVICE}"
    if len(cell) > LONGEST_ID:
        return f"has {len(cell)} signs, more than the {LONGEST_ID} that an id may have"
    return ""


def header_fault(header: str, file: str) -> str:
    """Why a column under this header may not be in a table at all; empty where it is only unknown."""
    kind = personal_headers().get(key_of(header), "") or _by_word(header)
    if not kind:
        return ""
    return f"looks like {kind}; remove the column, or run sdmsim deidentify on {file}"


def _by_word(header: str) -> str:
    words = re.split(r"[^a-z]+", header.casefold())
    return "names" if {"name", "names"} & set(words) else ""


def may_be_first_names(ids: Iterable[str]) -> bool:
    """Whether most of these codes are one capitalised word each, as first names are."""
    found = list(ids)
    return len(found) >= 3 and 2 * sum(_FIRST_NAME.fullmatch(one) is not None for one in found) > len(found)
