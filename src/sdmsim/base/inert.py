"""Text that a spreadsheet shows and never works out."""

from __future__ import annotations

import re

_LIVE = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_QUOTE = "'"


def inert(text: str) -> str:
    """The text with a quotation mark before it where a spreadsheet would take it for a formula; numbers stay."""
    return f"{_QUOTE}{text}" if _LIVE.match(text) and not _NUMBER.fullmatch(text) else text


def as_meant(text: str) -> str:
    """The text before `inert`."""
    return text[1:] if text.startswith(_QUOTE) and inert(text[1:]) == text else text
