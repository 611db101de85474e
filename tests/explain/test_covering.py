"""Occlusion, deletion and insertion: the sums are known where the model is linear."""

import numpy as np
import pytest
from scipy.special import expit, softmax

from cellcnn_helpers import explain

ROUNDING = dict(rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("size", [(2, 3), 2, 1, (4, 6)])
def test_occlusion_of_a_linear_model_is_the_sum_of_what_is_covered(linear, size):
    model, weights = linear
    images = np.random.default_rng(1).uniform(size=(2, 4, 6, 2))
    maps = explain.occlusion(model, images, [2, 0], size=size, fill=[0.5, 0.25])
    parts = np.einsum("nhwc,hwcn->nhw", images - [0.5, 0.25], weights[..., [2, 0]])
    rows, columns = np.broadcast_to(size, 2)
    blocks = parts.reshape(2, 4 // rows, rows, 6 // columns, columns).sum(axis=(2, 4))
    np.testing.assert_allclose(maps, blocks.repeat(rows, axis=1).repeat(columns, axis=2), **ROUNDING)


def test_a_pixel_gets_the_mean_of_the_squares_that_cover_it(linear):
    model, weights = linear
    image = np.random.default_rng(1).uniform(size=(4, 6, 2))
    (found,) = explain.occlusion(model, image[np.newaxis], 1, size=(3, 4), stride=(2, 3), fill=0)
    part = (image * weights[..., 1]).sum(axis=-1)
    # 4 rows: squares start at 0 and, moved back, at 1; 6 columns: at 0 and 2
    falls = {(top, left): part[top : top + 3, left : left + 4].sum() for top in (0, 1) for left in (0, 2)}
    assert found[0, 0] == pytest.approx(falls[0, 0], rel=1e-4)
    assert found[3, 5] == pytest.approx(falls[1, 2], rel=1e-4)
    assert found[1, 2] == pytest.approx(np.mean(list(falls.values())), rel=1e-4)
    assert found[0, 3] == pytest.approx((falls[0, 0] + falls[0, 2]) / 2, rel=1e-4)


def test_by_default_the_mean_color_of_each_image_covers(linear):
    model, _ = linear
    images = np.random.default_rng(1).uniform(size=(2, 4, 6, 2))
    maps = explain.occlusion(model, images, 0, size=2)
    for image, found in zip(images, maps, strict=True):
        fill = image.mean(axis=(0, 1))
        expected = explain.occlusion(model, image[np.newaxis], 0, size=2, fill=fill)[0]
        np.testing.assert_allclose(found, expected, **ROUNDING)


def test_occlusion_of_a_model_that_looks_at_the_corner(corner):
    (found,) = explain.occlusion(corner, np.ones((1, 8, 8, 1)), size=3, fill=0)
    assert (found[:3, :3] == 9).all()
    found[:3, :3] = 0
    assert not found.any()


def test_deletion_takes_the_highest_first_and_insertion_gives_them_back(corner):
    image, importance = np.ones((1, 8, 8, 1)), np.zeros((1, 8, 8))
    importance[0, :3, :3] = 9 - np.arange(9).reshape(3, 3)
    fractions, probabilities = explain.deletion_curve(corner, image, importance, num_steps=64, fill=0)
    left = np.maximum(9 - np.arange(65), 0)  # the score of the first class; that of the second is 0
    np.testing.assert_allclose(fractions, np.arange(65) / 64)
    np.testing.assert_allclose(probabilities[0], expit(left), rtol=1e-5)
    inserted = explain.insertion_curve(corner, image, importance, num_steps=64, fill=0).probabilities
    np.testing.assert_allclose(inserted[0], expit(9 - left), rtol=1e-5)


def test_the_area_tells_a_right_map_from_a_wrong_one(corner):
    image, right = np.ones((1, 8, 8, 1)), np.zeros((1, 8, 8))
    right[0, :3, :3] = 1
    both = np.concatenate([image, image]), np.concatenate([right, -right]), 0
    deletion = explain.deletion_curve(corner, *both, num_steps=8, fill=0)
    insertion = explain.insertion_curve(corner, *both, num_steps=8, fill=0)
    assert deletion.area[0] < 0.6 < 0.9 < deletion.area[1]
    assert insertion.area[1] < 0.6 < 0.9 < insertion.area[0]
    heights = deletion.probabilities[0].astype(float)
    assert deletion.area[0] == pytest.approx((heights.sum() - (heights[0] + heights[-1]) / 2) / 8)


@pytest.mark.parametrize(
    ("ending", "probability"), [(None, softmax), ("softmax", softmax), ("sigmoid", expit)]
)
def test_probabilities_are_those_of_the_model(small_cnn, images, ending, probability):
    model = small_cnn(ending)
    logits = explain.scores(model, images)
    of = {} if ending == "sigmoid" else {"axis": 1}
    curve = explain.deletion_curve(model, images, images[..., 0], 2, num_steps=3)
    np.testing.assert_allclose(
        curve.probabilities[:, 0], probability(logits, **of)[:, 2], rtol=1e-3, atol=1e-6
    )
    grey = np.broadcast_to(images.mean(axis=(1, 2), keepdims=True), images.shape)
    logits = explain.scores(model, grey)
    np.testing.assert_allclose(
        curve.probabilities[:, -1], probability(logits, **of)[:, 2], rtol=1e-3, atol=1e-6
    )
