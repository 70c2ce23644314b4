"""Where a school comes from: the user's tables, or a seeded generator."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from sdmsim.base import Described
from sdmsim.school.synthetic import Synthetic
from sdmsim.school.tables import read_school
from sdmsim.school.vocabulary import School, Text


class Tables(Described):
    """A school as CSV files, named relative to the scenario file."""

    kind: Literal["tables"]
    students: Text
    services: Text
    sections: Text
    bell: Text
    staff: Text
    calendar: Text
    rooms: Text | None = None
    pairs: Text | None = None

    def files(self) -> dict[str, str]:
        """Table name to file name, without the optional ones that are not given."""
        return {name: value for name, value in self if name != "kind" and value is not None}

    def school(self, folder: Path) -> School:
        """Read and check every table.

        Raises:
            InputErrors: every problem of every table.
        """
        return read_school(folder, self.files())


SchoolSource = Annotated[Tables | Synthetic, Field(discriminator="kind")]
