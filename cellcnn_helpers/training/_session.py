"""What happens around the epochs of Keras' `fit`: counting, keeping, stopping, showing."""

import csv
import io
import math
import time

import numpy as np

from .. import _files
from ..nn._progress import describe
from ..nn.results import History
from . import _checkpoint
from ._batches import fingerprint


class Progress:
    """How far a training has come: what the epochs gave, and the best weights where it watches for them."""

    def __init__(self, history=((), (), (), ()), seconds=(), training_seconds=()):
        self.history = History(*(list(values) for values in history))
        self.seconds = list(seconds)
        self.training_seconds = list(training_seconds)
        self.best = []

    @property
    def epochs(self):
        return len(self.seconds)

    def results(self):
        """The numbers, for JSON: the arguments that make the same again."""
        return {
            "history": self.history,
            "seconds": self.seconds,
            "training_seconds": self.training_seconds,
        }

    def epochs_since_best(self):
        return self.epochs - 1 - int(np.argmin(self.history.val_loss))

    def stopped(self, patience):
        return patience is not None and self.epochs > 0 and self.epochs_since_best() >= patience

    def add(self, logs, seconds, training_seconds):
        names = History._fields if "val_loss" in logs else History._fields[:2]
        for name in names:
            getattr(self.history, name).append(float(logs[name]))
        self.seconds.append(seconds)
        self.training_seconds.append(training_seconds)


class Store:
    """The checkpoint of one training: where it lies, and what its variables are."""

    def __init__(self, path, model, settings, train, validation):
        import keras

        self.path, self.model = path, model
        self.settings = settings | {
            "train": fingerprint(train),
            "validation": None if validation is None else fingerprint(validation),
            "backend": keras.backend.backend(),
        }

    def variables(self):
        """All that training changes, the states of random layers included, in an order of its own."""
        model = self.model
        model.optimizer.build(model.trainable_variables)
        return [*model.variables, *model.optimizer.variables]

    def write(self, progress):
        values = [variable.numpy() for variable in self.variables()]
        _checkpoint.write(self.path, self.settings, progress.results(), values, progress.best)

    def read(self):
        """Bring the model to where the file tells that it was; return the progress, or None."""
        variables = self.variables()
        found = _checkpoint.read(self.path, self.settings, [tuple(variable.shape) for variable in variables])
        if found is None:
            return None
        results, values, best = found
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        progress = Progress(**results)
        progress.best = best
        return progress


def make_session(progress, batches, bar, settings, *, store, log, events):
    """Return the Keras callback that keeps `progress` during a `fit` on `batches`."""
    import keras

    patience, steps = settings["patience"], len(batches)

    class Session(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.start = time.perf_counter() - (progress.seconds[-1] if progress.seconds else 0)
            bar.update(progress.epochs * steps)

        def on_epoch_begin(self, epoch, logs=None):
            batches.start(epoch)
            bar.set_description_str(f"epoch {epoch + 1}/{self.params['epochs']} ")
            self.epoch_start, self.trained = time.perf_counter(), None

        def on_train_batch_end(self, batch, logs=None):
            done = min(batch + 1, steps)  # Keras counts to the end of its last execution, which may be short
            bar.update(progress.epochs * steps + done - bar.n)

        def on_test_begin(self, logs=None):
            self.trained = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            now = time.perf_counter()
            if not math.isfinite(logs["loss"]):
                raise ValueError(
                    f"`learning_rate` is too high: got learning_rate={settings['learning_rate']:g}, and the "
                    f"loss of epoch {epoch + 1} is {logs['loss']}.\nGive a third of it."
                )
            progress.add(logs, now - self.start, (self.trained or now) - self.epoch_start)
            bar.set_postfix_str(describe(progress.history))
            if patience is not None:
                if progress.epochs_since_best() == 0:
                    progress.best = self.model.get_weights()
                self.model.stop_training = progress.stopped(patience)
            if store is not None:
                store.write(progress)
            if log is not None:
                write_log(log, progress)
            if events is not None:
                events.update()

    return Session()


def write_log(path, progress):
    """Write the history as a table, one row for each epoch, in one go."""
    columns = {name: values for name, values in progress.history._asdict().items() if values}
    columns |= {"seconds": progress.seconds}
    rows = enumerate(zip(*columns.values(), strict=True), start=1)
    text = io.StringIO()
    csv.writer(text).writerows([["epoch", *columns], *([epoch, *values] for epoch, values in rows)])
    with _files.replacing(path) as file:
        file.write(text.getvalue().encode())
