"""Pooling: by hand, against a plain loop, gradients, ties, and what lies outside the image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellcnn_helpers.nn import (
    average_pool2d,
    average_pool2d_backward,
    check_gradient,
    complex_step_gradient,
    global_average_pool2d,
    global_average_pool2d_backward,
    global_max_pool2d,
    global_max_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)

POOLS = {
    "max": (max_pool2d, max_pool2d_backward, np.max),
    "average": (average_pool2d, average_pool2d_backward, np.mean),
}
GLOBAL_POOLS = {
    "max": (global_max_pool2d, global_max_pool2d_backward, np.max),
    "average": (global_average_pool2d, global_average_pool2d_backward, np.mean),
}
every_pool = pytest.mark.parametrize("pool, backward, reduce", POOLS.values(), ids=POOLS)
every_global_pool = pytest.mark.parametrize("pool, backward, reduce", GLOBAL_POOLS.values(), ids=GLOBAL_POOLS)

PICTURE = np.array([[1, 2, 0, 1], [3, 4, 1, 0], [7, 0, 9, 9], [0, 1, 9, 9]]).reshape(1, 4, 4, 1)

pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))


@st.composite
def problems(draw):
    """Images and settings that fit together: (x, settings)."""
    pool_size, strides = draw(pairs), draw(pairs)
    padding = draw(st.sampled_from(["valid", "same"]))
    smallest = pool_size if padding == "valid" else (1, 1)
    image_size = [draw(st.integers(low, low + 6)) for low in smallest]
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    x = (
        rng.standard_normal((2, *image_size, 2)) - 3
    )  # mostly negative: a border of zeros would be the largest
    return x, dict(pool_size=pool_size, strides=strides, padding=padding)


def pool_by_slices(x, reduce, pool_size, strides, padding):
    """Pool window by window; what lies outside the image is cut off."""
    axes = []
    for length, size, stride in zip(x.shape[1:3], pool_size, strides, strict=True):
        if padding == "valid":
            starts = range(0, length - size + 1, stride)
        else:
            count = -(-length // stride)
            before = max((count - 1) * stride + size - length, 0) // 2
            starts = range(-before, -before + count * stride, stride)
        axes.append([slice(max(start, 0), start + size) for start in starts])
    rows = [np.stack([reduce(x[:, r, c], axis=(1, 2)) for c in axes[1]], axis=1) for r in axes[0]]
    return np.stack(rows, axis=1)


def test_worked_by_hand():
    np.testing.assert_array_equal(max_pool2d(PICTURE)[0, :, :, 0], [[4, 1], [7, 9]])
    np.testing.assert_array_equal(average_pool2d(PICTURE)[0, :, :, 0], [[2.5, 0.5], [2, 9]])
    np.testing.assert_array_equal(max_pool2d(PICTURE, 2, strides=1)[0, 0, :, 0], [4, 4, 1])
    assert global_max_pool2d(PICTURE).tolist() == [[9]]
    assert global_average_pool2d(PICTURE).tolist() == [[3.5]]


@every_pool
@settings(max_examples=80, deadline=None)
@given(problem=problems())
def test_equal_to_windows_cut_out_one_by_one(pool, backward, reduce, problem):
    x, settings = problem
    np.testing.assert_allclose(pool(x, **settings), pool_by_slices(x, reduce, **settings), rtol=1e-12)


@every_pool
@settings(max_examples=40, deadline=None)
@given(problem=problems())
def test_gradients_agree_with_the_slope(pool, backward, reduce, problem):
    x, settings = problem
    check_gradient(lambda x: pool(x, **settings), lambda dy, x: backward(dy, x, **settings), x)


@every_global_pool
def test_global_gradients_agree_with_the_slope(pool, backward, reduce):
    x = np.random.default_rng(0).standard_normal((3, 4, 5, 2))
    check_gradient(pool, backward, x)
    np.testing.assert_allclose(pool(x), reduce(x, axis=(1, 2)), rtol=1e-12)


@every_pool
def test_gradients_are_exact_by_complex_step(pool, backward, reduce):
    x = np.random.default_rng(0).standard_normal((1, 5, 5, 2))
    dy = np.random.default_rng(1).standard_normal((1, 3, 3, 2))
    exact = complex_step_gradient(lambda x: pool(x, 2, padding="same"), x, dy)
    np.testing.assert_allclose(backward(dy, x, 2, padding="same").dx, exact, rtol=1e-12, atol=1e-14)


def test_ties_give_all_to_the_first():
    dx = max_pool2d_backward(np.ones((1, 2, 2, 1)), PICTURE).dx
    np.testing.assert_array_equal(dx[0, :, :, 0], [[0, 0, 0, 1], [0, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]])


def test_a_pixel_that_wins_several_windows_collects_all():
    dx = max_pool2d_backward(np.ones((1, 3, 3, 1)), PICTURE, 2, strides=1).dx
    assert dx[0, 1, 1, 0] == 2  # the 4; the 7 and the 9 win the windows below
    assert dx.sum() == 9


@every_pool
def test_dtype_empty_batch_and_inputs_kept(pool, backward, reduce):
    for given_dtype, expected in [("uint8", "f4"), ("f4", "f4"), ("f8", "f8")]:
        assert pool(PICTURE.astype(given_dtype), padding="same").dtype == expected
    assert pool(np.zeros((0, 4, 6, 3))).shape == (0, 2, 3, 3)
    assert backward(np.zeros((0, 2, 3, 3)), np.zeros((0, 4, 6, 3))).dx.shape == (0, 4, 6, 3)
    x = np.asfortranarray(PICTURE.astype(float))[:, ::-1]
    x.flags.writeable = False
    np.testing.assert_array_equal(pool(x), pool(x.copy()))
    np.testing.assert_array_equal(x[:, ::-1], PICTURE)


@every_global_pool
def test_global_empty_batch(pool, backward, reduce):
    assert pool(np.zeros((0, 4, 6, 3))).shape == (0, 3)
    assert backward(np.zeros((0, 3)), np.zeros((0, 4, 6, 3))).dx.shape == (0, 4, 6, 3)


@every_pool
def test_nan_passes(pool, backward, reduce):
    x = PICTURE.astype(float)
    x[0, 0, 0, 0] = np.nan
    assert np.isnan(pool(x)[0, :, :, 0]).tolist() == [[True, False], [False, False]]


def test_the_gradient_of_a_nan_window_goes_to_the_nan():
    x = PICTURE.astype(float)
    x[0, 0, 1, 0] = np.nan
    dx = max_pool2d_backward(np.ones((1, 2, 2, 1)), x).dx
    assert dx[0, :2, :2, 0].tolist() == [[0, 1], [0, 0]]


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_pixels_that_were_not_the_largest_get_nothing_whatever_comes_back(value):
    dx = max_pool2d_backward(np.full((1, 2, 2, 1), value), PICTURE).dx
    expected = [[0, 0, 0, value], [0, value, 0, 0], [value, 0, value, 0], [0, 0, 0, 0]]
    np.testing.assert_array_equal(dx[0, :, :, 0], expected)


@settings(max_examples=40, deadline=None)
@given(problem=problems())
def test_no_gradient_is_lost_in_the_border(problem):
    """The border holds -inf, as a pixel may: each window's gradient must still go to a pixel."""
    x, settings = problem
    x = np.full_like(x, -np.inf)
    dy = np.ones_like(max_pool2d(x, **settings))
    assert max_pool2d_backward(dy, x, **settings).dx.sum() == dy.sum()


BAD = {
    "no batch": (dict(x=PICTURE[0]), ValueError, r"`x` .*got x\.shape=\(4, 4, 1\)"),
    "window too large": (
        dict(pool_size=5),
        ValueError,
        r"`pool_size` spans 5×5 pixels but the images have 4×4: got x\.shape=\(1, 4, 4, 1\)",
    ),
    "zero window": (dict(pool_size=0), ValueError, r"`pool_size` must be at least 1: got pool_size=0"),
    "fraction": (dict(pool_size=2.0), TypeError, r"`pool_size` .*got pool_size=2\.0"),
    "stride": (dict(strides=0), ValueError, r"`strides` .*got strides=0"),
    "padding": (dict(padding="SAME"), ValueError, r"`padding` .*got padding='SAME'"),
}


@every_pool
@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(pool, backward, reduce, name):
    change, error, message = BAD[name]
    with pytest.raises(error, match=f"(?s){message}"):
        pool(**({"x": PICTURE} | change))


@every_pool
def test_backward_refuses_a_gradient_of_another_shape(pool, backward, reduce):
    with pytest.raises(ValueError, match=r"`dy` .*\(1, 2, 2, 1\): got dy\.shape=\(1, 4, 4, 1\)"):
        backward(np.ones((1, 4, 4, 1)), PICTURE)


@every_global_pool
def test_global_bad_input_is_named(pool, backward, reduce):
    with pytest.raises(ValueError, match=r"`x` .*got x\.shape=\(4, 4\)"):
        pool(PICTURE[0, :, :, 0])
    with pytest.raises(ValueError, match=r"`dy` .*\(1, 1\): got dy\.shape=\(1, 2\)"):
        backward(np.ones((1, 2)), PICTURE)
