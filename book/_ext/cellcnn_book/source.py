"""Hand Sphinx the page's version of each chapter, and report every slip with its file and line."""

from pathlib import Path

from myst_nb.core import read as myst_nb_read
from sphinx.util import logging

from cellcnn_book.chapter import ChapterError, check_labels, page_source, parse

logger = logging.getLogger(__name__)


def is_chapter(docname):
    return docname.startswith("chapters/")


def report(error):
    for problem in error.problems:
        logger.error(problem.message, location=f"{problem.path}:{problem.line}")


def read_chapters(app, env, docnames):
    """Read all chapters before Sphinx reads any page; the directives look their part up here."""
    env.cellcnn_chapters = {}
    for docname in sorted(filter(is_chapter, env.found_docs)):
        path = Path(env.doc2path(docname))
        try:
            env.cellcnn_chapters[docname] = parse(path.read_text(encoding="utf-8"), path)
        except ChapterError as error:
            report(error)
    try:
        check_labels(env.cellcnn_chapters.values())
    except ChapterError as error:
        report(error)


def give_page_source(app, docname, content):
    """Replace a chapter's text by the page's; a chapter with slips is told about already and is not run."""
    if is_chapter(docname):
        chapter = app.env.cellcnn_chapters.get(docname)
        content[0] = page_source(chapter) if chapter else f"# {docname}\n\nThis chapter has slips.\n"


def read_with_right_lines(text, *args, _read=myst_nb_read.read_myst_markdown_notebook, **kwargs):
    """myst-nb's reader, with the lines of the cells corrected (off by two and more in myst-nb 1.4).

    It counts a cell from 1 and the renderer does so again; it drops the blank lines before a run of Markdown
    but not from the count; and it takes the line below a code cell's fence for that of the fence.
    """
    notebook = _read(text, *args, **kwargs)
    lines = text.split("\n")

    def right(cell, line):
        if cell.cell_type == "code":
            return line - 2
        while not lines[line].strip():
            line += 1
        return line - 1

    notebook.metadata["source_map"] = [
        right(cell, line) for cell, line in zip(notebook.cells, notebook.metadata["source_map"], strict=True)
    ]
    return notebook


def setup(app):
    myst_nb_read.read_myst_markdown_notebook = read_with_right_lines
    app.connect("env-before-read-docs", read_chapters)
    app.connect("source-read", give_page_source)
