"""What everyone may know: frozen descriptions, problems in the words of the user's file, digests."""

from sdmsim.base.described import Described, as_key, digest, dotted, explain, plain, read_as
from sdmsim.base.inert import as_meant, inert
from sdmsim.base.problems import (
    FIRST_YEAR,
    LAST_YEAR,
    SHOWN_PER_FILE,
    InputErrors,
    Problem,
    date_meant,
    day_of,
    did_you_mean,
    nearest,
    quoted,
)
from sdmsim.base.replacing import replace_at
from sdmsim.base.toml_files import read_toml

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "SHOWN_PER_FILE",
    "Described",
    "InputErrors",
    "Problem",
    "as_key",
    "as_meant",
    "date_meant",
    "day_of",
    "did_you_mean",
    "digest",
    "dotted",
    "explain",
    "inert",
    "nearest",
    "plain",
    "quoted",
    "read_as",
    "read_toml",
    "replace_at",
]
