"""Write docs/schema/*.json: the JSON schemas of the files that a user writes, for editors.

python docs/make_schemas.py            # writes them
python docs/make_schemas.py --check    # exit status 1 where one is out of date
"""

from __future__ import annotations

import sys

from making import DOCS, finish

from sdmsim.show.schemas import as_text, schemas_of_files


def main() -> int:
    """Write the schemas, or compare; the exit status."""
    (DOCS / "schema").mkdir(exist_ok=True)
    pages = {f"schema/{name}.schema.json": as_text(schema) for name, schema in schemas_of_files().items()}
    return finish(pages, "make_schemas.py")


if __name__ == "__main__":
    sys.exit(main())
