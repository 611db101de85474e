"""A chapter is read as CONTRIBUTING.md says, its page keeps every line in place, and each slip is found."""

import re

import pytest
from cellcnn_book import cells
from cellcnn_book.blocks import (
    Box,
    Break,
    CodeCell,
    Figure,
    Include,
    InstructorNotes,
    Math,
    Prose,
    Target,
    walk,
)
from cellcnn_book.chapter import ChapterError, check_labels, page_source, parse
from cellcnn_book.inline import Formula, Link, Role, Slip, Text, pieces
from hypothesis import given
from hypothesis import strategies as st

HEAD = """\
---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
# A title

"""
FIRST = HEAD.count("\n") + 1  # the line of the body's first line


def read(body):
    return parse(HEAD + body, "book/chapters/00_test.md")


def problems(body):
    """The slips of a body, as (line of the body, message)."""
    with pytest.raises(ChapterError) as caught:
        read(body)
    assert all(problem.path == "book/chapters/00_test.md" for problem in caught.value.problems)
    return [(problem.line - FIRST + 1, problem.message) for problem in caught.value.problems]


@pytest.fixture(scope="module")
def example(root):
    path = root / "tests" / "book" / "example_chapter.md"
    return parse(path.read_text(encoding="utf-8"), path)


def found(chapter, kind):
    return [block for block in walk(chapter.blocks) if isinstance(block, kind)]


# What is read


def test_front_matter_and_title(example):
    assert example.metadata["kernelspec"]["name"] == "python3"
    assert example.title == "Every construct once"
    assert example.name == "example_chapter"


def test_every_block_knows_its_line(example):
    lines = example.text.split("\n")
    openings = {
        Box: ":",
        Figure: ":::{figure}",
        Include: "```{literalinclude}",
        Math: "```{math}",
        Break: "+++",
    }
    openings |= {CodeCell: "```{code-cell}", Target: "(", InstructorNotes: ":::{instructor-notes}"}
    for kind, opening in openings.items():
        assert found(example, kind)
        assert all(lines[block.line - 1].startswith(opening) for block in found(example, kind))
    for prose in found(example, Prose):
        assert lines[prose.line - 1 : prose.line + prose.text.count("\n")] == prose.text.split("\n")
    for cell in found(example, CodeCell):
        assert "\n".join(lines[cell.source_line - 1 : cell.end - 1]) == cell.source
        assert lines[cell.end - 1] == "```"


def test_targets_take_the_title_of_the_heading_below(example):
    titles = {target.label: target.title for target in found(example, Target)}
    assert titles == {"example": "Every construct once", "sec-window": "One window, step by step"}


def test_tags_and_options_of_cells(example):
    tags = [cell.tags for cell in example.code_cells]
    assert tags == [
        (),
        ("check-output",),
        ("check-output",),
        ("measured-spread",),
        ("remove-input",),
        ("hide-input",),
        ("raises-exception",),
        ("exercise",),
        ("exercise",),
    ]
    assert example.code_cells[4].output == {
        "image": {"alt": "A square of nine pixels, bright on the left and dark on the right."},
        "figure": {"caption": "The edge that the {term}`kernel` sees.", "name": "fig-edge"},
    }
    assert "fig-edge" in example.labels


def test_expected_outputs_belong_to_the_cell_above(example):
    outputs = [cell.expected.text for cell in example.code_cells if cell.expected]
    assert outputs == ["110", "[0 1]\n[2 3]"]


def test_an_expected_output_is_kept_to_the_space():
    cell = "```{code-cell} ipython3\n:tags: [check-output]\n\nx\n```\n"
    [read_cell] = read(cell + "```{expected-output}\n:a: 1\n\n  two  \n```").code_cells
    assert read_cell.expected.text == ":a: 1\n\n  two  "


def test_exercises_are_numbered_and_have_their_cell(example):
    assert [(one.number, one.label, one.title) for one in example.exercises] == [
        (1, "ex-mean-filter", "Keep the mean brightness"),
        (2, "ex-edge-kernel", "Bright above, dark below"),
    ]
    assert [one.cell.checkers for one in example.exercises] == [("mean_filter",), ("edge_kernel",)]
    assert all(one.cell in example.blocks for one in example.exercises)


def test_a_quiz_question_with_its_reasons(example):
    [quiz] = example.questions
    assert quiz.label == "quiz-output-size"
    assert [choice.correct for choice in quiz.choices] == [False, True, False]
    assert quiz.choices[1].reason == "$28 - 3 + 1 = 26$ positions in each direction,\nas {eq}`eq-sum` says."
    assert quiz.choices[2].text == "It depends on\nthe kernel's *values*"


def test_boxes_hold_blocks_and_may_be_nested(example):
    boxes = found(example, Box)
    assert {box.kind for box in boxes} == {
        "note",
        "tip",
        "warning",
        "important",
        "seealso",
        "admonition",
        "dropdown",
    }
    [outer] = [box for box in boxes if box.kind == "admonition"]
    assert outer.title == "Two names for one thing"
    assert [type(block) for block in outer.blocks] == [Prose, Box]


def test_figures_formulas_and_code_of_the_package(example):
    [figure], [formula], [include] = found(example, Figure), found(example, Math), found(example, Include)
    assert (figure.path, figure.label) == ("../figures/window.svg", "fig-window")
    assert figure.alt == "A small square window inside a larger square image."
    assert figure.caption == "The window and the image, as in {ref}`sec-window`."
    assert (formula.label, formula.number) == ("eq-sum", 1)
    assert include.pyobject == "received"


def test_only_labelled_formulas_are_numbered():
    chapter = read("```{math}\na\n```\n```{math}\n:label: eq-b\nb\n```\n```{math}\n:label: eq-c\nc\n```")
    assert [formula.number for formula in found(chapter, Math)] == [None, 1, 2]


def test_a_solution_can_stand_between_marks_of_any_depth():
    source = (
        "for a in b:\n    if a:\n        # BEGIN SOLUTION\n        c = a\n        # END SOLUTION\ncheck.c(b)"
    )
    assert cells.stub(source) == "for a in b:\n    if a:\n        ...\ncheck.c(b)"
    assert cells.solution(source) == "for a in b:\n    if a:\n        c = a\ncheck.c(b)"


@pytest.mark.parametrize(
    ("solution", "stub"),
    [
        ("a = 1", "a = ..."),
        ("a, (b, *c) = 1, (2, 3)", "a, b, c = ..., ..., ..."),
        ("a = [x for x in y]\na = a[::-1]\na[0] = 2", "a = ...\na = ..."),
        ("def f(x):\n    y = x\n    return y", "f = ..."),
        ("a: int = 1; b = 2", "a, b = ..., ..."),
        ("print(1)", "..."),
        ("%matplotlib inline\na = 1", "a = ..."),
    ],
)
def test_the_stub_of_a_solution_at_module_level(solution, stub):
    source = f"# BEGIN SOLUTION\n{solution}\n# END SOLUTION"
    assert cells.stub(source) == stub
    assert source.count("\n") - stub.count("\n") >= 2  # room for the folded solution on the page


def test_several_solutions_in_one_cell():
    source = "# BEGIN SOLUTION\na = 1\n# END SOLUTION\nb = 2\n# BEGIN SOLUTION\nc = 3\n# END SOLUTION"
    assert cells.stub(source) == "a = ...\nb = 2\nc = ..."


def test_solution_lines_are_long_and_not_in_the_stub():
    source = (
        "def f(x):\n    total = x.sum()\n    # BEGIN SOLUTION\n    a = 1\n    total  = x.sum()\n"
        "    return   total / x.size\n    # END SOLUTION"
    )
    assert cells.solution_lines(source) == {"return total / x.size"}


def test_secret_lines_are_those_that_no_other_cell_shows():
    exercise = (
        ":::{exercise} T\n:label: ex-a\nT\n:::\n```{code-cell} ipython3\n:tags: [exercise]\n"
        "# BEGIN SOLUTION\nheight, width = kernel.shape\nanswer = height * width\n# END SOLUTION\n"
        "check.a(answer)\n```\n"
    )
    assert read(exercise).secret_lines == {"height, width = kernel.shape", "answer = height * width"}
    shown = "```{code-cell} ipython3\nheight, width = kernel.shape\n```\n"
    assert read(exercise + shown).secret_lines == {"answer = height * width"}


def test_ipython_lines_are_fine():
    read(
        "```{code-cell} ipython3\n%matplotlib inline\n!ls\nt = %timeit -o sum([])\nsum?\nx = 5 \\\n  % 3\n```"
    )
    read("```{code-cell} ipython3\n%%bash\nls -l | wc\n```")


# Pieces of a line


def test_roles_are_found_outside_code_and_formulas_only():
    text = r"{ref}`a` `{ref}` `` {ref}`b` `` ${ref}$ \{ref} {term}`the d <d>` [e](f.md)"
    found = [piece for piece in pieces(text) if not isinstance(piece, Text)]
    assert [type(piece) for piece in found] == [Role, Formula, Role, Link]
    first, formula, second, link = found
    assert (first.name, first.text, first.target) == ("ref", "", "a")
    assert (second.name, second.text, second.target) == ("term", "the d", "d")
    assert (formula.source, link.text, link.destination) == ("${ref}$", "e", "f.md")


def test_fences_are_left_alone():
    fence = "```python\nx = {ref}`a`\n\ny = {ref}`b`\n```"
    text = f"a\n\n{fence}\n\n> ```\n> {{term}}`b`\n>\n> {{term}}`c`\n> ```\n\n{{term}}`d`"
    assert [piece.target for piece in pieces(text) if isinstance(piece, Role)] == ["d"]


def test_a_code_span_ends_with_its_paragraph():
    assert [piece.target for piece in pieces("a ` b\n\n{ref}`c` d `") if isinstance(piece, Role)] == ["c"]


@given(st.text("a`{}:$[]()!<>^~\\ \nref>|*"))
def test_the_pieces_together_are_the_text(text):
    found = list(pieces(text))
    assert "".join(piece.source for piece in found) == text
    assert all(text.startswith(piece.source, piece.offset) for piece in found)


# The text for the page

SNIPPETS = {
    "prose": "Words, line by line,\nand more words.",
    "target": "(sec-@)=\n## A section",
    "plain": "```python\nx = 1\n```",
    "box": "::::{note}\nText\n\n:::{tip}\nText\n:::\n::::",
    "output": (
        "```{code-cell} ipython3\n:tags: [check-output]\n\nprint(1)\n```\n\n```{expected-output}\n1\n```"
    ),
    "body": (
        ":::{exercise} T\n:label: ex-a-@\n:::\n\n```{code-cell} ipython3\n:tags: [exercise]\n\ndef f():\n"
        "    # BEGIN SOLUTION\n    return 'hidden'\n    # END SOLUTION\n\ncheck.f(f)\n```"
    ),
    "module": (
        ":::{exercise} T\n:label: ex-b-@\n:::\n```{code-cell} ipython3\n"
        "---\ntags: [hide-input, exercise]\n---\n"
        "# BEGIN SOLUTION\na = 'hidden'\n# END SOLUTION\n"
        "# BEGIN SOLUTION\nb = 'hidden'\nc = 'hidden'\n# END SOLUTION\ncheck.f(a)\n```"
    ),
    "quiz": ":::{quiz}\n:label: quiz-@\n\nQ?\n\n- [ ] a\n  > b\n- [x] c\n  > d\n:::",
}


@given(st.lists(st.tuples(st.sampled_from(sorted(SNIPPETS)), st.sampled_from(["\n", "\n\n", "\n\n\n"]))))
def test_the_page_keeps_every_line_in_its_place(chosen):
    body = "".join(
        f"Sentinel {number}\n\n" + SNIPPETS[name].replace("@", str(number)) + gap + "\n"
        for number, (name, gap) in enumerate(chosen)
    )
    chapter = read(body)
    before, after = chapter.text.split("\n"), page_source(chapter).split("\n")
    assert len(after) == len(before)
    changed = {number for number, (old, new) in enumerate(zip(before, after, strict=True), 1) if old != new}
    allowed = set()
    for cell in chapter.code_cells:
        if cell.is_exercise:
            allowed |= set(range(cell.line, cell.end + 1))
        if cell.expected:
            allowed |= set(range(cell.expected.line, cell.expected.end + 1))
    assert changed <= allowed
    assert "hidden" not in "\n".join(after)


def test_the_page_shows_the_stub_and_folds_the_solution_below(example):
    text = page_source(example)
    assert (
        "```{code-cell} ipython3\n:tags: [remove-output, exercise]\n\ndef mean_filter(size):\n    ...\n\n"
        "check.mean_filter(mean_filter)\n```\n```{folded-solution} 1\n```\n"
    ) in text
    assert (
        "---\ntags: [remove-output, exercise]\n---\nkernel = ...\n\ncheck.edge_kernel(kernel)\n```\n" in text
    )
    assert "```{folded-solution} 2\n```\n" in text
    assert "SOLUTION" not in text and "expected-output" not in text
    assert not [line for line in example.secret_lines if line in text]


def test_the_page_of_a_chapter_without_exercises_is_the_chapter():
    assert page_source(read("Only words.")) == HEAD + "Only words."


# Slips

CELL = "```{code-cell} ipython3\n"
ANSWER = CELL + ":tags: [exercise]\n\na = 0\n"
TASK = ":::{exercise} T\n:label: ex-a\n:::\n"  # three lines
GOOD = "# BEGIN SOLUTION\na = 1\n# END SOLUTION\ncheck.a(a)\n```"

SLIPS = {
    "unclosed fence": ("a\n\n```python\nx\n", 3, "python` is never closed. Add a line ````` after it"),
    "unclosed cell": (CELL + "x = 1\n", 1, "is never closed"),
    "unclosed box": ("a\n:::{note}\nb\n", 2, "`:::{note}` is never closed. Add a line `:::`"),
    "box closed too early": (":::{note}\n:::{tip}\na\n:::\n:::", 2, "`:::{tip}` is never closed"),
    "stray closing fence": ("a\n:::\nb\n", 2, "`:::` closes nothing"),
    "directive in a list": ("- a\n\n  :::{note}\n  b\n  :::\n", 3, "must start at the left margin"),
    "unknown directive": ("```{figur} a\n```", 1, "unknown directive {figur}. Use one of code-cell"),
    "unclosed solution": (
        TASK + ANSWER + "# BEGIN SOLUTION\na = 1\ncheck.a(a)\n```",
        8,
        "the solution is never closed",
    ),
    "solution without beginning": (
        TASK + ANSWER + "a = 1\n# END SOLUTION\ncheck.a(a)\n```",
        9,
        "without `# BEGIN",
    ),
    "solution in a solution": (
        TASK + ANSWER + "# BEGIN SOLUTION\na = 1\n# BEGIN SOLUTION\na = 2\n# END SOLUTION\ncheck.a(a)\n```",
        10,
        "begins inside the solution 2 lines above",
    ),
    "empty solution": (TASK + ANSWER + "# BEGIN SOLUTION\n\n# END SOLUTION\ncheck.a(a)\n```", 8, "is empty"),
    "mark misspelled": (
        TASK + ANSWER + "### BEGIN SOLUTION\na = 1\n# END SOLUTION\ncheck.a(a)\n```",
        8,
        "`### BEGIN SOLUTION` must be exactly",
    ),
    "mark behind code": (TASK + ANSWER + "a = 1  # begin solution\n" + GOOD, 8, "must be exactly"),
    "solution in another cell": (
        CELL + "# BEGIN SOLUTION\na = 1\n# END SOLUTION\n```",
        2,
        "Add `exercise` to",
    ),
    "solution outside a cell": ("```python\n# BEGIN SOLUTION\n```", 2, "outside a code cell"),
    "exercise without cell": ("Words\n" + TASK, 2, "the exercise has no cell. Add"),
    "exercise before another": (
        TASK + TASK.replace("ex-a", "ex-b") + ANSWER + GOOD,
        1,
        "the exercise has no cell",
    ),
    "exercise before a plain cell": (TASK + CELL + "1\n```\n", 1, "Tag the next code cell `exercise`"),
    "cell without exercise": ("Words\n" + ANSWER + GOOD, 2, "without an {exercise} block above it"),
    "no solution": (TASK + ANSWER + "check.a(a)\n```", 7, "has no solution"),
    "no check": (TASK + ANSWER + "# BEGIN SOLUTION\na = 1\n# END SOLUTION\n```", 7, "calls no checker"),
    "check inside the solution": (
        TASK + ANSWER + "# BEGIN SOLUTION\ncheck.a(a)\n# END SOLUTION\n```",
        7,
        "calls no checker",
    ),
    "stub is no Python": (
        TASK + ANSWER + "if a:\n# BEGIN SOLUTION\n    a = 1\n# END SOLUTION\ncheck.a(a)\n```",
        9,
        "without its solution the cell is no Python",
    ),
    "cell is no Python": (CELL + "\nx = 1\ny = (2\n```", 4, "the cell is no Python: '(' was never closed"),
    "return outside a function": (CELL + "return 1\n```", 2, "'return' outside function"),
    "warning of the compiler": (CELL + "a = '\\d'\n```", 2, "invalid escape sequence"),
    "empty cell": (CELL + "\n```", 1, "the code cell is empty"),
    "wrong language": ("```{code-cell} python\n1\n```", 1, "got `python`"),
    "unknown tag": (CELL + ":tags: [skip]\n1\n```", 1, "unknown tag `skip`. Use one of exercise"),
    "tags no list": (CELL + ":tags: exercise\n1\n```", 1, "the tags must be a list: got `exercise`"),
    "tags no YAML": (CELL + ":tags: [a\n1\n```", 1, "the tags are no YAML"),
    "unknown cell option": (CELL + ":load: a.py\n1\n```", 2, "unknown option `load` of {code-cell}"),
    "unknown output option": (
        CELL + "---\nmystnb: {image: {class: a}}\n---\n1\n```",
        1,
        "unknown option `mystnb: image: {'class': 'a'}`",
    ),
    "option of a box": (
        ":::{note}\n:class: tip\nText\n:::",
        2,
        "unknown option `class` of {note}. It takes no options",
    ),
    "title of a note": (":::{note} A title\nText\n:::", 1, "takes nothing after its name: got `A title`"),
    "admonition without title": (":::{admonition}\nText\n:::", 1, "{admonition} needs a title"),
    "cell in a box": ("::::{note}\n" + CELL + "1\n```\n::::", 2, "{code-cell} cannot stand inside another"),
    "figure without alt": (":::{figure} a.svg\nText\n:::", 1, "{figure} has no alt"),
    "figure with empty alt": (":::{figure} a.svg\n:alt:\nText\n:::", 1, "{figure} has no alt"),
    "figure without file": (":::{figure}\n:alt: a\nText\n:::", 1, "{figure} needs the path of a picture"),
    "include without object": ("```{literalinclude} a.py\n```", 1, "{literalinclude} has no pyobject"),
    "exercise without label": (
        ":::{exercise} T\nText\n:::\n" + ANSWER + GOOD,
        1,
        "{exercise} has no label. Add `:label: ...`",
    ),
    "unknown role": ("a\nb {numref}`c`", 2, "unknown role {numref}. The roles of a chapter are cite:p"),
    "unknown role in a choice": (
        ":::{quiz}\n:label: quiz-a\nQ\n- [x] a\n  > b\n  > {foo}`c`\n- [ ] d\n  > e\n:::",
        6,
        "unknown role {foo}",
    ),
    "unknown role in a nested box": (
        "::::{note}\n\n:::{tip}\n\n{foo}`c`\n:::\n::::",
        5,
        "unknown role {foo}",
    ),
    "role without target": ("a {ref}`` b", 1, "the role {ref} has no target"),
    "role with a blank target": ("a {ref}` ` b", 1, "has no target"),
    "role with an empty target": ("a {ref}`b <>` c", 1, "has no target"),
    "role apart from its target": ("a {cite:p} `b`", 1, "the role {cite:p} has no target"),
    "measured nothing": ("a\n{measured}`time`", 2, "no cell has the tag measured-time: tagged is no cell"),
    "measured twice": (
        f"{CELL}:tags: [measured-a]\n1\n```\n{CELL}:tags: [measured-a]\n2\n```",
        5,
        f"the tag `measured-a` is also given in line {FIRST}",
    ),
    "label twice": ("(a)=\n## A\n\n```{math}\n:label: a\nx\n```", 4, f"`a` is also given in line {FIRST}"),
    "label in capitals": ("(Sec_A)=\n## A", 1, "got `Sec_A`"),
    "markdown image": ("a ![b](c.png)", 1, "the image ![b] is not a figure"),
    "footnote": ("a\n\nb[^1]", 3, "footnotes cannot be shown"),
    "indented code": ("a\n\n    x = 1\n", 3, "code by four spaces"),
    "comment": ("a\n\n% b\n", 3, "a comment would be shown"),
    "cell metadata": ('+++ {"tags": []}\na', 1, "a break between cells is `+++` alone"),
    "role in a link": ("[a {term}`b`](c.md)", 1, "the text of a link must be plain words"),
    "second title": ("# Another", 1, "a second title: `# Another`"),
    "no expected output": (CELL + ":tags: [check-output]\n1\n```\nWords", 1, "without its output"),
    "expected output alone": ("Words\n```{expected-output}\n1\n```", 2, "must follow a code cell"),
    "expected output of a plain cell": (
        CELL + "1\n```\n```{expected-output}\n1\n```",
        4,
        "must follow a code cell",
    ),
    "printed and returned": (
        CELL + ":tags: [check-output]\nprint(1)\n2\n```\n```{expected-output}\n1\n2\n```",
        3,
        "both prints and ends with a value",
    ),
    "exact exercise": (
        TASK + CELL + ":tags: [exercise, check-output]\n" + GOOD + "\n```{expected-output}\n1\n```",
        4,
        "depends on the student",
    ),
    "quiz without label": (":::{quiz}\nQ\n- [x] a\n  > b\n- [ ] c\n  > d\n:::", 1, "{quiz} has no label"),
    "quiz without question": (":::{quiz}\n:label: q\n- [x] a\n  > b\n- [ ] c\n  > d\n:::", 1, "asks nothing"),
    "quiz without a right choice": (
        ":::{quiz}\n:label: q\nQ\n- [ ] a\n  > b\n- [ ] c\n  > d\n:::",
        1,
        "exactly one right choice `- [x] ...`: got 0",
    ),
    "quiz with two right choices": (
        ":::{quiz}\n:label: q\nQ\n- [x] a\n  > b\n- [x] c\n  > d\n:::",
        1,
        "exactly one right choice `- [x] ...`: got 2",
    ),
    "quiz with one choice": (":::{quiz}\n:label: q\nQ\n- [x] a\n  > b\n:::", 1, "two or more choices"),
    "choice without reason": (
        ":::{quiz}\n:label: q\nQ\n- [x] a\n  > b\n- [ ] c\n:::",
        6,
        "the choice `c` has no reason",
    ),
    "choice without words": (":::{quiz}\n:label: q\nQ\n- [x] a\n  > b\n- [ ]\n  > d\n:::", 6, "has no words"),
    "choice with another mark": (
        ":::{quiz}\n:label: q\nQ\n- [x] a\n  > b\n- [X] c\n  > d\n:::",
        6,
        "starts with `- [ ]` or `- [x]`: got `- [X] c`",
    ),
    "text that is no choice": (
        ":::{quiz}\n:label: q\nQ\n- [x] a\n  > b\n- [ ] c\n  > d\nText\n:::",
        8,
        "`Text` is no part of a choice",
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_with_its_line(name):
    body, line, message = SLIPS[name]
    told = problems(body)
    assert [text for at, text in told if at == line and message in text], told


def test_all_slips_of_a_file_are_told_at_once():
    body = "{foo}`a`\n\n:::{bar}\n:::\n\n" + CELL + "x = (\n```\n"
    assert [line for line, _ in problems(body)] == [1, 3, 7]
    with pytest.raises(ChapterError) as caught:
        read(body)
    assert re.fullmatch(r"(book/chapters/00_test\.md:\d+: .+\n?){3}", str(caught.value))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("# Title\n\nText", 1, "the front matter does not make this file a notebook"),
        ("---\nkernelspec: [\n---\n# Title", 1, "the front matter does not make this file a notebook"),
        (HEAD.replace("# A title", "Text"), 1, "the chapter has no title"),
        (HEAD.replace("# A title", "Text\n\n# A title"), 7, "the title must come first"),
        (
            HEAD.replace("# A title", "```{code-cell} ipython3\n1\n```\n\n# A title"),
            9,
            "the title must come first",
        ),
    ],
)
def test_slips_of_the_file_as_a_whole(text, line, message):
    with pytest.raises(ChapterError) as caught:
        parse(text, "a.md")
    [problem] = caught.value.problems
    assert problem.line == line and message in problem.message


def test_a_label_of_two_chapters():
    one = parse(HEAD + "(sec-a)=\n## A", "one.md")
    two = parse(HEAD + "\n```{math}\n:label: sec-a\nx\n```", "two.md")
    check_labels([one, parse(HEAD, "three.md")])
    with pytest.raises(ChapterError) as caught:
        check_labels([one, two])
    assert str(caught.value) == (
        f"two.md:{FIRST + 1}: the label `sec-a` is also given in one.md:{FIRST}. Choose another."
    )


def test_no_slip_of_links_or_quoted_signs():
    read(
        "A [link](https://a.b/c_(d)), `![x](y)`, \\{ref}, <https://a.b>, 5 $ and `$`.\n\n> quoted {term}`a`\n"
    )
    assert not [piece for piece in pieces("a {b} c {x y} {}`d`") if isinstance(piece, Slip)]
