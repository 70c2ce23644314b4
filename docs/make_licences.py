"""Write docs/licences.md: the licence of every package that sdmsim needs to run, from the packages' own metadata.

Run in an environment in which sdmsim is installed with `-c constraints.txt`:

    python docs/make_licences.py            # writes the page
    python docs/make_licences.py --check    # exit status 1 where the page is out of date
"""

from __future__ import annotations

import sys
import tomllib
from importlib.metadata import Distribution, distribution

from making import DOCS, finish
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = DOCS.parent
COPYLEFT = ("GPL", "GENERAL PUBLIC LICENSE", "MPL", "EUPL", "CDDL", "EPL", "OSL", "CC-BY-SA")

HEAD = """\
# Licences of what sdmsim is built on

Made by `python docs/make_licences.py` from the metadata of the installed packages; do not edit by hand. sdmsim itself
is under the MIT licence. Listed are the packages that are installed with it, or with its extras `app`, `dask`, `docs`,
`futures` and `search`, at the versions of `constraints.txt`. The tools of the `test` extra (pytest, Hypothesis, Ciw,
Playwright, html5lib, nbclient, Ruff, mypy, pandas-stubs) are not part of a run and not listed.

| package | version | licence, as the package states it | needed by |
|---|---|---|---|
"""


def licence_of(package: Distribution) -> str:
    """The licence by its identifier, else by its classifiers, else the first line of its text."""
    about = package.metadata
    if expression := about.get("License-Expression"):
        return str(expression)
    classified = [
        c.split(" :: ")[-1] for c in about.get_all("Classifier", []) if c.startswith("License :: OSI Approved")
    ]
    if classified:
        return ", ".join(sorted(classified))
    return str(about.get("License") or "not stated").strip().splitlines()[0]


def needs() -> dict[str, set[str]]:
    """Every package needed to run, with those that ask for it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: dict[str, set[str]] = {}
    waiting = [("sdmsim", Requirement(text)) for text in project["dependencies"]]
    for extra in ("app", "dask", "docs", "futures", "search"):
        waiting += [(f"sdmsim[{extra}]", Requirement(text)) for text in project["optional-dependencies"][extra]]
    while waiting:
        asker, requirement = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        name = canonicalize_name(requirement.name)
        new = name not in found
        found.setdefault(name, set()).add(asker)
        if new:
            waiting += [(name, Requirement(text)) for text in distribution(name).requires or []]
    return found


def page() -> str:
    """The whole page."""
    rows = []
    copyleft = []
    for name, askers in sorted(needs().items()):
        package = distribution(name)
        licence = licence_of(package)
        rows.append(f"| {name} | {package.version} | {licence} | {', '.join(sorted(askers))} |")
        if any(word in licence for word in COPYLEFT):
            copyleft.append(name)
    if copyleft:
        verdict = f"A copyleft licence is named by: {', '.join(copyleft)}. See its text before you pass a copy on."
    else:
        verdict = "None of these packages states a copyleft licence."
    bundled = (
        "Wheels of NumPy, SciPy, Matplotlib, PyArrow, Pillow and OR-Tools carry compiled libraries of others; their\n"
        "licence files lie beside them in the installed packages. sdmsim ships none of these; pip fetches them."
    )
    return HEAD + "\n".join(rows) + f"\n\n{verdict}\n\n{bundled}\n"


if __name__ == "__main__":
    sys.exit(finish({"licences.md": page()}, "make_licences.py"))
