"""Fit how children grow, and how probes vary, to public data sets: the `measured` numbers of the ledger from D2 and D3.

    python experiments/fit_growth.py FOLDER

FOLDER holds the public data sets, which do not ship with the package (docs/sources.md):
  egsingle_math_growth.csv.gz, autism_vsae.csv, scd_session_trajectories.csv, scd_vocab_repeated_acquisition.csv
"""

from __future__ import annotations

import sys
from pathlib import Path

from sdmsim.base import InputErrors
from sdmsim.lab.growth_fits import against_first_fits, fit_courses, fit_growth
from sdmsim.lab.growth_hold_out import hold_out


def main(folder: Path) -> None:
    """Print every fitted number, how it compares with a first fit, and what one half says of the other."""
    found = fit_growth(folder) | fit_courses(folder)
    for name, value in found.items():
        print(f"{name:45} {value:8.3f}")
    print("\nBeside a first fit:")
    for name, value, first, tolerance, within in against_first_fits(found):
        print(f"{name:45} {value:8.3f}  first {first:g} +- {tolerance:g}  {'within' if within else 'NOT within'}")
    print("\nOne half predicts the other (middle 90 %):")
    for one in hold_out(folder):
        where = "inside" if one.inside else "OUTSIDE"
        print(f"{one.data}, {one.quantity}: {one.low:.2f} to {one.high:.2f}, seen {one.seen:.2f}, {where}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        main(Path(sys.argv[1]))
    except InputErrors as error:
        sys.exit(str(error))
