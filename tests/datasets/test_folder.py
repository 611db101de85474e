"""A folder per class: what is read, kept, passed over and refused."""

import shutil

import numpy as np
import pytest
import tifffile
from PIL import Image

from cellcnn_helpers import images as geometry
from cellcnn_helpers.datasets import from_folder


def save(path, array, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **options)


def picture(value, shape=(10, 12, 3), dtype=np.uint8):
    return np.full(shape, value, dtype)


@pytest.fixture
def folder(tmp_path):
    """cells/round/{a,b}.png, cells/spiky/a.png"""
    save(tmp_path / "cells" / "spiky" / "a.png", picture(30))
    save(tmp_path / "cells" / "round" / "b.png", picture(20))
    save(tmp_path / "cells" / "round" / "a.png", picture(10))
    return tmp_path / "cells"


def test_sorted_by_class_and_name(folder):
    cells = from_folder(folder)
    assert cells.class_names == ("round", "spiky")
    assert cells.labels.tolist() == [0, 0, 1]
    assert cells.images[:, 0, 0, 0].tolist() == [10, 20, 30]
    assert cells.images.shape == (3, 10, 12, 3)
    assert cells.source == "cells"
    assert from_folder(str(folder)).source == "cells"


def test_passes_over_hidden_files_and_other_kinds(folder):
    for name in (".DS_Store", ".hidden.png", "notes.txt", "Thumbs.db"):
        (folder / "round" / name).write_bytes(b"no image")
    (folder / ".cache").mkdir()
    (folder / "readme.txt").write_text("not a class")
    (folder / "round" / "inside.png").mkdir()
    assert len(from_folder(folder)) == 3


def test_knows_what_is_known(folder):
    cells = from_folder(
        folder, pixel_size_um=0.2, group_of=lambda path: path.stem, source="Own", license="CC0"
    )
    assert cells.groups.tolist() == ["a", "b", "a"]
    assert (cells.pixel_size_um, cells.source, cells.license) == (0.2, "Own", "CC0")


@pytest.mark.parametrize("ending", [".png", ".tif", ".TIFF"])
def test_16_bits_stay_16_bits(tmp_path, ending):
    values = np.arange(60000, 60120, dtype=np.uint16).reshape(10, 12)
    path = tmp_path / "cells" / "round" / f"a{ending}"
    path.parent.mkdir(parents=True)
    if ending == ".png":
        Image.fromarray(values).save(path)
    else:
        tifffile.imwrite(path, values)
    cells = from_folder(tmp_path / "cells")
    assert cells.images.dtype == np.uint16
    np.testing.assert_array_equal(cells.images[0, ..., 0], values)


def test_color_tiff_with_16_bits(tmp_path):
    values = np.arange(60000, 60360, dtype=np.uint16).reshape(10, 12, 3)
    (tmp_path / "cells" / "round").mkdir(parents=True)
    tifffile.imwrite(tmp_path / "cells" / "round" / "a.tif", values, photometric="rgb")
    np.testing.assert_array_equal(from_folder(tmp_path / "cells").images[0], values)


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_deflate"])
@pytest.mark.parametrize(("shape", "dtype"), [((10, 12, 3), np.uint8), ((10, 12), np.uint16)])
def test_compressed_tiff(tmp_path, compression, shape, dtype):
    values = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, shape).astype(dtype)
    save(tmp_path / "cells" / "round" / "a.tif", values, compression=compression)
    cells = from_folder(tmp_path / "cells")
    assert cells.images.dtype == dtype
    np.testing.assert_array_equal(cells.images[0].squeeze(), values)


def test_color_png_with_16_bits_would_be_cut_and_is_refused(tmp_path):
    import cv2

    path = tmp_path / "cells" / "round" / "a.png"
    path.parent.mkdir(parents=True)
    cv2.imwrite(str(path), picture(40000, dtype=np.uint16))
    with pytest.raises(ValueError, match=r"a.png is a color PNG with 16 bits.*\n.*TIFF"):
        from_folder(tmp_path / "cells")


def test_jpeg_palette_and_black_and_white(tmp_path):
    save(tmp_path / "jpeg" / "round" / "a.JPG", picture(100), quality=95)
    assert abs(int(from_folder(tmp_path / "jpeg").images[0, 0, 0, 0]) - 100) <= 1
    (tmp_path / "palette" / "round").mkdir(parents=True)
    Image.fromarray(picture(100)).convert("P").save(tmp_path / "palette" / "round" / "a.png")
    assert from_folder(tmp_path / "palette").images.shape == (1, 10, 12, 3)
    (tmp_path / "bits" / "round").mkdir(parents=True)
    Image.fromarray(picture(255, (10, 12))).convert("1").save(tmp_path / "bits" / "round" / "a.png")
    assert from_folder(tmp_path / "bits").images.max() == 255


def test_an_opaque_alpha_channel_is_dropped_and_said(folder, capsys):
    opaque = np.dstack([picture(40), picture(255, (10, 12))])
    save(folder / "spiky" / "b.png", opaque)
    cells = from_folder(folder)
    assert cells.images.shape == (4, 10, 12, 3)
    assert cells.images[3, 0, 0].tolist() == [40, 40, 40]
    assert "dropped the alpha channel of 1 of 4 images" in capsys.readouterr().out


def test_transparency_is_refused(folder):
    holes = np.dstack([picture(40), picture(255, (10, 12))])
    holes[2, 2, 3] = 0
    save(folder / "spiky" / "b.png", holes)
    with pytest.raises(ValueError, match=r"spiky.b.png is transparent in places.*\n.*flatten"):
        from_folder(folder)


def test_another_size_names_the_file_and_size_mends_it(folder):
    save(folder / "spiky" / "b.png", picture(40, (8, 20, 3)))
    with pytest.raises(
        ValueError, match=r"b.png has height 8 and width 20 but a.png has 10 and 12.*\n.*size=\(10, 12\)"
    ):
        from_folder(folder)
    cells = from_folder(folder, size=(5, 6))
    assert cells.images.shape == (4, 5, 6, 3)
    np.testing.assert_array_equal(cells.images[3], geometry.resize(picture(40, (8, 20, 3)), (5, 6)))
    assert from_folder(folder, size=6).images.shape == (4, 6, 6, 3)


def test_mixed_grey_and_color_or_bits(folder):
    save(folder / "spiky" / "b.png", picture(40, (10, 12)))
    with pytest.raises(ValueError, match=r"b.png has 1 channels but a.png has 3"):
        from_folder(folder)
    (folder / "spiky" / "b.png").unlink()
    tifffile.imwrite(folder / "spiky" / "b.tif", picture(40, dtype=np.uint16), photometric="rgb")
    with pytest.raises(ValueError, match=r"b.tif has uint16 values but a.png has uint8"):
        from_folder(folder)


@pytest.mark.parametrize("name", ["broken.png", "broken.jpg", "broken.tif"])
@pytest.mark.parametrize("content", [b"", b"this is text, not an image"])
def test_an_unreadable_file_is_named(folder, name, content):
    (folder / "round" / name).write_bytes(content)
    with pytest.raises(ValueError, match=rf"{name} cannot be read.*\n.*remove it"):
        from_folder(folder)


def test_a_truncated_png_is_named(folder):
    rng = np.random.default_rng(0)
    save(folder / "round" / "c.png", rng.integers(0, 255, (10, 12, 3)).astype(np.uint8))
    whole = (folder / "round" / "c.png").read_bytes()
    (folder / "round" / "c.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"c.png cannot be read"):
        from_folder(folder)


def test_values_that_do_not_fit_into_16_bits_are_refused(folder):
    """Pillow reads LZW, which tifffile leaves to it, as 32 bits."""
    for name, value in (("high", 70_000), ("low", -1)):
        path = folder / "round" / f"{name}.tif"
        save(path, picture(value, (10, 12), np.int32), compression="tiff_lzw")
        with pytest.raises(
            ValueError, match=rf"{name}.tif does not fit .* got values from {value} to {value}"
        ):
            from_folder(folder)
        path.unlink()


def test_tiff_files_that_mean_another_picture_than_their_numbers(tmp_path):
    path = tmp_path / "cells" / "round" / "a.tif"
    path.parent.mkdir(parents=True)
    tifffile.imwrite(path, picture(10, (10, 12)), photometric="miniswhite")
    with pytest.raises(ValueError, match=r"a.tif stores white as 0.*\n.*black"):
        from_folder(tmp_path / "cells")
    tifffile.imwrite(path, picture(10, (10, 12)), extratags=[(274, "H", 1, 6, True)])
    with pytest.raises(ValueError, match=r"a.tif is marked as turned.*\n.*upright"):
        from_folder(tmp_path / "cells")
    Image.fromarray(picture(102)).convert("P").save(path)  # numbers of a palette are no brightness
    np.testing.assert_array_equal(from_folder(tmp_path / "cells").images[0], picture(102))


def test_compressed_color_tiff_with_16_bits_would_be_cut_and_is_refused(folder):
    import cv2

    cv2.imwrite(str(folder / "round" / "c.tif"), picture(40_000, dtype=np.uint16))  # LZW
    with pytest.raises(ValueError, match=r"c.tif is a compressed color TIFF with 16 bits.*\n.*plain TIFF"):
        from_folder(folder)


@pytest.mark.parametrize("ending", [".png", ".jpg"])
def test_images_marked_as_turned_come_upright(tmp_path, ending):
    seen = np.zeros((16, 24), np.uint8)
    seen[:8, :8] = 255  # upper left
    path = tmp_path / "cells" / "round" / f"a{ending}"
    path.parent.mkdir(parents=True)
    exif = Image.Exif()
    exif[274] = 6  # turn clockwise to see it
    Image.fromarray(np.ascontiguousarray(np.rot90(seen))).save(path, exif=exif)
    image = from_folder(tmp_path / "cells").images[0, ..., 0]
    np.testing.assert_array_equal(image > 128, seen > 128)


def test_an_animated_png_is_a_stack(folder):
    frames = [Image.fromarray(picture(value)) for value in (1, 2, 3)]
    frames[0].save(folder / "round" / "c.png", save_all=True, append_images=frames[1:])
    with pytest.raises(ValueError, match=r"c.png is a stack of 3 planes") as raised:
        from_folder(folder)
    assert raised.type is ValueError


def test_of_a_jpeg_with_previews_the_image_is_read(folder):
    image, preview = (Image.fromarray(picture(value)) for value in (100, 3))
    image.save(
        folder / "round" / "c.jpg", format="MPO", save_all=True, append_images=[preview]
    )  # as phones do
    assert abs(int(from_folder(folder).images[2, 0, 0, 0]) - 100) <= 1


def test_a_link_to_nothing_is_no_image_less(folder):
    for place in (folder / "round" / "c.png", folder / "long"):
        place.symlink_to("gone")
        with pytest.raises(FileNotFoundError, match=rf"{place.name} is a link to nothing.*\n.*remove"):
            from_folder(folder)
        place.unlink()
    (folder / "round" / "c.png").symlink_to(folder / "spiky" / "a.png")
    assert len(from_folder(folder)) == 4


def test_a_stack_and_float_images_are_refused(folder):
    tifffile.imwrite(folder / "round" / "c.tif", np.zeros((5, 10, 12), np.uint8), photometric="minisblack")
    with pytest.raises(ValueError, match=r"c.tif is a stack of 5 planes"):
        from_folder(folder)
    tifffile.imwrite(folder / "round" / "c.tif", np.zeros((10, 12), np.float32))
    with pytest.raises(ValueError, match=r"c.tif holds float32 values"):
        from_folder(folder)


@pytest.mark.parametrize(
    ("arguments", "received"),
    [
        ({"path": None}, "path=None"),
        ({"path": ""}, "path=''"),  # not the working folder
        ({"group_of": 5}, "group_of=5"),
        ({"size": "big"}, "size='big'"),
        ({"source": 5}, "source=5"),
    ],
)
def test_says_which_argument_is_wrong(folder, arguments, received):
    arguments = {"path": folder} | arguments
    with pytest.raises((ValueError, TypeError), match=f"got {received}"):
        from_folder(**arguments)


def test_folders_that_are_not_as_expected(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"path='.*gone'"):
        from_folder(tmp_path / "gone")
    with pytest.raises(NotADirectoryError, match=r"a.png"):
        from_folder(folder / "round" / "a.png")
    with pytest.raises(ValueError, match=r"round holds no class folders.*\n.*round/round"):
        from_folder(folder / "round")
    (folder / "empty").mkdir()
    with pytest.raises(ValueError, match=r"empty holds no images.*\n.*remove the folder"):
        from_folder(folder)


@pytest.mark.real_data
def test_real_folder(real_data, tmp_path):
    cells = from_folder(real_data / "pbc_blood_folder")
    assert cells.images.shape == (480, 96, 96, 3)
    assert np.bincount(cells.labels).tolist() == [60] * 8
    first = sorted((real_data / "pbc_blood_folder" / cells.class_names[0]).iterdir())[0]
    (tmp_path / "one" / "cell").mkdir(parents=True)
    shutil.copy(first, tmp_path / "one" / "cell")
    np.testing.assert_array_equal(from_folder(tmp_path / "one").images[0], cells.images[0])
