"""What executed cells show: measured values taken into the prose, and checks that a reader gets all of it.

All of this works on the page's tree after myst-nb has put the outputs in, so it is the same whether a chapter
was executed just now or its outputs came from the cache.
"""

import re

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

logger = logging.getLogger(__name__)

ANSI = re.compile(r"\x1b\[[0-9;]*m")
IMG_WITHOUT_ALT = re.compile(r"<img\b(?![^>]*\balt=[\"'][^\"'])")
STARTING_STATE = (
    '<noscript><p class="widget-noscript">This is an interactive figure and needs JavaScript. '
    "The figure above shows its starting state.</p></noscript>"
)


class pending_measured(nodes.inline):
    """A value to be taken from the output of a cell; the transform puts it here."""


class MeasuredRole(SphinxRole):
    def run(self):
        node = pending_measured(name=self.text)
        self.set_source_info(node)
        return [node], []


def location(node):
    """The nearest place in the source: outputs know their cell's line, but not every node in them does."""
    while node is not None and not node.line:
        node = node.parent
    return node


def cells(document):
    return [node for node in document.findall(nodes.container) if node.get("nb_element") == "cell_code"]


def outputs_of(cell):
    return [node for node in cell.children if node.get("nb_element") == "cell_code_output"]


def output_text(cell):
    """What the cell printed, or the plain text of its value."""
    texts = []
    for block in (block for output in outputs_of(cell) for block in output.findall(nodes.literal_block)):
        mime_type = block.parent.get("mime_type", "text/plain")
        if mime_type == "text/plain":
            texts.append(block.astext().strip())
    return "\n".join(texts)


class FinishOutputs(SphinxTransform):
    """Fill in measured values, and check what is left."""

    default_priority = 500

    def apply(self):
        if not failure(
            self.document.settings.env
        ):  # else what follows the failing cell is missing, and told once
            self.fill_in_measured()
            self.check_exact()
        self.explain_widgets()
        self.check_alt()

    def fill_in_measured(self):
        values = {}
        for cell in cells(self.document):
            for tag in cell["classes"]:
                if tag.startswith("tag_measured-"):
                    values[tag.removeprefix("tag_measured-")] = output_text(cell)
        for node in list(self.document.findall(pending_measured)):
            value = values.get(node["name"])
            if value is None:
                known = ", ".join(sorted(values)) or "none"
                message = "no cell on this page is tagged `measured-%s`. Tagged are: %s."
                logger.error(message, node["name"], known, location=location(node))
            elif not value or "\n" in value:
                message = "`measured-%s` must print one line, to stand in a sentence: got %r."
                logger.error(message, node["name"], value, location=location(node))
            node.replace_self(nodes.inline("", value or "?", classes=["measured"]))

    def check_exact(self):
        """Compare what the build computed with what the source promises to notebook and prose."""
        env = self.document.settings.env
        chapter = env.cellcnn_chapters.get(env.docname) if hasattr(env, "cellcnn_chapters") else None
        if chapter is None:
            return
        for node, cell in zip(cells(self.document), chapter.code_cells, strict=True):
            if cell.expected and output_text(node) != cell.expected.text.strip():
                message = "the cell gives %r, but {expected-output} says %r."
                where = f"{env.doc2path(env.docname)}:{cell.expected.line}"
                logger.error(message, output_text(node), cell.expected.text.strip(), location=where)

    def explain_widgets(self):
        for container in self.document.findall(nodes.container):
            if container.get("mime_type") == "application/vnd.jupyter.widget-view+json":
                container += nodes.raw("", STARTING_STATE, format="html")

    def check_alt(self):
        for image in self.document.findall(nodes.image):
            if not image.get("alt", "").strip():
                message = "an image without alt text: say in `alt` what a reader should see in it."
                logger.error(message, location=location(image))
        for raw in self.document.findall(nodes.raw):
            if "html" in raw.get("format", "") and IMG_WITHOUT_ALT.search(raw.astext()):
                logger.error("an `<img>` without alt text in this HTML.", location=location(raw))


def failure(env):
    """The traceback with which the execution of this page stopped, or None."""
    data = NbMetadataCollector.get_exec_data(env, env.docname)
    return data["traceback"] if data else None


def report_failing_cell(app, doctree):
    """Say where execution stopped: myst-nb names the page alone."""
    docname = app.env.docname
    traceback = failure(app.env)
    if not traceback:
        return
    _, _, told = ANSI.sub("", traceback).partition("executing the following cell:\n")
    source, _, error = told.strip("-\n").partition("\n-----")
    cells = app.env.cellcnn_chapters[docname].code_cells
    line = next((cell.line for cell in cells if cell.stub_source.strip() == source.strip()), "")
    last = (error or traceback).strip().splitlines()[-1]
    logger.error("this cell fails: %s", last, location=f"{app.env.doc2path(docname)}:{line}")


def setup(app):
    app.add_role("measured", MeasuredRole())
    app.add_transform(FinishOutputs)
    app.connect("doctree-read", report_failing_cell)
