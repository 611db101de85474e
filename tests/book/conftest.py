"""The built site, and small books built on the spot."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def build_book(root, tmp_path_factory):
    """A function that builds a book of a few pages as `make book` would; it returns what was said, and where.

    `pages` maps paths below `book/` to their text. All that is not a page comes from this checkout.
    """

    def build(pages):
        folder = tmp_path_factory.mktemp("book")
        book = folder / "book"
        for name in ("_config.yml", "requirements.lock", "cellcnn_helpers"):
            (folder / name).symlink_to(root / name)
        for name, text in {"index.md": "# A book\n\nIts text.\n", **pages}.items():
            page = book / name
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
            notebook = folder / "notebooks" / f"{page.stem}.ipynb"
            notebook.parent.mkdir(exist_ok=True)
            notebook.write_text("{}")
        for name in ("_ext", "_static", "references.bib"):
            (book / name).symlink_to(root / "book" / name)
        entries = "".join(f"  - file: {Path(name).with_suffix('')}\n" for name in pages)
        (folder / "_toc.yml").write_text(f"format: jb-book\nroot: index\nchapters:\n{entries}")
        command = [sys.executable, root / "tools" / "book.py", folder]
        result = subprocess.run(command, capture_output=True, text=True, timeout=300)
        return result, folder

    return build


@pytest.fixture(scope="session")
def build_chapters(build_book):
    """Like `build_book`, for the bodies of chapters: {name: text below the front matter}."""
    head = (
        "---\njupytext:\n  text_representation: {extension: .md, format_name: myst}\n"
        "kernelspec: {display_name: Python 3, language: python, name: python3}\n---\n"
    )
    return lambda bodies: build_book({f"chapters/{name}.md": head + body for name, body in bodies.items()})
