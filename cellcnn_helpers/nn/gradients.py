"""Checks of hand-written gradients: by finite differences in random directions, and by the complex step."""

from typing import NamedTuple

import numpy as np

from cellcnn_helpers import _checks

NUM_DIRECTIONS = 3  # one direction alone misses a small error in a single weight now and then
STEP = 1e-6
TOLERANCE = 1e-6
ROUNDING = 10 * np.finfo(np.float64).eps  # of an output, relative: a function rounds a few times on the way


class InputGradient(NamedTuple):
    """The gradient of a function with a single input: `dx`, of the shape of that input."""

    dx: np.ndarray


def pass_where(mask, dy):
    """Return `dy` where `mask` is true and 0 elsewhere, whatever stands there.

    The same as ``np.where(mask, dy, 0)`` and ten times as fast: the bits of each number times 1 or 0, with
    nothing to decide. Multiplying the numbers themselves would make NaN of an infinite one times 0.
    """
    if np.iscomplexobj(dy):
        return np.where(mask, dy, 0)
    return (dy.view(f"u{dy.itemsize}") * mask).view(dy.dtype)


class GradientError(ArithmeticError):
    """A gradient that disagrees with the slope of its function."""


class GradientCheck(NamedTuple):
    """What `check_gradient` found: the gradients it checked and their largest relative error."""

    checked: tuple[str, ...]
    largest_error: float


def check_gradient(function, backward, *inputs, rng=0):
    """Test that `backward` gives the gradients of `function`, by small steps in three random directions.

    With ``y = function(*inputs)`` and a random dy of y's shape, the loss is Σ dy · y. For each input a random
    direction v is drawn; the slope of the loss along v, measured by central differences, must equal Σ v ·
    gradient.

    Parameters
    ----------
    function : callable
        ``function(*inputs)`` returns an array or a number.
    backward : callable
        ``backward(dy, *inputs)`` returns the gradients in the order of the inputs, as a tuple (a named
        tuple gives its names to the errors), or one array for one input. Gradients beyond the number of
        inputs are not checked: ``check_gradient(conv2d, conv2d_backward, x, kernel)`` leaves the bias out.
    *inputs : array_like
        Where to check. They are converted to float64; complex numbers are refused.
    rng : int or numpy.random.Generator
        Draws dy and the directions. An int is at least 0.

    Returns
    -------
    GradientCheck
        `checked`, the names of the gradients, and `largest_error`, relative, usually near 1e-9.

    Raises
    ------
    GradientError
        If a gradient has the wrong shape or differs by more than a millionth of its size.
    TypeError
        If an input, an output or a gradient is not made of numbers.

    See Also
    --------
    complex_step_gradient : Every entry of one gradient, exact to rounding.

    Notes
    -----
    The check fails rightly at a kink, where there is no gradient: a ReLU at exactly 0, a tie in a max pool.

    Outputs are rounded, so a slope cannot be measured more finely than about 1e-9 times the sum of
    abs(dy · y). Differences below that are forgiven: the gradient of a sum of probabilities is 0, but its
    measured slope is not quite.

    References
    ----------
    The chapter Convolution, section "Backward: where does each gradient go?".

    Examples
    --------
    >>> import numpy as np
    >>> result = check_gradient(np.sin, lambda dy, x: dy * np.cos(x), np.linspace(0, 1, 5))
    >>> result.checked, result.largest_error < 1e-6
    (('gradient 0',), True)
    """
    _checks.function("function", function)
    _checks.function("backward", backward)
    if not inputs:
        raise ValueError("`inputs` is empty: got inputs=().\nGive an array to check the gradient at.")
    inputs = [
        _checks.float_array(f"inputs[{n}]", x, axes=None, complex_ok=False).astype(np.float64)
        for n, x in enumerate(inputs)
    ]
    rng = _checks.generator("rng", rng)
    dy = rng.standard_normal(_output(function, inputs).shape)
    gradients = _named_gradients(backward(dy, *inputs), inputs)
    errors = [
        _compare(name, gradient, function, inputs, position, dy, rng)
        for position, (name, gradient) in enumerate(gradients.items())
        for _ in range(NUM_DIRECTIONS)
    ]
    return GradientCheck(tuple(gradients), max(errors))


def _output(function, inputs):
    return _checks.float_array("function(*inputs)", function(*inputs), axes=None, complex_ok=False)


def _named_gradients(result, inputs):
    """Return what a backward function gave as {name: gradient}, one for each input and of its shape."""
    gradients = result if isinstance(result, (tuple, list)) else (result,)
    if len(gradients) < len(inputs):
        raise GradientError(
            f"`backward` must return a gradient per input: got {len(gradients)} for {len(inputs)} inputs.\n"
            f"Return a tuple of {len(inputs)} arrays."
        )
    names = getattr(result, "_fields", [f"gradient {n}" for n in range(len(gradients))])
    named = {
        name: _checks.float_array(name, gradient, axes=None, complex_ok=False)
        for name, gradient, _ in zip(names, gradients, inputs, strict=False)
    }
    for (name, gradient), x in zip(named.items(), inputs, strict=True):
        if gradient.shape != x.shape:
            raise GradientError(
                f"`{name}` has the wrong shape: got {name}.shape={gradient.shape} for an input of shape "
                f"{x.shape}.\nA gradient has the shape of its input."
            )
    return named


def _compare(name, gradient, function, inputs, position, dy, rng):
    """Return the relative error of one gradient along one random direction, or raise GradientError."""
    direction = rng.standard_normal(gradient.shape)

    def moved(step):
        return _output(function, [x + step * direction if n == position else x for n, x in enumerate(inputs)])

    ahead, behind = moved(STEP), moved(-STEP)
    measured = np.sum(dy * (ahead - behind)) / (2 * STEP)
    given = np.sum(gradient * direction)
    finest = ROUNDING * np.sum(np.abs(dy * ahead)) / STEP  # a smaller slope may be nothing but rounding
    size = max(abs(measured), np.linalg.norm(gradient), finest / TOLERANCE, np.finfo(float).tiny)
    error = float(abs(measured - given) / size)
    if not error <= TOLERANCE:  # so that NaN fails too
        raise GradientError(
            f"`{name}` is wrong: along a random direction the loss changes by {measured:.9g} per unit, but "
            f"{name} says {given:.9g} (relative error {error:.2g}, allowed {TOLERANCE:g}).\n"
            f"Work one entry out by hand, or find the ones that differ with complex_step_gradient."
        )
    return error


def complex_step_gradient(function, x, dy):
    """Work out the gradient of Σ dy · function(x) for every entry of `x`, exact to rounding.

    (any shape) -> (the shape of x). Entry k is Im Σ dy · function(x + i·h·e_k) / h with a step h of 1e-30:
    nothing is subtracted, so nothing is lost to rounding, however small the step.

    Parameters
    ----------
    function : callable
        Takes a complex array of the shape of `x`. It must be smooth and keep complex numbers, as all layers
        here do; `abs`, `conj` and `.real` in it make the result wrong.
    x : array_like
        Where to take the gradient.
    dy : array_like
        Gradient with respect to the function's output, of the output's shape.

    Returns
    -------
    numpy.ndarray
        float64, the shape of `x`.

    See Also
    --------
    check_gradient : Needs few calls of the function, for large inputs.

    Notes
    -----
    One call of `function` per entry of `x`.

    References
    ----------
    Squire and Trapp, "Using complex variables to estimate derivatives of real functions", SIAM Review 40
    (1998) 110, doi:10.1137/S003614459631241X.

    Examples
    --------
    >>> import numpy as np
    >>> complex_step_gradient(lambda x: x**3, np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    array([ 3., 12.])
    """
    _checks.function("function", function)
    x = _checks.float_array("x", x, axes=None, complex_ok=False).astype(np.float64)
    dy = _checks.float_array("dy", dy, axes=None, complex_ok=False)
    step = 1e-30
    gradient = np.empty(x.shape)
    for entry in np.ndindex(x.shape):
        moved = x.astype(np.complex128)
        moved[entry] += 1j * step
        y = _checks.float_array("function(x)", function(moved), axes=None)
        if y.shape != dy.shape:
            raise ValueError(
                f"`dy` must have the shape of the output, {y.shape}: got dy.shape={dy.shape}.\n"
                f"Give one number per output."
            )
        gradient[entry] = np.sum(dy * y).imag / step
    return gradient
