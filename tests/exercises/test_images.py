"""The checkers of duplicates, corners and the majority, fed with right, untouched and wrong answers."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import images as check

# --- find_duplicates ------------------------------------------------------------------------------------


def duplicates_by_loops(images):
    pairs = []
    for i in range(len(images)):
        for j in range(i + 1, len(images)):
            if (images[i] == images[j]).all():
                pairs.append((i, j))
    return pairs


def duplicates_by_comparison(images):
    rows = images.reshape(len(images), -1)
    equal = (rows[:, np.newaxis] == rows).all(axis=-1)
    return np.argwhere(np.triu(equal, k=1))  # of shape (0, 2) where all differ


def duplicates_by_bytes(images):
    seen, pairs = {}, []
    for j, image in enumerate(images):
        before = seen.setdefault(image.tobytes(), [])
        pairs += [[i, j] for i in before]
        before.append(j)
    return sorted(pairs)


def duplicates_of_the_first(images):
    first, pairs = {}, []
    for j, image in enumerate(images):
        i = first.setdefault(image.tobytes(), j)
        if i != j:
            pairs.append((i, j))
    return sorted(pairs)


def duplicates_of_the_last(images):
    last, pairs = {}, []
    for j, image in enumerate(images):
        if image.tobytes() in last:
            pairs.append((last[image.tobytes()], j))
        last[image.tobytes()] = j
    return sorted(pairs)


def duplicates_unsorted(images):
    return [
        (i, j) for j in range(len(images)) for i in range(j) if images[i].tobytes() == images[j].tobytes()
    ]


def duplicates_with_partner(images):
    return sorted({index for pair in duplicates_by_loops(images) for index in pair})


def every_two(pairs):
    """A student's function that compares by `pairs(a, b)` in two loops over all images."""
    return lambda images: [
        (i, j) for i in range(len(images)) for j in range(len(images)) if pairs(i, j, images[i], images[j])
    ]


class TestFindDuplicates:
    @pytest.mark.parametrize("answer", [duplicates_by_loops, duplicates_by_comparison, duplicates_by_bytes])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.find_duplicates, answer)

    def test_stub_and_hints(self, assert_teaches):
        def find_duplicates(images): ...

        assert_teaches(check.find_duplicates, find_duplicates)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (every_two(lambda i, j, a, b: i < j and a.sum() == b.sum()), "same sum or mean"),
            (every_two(lambda i, j, a, b: i < j and a.mean() == b.mean()), "same sum or mean"),
            (every_two(lambda i, j, a, b: i <= j and np.array_equal(a, b)), "so that (i, i) is left out"),
            (every_two(lambda i, j, a, b: i != j and np.array_equal(a, b)), "as (i, j) and as (j, i)"),
            (every_two(lambda i, j, a, b: np.array_equal(a, b)), "and each picture with itself"),
            (every_two(lambda i, j, a, b: i + 1 == j and np.array_equal(a, b)), "Only neighbors"),
            (duplicates_of_the_first, "make three pairs"),
            (duplicates_of_the_last, "make three pairs"),
            (every_two(lambda i, j, a, b: i < j and np.allclose(a, b, atol=1)), "nearly alike"),
            (every_two(lambda i, j, a, b: i < j and (a == b)[..., 0].all()), "Only the first channel"),
            (every_two(lambda i, j, a, b: i < j and (a == b).any()), "(`any`)"),
            (every_two(lambda i, j, a, b: i < j and (a == b)[0, 0].all()), "Only the first pixel"),
            (every_two(lambda i, j, a, b: i < j and (a == b)[0].all()), "Only the first row"),
            (every_two(lambda i, j, a, b: i > j and np.array_equal(a, b)), "The order within a pair"),
            (
                lambda images: [pair[::-1] for pair in duplicates_by_loops(images)],
                "The order within a pair",
            ),
            (duplicates_unsorted, "not sorted"),
            (duplicates_with_partner, "Tell also which one"),
            (lambda images: len(duplicates_by_loops(images)), "This counts the pairs"),
            (lambda images: set(duplicates_by_loops(images)), "{(0, 2)} (type set)"),
            (lambda images: [], "shape (0,), but the right one has shape (1, 2)"),
            (lambda images: [(0, 2)], "answer of the first example"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.find_duplicates, answer, words)


# --- corner_colors --------------------------------------------------------------------------------------


def corners_joined(images, size):
    top, bottom = images[:, :size], images[:, -size:]
    squares = [top[:, :, :size], top[:, :, -size:], bottom[:, :, :size], bottom[:, :, -size:]]
    return np.concatenate([square.mean(axis=(1, 2)) for square in squares], axis=1)


def corners_by_loops(images, size):
    height, width = images.shape[1:3]
    rows = []
    for image in images:
        row = []
        for top in (0, height - size):
            for left in (0, width - size):
                for channel in range(image.shape[2]):
                    row.append(image[top : top + size, left : left + size, channel].mean())
        rows.append(row)
    return rows


def corners_float32(images, size):
    return np.float32(corners_joined(images, size))


def corners(order="tl tr bl br", join=np.hstack, mean=lambda square: square.mean(axis=(1, 2))):
    """A student's function with one of its steps changed."""

    def corner_colors(images, size):
        squares = {
            "tl": images[:, :size, :size],
            "tr": images[:, :size, -size:],
            "bl": images[:, -size:, :size],
            "br": images[:, -size:, -size:],
        }
        return join([mean(squares[name]) for name in order.split()])

    return corner_colors


def corners_height_only(images, size):
    starts = 0, images.shape[1] - size
    squares = [images[:, r : r + size, c : c + size] for r in starts for c in starts]
    return np.hstack([square.mean(axis=(1, 2)) for square in squares])


def corners_without_batch(axis):
    """A student's function that takes the first axis for the rows."""

    def corner_colors(images, size):
        ends = slice(size), slice(-size, None)
        return np.concatenate([images[r, c].mean(axis=axis) for r in ends for c in ends], axis=-1)

    return corner_colors


class TestCornerColors:
    @pytest.mark.parametrize("answer", [corners_joined, corners_by_loops, corners_float32, corners()])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.corner_colors, answer)

    def test_stub_and_hints(self, assert_teaches):
        def corner_colors(images, size): ...

        assert_teaches(check.corner_colors, corner_colors)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (corners("tl"), "This is one corner"),
            (corners(join=lambda colors: np.mean(colors, axis=0)), "This is one corner"),
            (
                corners(mean=lambda square: square.mean(axis=(1, 2, 3))[:, np.newaxis]),
                "over the channels too",
            ),
            (corners(mean=lambda square: square.mean(axis=(0, 1, 2))), "over all images too"),
            (corners("tl bl tr br"), "down the left side first"),
            (corners("tl tr br bl"), "goes around"),
            (
                corners(join=lambda colors: np.stack(colors, axis=2).reshape(len(colors[0]), -1)),
                "channels are outermost",
            ),
            (corners(join=lambda colors: np.stack(colors, axis=1)), "(batch, 4, C)"),
            (corners(join=np.array), "(4, batch, C)"),
            (corners(join=np.concatenate), "below one another"),
            (corners(mean=lambda square: square.mean(axis=(1, 2)).astype(int)), "cut"),
            (lambda images, size: corners_joined(images, size - 1), "one pixel too small"),
            (lambda images, size: corners_joined(images, size + 1), "one pixel too large"),
            (lambda images, size: corners_joined(images, 1), "`size` is not used: this is the last pixel"),
            (lambda images, size: corners_joined(images, 2), "`size` is not used: the squares always have 2"),
            (lambda images, size: corners_joined(images, 3), "`size` is not used: the squares always have 3"),
            (corners_without_batch((1, 2)), "The first axis is the image"),
            (corners_without_batch((0, 1)), "The first axis is the image"),
            (corners_without_batch((0, 1, 2)), "The first axis is the image"),
            (corners(mean=lambda square: square.sum(axis=(1, 2))), "This adds the square up"),
            (corners_height_only, "square images only"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.corner_colors, answer, words)


# --- majority_share -------------------------------------------------------------------------------------


def majority_by_unique(labels):
    _, counts = np.unique(labels, return_counts=True)
    return max(counts) / sum(counts)


def majority_by_guessing(labels):
    return max(np.mean(labels == guess) for guess in set(labels.tolist()))


def majority_by_bincount(labels):
    return np.bincount(labels).max() / labels.size


class TestMajorityShare:
    @pytest.mark.parametrize("answer", [majority_by_unique, majority_by_guessing, majority_by_bincount])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.majority_share, answer)

    def test_stub_and_hints(self, assert_teaches):
        def majority_share(labels): ...

        assert_teaches(check.majority_share, majority_share)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda labels: 1 / len(np.unique(labels)), "This is chance: one"),
            (lambda labels: 1 / (max(labels) + 1), "This is chance, and counts"),
            (lambda labels: np.mean(labels == max(labels)), "class with the largest number"),
            (lambda labels: np.argmax(np.bincount(labels)), "This is the class itself"),
            (lambda labels: np.bincount(labels).max(), "This is a count"),
            (lambda labels: 100 * np.bincount(labels).max() / len(labels), "in percent"),
            (lambda labels: np.unique(labels, return_counts=True)[1] / len(labels), "Take the largest"),
            (lambda labels: np.bincount(labels) / len(labels), "Take the largest"),
            (lambda labels: np.mean(labels == 0), "share of class 0"),
            (lambda labels: np.mean(labels == labels[0]), "comes first in the list"),
            (lambda labels: max(labels) / len(labels), "Labels are names"),
            (lambda labels: 1 - majority_by_bincount(labels), "is wrong"),
            (lambda labels: min(np.unique(labels, return_counts=True)[1]) / len(labels), "rarest class"),
            (
                lambda labels: np.bincount(labels).max() / len(np.unique(labels)),
                "divides by the number of classes",
            ),
            (lambda labels: np.mean(labels), "but 0.6 is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.majority_share, answer, words)
