"""The folder that may leave the house: a page, tables and pictures without what points at few children."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sdmsim.base import InputErrors, Problem
from sdmsim.lab.folder import read_manifest, whole, write_csv

if TYPE_CHECKING:
    from sdmsim.lab.results import Results

SHARE = "share"
TABLES = (
    "summary", "comparison", "joint", "best", "pairing", "tails", "groups", "weeks", "workload", "months", "ledger",
    "regroup", "record", "assumptions",
)  # fmt: skip
MAY_BE_SHARED = "This folder may be shared."
README = """\
{title}

{may_be_shared} Made with sdmsim {version}.

{sentences}

The title, the names of the arms and the names of groups are those of your own files: read them before you share.
The numbers are simulated; none is a record of a child.
"""


def write_shared(folder: Path, target: Path, least: int) -> None:
    """Write what may be shared of the results in `folder` into `target`: the whole folder or nothing.

    Raises:
        InputErrors: they are not an experiment's, or all children together are fewer than `least`.
    """
    from sdmsim.lab.results import Results
    from sdmsim.lab.sharing import shared
    from sdmsim.show.comparison_book import comparison_book
    from sdmsim.show.page import write_page
    from sdmsim.show.pictures import draw, save_all
    from sdmsim.show.report import html_report

    facts = read_manifest(folder)
    if "arms" not in facts or "staffing" in facts:
        text = "is not shared as it is: it holds one year or a week, child by child, or a search; share an experiment"
        raise InputErrors([Problem(str(folder), 0, "--share", text)])
    _refuse_other_files(target)
    found = shared(Results.read(folder), least)
    results: Results = found.results
    pictures = draw(results)
    with whole(target) as new:
        for name in TABLES:
            table = getattr(results, name)
            if len(table):
                write_csv(table, new / f"{name}.csv")
        save_all(pictures, new / "figures")
        (new / "comparison.xlsx").write_bytes(comparison_book(results))
        write_page(html_report(results, pictures, shared=found.left_out[0]), new / "report.html")
        said = "\n".join(found.left_out)
        about = {"title": results.title, "version": facts["sdmsim_version"], "may_be_shared": MAY_BE_SHARED}
        text = README.format(**about, sentences=said)
        write_page(text, new / "README.txt")


def _refuse_other_files(target: Path) -> None:
    """A folder that is not ours is not written over."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    readme = target / "README.txt"
    if not readme.is_file() or MAY_BE_SHARED not in readme.read_text(encoding="utf-8", errors="replace"):
        text = "is there and was not made by --share; give another --out or remove it first"
        raise InputErrors([Problem(str(target), 0, "--out", text)])
