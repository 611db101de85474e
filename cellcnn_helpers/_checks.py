"""Argument checks at the door of public functions.

Every message says which argument is wrong, what was received as ``name=value``, and how to mend it. The
checks return the argument in the form that the code behind the door works with, so one call both checks and
converts.
"""

import math
import numbers
import operator

import numpy as np

FLOATS = (np.float32, np.float64)
COMPLEX = (np.complex64, np.complex128)


def received(name, value):
    """`name=value` as an error shows it: an array by its shape, anything else by a short repr."""
    if isinstance(value, np.ndarray) and value.ndim:
        return f"{name}.shape={value.shape}"
    return f"{name}={short_repr(value)}"


def short_repr(value, longest=80):
    """Return `repr(value)`, cut to `longest` characters; a value whose repr fails is told by its type."""
    try:
        text = repr(value)
    except Exception:  # a class may define it wrongly, and Python refuses whole numbers of 4300 digits
        text = f"<{type(value).__name__}>"
    return text if len(text) <= longest else text[: longest - 3] + "..."


def float_array(name, value, *, axes, complex_ok=True):
    """Return `value` as a float array with one dimension per name in `axes`.

    Integers and bool become float32; float32 and float64 (and complex, for gradient checks) are kept. The
    input is never copied without need and never modified. `axes` is a tuple of names such as ``("batch",
    "height", "width", "channels")``, or None for any number of dimensions.
    """
    array = as_array(name, value)
    if array.dtype == bool or np.issubdtype(array.dtype, np.integer):
        array = array.astype(np.float32)
    if array.dtype == np.float16:
        array = array.astype(np.float32)
    kept = FLOATS + COMPLEX if complex_ok else FLOATS
    if array.dtype.type not in kept:
        mend = f"{name}.real" if array.dtype.kind == "c" else f"{name}.astype(np.float32)"
        raise TypeError(
            f"`{name}` must hold numbers as integers, float32 or float64: got {name}.dtype={array.dtype}.\n"
            f"Convert it first: {mend}."
        )
    if axes is not None and array.ndim != len(axes):
        raise ValueError(_wrong_rank(name, array, axes))
    return array


def as_array(name, value):
    """Return `value` as a NumPy array; a ragged list or an object that is no array gets a clear error."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise TypeError(
            f"`{name}` cannot be read as an array: got {received(name, value)}.\nGive rows of equal length."
        ) from error
    if array.dtype == object:
        raise TypeError(
            f"`{name}` must be an array of numbers: got {received(name, value)}, of type "
            f"{type(value).__name__}.\n"
            f"Give a NumPy array or a nested list of numbers with rows of equal length."
        )
    return array


def _wrong_rank(name, array, axes):
    message = (
        f"`{name}` must have {len(axes)} dimensions ({', '.join(axes)}): got {name}.shape={array.shape}.\n"
    )
    batch_like = axes[:1] == ("batch",)
    if batch_like and axes[-1] == "channels" and array.ndim == len(axes) - 2:
        return message + f"Add the batch and channel axes: {name}[np.newaxis, ..., np.newaxis]."
    if batch_like and array.ndim == len(axes) - 1:
        if axes[-1] == "channels" and array.shape[-1] > 4:
            return message + (
                f"The batch or the channel axis is missing: {name}[np.newaxis] adds a batch of one, "
                f"{name}[..., np.newaxis] one channel."
            )
        return message + f"The batch axis is missing: {name}[np.newaxis] makes a batch of one."
    return message + f"Reshape it to {len(axes)} dimensions."


def whole_number(name, value, *, minimum=1):
    """Return `value` as an int of at least `minimum`; bool and fractions are refused."""
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(
            f"`{name}` must be a whole number: got {received(name, value)}.\n"
            f"Give an int of at least {minimum}."
        ) from None
    if number < minimum:
        raise ValueError(
            f"`{name}` must be at least {minimum}: got {received(name, value)}.\n"
            f"Give a whole number from {minimum} on."
        )
    return number


def pair(name, value, *, minimum=1):
    """Return `value`, one whole number or (rows, columns), as a tuple of two ints."""
    if isinstance(value, np.ndarray):
        value = value.tolist()  # an array without dimensions is one number
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(
                f"`{name}` must be one whole number or two, (rows, columns): got {name}={tuple(value)}.\n"
                f"Give for example {name}={minimum} or {name}=({minimum}, {minimum})."
            )
        return tuple(whole_number(name, number, minimum=minimum) for number in value)
    number = whole_number(name, value, minimum=minimum)
    return number, number


def real_number(name, value, *, low=None, high=None, low_open=False, high_open=False):
    """Return `value` as a finite float between `low` and `high`; an open end is itself refused."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(f"`{name}` must be a number: got {received(name, value)}.\nGive an int or a float.")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    too_low = low is not None and (number < low or (low_open and number == low))
    too_high = high is not None and (number > high or (high_open and number == high))
    if not math.isfinite(number) or too_low or too_high:
        finite = "" if math.isfinite(number) else "finite"
        left = "" if low is None else f"{'above' if low_open else 'at least'} {low}"
        right = "" if high is None else f"{'below' if high_open else 'at most'} {high}"
        bounds = " and ".join(part for part in (finite, left, right) if part)
        raise ValueError(
            f"`{name}` must be {bounds}: got {received(name, value)}.\nGive a number in that range."
        )
    return number


def boolean(name, value):
    """Return `value` as a bool; 0, 1, None and strings are refused."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"`{name}` must be True or False: got {received(name, value)}.\nGive one of them.")
    return bool(value)


def generator(name, value):
    """Return the random generator `value`, or a new one that starts from the whole number `value`."""
    if isinstance(value, np.random.Generator):
        return value
    return np.random.default_rng(whole_number(name, value, minimum=0))


def choice(name, value, options):
    """Return `value` if it is one of `options` (strings)."""
    if not isinstance(value, str) or value not in options:
        listed = ", ".join(f'"{option}"' for option in options)
        raise ValueError(
            f"`{name}` must be one of {listed}: got {received(name, value)}.\nChoose one of them."
        )
    return value


def no_nan(name, array):
    """Refuse NaN and infinity, naming the place of the first one."""
    if array.size and not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(
            f"`{name}` holds a value that is not finite: got "
            f"{name}[{', '.join(map(str, where))}]={array[where]}.\n"
            f"Find its origin, for example a division by zero, or drop that row."
        )
    return array


def images(name, value, *, complex_ok=True):
    """Return `value` as a float array (batch, height, width, channels) of images with at least one pixel."""
    array = float_array(name, value, axes=("batch", "height", "width", "channels"), complex_ok=complex_ok)
    if 0 in array.shape[1:]:
        raise ValueError(
            f"`{name}` holds images without a pixel: got {name}.shape={array.shape}.\n"
            f"Height, width and channels must be at least 1; only the batch may be empty."
        )
    return array


def array_list(name, value, *, complex_ok=True):
    """Return `value`, a list or tuple of arrays of any shapes, as a list of float arrays."""
    if not isinstance(value, (list, tuple)):
        raise TypeError(
            f"`{name}` must be a list of arrays: got {received(name, value)}.\n"
            f"For a single array give [{name}]."
        )
    return [
        float_array(f"{name}[{n}]", array, axes=None, complex_ok=complex_ok) for n, array in enumerate(value)
    ]


def same_shape(name, array, shape, of):
    """Refuse `array` unless it has the shape `shape`, which is that of `of`."""
    if array.shape != tuple(shape):
        raise ValueError(
            f"`{name}` must have the shape of {of}, {tuple(shape)}: got {name}.shape={array.shape}.\n"
            f"Check that it comes from the same batch and the same settings."
        )
    return array


def gradient_array(name, value, shape):
    """Return `value` as a float array of `shape`, the shape of the output that it is the gradient of."""
    return same_shape(name, float_array(name, value, axes=None), shape, "the output")


def function(name, value):
    """Return `value` if it can be called."""
    if not callable(value):
        raise TypeError(
            f"`{name}` must be a function: got {received(name, value)}.\nGive its name without brackets."
        )
    return value


def class_labels(name, value, logits_shape):
    """Return `value` as whole numbers (batch,), the classes of the rows of logits (batch, classes)."""
    array = as_array(name, value)
    num_rows, num_classes = logits_shape
    if array.ndim == 2 and array.shape == tuple(logits_shape) and num_classes > 1:
        raise ValueError(
            f"`{name}` must be class numbers, one per row, not one-hot: got {name}.shape={array.shape}.\n"
            f"Give {name}.argmax(axis=1)."
        )
    if array.ndim == 2 and array.shape[1] == 1:
        raise ValueError(
            f"`{name}` must have one dimension, (batch,): got {name}.shape={array.shape}.\n"
            f"Drop the second axis: {name}[:, 0]."
        )
    if array.shape != (num_rows,):
        raise ValueError(
            f"`{name}` must have one class number per row: got {name}.shape={array.shape} for "
            f"{num_rows} rows.\nGive it the shape ({num_rows},)."
        )
    if not np.issubdtype(array.dtype, np.integer):
        raise TypeError(
            f"`{name}` must be whole numbers: got {name}.dtype={array.dtype}.\n"
            f"Convert class numbers by {name}.astype(int); names by np.unique({name}, return_inverse=True)."
        )
    outside = np.flatnonzero((array < 0) | (array >= num_classes))
    if outside.size:
        raise ValueError(
            f"`{name}` must lie from 0 to {num_classes - 1} for {num_classes} classes: got "
            f"{name}[{outside[0]}]={array[outside[0]]}.\n"
            f"Count classes from 0, or give the last layer more units."
        )
    return array


def text(name, value):
    """Return `value` if it is text."""
    if not isinstance(value, str):
        raise TypeError(
            f"`{name}` must be text: got {received(name, value)}.\nGive a short sentence, or leave it out."
        )
    return value


def path(name, value):
    """Return `value`, text or a Path, if it can name a file; empty text would mean the working folder."""
    if not isinstance(value, str) and not hasattr(value, "__fspath__"):
        raise TypeError(
            f'`{name}` must be text or a Path: got {received(name, value)}.\nGive for example {name}="cells".'
        )
    if not str(value).strip():
        raise ValueError(
            f"`{name}` is empty: got {received(name, value)}.\n"
            f'Name the file or folder; "." is the folder where you are.'
        )
    return value


def two_numbers(name, value, **bounds):
    """Return `value`, two finite numbers, as a tuple of floats; `bounds` are those of `real_number`."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise ValueError(f"`{name}` must be two numbers: got {received(name, value)}.\nGive (first, second).")
    return tuple(real_number(f"{name}[{index}]", number, **bounds) for index, number in enumerate(value))
