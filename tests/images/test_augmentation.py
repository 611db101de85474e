"""Augmentation: image and mask move together, every image by itself, and nothing wraps around."""

import cv2
import numpy as np
import pytest

from cellcnn_helpers import images as pictures
from cellcnn_helpers.dataset import CellImageDataset

RNG = np.random.default_rng(0)
BATCH = RNG.integers(0, 256, (6, 20, 20, 3)).astype(np.uint8)
EVERYTHING = {
    "quarter_turns": True,
    "rotation_degrees": 30,
    "shift_px": 3,
    "zoom": 1.3,
    "brightness": 0.2,
    "contrast": 1.3,
    "noise": 0.05,
}
MOVES = {name: EVERYTHING[name] for name in ("quarter_turns", "rotation_degrees", "shift_px", "zoom")}


def landmarks(num_images, side=33):
    """Images that have a pattern without any symmetry, and the same pattern as a mask."""
    masks = np.zeros((num_images, side, side), np.uint16)
    masks[:, 8:20, 10:14] = 1
    masks[:, 16:20, 14:22] = 2
    masks[:, 8:11, 18:21] = 700
    return masks.astype(np.float32)[..., np.newaxis] / 700, masks


@pytest.mark.parametrize("border", ["reflect", "zero"])
@pytest.mark.parametrize("settings", [{}, {"quarter_turns": True}, {"quarter_turns": True, "shift_px": 5}])
def test_image_and_mask_move_together_exactly_where_pixels_only_move(settings, border):
    images, masks = landmarks(64)
    moved, moved_masks = pictures.augment(images, masks, rng=1, border=border, **settings)
    np.testing.assert_array_equal(moved[..., 0] * np.float32(700), moved_masks)
    assert moved_masks.dtype == np.uint16
    assert len({mask.tobytes() for mask in moved_masks}) >= (8 if "quarter_turns" in settings else 4)
    if "shift_px" not in settings:  # nothing went over the edge
        np.testing.assert_array_equal(np.sort(moved_masks, axis=None), np.sort(masks, axis=None))


def centroids(weights):
    """(batch, 2), the mean row and column of each image."""
    weights = weights / weights.sum(axis=(1, 2), keepdims=True)
    places = np.arange(weights.shape[1])
    return np.stack([weights.sum(axis=2) @ places, weights.sum(axis=1) @ places], axis=1)


def test_image_and_mask_move_together_with_rotation_and_zoom():
    _, masks = landmarks(64)
    spot = (masks == 2).astype(np.float32)
    moved, moved_masks = pictures.augment(spot, masks, rng=2, border="zero", **MOVES)
    assert set(np.unique(moved_masks)) == {0, 1, 2, 700}
    shift = centroids(moved) - centroids(moved_masks == 2)
    assert np.abs(shift).max() < 0.5  # pixels: the mask has whole ones
    assert np.abs(shift.mean(axis=0)).max() < 0.03
    assert np.ptp(centroids(moved), axis=0).min() > 8


def test_an_image_is_changed_alike_in_whatever_batch_it_comes():
    whole = pictures.augment(BATCH, rng=5, **EVERYTHING)
    alone = pictures.augment(BATCH[4], rng=5, indices=[4], **EVERYTHING)
    np.testing.assert_array_equal(alone, whole[4])
    order = [3, 0, 5]
    np.testing.assert_array_equal(
        pictures.augment(BATCH[order], rng=5, indices=order, **EVERYTHING), whole[order]
    )
    assert (pictures.augment(BATCH, rng=6, **EVERYTHING) != whole).mean() > 0.9


def test_a_generator_goes_on_and_a_number_starts_again():
    rng = np.random.default_rng(1)
    first, second = (pictures.augment(BATCH, rng=rng, **EVERYTHING) for _ in range(2))
    assert (first != second).mean() > 0.9
    np.testing.assert_array_equal(first, pictures.augment(BATCH, rng=np.random.default_rng(1), **EVERYTHING))
    np.testing.assert_array_equal(first, pictures.augment(BATCH, rng=1, **EVERYTHING))


# How often and how far


def test_the_eight_ways_are_equally_frequent():
    image = np.array([[1, 2, 0], [3, 0, 0], [0, 0, 0]], np.uint8)
    ways = pictures.augment(np.stack([image[..., np.newaxis]] * 1600), rng=0, quarter_turns=True)
    expected = {np.rot90(start, turns).tobytes() for start in (image, image.T) for turns in range(4)}
    found, counts = np.unique(ways.reshape(-1, 9), axis=0, return_counts=True)
    assert {way.tobytes() for way in found} == expected
    assert np.abs(counts - 200).max() < 60  # 4.5 standard deviations of 1,600 draws with p = 1/8


def test_quarter_turns_alone_never_mirror():
    image = np.array([[1, 2], [4, 3]], np.uint8)
    ways = pictures.augment(np.stack([image[..., np.newaxis]] * 200), rng=0, flips=False, quarter_turns=True)
    expected = {np.rot90(image, turns).tobytes() for turns in range(4)}
    assert {way.tobytes() for way in ways} == expected


@pytest.mark.parametrize("turns", [False, True])  # about the middle: its pixel stays
def test_shifts_reach_their_limits_and_not_farther(turns):
    image = np.zeros((400, 11, 11), np.uint8)
    image[:, 5, 5] = 1
    moved = pictures.augment(image, rng=0, flips=turns, quarter_turns=turns, shift_px=2)
    _, rows, columns = np.nonzero(moved)
    for places in (rows, columns):
        values, counts = np.unique(places, return_counts=True)
        assert values.tolist() == [3, 4, 5, 6, 7]
        assert counts.min() > 45  # 80 expected, standard deviation 8
    assert abs(np.corrcoef(rows, columns)[0, 1]) < 0.2


def test_angles_and_zoom_stay_within_their_limits():
    image = np.zeros((400, 65, 65), np.float32)
    image[:, 32, 48] = 1  # 16 to the right of the middle
    image = np.stack([cv2.GaussianBlur(one, (0, 0), 1.5) for one in image])
    moved = pictures.augment(image, rng=0, flips=False, rotation_degrees=20, zoom=1.25)
    rows, columns = centroids(moved).T - 32
    angles, zooms = np.degrees(np.arctan2(-rows, columns)), np.hypot(rows, columns) / 16
    assert -20.1 < angles.min() < -19
    assert 19 < angles.max() < 20.1
    assert abs(angles.mean()) < 2  # 11.5 / sqrt(400) = 0.6
    assert 0.795 < zooms.min() < 0.82
    assert 1.22 < zooms.max() < 1.255
    assert abs(np.log(zooms).mean()) < 0.03
    assert abs(np.corrcoef(angles, zooms)[0, 1]) < 0.2


def test_one_change_more_leaves_the_others_as_they_were():
    images = np.full((20, 8, 8), 100, np.uint8)
    images[:, :4, :4] = 0
    few = pictures.augment(images, rng=3, quarter_turns=True)
    more = pictures.augment(images, rng=3, quarter_turns=True, brightness=0.3, noise=0.02)
    for one, other in zip(few, more, strict=True):
        assert other[one == 100].min() > other[one == 0].max()


# Equal to OpenCV, and by hand


def test_without_randomness_left_it_is_opencv():
    """Limits so narrow that only one angle and one zoom are left: measured from the result, then redone."""
    image = cv2.GaussianBlur(RNG.random((41, 37)).astype(np.float32), (0, 0), 2)
    moved = pictures.augment(image, rng=4, flips=False, rotation_degrees=25, zoom=1.2, shift_px=2)
    best = np.inf
    for degrees in np.linspace(-25, 25, 101):
        for zoom in np.exp(np.linspace(-1, 1, 41) * np.log(1.2)):
            matrix = cv2.getRotationMatrix2D((18, 20), degrees, zoom)
            still = cv2.warpAffine(image, matrix, (37, 41), borderMode=cv2.BORDER_REFLECT_101)
            for rows in range(-2, 3):
                for columns in range(-2, 3):
                    inner = still[6 - rows : 35 - rows, 6 - columns : 31 - columns]
                    best = min(best, np.abs(inner - moved[6:35, 6:31]).max())
    assert best < 0.05 * np.ptp(image)


def test_brightness_and_contrast_by_hand():
    images = np.full((200, 1, 4, 1), 100, np.uint8)
    images[:, 0, :2] = 60  # mean 80
    brighter = pictures.augment(images, rng=0, flips=False, brightness=0.1).astype(int)
    added = brighter[:, :1, :1] - 60
    np.testing.assert_array_equal(brighter, images + added)
    assert (added.min(), added.max()) == pytest.approx((-25, 25), abs=2)
    sharper = pictures.augment(images, rng=0, flips=False, contrast=2).astype(int)
    factors = (sharper[:, 0, 3, 0] - sharper[:, 0, 0, 0]) / 40
    assert np.abs(sharper.mean(axis=(1, 2, 3)) - 80).max() <= 0.5
    assert (factors.min(), factors.max()) == pytest.approx((0.5, 2), abs=0.05)
    assert np.median(factors) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, ">u2", np.float32, np.float64])
def test_noise_has_the_width_asked_for_and_differs_everywhere(dtype):
    white = 1 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
    images = np.full((20, 40, 30, 3), white // 2 or 0.5, dtype)
    noisy = pictures.augment(images, rng=0, noise=0.05)
    assert noisy.dtype == dtype
    noise = (noisy.astype(float) - images) / white
    assert noise.std() == pytest.approx(0.05, rel=0.02)
    assert abs(noise.mean()) < 0.002
    rows = noise.reshape(20, -1)
    assert np.abs(np.corrcoef(rows) - np.eye(20)).max() < 0.1  # 1 / sqrt(3600) = 0.017


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, ">u2", np.float32, np.float64])
def test_nothing_wraps_around(dtype):
    white = 1 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
    images = np.zeros((50, 10, 10), dtype)
    images[:, :, 5:] = white
    changed = pictures.augment(images, rng=0, flips=False, brightness=0.2, contrast=1.5, noise=0.02)
    assert (changed[..., :5] < white / 2).all()
    assert (changed[..., 5:] > white / 2).all()
    assert changed.min() == 0
    assert changed.max() == white


def test_a_camera_of_12_bits_stops_at_its_own_white():
    images = np.full((100, 8, 8), 4000, np.uint16)
    changed = pictures.augment(images, rng=0, brightness=0.5, max_value=4095)
    assert changed.max() == 4095
    assert changed.min() == pytest.approx(4000 - 0.5 * 4095, abs=60)
    with pytest.raises(ValueError, match="range from 0 to 3000"):
        pictures.augment(images, rng=0, brightness=0.5, max_value=3000)


def test_zeros_or_the_mirrored_image_come_in_at_the_edges():
    images = np.full((30, 16, 16), 200, np.uint8)
    assert pictures.augment(images, rng=0, shift_px=4, rotation_degrees=45).min() == 200
    moved, masks = pictures.augment(images, images > 0, rng=0, shift_px=4, border="zero")
    assert (moved[..., 0] == 0).any()
    np.testing.assert_array_equal(moved > 0, masks)


# What comes in and goes out


@pytest.mark.parametrize("settings", [{}, MOVES])
@pytest.mark.parametrize(
    "shape", [(20, 20), (20, 20, 1), (20, 20, 3), (5, 20, 20), (2, 20, 20, 1), (2, 20, 20, 7), (0, 20, 20, 3)]
)
@pytest.mark.parametrize(
    "dtype", [bool, np.int8, np.uint8, np.uint16, np.int32, np.int64, np.float32, np.float64, ">f4", ">u2"]
)
def test_axes_and_types_are_kept_and_the_input_is_left_alone(shape, dtype, settings):
    image = (RNG.random(shape) * 2).astype(dtype)
    before = image.copy()
    image.flags.writeable = False
    strided = np.repeat(image, 2, axis=-1)[..., ::2] if image.ndim == 4 else image
    one = len(shape) == 2 or (shape[-1] in (1, 3) and len(shape) == 3)
    masks = np.ones(shape[:2] if one else shape[:3], np.int64)
    changed, changed_masks = pictures.augment(strided, masks, rng=0, **settings)
    assert (changed.shape, changed.dtype) == (shape, dtype)
    assert (changed_masks.shape, changed_masks.dtype) == (masks.shape, np.int64)
    np.testing.assert_array_equal(image, before)
    assert not np.shares_memory(changed, image)


def test_an_empty_batch_and_changed_intensities():
    assert pictures.augment(BATCH[:0], rng=0, **EVERYTHING).shape == (0, 20, 20, 3)


def test_numbered_masks_keep_their_numbers():
    masks = np.zeros((8, 20, 20), np.int64)
    masks[:, 5:12, 5:12] = 2**60 + 1  # more than float64 holds exactly
    _, moved = pictures.augment(BATCH[:1].repeat(8, axis=0), masks, rng=0, **EVERYTHING)
    assert set(np.unique(moved)) == {0, 2**60 + 1}


def test_nan_moves_with_its_pixel():
    images = np.ones((8, 12, 12))
    images[:, 2, 3] = np.nan
    moved, masks = pictures.augment(images, np.isnan(images), rng=0, quarter_turns=True, brightness=0.1)
    np.testing.assert_array_equal(np.isnan(moved), masks)
    assert masks.sum() == 8


def test_a_data_set_keeps_masks_labels_and_groups_together():
    images, masks = landmarks(6)
    cells = CellImageDataset(
        images, [0, 1] * 3, ["a", "b"], masks=masks, groups=[5, 5, 6, 6, 7, 7], pixel_size_um=0.5
    )
    changed = pictures.augment(cells, rng=0, quarter_turns=True)
    np.testing.assert_array_equal(changed.images[..., 0] * np.float32(700), changed.masks)
    assert (changed.images != cells.images).any()
    np.testing.assert_array_equal(changed.labels, cells.labels)
    np.testing.assert_array_equal(changed.groups, cells.groups)
    assert changed.pixel_size_um == 0.5
    assert pictures.augment(cells, rng=0, zoom=1.2).pixel_size_um is None  # each image has another one
    without = CellImageDataset(images, [0] * 6, ["a"])
    assert pictures.augment(without, rng=0).masks is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rng": -1}, "rng=-1"),
        ({"rng": None}, "rng=None"),
        ({"flips": 1}, "flips=1"),
        ({"rotation_degrees": 181}, "rotation_degrees=181"),
        ({"shift_px": 1.5}, "shift_px=1.5"),
        ({"zoom": 0.9}, "zoom=0.9"),
        ({"contrast": 0}, "contrast=0"),
        ({"brightness": -0.1}, "brightness=-0.1"),
        ({"noise": 20}, "noise=20"),
        ({"border": "wrap"}, "border='wrap'"),
        ({"indices": [1, 2]}, r"indices.shape=\(2,\) for 6 images"),
        ({"indices": [0, 1, 2, 3, 4, -5]}, "from -5"),
        ({"indices": np.arange(6.0)}, "float64"),
        ({"masks": np.ones((6, 20, 19), int)}, r"masks.shape=\(6, 20, 19\)"),
        ({"masks": np.ones((6, 20, 20))}, "masks.dtype=float64"),
        ({"images": BATCH[:, :10], "quarter_turns": True}, "height 10 and width 20"),
        ({"images": BATCH > 100, "noise": 0.1}, "images.dtype=bool"),
        ({"images": BATCH.astype(int), "contrast": 1.1}, "images.dtype=int64"),
        ({"images": BATCH.astype(float), "brightness": 0.1}, r"values from 0 to 255.*\n.*max_value=255"),
        ({"images": CellImageDataset(BATCH, [0] * 6, ["a"]), "masks": BATCH[..., 0]}, "masks.shape"),
    ],
)
def test_says_what_is_wrong(settings, message):
    with pytest.raises((ValueError, TypeError), match=message):
        pictures.augment(**{"images": BATCH, "rng": 0, **settings})
