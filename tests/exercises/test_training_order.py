"""The checkers of what a lost session must not change, and of when a training ends."""

import numpy as np
import pytest

from cellcnn_helpers.dataset import CellImageDataset
from cellcnn_helpers.exercises import training as check
from cellcnn_helpers.nn.results import History
from cellcnn_helpers.training._batches import make_batches
from cellcnn_helpers.training._session import Progress

# --- batch_rows -----------------------------------------------------------------------------------------


def rows_of(draw):
    """An answer whose order is drawn in another way."""

    def batch_rows(num_images, batch_size, seed, epoch, step):
        return draw(num_images, seed, epoch, step)[step * batch_size :][:batch_size]

    return batch_rows


def from_pair(num_images, seed, epoch, step):
    return np.random.default_rng((seed, epoch)).permutation(num_images)


def by_permutation(*source):
    return lambda n, *given: np.random.default_rng([given[index] for index in source]).permutation(n)


def one_after_another(num_images, seed, epoch, step):
    generator = np.random.default_rng(seed)
    for _ in range(epoch + 1):
        order = generator.permutation(num_images)
    return order


right_rows = rows_of(from_pair)


class TestBatchRows:
    @pytest.mark.parametrize(
        "answer", [right_rows, lambda *given: right_rows(*given).tolist(), rows_of(by_permutation(0, 1))]
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.batch_rows, answer)

    def test_the_right_one_is_the_order_of_train(self):
        """What is called right is what the course's own training does."""
        images = np.arange(20, dtype=np.uint8).reshape(20, 1, 1, 1)
        batches = make_batches(CellImageDataset(images, np.zeros(20, int), ["one"]), 6, 1, seed=5)
        batches.start(3)
        seen = [batches[step][0].ravel().astype(int) for step in range(len(batches))]
        np.testing.assert_array_equal(seen, [right_rows(20, 6, 5, 3, step) for step in range(3)])

    def test_stub_and_hints(self, assert_teaches):
        def batch_rows(num_images, batch_size, seed, epoch, step): ...

        assert_teaches(check.batch_rows, batch_rows)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (
                rows_of(lambda n, seed, epoch, step: from_pair(n, seed, 0, 0)),
                "Every epoch has the same order",
            ),
            (rows_of(by_permutation(0)), "Every epoch has the same order"),
            (rows_of(by_permutation(1)), "The seed is not used"),
            (
                rows_of(lambda n, seed, epoch, step: np.random.default_rng(seed + epoch).permutation(n)),
                "Seed and epoch are added",
            ),
            (
                rows_of(lambda n, seed, epoch, step: np.random.default_rng(seed * epoch).permutation(n)),
                "Seed and epoch are multiplied",
            ),
            (rows_of(one_after_another), "how much chance was used up"),
            (
                rows_of(lambda n, seed, epoch, step: np.random.default_rng(seed, epoch).permutation(n)),
                "as one pair: `default_rng((seed, epoch))`",
            ),
            (rows_of(by_permutation(1, 0)), "have changed places"),
            (
                rows_of(lambda n, seed, epoch, step: np.random.RandomState(seed).permutation(n)),
                "knows no epoch",
            ),
            (rows_of(by_permutation(0, 1, 2)), "depends on the step as well"),
            (
                lambda n, size, *given: np.random.default_rng(given).permutation(n)[:size],
                "depends on the step as well",
            ),
            (
                rows_of(lambda n, seed, epoch, step: np.random.default_rng((seed, epoch)).integers(0, n, n)),
                "with putting back",
            ),
            (rows_of(lambda n, *_: np.arange(n)), "in the order of the file"),
            (lambda n, size, seed, epoch, step: from_pair(n, seed, epoch, 0)[:size], "first batch at every"),
            (
                lambda n, size, seed, epoch, step: from_pair(n, seed, epoch, 0)[step : step + size],
                "The cut begins at `step`",
            ),
            (
                lambda n, size, seed, epoch, step: right_rows(n, size, seed, epoch, step + 1),
                "one batch too late",
            ),
            (lambda n, size, seed, epoch, step: from_pair(n, seed, epoch, 0), "This is the whole order"),
            (lambda *given: np.sort(right_rows(*given)), "The rows are sorted"),
            (lambda *given: right_rows(*given) + 0.0, "must be a whole number"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.batch_rows, answer, words)

    def test_chance_of_the_machine_is_not_right(self, assert_finds):
        chance = np.random.default_rng(7)
        assert_finds(check.batch_rows, lambda n, size, *_: chance.permutation(n)[:size], "is expected")


# --- early_stop -----------------------------------------------------------------------------------------


def stop_by_loop(val_losses, patience):
    kept = 1
    for epoch in range(1, len(val_losses) + 1):
        if val_losses[epoch - 1] < val_losses[kept - 1]:
            kept = epoch
        if epoch - kept >= patience:
            return epoch, kept
    return len(val_losses), kept


def stop_as_train(val_losses, patience):
    """The very code of `training.train`."""
    progress = Progress()
    for epoch, loss in enumerate(val_losses, start=1):
        progress.add({name: loss for name in History._fields}, epoch, 1)
        if progress.stopped(patience):
            break
    return progress.epochs, progress.epochs - progress.epochs_since_best()


def keeping(best):
    """The right number of epochs, and other weights."""

    def answer(losses, patience):
        trained, _ = stop_by_loop(losses, patience)
        return trained, best(losses, trained)

    return answer


def since_the_one_before(losses, patience):
    since = 0
    for epoch in range(2, len(losses) + 1):
        since = 0 if losses[epoch - 1] < losses[epoch - 2] else since + 1
        if since == patience:
            return epoch, int(np.argmin(losses[:epoch])) + 1
    return len(losses), int(np.argmin(losses)) + 1


def all_together(losses, patience):
    bad = 0
    for epoch in range(2, len(losses) + 1):
        bad += losses[epoch - 1] >= min(losses[: epoch - 1])
        if bad == patience:
            return epoch, int(np.argmin(losses[:epoch])) + 1
    return len(losses), int(np.argmin(losses)) + 1


def equal_is_better(losses, patience):
    kept = 1
    for epoch in range(1, len(losses) + 1):
        if losses[epoch - 1] <= losses[kept - 1]:
            kept = epoch
        if epoch - kept >= patience:
            return epoch, int(np.argmin(losses[:epoch])) + 1
    return len(losses), int(np.argmin(losses)) + 1


class TestEarlyStop:
    @pytest.mark.parametrize("answer", [stop_by_loop, stop_as_train])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.early_stop, answer)

    def test_stub_and_hints(self, assert_teaches):
        def early_stop(val_losses, patience): ...

        assert_teaches(check.early_stop, early_stop)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda losses, _: (len(losses), int(np.argmin(losses)) + 1), "never stops early"),
            (keeping(lambda losses, trained: trained), "the weights of the last epoch"),
            (since_the_one_before, "compared with the one before"),
            (
                lambda losses, patience: (
                    (trained := stop_by_loop(losses, patience + 1)[0]),
                    int(np.argmin(losses[:trained])) + 1,
                ),
                "one epoch late",
            ),
            (equal_is_better, "An equal loss is taken"),
            (keeping(lambda losses, n: n - int(np.argmin(losses[:n][::-1]))), "the later is kept"),
            (all_together, "All epochs without a new lowest"),
            (keeping(lambda losses, n: int(np.argmin(losses)) + 1), "nobody has seen it"),
            (keeping(lambda losses, n: int(np.argmin(losses[:n]))), "counted from 1"),
            (lambda *given: tuple(np.subtract(stop_by_loop(*given), 1)), "counted from 1"),
            (lambda *given: stop_by_loop(*given)[::-1], "have changed places"),
            (lambda *given: stop_by_loop(*given)[0], "Hand back 2 things"),
            (lambda losses, patience: (5, 3), "the answer of the first example"),
            (lambda *given: tuple(map(float, stop_by_loop(*given))), "whole number"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.early_stop, answer, words)

    def test_the_example_is_that_of_the_page(self):
        example = check.early_stop(lambda losses, patience: (6, 3)).example
        assert "val_losses = [0.9, 0.5, 0.4, 0.6, 0.5, 0.3]" in example
        assert example.endswith("expected as trained\n  5")
