"""What all widgets share: their browser side is put together from plain files, arrays travel as bytes."""

from pathlib import Path

import anywidget
import numpy as np
import traitlets

FOLDER = Path(__file__).parent


class CourseWidget(anywidget.AnyWidget):
    """A widget whose browser side is the text of a few plain files in this folder, one after the other.

    A subclass names them in `parts`: ``("picture", "convolution")`` stands for ``picture.js`` and
    ``convolution.js``, after ``common.js``. Together they are one ES module: nothing has to be bundled, and
    the widget works where no file can be fetched. The look of all widgets is ``widgets.css``; a part that
    needs rules of its own has a ``.css`` file beside its ``.js``.
    """

    parts = ()

    def __init_subclass__(cls, **kwargs):
        if "parts" in vars(cls):  # anywidget derives a class for each widget, whose `_esm` is a trait
            scripts = [FOLDER / f"{part}.js" for part in ("common", *cls.parts)]
            styles = [FOLDER / f"{part}.css" for part in ("widgets", *cls.parts)]
            cls._esm = _joined(scripts)
            cls._css = _joined(style for style in styles if style.exists())
        super().__init_subclass__(**kwargs)


def _joined(files):
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


class CheckedTrait(traitlets.Any):
    """A trait whose values are judged by the widget's own check alone; `Any` lets None pass unseen."""

    allow_none = False


def arrays_to_bytes(arrays, widget=None):
    """Return a dict of arrays as the browser takes them: {name: {"shape", "dtype", "data"}}."""
    return {
        name: {
            "shape": list(array.shape),
            "dtype": array.dtype.name,
            "data": array.astype(array.dtype.newbyteorder("<")).tobytes(),  # what every browser expects
        }
        for name, array in arrays.items()
    }


def arrays_from_bytes(packed, widget=None):
    """Return the arrays that `arrays_to_bytes` was given."""
    return {
        name: np.frombuffer(entry["data"], np.dtype(entry["dtype"]).newbyteorder("<")).reshape(entry["shape"])
        for name, entry in packed.items()
    }


def cells_to_browser(cells, widget=None):
    """Return a CellImageDataset as the browser takes it: pictures in 256 grey levels, classes as named."""
    images = cells.images
    if images.dtype != np.uint8:
        images = np.clip(np.round(255 * (images / max(images.max(), 1))), 0, 255).astype(np.uint8)
    return {
        "images": arrays_to_bytes({"images": images})["images"],
        "labels": cells.labels.tolist(),
        "class_names": list(cells.class_names),
    }
