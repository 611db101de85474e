"""Activations: values known by hand, gradients, numbers so large that a careless formula overflows."""

import numpy as np
import pytest

from cellcnn_helpers.nn import (
    check_gradient,
    complex_step_gradient,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
)

ALL = {
    "relu": (relu, relu_backward),
    "sigmoid": (sigmoid, sigmoid_backward),
    "softmax": (softmax, softmax_backward),
}
every_activation = pytest.mark.parametrize("function, backward", ALL.values(), ids=ALL)


def test_worked_by_hand():
    np.testing.assert_array_equal(relu([-1, 0, 2]), [0, 0, 2])
    np.testing.assert_allclose(sigmoid([0.0, np.log(3)]), [1 / 2, 3 / 4])
    np.testing.assert_allclose(softmax(np.log([[1.0, 2.0, 5.0]])), [[1 / 8, 2 / 8, 5 / 8]])


@every_activation
def test_gradients_agree_with_the_slope(function, backward):
    x = np.random.default_rng(0).standard_normal((4, 5))
    check_gradient(function, backward, x)
    dy = np.random.default_rng(1).standard_normal(x.shape)
    np.testing.assert_allclose(backward(dy, x).dx, complex_step_gradient(function, x, dy), rtol=1e-12)


def test_softmax_along_another_axis():
    x = np.random.default_rng(0).standard_normal((4, 5, 2))
    np.testing.assert_allclose(softmax(x, axis=1).sum(axis=1), np.ones((4, 2)))
    check_gradient(lambda x: softmax(x, 1), lambda dy, x: softmax_backward(dy, x, 1), x)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_large_numbers_do_not_overflow(dtype):
    x = np.array([-1e4, 1e4], dtype)
    assert sigmoid(x).tolist() == softmax(x).tolist() == [0, 1]


def test_sigmoid_keeps_its_digits_far_from_zero():
    np.testing.assert_allclose(sigmoid(np.array([-40], "f4")), [np.exp(-40)], rtol=1e-5)


@every_activation
@pytest.mark.parametrize(
    "given_dtype, expected", [("int8", "f4"), ("bool", "f4"), ("f4", "f4"), ("f8", "f8")]
)
def test_dtype_is_kept(function, backward, given_dtype, expected):
    x = np.ones((2, 3), given_dtype)
    assert function(x).dtype == backward(function(x), x).dx.dtype == expected


@every_activation
def test_empty_batch_nan_and_read_only(function, backward):
    assert function(np.zeros((0, 3))).shape == backward(np.zeros((0, 3)), np.zeros((0, 3))).dx.shape == (0, 3)
    x = np.array([[np.nan, 1.0], [1.0, 2.0]])
    x.flags.writeable = False
    assert np.isnan(function(x)).any(axis=1).tolist() == [True, False]


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_relu_stops_whatever_comes_back_where_x_was_not_positive(value):
    np.testing.assert_array_equal(relu_backward([value] * 3, [-2, 0, 3]).dx, [0, 0, value])


@every_activation
def test_bad_input_is_named(function, backward):
    with pytest.raises(TypeError, match=r"`x` must hold numbers .*got x\.dtype=<U1"):
        function(["a"])
    with pytest.raises(ValueError, match=r"`dy` .*\(2, 3\): got dy\.shape=\(3, 2\)"):
        backward(np.ones((3, 2)), np.ones((2, 3)))


@pytest.mark.parametrize(
    "x, axis, error, message",
    [
        (np.ones((2, 3)), 2, ValueError, r"`axis` .*got axis=2 and x\.shape=\(2, 3\)"),
        (np.ones((2, 0)), -1, ValueError, r"`axis` .*got axis=-1 and x\.shape=\(2, 0\)"),
        (np.ones((2, 3)), 0.5, TypeError, r"`axis` must be a whole number: got axis=0\.5"),
    ],
)
def test_softmax_refuses_an_axis_that_is_not_there(x, axis, error, message):
    with pytest.raises(error, match=message):
        softmax(x, axis)
