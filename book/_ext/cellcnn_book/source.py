"""Hand Sphinx the page's version of each chapter, and report every slip that the chapter reader finds."""

from pathlib import Path

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


def setup(app):
    app.connect("env-before-read-docs", read_chapters)
    app.connect("source-read", give_page_source)
