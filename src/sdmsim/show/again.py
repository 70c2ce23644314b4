"""Pictures and report again, from a folder of results of any kind; nothing is run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sdmsim.base import InputErrors, Problem
from sdmsim.lab.folder import read_manifest

if TYPE_CHECKING:
    from sdmsim.show.pictures import Picture


def pictures_of(folder: Path) -> Sequence[Picture]:
    """Every picture that the results in a folder have the numbers for.

    Raises:
        InputErrors: it is no folder of results, or of a kind whose pictures are drawn from more than its files.
    """
    manifest = read_manifest(folder)
    if "staffing" in manifest:
        from sdmsim.lab.staffing import Staffed
        from sdmsim.show.pictures.staffing import staffing_picture

        return [staffing_picture(Staffed.read(folder))]
    if "sensitivity" in manifest:
        from sdmsim.lab.drivers.study import Study
        from sdmsim.show.drivers.drawing import study_pictures

        return study_pictures(Study.read(folder))
    _refuse_a_trace(folder, manifest, "pictures")
    from sdmsim.lab.results import Results
    from sdmsim.show.pictures import draw

    return draw(Results.read(folder))


def write_report_of(folder: Path, file: Path) -> None:
    """Write the page of the results in a folder.

    Raises:
        InputErrors: it is no folder of results, or of a kind whose page is made of more than its files.
    """
    manifest = read_manifest(folder)
    if "staffing" in manifest:
        from sdmsim.lab.staffing import Staffed
        from sdmsim.show.pictures.staffing import staffing_picture
        from sdmsim.show.report_staffing import write_staffing_report

        found = Staffed.read(folder)
        write_staffing_report(found, file, staffing_picture(found))
        return
    if "sensitivity" in manifest:
        from sdmsim.lab.drivers.study import Study
        from sdmsim.show.drivers.page import html_of_study
        from sdmsim.show.page import write_page

        write_page(html_of_study(Study.read(folder)), file)
        return
    if "replication" in manifest:
        from sdmsim.show.report_year import write_year_report

        write_year_report(folder, file)
        return
    _refuse_a_trace(folder, manifest, "report")
    from sdmsim.lab.results import Results
    from sdmsim.show.report import write_report

    write_report(Results.read(folder), file)


def _refuse_a_trace(folder: Path, manifest: dict[str, object], what: str) -> None:
    if "student" in manifest:
        text = f"holds the year of one child; give `sdmsim trace` again for its {what}"
        raise InputErrors([Problem(str(folder), 0, "", text)])
