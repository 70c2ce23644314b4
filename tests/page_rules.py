"""Rules that every page which the program writes keeps, for the tests of reports."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

HEADINGS = ("h1", "h2", "h3", "h4")
LEAST_CONTRAST = 4.5
"""Of text on its ground: WCAG 2.2, 1.4.3."""


def parsed(html: str) -> Element:
    """The page, read by a strict parser of HTML5; it raises where a browser would have to guess."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # html5lib 1.1 uses what newer Pythons call old
        import html5lib

        return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)


def broken_rules(html: str) -> list[str]:
    """What is wrong with a page, in words; nothing where it is valid, reachable for all, and loads nothing."""
    root = parsed(html)
    return [*_document(root), *_headings(root), *_tables(root), *_pictures(root), *_outside(root, html), *_inks(html)]


def _document(root: Element) -> Iterator[str]:
    if root.get("lang") != "en":
        yield "no language is given"
    if not (root.findtext("head/title") or "").strip():
        yield "no title"
    for name, count in Counter(e.get("id") for e in root.iter() if e.get("id")).items():
        if count > 1:
            yield f"id {name} stands {count} times"


def _headings(root: Element) -> Iterator[str]:
    levels = [HEADINGS.index(e.tag) + 1 for e in root.iter() if e.tag in HEADINGS]
    if levels.count(1) != 1 or levels[0] != 1:
        yield "the page has not one h1, first"
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"h{after} follows h{before}"
    for e in root.iter():
        if e.tag in HEADINGS and not "".join(e.itertext()).strip():
            yield "an empty heading"


def _tables(root: Element) -> Iterator[str]:
    for table in root.iter("table"):
        rows = list(table.iter("tr"))
        name = "".join(rows[0].itertext())[:40]
        if any(cell.get("scope") not in ("col", "row", "rowgroup") for cell in table.iter("th")):
            yield f"a head without scope in the table {name}"
        if not all(row.find("th") is not None for row in rows):
            yield f"a row without a head in the table {name}"
        if len(set(_widths(rows))) > 1:
            yield f"rows of different widths in the table {name}"


def _widths(rows: list[Element]) -> list[int]:
    """Cells of each row, with those that reach into it from above."""
    above: list[int] = []
    found = []
    for row in rows:
        reaching = sum(1 for left in above if left > 0)
        above = [left - 1 for left in above if left > 1]
        own = 0
        for cell in row:
            wide, high = int(cell.get("colspan", "1")), int(cell.get("rowspan", "1"))
            own += wide
            above += [high - 1] * wide if high > 1 else []
        found.append(own + reaching)
    return found


def _pictures(root: Element) -> Iterator[str]:
    for picture in root.iter("img"):
        alt = picture.get("alt", "")
        if len(alt) < 30 or not re.search(r"\d", alt):
            yield f"a picture without numbers in its words: {alt}"


def _outside(root: Element, html: str) -> Iterator[str]:
    for e in root.iter():
        if e.tag in ("script", "link", "iframe", "object", "embed", "base", "form"):
            yield f"<{e.tag}>"
        for key in ("src", "href", "action", "poster", "srcset", "data", "background"):
            value = e.get(key, "")
            if value and not value.startswith(("data:", "#")):
                yield f"{e.tag} has {key}={value[:40]}"
        if any(key.startswith("on") for key in e.attrib):
            yield f"{e.tag} obeys an event"
    for style in re.findall(r"<style>(.*?)</style>", html, re.S):
        if "url(" in style or "@import" in style:
            yield "the style loads something"


def _inks(html: str) -> Iterator[str]:
    """Every ink of the style on every ground of it: any text stays readable wherever it stands."""
    style = "".join(re.findall(r"<style>(.*?)</style>", html, re.S))
    inks = set(re.findall(r"(?<![-\w])color: (#[0-9a-f]{3,6})", style))
    grounds = set(re.findall(r"background: (#[0-9a-f]{3,6})", style))
    assert inks
    assert grounds
    for ink in sorted(inks):
        for ground in sorted(grounds):
            if contrast(ink, ground) < LEAST_CONTRAST:
                yield f"{ink} on {ground} has a contrast of {contrast(ink, ground):.1f}"


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, as WCAG has it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def text_of(element: Any) -> str:
    """All text below an element, blanks folded."""
    return re.sub(r"\s+", " ", " ".join(element.itertext()))
