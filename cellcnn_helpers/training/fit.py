"""One call that trains a model: Keras' own `fit`, made repeatable and able to go on after a lost session."""

import statistics

from .. import _checks
from ..nn._progress import progress_bar
from . import _arguments as check
from ._batches import make_batches
from ._compilation import compile_model, in_precision
from ._events import EventFiles
from ._session import Progress, Store, make_session
from .device import device_report, explained_memory
from .results import TrainingRun

__all__ = ["train"]

VALIDATION_BATCH = 256  # nothing is learned from it, so it may be larger than in training


def train(
    model,
    train,
    validation=None,
    *,
    epochs,
    batch_size=64,
    optimizer="adam",
    learning_rate=0.001,
    schedule=None,
    weight_decay=0.0,
    label_smoothing=0.0,
    class_weight=None,
    augment=None,
    patience=None,
    seed=0,
    checkpoint=None,
    log=None,
    tensorboard=None,
    mixed_precision=None,
    steps_per_execution="auto",
    jit_compile="auto",
    callbacks=(),
    verbose=True,
):
    """Train a model on images with known classes; the model itself changes.

    (batch, H, W, C) and (batch,) -> loss and accuracy per epoch

    Parameters
    ----------
    model : keras.Model
        Takes float32 images in [0, 1] and gives logits, as those of `cellcnn_helpers.models` do.
    train, validation : CellImageDataset or (images, labels)
        As stored: whole numbers are divided by the largest of their type, one batch at a time; floats lie in
        [0, 1]. `validation`, which is not trained on, is measured after each epoch.
    epochs : int
        How often every image is seen.
    batch_size : int
        Images per step. What is left over in an epoch, less than a batch, is not seen in it.
    optimizer : {"adam", "sgd"}
        "sgd" has a Nesterov momentum of 0.9.
    learning_rate : float
        Above 0; the highest one where there is a schedule.
    schedule : {"cosine"}, optional
        Rise from a tenth of the learning rate to all of it in the first tenth of the steps, then fall to 0
        along half a cosine. By default the rate stays.
    weight_decay : float
        Share of each kernel, times the learning rate, that every step takes away, at least 0. Biases and
        batch normalization are left alone.
    label_smoothing : float
        Share of each label that is spread over all classes, from 0 to below 1.
    class_weight : dict of int to float, optional
        How much an image of each class counts in the loss; 1 for a class not named.
    augment : callable, optional
        ``augment(images, rng)`` returns a changed copy of a batch, as stored, of its shape:
        `flips_and_turns`, or a function of your own around `cellcnn_helpers.images.augment`.
    patience : int, optional
        Stop after so many epochs without a new lowest `val_loss`. Training, stopped or not, then ends with
        the weights of the epoch where it was lowest. Needs `validation`.
    seed : int
        Draws the order of the images and what `augment` does. The first weights are those of the model.
    checkpoint : str or Path, optional
        A file, usually ``.npz``, replaced in one go after each epoch. A training that was lost goes on there
        when the same call is made again, as if nothing had happened; one that was finished is only read.
    log : str or Path, optional
        A ``.csv`` file of one row per epoch.
    tensorboard : str or Path, optional
        A folder for this training alone, made where it is not there. Its files, in `train` and `validation`,
        grow by each epoch; ``tensorboard --logdir`` with it, or with the folder above, draws the curves.
    mixed_precision : {"float16", "bfloat16"}, optional
        Compute in half the bits and keep weights and the last layer in float32: faster on a GPU, slower on a
        CPU. "float16" scales the loss, so that small gradients are not lost.
    steps_per_execution : int or "auto"
        Steps that Keras takes before it returns to Python. "auto" is 16 on TensorFlow and 1 elsewhere.
    jit_compile : bool or "auto"
        Compile by XLA. "auto" does so on a GPU and on JAX.
    callbacks : sequence of keras.callbacks.Callback
        More to do, for example ``keras.callbacks.TerminateOnNaN()``.
    verbose : bool
        Show the progress where someone can watch it: in a terminal, in JupyterLab or in Colab.

    Returns
    -------
    TrainingRun
        Named tuple of `history`, `seconds`, `images_per_second` and `device`.

    Raises
    ------
    TypeError, ValueError
        Where an argument does not fit, where training diverges, or where `checkpoint` is damaged or of a
        training with other arguments.
    MemoryError
        If a batch is too large for the device; the message names a smaller one. On JAX's CPU a convolution
        does not tell that this is why it failed: there its own error comes, "YNNPACK operation failed".

    See Also
    --------
    cellcnn_helpers.models : Builders of models.
    device_report : On what it runs.

    Notes
    -----
    The order of the images and their changes depend on `seed` and on the number of the epoch alone, so every
    backend sees the same batches. The same seed gives the same weights on the same processor; a GPU may add
    numbers in another order each time.

    Every call starts a new optimizer on the weights that the model has.

    What `tensorboard` names is written without TensorBoard and TensorFlow, so on every backend; only looking
    at it needs TensorBoard. Keras' own callback for it needs both installed, on every backend.

    Examples
    --------
    >>> from cellcnn_helpers import models, simulate, training
    >>> cells = simulate.simulate_cells(32, seed=0)
    >>> model = models.small_cnn(cells.images.shape[1:], len(cells.class_names), standardize=cells)
    >>> run = training.train(model, cells, epochs=2, batch_size=16, augment=training.flips_and_turns)
    >>> len(run.history.loss)
    2
    """
    check.model(model)
    train = check.dataset("train", train, model)
    validation = None if validation is None else check.dataset("validation", validation, model)
    weights = check.class_weights(class_weight, model.outputs[0].shape[1])
    settings = check.settings(
        epochs=epochs,
        batch_size=batch_size,
        optimizer=optimizer,
        learning_rate=learning_rate,
        schedule=schedule,
        weight_decay=weight_decay,
        label_smoothing=label_smoothing,
        class_weight=weights,
        augment=augment,
        patience=patience,
        seed=seed,
        mixed_precision=mixed_precision,
    )
    if patience is not None and validation is None:
        check.refuse_patience(patience)
    checkpoint, log = check.file("checkpoint", checkpoint), check.file("log", log)
    tensorboard = check.folder("tensorboard", tensorboard)
    verbose = _checks.boolean("verbose", verbose)
    one_hot = {"num_classes": model.outputs[0].shape[1] if label_smoothing else None}
    batches = make_batches(
        train,
        batch_size,
        check.scale("train", train),
        seed=seed,
        augment=check.augment(augment),
        weights=weights,
        **one_hot,
    )
    validation_batches = None
    if validation is not None:
        scale = check.scale("validation", validation)
        validation_batches = make_batches(validation, max(batch_size, VALIDATION_BATCH), scale, **one_hot)
    num_steps = epochs * len(batches)
    steps_per_execution = check.steps_at_once(steps_per_execution, len(batches))

    device = device_report().device
    with in_precision(model, mixed_precision), explained_memory(batch_size, len(train.images), device):
        compile_model(
            model, settings, num_steps, steps_per_execution=steps_per_execution, jit_compile=jit_compile
        )
        store = Store(checkpoint, model, settings, train, validation) if checkpoint else None
        progress = (store and store.read()) or Progress()
        if progress.epochs < epochs and not progress.stopped(patience):
            with progress_bar(num_steps, verbose=verbose) as bar:
                events = EventFiles(tensorboard, progress) if tensorboard else None
                session = make_session(progress, batches, bar, settings, store=store, log=log, events=events)
                model.fit(
                    batches,
                    validation_data=validation_batches,
                    epochs=epochs,
                    initial_epoch=progress.epochs,
                    callbacks=[session, *callbacks],
                    shuffle=False,  # the batches come in an order of their own
                    verbose=0,
                )
        if patience is not None:
            model.set_weights(progress.best)
    seconds = statistics.median(progress.training_seconds[1:] or progress.training_seconds)
    return TrainingRun(progress.history, progress.seconds, batches.num_images / seconds, device)
