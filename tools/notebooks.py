"""Write the student notebooks from the chapters; `make notebooks` runs it.

A notebook whose chapter is gone is removed. Where a chapter has slips, each is printed as `path:line: what is
wrong`, and nothing is written.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from cellcnn_book.chapter import ChapterError  # noqa: E402
from cellcnn_book.library import Library  # noqa: E402
from cellcnn_book.notebook import student_notebooks  # noqa: E402


def main():
    try:
        texts = student_notebooks(Library(ROOT))
    except ChapterError as error:
        sys.exit(str(error))
    folder = ROOT / "notebooks"
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.ipynb"):
        if path.relative_to(ROOT).as_posix() not in texts:
            path.unlink()
    for path, text in texts.items():
        (ROOT / path).write_text(text, encoding="utf-8", newline="\n")
    print(f"notebooks: {len(texts)} in {folder.name}/")


if __name__ == "__main__":
    main()
