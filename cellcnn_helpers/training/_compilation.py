"""How a model learns: its loss, its optimizer with a schedule, and the precision of its numbers."""

import contextlib

SHARE_OF_RISE = 10  # the learning rate rises during the first tenth of all steps
MOMENTUM = 0.9


def compile_model(model, settings, num_steps, **options):
    """Compile the model for a training of so many steps."""
    import keras

    optimizer = make_optimizer(settings, num_steps)
    if settings["mixed_precision"] == "float16":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    smoothing = settings["label_smoothing"]
    if smoothing:
        loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)
    else:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"], **options)


def make_optimizer(settings, num_steps):
    """Return the Keras optimizer of the settings."""
    import keras

    rate, decay = settings["learning_rate"], settings["weight_decay"]
    if settings["schedule"] == "cosine":
        rise = num_steps // SHARE_OF_RISE
        warmup = {"warmup_target": rate, "warmup_steps": rise} if rise else {}
        start = rate / SHARE_OF_RISE if rise else rate
        rate = keras.optimizers.schedules.CosineDecay(start, num_steps - rise, **warmup)
    if settings["optimizer"] == "sgd":
        optimizer = keras.optimizers.SGD(rate, momentum=MOMENTUM, nesterov=True, weight_decay=decay or None)
    else:
        optimizer = keras.optimizers.Adam(rate, weight_decay=decay or None)
    if decay:
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


@contextlib.contextmanager
def in_precision(model, kind):
    """Return a context in which all layers but the last compute in half the bits; with None all stay."""
    layers = [] if kind is None else model.layers[:-1]
    before = [layer.dtype_policy for layer in layers]
    for layer in layers:
        layer.dtype_policy = f"mixed_{kind}"
    try:
        yield
    finally:
        for layer, policy in zip(layers, before, strict=True):
            layer.dtype_policy = policy
