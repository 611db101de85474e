"""Convolution: by hand, against its definition, against SciPy, and its gradients."""

import tracemalloc

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from cellcnn_helpers.nn import (
    GradientError,
    check_gradient,
    complex_step_gradient,
    conv2d,
    conv2d_backward,
    conv2d_fft,
    conv2d_loops,
    convolution,
)

FORMS = [conv2d_loops, conv2d, conv2d_fft]
every_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)

EDGE = np.array([[200, 198, 90], [201, 150, 60], [199, 95, 55]]).reshape(1, 3, 3, 1)
LEFT_MINUS_RIGHT = np.array([[1, 0, -1]] * 3).reshape(3, 3, 1, 1)

pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


@st.composite
def problems(draw):
    """Images, kernel, bias and settings that fit together, most of them awkward."""
    padding = draw(st.sampled_from(["valid", "same"]))
    strides, dilation_rate = draw(st.just((1, 1)) | pairs), draw(pairs)
    kernel_size = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    reach = [(k - 1) * d + 1 for k, d in zip(kernel_size, dilation_rate, strict=True)]
    smallest = reach if padding == "valid" else (1, 1)
    image_size = [draw(st.integers(low, low + 6)) for low in smallest]
    batch, filters = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    channels = draw(st.sampled_from([1, 2, 3, convolution.FEW_CHANNELS]))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    x = rng.standard_normal((batch, *image_size, channels))
    kernel = rng.standard_normal((*kernel_size, channels, filters))
    return (
        x,
        kernel,
        rng.standard_normal(filters),
        dict(strides=strides, padding=padding, dilation_rate=dilation_rate),
    )


@every_form
def test_edge_of_a_cell_worked_by_hand(form):
    # 200 − 90 + 201 − 60 + 199 − 55 = 395, and a bias of 5.
    y = form(EDGE, LEFT_MINUS_RIGHT, [5])
    assert y.shape == (1, 1, 1, 1)
    assert y.item() == pytest.approx(400, abs=1e-3)


@every_form
def test_the_kernel_is_not_mirrored(form):
    x = np.zeros((1, 5, 5, 1))
    x[0, 2, 2, 0] = 1
    kernel = np.arange(9.0).reshape(3, 3, 1, 1)
    np.testing.assert_allclose(form(x, kernel)[0, :, :, 0], kernel[::-1, ::-1, 0, 0], atol=1e-12)


@every_form
def test_odd_padding_goes_to_the_bottom_and_right(form):
    y = form(np.ones((1, 2, 2, 1)), np.ones((2, 2, 1, 1)), padding="same")
    np.testing.assert_allclose(y[0, :, :, 0], [[4, 2], [2, 1]], atol=1e-12)


@every_form
def test_strides_are_rows_then_columns(form):
    x = np.arange(12.0).reshape(1, 3, 4, 1)
    y = form(x, np.ones((1, 1, 1, 1)), strides=(2, 3))
    np.testing.assert_allclose(y[0, :, :, 0], [[0, 3], [8, 11]], atol=1e-12)


@every_form
def test_dilation_spreads_the_cells(form):
    x = np.arange(15.0).reshape(1, 3, 5, 1)
    y = form(x, np.array([[1.0, 10], [100, 1000]]).reshape(2, 2, 1, 1), dilation_rate=(2, 3))
    assert y[0, :, :, 0] == pytest.approx(np.array([[0 + 30 + 1000 + 13000, 1 + 40 + 1100 + 14000]]))


@settings(max_examples=150, deadline=None)
@given(problems())
def test_all_forms_equal_the_definition(problem):
    x, kernel, bias, settings = problem
    expected = conv2d_loops(x, kernel, bias, **settings)
    # float64; the forms add in a different order, which leaves a few units of rounding
    np.testing.assert_allclose(conv2d(x, kernel, bias, **settings), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(conv2d_fft(x, kernel, bias, **settings), expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_equal_to_scipy(padding):
    rng = np.random.default_rng(0)
    x, kernel = rng.standard_normal((2, 9, 8, 3)), rng.standard_normal((3, 5, 3, 2))
    expected = np.zeros(conv2d_loops(x, kernel, padding=padding).shape)
    for n, c, f in np.ndindex(2, 3, 2):
        expected[n, ..., f] += scipy.signal.correlate2d(x[n, ..., c], kernel[..., c, f], mode=padding)
    np.testing.assert_allclose(conv2d_loops(x, kernel, padding=padding), expected, atol=1e-12)


@pytest.mark.parametrize("block_bytes", [1, 2000])
def test_blocks_change_nothing(monkeypatch, block_bytes):
    rng = np.random.default_rng(0)
    x, kernel = rng.standard_normal((5, 11, 9, 2)), rng.standard_normal((3, 2, 2, 3))
    settings = dict(strides=2, padding="same", dilation_rate=(2, 1))
    y, dy = conv2d(x, kernel, **settings), rng.standard_normal((5, 6, 5, 3))
    gradients = conv2d_backward(dy, x, kernel, **settings)
    monkeypatch.setattr(convolution, "BLOCK_BYTES", block_bytes)
    np.testing.assert_allclose(conv2d(x, kernel, **settings), y, rtol=1e-12, atol=1e-12)
    for small, large in zip(conv2d_backward(dy, x, kernel, **settings), gradients, strict=True):
        np.testing.assert_allclose(small, large, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shape, size, filters", [((1, 512, 512, 3), 15, 4), ((16, 64, 64, 8), 5, 8)])
def test_memory_stays_bounded(shape, size, filters):
    # All windows at once would take KH · KW times the images: 700 MB in the first case.
    x = np.zeros(shape, np.float32)
    kernel = np.zeros((size, size, shape[3], filters), np.float32)
    y = conv2d(x, kernel, padding="same")
    for function, kept in [
        (lambda: conv2d(x, kernel, padding="same"), y.nbytes),
        (lambda: conv2d_backward(y, x, kernel, padding="same"), x.nbytes + kernel.nbytes),
    ]:
        tracemalloc.start()
        function()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak - kept <= max(3 * (x.nbytes + kernel.nbytes + y.nbytes), 8 * 2**20)


# Gradients


@settings(max_examples=60, deadline=None)
@given(problems())
def test_gradients_agree_with_the_slope(problem):
    x, kernel, bias, settings = problem
    check_gradient(
        lambda x, kernel, bias: conv2d(x, kernel, bias, **settings),
        lambda dy, x, kernel, bias: conv2d_backward(dy, x, kernel, **settings),
        x,
        kernel,
        bias,
    )


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides, channels", [((2, 1), 2), ((1, 1), convolution.FEW_CHANNELS)])
def test_gradients_are_exact_by_complex_step(padding, strides, channels):
    rng = np.random.default_rng(1)
    x, kernel = rng.standard_normal((2, 5, 4, channels)), rng.standard_normal((2, 3, channels, 2))
    bias, settings = np.zeros(2), dict(strides=strides, padding=padding)
    dy = rng.standard_normal(conv2d(x, kernel, **settings).shape)
    gradients = conv2d_backward(dy, x, kernel, **settings)
    exact = (
        complex_step_gradient(lambda x: conv2d(x, kernel, **settings), x, dy),
        complex_step_gradient(lambda kernel: conv2d(x, kernel, **settings), kernel, dy),
        complex_step_gradient(lambda bias: conv2d(x, kernel, bias, **settings), bias, dy),
    )
    for gradient, expected in zip(gradients, exact, strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda g: g._replace(dkernel=g.dkernel[::-1, ::-1]),
        lambda g: g._replace(dkernel=g.dkernel / 2),
        lambda g: g._replace(dx=g.dx * (1 + 1e-4)),
        lambda g: g._replace(dx=np.roll(g.dx, 1, axis=1)),
        lambda g: g._replace(dx=np.zeros_like(g.dx)),
        lambda g: g._replace(dx=g.dx * np.nan),
    ],
    ids=["mirrored", "halved", "one part in 10,000", "one row off", "zero", "nan"],
)
def test_a_wrong_gradient_fails_the_check(spoil):
    rng = np.random.default_rng(2)
    x, kernel = rng.standard_normal((2, 6, 6, 2)), rng.standard_normal((3, 3, 2, 2))
    check_gradient(conv2d, conv2d_backward, x, kernel)
    with pytest.raises(GradientError, match="is wrong"):
        check_gradient(conv2d, lambda *args: spoil(conv2d_backward(*args)), x, kernel)


# Numbers


@every_form
@pytest.mark.parametrize(
    "given_dtype, expected", [("uint8", "f4"), ("bool", "f4"), ("int64", "f4"), ("f4", "f4"), ("f8", "f8")]
)
def test_dtype_is_kept(form, given_dtype, expected):
    x, kernel = np.ones((1, 4, 4, 1), given_dtype), np.ones((2, 2, 1, 1), given_dtype)
    assert form(x, kernel).dtype == expected
    gradients = conv2d_backward(form(x, kernel), x, kernel)
    assert [g.dtype for g in gradients] == [expected] * 3


@every_form
def test_empty_batch_gives_an_empty_result(form):
    assert form(np.zeros((0, 6, 5, 2)), np.ones((3, 3, 2, 4))).shape == (0, 4, 3, 4)


def test_empty_batch_has_zero_gradients():
    gradients = conv2d_backward(np.zeros((0, 4, 3, 4)), np.zeros((0, 6, 5, 2)), np.ones((3, 3, 2, 4)))
    assert gradients.dx.shape == (0, 6, 5, 2)
    assert not gradients.dkernel.any() and not gradients.dbias.any()


@every_form
def test_read_only_and_non_contiguous_arrays_work_and_stay(form):
    rng = np.random.default_rng(3)
    x = rng.standard_normal((3, 12, 9, 2)).transpose(0, 2, 1, 3)[::2, ::-1, ::2]
    kernel = rng.standard_normal((4, 2, 3, 3)).T[:, ::-1]
    kept = x.copy(), kernel.copy()
    x.flags.writeable = kernel.flags.writeable = False
    expected = form(*kept)
    np.testing.assert_allclose(form(x, kernel), expected, rtol=1e-12, atol=1e-12)
    conv2d_backward(expected, x, kernel)
    np.testing.assert_array_equal(x, kept[0])
    np.testing.assert_array_equal(kernel, kept[1])


@pytest.mark.parametrize("form", [conv2d_loops, conv2d])
def test_nan_reaches_only_the_windows_that_hold_it(form):
    x = np.zeros((1, 5, 5, 1))
    x[0, 0, 0, 0] = np.nan
    y = form(x, np.ones((3, 3, 1, 1)))[0, :, :, 0]
    assert np.argwhere(np.isnan(y)).tolist() == [[0, 0]]


def test_nan_passes_the_fourier_transform():
    assert np.isnan(conv2d_fft(np.full((1, 4, 4, 1), np.nan), np.ones((2, 2, 1, 1)))).all()


def test_lists_are_read_as_arrays():
    assert conv2d([[[[1], [2]]]], [[[[3]], [[4]]]]).item() == 11


# Bad input: which argument, what was received, how to mend it

X, KERNEL = np.ones((8, 16, 16, 3)), np.ones((5, 5, 3, 4))

BAD = {
    "channels": (
        dict(kernel=np.ones((5, 5, 1, 4))),
        ValueError,
        r"`x` has 3 channels but `kernel` expects 1: got x\.shape=\(8, 16, 16, 3\) and "
        r"kernel\.shape=\(5, 5, 1, 4\)\.\nGive the kernel 3 input channels, or use one channel: "
        r"x\[\.\.\., :1\]\.",
    ),
    "no batch": (dict(x=X[0]), ValueError, r"`x` .*got x\.shape=\(16, 16, 3\)\.\n.*x\[np\.newaxis\]"),
    "grey picture": (
        dict(x=X[0, :, :, 0]),
        ValueError,
        r"`x` .*got x\.shape=\(16, 16\)\.\n.*x\[np\.newaxis, \.\.\., np\.newaxis\]",
    ),
    "rank of kernel": (dict(kernel=KERNEL[..., 0]), ValueError, r"`kernel` .*got kernel\.shape=\(5, 5, 3\)"),
    "text": (dict(x="cell.png"), TypeError, r"`x` must hold numbers.*got x\.dtype=<U8"),
    "None": (dict(x=None), TypeError, r"`x` .*got x=None"),
    "ragged": (dict(x=[[1, 2], [3]]), TypeError, r"`x` cannot be read.*got x=\[\[1, 2\], \[3\]\]"),
    "no pixels": (dict(x=X[:, :0]), ValueError, r"`x` .*without a pixel: got x\.shape=\(8, 0, 16, 3\)"),
    "no weights": (dict(kernel=KERNEL[:0]), ValueError, r"no weights: got kernel\.shape=\(0, 5, 3, 4\)"),
    "bias length": (dict(bias=np.ones(3)), ValueError, r"`bias` .*got bias\.shape=\(3,\).*\n.*\(4,\)"),
    "bias rank": (dict(bias=np.ones((1, 4))), ValueError, r"`bias` .*got bias\.shape=\(1, 4\)"),
    "zero stride": (dict(strides=0), ValueError, r"`strides` must be at least 1: got strides=0"),
    "negative stride": (dict(strides=(1, -2)), ValueError, r"`strides` must be at least 1: got strides=-2"),
    "fractional stride": (dict(strides=1.5), TypeError, r"`strides` .*whole number: got strides=1\.5"),
    "three strides": (dict(strides=(1, 1, 1)), ValueError, r"`strides` .*got strides=\(1, 1, 1\)"),
    "zero dilation": (dict(dilation_rate=0), ValueError, r"`dilation_rate` .*got dilation_rate=0"),
    "padding": (dict(padding="full"), ValueError, r"`padding` .*\"valid\", \"same\": got padding='full'"),
    "too large": (
        dict(kernel=np.ones((17, 3, 3, 4))),
        ValueError,
        r"`kernel` spans 17×3 pixels but the images have 16×16: got x\.shape=\(8, 16, 16, 3\).*\(17, 3\)\.\n"
        r".*padding=\"same\"",
    ),
    "too large by dilation": (
        dict(dilation_rate=4),
        ValueError,
        r"spans 17×17 pixels .*\(5, 5\), which dilation_rate=\(4, 4\) spreads",
    ),
}


@every_form
@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(form, name):
    change, error, message = BAD[name]
    with pytest.raises(error, match=f"(?s){message}"):
        form(**({"x": X, "kernel": KERNEL} | change))


def test_complex_numbers_are_refused_by_the_fourier_transform():
    with pytest.raises(TypeError, match=r"`x` .*got x\.dtype=complex128"):
        conv2d_fft(X.astype(complex), KERNEL)


def test_backward_refuses_a_gradient_of_another_shape():
    with pytest.raises(ValueError, match=r"`dy` .*\(8, 12, 12, 4\): got dy\.shape=\(8, 16, 16, 4\)"):
        conv2d_backward(np.ones((8, 16, 16, 4)), X, KERNEL)
