"""Exercises on intensities: one range for all types, even illumination, one scale for training and test."""

import numpy as np

from ._compare import in_both_types, same_answers
from ._core import checker

PIXELS = (0, 1, 2)  # axes of images, rows and columns: one number for each channel is left


@checker(
    hints=(
        "Which stored number should become 1: the brightest of these pixels, or the brightest there can be?",
        "The type tells the largest number it holds, 255 for `uint8` and 65535 for `uint16`: NumPy's `iinfo` "
        "gives it for any type of whole numbers.",
        "Divide the images by `iinfo(images.dtype).max`, and change the result to `float32` by `.astype`.",
    ),
    learned="One number for all pictures: a faint cell stays fainter than a bright one.",
)
def scaled(answer, rng):
    """Check `scaled(images)`: `uint8` or `uint16` images as `float32`, the range of the type as 0 to 1.

    (batch, H, W, C) -> the same shape

    Examples
    --------
    >>> scaled(lambda images: (images / images.max()).astype(np.float32)).message[:41]
    'The brightest pixel of these images becom'
    """

    def scaled(images):
        return (images / np.iinfo(images.dtype).max).astype(np.float32)

    own = (
        "The brightest pixel of {} becomes 1, however dark it is. Then brightness cannot be compared any "
        "more: divide by the largest number of the type."
    )
    slips = [
        (own.format("these images"), lambda images: images / images.max()),
        (own.format("each image"), lambda images: images / images.max(axis=(1, 2, 3), keepdims=True)),
        (own.format("each channel"), lambda images: images / images.max(axis=(0, 1, 2))),
        (
            "This stretches from the darkest to the brightest pixel, so black is lost and brightness cannot "
            "be compared any more. Divide by the largest number of the type.",
            lambda images: (images - images.min()) / np.ptp(images),
        ),
        (
            "255 is the largest number of `uint8` only; that of `uint16` is 65535. Ask the type.",
            lambda images: images / 255,
        ),
        (
            "65535 is the largest number of `uint16` only; that of `uint8` is 255. Ask the type.",
            lambda images: images / 65535,
        ),
        (
            "255 should become exactly 1. There are 256 numbers, but the first is 0: divide by 255.",
            lambda images: images / (np.iinfo(images.dtype).max + 1),
        ),
        (
            "256 is how many numbers `uint8` has, and the largest is 255; that of `uint16` is 65535. Ask the "
            "type.",
            lambda images: images / 256,
        ),
        (
            "Nearly all values are 0 here: `//`, or changing back to whole numbers, cuts the fractions. "
            "Divide with `/`.",
            lambda images: images // np.iinfo(images.dtype).max,
        ),
        (
            "Only the type is changed. Divide by its largest number too.",
            lambda images: images,
        ),
    ]
    by_hand = {"images": np.array([[0, 51], [102, 204]], np.uint8).reshape(1, 2, 2, 1)}
    drawn = [
        {"images": rng.integers(low, high, (2, 2, 3, channels)).astype(dtype)}
        for low, high, dtype, channels in [
            (0, 60_000, np.uint16, 1),
            (20, 230, np.uint8, 3),
            (90, 4000, np.uint16, 2),
        ]
    ]
    full = {"images": np.array([0, 255, 65535], np.uint16).reshape(1, 1, 3, 1)}
    same_answers(answer, scaled, [by_hand, *drawn, full], slips=slips, same_dtype=True)


@checker(
    hints=(
        "What does the camera give without light? It is in the image and in the flat picture, and it is no "
        "light.",
        "Take `dark` from both, as `float`, since 5 − 10 does not fit into `uint8`. The ratio of the two "
        "is the same in bright and in weak illumination.",
        "(image − dark) divided by (flat − dark); then multiply by the mean of (flat − dark), one number, so "
        "that the grey values stay as large as they were.",
    ),
    learned="Illumination multiplies, the offset adds: subtract the one first, then divide by the other.",
)
def flat_field(answer, rng):
    """Check `flat_field(image, flat, dark)`: (image − dark) / (flat − dark) · mean(flat − dark), as floats.

    All three are (H, W) pictures of one camera, `uint8` or `uint16`.

    Examples
    --------
    >>> flat_field(lambda image, flat, dark: image / flat * flat.mean()).message
    '`dark` is not used. It is no light: take it from the image and from the flat picture.'
    """

    def flat_field(image, flat, dark):
        return corrected(image.astype(float), flat.astype(float), dark.astype(float))

    def corrected(image, flat, dark):  # whole numbers go round here
        return ratio(image, flat, dark) * (flat - dark).mean()

    def ratio(image, flat, dark):
        return (image - dark) / (flat - dark)

    def stored(values, dtype):
        return values.astype(np.int64).astype(dtype)  # goes round on every processor

    subtracted = "The flat picture is subtracted. Half the light gives half the grey value: divide."
    cut = (
        "The result is changed back to whole numbers, which have neither fractions nor a sign. Keep `float`."
    )
    slips = [
        (
            "The numbers went round: 5 − 10 is −5, but in `uint8` it is 251. Change the type before you "
            "subtract.",
            corrected,
        ),
        *in_both_types(
            [
                (
                    "`dark` is not used. It is no light: take it from the image and from the flat picture.",
                    lambda image, flat, dark: image / flat * flat.mean(),
                ),
                (
                    "`dark` is taken from the image only. It is in the flat picture too.",
                    lambda image, flat, dark: (image - dark) / flat * flat.mean(),
                ),
                (
                    "`dark` is taken from the image and the mean, but not from the flat picture you divide "
                    "by.",
                    lambda image, flat, dark: (image - dark) / flat * (flat - dark).mean(),
                ),
                (
                    "`dark` is taken from the flat picture only. It is in the image too.",
                    lambda image, flat, dark: image / (flat - dark) * (flat - dark).mean(),
                ),
                (
                    "The mean is that of `flat`, with the dark picture still in it. Take the mean of "
                    "flat − dark.",
                    lambda image, flat, dark: ratio(image, flat, dark) * flat.mean(),
                ),
                (
                    "The ratio is right, but its values are near 1. Multiply by the mean of flat − dark.",
                    ratio,
                ),
                (
                    "The ratio is multiplied by the brightest value of flat − dark. Take the mean.",
                    lambda image, flat, dark: ratio(image, flat, dark) * (flat - dark).max(),
                ),
                (
                    "The ratio is multiplied by flat − dark at each pixel, which undoes the division. Take "
                    "its mean, one number.",
                    lambda image, flat, dark: image - dark,
                ),
                (
                    "The ratio is multiplied by the mean of the image, so a picture with more cells gets "
                    "brighter. Take the mean of flat − dark.",
                    lambda image, flat, dark: ratio(image, flat, dark) * (image - dark).mean(),
                ),
                (subtracted, lambda image, flat, dark: image - flat + flat.mean()),
                (subtracted, lambda image, flat, dark: image - flat),
                (
                    "`dark` is added again. A place without light should be 0.",
                    lambda image, flat, dark: corrected(image, flat, dark) + dark,
                ),
            ],
            num_images=3,
        ),
        (
            "Values below `dark` are set to 0. Noise goes both ways: keep them negative.",
            lambda *pictures: np.maximum(flat_field(*pictures), 0),
        ),
        (cut, lambda image, flat, dark: stored(flat_field(image, flat, dark), image.dtype)),
        (cut, lambda image, flat, dark: stored(corrected(image, flat, dark), image.dtype)),
    ]
    by_hand = {
        "image": np.array([[35, 62], [85, 5]], np.uint8),
        "flat": np.array([[60, 112], [160, 110]], np.uint8),
        "dark": np.array([[10, 12], [10, 10]], np.uint8),
    }
    drawn = []
    for shape, dtype, level in [((3, 4), np.uint16, 3000), ((4, 2), np.uint8, 120), ((2, 5), np.uint16, 900)]:
        dark = rng.integers(level // 20, level // 10, shape)
        flat = dark + rng.integers(level // 3, level, shape)
        image = rng.integers(0, level, shape)
        image[0, 0] = 1  # below dark, whatever is drawn
        drawn.append({"image": image.astype(dtype), "flat": flat.astype(dtype), "dark": dark.astype(dtype)})
    same_answers(answer, flat_field, [by_hand, *drawn], slips=slips)


@checker(
    hints=(
        "Which pictures may the two numbers come from, if the test pictures are to be as unknown as in use?",
        "Each channel has a mean and a standard deviation of its own: take both over images, rows and "
        "columns, three axes in all.",
        "Compute them from `train_images` with `axis=(0, 1, 2)`; from `images` subtract the mean, then "
        "divide by the standard deviation.",
    ),
    learned="The same ruler for training and test: it is made from the training images only.",
)
def standardize(answer, rng):
    """Check `standardize(images, train_images)`: each channel by mean and std of the training images.

    (batch, H, W, C), (another batch, H, W, C) -> the shape of `images`

    Examples
    --------
    >>> standardize(lambda images, train_images: (images - images.mean()) / images.std()).message[:43]
    'These images are measured by their own mean'
    """

    def standardize(images, train_images):
        return (images - train_images.mean(PIXELS)) / train_images.std(PIXELS)

    def measured_on(images, source, axis, **how):
        return (images - source.mean(axis, **how)) / source.std(axis, **how)

    own = (
        "These images are measured by their own mean and standard deviation. Then a dark picture looks like "
        "a bright one, and test pictures know of each other: use `train_images`."
    )
    slips = [
        (own, lambda images, train: measured_on(images, images, PIXELS)),
        (own, lambda images, train: measured_on(images, images, None)),
        (
            "Each image is measured by itself. Use the mean and the standard deviation of `train_images`.",
            lambda images, train: measured_on(images, images, (1, 2, 3), keepdims=True),
        ),
        (
            "Each image is measured by itself. Use the mean and the standard deviation of `train_images`.",
            lambda images, train: measured_on(images, images, (1, 2), keepdims=True),
        ),
        (
            "Mean and standard deviation come from both sets together, so the training knows of the test "
            "images. Use `train_images` only.",
            lambda images, train: measured_on(images, np.concatenate([images, train]), PIXELS),
        ),
        (
            "This is one mean and one deviation for all channels. Leave the last axis: `axis=(0, 1, 2)`.",
            lambda images, train: measured_on(images, train, None),
        ),
        (
            "Each pixel has its own mean here. Take it over rows and columns too: `axis=(0, 1, 2)`.",
            lambda images, train: measured_on(images, train, 0),
        ),
        (
            "This divides by the variance. The standard deviation is its root: `std`.",
            lambda images, train: (images - train.mean(PIXELS)) / train.var(PIXELS),
        ),
        (
            "The standard deviation is missing: divide by it.",
            lambda images, train: images - train.mean(PIXELS),
        ),
        ("The mean is missing: subtract it first.", lambda images, train: images / train.std(PIXELS)),
        (
            "The mean is subtracted after the division. Subtract first, with brackets.",
            lambda images, train: images / train.std(PIXELS) - train.mean(PIXELS),
        ),
        (
            "The brackets are missing: without them only the mean is divided.",
            lambda images, train: images - train.mean(PIXELS) / train.std(PIXELS),
        ),
        (
            "The mean is that of the training images, but the deviation that of the images. Take both from "
            "`train_images`.",
            lambda images, train: (images - train.mean(PIXELS)) / images.std(PIXELS),
        ),
        (
            "The deviation is that of the training images, but the mean that of the images. Take both from "
            "`train_images`.",
            lambda images, train: (images - images.mean(PIXELS)) / train.std(PIXELS),
        ),
        (
            "`ddof=1` divides by one less than the number of pixels. Leave it out, then the training images "
            "get the deviation 1.",
            lambda images, train: (images - train.mean(PIXELS)) / train.std(PIXELS, ddof=1),
        ),
        (
            "The range is used in place of the standard deviation, so one odd pixel decides.",
            lambda images, train: (images - train.min(PIXELS)) / np.ptp(train, PIXELS),
        ),
        (
            "It is the training images that come back. Change `images`.",
            lambda images, train: measured_on(train, train, PIXELS),
        ),
    ]
    by_hand = {
        "images": np.array([8.0, 3]).reshape(1, 1, 2, 1),
        "train_images": np.array([0.0, 4, 4, 0]).reshape(2, 1, 2, 1),
    }
    drawn = []
    for num_images, num_train, channels in [(2, 3, 3), (3, 2, 2), (1, 4, 3)]:
        level, contrast = rng.uniform(20, 200, channels), rng.uniform(3, 20, channels)
        shapes = (num_images, 3, 2, channels), (num_train, 3, 2, channels)
        images, train = (rng.normal(level, contrast, shape) for shape in shapes)
        drawn.append({"images": (1.1 * images + 5).round(1), "train_images": train.round(1)})
    train = drawn[0]["train_images"]
    same_answers(
        answer, standardize, [by_hand, *drawn, {"images": train, "train_images": train}], slips=slips
    )
