"""The dense layer: by hand, gradients, and the messages for what does not fit."""

import numpy as np
import pytest

from cellcnn_helpers.nn import check_gradient, complex_step_gradient, dense, dense_backward

RNG = np.random.default_rng(0)
X, KERNEL, BIAS = RNG.standard_normal((5, 4)), RNG.standard_normal((4, 3)), RNG.standard_normal(3)


def test_worked_by_hand():
    # 1·1 + 2·3 + 10 and 1·2 + 2·4 + 20
    np.testing.assert_array_equal(dense([[1, 2]], [[1, 2], [3, 4]], [10, 20]), [[17, 30]])


def test_gradients_agree_with_the_slope():
    check_gradient(dense, lambda dy, x, kernel, bias: dense_backward(dy, x, kernel), X, KERNEL, BIAS)


def test_gradients_are_exact_by_complex_step():
    dy = RNG.standard_normal((5, 3))
    gradients = dense_backward(dy, X, KERNEL)
    np.testing.assert_allclose(gradients.dx, complex_step_gradient(lambda x: dense(x, KERNEL), X, dy))
    np.testing.assert_allclose(gradients.dkernel, complex_step_gradient(lambda k: dense(X, k), KERNEL, dy))
    np.testing.assert_allclose(gradients.dbias, dy.sum(axis=0))


@pytest.mark.parametrize("given_dtype, expected", [("int32", "f4"), ("f4", "f4"), ("f8", "f8")])
def test_dtype_is_kept(given_dtype, expected):
    assert dense(*(np.ones(shape, given_dtype) for shape in [(2, 4), (4, 3), (3,)])).dtype == expected


def test_empty_batch_nan_and_read_only():
    assert dense(np.zeros((0, 4)), KERNEL, BIAS).shape == (0, 3)
    assert dense_backward(np.zeros((0, 3)), np.zeros((0, 4)), KERNEL).dkernel.shape == (4, 3)
    x = np.array([[np.nan, 1, 1, 1], [1, 1, 1, 1]])
    x.flags.writeable = False
    assert np.isnan(dense(x, KERNEL)).all(axis=1).tolist() == [True, False]


@pytest.mark.parametrize(
    "args, message",
    [
        ((X[0], KERNEL), r"`x` .*got x\.shape=\(4,\)\.\nThe batch axis is missing"),
        ((np.ones((2, 3, 3, 1)), KERNEL), r"`x` .*got x\.shape=\(2, 3, 3, 1\)\.\nFlatten"),
        ((X, KERNEL[:2]), r"`x` has 4 features but `kernel` expects 2: got x\.shape=\(5, 4\)"),
        ((X, KERNEL, BIAS[:2]), r"`bias` .*got bias\.shape=\(2,\) and kernel\.shape=\(4, 3\)"),
        ((X, KERNEL[0]), r"`kernel` .*got kernel\.shape=\(3,\)"),
    ],
    ids=["no batch", "images", "features", "bias", "kernel"],
)
def test_bad_input_is_named(args, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        dense(*args)


def test_backward_refuses_a_gradient_of_another_shape():
    with pytest.raises(ValueError, match=r"`dy` .*\(5, 3\): got dy\.shape=\(5, 4\)"):
        dense_backward(X, X, KERNEL)
