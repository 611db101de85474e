"""Augmentation: image and mask move together, every image by itself, and nothing wraps around."""

import numpy as np
import pytest

from cellcnn_helpers import images as pictures

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
    assert np.ptp(centroids(moved), axis=0).min() > 10


def test_an_image_is_changed_alike_in_whatever_batch_it_comes():
    whole = pictures.augment(BATCH, rng=5, **EVERYTHING)
    alone = pictures.augment(BATCH[4], rng=5, indices=[4], **EVERYTHING)
    np.testing.assert_array_equal(alone, whole[4])
    order = [3, 0, 5]
    np.testing.assert_array_equal(
        pictures.augment(BATCH[order], rng=5, indices=order, **EVERYTHING), whole[order]
    )
    assert (pictures.augment(BATCH, rng=6, **EVERYTHING) != whole).mean() > 0.9
