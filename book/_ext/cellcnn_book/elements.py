"""HTML elements that docutils has no node for, such as `<details>`; other builders see what they hold."""

from docutils import nodes


class element(nodes.General, nodes.Element):
    """`tag` around the children; ids and classes as for every node, the rest in `attributes_html`."""


def new(tag, *children, classes=(), ids=(), **attributes):
    """Make an element of HTML."""
    return element("", *children, tag=tag, classes=list(classes), ids=list(ids), attributes_html=attributes)


def visit(self, node):
    self.body.append(self.starttag(node, node["tag"], suffix="", **node["attributes_html"]))


def depart(self, node):
    self.body.append(f"</{node['tag']}>\n")


def setup(app):
    app.add_node(element, html=(visit, depart))
