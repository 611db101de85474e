"""What the exercises on pooling share: windows side by side, slips in where they lie, and cases."""

import itertools

import numpy as np

NAN = np.nan  # in a slip: any value agrees
BOTH = (-2, -1)  # the axes of a window: its rows and its columns


def windows(image, shape, steps):
    """(H, W) -> (rows, columns, *shape): every window of this shape that lies inside, `steps` apart."""
    return np.lib.stride_tricks.sliding_window_view(image, shape)[:: steps[0], :: steps[1]]


def side_by_side(image, size):
    """(H, W) -> (H // size, W // size, size, size)."""
    return windows(image, (size, size), (size, size))


def window_slips(summary):
    """The slips in where the windows lie; `summary` makes one number of each, over `BOTH` axes."""

    def right(image, size):
        return summary(side_by_side(image, size))

    def overlapping(image, size):
        return summary(windows(image, (size, size), (1, 1)))

    def unmoved(image, size):
        rows, columns = right(image, size).shape
        return overlapping(image, size)[:rows, :columns]

    def with_rest(image, size):
        missing = [(0, 1 if pixels % size else 0) for pixels in image.shape]
        return np.pad(right(image, size).astype(float), missing, constant_values=NAN)

    def without_last(image, size):
        rows, columns = (len(range(0, pixels - size, size)) for pixels in image.shape)
        return right(image, size)[:rows, :columns]

    def zeros_at_last(image, size):
        inside = without_last(image, size)
        missing = np.subtract(right(image, size).shape, inside.shape)
        return np.pad(inside, [(0, n) for n in missing])

    def counted(image, size):
        shape = tuple(pixels // size for pixels in image.shape)
        return summary(windows(image, shape, shape))[:size, :size]

    def row_of_windows(image, size):
        return np.where(np.arange(image.shape[0] // size)[:, np.newaxis] == 0, right(image, size), 0)

    def one_window(image, size):
        return np.where(np.arange(image.shape[1] // size) == 0, row_of_windows(image, size), 0)

    along = "Windows are cut along one axis only, so the picture shrinks in {}. A window is `size` × `size`."
    left_out = (
        "The last windows are left out: a window that ends exactly at the rim still lies inside. There are "
        "H // size of them in each column."
    )
    return [
        (
            "This is one number for the whole picture. Pooling gives one for each window, so a smaller "
            "picture is left.",
            lambda image, size: summary(image),
        ),
        (
            "All values are equal: each is taken from the whole picture. Take for each place (r, c) only the "
            "pixels of its own window.",
            lambda image, size: np.full(right(image, size).shape, summary(image)),
        ),
        (
            "The windows overlap, because they move by one pixel. In pooling they lie side by side: the next "
            "one begins `size` pixels further.",
            overlapping,
        ),
        (
            "The window of place (r, c) begins at pixel (r, c) here, so windows overlap. It begins at "
            "(r · size, c · size).",
            unmoved,
        ),
        (
            "Windows that stick out of the picture are kept. Drop the rest at the right and at the bottom: "
            "H // size rows, W // size columns.",
            with_rest,
        ),
        (left_out, without_last),
        (left_out, zeros_at_last),
        (along.format("height only"), lambda image, n: summary(windows(image, (n, 1), (n, 1)))),
        (along.format("width only"), lambda image, n: summary(windows(image, (1, n), (1, n)))),
        (
            "`size` is taken as the number of windows. It is their side: each has `size` × `size` pixels.",
            counted,
        ),
        ("Only the first row of windows is filled: `return` stands inside the loop.", row_of_windows),
        ("Only the first window is filled: `return` stands inside the loops.", one_window),
        *_reshape_slips(summary),
        (
            "The result is as large as the picture. Pooling gives one number for each window: "
            "H // size rows, W // size columns.",
            lambda image, size: np.full(image.shape, NAN),
        ),
        (
            "Rows and columns are swapped: the result lies on its side.",
            lambda image, size: right(image, size).T,
        ),
        *(
            (
                f"`size` is not used: the windows always have the side {side}.",
                lambda image, size, side=side: right(image, side),
            )
            for side in (2, 3)
        ),
    ]


def _reshape_slips(summary):
    """Windows cut by `reshape` into four axes, but with other axes or another order than asked for."""

    def after_reshape(order, axes, cut):
        """`summary` over these axes; where a rest is not cut off, `reshape` stops with an error."""

        def slip(image, size):
            rows, columns = (pixels // size for pixels in image.shape)
            inside = image[: rows * size, : columns * size]
            if inside.shape != image.shape and not cut:
                return None
            pieces = inside.reshape([{"r": rows, "c": columns, "s": size}[axis] for axis in order])
            pieces = np.moveaxis(pieces, axes, range(-len(axes), 0))
            return summary(pieces if len(axes) == 2 else pieces[..., np.newaxis])

        return slip

    pairs = list(itertools.combinations(range(4), 2))
    in_memory = (
        "`reshape` cuts the numbers in the order of memory, row by row, so these pieces are no windows. "
        "Split rows and columns apart: (rows, size, columns, size)."
    )
    other_axes = (
        "The number is taken over {}. Reshape to (rows, size, columns, size): counted from 0, the two axes "
        "of a window are then (1, 3)."
    )
    return [
        (message, after_reshape(order, axes, cut))
        for order, axes, message in [
            *(("rscs", axes, other_axes.format(f"the axes {axes}")) for axes in pairs if axes != (1, 3)),
            *(("rscs", (axis,), other_axes.format(f"axis {axis} alone")) for axis in (1, 3)),
            *((order, axes, in_memory) for order in ("rcss", "srsc", "ssrc") for axes in pairs),
        ]
        for cut in (True, False)
    ]


def partly_right(summary):
    """The slips that leave some pictures right; they agree with much, so they come last."""
    return [
        (
            "This is right for square pictures only: the rows come from `image.shape[0]`, the columns from "
            "`image.shape[1]`.",
            lambda image, size: (
                None if image.shape[0] != image.shape[1] else summary(side_by_side(image, size))
            ),
        ),
        (
            "This is right only where the windows fill the picture. First cut off the rest at the right and "
            "at the bottom.",
            lambda image, size: (
                None if image.shape[0] % size or image.shape[1] % size else summary(side_by_side(image, size))
            ),
        ),
    ]


def pooled(slips):
    """The slips in what is taken from a window, as wrong formulas of image and size."""
    return [
        (message, lambda image, size, summary=summary: summary(side_by_side(image, size)))
        for message, summary in slips
    ]


def cases(rng, by_hand, low, high):
    """By hand, then one with a rest, then larger ones; those in `uint8` are shown in full again."""
    with_zeros = rng.choice(np.array([100, 250], np.uint8), (4, 6))
    with_zeros[1, ::2] = 0  # 0 is its own negative, also where numbers go round
    drawn = [
        (rng.integers(low, high, (5, 5)), 2),
        (rng.integers(low, high, (6, 9)), 3),
        (rng.integers(low, high, (7, 7)) + 0.5, 3),
        (rng.integers(low, high, (8, 4)) / 4, 4),
        (rng.integers(1, 256, (3, 7)).astype(np.uint8), 2),
        (with_zeros, 2),
    ]
    return [{"image": by_hand, "size": 2}, *({"image": image, "size": size} for image, size in drawn)]
