"""A drawn figure with the words around it and the numbers behind it: how it is laid out, saved and shown."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib import rc_context
from matplotlib.figure import Figure

from sdmsim.lab.folder import without_formulas
from sdmsim.show.style import STYLE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def style() -> AbstractContextManager[None]:
    """The type and colours of all pictures, for a `with` block around drawing on axes of your own."""
    return rc_context(STYLE)


@dataclass(frozen=True)
class Picture:
    """A drawn figure with the words around it and the numbers behind it. Shows itself in a notebook."""

    name: str
    title: str
    caption: str
    alt: str
    """What the picture says, with its main numbers, for who does not see it."""
    figure: Figure
    numbers: pd.DataFrame

    def svg(self) -> bytes:
        """The picture as SVG, the same bytes each time."""
        return self._written("svg", {"Date": None, "Creator": "sdmsim"})

    def png(self) -> bytes:
        """The picture as PNG."""
        return self._written("png", {"Software": None})

    def _written(self, kind: str, metadata: dict[str, str | None]) -> bytes:
        buffer = io.BytesIO()
        with style():
            self.figure.savefig(buffer, format=kind, metadata=metadata, bbox_inches="tight", pad_inches=0.12)
        return buffer.getvalue()

    def csv(self) -> bytes:
        """The numbers as CSV: UTF-8, LF, six significant digits."""
        return without_formulas(self.numbers).to_csv(index=False, float_format="%.6g", lineterminator="\n").encode()

    def save(self, folder: Path) -> None:
        """Write NAME.png, NAME.svg and NAME.csv into the folder, which is made where it is not there."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.name}.svg").write_bytes(self.svg())
        (folder / f"{self.name}.png").write_bytes(self.png())
        (folder / f"{self.name}.csv").write_bytes(self.csv())

    def _repr_png_(self) -> bytes:
        return self.png()


def laid_out(picture: Picture) -> Picture:
    """The picture with its layout worked out once, so that a picture saved twice is the same twice."""
    with style():
        picture.figure.draw_without_rendering()
        picture.figure.set_layout_engine("none")
    return picture


def one_picture(
    draw: Callable[[Axes], pd.DataFrame],
    size: tuple[float, float],
    *,
    name: str,
    title: str,
    caption: str,
    alt: Callable[[pd.DataFrame], str],
) -> Picture:
    """A picture of one pair of axes of `size` (inches); `draw` returns the numbers, `alt` puts them into words."""
    with style():
        figure = Figure(figsize=size, layout="constrained")
        numbers = draw(figure.add_subplot())
        return laid_out(Picture(name, title, caption, alt(numbers), figure, numbers))


def save_all(pictures: Sequence[Picture], folder: Path) -> None:
    """Every picture into `folder` as PNG, SVG and CSV."""
    for picture in pictures:
        picture.save(folder)
