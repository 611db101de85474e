"""The committed notebooks are those of the chapters, and every solution passes its check."""

from pathlib import Path

import nbformat
import pytest
from cellcnn_book.library import Library
from cellcnn_book.notebook import solution_notebook, student_notebooks
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = sorted(path.stem for path in (ROOT / "book" / "chapters").glob("*.md"))


@pytest.fixture(scope="module")
def library():
    return Library(ROOT)


def test_there_are_chapters():
    assert CHAPTERS


def test_the_notebooks_are_fresh(library):
    written = {f"notebooks/{path.name}": path.read_bytes() for path in (ROOT / "notebooks").glob("*.ipynb")}
    wanted = {path: text.encode("utf-8") for path, text in student_notebooks(library).items()}
    stale = sorted(path for path in written | wanted if written.get(path) != wanted.get(path))
    assert not stale, "these are not what the chapters say: run `make notebooks`"


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_solution_passes_its_check(library, name, tmp_path):
    [chapter] = [one for one in library.chapters if one.name == name]
    notebook = nbformat.reads(solution_notebook(chapter, library), as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    answers = {cell.source: shown(cell) for cell in notebook.cells if cell.cell_type == "code"}
    for exercise in chapter.exercises:
        answer = answers[exercise.cell.solution_source]
        for checker in exercise.cell.checkers:
            assert f"{checker}: correct" in answer, answer


def shown(cell):
    """What a cell printed and the value it ended with."""
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "\n".join(texts)
