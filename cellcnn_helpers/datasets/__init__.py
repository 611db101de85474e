"""Named data sets, and your own images from a folder or a file.

``load`` knows the named ones. Files are looked for in the folder that the environment variable
``CELLCNN_DATA`` names, then in the user's cache; only then are they downloaded, and never with
``CELLCNN_OFFLINE=1``.
"""

from .duplicates import find_duplicates
from .folder import from_folder
from .load import NAMES, load
from .npz import from_npz

__all__ = ["NAMES", "find_duplicates", "from_folder", "from_npz", "load"]
