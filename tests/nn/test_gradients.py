"""The checks of gradients are themselves checked: they pass what is right and fail what is wrong."""

import numpy as np
import pytest

from cellcnn_helpers.nn import GradientError, check_gradient, complex_step_gradient, softmax

X = np.random.default_rng(0).uniform(0.5, 2, (12, 9))


def test_right_gradient_passes_and_says_what_it_checked():
    result = check_gradient(np.multiply, lambda dy, a, b: (dy * b, dy * a), X, X + 1)
    assert result.checked == ("gradient 0", "gradient 1")
    assert 0 < result.largest_error < 1e-7


def standardize(x):
    return (x - x.mean()) / x.std()


NOTHING_CHANGES = {  # functions whose gradient is exactly 0, though rounding makes them move
    "sum of probabilities": lambda x: softmax(x).sum(axis=1),
    "one sum of probabilities": lambda x: softmax(x.ravel()).sum(),
    "bias before softmax": lambda x: softmax(X + x.sum()),
    "bias before standardizing": lambda x: standardize(X + x.sum()),
    "sine and cosine": lambda x: np.sin(x) ** 2 + np.cos(x) ** 2,
}


@pytest.mark.parametrize("name", NOTHING_CHANGES)
def test_gradient_of_exactly_zero_passes_for_every_seed(name):
    for seed in range(200):
        x = np.random.default_rng(seed).standard_normal((2, 3))
        check_gradient(NOTHING_CHANGES[name], lambda dy, x: np.zeros_like(x), x, rng=seed)


@pytest.mark.parametrize("wrong", [1e-6, -1e-3, 1])
def test_what_should_be_zero_and_is_not_fails_for_every_seed(wrong):
    for seed in range(50):
        with pytest.raises(GradientError, match="relative error"):
            check_gradient(
                lambda x: softmax(x).sum(axis=1), lambda dy, x: np.full(x.shape, wrong), X[:3], rng=seed
            )


@pytest.mark.parametrize("offset", [0, 100])
def test_one_percent_off_in_one_of_108_entries_fails_for_every_seed(offset):
    """Also where the outputs are large beside their changes, so that much of a difference is rounding."""

    def backward(dy, x):
        gradient = dy * 3 * x**2
        gradient[5, 5] *= 1.01
        return gradient

    missed = []
    for seed in range(100):
        try:
            missed.append((seed, check_gradient(lambda x: x**3 + offset, backward, X, rng=seed)))
        except GradientError:
            continue
    assert not missed


def test_the_gradient_that_is_wrong_is_named():
    with pytest.raises(GradientError, match=r"`gradient 1` is wrong: "):
        check_gradient(np.multiply, lambda dy, a, b: (dy * b, -dy * a), X, X)


def test_zero_gradient_of_a_constant_passes():
    assert check_gradient(np.zeros_like, lambda dy, x: np.zeros_like(x), X).largest_error == 0


def test_a_number_as_output():
    assert check_gradient(np.sum, lambda dy, x: dy * np.ones_like(x), X).largest_error < 1e-7


def test_integers_are_checked_as_float64():
    seen = []
    check_gradient(lambda x: seen.append(x.dtype) or x * 2.0, lambda dy, x: 2 * dy, np.arange(4))
    assert set(seen) == {np.dtype("f8")}


def test_the_seed_repeats_the_directions():
    errors = [check_gradient(np.sin, lambda dy, x: dy * np.cos(x), X, rng=seed)[1] for seed in (1, 1, 2)]
    assert errors[0] == errors[1] != errors[2]


@pytest.mark.parametrize(
    "backward, message",
    [
        (lambda dy, x: dy[0], r"`gradient 0` has the wrong shape: .*\(9,\) for an input of shape \(12, 9\)"),
        (lambda dy, x: (), r"got 0 for 1 inputs"),
        (lambda dy, x: dy * np.nan, r"is wrong: .*says nan"),
    ],
)
def test_what_is_no_gradient_fails(backward, message):
    with pytest.raises(GradientError, match=f"(?s){message}"):
        check_gradient(np.sin, backward, X)


def test_bad_input_is_named():
    with pytest.raises(TypeError, match=r"`function` must be a function: got function=3"):
        check_gradient(3, np.sin, X)
    with pytest.raises(TypeError, match=r"`backward` must be a function: got backward=None"):
        check_gradient(np.sin, None, X)
    with pytest.raises(ValueError, match=r"`inputs` is empty: got inputs=\(\)"):
        check_gradient(np.sin, np.cos)
    with pytest.raises(TypeError, match=r"`inputs\[0\]` must hold numbers"):
        check_gradient(np.sin, np.cos, "x")
    with pytest.raises(ValueError, match=r"`dy` .*\(12, 9\): got dy\.shape=\(3,\)"):
        complex_step_gradient(np.sin, X, np.ones(3))
    with pytest.raises(TypeError, match=r"`x` .*got x\.dtype=complex128"):
        complex_step_gradient(np.sin, X + 0j, X)


def test_complex_numbers_are_refused_not_cut():
    with pytest.raises(TypeError, match=r"`inputs\[0\]` .*got inputs\[0\]\.dtype=complex128.*\n.*\.real\."):
        check_gradient(np.sin, lambda dy, x: dy * np.cos(x), X + 1j)
    with pytest.raises(TypeError, match=r"`gradient 0` .*got gradient 0\.dtype=complex128"):
        check_gradient(np.sin, lambda dy, x: dy * np.cos(x) + 1j, X)
    with pytest.raises(TypeError, match=r"`function\(\*inputs\)` .*\.dtype=complex128"):
        check_gradient(lambda x: x + 1j, lambda dy, x: dy, X)


@pytest.mark.parametrize("value", [None, "right", {}])
def test_results_that_are_no_numbers_are_named(value):
    with pytest.raises(TypeError, match=r"`function\(\*inputs\)` "):
        check_gradient(lambda x: value, lambda dy, x: dy, X)
    with pytest.raises(TypeError, match=r"`gradient 0` "):
        check_gradient(np.sin, lambda dy, x: value, X)
    with pytest.raises(TypeError, match=r"`function\(x\)` "):
        complex_step_gradient(lambda x: value, X, X)


def test_a_seed_that_is_none_is_named():
    with pytest.raises(ValueError, match=r"`rng` must be at least 0: got rng=-1"):
        check_gradient(np.sin, np.cos, X, rng=-1)
    with pytest.raises(TypeError, match=r"`rng` must be a whole number: got rng='a'"):
        check_gradient(np.sin, np.cos, X, rng="a")
    check_gradient(np.sin, lambda dy, x: dy * np.cos(x), X, rng=np.random.default_rng(1))


def test_complex_step_is_exact_where_differences_are_not():
    x, dy = X[0], X[1]
    exact = dy * np.exp(x) * (np.sin(x) + np.cos(x))
    by_step = complex_step_gradient(lambda x: np.exp(x) * np.sin(x), x, dy)
    np.testing.assert_allclose(by_step, exact, rtol=1e-14)
