"""TOML files, with what is wrong with them in words."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from sdmsim.base.problems import InputErrors, Problem, nearest


def read_toml(file: Path) -> dict[str, Any]:
    """The content of a TOML file.

    Raises:
        InputErrors: it is not there, cannot be read, is not UTF-8 or not TOML.
    """

    def refuse(text: str, line: int = 0) -> InputErrors:
        return InputErrors([Problem(file.name or str(file), line, "", text)])

    try:
        if file.is_dir():
            raise refuse("is a folder, should be a TOML file")
        if not file.exists():
            near = nearest(file.name, (p.name for p in file.parent.iterdir())) if file.parent.is_dir() else ""
            raise refuse("there is no such file" + (f'; did you mean "{near}"?' if near else ""))
        if not file.is_file():
            raise refuse("is not a file that can be read")
        content = file.read_bytes()
    except (OSError, ValueError) as error:
        raise refuse(f"cannot be read: {(getattr(error, 'strerror', None) or str(error)).lower()}") from None
    if content.startswith(b"PK\x03\x04"):
        raise refuse(
            "is an Excel workbook, should be a TOML file; sdmsim init DIR --from makes a scenario of your sheets"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + content.count(b"\n", 0, error.start)
        raise refuse(f"is not UTF-8 text (byte 0x{content[error.start]:02X})", line) from None
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise refuse("is not TOML that can be read: too many brackets within each other") from None
    except ValueError as error:
        words, line, column = _fault_of_toml(str(error), text)
        raise refuse(f"is not TOML: {words}{column}", line) from None


def _fault_of_toml(message: str, text: str) -> tuple[str, int, str]:
    """What the TOML reader found, its line (0 where it does not say) and column, with the usual slips named."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message)
    if found is None:
        return message, 0, ""
    line = int(found[2]) if found[2] else 1 + text.rstrip().count("\n")
    here = text.split("\n")[line - 1]
    words = found[1][0].lower() + found[1][1:]
    if re.search(r"=\s*[0-9]+,[0-9]+\s*(#|$)", here):
        words = "a number has a decimal comma, should be a point"
    elif found[1].startswith("Illegal character") and here.count('"') % 2:
        words = 'a quotation mark (") is not closed on its line'
    return words, line, f", column {found[3]}" if found[3] else ""
