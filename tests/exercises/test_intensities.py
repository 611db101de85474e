"""The checkers of intensities, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import preparation as check

# --- scaled ---------------------------------------------------------------------------------------------


def scaled_by_type(images):
    return images.astype(np.float32) / np.iinfo(images.dtype).max


def scaled_by_choice(images):
    largest = {np.dtype("uint8"): 255, np.dtype("uint16"): 65535}[images.dtype]
    return np.array(images / largest, dtype="float32")


def scaled_by_bytes(images):
    return np.float32(images / (256**images.itemsize - 1))


def divided(divisor):
    """A student's function that divides by something else."""
    return lambda images: (images / divisor(images)).astype(np.float32)


class TestScaled:
    @pytest.mark.parametrize("answer", [scaled_by_type, scaled_by_choice, scaled_by_bytes])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.scaled, answer)

    def test_stub_and_hints(self, assert_teaches):
        def scaled(images): ...

        assert_teaches(check.scaled, scaled)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (divided(lambda images: images.max()), "brightest pixel of these images"),
            (
                divided(lambda images: images.max(axis=(1, 2, 3)).reshape(-1, 1, 1, 1)),
                "brightest pixel of e",
            ),
            (divided(lambda images: images.max(axis=(0, 1, 2))), "brightest pixel of e"),
            (lambda images: (images - images.min()) / (images.max() - images.min()), "so black is lost"),
            (divided(lambda images: 255), "of `uint8` only"),
            (divided(lambda images: 65535), "of `uint16` only"),
            (divided(lambda images: 256), "256 is how many numbers"),
            (lambda images: images / images.max(), "brightest pixel of these images"),  # and float64
            (divided(lambda images: 256**images.itemsize), "divide by 255"),
            (lambda images: images // np.iinfo(images.dtype).max, "Nearly all values are 0"),
            (lambda images: (images / np.iinfo(images.dtype).max).astype(images.dtype), "changing back"),
            (lambda images: images.astype(np.float32), "Only the type is changed"),
            (lambda images: images / np.iinfo(images.dtype).max, "type `float64`, but `float32` is asked"),
            (lambda images: np.float16(scaled_by_type(images)), "type `float16`, but `float32` is asked"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.scaled, answer, words)


# --- flat_field -----------------------------------------------------------------------------------------


def flat_field_by_gain(image, flat, dark):
    light = flat.astype(np.float64) - dark
    gain = light.mean() / light
    return (image.astype(np.float64) - dark) * gain


def flat_field_by_loops(image, flat, dark):
    rows = []
    light = (flat.astype(int) - dark.astype(int)).tolist()
    mean = sum(map(sum, light)) / flat.size
    for r, row in enumerate(light):
        rows.append([(int(image[r, c]) - int(dark[r, c])) / value * mean for c, value in enumerate(row)])
    return rows


def flat_field_float32(image, flat, dark):
    image, flat, dark = np.float32(image), np.float32(flat), np.float32(dark)
    return (image - dark) / (flat - dark) * np.mean(flat - dark)


def with_floats(formula):
    """A student's function that changes all types first, so that nothing goes round."""
    return lambda image, flat, dark: formula(image.astype(float), flat.astype(float), dark.astype(float))


FLAT_FIELD_SLIPS = [  # right with floats but for one slip; with whole numbers below 0 they make two
    (lambda image, flat, dark: (image - dark) / flat * flat.mean(), "from the image only"),
    (lambda image, flat, dark: (image - dark) / flat * (flat - dark).mean(), "the image and the mean"),
    (lambda image, flat, dark: (image - dark) / (flat - dark) * flat.mean(), "mean is that of"),
    (lambda image, flat, dark: (image - dark) / (flat - dark), "its values are near 1"),
    (lambda image, flat, dark: (image - dark) / (flat - dark) * (flat - dark).max(), "by the brightest"),
    (lambda image, flat, dark: image - dark, "undoes the division"),
    (lambda i, flat, dark: (i - dark) / (flat - dark) * (i - dark).mean(), "more cells gets brighter"),
    (lambda image, flat, dark: image - flat, "The flat picture is subtracted"),
    (lambda image, flat, dark: image - flat + flat.mean(), "The flat picture is subtracted"),
    (lambda i, flat, dark: (i - dark) / (flat - dark) * (flat - dark).mean() + dark, "is added again"),
]


class TestFlatField:
    @pytest.mark.parametrize("answer", [flat_field_by_gain, flat_field_by_loops, flat_field_float32])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.flat_field, answer)

    def test_stub_and_hints(self, assert_teaches):
        def flat_field(image, flat, dark): ...

        assert_teaches(check.flat_field, flat_field)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda image, flat, dark: image / flat * flat.mean(), "`dark` is not used"),
            (with_floats(lambda i, f, dark: i / (f - dark) * (f - dark).mean()), "flat picture only"),
            (lambda i, flat, dark: (i - dark) / (flat - dark) * (flat - dark).mean(), "went round"),
            (
                lambda i, flat, dark: flat_field_by_gain(i, flat, dark).astype(int).astype(i.dtype),
                "back to whole numbers",
            ),
            (lambda *pictures: flat_field_by_gain(*pictures) + pictures[2], "`dark` is added again"),
            (lambda *pictures: flat_field_by_gain(*pictures).clip(0), "Noise goes both ways"),
            (lambda image, flat, dark: flat_field_by_gain(flat, image, dark), "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.flat_field, answer, words)

    @pytest.mark.parametrize(("answer", "words"), FLAT_FIELD_SLIPS)
    def test_a_slip_is_named_in_either_arithmetic(self, answer, words, assert_finds):
        went_round = "numbers below 0 went round"
        assert_finds(check.flat_field, with_floats(answer), words)
        assert went_round not in check.flat_field(with_floats(answer)).message
        assert_finds(check.flat_field, answer, words)
        assert_finds(check.flat_field, answer, went_round)

    def test_the_example_can_be_done_by_hand(self):
        example = check.flat_field(lambda image, flat, dark: image).example
        assert example.endswith("expected\n  [[50. 50.]\n   [50. -5.]]")


# --- standardize ----------------------------------------------------------------------------------------


def standardize_by_axis(images, train_images):
    mean = np.mean(train_images, axis=(0, 1, 2), keepdims=True)
    std = np.std(train_images, axis=(0, 1, 2), keepdims=True)
    return (images - mean) / std


def standardize_by_channel(images, train_images):
    result = np.zeros(images.shape)
    for channel in range(images.shape[-1]):
        train = train_images[..., channel]
        result[..., channel] = (images[..., channel] - train.mean()) / train.std()
    return result


def standardize_by_moments(images, train_images):
    pixels = train_images.reshape(-1, train_images.shape[-1])
    mean = pixels.sum(axis=0) / len(pixels)
    variance = ((pixels - mean) ** 2).sum(axis=0) / len(pixels)
    return (images - mean) * variance**-0.5


def by_statistics(mean=np.mean, std=np.std, axis=(0, 1, 2), source=lambda images, train: train):
    """A student's function with one of its steps changed."""

    def standardize(images, train_images):
        values = source(images, train_images)
        keep = axis is not None and 0 not in np.atleast_1d(axis)
        return (images - mean(values, axis=axis, keepdims=keep)) / std(values, axis=axis, keepdims=keep)

    return standardize


def own(images, train):
    return images


class TestStandardize:
    @pytest.mark.parametrize(
        "answer", [standardize_by_axis, standardize_by_channel, standardize_by_moments, by_statistics()]
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.standardize, answer)

    def test_stub_and_hints(self, assert_teaches):
        def standardize(images, train_images): ...

        assert_teaches(check.standardize, standardize)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (by_statistics(source=own), "measured by their own mean"),
            (by_statistics(source=own, axis=None), "measured by their own mean"),
            (by_statistics(source=own, axis=(1, 2, 3)), "Each image is measured by itself"),
            (by_statistics(source=own, axis=(1, 2)), "Each image is measured by itself"),
            (
                by_statistics(source=lambda images, train: np.concatenate([train, images])),
                "from both sets together",
            ),
            (by_statistics(axis=None), "one mean and one deviation for all channels"),
            (by_statistics(axis=0), "Each pixel has its own mean"),
            (by_statistics(std=np.var), "divides by the variance"),
            (by_statistics(std=lambda *_, **how: 1), "standard deviation is missing"),
            (by_statistics(mean=lambda *_, **how: 0), "The mean is missing"),
            (
                lambda images, train: images / train.std(axis=(0, 1, 2)) - train.mean(axis=(0, 1, 2)),
                "after the division",
            ),
            (
                lambda images, train: images - train.mean(axis=(0, 1, 2)) / train.std(axis=(0, 1, 2)),
                "The brackets are missing",
            ),
            (
                lambda images, train: (images - train.mean(axis=(0, 1, 2))) / images.std(axis=(0, 1, 2)),
                "but the deviation that of the images",
            ),
            (
                lambda images, train: (images - images.mean(axis=(0, 1, 2))) / train.std(axis=(0, 1, 2)),
                "but the mean that of the images",
            ),
            (by_statistics(std=lambda values, **how: np.std(values, ddof=1, **how)), "`ddof=1`"),
            (by_statistics(mean=np.min, std=np.ptp), "The range is used"),
            (lambda images, train: standardize_by_axis(train, train), "training images that come back"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.standardize, answer, words)
