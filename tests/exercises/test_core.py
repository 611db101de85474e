"""Results, hints and the decorator: what every checker shares."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import Finding, Result, checker


@checker(hints=("Look up.", "Look down."), learned="Six is perfect.")
def six(answer, rng):
    """Check the number 6.

    Examples
    --------
    >>> six(6).status
    'correct'
    """
    if answer != 6:
        raise Finding(f"`{answer}` is not 6 <b>", "5 < 6")


def stub(size):
    """A docstring does not make it an answer."""
    ...


def stub_with_pass(size):
    pass


class TestNotAttempted:
    @pytest.mark.parametrize("answer", [..., None, stub, stub_with_pass, lambda size: ..., lambda size: None])
    def test_untouched_stub(self, answer):
        assert six(answer).status == "not attempted"

    @pytest.mark.parametrize("answer", [0, "", np.zeros(1), lambda size: size, lambda size: 0, print])
    def test_anything_else_is_an_attempt(self, answer):
        assert six(answer).status == "incorrect"


class TestResult:
    def test_statuses_and_messages(self):
        assert six(6) == Result("six", "correct", "Six is perfect.")
        assert six(5) == Result("six", "incorrect", "`5` is not 6 <b>", "5 < 6")

    def test_plain_text_names_exercise_status_message_and_example(self):
        assert repr(six(5)) == str(six(5)) == "six: incorrect\n`5` is not 6 <b>\n\n5 < 6"
        assert str(six(6)) == "six: correct\nSix is perfect."

    def test_html_escapes_what_the_student_wrote(self):
        page = six("<script>alert(1)</script>")._repr_html_()
        assert "<script>" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "5 &lt; 6" in page

    def test_html_shows_code_and_takes_text_and_background_from_the_page(self):
        page = six(5)._repr_html_()
        assert "<code>5</code> is not 6" in page
        assert "six: incorrect" in page
        assert "color:" not in page.replace("border-left", "")
        assert "var(--cellcnn-contrast" in page
        assert "var(--cellcnn-accent" in six(6)._repr_html_()
        assert "var(--cellcnn-line" in six(...)._repr_html_()


class TestHints:
    def test_hints_are_a_tuple_in_order(self):
        assert six.hints == ("Look up.", "Look down.")

    def test_hint_says_how_many_there_are_and_how_to_get_the_next(self):
        assert repr(six.hint()) == "Hint 1 of 2: Look up. (The next one: hint(2))"
        assert repr(six.hint(2)) == "Hint 2 of 2: Look down."

    @pytest.mark.parametrize(
        ("n", "error", "message"),
        [
            (3, ValueError, r"`n` must be at most 2: got n=3\.\n`six` has 2 hints"),
            (0, ValueError, r"got n=0"),
            (1.5, TypeError, r"got n=1\.5"),
        ],
    )
    def test_no_such_hint(self, n, error, message):
        with pytest.raises(error, match=message):
            six.hint(n)


class TestSeed:
    def draws(self):
        drawn = []

        @checker(hints=(), learned="")
        def draw(answer, rng):
            drawn.append(int(rng.integers(0, 10**9)))

        return draw, drawn

    def test_without_a_seed_the_cases_are_always_the_same(self):
        draw, drawn = self.draws()
        draw(1), draw(1)
        assert drawn[0] == drawn[1]

    def test_a_seed_draws_new_cases(self):
        draw, drawn = self.draws()
        draw(1), draw(1, seed=1), draw(1, seed=2), draw(1, seed=2)
        assert len(set(drawn)) == 3 and drawn[2] == drawn[3]

    @pytest.mark.parametrize(("seed", "error"), [(-1, ValueError), (1.5, TypeError), ("1", TypeError)])
    def test_what_is_no_seed(self, seed, error):
        with pytest.raises(error, match=f"`seed` must be .*: got seed={seed!r}"):
            six(6, seed=seed)


def test_hints_without_a_comma_are_no_tuple():
    with pytest.raises(TypeError, match=r"`hints` must be a tuple of strings: got hints='Look up\.'"):
        checker(hints=("Look up."), learned="")


def test_the_docstring_gains_the_parameters_before_the_examples():
    doc = six.__doc__
    assert doc.startswith("Check the number 6.\n\nParameters\n----------\nanswer : object")
    assert doc.index("Returns\n-------") < doc.index("Examples\n--------") < doc.index(">>> six(6).status")
    assert six.__name__ == "six" and six.__module__ == __name__


def test_a_fault_of_the_checker_itself_is_not_blamed_on_the_student():
    @checker(hints=(), learned="")
    def broken(answer, rng):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken(1)
