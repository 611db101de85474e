"""Exercises on what a lost session must not change: which images a step sees, and when a training ends."""

import numpy as np

from ._compare import same_answers
from ._core import Finding, checker

NAN = np.nan  # in a slip: any value agrees


@checker(
    hints=(
        "Somebody asks for batch 7 of epoch 3 and nothing else. What must the order depend on?",
        "Give the random generator the seed and the number of the epoch together, as a pair. Then every "
        "epoch has an order of its own, and it is the same whenever it is asked for.",
        "Make the order of all images, and cut out the rows from step · batch_size to (step + 1) · "
        "batch_size.",
    ),
    learned="An order that follows from seed and epoch can be made again anywhere, after any loss.",
)
def batch_rows(answer, rng):
    """Check `batch_rows(num_images, batch_size, seed, epoch, step)`: which images one step sees.

    The order of an epoch is that of ``default_rng((seed, epoch)).permutation(num_images)``.

    Examples
    --------
    >>> def by_seed(num_images, batch_size, seed, epoch, step):
    ...     order = np.random.default_rng(seed).permutation(num_images)
    ...     return order[step * batch_size : (step + 1) * batch_size]
    >>> batch_rows(by_seed).message
    'Every epoch has the same order. Give the generator the epoch too: `(seed, epoch)`.'
    """

    def cut(order, batch_size, step):
        return order[step * batch_size : (step + 1) * batch_size]

    def ordered(draw):
        """A slip in how the order is made."""
        return lambda n, size, seed, epoch, step: cut(draw(n, seed, epoch, step), size, step)

    def batch_rows(num_images, batch_size, seed, epoch, step):
        return cut(np.random.default_rng((seed, epoch)).permutation(num_images), batch_size, step)

    def permuted(*source):
        return np.random.default_rng(source[0] if len(source) == 1 else source).permutation

    def one_after_another(n, seed, epoch, step):
        generator = np.random.default_rng(seed)
        return [generator.permutation(n) for _ in range(epoch + 1)][-1]

    def drawn_anew(n, size, seed, epoch, step):
        return permuted(seed, epoch, step)(n)[:size]

    slips = [
        (
            "Every epoch has the same order. Give the generator the epoch too: `(seed, epoch)`.",
            ordered(lambda n, seed, epoch, step: permuted(seed)(n)),
        ),
        (
            "The seed is not used: every training would have the same orders.",
            ordered(lambda n, seed, epoch, step: permuted(epoch)(n)),
        ),
        (
            "Seed and epoch are added, so epoch 1 of seed 0 is epoch 0 of seed 1. Give them as a pair.",
            ordered(lambda n, seed, epoch, step: permuted(seed + epoch)(n)),
        ),
        (
            "Seed and epoch are multiplied: with seed 0 every epoch would have the same order. Give them as "
            "a pair.",
            ordered(lambda n, seed, epoch, step: permuted(seed * epoch)(n)),
        ),
        (
            "One generator draws the orders of all epochs: each depends on how much chance was used up "
            "before. Make a new one for each epoch, from the pair `(seed, epoch)`.",
            ordered(one_after_another),
        ),
        (
            "`np.random.seed` knows no epoch, so every epoch has the same order. Make a new generator: "
            "`np.random.default_rng((seed, epoch))`.",
            ordered(lambda n, seed, epoch, step: np.random.RandomState(seed).permutation(n)),
        ),
        (
            "Seed and epoch have changed places: `(seed, epoch)`.",
            ordered(lambda n, seed, epoch, step: permuted(epoch, seed)(n)),
        ),
        (
            "The order depends on the step as well, so images are seen twice in an epoch, and others not at "
            "all.",
            ordered(lambda n, seed, epoch, step: permuted(seed, epoch, step)(n)),
        ),
        (
            "The order depends on the step as well, so images are seen twice in an epoch, and others not at "
            "all.",
            drawn_anew,
        ),
        (
            "These are drawn with putting back, so an image may come twice. Take `permutation`.",
            lambda n, size, seed, epoch, step: cut(
                np.random.default_rng((seed, epoch)).integers(0, n, n), size, step
            ),
        ),
        (
            "These rows are in the order of the file. Take them from the permutation.",
            lambda n, size, seed, epoch, step: cut(np.arange(n), size, step),
        ),
        (
            "This is the first batch at every step. Cut at step · batch_size.",
            lambda n, size, seed, epoch, step: permuted(seed, epoch)(n)[:size],
        ),
        (
            "The cut begins at `step`. It begins at step · batch_size.",
            lambda n, size, seed, epoch, step: permuted(seed, epoch)(n)[step : step + size],
        ),
        (
            "Steps are counted from 0 here, so that step 0 has the first rows.",
            lambda n, size, seed, epoch, step: cut(permuted(seed, epoch)(n), size, step - 1),
        ),
        (
            "This is one batch too late: steps are counted from 0.",
            lambda n, size, seed, epoch, step: cut(permuted(seed, epoch)(n), size, step + 1),
        ),
        (
            "This is the whole order. Cut out the rows of this step.",
            lambda n, size, seed, epoch, step: permuted(seed, epoch)(n),
        ),
        (
            "The rows are sorted. The network would not mind; but give them as they were drawn.",
            lambda n, size, seed, epoch, step: np.sort(cut(permuted(seed, epoch)(n), size, step)),
        ),
    ]
    by_hand = {"num_images": 6, "batch_size": 2, "seed": 1, "epoch": 2, "step": 1}
    drawn = [
        {
            "num_images": int(rng.integers(20, 30)),
            "batch_size": int(rng.integers(4, 7)),
            "seed": int(rng.integers(4, 50)),
            "epoch": epoch,
            "step": step,
        }
        for epoch, step in [(0, 0), (1, 2), (3, 1), (2, 3)]
    ]
    try:
        same_answers(answer, batch_rows, [by_hand, *drawn], slips=slips, whole=True)
    except Finding as finding:
        if "default_rng() takes" not in finding.message:
            raise
        raise Finding(
            f"{finding.message} Give seed and epoch as one pair: `default_rng((seed, epoch))`.",
            finding.example,
        ) from None


@checker(
    hints=(
        "Go through the losses one after the other, and remember the lowest so far and its epoch.",
        "After each epoch count how many have passed since the lowest. As soon as there are `patience` of "
        "them, training ends. An equal loss is not a new lowest.",
        "Hand back two numbers: how many epochs were trained, and which of them, counted from 1, had the "
        "lowest loss. If patience never runs out, all epochs are trained.",
    ),
    learned="Patience decides when to stop looking; what is kept is the best that was seen.",
)
def early_stop(answer, rng):
    """Check `early_stop(val_losses, patience)`: how many epochs are trained, and the weights of which stay.

    Examples
    --------
    >>> early_stop(lambda val_losses, patience: (len(val_losses), 3)).message
    'The training never stops early. It ends as soon as `patience` epochs brought no new lowest loss.'
    """

    def stop(losses, patience, *, is_better=lambda loss, best: loss < best, reference=None, late=0):
        """How many epochs are trained; `reference` picks what a loss is compared with."""
        since, best = 0, losses[0]
        for epoch, loss in enumerate(losses[1:], start=2):
            compared = losses[epoch - 2] if reference == "before" else best
            since = 0 if is_better(loss, compared) else since + 1
            best = min(best, loss)
            if since >= patience + late:
                return epoch
        return len(losses)

    def kept(losses, trained):
        return int(np.argmin(losses[:trained])) + 1

    def early_stop(val_losses, patience):
        trained = stop(val_losses, patience)
        return trained, kept(val_losses, trained)

    def slip(trained=stop, best=kept):
        def wrong(losses, patience):
            number = trained(losses, patience)
            return number, best(losses, number)

        return wrong

    def changed(**options):
        return slip(lambda losses, patience: stop(losses, patience, **options))

    def in_all(losses, patience):
        """Epochs without a new lowest are counted together, though a new lowest lies between."""
        since, best = 0, losses[0]
        for epoch, loss in enumerate(losses[1:], start=2):
            since += not loss < best
            best = min(best, loss)
            if since >= patience:
                return epoch
        return len(losses)

    never = "The training never stops early. It ends as soon as `patience` epochs brought no new lowest loss."
    zero = "Epochs are counted from 1 here, in both numbers."
    slips = [
        (never, lambda losses, patience: (len(losses), NAN)),
        (
            "These are the weights of the last epoch. Those of the lowest loss are kept.",
            slip(best=lambda losses, trained: trained),
        ),
        (
            "Each loss is compared with the one before. Compare it with the lowest so far.",
            changed(reference="before"),
        ),
        ("This stops one epoch late: it waits until more than `patience` have passed.", changed(late=1)),
        ("This stops one epoch early.", changed(late=-1)),
        (
            "An equal loss is taken for a new lowest. Only a lower one is.",
            changed(is_better=lambda loss, best: loss <= best),
        ),
        (
            "Of two equal losses the later is kept. Keep the first: the second was no new lowest.",
            slip(best=lambda losses, n: n - int(np.argmin(losses[:n][::-1]))),
        ),
        (
            "All epochs without a new lowest are counted together. A new lowest sets the count back to 0.",
            slip(in_all),
        ),
        (
            "The lowest of all losses is kept, but training has ended before it: nobody has seen it.",
            slip(best=lambda losses, trained: int(np.argmin(losses)) + 1),
        ),
        (zero, slip(best=lambda losses, n: kept(losses, n) - 1)),
        (zero, lambda losses, patience: (early_stop(losses, patience)[0] - 1, NAN)),
        ("The two numbers have changed places.", lambda losses, patience: early_stop(losses, patience)[::-1]),
        (
            "The loss is not asked for, but its epoch.",
            slip(best=lambda losses, n: min(losses[:n])),
        ),
        (
            "This takes the highest for the best. A loss is good where it is low.",
            slip(
                lambda losses, patience: stop([-loss for loss in losses], patience),
                lambda losses, n: int(np.argmax(losses[:n])) + 1,
            ),
        ),
    ]
    by_hand = {"val_losses": [0.9, 0.5, 0.4, 0.6, 0.5, 0.3], "patience": 2}
    written = [
        {"val_losses": [0.9, 0.7, 0.8, 0.6, 0.7, 0.5, 0.6, 0.5, 0.7, 0.4], "patience": 3},
        {"val_losses": [0.5, 0.4, 0.3, 0.2], "patience": 1},
        {"val_losses": [0.8, 0.6, 0.9, 0.5, 0.8, 0.7, 0.4, 0.6], "patience": 4},
    ]
    drawn = [
        {
            "val_losses": [
                float(loss) for loss in rng.integers(10, 30, 12) / 20 + np.linspace(1, 0, 12).round(2)
            ],
            "patience": patience,
        }
        for patience in (1, 2, 3)
    ]
    same_answers(
        answer, early_stop, [by_hand, *written, *drawn], slips=slips, whole=True, parts=("trained", "kept")
    )
