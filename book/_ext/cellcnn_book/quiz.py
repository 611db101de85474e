"""Quiz questions: a list with the answer folded below, which quiz.js turns into radio buttons that answer."""

from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList

from cellcnn_book.elements import new
from cellcnn_book.exercise import ChapterDirective


class QuizDirective(ChapterDirective):
    option_spec: ClassVar = {"label": directives.unchanged_required}

    def run(self):
        quiz = next(one for one in self.chapter.questions if one.label == self.options["label"])
        title = f"Question {quiz.number}"
        label = self.name_target(title)
        until = next(i for i, line in enumerate(self.content) if line.startswith("- ["))
        question = self.parsed(self.content[:until], self.content_offset)
        choices = [new("li", *self.inline(choice)) for choice in quiz.choices]
        answers = [self.answer(choice) for choice in quiz.choices]
        node = new(
            "div",
            new("p", nodes.Text(title), classes=["quiz-title"]),
            new("div", *question, classes=["quiz-question"]),
            new("ul", *choices, classes=["quiz-choices"]),
            new("details", new("summary", nodes.Text("Answer")), *answers, classes=["quiz-answers"]),
            ids=[label],
            classes=["quiz"],
        )
        return [node]

    def inline(self, choice):
        found, messages = self.state.inline_text(choice.text, choice.line)
        return [*found, *messages]

    def answer(self, choice):
        """The choice, whether it is right, and why; quiz.js takes the reason out of it."""
        verdict = "Right: " if choice.correct else "Wrong: "
        lines = choice.reason.splitlines()
        reason = self.parsed(StringList(lines, self.get_source_info()[0]), choice.line)
        choice_text = new("p", nodes.strong("", verdict), *self.inline(choice))
        classes = ["quiz-reason", "quiz-right" if choice.correct else "quiz-wrong"]
        return new("div", choice_text, new("div", *reason, classes=classes))


def setup(app):
    app.add_directive("quiz", QuizDirective)
