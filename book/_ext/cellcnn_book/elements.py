"""HTML elements that docutils has no node for, such as `<details>`; other builders see what they hold."""

from docutils import nodes
from sphinx.transforms import SphinxTransform


class element(nodes.General, nodes.Element):
    """`tag` around the children; ids and classes as for every node, the rest in `attributes_html`."""


def new(tag, *children, classes=(), ids=(), **attributes):
    """Make an element of HTML."""
    return element("", *children, tag=tag, classes=list(classes), ids=list(ids), attributes_html=attributes)


def visit(self, node):
    self.body.append(self.starttag(node, node["tag"], suffix="", **node["attributes_html"]))


def depart(self, node):
    self.body.append(f"</{node['tag']}>\n")


class TidyTables(SphinxTransform):
    """Markdown demands a header row. Where it is empty it goes; an empty corner is no header of anything."""

    default_priority = 500

    def apply(self):
        for head in list(self.document.findall(nodes.thead)):
            if not head.astext().strip():
                head.parent.remove(head)
                continue
            for entry in list(head.findall(nodes.entry)):
                if not entry.astext().strip():
                    entry.replace_self(new("td"))


def setup(app):
    app.add_transform(TidyTables)
    app.add_node(element, html=(visit, depart))
