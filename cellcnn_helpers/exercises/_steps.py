"""What the exercises on optimizers share: words, and arguments drawn so that no slip is hidden."""

UPHILL = "This walks uphill: the gradient points to where the loss grows. Subtract."


def drawn_arrays(rng, *names):
    """An array of one decimal for each name, all of one shape drawn here; no number is near 0."""
    shape = (int(rng.integers(2, 4)), int(rng.integers(2, 4)))
    return {name: rng.choice([-1, 1], shape) * rng.uniform(0.3, 3, shape).round(1) for name in names}


def drawn_share(rng):
    """A share of the past, from 0.6 to 0.9, so that it cannot be taken for the rest."""
    return float(rng.integers(60, 91) / 100)


def drawn_rate(rng):
    return float(rng.integers(5, 60) / 100)


def swapped(*parts):
    return parts[::-1]
