"""Intensities: checked by hand, flat images, statistics of the training images, even illumination."""

import subprocess
import sys

import numpy as np
import pytest

from cellcnn_helpers import images as pictures
from cellcnn_helpers.dataset import CellImageDataset

RNG = np.random.default_rng(0)
BATCH = RNG.integers(0, 256, (5, 12, 10, 3)).astype(np.uint8)
MANY = RNG.integers(0, 256, (40, 64, 64, 3)).astype(np.uint8)  # more than one block


def a_dataset(images=BATCH):
    masks = np.ones(images.shape[:3], np.uint8)
    return CellImageDataset(images, [0] * len(images), ["a"], masks=masks, pixel_size_um=0.5, source="here")


# Ranges


@pytest.mark.parametrize(
    ("dtype", "value", "expected"),
    [
        (np.uint8, 255, 1),
        (np.uint8, 51, 0.2),
        (np.uint16, 65535, 1),
        (">u2", 13107, 0.2),
        (bool, True, 1),
        (np.float64, 0.25, 0.25),
    ],
)
def test_the_largest_of_the_type_becomes_1(dtype, value, expected):
    scaled = pictures.normalize(np.full((3, 4), value, dtype))
    assert scaled.dtype == np.float32
    np.testing.assert_array_equal(scaled, np.float32(expected))


def test_the_scale_of_a_camera_can_be_given():
    image = np.array([[0, 4095]], np.uint16)
    np.testing.assert_array_equal(pictures.normalize(image, max_value=4095), [[0, 1]])
    with pytest.raises(ValueError, match=r"range from 0 to 4094: got values from 0 to 4095"):
        pictures.normalize(image, max_value=4094)
    with pytest.raises(ValueError, match=r"range from 0 to 1: got values from 0 to 255.*\n.*max_value=255"):
        pictures.normalize(image * (255 / 4095))


def test_the_same_scale_as_the_arrays_of_a_data_set():
    np.testing.assert_array_equal(pictures.normalize(BATCH), a_dataset().arrays()[0])


def test_percentiles_by_hand():
    image = np.arange(101, dtype=np.uint16).reshape(1, 101) * 10
    stretched = pictures.normalize(image, percentiles=(10, 60))
    np.testing.assert_allclose(stretched[0, [0, 10, 35, 60, 100]], [0, 0, 0.5, 1, 1], atol=1e-6)


@pytest.mark.parametrize("images", [BATCH, MANY, MANY.astype(np.uint16) * 257, MANY / 255])
def test_percentiles_belong_to_each_image(images):
    stretched = pictures.normalize(images, percentiles=(2, 97))
    for image, result in zip(images.astype(np.float64), stretched, strict=True):
        low, high = np.percentile(image, (2, 97))
        np.testing.assert_allclose(result, np.clip((image - low) / (high - low), 0, 1), atol=1e-6)


def test_a_bright_and_a_faint_cell_are_told_apart_by_one_scale_only():
    cell = np.zeros((2, 9, 9), np.uint8)
    cell[0, 3:6, 3:6], cell[1, 3:6, 3:6] = 200, 20
    by_type, by_image = pictures.normalize(cell), pictures.normalize(cell, percentiles=(0, 100))
    assert by_type[0].max() == pytest.approx(10 * by_type[1].max())
    np.testing.assert_array_equal(by_image[0], by_image[1])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_flat_images_become_0(dtype):
    value = 0.1 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
    flat = np.full((3, 45, 37, 3), value, dtype)
    assert not pictures.normalize(flat, percentiles=(1, 99)).any()
    assert not pictures.standardize(flat).any()
    flat[1, 0, 0, 0] = 0  # a dead pixel in the middle one alone
    assert not pictures.standardize(flat)[[0, 2]].any()
    assert pictures.standardize(flat)[1].any()


def test_a_speck_on_black_survives_equal_percentiles():
    image = np.zeros((20, 20), np.float32)
    image[4, 5] = 0.3
    np.testing.assert_array_equal(pictures.normalize(image, percentiles=(1, 99)), image > 0)


# Mean and standard deviation


def test_statistics_equal_numpy_over_all_pixels():
    for images in (BATCH, MANY, MANY.astype(np.float32) / 255, MANY / 255):
        mean, std = pictures.channel_statistics(images)
        np.testing.assert_allclose(mean, images.mean(axis=(0, 1, 2), dtype=np.float64), rtol=1e-12)
        np.testing.assert_allclose(std, images.std(axis=(0, 1, 2), dtype=np.float64), rtol=1e-10)
    of_dataset = pictures.channel_statistics(a_dataset())
    np.testing.assert_array_equal(of_dataset.mean, pictures.channel_statistics(BATCH).mean)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_training_images_get_mean_0_and_deviation_1_and_test_images_the_same_scale(dtype):
    train, test = MANY[:30].astype(dtype), MANY[30:].astype(dtype)
    statistics = pictures.channel_statistics(train)
    scaled = pictures.standardize(train, *statistics)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled.mean(axis=(0, 1, 2), dtype=np.float64), 0, atol=1e-6)
    np.testing.assert_allclose(scaled.std(axis=(0, 1, 2), dtype=np.float64), 1, atol=1e-6)
    by_hand = (test.astype(np.float64) - statistics.mean) / statistics.std
    np.testing.assert_allclose(pictures.standardize(test, *statistics), by_hand, atol=1e-6)
    # Each test image by itself or all together: nothing is learned from them.
    np.testing.assert_array_equal(
        pictures.standardize(test[:1], *statistics), pictures.standardize(test, *statistics)[:1]
    )


@pytest.mark.parametrize(
    "images", [BATCH, MANY, MANY.astype(np.float32) / 255, MANY + 1e6, (MANY.astype(">u2") * 3)]
)
def test_each_image_by_its_own_statistics(images):
    scaled = pictures.standardize(images)
    axes = (1, 2, 3)
    np.testing.assert_allclose(scaled.mean(axis=axes, dtype=np.float64), 0, atol=1e-5)
    np.testing.assert_allclose(scaled.std(axis=axes, dtype=np.float64), 1, atol=1e-5)
    mean, std = images[0].mean(dtype=np.float64), images[0].std(dtype=np.float64)
    np.testing.assert_allclose(scaled[0], (images[0].astype(np.float64) - mean) / std, atol=1e-5)


def test_one_number_serves_all_channels():
    np.testing.assert_allclose(pictures.standardize(BATCH, 100, 50), (BATCH - 100.0) / 50, atol=1e-6)


# What holds for all


CALLS = {
    "normalize": pictures.normalize,
    "percentiles": lambda images: pictures.normalize(images, percentiles=(1, 99)),
    "standardize": pictures.standardize,
    "given": lambda images: pictures.standardize(images, 0.5, 0.25),
    "flat_field": lambda images: pictures.flat_field(images, flat=np.ones((20, 30))),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    "shape", [(20, 30), (20, 30, 1), (20, 30, 3), (5, 20, 30), (2, 20, 30, 1), (2, 20, 30, 7), (0, 20, 30, 3)]
)
def test_axes_are_kept_and_the_input_is_left_alone(call, shape):
    image = RNG.random(shape).astype(np.float32)
    before = image.copy()
    image.flags.writeable = False
    result = call(image)
    assert result.shape == shape
    assert result.dtype == np.float32
    np.testing.assert_array_equal(image, before)
    strided = np.repeat(image, 2, axis=-1)[..., ::2] if image.ndim == 4 else image
    np.testing.assert_array_equal(call(strided), result)


@pytest.mark.parametrize("name", ["normalize", "given", "flat_field"])
def test_nan_stays_where_it_is(name):
    image = RNG.random((20, 30))
    image[3, 4] = np.nan
    np.testing.assert_array_equal(np.isnan(CALLS[name](image)), np.isnan(image))


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_of_a_data_set_the_images_change_and_the_rest_stays(call):
    cells = a_dataset(RNG.random((4, 20, 30, 3)).astype(np.float32))
    changed = call(cells)
    np.testing.assert_array_equal(changed.images, call(cells.images))
    assert changed.masks is not None
    assert (changed.pixel_size_um, changed.source) == (0.5, "here")


NAN = np.full((4, 4), np.nan)
ONES = np.ones((4, 4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pictures.normalize(ONES, percentiles=(99, 1)), r"must rise: got percentiles=\(99, 1\)"),
        (lambda: pictures.normalize(ONES, percentiles=(0, 101)), r"percentiles\[1\].*=101"),
        (lambda: pictures.normalize(ONES, percentiles=5), "percentiles=5"),
        (lambda: pictures.normalize(ONES, max_value=1, percentiles=(1, 99)), "max_value=1 and percentiles"),
        (lambda: pictures.normalize(NAN, percentiles=(1, 99)), r"images\[0, 0, 0, 0\]=nan"),
        (lambda: pictures.normalize(ONES * -1), "got values from -1"),
        (lambda: pictures.standardize(NAN), r"images\[0, 0, 0, 0\]=nan"),
        (lambda: pictures.standardize(ONES, 1), r"got std=None.*\n.*channel_statistics\(train\)"),
        (lambda: pictures.standardize(ONES, std=1), "got mean=None"),
        (lambda: pictures.standardize(BATCH, [1, 2], 3), r"mean.shape=\(2,\) for images with 3 channels"),
        (lambda: pictures.standardize(BATCH, 1, [3, 0, 1]), r"above 0: got std\[1\]=0.*\n.*leave it out"),
        (lambda: pictures.standardize(BATCH, 1, [3, np.nan, 1]), r"std\[1\]=nan"),
        (lambda: pictures.channel_statistics(BATCH[:0]), r"no image: got images.shape=\(0, 12, 10, 3\)"),
        (lambda: pictures.channel_statistics(NAN), "not finite"),
        (lambda: pictures.flat_field(ONES, flat=np.ones((5, 4))), r"\(4, 4\).*got flat.shape=\(5, 4\)"),
        (lambda: pictures.flat_field(ONES, flat=2), "got flat=2"),
        (lambda: pictures.flat_field(ONES, flat=ONES, dark=np.ones(4)), r"got dark.shape=\(4,\)"),
        (lambda: pictures.flat_field(ONES, flat=NAN), "`flat` holds a value that is not finite"),
        (
            lambda: pictures.flat_field(ONES, flat=ONES, dark=1),
            r"got flat=1 and dark=1 in row 0, column 0, and 16 such values of 16",
        ),
        (lambda: pictures.flat_field(ONES > 0, flat=ONES), "images.dtype=bool"),
    ],
)
def test_says_what_is_wrong(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_intensities_need_no_opencv(root):
    code = (
        "import sys; sys.modules['cv2'] = None\n"
        "import numpy as np; from cellcnn_helpers import images\n"
        "image = np.ones((1, 4, 4, 1))\n"
        "images.normalize(image); images.flat_field(image, flat=image[0])\n"
        "print(images.standardize(image, *images.ChannelStatistics(1, 2)).max())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout == "0.0\n"
