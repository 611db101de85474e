"""Exercises of the chapter on dense layers: flatten, multiply, bend; then read what comes out."""

import numpy as np

from ._compare import same_answers
from ._core import checker
from .dense_gradients import dense_gradient
from .dense_reading import accuracy, weight_picture

__all__ = [
    "accuracy",
    "dense",
    "dense_gradient",
    "flatten",
    "num_parameters",
    "relu",
    "weight_picture",
]

NAN = np.nan  # in a slip: any value agrees


@checker(
    hints=(
        "Each image becomes one row. How many numbers has an image of H rows, W columns and C channels?",
        "The first axis stays as it is; all others become one. `reshape` takes the numbers in the order in "
        "which they already lie in memory: is that the order asked for?",
        "Reshape to two axes: first the number of images, `images.shape[0]`, then −1, which stands for what "
        "is left. Nothing needs to be transposed.",
    ),
    learned="No number changed: only who is whose neighbor was forgotten.",
)
def flatten(answer, rng):
    """Check `flatten(images)`: (batch, H, W, C) -> (batch, H·W·C), row by row and channels innermost.

    This is the order of Keras: all channels of the first pixel, then those of the pixel to its right.

    Examples
    --------
    >>> flatten(lambda images: images.ravel()).message
    'All images are in one row. Keep the first axis: each image has a row of its own.'
    """

    def flatten(images):
        return images.reshape(len(images), -1)

    def in_order(*axes):
        return lambda images: flatten(images.transpose(0, *axes))

    one_row = "All images are in one row. Keep the first axis: each image has a row of its own."
    joined = "Only some axes are joined: rows, columns and channels together make one axis."
    slips = [
        (one_row, lambda images: images.ravel()),
        (one_row, lambda images: images.reshape(1, -1)),
        (
            "The channels are outermost: first all of channel 0, then all of channel 1. Here they are "
            "innermost, as in memory: no `transpose`.",
            in_order(3, 1, 2),
        ),
        (
            "Rows and columns are swapped: the pixels go column by column. Go row by row.",
            in_order(2, 1, 3),
        ),
        (
            "The order is turned around (`order='F'`): rows run fastest. In Keras channels run fastest, then "
            "columns, then rows: the order of `reshape` as it is.",
            in_order(3, 2, 1),
        ),
        (
            "Each image is a column. Each should be a row: (batch, H · W · C).",
            lambda images: flatten(images).T,
        ),
        (
            "`reshape(-1, batch)` mixes the images: a row holds numbers of them all, or cuts one in pieces. "
            "The batch is the first axis.",
            lambda images: images.reshape(-1, len(images)),
        ),
        (
            "`reshape(-1, batch)` mixes the images, and transposing does not part them again. The batch is "
            "the first axis.",
            lambda images: images.reshape(-1, len(images)).T,
        ),
        (joined, lambda images: images.reshape(len(images), -1, images.shape[3])),
        (joined, lambda images: images.reshape(len(images), images.shape[1], -1)),
        (
            "The pixels of all images lie below one another. Each image has a row of its own.",
            lambda images: images.reshape(-1, images.shape[3]),
        ),
        (
            "The rows of all images lie below one another. Each image has a row of its own.",
            lambda images: images.reshape(len(images) * images.shape[1], -1),
        ),
        (
            "The channels are lost: only one of them is left. Every number of the image is kept.",
            lambda images: NAN * flatten(images[..., 0]),
        ),
        (
            "Only the first image is flattened. Keep the first axis.",
            lambda images: flatten(images)[0],
        ),
        (
            "This is right for one channel only: a row has H · W · C numbers.",
            lambda images: flatten(images) if images.shape[3] == 1 else None,
        ),
        (
            "This is right for square images only: their height is `images.shape[1]`, their width "
            "`images.shape[2]`.",
            lambda images: flatten(images) if images.shape[1] == images.shape[2] else None,
        ),
    ]
    by_hand = {"images": np.arange(1.0, 25).reshape(2, 2, 3, 2)}
    drawn = [
        {"images": rng.integers(0, 256, shape).astype(np.uint8)}
        for shape in [(3, 2, 4, 3), (1, 5, 4, 1), (4, 3, 3, 2), (2, 1, 3, 4)]
    ]
    same_answers(answer, flatten, [by_hand, *drawn], slips=slips)


def _numbers(rng, *shape):
    """Small whole numbers, as floats, none of them 0 or 1."""
    return rng.choice([-5.0, -4, -3, -2, 2, 3, 4, 5, 6, 7], shape)


@checker(
    hints=(
        "One unit looks at all numbers of one row of x. Which weights belong to that unit?",
        "Column u of the weights belongs to unit u: multiply it number by number with the row, and add up. "
        "Which operation of NumPy does this for all rows and all units at once?",
        "The matrix product is `@`: (batch, n) meets (n, units). Then add the bias, one number per unit.",
    ),
    learned="A dense layer is one weighted sum of everything for each unit: a convolution without places.",
)
def dense(answer, rng):
    """Check `dense(x, weights, bias)`: (batch, n), (n, units), (units,) -> (batch, units).

    Examples
    --------
    >>> dense(lambda x, weights, bias: x @ weights).message
    'The bias is missing: add it to every row, one number for each unit.'
    """

    def dense(x, weights, bias):
        return x @ weights + bias

    def square(wrong):
        """A formula that stops with an error unless there are as many units as inputs."""
        return lambda x, w, b: wrong(x, w, b) if w.shape[0] == w.shape[1] else None

    def cube(wrong):
        """A formula that stops with an error unless the batch has this size as well."""
        return lambda x, w, b: wrong(x, w, b) if x.shape == w.shape else None

    def first_rows_only(x, weights, bias):
        return np.where(np.arange(len(x))[:, np.newaxis] == 0, dense(x, weights, bias), 0)

    def first_place_only(x, weights, bias):
        return np.where(np.arange(len(bias)) == 0, first_rows_only(x, weights, bias), 0)

    fits = "Each row of x is an example: x @ weights is (batch, n) @ (n, units), and fits."
    turned = f"The order is turned around: (n, units) @ (batch, n) do not fit. {fits}"
    column_rule = (
        "`weights.T @ x` is the rule for one example, as a column; here (units, n) @ (batch, n) do not fit. "
        + fits
    )
    elementwise = "`*` multiplies number by number. Each unit needs the sum of all its products: `@`."
    down = (
        "The bias is added down the columns. It has one number for each unit, so it fits every row as it is."
    )
    slips = [
        ("The bias is missing: add it to every row, one number for each unit.", lambda x, w, b: x @ w),
        (
            "The bias is added once for each input. Add up the products first, then add the bias once.",
            lambda x, w, b: x @ w + len(w) * b,
        ),
        (
            "The sum of all biases is added. Each unit has its own: add the array, not its sum.",
            lambda x, w, b: x @ w + b.sum(),
        ),
        ("Only the first bias is added. Each unit has its own.", lambda x, w, b: x @ w + b[0]),
        ("The bias is multiplied. It is added.", lambda x, w, b: x @ w * b),
        ("The bias is subtracted. It is added.", lambda x, w, b: x @ w - b),
        (
            "Negative results are set to 0. That is `relu`, which is a step of its own.",
            lambda x, w, b: np.maximum(dense(x, w, b), 0),
        ),
        (
            "This is the mean of the products. A unit adds them up.",
            lambda x, w, b: x @ w / len(w) + b,
        ),
        (
            "Only the last product is left. Add the products up: `+=`, not `=`.",
            lambda x, w, b: np.outer(x[:, -1], w[-1]) + b,
        ),
        (
            "Each image is a column of the result. Each should be a row: (batch, units).",
            lambda x, w, b: dense(x, w, b).T,
        ),
        (
            "Only the first row of x is used. Each row is an example with a result of its own.",
            lambda x, w, b: dense(x[0], w, b),
        ),
        (
            "The products stand side by side: add them up over the inputs, or use the matrix product `@`.",
            lambda x, w, b: NAN * x[:, :, np.newaxis] * w,
        ),
        (
            "The weights are transposed. They have a row for each input and a column for each unit, so they "
            "fit as they are: x @ weights.",
            square(lambda x, w, b: x @ w.T + b),
        ),
        (
            "The bias is added to x. It belongs to the units: add it after the matrix product.",
            square(lambda x, w, b: (x + b) @ w),
        ),
        (
            "The bias is added to the weights. Add it once, after the matrix product.",
            lambda x, w, b: x @ (w + b),
        ),
        ("Only the first row is filled: `return` stands inside the loop.", first_rows_only),
        ("Only the first place is filled: `return` stands inside the loops.", first_place_only),
        (elementwise, cube(lambda x, w, b: x * w + b)),
        *((elementwise, cube(lambda x, w, b, axis=axis: (x * w).sum(axis) + b)) for axis in (None, 0, 1)),
        (turned, cube(lambda x, w, b: w @ x + b)),
        ("x is transposed. It fits as it is: x @ weights.", cube(lambda x, w, b: x.T @ w + b)),
        (column_rule, cube(lambda x, w, b: w.T @ x + b)),
        (column_rule, cube(lambda x, w, b: w.T @ x + b[:, np.newaxis])),
        (
            "The product is transposed, (units, batch), when the bias is added. Take x @ weights.",
            lambda x, w, b: w.T @ x.T + b if len(x) in (1, len(b)) else None,
        ),
        (down, lambda x, w, b: x @ w + b[:, np.newaxis] if len(x) == len(b) or len(x) == 1 else None),
        (down, lambda x, w, b: x @ w + b[: len(x), np.newaxis] if len(x) <= len(b) else None),
        (
            "This is right only where there are as many units as inputs: the inputs are `weights.shape[0]`, "
            "the units `weights.shape[1]`.",
            square(dense),
        ),
    ]
    by_hand = {
        "x": np.array([[1.0, 2, 0], [0, 1, -1]]),
        "weights": np.array([[2.0, 1], [3, -1], [5, 4]]),
        "bias": np.array([10.0, -20]),
    }
    drawn = [
        {"x": _numbers(rng, batch, n), "weights": _numbers(rng, n, units), "bias": _numbers(rng, units) * 10}
        for batch, n, units in [(4, 3, 5), (2, 4, 4), (3, 3, 3), (1, 5, 2), (4, 2, 3)]
    ]
    same_answers(answer, dense, [by_hand, *drawn], slips=slips)


@checker(
    hints=(
        "How many weights has one unit, if it looks at every input?",
        "Besides its weights a unit has one single bias. How many numbers does one unit have then?",
        "Count one unit: a weight for each input, and a bias. Multiply by `units`.",
    ),
    learned="Every input has a weight for every unit: behind large pictures this becomes millions.",
)
def num_parameters(answer, rng):
    """Check `num_parameters(inputs, units)`: weights and biases of a dense layer, as a whole number.

    `inputs` is how many numbers each example has, such as H·W·C of a flattened image.

    Examples
    --------
    >>> num_parameters(lambda inputs, units: inputs * units).message
    'The biases are missing: one for each unit.'
    """

    def num_parameters(inputs, units):
        return (inputs + 1) * units

    slips = [
        ("The biases are missing: one for each unit.", lambda n, units: n * units),
        ("This counts one bias in all. Each unit has its own.", lambda n, units: n * units + 1),
        (
            "Inputs and units are added up. Each unit has a weight for every input: multiply.",
            lambda n, units: n + units,
        ),
        (
            "This counts a bias for each weight. A unit has one single bias, added after the sum.",
            lambda n, units: 2 * n * units,
        ),
        ("This counts a bias for each input. The biases belong to the units.", lambda n, u: n * u + n),
        (
            "This counts a bias for each input and each unit. Only the units have one.",
            lambda n, units: n * units + n + units,
        ),
        ("Inputs get a bias too here. Only the units have one.", lambda n, units: (n + 1) * (units + 1)),
        ("This is one unit. Multiply by their number.", lambda n, units: n + 1),
        ("This counts the biases twice. Each unit has one.", lambda n, units: (n + 2) * units),
        ("These are the biases only. Each unit has a weight for every input too.", lambda n, units: units),
    ]
    by_hand = {"inputs": 3, "units": 5}
    drawn = [{"inputs": int(rng.integers(2, 999)), "units": int(rng.integers(2, 99))} for _ in range(4)]
    same_answers(answer, num_parameters, [by_hand, *drawn], slips=slips, whole=True)


@checker(
    hints=(
        "What should happen to 3, to −3 and to 0? Nothing more is asked, number by number.",
        "Each number is compared with 0, and the larger of the two is kept. `max` looks for one number in an "
        "array; NumPy has another function, which compares number by number.",
        "`maximum` compares two arrays, or an array and one number, and makes a new array. If you change "
        "places of an array instead, change those of a copy.",
    ),
    learned="The bend at 0 is all it takes: without it two layers are no more than one.",
)
def relu(answer, rng):
    """Check `relu(x)`: negative numbers become 0, all others stay; `x` has any shape and is not changed.

    Examples
    --------
    >>> import numpy as np
    >>> relu(lambda x: abs(x)).message
    'Negative numbers become positive here. They become 0.'
    >>> relu(lambda x: np.where(x > 0, x, 0)).status
    'correct'
    """

    def relu(x):
        return np.maximum(x, 0)

    above = (
        "This also stops above, at {}. Only negative numbers change: large ones stay as large as they are."
    )
    axis = (
        "`np.max(x, 0)` takes 0 as the axis, and gives the largest number of each column. `np.maximum` "
        "compares number by number."
    )
    slips = [
        ("Negative numbers become positive here. They become 0.", np.abs),
        *((above.format(top), lambda x, top=top: np.clip(x, 0, top)) for top in (1, 6, 100, 255)),
        *(
            (
                "Negative numbers are only made smaller (a leaky ReLU). They become 0.",
                lambda x, slope=slope: np.where(x < 0, slope * x, x),
            )
            for slope in (0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.3, 0.5)
        ),
        (
            "The positive numbers become 0. Keep those and drop the negative ones.",
            lambda x: np.minimum(x, 0),
        ),
        ("The sign is turned around: negative numbers become 0, not positive ones.", lambda x: relu(-x)),
        (
            "These are True or False: which numbers are positive. Give the numbers themselves.",
            lambda x: x > 0,
        ),
        (
            "These are True or False: which numbers are not negative. Give the numbers themselves.",
            _not_negative,
        ),
        (
            "These are only the signs. Positive numbers stay as they are.",
            np.sign,
        ),
        ("Nothing happened: negative numbers become 0.", lambda x: x),
        (
            "Negative numbers are left out, so the rest lost its place. They stay, as 0.",
            lambda x: x[x > 0],
        ),
        (
            "Negative numbers are left out, so the rest lost its place. They stay, as 0.",
            lambda x: x[x >= 0],
        ),
        (axis, lambda x: x.max(axis=0)),
        (axis, lambda x: np.maximum(x.max(axis=0), 0)),
        (
            "This is one number, the largest. `np.maximum` compares number by number.",
            lambda x: np.maximum(x.max(), 0),
        ),
        ("The shape is lost: all numbers are in one row.", lambda x: relu(x).ravel()),
        (
            "Where all numbers are negative, `x.max()` is below 0. The upper end of `np.clip` is None.",
            lambda x: np.clip(x, 0, x.max()),
        ),
        ("Negative numbers become 1. They become 0.", lambda x: np.where(x < 0, 1, x)),
        ("Negative numbers become −1. They become 0.", lambda x: np.where(x < 0, -1, x)),
        ("This is the sigmoid, which ends at 1. Positive numbers stay as they are.", _sigmoid),
        ("This is tanh, which ends at 1. Positive numbers stay as they are.", np.tanh),
        ("This is softplus, a bend without a corner. Here 3 stays 3.", lambda x: np.log1p(np.exp(x))),
        ("Numbers below 1 become 0 too. The bend is at 0.", lambda x: np.where(x > 1, x, 0)),
    ]
    by_hand = {"x": np.array([-2.0, 0.5, 0, 3, -0.25])}
    drawn = [
        {"x": np.where(rng.random(shape) < 0.5, -1, 1) * rng.integers(1, 80, shape) / 8}
        for shape in [(3, 4), (2, 2, 3, 2)]
    ]
    whole = {"x": np.append(rng.integers(-300, 300, 6), [-7, 0, 300])}
    dark = {"x": np.full((2, 3), -1.5)}
    same_answers(answer, relu, [by_hand, *drawn, whole, dark], slips=slips)


def _not_negative(x):
    return x >= 0


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))
