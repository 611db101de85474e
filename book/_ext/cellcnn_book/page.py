"""What every page gets: its scripts, its buttons, its description; and the theme's slips mended.

Addresses come from `address.py`, so `make configure` moves them all.
"""

from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.fileutil import copy_asset

from cellcnn_book.address import Address
from cellcnn_book.source import is_chapter

logger = logging.getLogger(__name__)

# Summaries of search results are fetched, which a browser refuses on a page opened from disk.
NO_SUMMARY_FROM_DISK = "if (location.protocol === 'file:') DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;"


def root_of(app):
    """The root of the checkout."""
    return Path(app.srcdir).parent


def choose_files(app, config):
    """Load our own files and nothing else.

    Jupyter Book would load every script under _static on every page, the parts of MathJax and the widgets'
    loader with them. sphinx-thebe writes the same `const` twice, an error in the console of every page.
    """
    config.html_css_files = ["cellcnn.css"]
    config.html_js_files = [("quiz.js", {"defer": "defer"}), (None, {"body": NO_SUMMARY_FROM_DISK})]
    config.html_baseurl = Address.read(root_of(app)).site
    for listeners in app.events.listeners.values():
        listeners[:] = [one for one in listeners if one.handler.__module__ != "sphinx_thebe"]
    app.registry.css_files[:] = [one for one in app.registry.css_files if one[0] != "sphinx-thebe.css"]


def notebook_of(app, pagename):
    """The committed student notebook of a chapter."""
    return root_of(app) / "notebooks" / f"{pagename.rpartition('/')[2]}.ipynb"


def add_buttons(app, pagename, templatename, context, doctree):
    """Put Colab and the student notebook first among a chapter's buttons."""
    if not is_chapter(pagename):
        return
    notebook = notebook_of(app, pagename)
    context["header_buttons"][:0] = [
        {
            "type": "link",
            "url": Address.read(root_of(app)).colab_url(notebook.stem),
            "text": "Colab",
            "tooltip": "Open this chapter's notebook in Google Colab",
            "icon": "_static/images/logo_colab.png",
            "label": "colab",
        },
        {
            "type": "link",
            "url": context["pathto"](f"notebooks/{notebook.name}", 1),
            "text": "Notebook",
            "tooltip": "Download this chapter's notebook",
            "icon": "fas fa-download",
            "label": "notebook",
        },
    ]


def add_description(app, pagename, templatename, context, doctree):
    """Describe the page to search engines with its first paragraph; pages without text with the book's."""
    home = app.env.get_doctree(app.config.root_doc)
    first = (doctree and doctree.next_node(nodes.paragraph)) or home.next_node(nodes.paragraph)
    text = " ".join(first.astext().split())
    if len(text) > 160:
        text = text[:159].rpartition(" ")[0] + "…"
    tag = f'\n<meta name="description" content="{escape(text)}" />'
    context["metatags"] = context.get("metatags", "") + tag


def copy_notebooks(app):
    """Put the student notebooks of the chapters into the site, for the download buttons."""
    for docname in sorted(filter(is_chapter, app.env.found_docs)):
        notebook = notebook_of(app, docname)
        if notebook.exists():
            copy_asset(notebook, Path(app.outdir) / "notebooks")
        else:
            logger.warning(
                "its notebook %s is missing: run `make notebooks`", notebook.name, location=docname
            )
    return []


def setup(app):
    app.connect("config-inited", choose_files)
    app.connect("html-page-context", add_buttons, priority=502)  # the theme makes the list at 501
    app.connect("html-page-context", add_description)
    app.connect("html-collect-pages", copy_notebooks)
