"""Reading one image: the order of the channels, the bits, and errors that name the file."""

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from cellcnn_helpers.images import read_image

RNG = np.random.default_rng(0)
COLOR = RNG.integers(0, 256, (5, 7, 3)).astype(np.uint8)


@pytest.mark.parametrize("ending", [".png", ".tif"])
def test_color_comes_as_red_green_blue(tmp_path, ending):
    path = tmp_path / f"cell{ending}"
    Image.fromarray(COLOR).save(path)
    np.testing.assert_array_equal(read_image(path), COLOR)
    np.testing.assert_array_equal(read_image(str(path)), cv2.imread(str(path))[..., ::-1])  # OpenCV: BGR


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("ending", [".png", ".tif"])
def test_grey_keeps_one_channel_and_its_bits(tmp_path, dtype, ending):
    image = RNG.integers(0, np.iinfo(dtype).max + 1, (6, 4)).astype(dtype)
    path = tmp_path / f"cell{ending}"
    cv2.imwrite(str(path), image)
    found = read_image(path)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, image[..., np.newaxis])
    by_opencv = cv2.imread(str(path))  # colored and cut to 8 bits, as the docstring warns
    assert (by_opencv.shape, by_opencv.dtype) == ((6, 4, 3), np.uint8)


def test_16_bits_of_color_stay(tmp_path):
    image = COLOR.astype(np.uint16) * 257 - 3 * (COLOR > 0).astype(np.uint16)
    tifffile.imwrite(tmp_path / "cell.tif", image, photometric="rgb")
    np.testing.assert_array_equal(read_image(tmp_path / "cell.tif"), image)


def test_errors_name_the_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"is not there: got path='.*absent\.png'"):
        read_image(tmp_path / "absent.png")
    with pytest.raises(FileNotFoundError, match="is a folder"):
        read_image(tmp_path)
    (tmp_path / "broken.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"broken\.png cannot be read"):
        read_image(tmp_path / "broken.png")
    with pytest.raises(TypeError, match="path=5"):
        read_image(5)
