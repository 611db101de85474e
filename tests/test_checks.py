"""Argument checks: what passes, in which form, and what the messages say."""

import re
from fractions import Fraction

import numpy as np
import pytest

from cellcnn_helpers import _checks

IMAGES = ("batch", "height", "width", "channels")


@pytest.mark.parametrize(
    "given_dtype, expected",
    [
        ("bool", "f4"),
        ("uint8", "f4"),
        ("int64", "f4"),
        ("f2", "f4"),
        ("f4", "f4"),
        ("f8", "f8"),
        ("c8", "c8"),
        ("c16", "c16"),
    ],
)
def test_float_array_keeps_floats_and_converts_the_rest(given_dtype, expected):
    assert _checks.float_array("x", np.ones(3, given_dtype), axes=None).dtype == expected


def test_float_array_does_not_copy_without_need():
    x = np.ones((2, 3), np.float32)[::-1]
    assert _checks.float_array("x", x, axes=("batch", "features")) is x


@pytest.mark.parametrize(
    "shape, mend",
    [
        ((28, 28), r"x\[np\.newaxis, \.\.\., np\.newaxis\]"),
        ((28, 28, 3), r"batch axis is missing: x\[np\.newaxis\]"),
        ((10, 28, 28), r"batch or the channel axis is missing"),
        ((1, 2, 3, 4, 5), r"Reshape it to 4 dimensions"),
    ],
)
def test_a_missing_axis_is_named(shape, mend):
    received = ", ".join(map(str, shape))
    with pytest.raises(ValueError, match=rf"`x` must have 4 .*got x\.shape=\({received}\)\.\n.*{mend}"):
        _checks.float_array("x", np.ones(shape), axes=IMAGES)


@pytest.mark.parametrize(
    "value, message",
    [
        ("cell.png", r"`x` must hold numbers .*got x\.dtype=<U8"),
        (None, r"`x` must be an array of numbers: got x=None, of type NoneType"),
        ([[1, 2], [3]], r"`x` cannot be read as an array: got x=\[\[1, 2\], \[3\]\]"),
        (np.datetime64("2026-01-01"), r"`x` must hold numbers .*got x\.dtype=datetime64"),
        (np.ones(2, np.longdouble), r"`x` must hold numbers .*got x\.dtype=float128"),
    ],
)
def test_what_is_no_array_of_numbers_is_named(value, message):
    with pytest.raises(TypeError, match=message):
        _checks.float_array("x", value, axes=None)


def test_complex_is_refused_where_asked():
    with pytest.raises(TypeError, match=r"got x\.dtype=complex64"):
        _checks.float_array("x", np.ones(2, "c8"), axes=None, complex_ok=False)
    with pytest.raises(TypeError, match=r"Convert it first: x\.real\."):
        _checks.float_array("x", 1j, axes=None, complex_ok=False)


@pytest.mark.parametrize("shape", [(2, 0, 4, 1), (2, 4, 0, 1), (2, 4, 4, 0)])
def test_images_have_pixels_but_a_batch_may_be_empty(shape):
    assert _checks.images("x", np.ones((0, 4, 4, 1))).shape == (0, 4, 4, 1)
    with pytest.raises(ValueError, match=r"without a pixel: got x\.shape="):
        _checks.images("x", np.ones(shape))


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3), np.array(3)])
def test_whole_number_passes(value):
    number = _checks.whole_number("n", value)
    assert number == 3 and type(number) is int


@pytest.mark.parametrize(
    "value, error, received",
    [
        (0, ValueError, "n=0"),
        (-2, ValueError, "n=-2"),
        (1.0, TypeError, r"n=1\.0"),
        ("3", TypeError, "n='3'"),
        (True, TypeError, "n=True"),
        (None, TypeError, "n=None"),
        (np.ones(2), TypeError, r"n\.shape=\(2,\)"),
        (np.array(0), ValueError, r"n=array\(0\)"),
    ],
)
def test_whole_number_refuses(value, error, received):
    with pytest.raises(error, match=f"`n` must be .*: got {received}"):
        _checks.whole_number("n", value)


@pytest.mark.parametrize("value", [(2, 3), [2, 3], np.array([2, 3])])
def test_pair_passes(value):
    assert _checks.pair("n", value) == (2, 3)
    assert _checks.pair("n", 2) == (2, 2)
    assert _checks.pair("n", np.array(2)) == _checks.pair("n", np.int64(2)) == (2, 2)


@pytest.mark.parametrize(
    "value, error, received",
    [
        ((1, 2, 3), ValueError, r"n=\(1, 2, 3\)"),
        ((1, 0), ValueError, "n=0"),
        ((1, 1.5), TypeError, r"n=1\.5"),
        (np.array([1, 2, 3]), ValueError, r"n=\(1, 2, 3\)"),
        (np.array([1, 1.5]), TypeError, r"n=1\.0"),
        (np.ones((2, 2), int), TypeError, r"n=\[1, 1\]"),
        (np.array(0), ValueError, "n=0"),
        (np.array(1.5), TypeError, r"n=1\.5"),
        (np.array(True), TypeError, "n=True"),
    ],
)
def test_pair_refuses(value, error, received):
    with pytest.raises(error, match=f"`n` must be .*: got {received}"):
        _checks.pair("n", value)


def test_real_number_knows_open_and_closed_ends():
    bounds = dict(low=0, high=1, high_open=True)
    assert _checks.real_number("rate", 0, **bounds) == 0
    assert _checks.real_number("rate", np.array(0.5), **bounds) == 0.5
    for value in 1, -0.1:
        with pytest.raises(ValueError, match=rf"`rate` must be at least 0 and below 1: got rate={value}"):
            _checks.real_number("rate", value, **bounds)
    for value in "0.1", None, True, 1j:
        with pytest.raises(TypeError, match="`rate` must be a number: got rate="):
            _checks.real_number("rate", value, **bounds)


@pytest.mark.parametrize(
    "value",
    [np.nan, np.inf, -np.inf, 10**400, -(10**400), 10**5000, Fraction(10**400)],
    ids=_checks.short_repr,
)
def test_real_number_says_that_it_must_be_finite(value):
    received = re.escape(_checks.received("rate", value))
    with pytest.raises(ValueError, match=rf"`rate` must be finite and above 0: got {received}\."):
        _checks.real_number("rate", value, low=0, low_open=True)
    with pytest.raises(ValueError, match=rf"`rate` must be finite: got {received}\."):
        _checks.real_number("rate", value)


@pytest.mark.parametrize("value", [True, False, np.True_, np.False_])
def test_boolean_passes(value):
    assert _checks.boolean("flag", value) is bool(value)


@pytest.mark.parametrize("value", [0, 1, None, "no", "True"])
def test_boolean_refuses(value):
    with pytest.raises(TypeError, match=rf"`flag` must be True or False: got flag={value!r}"):
        _checks.boolean("flag", value)


def test_generator_is_kept_or_made():
    rng = np.random.default_rng(3)
    assert _checks.generator("rng", rng) is rng
    assert _checks.generator("rng", 3).random() == rng.random()
    for value, error in (-1, ValueError), (None, TypeError), (0.5, TypeError):
        with pytest.raises(error, match=f"`rng` must be .*: got rng={value}"):
            _checks.generator("rng", value)


def test_choice_lists_what_there_is():
    assert _checks.choice("padding", "same", ("valid", "same")) == "same"
    for value in "full", None, 1:
        with pytest.raises(ValueError, match=rf"`padding` .*\"valid\", \"same\": got padding={value!r}"):
            _checks.choice("padding", value, ("valid", "same"))


def test_no_nan_names_the_first_place():
    x = np.zeros((2, 3))
    assert _checks.no_nan("x", x) is x
    x[1, 2] = x[1, 0] = np.inf
    with pytest.raises(ValueError, match=r"`x` .*not finite: got x\[1, 0\]=inf"):
        _checks.no_nan("x", x)


def test_a_long_value_is_cut_short():
    message = _checks.received("x", "a" * 1000)
    assert len(message) <= 84 and message.endswith("...")


def test_a_value_that_cannot_show_itself_is_told_by_its_type():
    class Broken:
        def __repr__(self):
            raise RuntimeError

    assert _checks.received("x", Broken()) == "x=<Broken>"
    assert _checks.received("x", 10**5000) == "x=<int>"


def test_array_list_takes_lists_only():
    assert [a.dtype for a in _checks.array_list("params", [[1], np.ones(2)])] == ["f4", "f8"]
    with pytest.raises(TypeError, match=r"`params` must be a list of arrays: got params\.shape=\(2,\)"):
        _checks.array_list("params", np.ones(2))
    with pytest.raises(TypeError, match=r"`params\[1\]` must hold numbers"):
        _checks.array_list("params", [1, "a"])


def test_class_labels_of_one_class_are_not_taken_for_one_hot():
    assert _checks.class_labels("labels", np.zeros(3, int), (3, 1)).tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match=r"labels\[:, 0\]"):
        _checks.class_labels("labels", np.zeros((3, 1), int), (3, 1))
