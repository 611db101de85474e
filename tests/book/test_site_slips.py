"""A slip in a source stops the build, and the message says in which file and line it is.

One book holds all the slips: the build goes on after the first, so that an author sees the whole list.
"""

import re

import pytest

# The front matter of a chapter takes five lines here, so the title of each stands in line 6.
CHAPTERS = {
    "unclosed_solution": """# T

:::{exercise} E
:label: ex-unclosed

Do.
:::

```{code-cell} ipython3
:tags: [exercise]

x = 1
# BEGIN SOLUTION
y = 2
```
""",
    "solution_outside": """# T

```{code-cell} ipython3
# BEGIN SOLUTION
x = 1
# END SOLUTION
```
""",
    "unknown_role": "# T\n\nSee {sparkle}`x`.\n",
    "duplicate_label": "(same-label)=\n# T\n\n(same-label)=\n## S\n\nText.\n",
    "one": "(shared-label)=\n# T\n\nText.\n",
    "other": "(shared-label)=\n# T\n\nText.\n",
    "unknown_measured": "# T\n\nIt took {measured}`nothing`.\n",
    "in_pieces": """# T

```{code-cell} ipython3
:tags: [check-output]

import time

print("one", end=" ")
time.sleep(0.5)
print("line")
```
```{expected-output}
one line
```
""",
    "fine": """# T

The wombat asks.

```{code-cell} ipython3
from cellcnn_helpers.exercises import convolution as check
```

:::{exercise} E
:label: ex-fine

Do.
:::

```{code-cell} ipython3
:tags: [exercise]

def weighted_sum(window, kernel, bias=0):
    # BEGIN SOLUTION
    zebracrossing = (window * kernel).sum() + bias
    return zebracrossing
    # END SOLUTION

check.weighted_sum(weighted_sum)
```
""",
    "promises": """# T

It took {measured}`two`.

```{code-cell} ipython3
:tags: [measured-two]

print(1)
print(2)
```

```{code-cell} ipython3
:tags: [check-output]

print(6 * 7)
```
```{expected-output}
42
```

```{code-cell} ipython3
:tags: [check-output, hide-output]

6 * 9
```
```{expected-output}
42
```
""",
    "when_run": """# T

See {ref}`nowhere`. It took {measured}`long`.

```{code-cell} ipython3
:tags: [measured-long]

print(1)

```

```{code-cell} ipython3
from IPython.display import HTML, SVG
SVG("<svg></svg>")
```

```{code-cell} ipython3
HTML('<img src="x.png">')
```

```{code-cell} ipython3
from cellcnn_helpers.exercises import convolution as check
```

:::{exercise} E
:label: ex-checker

Do.
:::

```{code-cell} ipython3
:tags: [exercise]

def f():
    # BEGIN SOLUTION
    return 1
    # END SOLUTION

check.no_such_checker(f)
```

After an exercise: see {ref}`nowhere-else`.
""",
}

SLIPS = {
    "unclosed solution": r"unclosed_solution\.md:18: .*END SOLUTION",
    "solution outside an exercise": r"solution_outside\.md:9: .*exercise",
    "unknown role": r"unknown_role\.md:8: .*sparkle",
    "label given twice": r"duplicate_label\.md:9: .*same-label.*line 6",
    "label of another chapter": r"other\.md:6: .*shared-label.*one\.md:6",
    "unknown measured value": r"unknown_measured\.md:8: .*nothing",
    "unknown reference": r"when_run\.md:8: .*nowhere",
    "measured value of two lines": r"promises\.md:8: .*measured-two.*one line.*'1\\n2'",
    "output other than promised": r"promises\.md:31: .*gives '54', .*says '42'",
    "picture without alt": r"when_run\.md:17: .*alt",
    "HTML without alt": r"when_run\.md:22: .*<img>.*alt",
    "failing cell": r"when_run\.md:36: .*AttributeError.*no_such_checker",
    "unknown checker": r"when_run\.md:\d+: .*`check\.no_such_checker` is not in .*exercises\.convolution",
    "unknown reference after an exercise": r"when_run\.md:47: .*nowhere-else",
}


@pytest.fixture(scope="module")
def built(build_chapters):
    return build_chapters(CHAPTERS)


def test_a_book_with_slips_is_not_built(built):
    result, _ = built
    assert result.returncode == 1
    assert "book: not built." in result.stderr
    assert "Traceback" not in result.stderr
    assert "Please also report" not in result.stderr, "Sphinx's words for a bug of its own"


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_with_file_and_line(built, slip):
    result, folder = built
    lines = [line for line in result.stderr.splitlines() if re.search(SLIPS[slip], line)]
    assert lines, result.stderr
    assert lines[0].startswith(str(folder / "book" / "chapters")), "a path that an editor can open"


def test_what_is_as_promised_is_not_complained_about(built):
    result, _ = built
    assert result.stderr.count("promises.md") == 2


def test_a_failing_cell_is_told_once_not_for_all_that_it_leaves_undone(built):
    result, _ = built
    assert "measured-long" not in result.stderr


def test_what_is_printed_in_pieces_is_joined_as_it_is(built):
    """A busy machine takes half a second between two pieces of a line."""
    result, _ = built
    assert "in_pieces.md" not in result.stderr


def test_a_chapter_without_slips_is_not_complained_about(built):
    result, _ = built
    assert "fine.md" not in result.stderr


def test_the_search_index_knows_the_text_and_no_solution(built):
    """The folded solution stands in the page, but a search must not lead to it."""
    _, folder = built
    page = (folder / "_build/html/chapters/fine.html").read_text(encoding="utf-8")
    index = (folder / "_build/html/searchindex.js").read_text(encoding="utf-8")
    assert "wombat" in index
    assert "zebracrossing" in page and "zebracross" not in index
