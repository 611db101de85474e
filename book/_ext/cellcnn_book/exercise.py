"""Exercises on the page: a numbered box, then hints and solution, folded; and the instructor's notes."""

import re
from html import escape
from importlib import import_module
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from cellcnn_book.elements import new


class folded_solution(nodes.General, nodes.Element):
    """Hints and a solution as attributes, not as text: so Sphinx's search index never sees them."""


class ChapterDirective(SphinxDirective):
    """A directive that looks its part of the chapter up instead of reading it a second time."""

    has_content = True

    @property
    def chapter(self):
        chapter = self.env.cellcnn_chapters.get(self.env.docname)
        if chapter is None:
            raise self.error(f"`{self.name}` belongs in a chapter, under book/chapters.")
        return chapter

    def name_target(self, title):
        """Let ``{ref}`label` `` show `title`; returns the id to put on the node."""
        label = self.options["label"]
        standard = self.env.get_domain("std")
        standard.labels[label] = (self.env.docname, label, title)
        standard.anonlabels[label] = (self.env.docname, label)
        return label

    def parsed(self, content, line):
        """The nodes of nested Markdown whose first line is `line` (from 0)."""
        holder = nodes.Element()
        self.state.nested_parse(content, line, holder)
        return holder.children


class ExerciseDirective(ChapterDirective):
    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {"label": directives.unchanged_required}

    def run(self):
        exercise = next(one for one in self.chapter.exercises if one.label == self.options["label"])
        number = f"Exercise {exercise.number}"
        inline, messages = self.state.inline_text(self.arguments[0], self.lineno)
        label = self.name_target(f"{number}: {''.join(node.astext() for node in inline)}")
        number = new("span", nodes.Text(number), classes=["exercise-number"])
        title = new("p", number, *inline, classes=["exercise-title"])
        body = self.parsed(self.content, self.content_offset)
        return [new("div", title, *body, ids=[label], classes=["exercise"]), *messages]


class FoldedSolutionDirective(ChapterDirective):
    required_arguments = 1

    def run(self):
        exercise = self.chapter.exercises[int(self.arguments[0]) - 1]
        try:
            node = folded_solution(hints=hints(self.chapter, exercise), code=exercise.cell.solution_source)
        except LookupError as error:
            raise self.error(str(error)) from error
        self.set_source_info(node)
        return [node]


class InstructorNotesDirective(ChapterDirective):
    def run(self):
        summary = new("summary", nodes.Text("Notes for instructors"))
        body = self.parsed(self.content, self.content_offset)
        return [new("details", summary, *body, classes=["instructor-notes"])]


def checker_module(chapter):
    """The name of the module that the chapter imports as `check`."""
    for cell in chapter.code_cells:
        for line in cell.source.splitlines():
            if found := re.match(r"from cellcnn_helpers\.exercises import .*\b(\w+) as check\b", line):
                return f"cellcnn_helpers.exercises.{found[1]}"
    raise LookupError("no cell has `from cellcnn_helpers.exercises import ... as check`.")


def hints(chapter, exercise):
    """The hints of all checkers that the exercise's cell calls, in order."""
    module = import_module(checker_module(chapter))
    found = []
    for name in exercise.cell.checkers:
        if not hasattr(module, name):
            raise LookupError(f"`check.{name}` is not in {module.__name__}.")
        found += getattr(module, name).hints
    return found


def inline_code(text):
    """A hint as HTML: words, and code between backticks."""
    parts = escape(text, quote=False).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


def visit_folded_solution(self, node):
    for number, hint in enumerate(node["hints"], start=1):
        summary = f"Hint {number}" if len(node["hints"]) > 1 else "Hint"
        self.body.append(f'<details class="hint"><summary>{summary}</summary>')
        self.body.append(f"<p>{inline_code(hint)}</p></details>\n")
    code = self.highlighter.highlight_block(node["code"], "ipython3")
    self.body.append(f'<details class="solution"><summary>Solution</summary>{code}</details>\n')
    raise nodes.SkipNode


def setup(app):
    app.add_node(folded_solution, html=(visit_folded_solution, None))
    app.add_directive("exercise", ExerciseDirective)
    app.add_directive("folded-solution", FoldedSolutionDirective)
    app.add_directive("instructor-notes", InstructorNotesDirective)
