"""Flat field: checked by hand, equal brightness wherever a cell lies, and what had to be cut off."""

import numpy as np
import pytest

from cellcnn_helpers import images as pictures


def test_flat_field_by_hand():
    dark = np.array([[10.0, 10, 10]])
    flat = np.array([[60.0, 110, 160]])  # light 50, 100, 150: the middle gets the mean
    image = np.array([[35, 60, 85]], np.uint8)  # half of each
    np.testing.assert_array_equal(pictures.flat_field(image, flat=flat, dark=dark), [[50, 50, 50]])
    np.testing.assert_array_equal(pictures.flat_field(image, flat=flat, dark=10), [[50, 50, 50]])
    np.testing.assert_array_equal(  # (86 - 10) * 100 / 150 = 50.67
        pictures.flat_field(np.array([[35, 60, 86]], np.uint8), flat=flat, dark=dark), [[50, 50, 51]]
    )
    without = pictures.flat_field(image.astype(float), flat=flat)
    np.testing.assert_allclose(without, [[35 * 110 / 60, 60, 85 * 110 / 160]])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, ">u2", np.float32, np.float64])
def test_cells_are_equally_bright_wherever_they_lie(dtype):
    white = 1 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
    rows, columns = np.mgrid[:64, :64] / 63
    illumination = (0.3 + 0.4 * rows + 0.3 * columns)[..., np.newaxis] * [1, 0.8, 0.6]
    cells = np.zeros((64, 64, 1))
    cells[8:56:16, 8:56:16] = 0.5
    images = np.stack([cells * illumination * white] * 30).astype(dtype)
    even = pictures.flat_field(images, flat=illumination * white)
    assert even.dtype == dtype
    found = even[:, 8:56:16, 8:56:16].astype(float) / white
    expected = 0.5 * illumination.mean(axis=(0, 1))  # of each channel: the color stays
    np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape), atol=0.02)
    assert np.ptp(images[:, 8:56:16, 8:56:16, 0] / white) > 0.1  # it was uneven


def test_what_is_cut_off_is_counted():
    image = np.array([[8, 10, 200, 250]], np.uint8)
    flat = np.array([[50, 50, 50, 20.0]])  # the last pixel gets less light, and 2.4 times its value
    with pytest.warns(UserWarning, match=r"cut off 2 of 4 values: 1 below 0 and 1 above 255.*float32"):
        even = pictures.flat_field(image, flat=flat, dark=10)
    assert even[0, 0] == 0
    assert even[0, 3] == 255  # and not what is left of 768 after 256s
    kept = pictures.flat_field(image.astype(np.float32), flat=flat, dark=10)
    np.testing.assert_allclose(kept, [[-1.625, 0, 154.375, 780]])
