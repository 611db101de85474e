"""The checkers of what pooling leaves, fed with what students write: right, untouched and wrong."""

import math

import numpy as np
import pytest

from cellcnn_helpers import nn
from cellcnn_helpers.exercises import pooling as check

# --- feature_size_um ------------------------------------------------------------------------------------


def distance_by_loop(pixel_size_um, pool_sizes):
    for size in pool_sizes:
        pixel_size_um *= size
    return pixel_size_um


def distance_by_numpy(pixel_size_um, pool_sizes):
    return pixel_size_um * np.prod(pool_sizes)


def distance_by_recursion(pixel_size_um, pool_sizes):
    if not pool_sizes:
        return pixel_size_um
    return pool_sizes[-1] * distance_by_recursion(pixel_size_um, pool_sizes[:-1])


def overwritten(pixel_size_um, pool_sizes):
    distance = pixel_size_um
    for size in pool_sizes:
        distance = pixel_size_um * size
    return distance


def returned_early(pixel_size_um, pool_sizes):
    for size in pool_sizes:
        pixel_size_um *= size
        return pixel_size_um


def added(pixel_size_um, pool_sizes):
    for size in pool_sizes:
        pixel_size_um += pixel_size_um * size
    return pixel_size_um


def squared(pixel_size_um, pool_sizes):
    for size in pool_sizes:
        pixel_size_um *= size**2
    return pixel_size_um


def last_without_loop(pixel_size_um, pool_sizes):
    distance = pixel_size_um * pool_sizes[0]
    for size in pool_sizes[1:]:
        distance *= size
    return distance


class TestFeatureSize:
    @pytest.mark.parametrize("answer", [distance_by_loop, distance_by_numpy, distance_by_recursion])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.feature_size_um, answer)

    def test_stub_and_hints(self, assert_teaches):
        def feature_size_um(pixel_size_um, pool_sizes): ...

        assert_teaches(check.feature_size_um, feature_size_um)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda um, sizes: um * sum(sizes), "The sizes are added up"),
            (lambda um, sizes: um + sum(sizes), "The sizes are added up"),
            (lambda um, sizes: um * sum(sizes) if sizes else um, "The sizes are added up"),
            (lambda um, sizes: um * sum(sizes[1:], sizes[0]), "The sizes are added up"),
            (overwritten, "Only the last layer counts"),
            (lambda um, sizes: um * sizes[-1], "Only the last layer counts"),
            (lambda um, sizes: um * sizes[0], "Only the first layer counts"),
            (returned_early, "Only the first layer counts"),
            (added, "adds the wider step to the old one"),
            (lambda um, sizes: [um * size for size in sizes], "Each layer is taken alone"),
            (lambda um, sizes: um * (sizes[0] if sizes else 1), "Only the first layer counts"),
            (lambda um, sizes: um / math.prod(sizes), "This divides"),
            (lambda um, sizes: math.prod(sizes), "This is in pixels"),
            (lambda um, sizes: math.prod(sizes) / um, "not by dividing"),
            (lambda um, sizes: (um * math.prod(sizes)) ** 2, "This is an area"),
            (squared, "The sizes are squared"),
            (lambda um, sizes: um * 2 ** len(sizes), "only as a number of layers"),
            (lambda um, sizes: um * len(sizes), "by the number of layers"),
            (lambda um, sizes: um * np.cumprod(sizes), "the distances after each layer"),
            (last_without_loop, "right for one layer or more only"),
            (lambda um, sizes: 12.0, "the answer of the first example"),
            (lambda um, sizes: um * math.prod(sizes) + 1, "The result is 13.0, but 12.0 is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.feature_size_um, answer, words)


# --- global_average -------------------------------------------------------------------------------------


def means_by_loops(maps):
    out = np.zeros((maps.shape[0], maps.shape[3]))
    for n in range(maps.shape[0]):
        for channel in range(maps.shape[3]):
            out[n, channel] = maps[n, :, :, channel].mean()
    return out


def means_by_reshape(maps):
    return maps.reshape(maps.shape[0], -1, maps.shape[3]).mean(axis=1)


def means_in_two_steps(maps):
    return maps.mean(axis=1).mean(axis=1)


def square_maps(maps):
    side, out = maps.shape[1], np.zeros((len(maps), maps.shape[3]))
    for r in range(side):
        for c in range(side):
            out += maps[:, r, c]
    return out / side**2


class TestGlobalAverage:
    @pytest.mark.parametrize(
        "answer", [means_by_loops, means_by_reshape, means_in_two_steps, nn.global_average_pool2d]
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.global_average, answer)

    def test_stub_and_hints(self, assert_teaches):
        def global_average(maps): ...

        assert_teaches(check.global_average, global_average)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda maps: maps.mean(axis=-1), "over the channels here"),
            (lambda maps: [image.mean() for image in maps], "one number for each image"),
            (lambda maps: maps.mean(axis=(0, 1, 2)), "over the images too"),
            (lambda maps: maps.mean(axis=0), "over the images too"),
            (lambda maps: maps.mean(), "one number for all images"),
            (lambda maps: maps.mean(axis=(0, 1)), "axis 0 is the images"),
            (lambda maps: maps.mean(axis=(2, 3)), "the channels come last"),
            (lambda maps: maps.mean(axis=1), "over the rows only"),
            (lambda maps: maps.mean(axis=2), "over the columns only"),
            (lambda maps: maps.max(axis=(1, 2)), "the largest number"),
            (lambda maps: maps.sum(axis=(1, 2)), "the sum of each map"),
            (lambda maps: maps.sum(axis=(1, 2)) / len(maps[0]), "the number of rows only"),
            (lambda maps: maps.sum(axis=(1, 2)) / maps.shape[1] ** 2, "by H · H"),
            (lambda maps: maps.sum(axis=(1, 2)) / maps[0].size, "by H · W · C"),
            (lambda maps: maps.mean(axis=(1, 2), keepdims=True), "axes of length 1"),
            (lambda maps: means_by_loops(maps).T, "Images and channels are swapped"),
            (
                lambda maps: maps.reshape(maps.shape[0], maps.shape[3], -1).mean(axis=-1),
                "so channels got mixed",
            ),
            (lambda maps: means_by_loops(maps) // 1, "The fractions are cut off"),
            (square_maps, "right for square maps only"),
            (lambda maps: means_by_loops(maps) + 1, "The value at row 0, column 0"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.global_average, answer, words)
