"""The checkers of the camera, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import images as check

# --- saturated_share ------------------------------------------------------------------------------------


def share_by_count(image, bit_depth):
    return np.count_nonzero(image >= 2**bit_depth - 1) / image.size


def share_by_shift(image, bit_depth):
    return float(np.mean(image == (1 << bit_depth) - 1))


def share_by_loop(image, bit_depth):
    full = [pixel for row in image for pixel in row if pixel == 2**bit_depth - 1]
    return len(full) / (image.shape[0] * image.shape[1])


class TestSaturatedShare:
    @pytest.mark.parametrize("answer", [share_by_count, share_by_shift, share_by_loop])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.saturated_share, answer)

    def test_stub_and_hints(self, assert_teaches):
        def saturated_share(image, bit_depth): ...

        assert_teaches(check.saturated_share, saturated_share)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda image, bits: np.mean(image == 255), "8 bits only"),
            (lambda image, bits: np.mean(image == 2**bits), "always 0"),
            (lambda image, bits: np.mean(image > 2**bits - 1), "always 0"),
            (lambda image, bits: np.mean(image == 2 ** (bits - 1)), "belongs behind the power"),
            (lambda image, bits: np.mean(image >= 2 ** (bits - 1)), "belongs behind the power"),
            (lambda image, bits: np.mean(image > 2 ** (bits - 1)), "belongs behind the power"),
            (lambda image, bits: np.mean(image == 2 ** (bits - 1) - 1), "belongs behind the power"),
            (lambda image, bits: np.mean(image == 2 ^ bits - 1), "`^` is no power"),
            (lambda image, bits: np.mean(image == (2 ^ bits) - 1), "`^` is no power"),
            (lambda image, bits: np.mean(image == image.max()), "a dark picture"),
            (lambda image, bits: np.mean(image == np.iinfo(image.dtype).max), "file's type"),
            (lambda image, bits: np.mean(image >= 2**bits - 2), "One too low"),
            (lambda image, bits: np.sum(image == 2**bits - 1), "This is the number"),
            (lambda image, bits: 100 * np.mean(image == 2**bits - 1), "in percent"),
            (lambda image, bits: np.sum(image == 2**bits - 1) / len(image), "number of rows"),
            (lambda image, bits: np.mean(image < 2**bits - 1), "all other pixels"),
            (lambda image, bits: image == 2**bits - 1, "shape (2, 4), but the right one is a single"),
            (lambda image, bits: np.mean(image == 4095), "The result is 0.0, but"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.saturated_share, answer, words)


# --- record ---------------------------------------------------------------------------------------------


def photographed(grey, bit_depth):
    return grey.astype(np.uint8 if bit_depth <= 8 else np.uint16)


def record_by_rint(photons, gain, offset, bit_depth):
    grey = np.rint(offset + gain * photons)
    return photographed(np.maximum(np.minimum(grey, 2**bit_depth - 1), 0), bit_depth)


def record_by_half(photons, gain, offset, bit_depth):
    grey = (photons * gain + offset + 0.5).astype(int)
    grey[grey > 2**bit_depth - 1] = 2**bit_depth - 1
    grey[grey < 0] = 0
    return photographed(grey, bit_depth)


def record_clipped_first(photons, gain, offset, bit_depth):
    return photographed(np.round(np.clip(photons * gain + offset, 0, 2**bit_depth - 1)), bit_depth)


def record_cut(photons, gain, offset, bit_depth):
    return photographed(np.clip(photons * gain + offset, 0, 2**bit_depth - 1), bit_depth)


def record_unclipped(photons, gain, offset, bit_depth):
    return photographed(np.round(photons * gain + offset).astype(int), bit_depth)


def record_cut_and_unclipped(photons, gain, offset, bit_depth):
    return photographed((photons * gain + offset).astype(int), bit_depth)


def record_clipped_too_late(photons, gain, offset, bit_depth):
    return np.clip(record_unclipped(photons, gain, offset, bit_depth), 0, 2**bit_depth - 1)


def record_cut_then_clipped(photons, gain, offset, bit_depth):
    grey = record_cut_and_unclipped(photons, gain, offset, bit_depth)
    return np.clip(grey, 0, 2**bit_depth - 1)


def record_clipped_above(photons, gain, offset, bit_depth):
    grey = np.minimum(np.round(photons * gain + offset), 2**bit_depth - 1)
    return photographed(grey.astype(int), bit_depth)


def record_below_zero(photons, gain, offset, bit_depth):
    return np.minimum(np.round(photons * gain + offset), 2**bit_depth - 1)


def record_cut_and_clipped_above(photons, gain, offset, bit_depth):
    grey = np.minimum(photons * gain + offset, 2**bit_depth - 1)
    return photographed(grey.astype(int), bit_depth)


def record_to_type(photons, gain, offset, bit_depth):
    top = 255 if bit_depth <= 8 else 65535
    return photographed(np.clip(np.round(photons * gain + offset), 0, top), bit_depth)


def record_offset_first(photons, gain, offset, bit_depth):
    grey = np.round((photons + offset) * gain)
    return photographed(np.clip(grey, 0, 2**bit_depth - 1), bit_depth)


def record_offset_last(photons, gain, offset, bit_depth):
    return photographed(np.clip(np.round(photons * gain), 0, 2**bit_depth - 1), bit_depth) + offset


def record_without_offset(photons, gain, offset, bit_depth):
    return record_by_rint(photons, gain, 0, bit_depth)


def record_divided(photons, gain, offset, bit_depth):
    return record_by_rint(photons, 1 / gain, offset, bit_depth)


def record_bytes(photons, gain, offset, bit_depth):
    return record_by_rint(photons, gain, offset, bit_depth).astype(np.uint8)


def record_wide(photons, gain, offset, bit_depth):
    return record_by_rint(photons, gain, offset, bit_depth).astype(np.uint16)


def record_float(photons, gain, offset, bit_depth):
    return record_by_rint(photons, gain, offset, bit_depth).astype(float)


def record_to_power(photons, gain, offset, bit_depth):
    grey = np.clip(np.round(photons * gain + offset), 0, 2**bit_depth)
    return photographed(grey.astype(int), bit_depth)


def record_to_255(photons, gain, offset, bit_depth):
    return photographed(np.clip(np.round(photons * gain + offset), 0, 255), bit_depth)


class TestRecord:
    @pytest.mark.parametrize("answer", [record_by_rint, record_by_half, record_clipped_first])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.record, answer)

    def test_stub_and_hints(self, assert_teaches):
        def record(photons, gain, offset, bit_depth): ...

        assert_teaches(check.record, record)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (record_cut, "fractions are cut off. `.astype` does not round"),
            (record_unclipped, "Clip to 2**bit_depth − 1 before you change the type"),
            (record_cut_and_unclipped, "Round, then clip, then change the type"),
            (lambda n, gain, offset, bits: np.round(n * gain + offset), "are left"),
            (lambda n, gain, offset, bits: n * gain + offset, "are left"),
            (lambda n, gain, offset, bits: np.clip(n * gain + offset, 0, 2**bits - 1), "but not rounded"),
            (record_to_type, "clips to the range of the type"),
            (record_to_255, "255 is the largest value of 8 bits only"),
            (record_to_power, "as the first is 0"),
            (lambda n, gain, offset, bits: np.clip(np.round(n * gain + offset), 0, 2**bits), "as the first"),
            (record_offset_first, "offset is added before the gain"),
            (record_offset_last, "added after clipping"),
            (record_without_offset, "offset is missing"),
            (record_divided, "divides by the gain"),
            (record_bytes, "do not fit into `uint8`"),
            (record_wide, "of type `uint16`, but `uint8` is asked for"),
            (record_float, "of type `float64`, but `uint8` is asked for"),
            (record_clipped_too_late, "before the clipping, which then comes too late"),
            (record_cut_then_clipped, "the type is changed first, which cuts the fractions off"),
            (record_clipped_above, "Dark pixels turned bright"),
            (record_below_zero, "Dark pixels are negative"),
            (record_cut_and_clipped_above, "fractions are cut off. `.astype` does not round"),
            (lambda n, gain, offset, bits: record_by_rint(2 * n, gain, offset, bits), "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.record, answer, words)


# --- camera_gain ----------------------------------------------------------------------------------------


def gain_by_covariance(means, variances):
    distance = means - means.mean()
    return (distance * (variances - variances.mean())).sum() / (distance**2).sum()


def gain_by_solving(means, variances):
    line = np.stack([means, np.ones(len(means))], axis=1)
    return np.linalg.lstsq(line, variances, rcond=None)[0][0]


def gain_by_cov(means, variances):
    matrix = np.cov(means, variances)
    return matrix[0, 1] / matrix[0, 0]


class TestCameraGain:
    @pytest.mark.parametrize("answer", [gain_by_covariance, gain_by_solving, gain_by_cov])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.camera_gain, answer)

    def test_stub_and_hints(self, assert_teaches):
        def camera_gain(means, variances): ...

        assert_teaches(check.camera_gain, camera_gain)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda means, variances: np.mean(variances / means), "only if a dark pixel reads 0"),
            (lambda means, variances: variances.mean() / means.mean(), "only if a dark pixel reads 0"),
            (lambda means, variances: np.median(variances / means), "only if a dark pixel reads 0"),
            (lambda means, variances: variances / means, "only if a dark pixel reads 0"),
            (lambda means, variances: np.polyfit(means, variances, 1)[1], "meets the mean 0"),
            (lambda means, variances: np.polyfit(means, variances, 1), "Give the slope alone"),
            (lambda means, variances: means @ variances / (means @ means), "forced through 0"),
            (lambda means, variances: np.polyfit(variances, means, 1)[0], "are swapped"),
            (lambda means, variances: 1 / gain_by_cov(means, variances), "photons per grey value"),
            (
                lambda means, variances: (variances[0] - variances[-1]) / (means[0] - means[-1]),
                "the first and the last point",
            ),
            (
                lambda means, variances: (
                    (variances[means.argmax()] - variances[means.argmin()]) / (means.max() - means.min())
                ),
                "the darkest and the brightest point",
            ),
            (lambda means, variances: np.mean(np.diff(variances) / np.diff(means)), "two points at a time"),
            (lambda means, variances: gain_by_cov(means, np.sqrt(variances)), "the standard deviation"),
            (lambda means, variances: gain_by_cov(means, variances) ** 0.5, "The root is too much"),
            (lambda means, variances: np.cov(means, variances)[0, 1], "but 0.3 is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.camera_gain, answer, words)

    def test_the_slope_is_the_gain_of_a_camera(self):
        # Photons counted by a camera of gain 0.5, offset 100 and read noise 3: the exercise's claim.
        rng = np.random.default_rng(0)
        exposures = [0.5 * rng.poisson(n, 200_000) + rng.normal(100, 3, 200_000) for n in (50, 100, 200, 400)]
        means, variances = np.mean(exposures, axis=1), np.var(exposures, axis=1)
        assert gain_by_covariance(means, variances) == pytest.approx(0.5, rel=0.02)
        assert np.mean(variances / means) < 0.4
