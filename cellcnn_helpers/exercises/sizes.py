"""Exercises on sizes: how large a result is, how many weights it takes, how far one unit sees."""

import math

from ._compare import same_answers
from ._core import checker


@checker(
    hints=(
        "First without stride: at how many places can a kernel of this size stand inside the image?",
        "With a stride count every s-th place, beginning with the first; what does not fill a step is lost. "
        'With padding `"same"` the kernel no longer matters: only the stride makes the result smaller.',
        "Dilation spreads the k taps. There are k − 1 steps of d between the first and the last, so it "
        "covers d(k − 1) + 1 pixels.",
    ),
    learned="Subtract what the kernel covers, divide by the stride, round down, and add the first place.",
)
def output_size(answer, rng):
    """Check `output_size(size, kernel_size, stride=1, padding="valid", dilation_rate=1)`: pixels per axis.

    Examples
    --------
    >>> def output_size_short(size, kernel_size, stride=1, padding="valid", dilation_rate=1):
    ...     return (size - kernel_size) // stride
    >>> output_size(output_size_short).status
    'incorrect'
    """

    def output_size(size, kernel_size, stride=1, padding="valid", dilation_rate=1):
        if padding == "same":
            return math.ceil(size / stride)
        return (size - covered(kernel_size, dilation_rate)) // stride + 1

    def covered(kernel_size, dilation_rate):
        return dilation_rate * (kernel_size - 1) + 1

    def valid(formula):
        """A slip in the formula for valid padding, with the right answer for same."""
        return lambda n, k, s, p, d: output_size(n, k, s, p, d) if p == "same" else formula(n, k, s, d)

    def same(formula):
        """A slip in the formula for same padding, with the right answer for valid."""
        return lambda n, k, s, p, d: formula(n, k, s) if p == "same" else output_size(n, k, s, p, d)

    def covering(span):
        """A slip in what a dilated kernel covers."""
        return valid(lambda n, k, s, d: (n - span(k, d)) // s + 1)

    covers = "A dilated kernel covers d(k − 1) + 1 pixels, not {}: there are k − 1 steps of d between k taps."
    early = (
        "The 1 is added before the division, so rounding down can lose it. The first place always counts: "
        "divide first, then add 1."
    )
    divide = "A number of pixels is a whole number: divide with `//`, which rounds down."
    rounded = "Round down: the last step that does not fit as a whole is lost (`//`)."
    slips = [
        (
            "The first place is not counted: a kernel as large as the image still fits once, so add 1.",
            valid(lambda n, k, s, d: (n - covered(k, d)) // s),
        ),
        (
            "`dilation_rate` is not used. A dilated kernel covers d(k − 1) + 1 pixels, not k.",
            covering(lambda k, d: k),
        ),
        (covers.format("d·k"), covering(lambda k, d: d * k)),
        (covers.format("k + d"), covering(lambda k, d: k + d)),
        (covers.format("k + d − 1"), covering(lambda k, d: k + d - 1)),
        (early, valid(lambda n, k, s, d: (n - covered(k, d) + 1) // s)),
        (early, valid(lambda n, k, s, d: (n - k + 1) // s)),
        (
            "`stride` is not used: with stride s only every s-th place counts.",
            lambda n, k, s, p, d: output_size(n, k, 1, p, d),
        ),
        (rounded, valid(lambda n, k, s, d: math.ceil((n - covered(k, d)) / s) + 1)),
        (rounded, valid(lambda n, k, s, d: round((n - covered(k, d)) / s) + 1)),
        (divide, valid(lambda n, k, s, d: (n - covered(k, d)) / s + 1)),
        (divide, lambda n, k, s, p, d: n / s if p == "same" else (n - covered(k, d)) / s + 1),
        ('With padding "same" the stride still counts: ⌈size / stride⌉.', same(lambda n, k, s: n)),
        (
            'With padding "same" round up: ⌈size / stride⌉, as the first pixel always counts.',
            same(lambda n, k, s: n // s),
        ),
        (
            '`padding` is not used. With "same" the result has ⌈size / stride⌉ pixels.',
            lambda n, k, s, p, d: output_size(n, k, s, "valid", d),
        ),
    ]
    by_hand = {"size": 5, "kernel_size": 3}
    fixed = [
        {"size": 10, "kernel_size": 3, "stride": 4},
        {"size": 10, "kernel_size": 4, "stride": 4},
        {"size": 28, "kernel_size": 4, "dilation_rate": 3},
        {"size": 28, "kernel_size": 5, "padding": "same"},
        {"size": 13, "kernel_size": 3, "stride": 4, "padding": "same"},
    ]
    drawn = [
        {
            "size": int(rng.integers(20, 99)),
            "kernel_size": int(rng.integers(2, 6)),
            "stride": int(rng.integers(1, 5)),
            "padding": padding,
            "dilation_rate": int(rng.integers(1, 4)),
        }
        for padding in ("valid", "valid", "same", "valid")
    ]
    for case in drawn:
        if case["padding"] == "same":
            case["dilation_rate"] = 1
    same_answers(answer, output_size, [by_hand, *fixed, *drawn], slips=slips, whole=True)


@checker(
    hints=(
        "Begin with one filter that sees one channel: how many weights has its kernel?",
        "A filter has a kernel for every input channel and, besides, one single bias.",
        "Count one filter: rows × columns × channels weights and a bias. Then multiply by `filters`.",
    ),
    learned="The size of the image does not appear: the same weights are used at every place.",
)
def num_parameters(answer, rng):
    """Check `num_parameters(kernel_size, channels, filters)`: weights and biases of a convolution layer.

    Examples
    --------
    >>> num_parameters(lambda size, channels, filters: math.prod(size) * channels * filters).message
    'The biases are missing: one for each filter.'
    """

    def num_parameters(kernel_size, channels, filters):
        return (kernel_size[0] * kernel_size[1] * channels + 1) * filters

    image = (
        "The size of the image is counted. The same weights are used at every place, so it does not matter."
    )
    slips = [
        (
            "The biases are missing: one for each filter.",
            lambda k, c, f: k[0] * k[1] * c * f,
        ),
        (
            "The input channels are missing: a filter has a kernel of its own for each of them.",
            lambda k, c, f: (k[0] * k[1] + 1) * f,
        ),
        (
            "The input channels and the biases are missing: a filter has a kernel per channel, and a bias.",
            lambda k, c, f: k[0] * k[1] * f,
        ),
        (
            "This counts a bias for each channel. A filter adds up all channels first, then adds one bias.",
            lambda k, c, f: (k[0] * k[1] + 1) * c * f,
        ),
        (
            "This counts a bias for each weight. A filter has one single bias, added after the sum.",
            lambda k, c, f: 2 * k[0] * k[1] * c * f,
        ),
        (
            "This counts one bias in all. Each filter has its own.",
            lambda k, c, f: k[0] * k[1] * c * f + 1,
        ),
        (
            "The number of filters is missing: what you counted is one filter.",
            lambda k, c, f: k[0] * k[1] * c + 1,
        ),
        (
            "This is right for square kernels only: `kernel_size` is (rows, columns).",
            lambda k, c, f: num_parameters(k, c, f) if k[0] == k[1] else None,
        ),
    ]
    for side in (28, 32, 64, 96, 128, 256):  # the images of the course
        slips += [
            (image, lambda k, c, f, side=side: num_parameters(k, c, f) * side**2),
            (image, lambda k, c, f, side=side: k[0] * k[1] * c * f * side**2),
            (image, lambda k, c, f, side=side: (k[0] * k[1] * c + side**2) * f),
            (
                image,
                lambda k, c, f, side=side: num_parameters(k, c, f) * (side - k[0] + 1) * (side - k[1] + 1),
            ),
        ]
    by_hand = {"kernel_size": (2, 2), "channels": 3, "filters": 2}
    drawn = [
        {"kernel_size": size, "channels": int(rng.integers(2, 9)), "filters": int(rng.integers(3, 20))}
        for size in [(3, 3), (3, 5), (1, 7), (5, 5)]
    ]
    same_answers(answer, num_parameters, [by_hand, *drawn], slips=slips, whole=True)


@checker(
    hints=(
        "A layer without stride adds k − 1 pixels to what one unit sees. Why is it not k?",
        "After a stride of s, neighbors in the result are s input pixels apart, and later layers take steps "
        "of that size. Which strides does layer l stand on: its own, or those before it?",
        "Start with 1 pixel and a step of 1. For each layer add (k − 1) × step, then multiply the step "
        "by the layer's stride. At the end turn pixels into micrometres.",
    ),
    learned="Strides widen what all later layers see, so depth reaches far with small kernels.",
)
def receptive_field_um(answer, rng):
    """Check `receptive_field_um(kernel_sizes, strides, pixel_size_um)`: how much one unit sees, in µm.

    The layers are given first to last, and the receptive field is its extent along one axis.

    Examples
    --------
    >>> def sum_of_kernels(kernel_sizes, strides, pixel_size_um):
    ...     return sum(kernel_sizes) * pixel_size_um
    >>> receptive_field_um(sum_of_kernels).message
    'The kernel sizes are added up. But windows overlap: a layer adds k − 1 steps, not k.'
    """

    def receptive_field_um(kernel_sizes, strides, pixel_size_um):
        return pixels(kernel_sizes, strides) * pixel_size_um

    def pixels(kernel_sizes, strides, own=False):
        return 1 + sum((k - 1) * math.prod(strides[: layer + own]) for layer, k in enumerate(kernel_sizes))

    own = (
        "A layer's own stride widens only what later layers see: its step is the product of all strides "
        "before it."
    )
    slips = [
        (
            "This is in pixels. Multiply by `pixel_size_um`, the width of one pixel in micrometres.",
            lambda k, s, um: pixels(k, s),
        ),
        (
            "Pixels become micrometres by multiplying with `pixel_size_um`, not by dividing.",
            lambda k, s, um: pixels(k, s) / um,
        ),
        (
            "The kernel sizes are added up. But windows overlap: a layer adds k − 1 steps, not k.",
            lambda k, s, um: sum(k) * um,
        ),
        (
            "`strides` is not used: after a stride of s, later layers take steps of s pixels.",
            lambda k, s, um: (1 + sum(k) - len(k)) * um,
        ),
        (own, lambda k, s, um: (1 + sum((n - 1) * step for n, step in zip(k, s, strict=True))) * um),
        (own, lambda k, s, um: pixels(k, s, own=True) * um),
        (
            "Only the stride of the layer just before is used. But strides multiply: a layer's step is the "
            "product of all strides before it.",
            lambda k, s, um: (1 + sum((n - 1) * step for n, step in zip(k, [1, *s[:-1]], strict=True))) * um,
        ),
        (
            "The pixel to start from is missing: a unit without any layer sees 1 pixel.",
            lambda k, s, um: (pixels(k, s) - 1) * um,
        ),
        (
            "The strides are those of later layers here. Steps grow on the way in: use the layers before.",
            lambda k, s, um: pixels(k[::-1], s[::-1]) * um,
        ),
    ]
    by_hand = {"kernel_sizes": [5, 3, 2], "strides": [2, 3, 2], "pixel_size_um": 0.5}
    drawn = [
        {
            "kernel_sizes": [int(k) for k in rng.integers(2, 8, layers)],
            "strides": [int(s) for s in rng.integers(1, 4, layers)],
            "pixel_size_um": float(rng.integers(1, 9) / 16),
        }
        for layers in (1, 2, 3, 4)
    ]
    same_answers(answer, receptive_field_um, [by_hand, *drawn], slips=slips)
