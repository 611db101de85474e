"""The site in a real browser: served, from disk, light, dark, wide, narrow, with and without JavaScript.

Every page opened through `new_page` fails its test on a console error or a request to another host.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
CHAPTER = "chapters/03_convolution.html"
AXE = {"preload": False}  # or it asks for style sheets at wrong addresses
# Both belong to the theme: its search button's name, and parts of the page that stand outside landmarks.
THEME_FINDINGS = {"label-content-name-mismatch", "region"}


@pytest.fixture(scope="module")
def address(serve, site):
    return serve(site)


@pytest.fixture(scope="module")
def names(site):
    """Every page."""
    found = sorted(
        str(path.relative_to(site)) for path in site.rglob("*.html") if "_static" not in path.parts
    )
    assert CHAPTER in found
    return found


def settle(page):
    """Wait until formulas and widgets stand."""
    page.wait_for_load_state("load")
    page.evaluate("() => window.MathJax?.startup?.promise")


def overflow(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_every_page_opens_without_an_error_or_a_foreign_request(new_page, address, names):
    page = new_page()
    for name in names:
        page.goto(f"{address}/{name}")
        settle(page)
        assert page.locator("main h1:visible").count() == 1, name


def test_no_page_is_wider_than_a_phone(new_page, address, names):
    page = new_page(viewport=PHONE)
    for name in names:
        page.goto(f"{address}/{name}")
        settle(page)
        assert overflow(page) <= 0, name


def test_formulas_are_typeset_with_fonts_from_here(page, address):
    page.goto(f"{address}/{CHAPTER}")
    settle(page)
    assert page.locator("mjx-container").count() == page.locator(".math").count() > 5
    assert page.locator("mjx-merror").count() == 0
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px MJXTEX-I'))")
    assert page.locator("mjx-assistive-mml math").count() > 5, "for screen readers"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_readers_color_scheme(new_page, address, scheme):
    page = new_page(color_scheme=scheme)
    page.goto(f"{address}/{CHAPTER}")
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    color = "getComputedStyle(document.body).backgroundColor"
    lightness = sum(int(part) for part in page.evaluate(color).strip("rgb()").split(","))
    assert lightness > 600 if scheme == "light" else lightness < 150


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_only_what_the_theme_brings(new_page, address, scheme):
    page = new_page(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    for name in (CHAPTER, "index.html"):
        page.goto(f"{address}/{name}")
        settle(page)
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        found = {
            one["id"]: one["nodes"][0]["html"][:200]
            for one in Axe().run(page, options=AXE).response["violations"]
        }
        assert set(found) <= THEME_FINDINGS, (name, found)


def test_the_search_finds_a_word_and_shows_where(page, address):
    page.goto(f"{address}/search.html?q=receptive")
    result = page.locator("#search-results a", has_text="Convolution").first
    result.wait_for()
    assert "03_convolution" in result.get_attribute("href")
    assert page.locator("#search-results .context").first.inner_text()


def test_pages_work_from_disk(new_page, site):
    page = new_page()
    page.goto((site / CHAPTER).as_uri())
    settle(page)
    assert page.locator("mjx-container").count() > 5
    page.locator(".quiz-option input").first.check()
    page.locator(".quiz-feedback", has_text=".").first.wait_for()
    page.goto(f"{(site / 'search.html').as_uri()}?q=receptive")
    page.locator("#search-results a", has_text="Convolution").first.wait_for()


def test_a_page_without_javascript_is_readable(new_page, address):
    page = new_page(java_script_enabled=False, viewport=PHONE)
    page.goto(f"{address}/{CHAPTER}")
    assert page.locator("article h1").inner_text().startswith("Convolution")
    assert page.locator(".quiz-choices li").count() >= 12
    answer = page.locator(".quiz-answers").first
    answer.locator("summary").click()
    assert answer.locator(".quiz-right").is_visible()
    solution = page.locator("details.solution").first
    assert not solution.locator("pre").is_visible()
    solution.locator("summary").click()
    assert solution.locator("pre").is_visible()
    assert page.locator(".widget-noscript", has_text="starting state").first.is_visible()


# ---- The quiz ----


@pytest.fixture
def quiz_page(page, address):
    page.goto(f"{address}/{CHAPTER}")
    settle(page)
    return page


@pytest.fixture(scope="module")
def right_choices(site):
    """The number of the right choice of every question, from the page as the build wrote it."""
    page = BeautifulSoup((site / CHAPTER).read_text(encoding="utf-8"), "html.parser")
    return [
        ["quiz-right" in one["class"] for one in quiz.find_all(class_="quiz-reason")].index(True)
        for quiz in page.find_all(class_="quiz")
    ]


@pytest.fixture
def choices(right_choices):
    """``choices(page, number)``: a question, a radio button that is wrong, and the one that is right."""

    def find(page, number):
        quiz, right = page.locator(".quiz").nth(number), right_choices[number]
        radios = quiz.locator("input[type=radio]")
        return quiz, radios.nth(0 if right else 1), radios.nth(right)

    return find


def test_each_choice_is_answered_at_once_with_its_reason(quiz_page, choices):
    quiz, wrong, right = choices(quiz_page, 0)
    feedback = quiz.locator(".quiz-feedback")
    assert feedback.inner_text() == ""
    wrong.check()
    assert feedback.inner_text().startswith("Not this one.")
    first = feedback.inner_text()
    right.check()
    assert feedback.inner_text().startswith("Right.")
    assert feedback.inner_text() != first and len(feedback.inner_text()) > len("Right. ")
    assert feedback.get_attribute("role") == "status", "a screen reader hears it"


def test_the_score_counts_and_can_be_cleared(quiz_page, choices):
    total = quiz_page.locator(".quiz").count()
    score = quiz_page.locator(".quiz-score")
    assert total >= 6
    assert f"0 of {total} right, 0 answered" in score.inner_text()
    choices(quiz_page, 0)[1].check()
    assert f"0 of {total} right, 1 answered" in score.inner_text()
    choices(quiz_page, 0)[2].check()
    choices(quiz_page, 1)[2].check()
    assert f"2 of {total} right, 2 answered" in score.inner_text()
    score.get_by_role("button", name="Clear my answers").click()
    assert f"0 of {total} right, 0 answered" in score.inner_text()
    assert quiz_page.locator(".quiz input:checked").count() == 0


def test_answers_are_kept_in_the_browser_until_cleared(quiz_page, choices):
    choices(quiz_page, 0)[2].check()
    choices(quiz_page, 1)[1].check()
    quiz_page.reload()
    assert choices(quiz_page, 0)[2].is_checked()
    assert choices(quiz_page, 1)[0].locator(".quiz-feedback").inner_text().startswith("Not this one.")
    assert "1 of" in quiz_page.locator(".quiz-score").inner_text()
    quiz_page.get_by_role("button", name="Clear my answers").click()
    quiz_page.reload()
    assert quiz_page.locator(".quiz input:checked").count() == 0


def test_the_quiz_works_by_keyboard_and_waits_for_enter(quiz_page):
    """Arrow keys move through radio buttons and check them: no answer yet, or nobody could look around."""
    quiz = quiz_page.locator(".quiz").first
    feedback = quiz.locator(".quiz-feedback")
    quiz.locator("input").first.focus()
    quiz_page.keyboard.press("ArrowDown")
    assert quiz.locator("input").nth(1).is_checked()
    assert feedback.inner_text() == "Press Enter to answer."
    quiz_page.keyboard.press("Enter")
    assert feedback.inner_text().startswith(("Right.", "Not this one."))
    quiz_page.keyboard.press("ArrowDown")
    assert feedback.inner_text() == "Press Enter to answer."
    quiz_page.keyboard.press("Space")
    assert feedback.inner_text().startswith(("Right.", "Not this one."))


def test_formulas_in_choices_and_reasons_are_typeset(quiz_page):
    assert quiz_page.locator(".quiz .math").count() > 0
    assert quiz_page.locator(".quiz .math:not(:has(mjx-container))").count() == 0


def test_the_quiz_works_where_nothing_can_be_stored(new_page, address, choices):
    page = new_page()
    page.add_init_script(
        """for (const name of ["getItem", "setItem", "removeItem"]) {
             const original = Storage.prototype[name];
             Storage.prototype[name] = function (key, ...rest) {
               if (key.startsWith("cellcnn")) throw new DOMException("no storage", "SecurityError");
               return original.call(this, key, ...rest);
             };
           }"""
    )
    page.goto(f"{address}/{CHAPTER}")
    settle(page)
    quiz, _, right = choices(page, 0)
    right.check()
    assert quiz.locator(".quiz-feedback").inner_text().startswith("Right.")
    page.get_by_role("button", name="Clear my answers").click()
    assert page.locator(".quiz input:checked").count() == 0
