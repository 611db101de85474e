"""Geometry: equal to OpenCV, checked by hand, and the (width, height) trap."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
import skimage.data

from cellcnn_helpers import images as geometry
from cellcnn_helpers.dataset import CellImageDataset

RNG = np.random.default_rng(0)
BATCH = RNG.integers(0, 256, (3, 20, 30, 3)).astype(np.uint8)


def test_turning_by_90_degrees_by_hand():
    image = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], np.uint8)
    expected = [[3, 6, 9], [2, 5, 8], [1, 4, 7]]  # counterclockwise: the right column becomes the top row
    for dtype in (np.uint8, np.uint16, np.float32, np.float64, np.int64):
        turned = geometry.rotate(image.astype(dtype), 90)
        np.testing.assert_allclose(turned, expected, atol=1e-6)
        assert turned.dtype == dtype
    np.testing.assert_array_equal(geometry.rotate(image, -90), [[7, 4, 1], [8, 5, 2], [9, 6, 3]])
    np.testing.assert_array_equal(geometry.rotate(image, 360), image)


def test_corners_come_from_the_mirrored_image_or_are_zero():
    image = np.full((21, 21), 200, np.uint8)
    assert geometry.rotate(image, 45).min() == 200
    turned = geometry.rotate(image, 45, border="zero")
    assert turned[0, 0] == 0
    assert turned[10, 10] == 200


@pytest.mark.parametrize("interpolation", ["nearest", "linear", "cubic"])
@pytest.mark.parametrize("degrees", [7.5, -130])
def test_rotation_equals_opencv(degrees, interpolation):
    flag = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}[interpolation]
    matrix = cv2.getRotationMatrix2D((14.5, 9.5), degrees, 1)
    turned = geometry.rotate(BATCH, degrees, interpolation=interpolation)
    for image, result in zip(BATCH, turned, strict=True):
        expected = cv2.warpAffine(image, matrix, (30, 20), flags=flag, borderMode=cv2.BORDER_REFLECT_101)
        unequal = np.abs(result.astype(int) - expected)
        assert unequal.max() <= (interpolation == "cubic")  # one grey value, in few pixels
        assert (unequal > 0).mean() < 0.002


@pytest.mark.parametrize(
    ("interpolation", "flag"),
    [
        ("nearest", cv2.INTER_NEAREST_EXACT),
        ("linear", cv2.INTER_LINEAR),
        ("cubic", cv2.INTER_CUBIC),
        ("area", cv2.INTER_AREA),
    ],
)
@pytest.mark.parametrize("size", [(7, 11), (40, 33)])
def test_resizing_equals_opencv(size, interpolation, flag):
    resized = geometry.resize(BATCH, size, interpolation=interpolation)
    assert resized.shape == (3, *size, 3)
    for image, result in zip(BATCH, resized, strict=True):
        np.testing.assert_array_equal(result, cv2.resize(image, (size[1], size[0]), interpolation=flag))


def test_resizing_by_hand():
    image = np.array([[0, 2, 10, 12], [4, 6, 14, 16]], np.float32)
    np.testing.assert_array_equal(geometry.resize(image, (1, 2)), [[3, 13]])  # the mean of each 2 × 2 block
    larger = geometry.resize(np.array([[0.0, 4.0]]), (1, 4))
    np.testing.assert_allclose(larger, [[0, 1, 3, 4]])  # linear, pixel centers


def test_a_size_of_the_same_shape_changes_nothing():
    np.testing.assert_array_equal(geometry.resize(BATCH, (20, 30)), BATCH)


@pytest.mark.parametrize(
    "shape", [(20, 30), (20, 30, 1), (20, 30, 3), (5, 20, 30), (2, 20, 30, 1), (2, 20, 30, 7), (0, 20, 30, 3)]
)
@pytest.mark.parametrize(
    "dtype", [bool, np.int8, np.uint8, np.uint16, np.int32, np.int64, np.float32, np.float64, ">f4", ">u2"]
)
def test_axes_and_types_are_kept(shape, dtype):
    image = (RNG.random(shape) * 2).astype(dtype)
    image.flags.writeable = False
    strided = np.repeat(image, 2, axis=-1)[..., ::2] if image.ndim == 4 else image
    for result in (
        geometry.rotate(strided, 30),
        geometry.resize(strided, (20, 30)),
        geometry.crop(strided, (20, 30)),
    ):
        assert result.shape == shape
        assert result.dtype == dtype


def test_large_whole_numbers_survive():
    labels = np.array([[70_000, 0], [0, 1_000_000]], np.int64)
    np.testing.assert_array_equal(geometry.rotate(labels, 180, interpolation="nearest"), labels[::-1, ::-1])
    assert set(np.unique(geometry.resize(labels, 8, interpolation="nearest"))) == {0, 70_000, 1_000_000}


@pytest.mark.parametrize("dtype", ["f4", "f8", "u2", "i4"])
def test_the_order_of_bytes_changes_nothing(dtype):
    """FITS and some TIFF files give big-endian arrays, which OpenCV would misread."""
    image = np.arange(16).reshape(4, 4).astype(">" + dtype)
    np.testing.assert_allclose(geometry.resize(image, 2), [[2.5, 4.5], [10.5, 12.5]], atol=0.5)
    for work in (lambda array: geometry.resize(array, 7), lambda array: geometry.rotate(array, 20)):
        swapped = work(image)
        assert swapped.dtype == image.dtype
        np.testing.assert_array_equal(swapped, work(image.astype("=" + dtype)))


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32])
def test_cubic_stops_at_the_ends_of_the_type(dtype):
    limits = np.iinfo(dtype)
    step = np.full((8, 8), limits.min, dtype)
    step[:, 4:] = limits.max
    larger = geometry.resize(step, 16, interpolation="cubic")
    assert (larger[:, :7] < limits.max // 2).all()  # a value that wraps around would be at the other end
    assert (larger[:, 9:] > limits.max // 2).all()
    turned = geometry.rotate(step, 3, interpolation="cubic")
    assert (turned[2:6, :3] < limits.max // 2).all()
    assert (turned[2:6, 5:] > limits.max // 2).all()


@pytest.mark.parametrize("border", ["reflect", "zero"])
@pytest.mark.parametrize("shape", [(8, 8), (3, 20), (1, 1)])
def test_cubic_rotation_of_float64_keeps_its_fractions_at_the_edges(shape, border):
    image = RNG.random(shape)
    options = {"interpolation": "cubic", "border": border}
    turned = geometry.rotate(image, 20, **options)
    np.testing.assert_allclose(turned, geometry.rotate(image.astype(np.float32), 20, **options), atol=2e-3)


@pytest.mark.parametrize("value", [2**53 + 1, -(2**53) - 1, 2**64 - 1])
def test_whole_numbers_beyond_float64_are_kept_or_refused(value):
    image = np.full((4, 4), value, np.uint64 if value >= 2**63 else np.int64)
    same = geometry.resize(image, 4)
    np.testing.assert_array_equal(same, image)
    assert not np.shares_memory(same, image)
    for work in (lambda array: geometry.resize(array, 2), lambda array: geometry.rotate(array, 90)):
        with pytest.raises(ValueError, match=rf"got values from {value} to {value}.*\n.*astype"):
            work(image)
    image[:] = 2**53
    np.testing.assert_array_equal(geometry.resize(image, 2), image[:2, :2])


def test_many_channels_are_turned_like_each_alone():
    image = RNG.random((9, 9, 11)).astype(np.float32)[np.newaxis]
    turned = geometry.rotate(image, 20)
    for channel in range(11):
        np.testing.assert_array_equal(turned[0, ..., channel], geometry.rotate(image[0, ..., channel], 20))


def test_crop_from_the_middle_and_from_a_corner():
    image = np.arange(30).reshape(5, 6)
    np.testing.assert_array_equal(geometry.crop(image, (3, 2)), image[1:4, 2:4])
    np.testing.assert_array_equal(geometry.crop(image, 2, row=3, column=0), image[3:, :2])
    assert np.shares_memory(geometry.crop(image, 2), image)


def test_crop_says_what_does_not_fit():
    image = np.zeros((5, 6))
    with pytest.raises(ValueError, match=r"size=\(6, 5\).*\n.*at most \(5, 6\).*size=\(5, 6\) would fit"):
        geometry.crop(image, (6, 5))
    with pytest.raises(ValueError, match=r"got row=4 with 2 of 5 rows.*\n.*row=3"):
        geometry.crop(image, 2, row=4)
    with pytest.raises(ValueError, match="column=-1"):
        geometry.crop(image, 2, column=-1)


def test_the_width_height_trap_is_named():
    cell = skimage.data.cell()  # 660 × 550
    with pytest.warns(
        UserWarning, match=r"size=\(110, 132\) for images of height 660 and width 550.*size=\(132, 110\)"
    ):
        geometry.resize(cell, (110, 132))
    assert geometry.resize(cell, (132, 110)).shape == (132, 110)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.uint64, np.float32, np.float64, ">f8"])
@pytest.mark.parametrize("shape", [(6, 9), (6, 9, 3), (4, 6, 9), (3, 6, 9, 1), (3, 6, 9, 5), (0, 6, 9, 3)])
def test_flips_and_quarter_turns_move_every_bit_as_numpy_does(shape, dtype):
    image = (
        RNG.integers(0, 2, shape).astype(dtype)
        if dtype is bool
        else RNG.integers(0, 256, shape).astype(dtype)
    )
    if np.dtype(dtype).itemsize == 8 and np.dtype(dtype).kind in "iu" and image.size:
        image.flat[0] = 2**63 - 1  # more than float64 holds
    image.flags.writeable = False
    rows = 0 if len(shape) == 2 or shape == (6, 9, 3) else 1
    np.testing.assert_array_equal(geometry.flip(image, "up-down"), np.flip(image, rows))
    np.testing.assert_array_equal(geometry.flip(image, "left-right"), np.flip(image, rows + 1))
    for turns in (-3, 0, 1, 2, 3, 5):
        turned = geometry.quarter_turn(image, turns)
        np.testing.assert_array_equal(turned, np.rot90(image, turns, axes=(rows, rows + 1)))
        assert turned.dtype == image.dtype
        assert not np.shares_memory(turned, image)


def test_large_images_take_the_same_way_as_small_ones():
    large = RNG.integers(0, 256, (2, 300, 210, 3)).astype(np.uint8)  # more than is written directly
    np.testing.assert_array_equal(geometry.flip(large, "left-right"), large[:, :, ::-1])
    np.testing.assert_array_equal(geometry.quarter_turn(large), np.rot90(large, axes=(1, 2)))


def test_four_quarter_turns_are_none():
    turned = BATCH
    for _ in range(4):
        turned = geometry.quarter_turn(turned)
    np.testing.assert_array_equal(turned, BATCH)
    np.testing.assert_array_equal(
        geometry.rotate(BATCH[:, :20, :20], 90), geometry.quarter_turn(BATCH[:, :20, :20])
    )
    twice = geometry.flip(geometry.flip(BATCH, "up-down"), "left-right")
    np.testing.assert_array_equal(twice, geometry.quarter_turn(BATCH, 2))


# What a change does to a measurement


def blobs():
    """Cells in the middle of dark images, with fractions of grey values."""
    rows, columns = np.mgrid[:64, :64] - 31.5
    angles, longest = RNG.uniform(0, np.pi, (2, 20, 1, 1)) * [[[[1]]], [[[3]]]]
    along = rows * np.cos(angles) + columns * np.sin(angles)
    across = columns * np.cos(angles) - rows * np.sin(angles)
    inside = (along / (8 + longest)) ** 2 + (across / 8) ** 2
    return (10 + 90 / (1 + np.exp(8 * (inside - 1)))).astype(np.float32)


@pytest.mark.parametrize("side", [32, 48, 96, 128])
def test_resizing_multiplies_area_and_sum_by_the_number_of_pixels(side):
    images = blobs()
    factor = (side / 64) ** 2
    areas = (images > 55).sum(axis=(1, 2)) * factor
    for interpolation in ("nearest", "linear", "cubic", "area"):
        resized = geometry.resize(images, side, interpolation=interpolation)
        tolerance = 0.02 if interpolation == "nearest" else 3e-3
        np.testing.assert_allclose(resized.sum(axis=(1, 2)), images.sum(axis=(1, 2)) * factor, rtol=tolerance)
        np.testing.assert_allclose((resized > 55).sum(axis=(1, 2)), areas, rtol=0.08)


def test_rounding_leans_by_at_most_an_eighth_of_a_grey_value():
    images = RNG.integers(20, 200, (40, 64, 64))
    for side in (32, 48, 96, 128):
        for interpolation in ("linear", "cubic", "area"):
            rounded, exact = (
                geometry.resize(images.astype(dtype), side, interpolation=interpolation).astype(np.float64)
                for dtype in (np.uint8, np.float32)
            )
            assert abs((rounded - exact).mean()) < 0.13
    halved = geometry.resize(images.astype(np.uint8), 32).mean(), geometry.resize(images / 1.0, 32).mean()
    assert halved[0] - halved[1] == pytest.approx(0.125, abs=0.01)  # a quarter of the blocks end in .5: up


@pytest.mark.parametrize("degrees", [15, 45, -100])
@pytest.mark.parametrize("interpolation", ["nearest", "linear", "cubic"])
def test_turning_keeps_area_and_sum_of_what_stays_in_view(degrees, interpolation):
    light = blobs() - 10
    turned = geometry.rotate(light, degrees, interpolation=interpolation)
    tolerance = 0.02 if interpolation == "nearest" else 0.01
    np.testing.assert_allclose(turned.sum(axis=(1, 2)), light.sum(axis=(1, 2)), rtol=tolerance)
    np.testing.assert_allclose((turned > 45).sum(axis=(1, 2)), (light > 45).sum(axis=(1, 2)), rtol=0.04)


def a_dataset():
    masks = np.zeros((2, 20, 30), np.uint8)
    masks[:, 5:9, 10:20] = 3
    return CellImageDataset(BATCH[:2], [0, 1], ["a", "b"], masks=masks, pixel_size_um=0.5)


def test_a_data_set_keeps_masks_and_pixel_size_together():
    smaller = geometry.resize(a_dataset(), (10, 15))
    assert smaller.images.shape == (2, 10, 15, 3)
    assert smaller.pixel_size_um == 1.0
    assert set(np.unique(smaller.masks)) == {0, 3}
    assert (smaller.masks > 0).sum() == 2 * 2 * 5
    assert geometry.resize(a_dataset(), (10, 30)).pixel_size_um is None  # no longer square

    turned = geometry.rotate(a_dataset(), 180)
    np.testing.assert_array_equal(turned.masks, a_dataset().masks[:, ::-1, ::-1])
    np.testing.assert_array_equal(turned.images, BATCH[:2, ::-1, ::-1])
    assert set(np.unique(geometry.rotate(a_dataset(), 33).masks)) == {0, 3}

    mirrored = geometry.flip(a_dataset(), "left-right")
    np.testing.assert_array_equal(mirrored.masks, a_dataset().masks[:, :, ::-1])
    np.testing.assert_array_equal(mirrored.images, BATCH[:2, :, ::-1])
    on_end = geometry.quarter_turn(a_dataset())
    np.testing.assert_array_equal(on_end.masks, np.rot90(a_dataset().masks, axes=(1, 2)))
    np.testing.assert_array_equal(on_end.images, np.rot90(BATCH[:2], axes=(1, 2)))

    cut = geometry.crop(a_dataset(), (4, 10), row=5, column=10)
    assert (cut.masks == 3).all()
    assert cut.pixel_size_um == 0.5


def test_masks_of_narrow_images_are_no_color_channels():
    masks = np.zeros((3, 6, 4), np.uint8)
    masks[:, :3, 1] = [[1], [2], [3]]
    cells = CellImageDataset(BATCH[:, :6, :4], [0, 1, 0], ["a", "b"], masks=masks)
    np.testing.assert_array_equal(geometry.rotate(cells, 180).masks, masks[:, ::-1, ::-1])
    np.testing.assert_array_equal(geometry.crop(cells, (3, 2), row=0, column=1).masks, masks[:, :3, 1:3])
    np.testing.assert_array_equal(geometry.resize(cells, (12, 8)).masks, masks.repeat(2, 1).repeat(2, 2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: geometry.resize(np.zeros(5), 3), r"images.shape=\(5,\)"),
        (lambda: geometry.resize(np.zeros((0, 5)), 3), "no pixels"),
        (lambda: geometry.resize(np.zeros((5, 5)), 0), "size=0"),
        (lambda: geometry.resize(np.zeros((5, 5)), (3, 2.5)), "size=2.5"),
        (lambda: geometry.resize(np.zeros((5, 5)), (3, 2, 1)), r"size=\(3, 2, 1\)"),
        (lambda: geometry.resize(np.zeros((5, 5)), 3, interpolation="bilinear"), "interpolation='bilinear'"),
        (lambda: geometry.resize(np.zeros((5, 5), complex), 3), "images.dtype=complex128"),
        (lambda: geometry.resize(np.zeros((5, 5), np.longdouble), 3), "images.dtype=(float128|longdouble)"),
        (lambda: geometry.flip(np.zeros((5, 5)), 1), "direction=1"),
        (lambda: geometry.quarter_turn(np.zeros((5, 5)), 90.0), "turns=90.0"),
        (lambda: geometry.rotate(np.zeros((5, 5)), "90"), "degrees='90'"),
        (lambda: geometry.rotate(np.zeros((5, 5)), np.inf), "degrees=inf"),
        (lambda: geometry.rotate(np.zeros((5, 5)), 9, border="wrap"), "border='wrap'"),
        (lambda: geometry.rotate(np.zeros((5, 5)), 9, interpolation="area"), "interpolation='area'"),
    ],
)
def test_says_what_is_wrong(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_without_opencv_the_message_says_how_to_get_it(root):
    code = (
        "import sys; sys.modules['cv2'] = None\n"
        "import numpy as np; from cellcnn_helpers import images\n"
        "images.crop(np.zeros((4, 4)), 2)\n"  # needs no OpenCV
        "try: images.resize(np.zeros((4, 4)), 2)\n"
        "except ModuleNotFoundError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert "`resize` needs OpenCV" in done.stdout
    assert "pip install opencv-python-headless" in done.stdout
