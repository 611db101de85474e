"""Exercises on pooling: the way back through a window."""

import numpy as np

from ._compare import same_answers
from ._core import checker

NAN = np.nan  # in a slip: any value agrees


def _blocks(image, shape, size):
    """(H, W) -> (rows, columns, size·size): the windows side by side, each as one row of numbers."""
    rows, columns = shape
    inside = image[: rows * size, : columns * size]
    return inside.reshape(rows, size, columns, size).swapaxes(1, 2).reshape(rows, columns, -1)


def _put_back(blocks, shape, size):
    """(rows, columns, size·size) -> `shape`: the windows at their places, 0 in the rest."""
    rows, columns, _ = blocks.shape
    inside = blocks.reshape(rows, columns, size, size).swapaxes(1, 2).reshape(rows * size, columns * size)
    return np.pad(inside, [(0, whole - part) for whole, part in zip(shape, inside.shape, strict=True)])


def _spread(dy, size):
    """(rows, columns) -> (rows·size, columns·size): each number at all pixels of its window."""
    return dy.repeat(size, axis=0).repeat(size, axis=1)


@checker(
    hints=(
        "Change one pixel a little. When does the largest number of its window change with it, and when not?",
        "Only the winner of a window had a part in the result, so it alone gets dy(r, c). What do all other "
        "pixels get, and those outside of every window?",
        "Start with zeros, as many as there are pixels. For each (r, c) find the place of the first largest "
        "number in its window (`argmax` counts row by row; `divmod` by `size` gives row and column) and add "
        "dy(r, c) there. The window begins at (r · size, c · size).",
    ),
    learned="Only the winner learns: a gradient of max-pooling is as sparse as one pixel in size².",
)
def max_pool_gradient(answer, rng):
    """Check `max_pool_gradient(dy, image, size)`: (H // size, W // size), (H, W) -> (H, W).

    Each dy goes to the largest pixel of its window, to the first one, row by row, where several are equal.
    All other pixels get 0, and so does the rest at the right and at the bottom.

    Examples
    --------
    >>> max_pool_gradient(lambda dy, image, size: dy).message
    'A gradient has the shape of what it belongs to: the image. This one has the shape of dy.'
    """

    def max_pool_gradient(dy, image, size):
        return winners(dy, image, size, lambda blocks: np.where(first(blocks), dy[..., np.newaxis], 0))

    def winners(dy, image, size, share):
        return _put_back(share(_blocks(image, dy.shape, size).astype(float)), image.shape, size)

    def first(blocks):
        return np.arange(blocks.shape[-1]) == blocks.argmax(-1, keepdims=True)

    def equal(blocks):
        return blocks == blocks.max(-1, keepdims=True)

    def last(blocks):
        return first(blocks[..., ::-1])[..., ::-1]

    def turned(blocks, size):
        """The same windows with rows and columns swapped."""
        return blocks.reshape(*blocks.shape[:2], size, size).swapaxes(-1, -2).reshape(blocks.shape)

    def column_by_column(dy, image, size):
        return winners(dy, image, size, lambda b: turned(first(turned(b, size)), size) * dy[..., np.newaxis])

    def winner_turned(dy, image, size):
        return winners(dy, image, size, lambda b: turned(first(b), size) * dy[..., np.newaxis])

    def first_pixel(dy, image, size):
        return winners(dy, image, size, lambda b: (np.arange(b.shape[-1]) == 0) * dy[..., np.newaxis])

    def put_down(message, place):
        """The slip in `place(image, window, r, c, size)`, with `+=` and with `=`."""

        def by(put):
            def slip(dy, image, size):
                gradient = np.zeros(image.shape)
                for (r, c), value in np.ndenumerate(dy):
                    window = image[r * size : (r + 1) * size, c * size : (c + 1) * size]
                    chosen = place(image, window, r, c, size)
                    gradient[chosen] = put(gradient[chosen], value)
                return gradient

            return slip

        return [(message, by(np.add)), (message, by(lambda old, value: value))]

    def best(window):
        return np.unravel_index(window.argmax(), window.shape)

    def moved(place, *start):
        return tuple(np.add(place, start))

    def wrong_share(message, share):
        return message, lambda dy, image, size: winners(
            dy, image, size, lambda blocks: share(blocks, dy[..., np.newaxis])
        )

    other_window = "The windows overlap: the one of dy(r, c) begins at pixel (r · size, c · size)."
    place = (
        "The winner's place is counted inside its window. Add where the window begins: row r · size, column "
        "c · size."
    )
    shape_of = "A gradient has the shape of what it belongs to: the image. This one has {}."
    slips = [
        wrong_share(
            "Where several pixels are equal, all of them get dy. Only one may: the first, row by row.",
            lambda blocks, dy: equal(blocks) * dy,
        ),
        wrong_share(
            "Where several pixels are equal, they share dy. Give all of it to the first, row by row.",
            lambda blocks, dy: equal(blocks) * dy / equal(blocks).sum(-1, keepdims=True),
        ),
        wrong_share(
            "Where several pixels are equal, the last one gets dy. The exercise asks for the first, as in "
            "Keras: compare with `>`, not `>=`.",
            lambda blocks, dy: last(blocks) * dy,
        ),
        (
            "Where several pixels are equal, the first one is counted column by column. Count row by row.",
            column_by_column,
        ),
        wrong_share(
            "Every pixel of the window gets dy. But only the largest one made the result: all others get 0.",
            lambda blocks, dy: dy + 0 * blocks,
        ),
        wrong_share(
            "The window shares dy, as in average-pooling. Here the largest pixel gets all of it.",
            lambda blocks, dy: dy / blocks.shape[-1] + 0 * blocks,
        ),
        wrong_share(
            "dy is multiplied by the pixel. The winner is handed on as it is, so its slope is 1: it gets dy.",
            lambda blocks, dy: first(blocks) * blocks * dy,
        ),
        wrong_share(
            "Every pixel is multiplied by dy. The winner gets dy itself, all others get 0.",
            lambda blocks, dy: blocks * dy,
        ),
        wrong_share(
            "dy is missing: this marks the winners with 1. Put the dy of the window there.",
            lambda blocks, dy: first(blocks),
        ),
        wrong_share(
            "These are the winners' own numbers. Put the dy of the window there.",
            lambda blocks, dy: first(blocks) * blocks,
        ),
        wrong_share(
            "The smallest pixel of each window gets dy. It is the largest that made the result.",
            lambda blocks, dy: first(-blocks) * dy,
        ),
        ("The first pixel of each window gets dy. Give it to the largest one.", first_pixel),
        (
            "Row and column of the winner are swapped inside its window: `divmod(place, size)` gives row, "
            "column.",
            winner_turned,
        ),
        *put_down(other_window, lambda image, w, r, c, n: moved(best(image[r : r + n, c : c + n]), r, c)),
        *put_down(place, lambda image, window, r, c, size: best(window)),
        *put_down(place, lambda image, window, r, c, size: moved(best(window), r, c)),
        *put_down(place, lambda image, window, *_: np.unravel_index(window.argmax(), image.shape)),
        *put_down(
            "dy(r, c) is put at pixel (r, c). It belongs to the largest pixel of its window: find that one.",
            lambda image, window, r, c, size: (r, c),
        ),
        *put_down(
            "One pixel of the whole picture gets everything. Each window has its own winner.",
            lambda image, *_: best(image),
        ),
        *put_down(
            "All pixels of the picture that equal the winner get dy. Look inside of its window only.",
            lambda image, window, *_: image == window.max(),
        ),
        (
            "Rows and columns are swapped: the result lies on its side.",
            lambda dy, image, size: max_pool_gradient(dy, image, size).T,
        ),
        (shape_of.format("the shape of dy"), lambda dy, image, size: np.full(dy.shape, NAN)),
        (
            shape_of.format("no rest at the right and at the bottom. It was not used, so it gets 0"),
            lambda dy, image, size: np.full(np.multiply(dy.shape, size), NAN),
        ),
        *(
            (
                f"`size` is not used: this is right for windows of {side} × {side} only.",
                lambda dy, image, size, side=side: (
                    max_pool_gradient(dy, image, size) if size == side else None
                ),
            )
            for side in (2, 3)
        ),
    ]
    by_hand = {
        "dy": np.array([[10.0, 20], [-30, 0.5]]),
        "image": np.array([[1.0, 3, 2, 2, 0], [0, 2, 1, 2, 9], [4, 7, 0, 0, 6], [7, 5, 8, 6, 3]]),
        "size": 2,
    }
    drawn = [
        {"dy": _gradients(rng, height // size, width // size), "image": image, "size": size}
        for height, width, size in [(5, 5, 2), (6, 9, 3), (7, 6, 3), (4, 6, 2)]
        for image in [rng.integers(-3, 4, (height, width)).astype(float)]  # few values: many ties
    ]
    camera = {"dy": _gradients(rng, 2, 3), "image": rng.integers(0, 256, (4, 7)).astype(np.uint8), "size": 2}
    same_answers(answer, max_pool_gradient, [by_hand, *drawn, camera], slips=slips)


def _gradients(rng, *shape):
    """Numbers with fractions and both signs, none of them 0."""
    return rng.choice([-1, 1], shape) * (rng.integers(1, 9, shape) + 0.5)


@checker(
    hints=(
        "Change one pixel by 1. By how much does the mean of its window change?",
        "The pixels of a window all have the same part in the mean, so all of them get the same share of dy. "
        "How many pixels share it?",
        "Repeat each dy in `size` rows and `size` columns, keeping neighbors together, and divide by the "
        "number of pixels in a window.",
    ),
    learned="Going back, the mean shares equally: all shares of a window add up to its dy.",
)
def average_pool_gradient(answer, rng):
    """Check `average_pool_gradient(dy, size)`: (rows, columns) -> (rows·size, columns·size).

    Each dy is shared equally among the pixels of its window; there is no rest.

    Examples
    --------
    >>> average_pool_gradient(lambda dy, size: np.kron(dy, np.ones((size, size)))).message[:40]
    'Each pixel gets all of dy. It is shared:'
    """

    def average_pool_gradient(dy, size):
        return _spread(dy, size) / size**2

    def first_pixel(share):
        def slip(dy, size):
            gradient = np.zeros(np.multiply(dy.shape, size))
            gradient[::size, ::size] = share(dy, size)
            return gradient

        return slip

    def unmoved(put):
        """The window of (r, c) begins at (r, c)."""

        def slip(dy, size):
            gradient = np.zeros(np.multiply(dy.shape, size))
            for (r, c), value in np.ndenumerate(dy):
                window = gradient[r : r + size, c : c + size]
                window[...] = put(window, value / size**2)
            return gradient

        return slip

    other_window = (
        "The window of dy(r, c) begins at pixel (r, c) here, so windows overlap. It begins at (r · size, "
        "c · size)."
    )

    shape_of = "A gradient has the shape of what it belongs to: {}"
    one_pixel = "Only the first pixel of each window gets something. All its pixels had a part in the mean."
    slips = [
        (
            "Each pixel gets all of dy. It is shared: a pixel changed by 1 changes the mean by 1 / size².",
            lambda dy, size: _spread(dy, size),
        ),
        (
            "This divides by `size`. A window has `size` × `size` pixels that share dy.",
            lambda dy, size: _spread(dy, size) / size,
        ),
        (
            "This divides by 2 · size. A window has `size` × `size` pixels that share dy.",
            lambda dy, size: _spread(dy, size) / (2 * size),
        ),
        (
            "This multiplies by size². Shares are smaller than dy: divide.",
            lambda dy, n: _spread(dy, n) * n**2,
        ),
        (
            "This divides by the number of all dy. Only the pixels of one window share one dy.",
            lambda dy, size: _spread(dy, size) / dy.size,
        ),
        (
            "This divides by the number of all pixels. Only those of one window share one dy.",
            lambda dy, size: _spread(dy, size) / (dy.size * size**2),
        ),
        (
            "The whole of dy is laid out again and again (`tile`). Each number should fill its own window: "
            "neighbors stay together, as with `repeat`.",
            lambda dy, size: np.tile(dy, (size, size)) / size**2,
        ),
        (
            "The whole of dy is laid out again and again (`tile`), and it is not divided. Fill each window "
            "with its own dy (`repeat`), divided by size².",
            lambda dy, size: np.tile(dy, (size, size)),
        ),
        *(
            (
                "dy(r, c) is put at pixel (r, c) alone. It belongs to all pixels of its window.",
                lambda dy, size, share=share: np.pad(
                    dy * share(size), [(0, pixels * (size - 1)) for pixels in dy.shape]
                ),
            )
            for share in (lambda size: 1, lambda size: 1 / size**2)
        ),
        (other_window, unmoved(np.add)),
        (other_window, unmoved(lambda window, share: share)),
        (one_pixel, first_pixel(lambda dy, size: dy)),
        (one_pixel, first_pixel(lambda dy, size: dy / size**2)),
        (
            "Every pixel gets the mean of all dy. Each gets a share of its own window's.",
            lambda dy, size: np.full(np.multiply(dy.shape, size), dy.mean()),
        ),
        (
            "The fractions are cut off by `//`. Divide with `/` and keep floats.",
            lambda dy, size: _spread(dy, size) // size**2,
        ),
        (
            "Rows and columns are swapped: the result lies on its side.",
            lambda dy, size: average_pool_gradient(dy, size).T,
        ),
        (shape_of.format("`size` rows for each row of dy, and columns as well."), lambda dy, n: NAN * dy),
        (
            shape_of.format("columns must be repeated too, not only rows."),
            lambda dy, size: NAN * dy.repeat(size, axis=0),
        ),
        (
            shape_of.format("rows must be repeated too, not only columns."),
            lambda dy, size: NAN * dy.repeat(size, axis=1),
        ),
        (
            "This is flat. `repeat` needs an `axis`: once along the rows, once along the columns.",
            lambda dy, size: NAN * dy.repeat(size),
        ),
        (
            "This is flat. `repeat` needs an `axis`: once along the rows, once along the columns.",
            lambda dy, size: NAN * dy.repeat(size**2),
        ),
        (
            "`size` is not used: this is right for windows of 2 × 2 only.",
            lambda dy, size: average_pool_gradient(dy, size) if size == 2 else None,
        ),
    ]
    by_hand = {"dy": np.array([[9.0, -18]]), "size": 3}
    drawn = [
        {"dy": _gradients(rng, *shape), "size": size}
        for shape, size in [((2, 2), 2), ((2, 3), 2), ((3, 2), 3), ((2, 4), 1), ((3, 3), 4)]
    ]
    same_answers(answer, average_pool_gradient, [by_hand, *drawn], slips=slips)
