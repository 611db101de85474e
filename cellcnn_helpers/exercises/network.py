"""Exercises of the chapter on a CNN by hand: what to expect before training, and what to look at after it."""

import math

from ._compare import same_answers
from ._core import checker
from .network_scores import confusion_matrix, predicted_classes, recall

__all__ = ["confusion_matrix", "count_parameters", "first_loss", "predicted_classes", "recall"]


@checker(
    hints=(
        "An untrained network knows nothing. Which probability does it give each of the classes?",
        "The loss is the surprise at the true class: minus the natural log of its probability, and that is "
        "1 / `num_classes`.",
        "Minus the log of 1/n is the log of n. Take the natural one.",
    ),
    learned="A first loss far above this one means that something is wrong before training.",
)
def first_loss(answer, rng):
    """Check `first_loss(num_classes)`: the cross-entropy of a network that has not learned anything.

    Examples
    --------
    >>> first_loss(lambda num_classes: math.log2(num_classes)).message
    'This is the log to the base 2. Take the natural log, `np.log`.'
    """

    def first_loss(num_classes):
        return math.log(num_classes)

    written = "This number is right for 4 classes only. Calculate it from `num_classes`."
    slips = [
        (written, lambda n: math.log(4)),
        (written, lambda n: 1.386),
        (written, lambda n: 1.39),
        (
            "This is the log of n − 1. The true class is one of all n, so its probability is 1/n.",
            lambda n: math.log(n - 1),
        ),
        ("This is the log to the base 2. Take the natural log, `np.log`.", math.log2),
        ("This is the log to the base 10. Take the natural log, `np.log`.", math.log10),
        (
            "The minus is missing: the log of 1/n is negative, the surprise is positive.",
            lambda n: -math.log(n),
        ),
        (
            "This is the probability of each class. The loss is minus its log.",
            lambda n: 1 / n,
        ),
        (
            "This is how often such a network is wrong. The loss is minus the log of the probability that it "
            "gives the true class.",
            lambda n: 1 - 1 / n,
        ),
        (
            "This is −log(1 − 1/n), the surprise that it is not the true class. Take −log(1/n).",
            lambda n: -math.log(1 - 1 / n),
        ),
        (
            "This is the surprise times its probability, and only that of one class. Each image has a true "
            "class: its surprise counts in full.",
            lambda n: math.log(n) / n,
        ),
        (
            "This adds up all classes. Only the surprise at the true class counts.",
            lambda n: n * math.log(n),
        ),
        (
            "A loss of 0 is that of a network that is sure and right. This one knows nothing: it gives each "
            "class 1/n.",
            lambda n: 0,
        ),
        (
            "This gives the true class a probability of 1/2. It is 1/n: one of all classes.",
            lambda n: math.log(2),
        ),
        (
            "This is the number of classes. The loss is its natural log.",
            lambda n: n,
        ),
    ]
    drawn = rng.choice([3, 5, 6, 7, 9, 10, 12, 20], 3, replace=False)
    cases = [{"num_classes": int(n)} for n in (8, *drawn)]
    same_answers(answer, first_loss, cases, slips=slips)


@checker(
    hints=(
        "Which layers learn anything? Walk through the network and write down the shape behind each layer.",
        "A convolution has kernel × kernel weights for each pair of input channel and filter, and one bias "
        "for each filter. Behind it there are as many channels as filters, and with padding same as many "
        "pixels.",
        "Pooling learns nothing, but divides rows and columns by its size, rounded down. A dense layer first "
        "takes rows × columns × channels numbers: a weight for each of them and each unit, and a bias for "
        "each unit.",
    ),
    learned="Nearly all weights may sit in one dense layer, and pooling before it makes it small.",
)
def count_parameters(answer, rng):
    """Check `count_parameters(input_shape, layers)`: how many numbers a whole network learns.

    `input_shape` is (H, W, C). A layer is ("conv", filters, kernel_size), with padding "same" and stride 1,
    ("pool", size) or ("dense", units): the first dense layer flattens what it gets. All have biases.

    Examples
    --------
    >>> count_parameters(lambda input_shape, layers: 0).message
    'The result is 0, but 103 is expected.'
    """

    right = {  # by kind what a layer learns, and the shape behind it
        "conv": lambda rows, columns, channels, filters, size: (size * size * channels + 1) * filters,
        "after_conv": lambda rows, columns, channels, filters, size: (rows, columns, filters),
        "pool": lambda rows, columns, channels, size: 0,
        "after_pool": lambda rows, columns, channels, size: (rows // size, columns // size, channels),
        "dense": lambda rows, columns, channels, units: (rows * columns * channels + 1) * units,
        "after_dense": lambda rows, columns, channels, units: (1, 1, units),
    }

    def count_parameters(input_shape, layers):
        return walk(input_shape, layers)

    def walk(shape, layers, **changed):
        """Add up the layers one by one; each step may be changed by a slip."""
        steps, total = right | changed, 0
        for kind, *numbers in layers:
            total += steps[kind](*shape, *numbers)
            shape = steps[f"after_{kind}"](*shape, *numbers)
        return total

    def slip(**changed):
        return lambda shape, layers: walk(shape, layers, **changed)

    def pooled(divide):
        """A slip in what pooling makes of rows and of columns."""
        return slip(after_pool=lambda r, c, channels, size: (divide(r, size), divide(c, size), channels))

    def unchanged(rows, columns, channels, *_):
        return rows, columns, channels

    def input_channels(shape, layers):
        own = shape[2]
        return walk(shape, layers, conv=lambda r, c, channels, f, k: (k * k * own + 1) * f)

    def no_biases(rows, columns, channels, filters, size):
        return size * size * channels * filters

    def dense_no_biases(rows, columns, channels, units):
        return rows * columns * channels * units

    carried = "The channels are not carried on: behind a convolution there are as many as it has filters."
    pools = "Pooling is counted. It takes the largest value and learns nothing."
    both = "Pooling divides only the {} here. It divides rows and columns, both by its size."
    biases = "The biases {} are missing: one for each {}."
    slips = [
        (carried, slip(after_conv=unchanged)),
        (carried, slip(after_conv=unchanged, after_dense=unchanged)),
        (carried, input_channels),
        (
            "Only the first layer is counted: `return` stands inside the loop. Move it left, as far as "
            "`for`.",
            lambda shape, layers: walk(shape, layers[:1]),
        ),
        (
            "Only the last layer is counted. Begin with 0 once, before the loop, and add each layer with "
            "`+=`.",
            lambda shape, layers: walk(shape, layers) - walk(shape, layers[:-1]),
        ),
        (pools, slip(pool=lambda r, c, channels, size: size * size)),
        (pools, slip(pool=lambda r, c, channels, size: size * size + 1)),
        (pools, slip(pool=lambda r, c, channels, size: size * size * channels)),
        (pools, slip(pool=lambda r, c, channels, size: (size * size + 1) * channels)),
        (pools, slip(pool=lambda r, c, channels, size: (size * size * channels + 1) * channels)),
        (
            "The input channels are missing: a filter has a kernel of its own for each of them.",
            slip(conv=lambda r, c, channels, f, k: (k * k + 1) * f),
        ),
        (
            "Pooling makes the picture smaller: divide rows and columns by its size before the dense layer.",
            slip(after_pool=unchanged),
        ),
        (
            "Pooling divides by 2 here, whatever its size. Divide by the size that the layer names.",
            pooled(lambda pixels, size: pixels // 2),
        ),
        (both.format("rows"), slip(after_pool=lambda r, c, channels, size: (r // size, c, channels))),
        (both.format("columns"), slip(after_pool=lambda r, c, channels, size: (r, c // size, channels))),
        (
            "Pooling divides the channels here. It divides rows and columns, each by its size.",
            slip(after_pool=lambda r, c, channels, size: (r, c, channels // size)),
        ),
        (
            "Pooling rounds down: a window that does not fit as a whole is left out.",
            pooled(lambda pixels, size: math.ceil(pixels / size)),
        ),
        (
            "Pooling rounds down to a whole number: divide with `//`.",
            pooled(lambda pixels, size: pixels / size),
        ),
        (
            "The windows of pooling lie side by side, not at every place: rows and columns are divided by "
            "its size.",
            pooled(lambda pixels, size: pixels - size + 1),
        ),
        (
            'With padding "same" a convolution keeps rows and columns. Only pooling makes them smaller.',
            slip(after_conv=lambda r, c, channels, f, k: (r - k + 1, c - k + 1, f)),
        ),
        (biases.format("of all layers", "filter or unit"), slip(conv=no_biases, dense=dense_no_biases)),
        (biases.format("of the convolutions", "filter"), slip(conv=no_biases)),
        (biases.format("of the dense layers", "unit"), slip(dense=dense_no_biases)),
        (
            "This counts one bias for each layer. Each filter and each unit has its own.",
            slip(
                conv=lambda *given: no_biases(*given) + 1,
                dense=lambda *given: dense_no_biases(*given) + 1,
            ),
        ),
        (
            "This counts a bias for each channel of a filter. A filter adds up all channels, then one bias.",
            slip(conv=lambda r, c, channels, f, k: (k * k + 1) * channels * f),
        ),
        (
            "The pixels are counted in the convolutions. The same weights are used at every place.",
            slip(conv=lambda r, c, *rest: r * c * right["conv"](r, c, *rest)),
        ),
        (
            "The kernel is counted as one row. It has kernel_size × kernel_size weights.",
            slip(conv=lambda r, c, channels, f, k: (k * channels + 1) * f),
        ),
        (
            "The dense layer takes only the channels here. It takes all numbers: rows × columns × channels.",
            slip(dense=lambda r, c, channels, units: (channels + 1) * units),
        ),
        (
            "The dense layer takes only one channel here. It takes all numbers: rows × columns × channels.",
            slip(dense=lambda r, c, channels, units: ((channels if r * c == 1 else r * c) + 1) * units),
        ),
        (
            "A dense layer behind another takes its units, not the picture once more.",
            slip(after_dense=unchanged),
        ),
        (
            "Behind a dense layer the rows and columns of the picture are still counted. Set both to 1: only "
            "its units are left.",
            slip(after_dense=lambda r, c, channels, units: (r, c, units)),
        ),
        (
            "The dense layers are not counted.",
            slip(dense=lambda *_: 0),
        ),
        (
            "The convolutions are not counted.",
            slip(conv=lambda *_: 0),
        ),
    ]
    by_hand = {
        "input_shape": (4, 4, 1),
        "layers": [("conv", 2, 3), ("pool", 2), ("conv", 3, 3), ("dense", 2)],
    }
    two_dense = {
        "input_shape": (9, 7, 3),  # odd, so that pooling leaves a row and a column out
        "layers": [("conv", 4, 5), ("pool", 2), ("dense", 6), ("dense", 2)],
    }
    drawn = [
        {
            "input_shape": (int(rng.integers(19, 40)), int(rng.integers(19, 40)), channels),
            "layers": [
                ("conv", int(rng.integers(4, 9)), kernel),
                ("pool", size),
                ("conv", int(rng.integers(10, 20)), 3),
                ("pool", 2),
                ("dense", int(rng.integers(5, 30))),
                ("dense", int(rng.integers(2, 5))),
            ],
        }
        for channels, kernel, size in [(1, 3, 3), (3, 5, 2)]
    ]
    same_answers(answer, count_parameters, [by_hand, two_dense, *drawn], slips=slips, whole=True)
