"""Headers in whatever spelling: which column of a table a word of a district's own sheet stands for."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

_NOT_TABLES = ("sheets", "personal", "names", "values")


def key_of(header: str) -> str:
    """What is left of a header without capitals, spaces, signs and plurals: `Student IDs` is `studentid`."""
    text = re.sub(r"([a-z])([A-Z])", r"\1 \2", unicodedata.normalize("NFKC", header))
    text = text.casefold().replace("%", " percent ").replace("#", " number ")
    words = re.findall(r"[^\W_]+", re.sub(r"['\u2019]s?\b", "", text))
    return "".join(_alike.get(word, word) for word in map(_singular, words))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us")) else word


_alike = {
    "min": "minute",
    "wk": "week",
    "wkly": "weekly",
    "mo": "month",
    "no": "number",
    "num": "number",
    "nr": "number",
    "a": "per",
    "gr": "grade",
    "grd": "grade",
    "stu": "student",
    "freq": "frequency",
    "hr": "homeroom",
    "tchr": "teacher",
}
"""Words that are one word, in any header."""


@cache
def _content() -> Mapping[str, Mapping[str, Any]]:
    text = resources.files("sdmsim.school").joinpath("headers.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def synonyms(table: str) -> Mapping[str, str]:
    """Column by the key of each header that stands for it; a column's own name goes before another's synonym."""
    columns = _content()[table]
    found = {key_of(column): column for column in columns}
    for column, words in columns.items():
        for word in words:
            found.setdefault(key_of(word), column)
    return found


@cache
def _tables_by_name() -> Mapping[str, str]:
    return {key_of(word): table for table, words in _content()["sheets"].items() for word in words}


def table_named(name: str) -> str:
    """The table that a sheet or file of this name holds, figures such as a year apart; empty where it says nothing."""
    return _tables_by_name().get(key_of(re.sub(r"[0-9]+", " ", name)), "")


@cache
def known_keys() -> frozenset[str]:
    """Keys of every header that is known for anything."""
    tables = (synonyms(table) for table in _content() if table not in _NOT_TABLES)
    return frozenset(key for words in (*tables, personal_headers(), names_of_persons()) for key in words)


@cache
def personal_headers() -> Mapping[str, str]:
    """What of a person stands under a header, by the header's key."""
    return {key_of(word): kind for kind, words in _content()["personal"].items() for word in words}


@cache
def names_of_persons() -> Mapping[str, str]:
    """`child`, `child_last`, `child_first` or `adult` by the header's key."""
    return {key_of(word): part for part, words in _content()["names"].items() for word in words}


@cache
def values_of(column: str) -> Mapping[str, str]:
    """The word of a table by the key of each word that a cell may have for it; empty for columns without such."""
    found = _content()["values"].get(column, {})
    return {key_of(word): value for value, words in found.items() for word in (value, *words)}
