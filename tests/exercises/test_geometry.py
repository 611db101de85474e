"""The checkers of pixel sizes, channels, crops and pairs, fed with right, untouched and wrong answers."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import preparation as check

# --- resized_pixel_size ---------------------------------------------------------------------------------


def pixel_size_by_field(pixel_size_um, old_size, new_size):
    field_um = pixel_size_um * old_size
    return field_um / new_size


def pixel_size_by_factor(pixel_size_um, old_size, new_size):
    return pixel_size_um / (new_size / old_size)


class TestResizedPixelSize:
    @pytest.mark.parametrize("answer", [pixel_size_by_field, pixel_size_by_factor])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.resized_pixel_size, answer)

    def test_stub_and_hints(self, assert_teaches):
        def resized_pixel_size(pixel_size_um, old_size, new_size): ...

        assert_teaches(check.resized_pixel_size, resized_pixel_size)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda um, old, new: um * new / old, "wrong way round"),
            (lambda um, old, new: um * (old / new) ** 2, "ratio of areas"),
            (lambda um, old, new: um / (old / new) ** 2, "ratio of areas"),
            (lambda um, old, new: um, "The pixel size changes too"),
            (lambda um, old, new: old / new, "Multiply by `pixel_size_um`"),
            (lambda um, old, new: old / (new * um), "divides by the pixel size"),
            (lambda um, old, new: um * old, "width of the whole field"),
            (lambda um, old, new: old // new * um, "rounds the ratio down"),
            (lambda um, old, new: um * (old - 1) / (new - 1), "steps between pixels"),
            (lambda um, old, new: um * (old - new), "as if they were micrometres"),
            (lambda um, old, new: 1.25, "answer of the first example"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.resized_pixel_size, answer, words)


# --- to_rgb ---------------------------------------------------------------------------------------------


def rgb_by_index(bgr):
    return bgr[..., [2, 1, 0]]


def rgb_by_flip(bgr):
    return np.flip(bgr, axis=-1)


def rgb_by_stack(bgr):
    blue, green, red = np.moveaxis(bgr, -1, 0)
    return np.stack([red, green, blue], axis=-1)


def rgb_overwritten(bgr):
    rgb = bgr.copy()
    rgb[..., 0] = rgb[..., 2]
    rgb[..., 2] = rgb[..., 0]
    return rgb


def rgb_in_place(bgr):
    bgr[...] = bgr[..., ::-1].copy()
    return bgr


class TestToRgb:
    @pytest.mark.parametrize("answer", [rgb_by_index, rgb_by_flip, rgb_by_stack])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.to_rgb, answer)

    def test_stub_and_hints(self, assert_teaches):
        def to_rgb(bgr): ...

        assert_teaches(check.to_rgb, to_rgb)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda bgr: bgr[::-1], "This reverses the first axis"),
            (lambda bgr: np.flip(bgr, axis=-2), "mirrors the picture left to right"),
            (lambda bgr: np.flip(bgr, axis=-3), "upside down"),
            (lambda bgr: np.flip(bgr), "reverses all axes"),
            (lambda bgr: bgr.copy(), "Nothing has changed"),
            (rgb_overwritten, "Red stands in two places"),
            (lambda bgr: bgr[..., [1, 0, 2]], "The first two channels are swapped"),
            (lambda bgr: bgr[..., [0, 2, 1]], "The last two channels are swapped"),
            (lambda bgr: np.roll(bgr, 1, axis=-1), "moved on by one place"),
            (lambda bgr: np.roll(bgr, -1, axis=-1), "moved back by one place"),
            (lambda bgr: bgr[:, ::-1], "The second axis is reversed"),
            (lambda bgr: bgr[:, :, ::-1], "right for one image only"),
            (lambda bgr: bgr[:, :, :, ::-1], "right for a batch only"),
            (lambda bgr: bgr.mean(axis=-1), "shape (2, 2), but the right one has shape (2, 2, 3)"),
            (lambda bgr: bgr[..., ::-1] / 255, "of type `float64`, but `uint8` is asked for"),
            (rgb_in_place, "changes its input `bgr`"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.to_rgb, answer, words)


# --- center_crop ----------------------------------------------------------------------------------------


def crop_by_slices(image, size):
    height, width = size
    top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    return image[top : top + height, left : left + width]


def crop_by_index(image, size):
    rows, columns = ((old - new) // 2 + np.arange(new) for old, new in zip(image.shape, size, strict=False))
    return image[np.ix_(rows, columns)]


def crop_by_peeling(image, size):
    """Take away the last row and then the first one in turn until the size is right, then turn over."""
    for _ in range(2):
        while len(image) > size[0]:
            image = image[:-1]
            image = image[1:] if len(image) > size[0] else image
        image, size = image.swapaxes(0, 1), size[::-1]
    return image


def start_by(formula):
    """A student's function with another formula for the first row and column."""

    def center_crop(image, size):
        top, left = formula(image.shape[0], size[0]), formula(image.shape[1], size[1])
        return image[top : top + size[0], left : left + size[1]]

    return center_crop


def cut_by(first, last):
    """A student's function with other formulas for where rows and columns begin and end."""

    def center_crop(image, size):
        (height, width), (h, w) = image.shape[:2], size
        return image[first(height, h) : last(height, h), first(width, w) : last(width, w)]

    return center_crop


def crop_shape_swapped(image, size):
    width, height = image.shape[:2]
    top, left = (height - size[0]) // 2, (width - size[1]) // 2
    return image[top : top + size[0], left : left + size[1]]


def crop_grey(image, size):
    height, width = image.shape
    return crop_by_slices(image[:height, :width], size)


def crop_pasted(image, size):
    result = np.zeros((*size, *image.shape[2:]))
    result[:] = crop_by_slices(image, size)
    return result


def crop_turned(swap_start, swap_size):
    """A student's function in which height and width change places on the way."""

    def center_crop(image, size):
        start = [(old - new) // 2 for old, new in zip(image.shape, size, strict=False)]
        (top, left), (h, w) = start[:: -1 if swap_start else 1], size[:: -1 if swap_size else 1]
        return image[top : top + h, left : left + w]

    return center_crop


class TestCenterCrop:
    @pytest.mark.parametrize("answer", [crop_by_slices, crop_by_index, crop_by_peeling])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.center_crop, answer)

    def test_stub_and_hints(self, assert_teaches):
        def center_crop(image, size): ...

        assert_teaches(check.center_crop, center_crop)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda image, size: image[: size[0], : size[1]], "upper left corner"),
            (lambda image, size: crop_by_slices(image, size[::-1]), "Height and width are swapped"),
            (crop_turned(swap_start=True, swap_size=True), "Height and width change places"),
            (crop_turned(swap_start=False, swap_size=True), "Height and width change places"),
            (crop_turned(swap_start=True, swap_size=False), "Height and width change places"),
            (start_by(lambda old, new: -(-(old - new) // 2)), "one row or column too late"),
            (start_by(lambda old, new: old // 2 - new // 2), "Subtract first, then halve"),
            (start_by(lambda old, new: old // 2), "begins in the middle"),
            (start_by(lambda old, new: old - new), "All that is left over"),
            (cut_by(lambda old, new: (old - new) // 2, lambda old, new: -((old - new) // 2)), "−0 is 0"),
            (
                cut_by(lambda old, new: (old - new) // 2, lambda old, new: old - (old - new) // 2),
                "As much is cut off below",
            ),
            (
                cut_by(lambda old, new: old // 2 - new // 2, lambda old, new: old // 2 + new // 2),
                "Half the size to each side",
            ),
            (
                cut_by(lambda old, new: max(old // 2 - new, 0), lambda old, new: old // 2 + new),
                "not half of it",
            ),
            (crop_shape_swapped, "Rows and columns are read the other way round"),
            (crop_grey, "right for grey images only"),
            (crop_pasted, "of type `float64`, but `uint8` is asked for"),
            (lambda image, size: np.resize(image, size), "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.center_crop, answer, words)


# --- augment_pair ---------------------------------------------------------------------------------------


def turned(array, k):
    return np.rot90(array, k)


def flipped(array, k):
    return array[:, ::-1]


def pair(*steps, mask_steps=None, when=lambda flip: flip):
    """A student's function that does these steps to the image, and the same or others to the mask."""

    def augment_pair(image, mask, k, flip):
        results = []
        for array, its_steps in ((image, steps), (mask, steps if mask_steps is None else mask_steps)):
            for step in its_steps:
                if step is turned or step is clockwise or step is turned_once or when(flip):
                    array = step(array, k)
            results.append(array)
        return tuple(results)

    return augment_pair


def clockwise(array, k):
    return np.rot90(array, -k)


def turned_once(array, k):
    return np.rot90(array)


def up_down(array, k):
    return np.flipud(array)


def last_axis(array, k):
    return array[..., ::-1]


def all_axes(array, k):
    return np.flip(array, axis=(0, 1))


def pair_by_loops(image, mask, k, flip):
    for _ in range(k):
        image, mask = image.swapaxes(0, 1)[::-1], mask.T[::-1]
    if flip:
        image, mask = np.fliplr(image), np.fliplr(mask)
    return [image, mask]


def pair_together(image, mask, k, flip):
    stacked = np.concatenate([image, mask[..., np.newaxis]], axis=-1)
    stacked = np.rot90(stacked, k)
    stacked = np.flip(stacked, axis=1) if flip else stacked
    return stacked[..., :-1], stacked[..., -1]


class TestAugmentPair:
    @pytest.mark.parametrize("answer", [pair(turned, flipped), pair_by_loops, pair_together])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.augment_pair, answer)

    def test_stub_and_hints(self, assert_teaches):
        def augment_pair(image, mask, k, flip): ...

        assert_teaches(check.augment_pair, augment_pair)
        assert check.augment_pair(lambda image, mask, k, flip: (..., ...)).status == "not attempted"

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (pair(turned, flipped, mask_steps=()), "The mask stays as it was"),
            (pair(turned, flipped, mask_steps=(turned,)), "turned, but not flipped"),
            (pair(turned, flipped, mask_steps=(flipped,)), "flipped, but not turned"),
            (pair(turned, flipped, mask_steps=(turned, up_down)), "flipped up and down, the image left"),
            (pair(turned, flipped, mask_steps=(clockwise, flipped)), "turned the other way"),
            (pair(turned, flipped, mask_steps=(flipped, turned)), "The mask is flipped first"),
            (pair(mask_steps=(turned, flipped)), "The image stays as it was"),
            (pair(flipped, turned), "This flips first"),
            (pair(clockwise, flipped), "turns clockwise"),
            (pair(turned, up_down), "This flips up and down"),
            (pair(turned, last_axis), "reverses the channels"),
            (pair(turned), "`flip` is not used"),
            (pair(turned, flipped, when=lambda flip: True), "flips always"),
            (pair(turned, flipped, when=lambda flip: not flip), "only if `flip` is False"),
            (pair(flipped), "`k` is not used"),
            (pair(turned_once, flipped), "turns once"),
            (pair(turned, all_axes), "flips along both axes"),
            (lambda *given: pair_by_loops(*given)[::-1], "The order is image, mask"),
            (lambda *given: pair_by_loops(*given)[0], "Hand back 2 things as a tuple"),
            (lambda *given: (pair_by_loops(*given)[0], pair_by_loops(*given)[1] / 1), "of type `float64`"),
            (pair(), "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.augment_pair, answer, words)
