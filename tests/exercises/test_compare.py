"""How a student's function is run and compared: order of findings, slips, and everything it might do."""

import functools
import threading
import time
import warnings

import numpy as np
import pytest

from cellcnn_helpers.exercises import array_answer, checker, same_answers


@checker(hints=(), learned="")
def scale(answer, rng):
    """Scale an array."""

    def scale(values, factor=2):
        return values * factor / 4

    slips = [
        ("You added.", lambda values, factor: values + factor),
        (
            "Only right for rows of two.",
            lambda values, factor: scale(values, factor) if values.size == 2 else None,
        ),
        ("One column too many.", lambda values, factor: np.full(values.size + 1, np.nan)),
    ]
    cases = [{"values": np.array([1.0, 3])}, {"values": np.array([5.0, 6, 8]), "factor": 3}]
    cases += [{"values": rng.uniform(1, 9, 4), "factor": 7}]
    same_answers(answer, scale, cases, slips=slips)


@checker(hints=(), learned="")
def count(answer, rng):
    """Count."""

    def count(items):
        return len(items)

    same_answers(answer, count, [{"items": [4, 5]}, {"items": (1, 2, 3)}], whole=True)


class TestRight:
    @pytest.mark.parametrize(
        "answer",
        [
            lambda values, factor=2: values * factor / 4,
            lambda v, f=2: [float(item) * f / 4 for item in v],
            lambda v, f=2: np.float32(v) * np.float32(f) / 4,
            lambda *args: args[0] * (args[1] if len(args) > 1 else 2) / 4,
            functools.partial(lambda shift, v, f=2: v * f / 4 + shift, 0),
        ],
        ids=["array", "list, other names", "float32", "starred", "partial"],
    )
    def test_accepted(self, answer):
        assert scale(answer).status == "correct"
        assert scale(answer, seed=1).status == "correct"

    def test_prints_are_kept_quiet(self, capsys):
        def talks(values, factor=2):
            print("working")
            return values * factor / 4

        assert scale(talks).status == "correct"
        assert capsys.readouterr().out == ""

    def test_warnings_are_kept_quiet(self):
        def warns(values, factor=2):
            warnings.warn("careful", stacklevel=2)
            np.log(values * 0)
            return values * factor / 4

        assert scale(warns).status == "correct"

    @pytest.mark.parametrize("answer", [len, lambda items: np.int64(len(items))])
    def test_whole_numbers(self, answer):
        assert count(answer).status == "correct"


class TestType:
    @pytest.mark.parametrize("answer", [3, np.zeros(2), "scale", [1, 2]])
    def test_not_a_function(self, answer):
        assert "without brackets behind its name: `check.scale(scale)`" in scale(answer).message

    @pytest.mark.parametrize(
        "answer", [lambda values: values / 2, lambda values, extra, factor=2: values / 2]
    )
    def test_other_arguments(self, answer):
        message = scale(answer).message
        assert "should be called as `scale(values, factor=2)`; yours takes `(values" in message

    def test_an_error_is_one_line_with_the_line_of_the_students_code(self):
        def fails(values, factor=2):
            rows = 7
            return np.reshape(values, rows)  # NumPy's own lines are not the student's

        result = scale(fails)
        line = fails.__code__.co_firstlineno + 2
        assert result.message.startswith("Your function stops with `ValueError: ")
        assert f" in line {line}, `return np.reshape(values, rows)" in result.message
        assert "\n" not in result.message
        assert "with values = [1. 3.]" in result.example and "gave" not in result.example

    def test_a_long_error_is_cut(self):
        def fails(values, factor=2):
            raise RuntimeError("x" * 1000 + "\nsecond line")

        assert len(scale(fails).message) < 400

    def test_an_error_that_cannot_tell_its_message(self):
        class Silent(Exception):
            def __str__(self):
                raise RuntimeError("no words")

        def fails(values, factor=2):
            raise Silent

        assert "Your function stops with `Silent: no message` in line" in scale(fails).message

    def test_a_result_that_cannot_show_itself(self):
        class Hidden:
            def __repr__(self):
                raise RuntimeError("no picture")

        result = scale(lambda values, factor=2: Hidden())
        assert "it returned <Hidden> (type Hidden)." in result.message

    @pytest.mark.parametrize(
        ("fails", "meaning"),
        [
            (lambda values, factor=2: values * np.ones(7), "need the same rows and the same columns."),
            (
                lambda values, factor=2: np.convolve(np.ones((3, 3)), values),
                "takes one dimension, but here there are rows and columns.",
            ),
        ],
    )
    def test_an_error_of_numpy_about_shapes_is_explained(self, fails, meaning):
        message = scale(fails).message
        assert message.startswith("Your function stops with `ValueError: ")
        assert message.endswith(meaning)

    def test_exit_does_not_end_the_notebook(self):
        def leaves(values, factor=2):
            raise SystemExit("bye")

        assert "`SystemExit: bye`" in scale(leaves).message

    def test_endless_recursion(self):
        def recursive(values, factor=2):
            return recursive(values, factor)

        assert "RecursionError" in scale(recursive).message

    def test_stop_button_of_the_notebook_works(self):
        def interrupted(values, factor=2):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            scale(interrupted)

    def test_return_forgotten(self):
        def forgets(values, factor=2):
            values * factor

        assert "forget `return`" in scale(forgets).message

    def test_print_taken_for_return(self):
        def prints(values, factor=2):
            print(values * factor / 4)

        result = scale(prints)
        assert "`print` shows a value, `return` hands it back" in result.message
        assert "printed\n  [0.5 1.5]" in result.example

    @pytest.mark.parametrize("end", ["", "\n"])
    def test_much_printing_is_cut(self, end):
        def floods(values, factor=2):
            for _ in range(10_000):
                print("again", end=end)

        assert len(scale(floods).example) < 600

    @pytest.mark.parametrize(
        ("value", "named"),
        [
            ("0.5", "'0.5' (type str)"),
            ({}, "{} (type dict)"),
            ([[1], [1, 2]], "inhomogeneous"),
            (1j, "1j (type complex)"),
        ],
    )
    def test_no_numbers(self, value, named):
        assert named in scale(lambda values, factor=2: value).message

    def test_yield_taken_for_return(self):
        def generates(values, factor=2):
            yield from values

        assert "(type generator)" in scale(generates).message

    def test_list_of_ellipsis_is_not_attempted(self):
        assert scale(lambda values, factor=2: [..., ...]).status == "not attempted"


class TestShapeTypeValue:
    def test_shape(self):
        result = scale(lambda values, factor=2: (values * factor / 4)[:-1])
        assert result.message == "The result has shape (1,), but the right one has shape (2,)."

    def test_single_number(self):
        result = scale(lambda values, factor=2: 0.5)
        assert result.message == "The result is a single number, but the right one has shape (2,)."

    def test_cut_fractions(self):
        def cuts(values, factor=2):
            out = np.zeros(values.shape, dtype=int)
            out[:] = values * factor / 4
            return out

        assert "cut to whole numbers, because the result is of type `int64`" in scale(cuts).message

    def test_counts_are_whole_numbers(self):
        assert (
            "whole number, `int`, but it is of type `float64`"
            in count(lambda items: float(len(items))).message
        )
        assert "of type `bool`" in count(lambda items: True).message

    def test_the_very_dtype_where_it_is_asked_for(self):
        @checker(hints=(), learned="")
        def byte(answer, rng):
            right = np.array([1, 200], np.uint8)
            same_answers(answer, lambda n: right, [{"n": 1}], same_dtype=True)

        assert byte(lambda n: np.array([1, 200], np.uint8)).status == "correct"
        message = "The result is of type `int64`, but `uint8` is asked for."
        assert byte(lambda n: np.array([1, 200])).message == message

    def test_large_whole_numbers_that_differ_by_one(self):
        @checker(hints=(), learned="")
        def top(answer, rng):
            same_answers(answer, lambda n: np.array([0, 65535]), [{"n": 1}])

        assert "position (1,) is 65534, but 65535" in top(lambda n: np.array([0, 65534])).message
        assert "single number" in top(lambda n: 65535).message

    @pytest.mark.parametrize("nothing", [[], (), np.zeros((0, 2)), np.zeros((0, 2), int)])
    def test_nothing_has_any_shape(self, nothing):
        @checker(hints=(), learned="")
        def none(answer, rng):
            same_answers(answer, lambda n: [], [{"n": 1}], whole=True)

        assert none(lambda n: nothing).status == "correct"
        assert "shape (1,), but the right one has shape (0,)" in none(lambda n: [3]).message

    def test_nothing_is_not_something(self):
        @checker(hints=(), learned="")
        def one(answer, rng):
            same_answers(answer, lambda n: [[1, 2]], [{"n": 1}], slips=[("None found.", lambda n: [])])

        assert one(lambda n: np.zeros((0, 2))).message == "None found."

    def test_large_counts_are_compared_exactly(self):
        @checker(hints=(), learned="")
        def million(answer, rng):
            same_answers(answer, lambda n: n, [{"n": 10**6}], whole=True)

        assert million(lambda n: n + 1).status == "incorrect"
        assert million(lambda n: n + 0).status == "correct"

    def test_first_wrong_value(self):
        def wrong(values, factor=2):
            out = values * factor / 4
            out[1] = 9
            return out

        result = scale(wrong)
        assert result.message == "The value at position (1,) is 9.0, but 1.5 is expected."
        assert result.example == (
            "scale(values, factor)\nwith values = [1. 3.]\ngave\n  [0.5 9. ]\nexpected\n  [0.5 1.5]"
        )

    def test_row_and_column_of_the_first_wrong_value(self):
        @checker(hints=(), learned="")
        def double(answer, rng):
            same_answers(answer, lambda a: 2 * a, [{"a": np.arange(6.0).reshape(2, 3)}])

        assert "row 0, column 1 is 1.0, but 2.0" in double(lambda a: a + 0).message

    def test_nan_is_wrong(self):
        assert "nan, but 0.5 is expected" in scale(lambda values, factor=2: values * np.nan).message

    def test_images_are_shown_plane_by_plane(self):
        @checker(hints=(), learned="")
        def negative(answer, rng):
            same_answers(answer, lambda images: 9 - images, [{"images": np.arange(8).reshape(1, 2, 2, 2)}])

        shown = (
            "with images = an array of shape (1, 2, 2, 2) with\n"
            "  [0, :, :, 0] = [[0 2]\n                  [4 6]]\n"
            "  [0, :, :, 1] = [[1 3]\n                  [5 7]]\n"
            "gave\n  [[[0 1]\n    [2 3]]\n   [[4 5]\n    [6 7]]]\nexpected\n"
        )
        assert shown in negative(lambda images: images[0]).example

    def test_a_large_input_is_shown_by_its_shape(self):
        @checker(hints=(), learned="")
        def large(answer, rng):
            same_answers(answer, lambda a: a.sum(), [{"a": np.ones((6, 6))}])

        assert "with a = an array of shape (6, 6)" in large(lambda a: 1).example


def test_no_case_would_let_any_answer_pass():
    with pytest.raises(ValueError, match=r"`cases` must hold at least one case: got cases=\[\]"):
        same_answers(len, len, [])


class TestSlips:
    def test_named(self):
        assert scale(lambda values, factor=2: values + factor).message == "You added."

    def test_half_a_slip_is_not_named(self):
        def adds_once(values, factor=2):
            return values + factor if factor == 2 else values * factor / 4

        assert "expected" in scale(adds_once).message

    def test_none_agrees_with_whatever_happens(self):
        def two_only(values, factor=2):
            first, second = values
            return np.array([first * factor / 4, second * factor / 4])

        result = scale(two_only)
        assert result.message == "Only right for rows of two."
        assert "with values = [5. 6. 8.]" in result.example

    def test_a_wrong_formula_may_divide_by_zero(self):
        @checker(hints=(), learned="")
        def half(answer, rng):
            slips = [("The wrong way round.", lambda values: 2 / values)]
            same_answers(answer, lambda values: values / 2, [{"values": np.array([0.0, 4])}], slips=slips)

        assert half(lambda values: 2 / values).message == "The wrong way round."
        assert "1.0, but 0.0" in half(lambda values: np.array([1.0, 0.5])).message

    def test_nan_agrees_with_any_value(self):
        assert scale(lambda values, factor=2: np.zeros(values.size + 1)).message == "One column too many."

    def test_hard_coded_visible_example(self):
        assert scale(lambda values, factor=2: np.array([0.5, 1.5])).message.startswith("Only right for rows")
        assert (
            count(lambda items: 2).message == "This is the answer of the first example, whatever the input."
        )

    def test_a_table_of_all_visible_cases_fails_with_a_seed(self):
        table = {}

        def right(values, factor=2):
            return table.setdefault(values.tobytes(), values * factor / 4)

        scale(right)
        seen = dict(table)

        def hard_coded(values, factor=2):
            return seen.get(values.tobytes(), np.zeros_like(values))

        assert scale(hard_coded).status == "correct"
        assert scale(hard_coded, seed=123).status == "incorrect"

    def test_no_slip_explains_a_mere_type(self):
        @checker(hints=(), learned="")
        def one(answer, rng):
            slips = [("Only right for 1.", lambda n: 1 if n == 1 else None)]
            same_answers(answer, lambda n: n, [{"n": 1}, {"n": 2}], slips=slips, whole=True)

        assert "whole number" in one(float).message


@checker(hints=(), learned="")
def ends(answer, rng):
    """The rows and the last number of an array."""

    def ends(values):
        return values[:1], values[-1]

    slips = [
        ("The first number is missing.", lambda values: (values[:0], values[-1])),
        ("Swapped.", lambda values: (values[-1], values[:1])),
        ("Something with long arrays.", lambda values: ends(values) if len(values) < 3 else None),
    ]
    cases = [{"values": np.array([1.0, 3])}, {"values": rng.uniform(1, 9, 4)}]
    same_answers(answer, ends, cases, slips=slips, parts=("first", "last"))


class TestParts:
    @pytest.mark.parametrize(
        "answer", [lambda values: (values[:1], values[-1]), lambda values: [[values[0]], float(values[-1])]]
    )
    def test_accepted(self, answer):
        assert ends(answer).status == ends(answer, seed=1).status == "correct"

    @pytest.mark.parametrize(
        ("answer", "message"),
        [
            (lambda values: ([], values[-1]), "The first number is missing."),
            (lambda values: (values[-1], values[:1]), "Swapped."),
            (lambda values: (values[:1], values[1]), "Something with long arrays."),
            (
                lambda values: values[:1],
                "Hand back 2 things as a tuple, in this order: `return first, last`.",
            ),
            (lambda values: values, "Hand back 2 things as a tuple, in this order: `return first, last`."),
            (lambda values: np.array([values[0], values[-1]]), "Hand back 2 things as a tuple"),
            (lambda values: np.array([values, values[:1]]), "as a tuple: `return a, b`."),
            (lambda values: (1, 2, 3), "Hand back 2 things as a tuple, in this order: `return first, last`."),
            (lambda values: (values[:1], None), "Your function returns nothing (`None`)."),
            (lambda values: (values[:1], "3"), "but it returned '3' (type str)."),
            (lambda values: (values[:1], values[-1] + 1), "The result is 4.0, but 3.0 is expected."),
            (lambda values: values.nothing, "Your function stops with `AttributeError"),
        ],
    )
    def test_refused(self, answer, message):
        assert message in ends(answer).message

    def test_the_example_shows_the_part_that_is_wrong(self):
        example = ends(lambda values: (values[:1], values[-1] + 1)).example
        assert example == "ends(values)\nwith values = [1. 3.]\ngave as last\n  4.0\nexpected as last\n  3.0"

    def test_nothing_yet(self):
        assert ends(lambda values: (..., ...)).status == "not attempted"
        assert "forget `return`" in ends(lambda values: print(end="")).message

    def test_changed_input(self):
        def spoils(values):
            result = values[:1].copy(), float(values[-1])
            values[:] = 0
            return result

        assert "changes its input `values`" in ends(spoils).message


class TestHarm:
    def test_changed_input_is_found_where_the_values_are_right(self):
        def in_place(values, factor=2):
            values *= factor / 4
            return values

        result = scale(in_place)
        assert result.status == "incorrect"
        assert "changes its input `values`" in result.message

    def test_changed_input_of_one_call_does_not_reach_the_next_call(self):
        def spoils(values, factor=2):
            out = values * factor / 4
            values[:] = 0
            return out

        assert "The result is right, but" in scale(spoils).message

    @pytest.mark.parametrize("loop", ["plain", "catches exceptions"])
    def test_endless_loop(self, loop, monkeypatch):
        monkeypatch.setattr("cellcnn_helpers.exercises._student.SECONDS", 0.2)

        def plain(values, factor=2):
            while True:
                pass

        def catches(values, factor=2):
            while True:
                try:
                    time.sleep(0.01)
                except Exception:
                    continue

        start = time.monotonic()
        assert "still running after 0.2 seconds" in scale(plain if loop == "plain" else catches).message
        assert time.monotonic() - start < 2

    def test_works_in_a_thread_where_no_alarm_is_to_be_had(self):
        results = []
        thread = threading.Thread(target=lambda: results.append(scale(lambda v, f=2: v * f / 4)))
        thread.start()
        thread.join()
        assert results[0].status == "correct"


@checker(hints=(), learned="")
def pair(answer, rng):
    """A row of two numbers."""
    array_answer(answer, (2,))


class TestArrayAnswer:
    @pytest.mark.parametrize("answer", [[1, 2], (1.5, 2), np.array([True, False]), np.float32([1, 2])])
    def test_accepted(self, answer):
        assert pair(answer).status == "correct"

    @pytest.mark.parametrize(
        ("answer", "message"),
        [
            (lambda n: n, "this is a function"),
            ([[1], [1, 2]], "same length"),
            ("12", "type `str`"),
            ([1, 2, 3], "shape (3,), but (2,)"),
            ([1, float("nan")], "not finite"),
        ],
    )
    def test_refused(self, answer, message):
        assert message in pair(answer).message

    @pytest.mark.parametrize("answer", [[..., ...], np.array(...)])
    def test_untouched(self, answer):
        assert pair(answer).status == "not attempted"
