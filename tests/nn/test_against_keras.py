"""The same numbers as Keras on TensorFlow: layers forward and backward, losses, optimizers, a whole network.

One file, so that Keras is imported once. Layers are compared in float64; losses, optimizers and networks in
float32, as Keras runs them.
"""

import numpy as np
import pytest

from cellcnn_helpers import nn

RNG = np.random.default_rng(0)
EXACT = dict(rtol=1e-10, atol=1e-10)  # float64: only the order of additions differs


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


@pytest.fixture(scope="module")
def tf(keras):
    import tensorflow

    return tensorflow


def forward_and_gradients(tf, function, dy, *inputs):
    """TensorFlow's output, and its gradients for the gradient `dy` of the output; None stands for 1."""
    inputs = [tf.constant(x) for x in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        y = function(*inputs)
    return y.numpy(), [tf.convert_to_tensor(g).numpy() for g in tape.gradient(y, inputs, output_gradients=dy)]


def assert_all_close(ours, theirs, **tolerance):
    assert len(ours) == len(theirs)
    for our, their in zip(ours, theirs, strict=True):
        assert our.shape == their.shape
        np.testing.assert_allclose(our, their, **tolerance)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    "image_size, kernel_size, strides, dilation_rate",
    [
        ((9, 7), (3, 3), 1, 1),
        ((9, 7), (2, 4), 1, 1),
        ((9, 7), (1, 1), 1, 1),
        ((10, 9), (3, 2), 2, 1),
        ((10, 10), (3, 3), 3, 1),
        ((12, 11), (3, 2), 1, (2, 3)),
        ((12, 12), (5, 5), 4, 1),
    ],
)
@pytest.mark.parametrize("channels", [3, 8])
def test_convolution(keras, tf, image_size, kernel_size, strides, dilation_rate, channels, padding):
    # Keras takes neither uneven strides in gradients on a CPU nor strides together with dilation.
    settings = dict(strides=strides, padding=padding, dilation_rate=dilation_rate)
    x, kernel = (
        RNG.standard_normal((2, *image_size, channels)),
        RNG.standard_normal((*kernel_size, channels, 4)),
    )
    y = nn.conv2d(x, kernel, **settings)
    dy = RNG.standard_normal(y.shape)
    theirs, gradients = forward_and_gradients(
        tf, lambda x, kernel: keras.ops.conv(x, kernel, **settings), dy, x, kernel
    )
    assert_all_close([y, nn.conv2d_loops(x, kernel, **settings)], [theirs] * 2, **EXACT)
    assert_all_close(nn.conv2d_backward(dy, x, kernel, **settings)[:2], gradients, **EXACT)


def test_convolution_with_a_kernel_larger_than_the_image(keras, tf):
    x, kernel = RNG.standard_normal((2, 3, 4, 2)), RNG.standard_normal((7, 6, 2, 3))
    dy = RNG.standard_normal((2, 3, 4, 3))
    theirs, gradients = forward_and_gradients(
        tf, lambda x, kernel: keras.ops.conv(x, kernel, padding="same"), dy, x, kernel
    )
    np.testing.assert_allclose(nn.conv2d(x, kernel, padding="same"), theirs, **EXACT)
    assert_all_close(nn.conv2d_backward(dy, x, kernel, padding="same")[:2], gradients, **EXACT)


def test_convolution_in_float32(keras):
    x = RNG.standard_normal((4, 16, 16, 8), dtype=np.float32)
    kernel = RNG.standard_normal((5, 5, 8, 4), dtype=np.float32)
    theirs = keras.ops.convert_to_numpy(keras.ops.conv(x, kernel, padding="same"))
    for form in nn.conv2d, nn.conv2d_fft:
        # sums of 200 products of size 1, each rounded to 6e-8
        np.testing.assert_allclose(form(x, kernel, padding="same"), theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("pool_size, strides", [(2, 2), (3, 2), (2, 1), ((3, 2), 2)])
@pytest.mark.parametrize("name", ["max_pool", "average_pool"])
def test_pooling(keras, tf, name, pool_size, strides, padding):
    settings = dict(strides=strides, padding=padding)
    x = RNG.standard_normal((2, 9, 8, 3)) - 2
    pool, backward = getattr(nn, f"{name}2d"), getattr(nn, f"{name}2d_backward")
    y = pool(x, pool_size, **settings)
    dy = RNG.standard_normal(y.shape)
    theirs, gradients = forward_and_gradients(
        tf, lambda x: getattr(keras.ops, name)(x, pool_size, **settings), dy, x
    )
    np.testing.assert_allclose(y, theirs, **EXACT)
    assert_all_close(backward(dy, x, pool_size, **settings), gradients, **EXACT)


def test_ties_of_max_pooling(keras, tf):
    x = RNG.integers(0, 3, (2, 8, 8, 2)).astype(np.float64)
    dy = RNG.standard_normal((2, 4, 4, 2))
    _, gradients = forward_and_gradients(tf, lambda x: keras.ops.max_pool(x, 2, 2), dy, x)
    np.testing.assert_array_equal(nn.max_pool2d_backward(dy, x).dx, gradients[0])


@pytest.mark.parametrize("name", ["relu", "sigmoid", "softmax"])
def test_activations(keras, tf, name):
    x, dy = RNG.standard_normal((2, 6, 5)) * 5, RNG.standard_normal((6, 5))
    x = np.concatenate([x[0], [[0.0] * 5]])
    dy = np.concatenate([dy, [[1.0] * 5]])
    theirs, gradients = forward_and_gradients(tf, getattr(keras.ops, name), dy, x)
    np.testing.assert_allclose(getattr(nn, name)(x), theirs, **EXACT)
    assert_all_close(getattr(nn, f"{name}_backward")(dy, x), gradients, **EXACT)


def test_dense(keras, tf):
    x, kernel, bias = RNG.standard_normal((5, 4)), RNG.standard_normal((4, 3)), RNG.standard_normal(3)
    dy = RNG.standard_normal((5, 3))
    theirs, gradients = forward_and_gradients(
        tf, lambda x, kernel, bias: keras.ops.matmul(x, kernel) + bias, dy, x, kernel, bias
    )
    np.testing.assert_allclose(nn.dense(x, kernel, bias), theirs, **EXACT)
    assert_all_close(nn.dense_backward(dy, x, kernel), gradients, **EXACT)


def test_losses(keras, tf):
    labels, logits = np.array([2, 0, 1, 1]), RNG.standard_normal((4, 3)).astype(np.float32)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    theirs, gradients = forward_and_gradients(tf, lambda logits: loss(labels, logits), None, logits)
    ours = nn.softmax_cross_entropy(labels, logits)
    # float32: Keras computes losses in it
    assert ours.loss == pytest.approx(float(theirs), rel=1e-6)
    np.testing.assert_allclose(ours.gradient, gradients[0], rtol=1e-5, atol=1e-7)
    targets = RNG.standard_normal((4, 3)).astype(np.float32)
    mean = keras.losses.MeanSquaredError()
    theirs, gradients = forward_and_gradients(tf, lambda p: mean(targets, p), None, logits)
    ours = nn.mean_squared_error(targets, logits)
    assert ours.loss == pytest.approx(float(theirs), rel=1e-6)
    np.testing.assert_allclose(ours.gradient, gradients[0], rtol=1e-5, atol=1e-7)


def test_weights_of_rows_in_the_loss(keras, tf):
    labels, logits = np.array([2, 0, 1, 1]), RNG.standard_normal((4, 3)).astype(np.float32)
    weights = np.array([1, 0, 5, 0.3], np.float32)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    theirs, gradients = forward_and_gradients(
        tf, lambda logits: loss(labels, logits, sample_weight=weights), None, logits
    )
    ours = nn.softmax_cross_entropy(labels, logits, sample_weight=weights)
    assert ours.loss == pytest.approx(float(theirs), rel=1e-6)
    np.testing.assert_allclose(ours.gradient, gradients[0], rtol=1e-5, atol=1e-7)


SCHEDULES = {
    "exponential": ("ExponentialDecay", dict(initial_learning_rate=0.1, decay_steps=10, decay_rate=0.5)),
    "staircase": (
        "ExponentialDecay",
        dict(initial_learning_rate=0.1, decay_steps=7, decay_rate=0.5, staircase=True),
    ),
    "cosine": ("CosineDecay", dict(initial_learning_rate=0.1, decay_steps=20)),
    "cosine to alpha": ("CosineDecay", dict(initial_learning_rate=0.1, decay_steps=20, alpha=0.1)),
    "cosine with warm-up": (
        "CosineDecay",
        dict(initial_learning_rate=0.01, decay_steps=15, alpha=0.1, warmup_target=0.1, warmup_steps=6),
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_25_steps_of_a_schedule(keras, name):
    class_name, settings = SCHEDULES[name]
    ours = getattr(nn, class_name)(**settings)
    theirs = getattr(keras.optimizers.schedules, class_name)(**settings)
    expected = [float(theirs(step)) for step in range(25)]
    np.testing.assert_allclose([ours(step) for step in range(25)], expected, rtol=1e-5, atol=1e-8)
    w = np.array([1.0, -2.0], np.float32)
    variable, params = keras.Variable(w), [w]
    ours, theirs = nn.SGD(ours), keras.optimizers.SGD(theirs)
    for _ in range(25):
        params = ours.step(params, [w])
        theirs.apply([w], [variable])
        np.testing.assert_allclose(params[0], variable.numpy(), rtol=1e-5, atol=1e-6)


OPTIMIZERS = {
    "SGD": ("SGD", dict(learning_rate=0.1)),
    "momentum": ("SGD", dict(learning_rate=0.05, momentum=0.9)),
    "Nesterov": ("SGD", dict(learning_rate=0.05, momentum=0.9, nesterov=True)),
    "RMSprop": ("RMSprop", dict(learning_rate=0.01)),
    "RMSprop, own rho": ("RMSprop", dict(learning_rate=0.01, rho=0.5, epsilon=1e-3)),
    "Adam": ("Adam", dict(learning_rate=0.01)),
    "Adam, own betas": ("Adam", dict(learning_rate=0.01, beta_1=0.5, beta_2=0.9, epsilon=1e-3)),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_25_steps_of_the_optimizer(keras, name):
    class_name, settings = OPTIMIZERS[name]
    ours, theirs = getattr(nn, class_name)(**settings), getattr(keras.optimizers, class_name)(**settings)
    params = [RNG.standard_normal((4, 3), dtype=np.float32), RNG.standard_normal(3, dtype=np.float32)]
    variables = [keras.Variable(w) for w in params]
    for step in range(25):
        # Small gradients too: there Adam's epsilon shows.
        size = 10.0 ** -(step % 7)
        gradients = [(size * RNG.standard_normal(w.shape)).astype(np.float32) for w in params]
        params = ours.step(params, gradients)
        theirs.apply(gradients, variables)
        # float32 rounds each of the few operations of a step to 6e-8
        assert_all_close(params, [v.numpy() for v in variables], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("class_name", ["SGD", "RMSprop", "Adam"])
def test_defaults_of_the_optimizer(keras, class_name):
    ours, theirs = getattr(nn, class_name)(), getattr(keras.optimizers, class_name)()
    for name in ["learning_rate", "momentum", "nesterov", "rho", "beta_1", "beta_2", "epsilon"]:
        if hasattr(ours, name):
            assert getattr(ours, name) == pytest.approx(float(getattr(theirs, name)))


def build_pair(keras):
    """The same network here and in Keras, with our first weights."""
    ours = nn.Network(
        [
            nn.Conv2D(4, 3, padding="same"),
            nn.ReLU(),
            nn.MaxPooling2D(),
            nn.Conv2D(6, (3, 2), strides=2),
            nn.ReLU(),
            nn.AveragePooling2D(2, strides=1, padding="same"),
            nn.Flatten(),
            nn.Dense(5),
            nn.ReLU(),
            nn.Dense(3),
        ],
        input_shape=(13, 12, 2),
    )
    theirs = keras.Sequential(
        [
            keras.Input((13, 12, 2)),
            keras.layers.Conv2D(4, 3, padding="same"),
            keras.layers.ReLU(),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(6, (3, 2), strides=2),
            keras.layers.ReLU(),
            keras.layers.AveragePooling2D(2, strides=1, padding="same"),
            keras.layers.Flatten(),
            keras.layers.Dense(5),
            keras.layers.ReLU(),
            keras.layers.Dense(3),
        ]
    )
    theirs.set_weights(ours.get_weights())
    return ours, theirs


def test_network_gives_the_same_logits(keras):
    ours, theirs = build_pair(keras)
    images = RNG.uniform(size=(7, 13, 12, 2)).astype(np.float32)
    logits = theirs.predict(images, verbose=0)
    np.testing.assert_allclose(ours.predict(images), logits, rtol=1e-5, atol=1e-6)
    ours.set_weights([w * 0 for w in ours.get_weights()])
    assert not ours.predict(images).any()
    ours.set_weights(theirs.get_weights())
    np.testing.assert_allclose(ours.predict(images), logits, rtol=1e-5, atol=1e-6)


def test_network_trains_as_keras_does(keras):
    ours, theirs = build_pair(keras)
    images = RNG.uniform(size=(8, 13, 12, 2)).astype(np.float32)
    labels = RNG.integers(0, 3, 8)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    theirs.compile(keras.optimizers.SGD(0.1, momentum=0.9), loss, metrics=["accuracy"])
    history = theirs.fit(images, labels, epochs=10, batch_size=8, shuffle=False, verbose=0).history
    ours_history = ours.fit(images, labels, epochs=10, batch_size=8, optimizer=nn.SGD(0.1, momentum=0.9))
    # float32, ten steps: rounding grows a little with each
    np.testing.assert_allclose(ours_history.loss, history["loss"], rtol=1e-4)
    np.testing.assert_allclose(ours_history.accuracy, history["accuracy"])
    assert_all_close(ours.get_weights(), theirs.get_weights(), rtol=1e-3, atol=1e-4)
    evaluation = theirs.evaluate(images, labels, verbose=0)
    np.testing.assert_allclose(ours.evaluate(images, labels), evaluation, rtol=1e-4)


@pytest.fixture
def learnable():
    """Noisy images, bright above or below or nowhere, a few with wrong labels; and others to validate on."""
    rng = np.random.default_rng(3)
    labels, images = rng.integers(0, 3, 40), rng.normal(size=(40, 13, 12, 2)).astype(np.float32)
    images[labels == 0, :4] += 1.5
    images[labels == 1, 8:] += 1.5
    labels[:6] = rng.integers(0, 3, 6)
    return images[:28], labels[:28], (images[28:], labels[28:])


def test_a_trained_network_gives_the_same_logits_in_keras_and_back(keras, learnable):
    ours, theirs = build_pair(keras)
    images, labels, validation = learnable
    ours.fit(images, labels, epochs=40, batch_size=8, optimizer=nn.Adam(nn.CosineDecay(0.01, 160)))
    assert ours.evaluate(images, labels).accuracy > 0.7
    theirs.set_weights(ours.get_weights())
    logits = theirs.predict(validation[0], verbose=0)
    np.testing.assert_allclose(ours.predict(validation[0]), logits, rtol=1e-4, atol=1e-5)
    assert np.ptp(logits) > 1  # it learned something to compare
    back = build_pair(keras)[0]
    back.set_weights(theirs.get_weights())
    np.testing.assert_array_equal(back.predict(validation[0]), ours.predict(validation[0]))


def test_class_weights_in_training(keras, learnable):
    ours, theirs = build_pair(keras)
    images, labels, validation = learnable
    class_weight = {0: 1.0, 1: 3.0, 2: 0.2}
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    theirs.compile(keras.optimizers.SGD(0.05), loss, metrics=["accuracy"])
    settings = dict(epochs=5, batch_size=28, validation_data=validation, class_weight=class_weight)
    history = theirs.fit(images, labels, shuffle=False, verbose=0, **settings).history
    ours_history = ours.fit(images, labels, optimizer=nn.SGD(0.05), **settings)
    # float32, five steps: rounding grows a little with each
    assert set(history) == set(ours_history._fields)
    for name, values in ours_history._asdict().items():
        np.testing.assert_allclose(values, history[name], rtol=1e-4, err_msg=name)
    assert_all_close(ours.get_weights(), theirs.get_weights(), rtol=1e-3, atol=1e-4)


def test_patience_is_early_stopping(keras, learnable):
    ours, theirs = build_pair(keras)
    images, labels, validation = learnable
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    theirs.compile(keras.optimizers.SGD(0.02, momentum=0.5), loss, metrics=["accuracy"])
    stopping = keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True)
    settings = dict(epochs=60, batch_size=28, validation_data=validation)
    history = theirs.fit(images, labels, shuffle=False, verbose=0, callbacks=[stopping], **settings).history
    ours_history = ours.fit(images, labels, optimizer=nn.SGD(0.02, momentum=0.5), patience=4, **settings)
    assert 5 < len(history["loss"]) < 60
    assert len(ours_history.loss) == len(history["loss"])
    np.testing.assert_allclose(ours_history.val_loss, history["val_loss"], rtol=1e-2)
    assert_all_close(ours.get_weights(), theirs.get_weights(), rtol=1e-2, atol=1e-3)


def test_first_weights_are_spread_as_in_keras(keras):
    # Glorot uniform: the same limits; 30,000 weights come within a thousandth of them.
    ours = nn.Network([nn.Conv2D(64, 4), nn.GlobalAveragePooling2D(), nn.Dense(100)], input_shape=(8, 8, 30))
    layers = [keras.layers.Conv2D(64, 4), keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(100)]
    theirs = keras.Sequential([keras.Input((8, 8, 30)), *layers])
    for w, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert w.shape == other.shape and w.dtype == other.dtype
        assert np.abs(w).max() == pytest.approx(np.abs(other).max(), rel=0.01)
