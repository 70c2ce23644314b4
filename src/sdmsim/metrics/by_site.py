"""How a year went at each site of a school."""

from __future__ import annotations

import numpy as np

from sdmsim.school.sites import sites_of
from sdmsim.school.vocabulary import School
from sdmsim.world.backdrop import Floats, summed


def shares_by_site(school: School, promised: Floats, got: Floats) -> dict[str, float]:
    """Minutes got / promised of each site's children (minutes by child); sites without a promise are left out."""
    site_of = {section.section: section.site for section in school.sections}
    sites = sites_of(school)
    at = np.array([sites.index(site_of[child.section]) for child in school.students], dtype=np.int64)
    owed, given = summed(at, promised, len(sites)), summed(at, got, len(sites))
    return {site: float(given[i] / owed[i]) for i, site in enumerate(sites) if owed[i] > 0.0}


def site_gap(school: School, promised: Floats, got: Floats) -> float:
    """The share of the best-served site minus the worst's; nan where there is one site."""
    if len(sites_of(school)) == 1:
        return float("nan")
    shares = shares_by_site(school, promised, got).values()
    return max(shares) - min(shares) if len(shares) > 1 else float("nan")
