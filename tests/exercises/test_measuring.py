"""The checkers of areas and stain, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import images as check

# --- area_um2 -------------------------------------------------------------------------------------------


def area_by_comparison(mask, pixel_size_um):
    return (mask > 0).sum() * pixel_size_um**2


def area_by_loops(mask, pixel_size_um):
    area = 0
    for row in mask:
        for number in row:
            if number != 0:
                area += pixel_size_um * pixel_size_um
    return area


def area_by_pieces(mask, pixel_size_um):
    return float(np.bincount(mask.ravel())[1:].sum() * pixel_size_um * pixel_size_um)


def area_spoils_mask(mask, pixel_size_um):
    mask[mask > 0] = 1
    return mask.sum() * pixel_size_um**2


class TestArea:
    @pytest.mark.parametrize("answer", [area_by_comparison, area_by_loops, area_by_pieces])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.area_um2, answer)

    def test_stub_and_hints(self, assert_teaches):
        def area_um2(mask, pixel_size_um): ...

        assert_teaches(check.area_um2, area_um2)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda mask, size: np.count_nonzero(mask) * size, "not squared"),
            (lambda mask, size: np.sum(mask) * size**2, "piece 2 counts twice"),
            (lambda mask, size: np.sum(mask) * size, "added up, and the pixel size is not squared"),
            (lambda mask, size: (mask > 0).sum() / size**2, "multiply"),
            (lambda mask, size: (mask > 0).sum() / size, "divides by the pixel size"),
            (lambda mask, size: (mask > 0).sum(), "This is in pixels"),
            (lambda mask, size: mask.shape[0] * mask.shape[1] * size**2, "the background too"),
            (lambda mask, size: (mask >= 0).sum() * size**2, "the background too"),
            (lambda mask, size: (mask == 0).sum() * size**2, "area of the background"),
            (lambda mask, size: (mask == 1).sum() * size**2, "Only piece 1"),
            (lambda mask, size: np.max(mask) * size**2, "The pieces are counted"),
            (lambda mask, size: (mask != 0).mean(), "stained share"),
            (
                lambda mask, size: [(mask == n).sum() * size**2 for n in range(1, mask.max() + 1)],
                "each piece",
            ),
            (lambda mask, size: np.bincount(mask.ravel()) * size**2, "each number, 0 included"),
            (lambda mask, size: sum(mask > 0) * size**2, "each column"),
            (lambda mask, size: 4 * (mask > 0).sum() ** 0.5 * size, "but 1.0 is expected"),  # an outline
            (area_spoils_mask, "changes its input `mask`"),
            (lambda mask, size: 1.0, "answer of the first example"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.area_um2, answer, words)


# --- stain_sum ------------------------------------------------------------------------------------------


def stain_by_count(image, mask, background):
    stained = mask != 0
    return int(image[stained].sum()) - background * int(stained.sum())


def stain_by_where(image, mask, background):
    return np.where(mask > 0, image.astype(np.int64) - background, 0).sum()


def stain_by_loops(image, mask, background):
    total = 0
    for pixels, numbers in zip(image.tolist(), mask.tolist(), strict=True):
        for pixel, number in zip(pixels, numbers, strict=True):
            total += (pixel - background) * (number > 0)
    return total


def stain_cut_at_zero(image, mask, background):
    stain = image[mask > 0].astype(float) - background
    stain[stain < 0] = 0
    return stain.sum()


def stain_above_background(image, mask, background):
    return (image[(mask > 0) & (image > background)].astype(int) - background).sum()


def stain_by_piece(image, mask, background):
    return [(image[mask == n].astype(int) - background).sum() for n in range(1, mask.max() + 1)]


def stain_with_floats(formula):
    """A student's function that changes the type first, so that nothing goes round."""
    return lambda image, mask, background: formula(image.astype(float), mask, background)


STAIN_SLIPS = [  # right with floats but for one slip; with whole numbers below 0 they make two
    (lambda image, mask, level: image[mask > 0].sum() - level, "not once from the sum"),
    (lambda image, mask, level: image[mask > 0].sum() - level * mask.size, "not from every pixel of the"),
    (lambda image, mask, level: (image * (mask > 0) - level).sum(), "not from every pixel of the picture"),
    (lambda image, mask, level: (level - image[mask != 0]).sum(), "wrong way round"),
    (lambda image, mask, level: (image[mask > 0] - level).mean(), "This is the mean"),
    (lambda image, mask, level: (image - level).sum(), "whole picture"),
    (lambda image, mask, level: (image[mask == 1] - level).sum(), "Only piece 1"),
    (lambda image, mask, level: ((image - level) * mask).sum(), "multiplied by the mask"),
    (lambda image, mask, level: (image[mask] - level).sum(), "as numbers of rows"),
]


class TestStainSum:
    @pytest.mark.parametrize("answer", [stain_by_count, stain_by_where, stain_by_loops])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.stain_sum, answer)

    def test_stub_and_hints(self, assert_teaches):
        def stain_sum(image, mask, background): ...

        assert_teaches(check.stain_sum, stain_sum)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda image, mask, level: (image[mask > 0] - level).sum(), "went round"),
            (lambda image, mask, level: np.clip(image - level, 0, None)[mask > 0].sum(), "went round"),
            (stain_cut_at_zero, "were set to 0 or left out"),
            (stain_above_background, "were set to 0 or left out"),
            (lambda image, mask, level: abs(image[mask > 0].astype(int) - level).sum(), "made positive"),
            (lambda image, mask, level: int(image[mask > 0].sum()) - level, "not once from the sum"),
            (
                lambda image, mask, level: (image * (mask > 0) - float(level)).sum(),
                "not from every pixel of the picture",
            ),
            (lambda image, mask, level: image[mask > 0].sum(), "not taken away"),
            (lambda image, mask, level: (level - image[mask > 0].astype(int)).sum(), "wrong way round"),
            (lambda image, mask, level: np.mean(image[mask > 0].astype(int) - level), "This is the mean"),
            (lambda image, mask, level: (image.astype(int) - level).sum(), "whole picture"),
            (lambda image, mask, level: (image[mask == 1].astype(int) - level).sum(), "Only piece 1"),
            (lambda image, mask, level: ((image.astype(int) - level) * mask).sum(), "multiplied by the mask"),
            (lambda image, mask, level: (image[mask].astype(int) - level).sum(), "as numbers of rows"),
            (
                lambda image, mask, level: (image[mask > 0] - np.uint8(level)).sum(),
                "does not fit into `uint8`",
            ),
            (
                lambda image, mask, level: (image[mask > 0] - np.uint16(level)).sum(),
                "`uint16` knows no negative",
            ),
            (
                lambda image, mask, level: (image.astype("uint32") - level)[mask > 0].sum(),
                "`uint32` knows no negative",
            ),
            (
                lambda image, mask, level: np.maximum(image[mask > 0] - level, 0).sum(),
                "keep what is negative",
            ),
            (stain_by_piece, "shape (2,), but the right one is a single number"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.stain_sum, answer, words)

    @pytest.mark.parametrize(("answer", "words"), STAIN_SLIPS)
    def test_a_slip_is_named_in_either_arithmetic(self, answer, words, assert_finds):
        went_round = "numbers below 0 went round"
        assert_finds(check.stain_sum, stain_with_floats(answer), words)
        assert went_round not in check.stain_sum(stain_with_floats(answer)).message
        assert_finds(check.stain_sum, answer, words)
        assert_finds(check.stain_sum, answer, went_round)

    def test_the_example_can_be_done_by_hand(self):
        example = check.stain_sum(lambda image, mask, level: image[mask > 0].sum()).example
        assert "gave\n  99\nexpected\n  69.0" in example  # 13 lies outside; (40 − 10) + (9 − 10) + (50 − 10)
