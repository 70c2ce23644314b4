"""What the scripts that write pages share: write them, or with --check say which are out of date."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

DOCS = Path(__file__).resolve().parent


def finish(pages: Mapping[str, str], script: str) -> int:
    """Write each page (by its name in docs/), or compare; the exit status is 1 where one is out of date."""
    if "--check" not in sys.argv[1:]:
        for name, text in pages.items():
            (DOCS / name).write_text(text, encoding="utf-8", newline="\n")
        return 0
    old = [n for n, text in pages.items() if not (DOCS / n).is_file() or (DOCS / n).read_text("utf-8") != text]
    for name in old:
        print(f"docs/{name} is out of date: run python docs/{script}", file=sys.stderr)
    return 1 if old else 0
