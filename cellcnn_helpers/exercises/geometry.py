"""Exercises on where pixels go: channels turned round, crops, sizes, and masks that follow their images."""

import numpy as np

from ._compare import same_answers
from ._core import checker


@checker(
    hints=(
        "The picture shows the same field before and after. Are there more pixels now, or fewer? Is each "
        "one then smaller, or larger?",
        "How wide is the field in micrometres? It has `old_size` pixels of the old width, and the resize "
        "does not change it.",
        "Multiply the old pixel size by the old number of pixels, and divide by the new number.",
    ),
    learned="Half as many pixels are each twice as wide: a resize without a new pixel size spoils all areas.",
)
def resized_pixel_size(answer, rng):
    """Check `resized_pixel_size(pixel_size_um, old_size, new_size)`: µm per pixel after a resize.

    The sizes are numbers of pixels along one axis; the field of view stays the same.

    Examples
    --------
    >>> resized_pixel_size(lambda um, old_size, new_size: um * new_size / old_size).message[:29]
    'The ratio is the wrong way ro'
    """

    def resized_pixel_size(pixel_size_um, old_size, new_size):
        return pixel_size_um * old_size / new_size

    area = "This is the ratio of areas. The pixel size is a length, so it goes with the ratio itself."
    slips = [
        (
            "The ratio is the wrong way round: with fewer pixels each one covers more of the specimen.",
            lambda um, old, new: um * new / old,
        ),
        (area, lambda um, old, new: um * (old / new) ** 2),
        (area, lambda um, old, new: um * (new / old) ** 2),
        ("The pixel size changes too, if the field stays and the number of pixels does not.", unchanged),
        (
            "This divides one number of pixels by the other. Multiply by `pixel_size_um`.",
            lambda um, old, new: old / new,
        ),
        (
            "This divides by the pixel size. Old pixel size × old number is the width of the field.",
            lambda um, old, new: old / new / um,
        ),
        (
            "This is the width of the whole field in µm. Divide it by the new number of pixels.",
            lambda um, old, new: um * old,
        ),
        (
            "`//` rounds the ratio down. Divide with `/`.",
            lambda um, old, new: um * (old // new),
        ),
        (
            "This counts the steps between pixels. A pixel has a width, and the field is all of them.",
            lambda um, old, new: um * (old - 1) / (new - 1),
        ),
        (
            "This takes pixels away as if they were micrometres. The ratio of the two sizes counts.",
            lambda um, old, new: um * (old - new),
        ),
    ]
    by_hand = {"pixel_size_um": 0.5, "old_size": 100, "new_size": 40}
    drawn = [
        {"pixel_size_um": float(rng.integers(2, 9) / 16), "old_size": old, "new_size": new}
        for old, new in [
            (int(rng.integers(200, 400)), 64),
            (28, int(rng.integers(60, 100))),
            (int(rng.integers(500, 999)), 224),
        ]
    ]
    same_answers(answer, resized_pixel_size, [by_hand, *drawn], slips=slips)


def unchanged(value, *_):
    return value


@checker(
    hints=(
        "Which axis holds the three colors? It is the same one, counted from the end, in one image and in "
        "a batch.",
        "Blue, green, red should become red, green, blue: the order of the last axis is reversed, all other "
        "axes stay.",
        "`...` stands for all axes before the last. A slice with a step of −1 reverses an axis.",
    ),
    learned="The channel axis is last, so `...` reaches it in one image and in a batch alike.",
)
def to_rgb(answer, rng):
    """Check `to_rgb(bgr)`: the channels blue, green, red as red, green, blue; the type stays.

    (H, W, 3) or (batch, H, W, 3) -> the same shape

    Examples
    --------
    >>> to_rgb(lambda bgr: bgr[::-1]).message
    'This reverses the first axis: rows stand on their head, or images change places. Channels are last.'
    """

    def to_rgb(bgr):
        return bgr[..., ::-1]

    one_only = "This is right for {} only. The channel axis is the last one: `...` stands for all before it."
    slips = [
        (
            "This reverses the first axis: rows stand on their head, or images change places. "
            "Channels are last.",
            lambda bgr: bgr[::-1],
        ),
        (
            "This mirrors the picture left to right. Channels are the last axis, behind the columns.",
            lambda bgr: bgr[..., ::-1, :],
        ),
        (
            "This turns the picture upside down. Channels are the last axis.",
            lambda bgr: bgr[..., ::-1, :, :],
        ),
        ("This reverses all axes, rows and columns too. Reverse the last one only.", np.flip),
        (
            "Nothing has changed: the channels are still blue, green, red.",
            unchanged,
        ),
        (
            "Red stands in two places: the first channel was overwritten before it was moved. Reverse the "
            "axis in one step.",
            lambda bgr: bgr[..., [2, 1, 2]],
        ),
        ("The first two channels are swapped. Swap the first and the last.", lambda bgr: bgr[..., [1, 0, 2]]),
        ("The last two channels are swapped. Swap the first and the last.", lambda bgr: bgr[..., [0, 2, 1]]),
        (
            "The channels moved on by one place. Only the first and the last change places.",
            lambda bgr: bgr[..., [2, 0, 1]],
        ),
        (
            "The channels moved back by one place. Only the first and the last change places.",
            lambda bgr: bgr[..., [1, 2, 0]],
        ),
        (
            "The second axis is reversed: that is the columns of an image, or the rows of a batch.",
            lambda bgr: bgr[:, ::-1],
        ),
        (one_only.format("one image"), lambda bgr: to_rgb(bgr) if bgr.ndim == 3 else None),
        (one_only.format("a batch"), lambda bgr: to_rgb(bgr) if bgr.ndim == 4 else None),
    ]
    by_hand = {"bgr": np.array([[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [0, 4, 8]]], np.uint8)}
    drawn = [
        {"bgr": rng.integers(0, 255, shape).astype(dtype)}
        for shape, dtype in [((2, 3, 4, 3), np.uint8), ((4, 3, 3), np.uint16), ((3, 2, 2, 3), np.float32)]
    ]
    same_answers(answer, to_rgb, [by_hand, *drawn], slips=slips, same_dtype=True)


@checker(
    hints=(
        "How many rows are left over if `size` rows are taken? They are shared between above and below.",
        "The first row is (H − h) // 2, so an odd row left over goes below. Where does the crop end?",
        "Rows go from `top` to `top + h`, columns from `left` to `left + w`. Count from the start, not "
        "from the end: where nothing is left over, −0 is 0.",
    ),
    learned="A crop keeps every pixel as it is, so areas and intensities stay; only the field is smaller.",
)
def center_crop(answer, rng):
    """Check `center_crop(image, size)`: `size` = (height, width) from the middle; top = (H − h) // 2.

    (H, W) or (H, W, C) -> (h, w) or (h, w, C) of the same type

    Examples
    --------
    >>> center_crop(lambda image, size: image[: size[0], : size[1]]).message
    'This is the upper left corner. Begin at row (H − h) // 2 and column (W − w) // 2.'
    """

    def center_crop(image, size):
        return cut(image, size, start_of(image, size))

    def cut(image, size, start):
        return image[start[0] : start[0] + size[0], start[1] : start[1] + size[1]]

    def start_by(formula):
        """A slip in the formula for the first row and column."""
        return lambda image, size: cut(
            image, size, [formula(*sizes) for sizes in zip(image.shape, size, strict=False)]
        )

    def from_the_end(image, size):
        top, left = start_of(image, size)
        return image[top:-top, left:-left]

    def to_the_end(image, size):
        (height, width), top, left = image.shape[:2], *start_of(image, size)
        return image[top : height - top, left : width - left]

    def start_of(image, size):
        return (image.shape[0] - size[0]) // 2, (image.shape[1] - size[1]) // 2

    def by_halves(image, size):
        (row, column), (height, width) = np.array(image.shape[:2]) // 2, np.array(size) // 2
        return image[row - height : row + height, column - width : column + width]

    def twice(image, size):
        (row, column), (height, width) = np.array(image.shape[:2]) // 2, size
        return image[max(row - height, 0) : row + height, max(column - width, 0) : column + width]

    changed = (
        "Height and width change places on the way. `size`, `image.shape` and the brackets of "
        "`image[rows, columns]` all begin with the rows."
    )
    slips = [
        (
            "This is the upper left corner. Begin at row (H − h) // 2 and column (W − w) // 2.",
            lambda image, size: image[: size[0], : size[1]],
        ),
        (
            "Height and width are swapped: `size` is (height, width), rows first. (OpenCV alone has it the "
            "other way round.)",
            lambda image, size: center_crop(image, size[::-1]),
        ),
        (changed, lambda image, size: cut(image, size[::-1], start_of(image, size)[::-1])),
        (changed, lambda image, size: cut(image, size[::-1], start_of(image, size))),
        (changed, lambda image, size: cut(image, size, start_of(image, size)[::-1])),
        (
            "The crop begins one row or column too late where an odd number is left over: round down, "
            "(H − h) // 2.",
            start_by(lambda old, new: (old - new + 1) // 2),
        ),
        (
            "H // 2 − h // 2 is not (H − h) // 2 where one of the two is odd. Subtract first, then halve.",
            start_by(lambda old, new: old // 2 - new // 2),
        ),
        (
            "The crop begins in the middle of the image. Its middle should lie there: begin at (H − h) // 2.",
            start_by(lambda old, new: old // 2),
        ),
        (
            "All that is left over is taken away above and to the left. Half of it goes below and to the "
            "right: // 2.",
            start_by(lambda old, new: old - new),
        ),
        (
            "Negative ends fail where nothing is left over, since −0 is 0, and give one row too many where "
            "the rest is odd. End at `top + h` and `left + w`.",
            from_the_end,
        ),
        (
            "As much is cut off below as above, which gives one row too many where the rest is odd. End at "
            "`top + h` and `left + w`.",
            to_the_end,
        ),
        (
            "Half the size to each side of the middle loses a row where the size is odd. Begin at "
            "(H − h) // 2 and take all h rows.",
            by_halves,
        ),
        ("`size` is the whole height and width, not half of it.", twice),
        (
            "Rows and columns are read the other way round: `image.shape` begins with the rows.",
            lambda image, size: None if image.shape[0] != image.shape[1] else center_crop(image, size),
        ),
        (
            "This is right for grey images only. With `image[rows, columns]` a channel axis behind them is "
            "kept; take the height from `image.shape[0]`, the width from `image.shape[1]`.",
            lambda image, size: center_crop(image, size) if image.ndim == 2 else None,
        ),
    ]
    by_hand = {"image": np.arange(11, 31, dtype=np.uint8).reshape(4, 5), "size": (1, 2)}
    drawn = [
        {"image": rng.integers(0, 255, shape).astype(dtype), "size": size}
        for shape, size, dtype in [
            ((5, 6), (2, 3), np.uint8),
            ((7, 7), (3, 4), np.uint16),
            ((6, 7, 3), (3, 4), np.uint8),
            ((5, 5), (5, 5), np.uint8),
            ((8, 4, 2), (5, 4), np.float32),
        ]
    ]
    same_answers(answer, center_crop, [by_hand, *drawn], slips=slips, same_dtype=True)


@checker(
    hints=(
        "The mask says where the cell is. What must happen to it whenever the cell moves?",
        "Turn first, then flip; the other order gives another picture. NumPy's `rot90` turns the first two "
        "axes counterclockwise, with channels behind them or without.",
        "Do the same two steps to both: `rot90` with `k`, then, if `flip`, reverse the axis of the columns. "
        "In an image with channels that is the second axis, not the last.",
    ),
    learned="A mask that stays behind marks background as cell: what moves the image must move its labels.",
)
def augment_pair(answer, rng):
    """Check `augment_pair(image, mask, k, flip)`: k quarter turns counterclockwise, then a left-right flip.

    (H, W, C), (H, W) -> the same two, turned; `k` is 0 to 3, and only if `flip` is True they are mirrored.

    Examples
    --------
    >>> augment_pair(lambda image, mask, k, flip: (np.rot90(image, k)[:, :: -1 if flip else 1], mask)).message
    'The mask stays as it was, so it no longer lies on the cell. Turn and flip it like the image.'
    """

    def augment_pair(image, mask, k, flip):
        return moved(image, k, flip), moved(mask, k, flip)

    def moved(array, k, flip):
        return np.rot90(array, k)[:, :: -1 if flip else 1]

    def both(step):
        """A slip in what is done to the image and to the mask alike."""
        return lambda image, mask, k, flip: (step(image, k, flip), step(mask, k, flip))

    def one(image_step, mask_step):
        return lambda image, mask, k, flip: (image_step(image, k, flip), mask_step(mask, k, flip))

    def flipped_first(array, k, flip):
        return np.rot90(array[:, :: -1 if flip else 1], k)

    def clockwise(array, k, flip):
        return moved(array, -k, flip)

    def up_down(array, k, flip):
        return np.rot90(array, k)[:: -1 if flip else 1]

    def last_axis(array, k, flip):
        return np.rot90(array, k)[..., :: -1 if flip else 1]

    only = "The mask is {}. Do to it exactly what is done to the image."
    slips = [
        (
            "The mask stays as it was, so it no longer lies on the cell. Turn and flip it like the image.",
            one(moved, unchanged),
        ),
        (only.format("turned, but not flipped"), one(moved, lambda array, k, flip: np.rot90(array, k))),
        (only.format("flipped, but not turned"), one(moved, lambda array, k, flip: moved(array, 0, flip))),
        (only.format("flipped up and down, the image left and right"), one(moved, up_down)),
        (only.format("turned the other way"), one(moved, clockwise)),
        (
            only.format("flipped first and then turned, the image the other way round"),
            one(moved, flipped_first),
        ),
        (
            "The image stays as it was, but the mask moves. Turn and flip both.",
            one(unchanged, moved),
        ),
        (
            "This flips first and then turns. The order is: turn, then flip.",
            both(flipped_first),
        ),
        ("This turns clockwise. A positive `k` turns counterclockwise.", both(clockwise)),
        (
            "This flips up and down. Left and right are columns, the second axis.",
            both(up_down),
        ),
        (
            "This reverses the channels of the image in place of its columns. Columns are the second axis: "
            "`[:, ::-1]`.",
            both(last_axis),
        ),
        ("`flip` is not used.", both(lambda array, k, flip: moved(array, k, False))),
        (
            "This flips always. Flip only if `flip` is True.",
            both(lambda array, k, flip: moved(array, k, True)),
        ),
        (
            "This flips only if `flip` is False. It is the other way round.",
            both(lambda array, k, flip: moved(array, k, not flip)),
        ),
        ("`k` is not used: nothing is turned.", both(lambda array, k, flip: moved(array, 0, flip))),
        (
            "This turns once, whatever `k` is. It says how many quarter turns.",
            both(lambda array, k, flip: moved(array, 1, flip)),
        ),
        (
            "This flips along both axes, which is a half turn. Reverse the columns only.",
            both(lambda array, k, flip: np.rot90(array, k + 2 if flip else k)),
        ),
        ("The order is image, mask.", lambda *arguments: augment_pair(*arguments)[::-1]),
    ]
    image = np.array([[[11, 12], [21, 22]], [[31, 32], [41, 42]]], np.uint8)
    by_hand = {"image": image, "mask": np.array([[1, 0], [2, 0]], np.uint8), "k": 1, "flip": True}
    drawn = [
        {
            "image": rng.integers(0, 255, (height, width, channels)).astype(np.uint8),
            "mask": rng.permutation(np.arange(height * width, dtype=np.uint8)).reshape(height, width),
            "k": k,
            "flip": flip,
        }
        for height, width, channels, k, flip in [
            (2, 3, 3, 3, False),
            (3, 3, 3, 1, True),
            (3, 4, 1, 2, True),
            (4, 2, 3, 0, True),
            (3, 2, 3, 0, False),
        ]
    ]
    same_answers(
        answer, augment_pair, [by_hand, *drawn], slips=slips, same_dtype=True, parts=("image", "mask")
    )
