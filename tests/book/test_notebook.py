"""A notebook says what the page says, in plain Markdown, with the same bytes every time and no solution."""

import inspect
import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from cellcnn_book import cells
from cellcnn_book.chapter import ChapterError
from cellcnn_book.library import Library, term_anchor
from cellcnn_book.notebook import solution_notebook, student_notebook, student_notebooks
from cellcnn_book.package_code import python_object
from markdown_it import MarkdownIt
from sphinx.util.nodes import _make_id

from cellcnn_helpers import _checks

HEAD = (
    "---\njupytext: {text_representation: {extension: .md, format_name: myst}}\n"
    "kernelspec: {display_name: Python 3, language: python, name: python3}\n---\n# A title\n\n"
)
FIRST = HEAD.count("\n") + 1
SITE = "https://a-lab.github.io/cells"
CONFIG = "repository:\n  url: https://github.com/A-Lab/cells\n  branch: v1.2\n"


@pytest.fixture
def project(root, tmp_path):
    """A function that makes a course of the chapters given, and returns its `Library`."""
    example = root / "tests" / "book" / "example"
    files = {
        "book/references.bib": example / "references.bib",
        "book/guide/glossary.md": example / "glossary.md",
        "book/figures/window.svg": example / "window.svg",
        "cellcnn_helpers/_checks.py": root / "cellcnn_helpers" / "_checks.py",
    }
    for name, source in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, tmp_path / name)
    (tmp_path / "_config.yml").write_text(CONFIG)
    (tmp_path / "book" / "chapters").mkdir()

    def make(**chapters):
        for name, text in chapters.items():
            path = tmp_path / "book" / "chapters" / f"{name}.md"
            path.write_text(text if text.startswith("---") else HEAD + text, encoding="utf-8")
        return Library(tmp_path)

    return make


@pytest.fixture
def example(root, project):
    """The course whose only chapter has every construct once."""
    return project(example=(root / "tests" / "book" / "example_chapter.md").read_text(encoding="utf-8"))


@pytest.fixture(params=["example", "course"])
def library(request, root):
    """The example, and the course as it is."""
    return request.getfixturevalue("example") if request.param == "example" else Library(root)


def read(text):
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    return notebook


def markdown_of(library):
    """All Markdown of the notebook of a course's only chapter, below its head."""
    notebook = read(student_notebook(library.chapters[0], library))
    return "\n\n".join(cell.source for cell in notebook.cells[1:] if cell.cell_type == "markdown")


# The first two cells


def test_the_head_has_title_badge_page_and_the_way_to_keep_ones_work(project):
    library = project(name="Text")
    assert read(student_notebook(library.chapters[0], library)).cells[0].source == (
        "# A title\n\n"
        "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
        "(https://colab.research.google.com/github/A-Lab/cells/blob/v1.2/notebooks/name.ipynb)\n\n"
        f"This notebook belongs to the page [A title]({SITE}/chapters/name.html). "
        "In Colab, choose *File > Save a copy in Drive* to keep your work."
    )


def test_the_setup_cell_installs_nothing_else_and_only_where_it_must(project):
    library = project(name="Text")
    assert read(student_notebook(library.chapters[0], library)).cells[1].source == (
        "try:\n"
        "    import cellcnn_helpers\n"
        "except ModuleNotFoundError:\n"
        "    %pip install -q --no-deps https://github.com/A-Lab/cells/archive/v1.2.zip"
    )


# Each construct

PAGE = f"{SITE}/chapters/name.html"
GLOSSARY = f"{SITE}/guide/glossary.html"
CONSTRUCTS = {
    "words": ("Words, *words*, `code` and <b>HTML</b>.", "Words, *words*, `code` and <b>HTML</b>."),
    "table": ("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n|---|---|\n| 1 | 2 |"),
    "formula in the line": (r"so $a_{ij}^*$ and $5 \$$", r"so $a_{ij}^*$ and $5 \$$"),
    "formula": ("$$\na\n$$", "$$\na\n$$"),
    "code span": ("`{ref}` and `` {term}`x` ``", "`{ref}` and `` {term}`x` ``"),
    "fence": ("```text\n{term}`x` :::{note}\n```", "```text\n{term}`x` :::{note}\n```"),
    "term": ("a {term}`kernel`", f"a [kernel]({GLOSSARY}#term-kernel)"),
    "term in other letters": (
        "{term}`receptive field`",
        f"[receptive field]({GLOSSARY}#term-Receptive-field)",
    ),
    "term in other words": ("{term}`kernels <kernel>`", f"[kernels]({GLOSSARY}#term-kernel)"),
    "citation in brackets": (
        "so {cite:p}`fukushima1980neocognitron, yang2023medmnist`.",
        "so ([Fukushima, 1980](https://link.springer.com/article/10.1007/BF00344251); "
        "[Yang et al., 2023](https://doi.org/10.1038/s41597-022-01721-8)).",
    ),
    "citation in the text": (
        "{cite:t}`yang2023medmnist` say",
        "[Yang et al. (2023)](https://doi.org/10.1038/s41597-022-01721-8) say",
    ),
    "reference to a section": ("(sec-a)=\n## A *b*\n\n{ref}`sec-a`", f"## A *b*\n\n[A *b*]({PAGE}#sec-a)"),
    "reference in other words": ("(sec-a)=\n## A\n\n{ref}`here <sec-a>`", f"## A\n\n[here]({PAGE}#sec-a)"),
    "reference to a page of the guide": ("{ref}`glossary`", f"[Glossary]({GLOSSARY}#glossary)"),
    "reference over two lines": ("{ref}`the\nwords <glossary>`", f"[the\nwords]({GLOSSARY}#glossary)"),
    "page": ("{doc}`../guide/glossary`", f"[Glossary]({GLOSSARY})"),
    "page in other words": ("{doc}`words <../guide/glossary>`", f"[words]({GLOSSARY})"),
    "link to a source": ("[words](../guide/glossary.md)", f"[words]({GLOSSARY})"),
    "link without words": ("[](../guide/glossary.md)", f"[Glossary]({GLOSSARY})"),
    "link to a label": ("[words](../guide/glossary.md#glossary)", f"[words]({GLOSSARY}#glossary)"),
    "link to a label of this page": ("(sec-a)=\n## A\n\n[b](#sec-a)", f"## A\n\n[b]({PAGE}#sec-a)"),
    "link to this page": ("[](name.md)", f"[A title]({PAGE})"),
    "link to a file": (
        "[code](../../cellcnn_helpers/_checks.py)",
        "[code](https://github.com/A-Lab/cells/blob/v1.2/cellcnn_helpers/_checks.py)",
    ),
    "link elsewhere": ('[a](https://b.c "d") <https://e.f>', '[a](https://b.c "d") <https://e.f>'),
    "function": (
        "{py:func}`cellcnn_helpers.nn.conv2d`",
        f"[`cellcnn_helpers.nn.conv2d()`]({SITE}/guide/api.html#cellcnn_helpers.nn.conv2d)",
    ),
    "function by its last name": (
        "{py:func}`~cellcnn_helpers.nn.conv2d`",
        f"[`conv2d()`]({SITE}/guide/api.html#cellcnn_helpers.nn.conv2d)",
    ),
    "class": (
        "{py:class}`~cellcnn_helpers.nn.SGD`",
        f"[`SGD`]({SITE}/guide/api.html#cellcnn_helpers.nn.SGD)",
    ),
    "numbered formula": (
        "```{math}\n:label: eq-a\n\na = b\n```\n\nsee {eq}`eq-a`",
        f"$$\na = b \\tag{{1}}\n$$\n\nsee [(1)]({PAGE}#equation-eq-a)",
    ),
    "formula of two lines": (
        "```{math}\na &= b \\\\\nc &= d\n```",
        "$$\n\\begin{split}\na &= b \\\\\nc &= d\n\\end{split}\n$$",
    ),
    "note": (":::{note}\nText\n:::", "> **Note**\n>\n> Text"),
    "tip": (":::{tip}\nText\n:::", "> **Tip**\n>\n> Text"),
    "warning": (":::{warning}\nText\n:::", "> **Warning**\n>\n> Text"),
    "important": (":::{important}\nText\n:::", "> **Important**\n>\n> Text"),
    "seealso": (":::{seealso}\nText\n:::", "> **See also**\n>\n> Text"),
    "admonition": (":::{admonition} The *title*\n:class: tip\nText\n:::", "> **The *title***\n>\n> Text"),
    "box in a box": (
        "::::{note}\nA\n\n:::{tip}\n- B\n  C\n:::\n::::",
        "> **Note**\n>\n> A\n>\n> > **Tip**\n> >\n> > - B\n> >   C",
    ),
    "formula in a box": (":::{note}\nso\n\n$$\na\n+ b\n$$\n:::", "> **Note**\n>\n> so\n>\n> $$ a + b $$"),
    "dropdown": (
        ":::{dropdown} Why `a < b` & c?\nText\n\n```python\n1\n```\n:::",
        "<details>\n<summary>Why <code>a &lt; b</code> &amp; c?</summary>\n\n"
        "Text\n\n```python\n1\n```\n\n</details>",
    ),
    "figure": (
        ":::{figure} ../figures/window.svg\n:alt: A window.\n:name: fig-a\n\nThe {term}`kernel`.\n:::\n\n"
        "{ref}`b <fig-a>`",
        f"![A window.]({SITE}/_images/window.svg)\n\n*The [kernel]({GLOSSARY}#term-kernel).*\n\n"
        f"[b]({PAGE}#fig-a)",
    ),
    "figure in a box": (
        "::::{note}\n:::{figure} ../figures/window.svg\n:alt: A window.\n\n$a$\n:::\n::::",
        f"> **Note**\n>\n> ![A window.]({SITE}/_images/window.svg)\n>\n> *$a$*",
    ),
    "figure without caption": (
        ":::{figure} ../figures/window.svg\n:alt: A window.\n:::",
        f"![A window.]({SITE}/_images/window.svg)",
    ),
    "instructor notes": ("a\n\n:::{instructor-notes}\nsecret {ref}`glossary`\n:::", "a"),
    "quiz": (
        ":::{quiz}\n:label: quiz-a\n\nWhich {term}`kernel`?\n\n"
        "- [ ] a\n  b\n  > No,\n  > never.\n- [x] c\n  > Yes.\n:::",
        f"**Question 1.** Which [kernel]({GLOSSARY}#term-kernel)?\n\n- **A.** a\n  b\n- **B.** c\n\n"
        "<details>\n<summary>Answer, with a reason for each choice</summary>\n\n"
        "- **A.** Not right: No,\n  never.\n- **B.** Right: Yes.\n\n</details>",
    ),
    "break": ("a\n\n+++\n\nb", "a\n\nb"),
}


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_a_construct_in_plain_markdown(project, name):
    source, expected = CONSTRUCTS[name]
    assert markdown_of(project(name=source)) == expected


def test_code_of_the_package_is_shown_from_the_package(project):
    source = "```{literalinclude} ../../cellcnn_helpers/_checks.py\n:pyobject: received\n```"
    written = markdown_of(project(name=source))
    signature, *_, last_line = inspect.getsource(_checks.received).rstrip().split("\n")
    assert written.startswith(f"```python\n{signature}\n")
    assert written.endswith(f"\n{last_line}\n```")


def test_docstrings_stand_in_the_reference_not_in_the_chapter():
    source = 'def a():\n    """Say\n\n    it.\n    """\n\n    # why\n    return "b"\n\n\n'
    source += 'def c():\n    """Only."""'
    assert python_object(source, "a") == 'def a():\n    # why\n    return "b"'
    assert python_object(source, "c") == 'def c():\n    """Only."""'


def test_methods_and_decorators_are_part_of_the_code():
    source = "class A:\n    @staticmethod\n    def b():\n        return 1\n\n    c = 2\n"
    assert python_object(source, "A.b") == "@staticmethod\ndef b():\n    return 1"
    assert python_object(source, "A") == source.rstrip()
    assert python_object(source, "A.c") is None


def test_an_exercise_its_stub_and_the_way_to_a_hint(example):
    cells_ = read(student_notebook(example.chapters[0], example)).cells
    [at] = [number for number, cell in enumerate(cells_) if cell.source.startswith("#### Exercise 1.")]
    text, code, below = cells_[at : at + 3]
    assert text.source == (
        "#### Exercise 1. Keep the mean brightness\n\n"
        f"Write `mean_filter(size)`: a [kernel]({GLOSSARY}#term-kernel) of `size` × `size` equal weights "
        "that add up to 1.\n\nA hint in passing: how many weights are there?"
    )
    assert code.source == "def mean_filter(size):\n    ...\n\ncheck.mean_filter(mean_filter)"
    page = f"{SITE}/chapters/example.html#ex-mean-filter"
    assert below.source == (
        "*Stuck? Run `check.mean_filter.hint()` in a new cell. "
        f"A solution is folded away [on the page]({page}).*"
    )


def test_a_reference_to_an_exercise_is_called_by_its_title(project):
    exercise = (
        ":::{exercise} The `title`\n:label: ex-a\nT\n:::\n```{code-cell} ipython3\n:tags: [exercise]\n"
        "# BEGIN SOLUTION\na = 1\n# END SOLUTION\ncheck.a(a)\n```\n"
    )
    library = project(first=exercise, second="{ref}`ex-a`")
    written = read(student_notebook(library.chapters[1], library)).cells[2].source
    assert written == f"[Exercise 1: The `title`]({SITE}/chapters/first.html#ex-a)"


def test_a_measured_number_is_looked_up_in_the_output(project):
    cell = "```{code-cell} ipython3\n:tags: [measured-a]\n1\n```"
    written = markdown_of(project(name=f"It is {{measured}}`a`.\n\n{cell}\n\nIt was {{measured}}`a`."))
    assert written == "It is (see the output below).\n\nIt was (see the output above)."


def test_the_solution_notebook_differs_in_the_solutions_alone(example):
    [chapter] = example.chapters
    student = read(student_notebook(chapter, example)).cells
    solved = read(solution_notebook(chapter, example)).cells
    differing = [(old, new) for old, new in zip(student, solved, strict=True) if old.source != new.source]
    assert [new.source for _, new in differing] == [one.cell.solution_source for one in chapter.exercises]
    assert "    return np.full((size, size), weight)\n\ncheck" in differing[0][1].source


# Code cells


def test_exact_outputs_are_stored_and_no_others(example):
    written = [
        cell
        for cell in read(student_notebook(example.chapters[0], example)).cells
        if cell.cell_type == "code"
    ]
    stored = {number: cell for number, cell in enumerate(written, start=1) if cell.outputs}
    assert list(stored) == [3, 4]
    value, printed = stored.values()
    assert value.outputs == [
        {"output_type": "execute_result", "data": {"text/plain": "110"}, "execution_count": 3, "metadata": {}}
    ]
    assert printed.outputs == [{"output_type": "stream", "name": "stdout", "text": "[0 1]\n[2 3]\n"}]
    assert [cell.execution_count for cell in stored.values()] == [3, 4]
    assert all(cell.execution_count is None for number, cell in enumerate(written, 1) if number not in stored)


def test_metadata_are_what_jupyter_colab_and_nbval_know(example):
    written = [
        cell
        for cell in read(student_notebook(example.chapters[0], example)).cells
        if cell.cell_type == "code"
    ]
    hidden = {"cellView": "form", "jupyter": {"source_hidden": True}}
    assert [dict(cell.metadata) for cell in written] == [
        {},
        {},
        {"tags": ["nbval-check-output"]},
        {"tags": ["nbval-check-output"]},
        {},
        hidden,
        hidden,
        {"tags": ["raises-exception"]},
        {},
        {},
    ]


def test_a_chapter_that_wants_a_gpu_asks_colab_for_one(project):
    wanting = HEAD.replace("kernelspec:", "accelerator: GPU\nkernelspec:")
    course = project(a=HEAD + "Text.", b=wanting + "Text.")
    plain, with_gpu = (
        json.loads(student_notebook(chapter, course))["metadata"] for chapter in course.chapters
    )
    assert with_gpu == plain | {"accelerator": "GPU", "colab": {"gpuType": "T4"}}
    assert "accelerator" not in plain and "colab" not in plain


def test_nbval_compares_the_marked_cells(project):
    """A stored output that is not what the cell shows must fail; with it this proves that the tag works."""
    cell = "```{code-cell} ipython3\n:tags: [check-output]\n2 + 2\n```\n```{expected-output}\n%s\n```\n"
    library = project(name=cell % 4 + cell % 5)
    path = library.root / "name.ipynb"
    path.write_text(student_notebook(library.chapters[0], library))
    command = [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "-p", "no:cacheprovider", path]
    result = subprocess.run(command, capture_output=True, text=True, cwd=library.root, timeout=120)
    assert "1 failed, 2 passed" in result.stdout, result.stdout


def test_a_caption_of_an_output_stands_below_its_cell(example):
    assert f"*The edge that the [kernel]({GLOSSARY}#term-kernel) sees.*" in markdown_of(example)


# The notebook as a whole, for the example and for the course


def test_no_role_or_directive_is_left_in_the_markdown(library):
    for text in student_notebooks(library).values():
        for cell in read(text).cells:
            if cell.cell_type == "markdown":
                assert not leftovers(cell.source), cell.source


def leftovers(source):
    """Roles, directives and targets, as an independent parser of Markdown finds them outside code."""
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(source):
        parts = token.children or []
        for number, part in enumerate(parts):
            before_code = number + 1 < len(parts) and parts[number + 1].type == "code_inline"
            if part.type == "text":
                found += re.findall(r":::|^\+\+\+|^\([\w-]+\)=", part.content)
                found += re.findall(r"\{[\w:.+-]+\}$", part.content) if before_code else []
        if token.type == "fence" and token.info.startswith("{"):
            found.append(token.info)
    return found


@pytest.mark.parametrize(
    "raw", ["a {ref}`b`", ":::{note}\nText\n:::", "(a)=\n# B", "```{math}\na\n```", "+++"]
)
def test_the_search_for_leftovers_finds_them(raw):
    assert leftovers(raw)


def test_every_link_is_absolute(library):
    for text in student_notebooks(library).values():
        for cell in read(text).cells:
            if cell.cell_type == "markdown":
                tokens = MarkdownIt("commonmark").enable("table").parse(cell.source)
                parts = [part for token in tokens for part in token.children or []]
                places = [part.attrGet("href") or part.attrGet("src") for part in parts]
                assert all(place.startswith("https://") for place in places if place), cell.source


def test_every_link_to_the_site_leads_somewhere(root, site):
    course = Library(root)
    address = re.escape(course.address.site)
    for text in student_notebooks(course).values():
        urls = re.findall(rf"\]\({address}([^)\s]+)", text)
        assert urls
        for url in urls:
            path, _, anchor = url.partition("#")
            page = (site / path).read_bytes()
            assert not anchor or f'id="{anchor}"'.encode() in page, url


def test_no_line_of_a_solution_is_in_a_notebook(library):
    secrets = set().union(*(chapter.secret_lines for chapter in library.chapters))
    assert secrets
    for text in student_notebooks(library).values():
        shown = {cells.normalize(line) for cell in read(text).cells for line in cell.source.split("\n")}
        assert not secrets & shown
        assert "SOLUTION" not in text


def test_every_marked_cell_has_an_output_and_a_count(library):
    for text in student_notebooks(library).values():
        for cell in read(text).cells:
            if "nbval-check-output" in cell.metadata.get("tags", []):
                assert cell.outputs and cell.execution_count


def test_the_bytes_are_those_that_jupyter_would_write(library):
    for text in student_notebooks(library).values():
        assert text == nbformat.writes(read(text)) + "\n"


def test_ids_follow_the_content(project):
    cell = "```{code-cell} ipython3\n1\n```\n"
    before = read(
        student_notebook((library := project(name=f"a\n{cell}b\n{cell}")).chapters[0], library)
    ).cells
    after = read(
        student_notebook((library := project(name=f"a\n{cell}c\n{cell}")).chapters[0], library)
    ).cells
    same = [old.id == new.id for old, new in zip(before, after, strict=True)]
    assert same == [True, True, True, True, False, True]
    assert len({one.id for one in before}) == len(before)


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_writes_the_same_bytes(root, example, seed):
    program = (
        "import json, sys; from cellcnn_book.library import Library; from cellcnn_book.notebook import *; "
        "print(json.dumps(student_notebooks(Library(sys.argv[1]))))"
    )
    env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(root / "book" / "_ext")}
    command = [sys.executable, "-c", program, str(example.root)]
    result = subprocess.run(command, capture_output=True, text=True, env=env, check=True)
    assert json.loads(result.stdout) == student_notebooks(example)


# References that lead nowhere

NOWHERE = {
    "{term}`kernle`": "the glossary has no term `kernle`",
    "{cite:p}`nobody2020`": "book/references.bib has no entry `nobody2020`",
    "{ref}`sec-none`": "no page has the label `sec-none`",
    "{doc}`../guide/none`": "there is no page book/guide/none.md",
    "{eq}`eq-none`": "no formula has the label `eq-none`",
    "{ref}`eq-a`\n\n```{math}\n:label: eq-a\na\n```": "`eq-a` is the label of a formula. Write {eq}`eq-a`",
    "{ref}`a`\n\n(a)=\nText": "`a` has no title",
    "{py:func}`numpy.pad`": "`numpy.pad` is not in the reference of the package",
    "[a](../guide/none.md)": "there is no page book/guide/none.md",
    "[a](none.py)": "there is no file book/chapters/none.py",
    "[a](../../../none.py)": "`../../../none.py` leads out of the project",
    "[a](#none)": "no page has the label `none`",
    ":::{figure} none.svg\n:alt: a\n:::": "there is no file book/chapters/none.svg",
    "```{literalinclude} ../../cellcnn_helpers/_checks.py\n:pyobject: none\n```": "_checks.py has no `none`",
}


@pytest.mark.parametrize("source", NOWHERE)
def test_a_reference_that_leads_nowhere_is_told_with_its_line(project, source):
    library = project(name=f"Text\n\n{source}")
    with pytest.raises(ChapterError) as caught:
        student_notebooks(library)
    [problem] = caught.value.problems
    assert (problem.path, problem.line) == ("book/chapters/name.md", FIRST + 2)
    assert NOWHERE[source] in problem.message


def test_the_slips_of_all_chapters_are_told_at_once(project):
    with pytest.raises(ChapterError) as caught:
        project(one="{foo}`a`", two="b\n\n{bar}`a`")
    assert [problem.path for problem in caught.value.problems] == [
        f"book/chapters/{name}.md" for name in ("one", "two")
    ]
    with pytest.raises(ChapterError) as caught:
        student_notebooks(project(one="{term}`a`", two="{term}`b`"))
    assert len(caught.value.problems) == 2


def test_a_label_of_two_chapters_is_refused(project):
    with pytest.raises(
        ChapterError, match=r"two\.md:7: the label `a` is also given in book/chapters/one\.md:7"
    ):
        project(one="(a)=\n## A", two="(a)=\n## B")


def test_two_pictures_of_one_name_are_refused(project):
    figure = ":::{figure} %s/window.svg\n:alt: a\n:::"
    project(one=figure % "../figures", two=figure % "../figures/.")
    with pytest.raises(ChapterError, match=r"book/figures/window\.svg has the same file name"):
        project(one=figure % "../figures", two=figure % "../others")


@pytest.mark.parametrize(
    "term", ["kernel", "Receptive field", "half mean squared error", "F1-score (macro)", "C++"]
)
def test_the_anchors_of_terms_are_those_of_sphinx(term):
    assert term_anchor(term) == _make_id(f"term-{term}")
