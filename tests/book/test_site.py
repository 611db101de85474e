"""The built site: complete, self-contained, and silent about solutions."""

import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from cellcnn_book.address import Address
from cellcnn_book.api import public
from cellcnn_book.chapter import parse

# Attributes through which a browser fetches something by itself; `href` only on <link>.
FETCHED = ("src", "srcset", "poster", "data", "background", "action")
CSS_URL = re.compile(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)")
MATHJAX_MEGABYTE = 1_000_000


@cache
def soup(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def pages(site):
    """Every HTML page, parsed: {path: soup}."""
    found = {path: soup(path) for path in sorted(site.rglob("*.html")) if "_static" not in path.parts}
    assert len(found) >= 5
    return found


@pytest.fixture(scope="module")
def chapters(root, site):
    """Every chapter with the soup of its page: [(chapter, soup)]."""
    sources = sorted((root / "book" / "chapters").glob("*.md"))
    assert sources
    return [
        (parse(path.read_text(encoding="utf-8"), path), soup(site / "chapters" / f"{path.stem}.html"))
        for path in sources
    ]


def is_elsewhere(address):
    """Whether an address leads to another host; data and blob addresses do not."""
    return address.startswith("//") or urlsplit(address).scheme in ("http", "https", "ws", "wss")


def fetched(page):
    """Every address that a browser fetches when it opens a page."""
    for tag in page.find_all(True):
        for name in FETCHED:
            if tag.get(name):
                yield tag[name]
        if tag.name == "link" and "canonical" not in tag.get("rel", []):
            yield tag["href"]
    for style in [tag.get("style", "") for tag in page.find_all(style=True)] + [
        s.text for s in page("style")
    ]:
        yield from ("".join(found) for found in CSS_URL.findall(style))


def test_no_page_asks_another_host_for_anything(pages):
    asked = [(path.name, address) for path, page in pages.items() for address in fetched(page)]
    assert len(asked) > 50
    assert [one for one in asked if is_elsewhere(one[1])] == []


def test_no_style_asks_another_host_for_anything(site):
    found = [
        (path.name, "".join(address))
        for path in site.rglob("*.css")
        for address in CSS_URL.findall(path.read_text(encoding="utf-8"))
    ]
    assert found, "the fonts of the theme at least"
    assert [one for one in found if is_elsewhere(one[1])] == []


def test_scripts_of_page_wide_services_are_absent(pages):
    for path, page in pages.items():
        text = " ".join(str(script) for script in page("script"))
        for name in ("thebe", "require.js", "requirejs", "cdn.", "unpkg", "jsdelivr", "hypothes", "utteranc"):
            assert name not in text, f"{path}: {name}"


def test_mathjax_is_here_and_no_file_is_large(site):
    folder = site / "_static" / "vendor" / "mathjax"
    for name in (
        "startup.js",
        "core.js",
        "input/tex.js",
        "output/chtml.js",
        "a11y/assistive-mml.js",
        "LICENSE",
    ):
        assert (folder / name).exists()
    assert all(path.stat().st_size < MATHJAX_MEGABYTE for path in folder.rglob("*"))


def test_every_link_and_anchor_leads_somewhere(site, pages):
    broken = []
    for path, page in pages.items():
        for tag in [*page.find_all(href=True), *page.find_all(src=True)]:
            address = tag.get("href") or tag.get("src")
            if urlsplit(address).scheme or address.startswith("//"):
                continue
            target = urlsplit(urljoin(path.as_uri(), address))
            file = Path(unquote(target.path))
            if file.is_dir():
                file /= "index.html"
            if not file.exists():
                broken.append((path.name, address))
            elif target.fragment and file.suffix == ".html":
                anchor = unquote(target.fragment)
                if not soup(file).find(id=anchor) and not soup(file).find(attrs={"name": anchor}):
                    broken.append((path.name, address))
    assert broken == []


def test_every_picture_has_alt_text(pages):
    pictures = [(path.name, image) for path, page in pages.items() for image in page("img")]
    assert pictures
    assert [one for one in pictures if not one[1].get("alt", "").strip()] == []


def test_every_page_has_what_browsers_and_search_engines_ask_for(pages):
    for path, page in pages.items():
        assert page.find("html")["lang"] == "en", path
        description = page.find("meta", attrs={"name": "description"})["content"]
        assert 20 <= len(description) <= 160, path
        assert page.find("link", rel="icon")["href"].endswith("favicon.svg"), path
        assert page.find("html")["data-theme"] in ("auto", "light"), path
        assert len(page("h1")) >= 1, path


def test_ids_are_unique(pages):
    for path, page in pages.items():
        ids = [tag["id"] for tag in page.find("main").find_all(id=True)]
        assert sorted(set(ids)) == sorted(ids), path


def test_a_chapter_has_its_buttons(root, site, chapters):
    address = Address.read(root)
    for chapter, page in chapters:
        name = Path(chapter.path).stem
        assert page.find(class_="btn-colab")["href"] == address.colab_url(name)
        assert page.find(class_="btn-source-repository-button")["href"] == address.repository_url
        issue = page.find(class_="btn-source-issues-button")["href"]
        assert issue.startswith(f"{address.repository_url}/issues/new?")
        download = site / "chapters" / page.find(class_="btn-notebook")["href"]
        committed = root / "notebooks" / f"{name}.ipynb"
        assert download.resolve().read_bytes() == committed.read_bytes()
        assert json.loads(committed.read_bytes())["cells"]


def test_other_pages_have_no_notebook_buttons(site, pages):
    for path, page in pages.items():
        if path.parent.name != "chapters":
            assert page.find(class_="btn-colab") is None, path
            assert page.find(class_="btn-notebook") is None, path


def test_sources_are_not_published(site):
    assert not (site / "_sources").exists()
    assert [path for path in site.rglob("*.md") if "vendor" not in path.parts] == []


# ---- Solutions ---------------------------------------------------------------------------------------------


def squeezed(text):
    return "".join(text.split())


def without_solutions(page):
    """The text of a page, but for what the reader has to unfold for it."""
    copy = BeautifulSoup(str(page), "html.parser")
    for folded in copy.find_all("details", class_="solution"):
        folded.decompose()
    return copy.get_text()


def test_every_exercise_has_its_solution_folded_below(chapters):
    for chapter, page in chapters:
        folded = page.find_all("details", class_="solution")
        assert [squeezed(one.find("pre").text) for one in folded] == [
            squeezed(exercise.cell.solution_source) for exercise in chapter.exercises
        ]
        assert not any(one.has_attr("open") for one in page("details"))


def test_no_line_of_a_solution_stands_outside_its_fold(site, pages, chapters):
    lines = [line for chapter, _ in chapters for e in chapter.exercises for line in e.cell.solution_lines]
    assert len(lines) >= 5
    for path, page in pages.items():
        text = without_solutions(page)
        shown = {squeezed(line) for line in text.splitlines()}
        assert [line for line in lines if squeezed(line) in shown] == [], path
        # Within a line too, but for what is so short that other code has it in passing: `return gradient`.
        long = [line for line in lines if len(squeezed(line)) >= 20]
        assert [line for line in long if squeezed(line) in squeezed(text)] == [], path


def test_the_search_index_knows_the_text(site):
    index = (site / "searchindex.js").read_text()
    assert '"terms":' in index and "convolut" in index


# ---- What chapters are made of -----------------------------------------------------------------------------


def test_hints_come_from_the_checkers(chapters):
    for chapter, page in chapters:
        assert page.find("details", class_="hint"), chapter.path


def test_an_exercise_shows_its_stub_and_no_output(chapters):
    for _, page in chapters:
        cells = page.find_all("div", class_="tag_exercise")
        assert cells
        for cell in cells:
            assert "..." in cell.text
            assert cell.find(class_="cell_output") is None


def test_measured_values_are_those_of_their_cells(chapters):
    for chapter, page in chapters:
        names = re.findall(r"\{measured\}`([\w-]+)`", chapter.text)
        shown = page.find_all(class_="measured")
        assert len(names) == len(shown)
        for name, span in zip(names, shown, strict=True):
            cell = page.find("div", class_=f"tag_measured-{name}")
            assert span.text == cell.find(class_="cell_output").text.strip() != ""


def test_exact_outputs_are_what_the_page_computed(chapters):
    """The notebook stores the expected output; the page ran the cell. They must agree."""
    for chapter, page in chapters:
        cells = page.find_all("div", class_="tag_check-output")
        expected = [cell.expected.text for cell in chapter.code_cells if cell.expected]
        assert [squeezed(cell.find(class_="cell_output").text) for cell in cells] == [
            squeezed(text) for text in expected
        ]


def test_a_quiz_works_without_javascript(chapters):
    for chapter, page in chapters:
        for question in chapter.questions:
            quiz = page.find(id=question.label)
            assert len(quiz.select(".quiz-choices > li")) == len(question.choices)
            answers = quiz.find("details", class_="quiz-answers")
            right = ["quiz-right" in reason["class"] for reason in answers.find_all(class_="quiz-reason")]
            assert right == [choice.correct for choice in question.choices]


def test_every_widget_says_where_its_starting_state_is(chapters):
    for _, page in chapters:
        views = page.find_all("script", type="application/vnd.jupyter.widget-view+json")
        for view in views:
            assert "starting state" in view.find_next_sibling("noscript").text
        if views:
            assert page.find("script", type="application/vnd.jupyter.widget-state+json")
            loader = page.find("script", src=re.compile("widgets.js"))
            assert loader.has_attr("defer") and loader.get("type") != "module"


@pytest.mark.parametrize("package", ["nn", "datasets", "simulate", "images", "plots", "exercises", "widgets"])
def test_the_reference_shows_all_that_a_module_exports(site, package):
    page = soup(site / "guide" / "api.html")
    names = public(f"cellcnn_helpers.{package}")
    assert names
    assert [
        name for name in names if not page.find(id=re.compile(rf"cellcnn_helpers\.(\w+\.)*{name}$"))
    ] == []
