"""The checker of the network in Keras, fed with models that students build: right, untouched, wrong."""

import pytest

from cellcnn_helpers import nn
from cellcnn_helpers.exercises import frameworks as check


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


def building(*extra, **changes):
    """A student's function: a change replaces a layer, by a list of them; `extra` come at the end.

    All are functions of keras.layers, called anew for each network.
    """

    def build_network(input_shape, num_classes):
        import keras

        layers = keras.layers
        steps = {
            "conv1": lambda layers: [layers.Conv2D(16, 3, padding="same")],
            "relu1": lambda layers: [layers.ReLU()],
            "pool": lambda layers: [layers.MaxPooling2D(2)],
            "conv2": lambda layers: [layers.Conv2D(32, 3, padding="same")],
            "relu2": lambda layers: [layers.ReLU()],
            "mean": lambda layers: [layers.GlobalAveragePooling2D()],
            "dense": lambda layers: [layers.Dense(num_classes)],
        } | changes
        assert len(steps) == 7  # a change of a layer that is none would change nothing
        made = [layer for step in (*steps.values(), *extra) for layer in step(layers)]
        return keras.Sequential([keras.Input(input_shape), *made])

    return build_network


def sequential(input_shape, num_classes):
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(16, (3, 3), padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="SAME", activation=keras.ops.relu),
            layers.GlobalAveragePooling2D(),
            layers.Dense(num_classes, activation="linear"),
        ]
    )


def functional(input_shape, num_classes):
    """One ReLU layer is used twice; the other is an operation."""
    import keras

    images = keras.Input(input_shape, name="images")
    activation = keras.layers.Activation("relu")
    x = activation(keras.layers.Conv2D(16, 3, padding="same")(images))
    x = keras.layers.MaxPool2D(2, strides=2)(x)
    x = activation(keras.layers.Conv2D(32, 3, padding="same")(x))
    x = keras.layers.GlobalAvgPool2D()(x)
    return keras.Model(images, keras.layers.Dense(num_classes)(x))


def with_operations(input_shape, num_classes):
    import keras

    images = keras.Input(input_shape)
    x = keras.ops.relu(keras.layers.Conv2D(16, 3, padding="same")(images))
    x = keras.layers.MaxPooling2D(2)(x)
    x = keras.activations.relu(keras.layers.Conv2D(32, 3, padding="same")(x))
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(images, keras.layers.Dense(num_classes)(x))


def nested(input_shape, num_classes):
    """A network of two networks."""
    import keras

    whole = sequential(input_shape, num_classes)
    return keras.Sequential(
        [keras.Input(input_shape), keras.Sequential(whole.layers[:3]), keras.Sequential(whole.layers[3:])]
    )


def nested_first(input_shape, num_classes):
    """The first network inside brings the shape along."""
    import keras

    whole = sequential(input_shape, num_classes)
    features = keras.Sequential([keras.Input(input_shape), *whole.layers[:4]])
    return keras.Sequential([features, whole.layers[4]])


def by_first_layer(input_shape, num_classes):
    """The shape is given to the first layer, as before Keras 3, which warns of it."""
    import keras

    rest = sequential(input_shape, num_classes).layers[1:]
    first = keras.layers.Conv2D(16, 3, padding="same", activation="relu", input_shape=input_shape)
    return keras.Sequential([first, *rest])


def built_later(input_shape, num_classes):
    model = without_input(input_shape, num_classes)
    model.build((None, *input_shape))
    return model


def compiled(input_shape, num_classes):
    model = sequential(input_shape, num_classes)
    model.compile("adam", loss="mse")
    return model


def dense_activation(name):
    return lambda input_shape, num_classes: building(
        dense=lambda layers: [layers.Dense(num_classes, activation=name)]
    )(input_shape, num_classes)


def without_input(input_shape, num_classes):
    import keras

    return keras.Sequential(sequential(input_shape, num_classes).layers)


def own_class(input_shape, num_classes):
    import keras

    class Network(keras.Model):
        def call(self, images):
            return images

    return Network()


def class_itself(input_shape, num_classes):
    import keras

    return keras.Sequential


def with_batch(input_shape, num_classes):
    import keras

    return keras.Sequential(
        [keras.Input(batch_shape=(32, *input_shape)), *sequential(input_shape, num_classes).layers]
    )


def two_outputs(input_shape, num_classes):
    import keras

    images = keras.Input(input_shape)
    model = sequential(input_shape, num_classes)
    return keras.Model(images, [model(images), images])


def branched(input_shape, num_classes):
    import keras

    images = keras.Input(input_shape)
    x = keras.layers.Conv2D(16, 3, padding="same", activation="relu")(images)
    x = keras.layers.Add()([x, keras.layers.Conv2D(16, 1)(images)])
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(images, keras.layers.Dense(num_classes)(x))


def half_precision(input_shape, num_classes):
    model = building(conv2=lambda layers: [layers.Conv2D(32, 3, padding="same", dtype="float16")])
    return model(input_shape, num_classes)


def forgotten_return(input_shape, num_classes):
    sequential(input_shape, num_classes)


def forgotten_summary(input_shape, num_classes):
    return sequential(input_shape, num_classes).summary()


class TestBuildNetwork:
    @pytest.mark.parametrize(
        "answer",
        [
            sequential,
            functional,
            with_operations,
            nested,
            nested_first,
            by_first_layer,
            built_later,
            compiled,
            building(),
        ],
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.build_network, answer)

    def test_stub_and_hints(self, assert_teaches):
        def build_network(input_shape, num_classes): ...

        assert_teaches(check.build_network, build_network)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (dense_activation("softmax"), "ends with `softmax`, so it hands out no logits. The loss applies"),
            (building(lambda layers: [layers.Softmax()]), "ends with `softmax`"),
            (building(lambda layers: [layers.Activation("softmax")]), "ends with `softmax`"),
            (dense_activation("sigmoid"), "take the sigmoid away"),
            (dense_activation("relu"), "Logits may be negative"),
            (
                building(lambda layers: [layers.Dropout(0.5), layers.Dense(2)]),
                "but goes on with `Dropout`, `Dense`",
            ),
            (building(dense=lambda layers: [layers.Dense(2)]), "number of classes is written"),
            (lambda shape, n: building(dense=lambda layers: [layers.Dense(n + 1)])(shape, n), "`units=3`"),
            (lambda shape, n: sequential((28, 28, 1), n), "(28, 28, 1). It is written into the function"),
            (lambda shape, n: sequential((*shape[:2], 1), n), "takes images of shape"),
            (lambda shape, n: sequential((None, None, shape[2]), n), "takes images of shape (None, None, 1)"),
            (with_batch, "batches of 32 only"),
            (without_input, "does not know yet which images"),
            (own_class, "does not know yet which images"),
            (class_itself, "the class `Sequential`. Call it"),
            (lambda shape, n: sequential(shape, n).layers, "a list of layers"),
            (lambda shape, n: nn.Network([nn.Flatten(), nn.Dense(n)], input_shape=shape), "type `Network`"),
            (lambda shape, n: sequential(shape, n).layers[0], "of type `Conv2D`"),
            (two_outputs, "1 inputs and 2 outputs"),
            (branched, "`Add` has 2 inputs"),
            (forgotten_return, "Did you forget `return`?"),
            (forgotten_summary, "prints but returns nothing"),
            (lambda shape: sequential(shape, 2), "stops with `TypeError"),
            (lambda shape, n: sequential(shape[:2], n), "stops with `ValueError"),
            (half_precision, "in another type than float32"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.build_network, answer, words)

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            (dict(relu1=lambda layers: []), "The ReLU of the first convolution is missing. Without it"),
            (dict(relu2=lambda layers: []), "The ReLU of the second convolution is missing"),
            (dict(pool=lambda layers: []), "The max pooling is missing"),
            (dict(conv1=lambda layers: []), "The first convolution is missing"),
            (dict(mean=lambda layers: []), "The global average pooling is missing"),
            (dict(dense=lambda layers: []), "The dense layer is missing"),
            (dict(mean=lambda layers: [layers.Flatten()]), "`Flatten` stands where the global average"),
            (dict(mean=lambda layers: [layers.GlobalMaxPooling2D()]), "the mean of each channel"),
            (dict(pool=lambda layers: [layers.AveragePooling2D(2)]), "the largest number of each window"),
            (dict(relu1=lambda layers: [layers.LeakyReLU()]), "`LeakyReLU` stands where the ReLU"),
            (dict(relu2=lambda layers: [layers.Activation("tanh")]), "`tanh` stands where the ReLU"),
            (dict(conv2=lambda layers: [layers.SeparableConv2D(32, 3)]), "`SeparableConv2D` stands"),
            (
                dict(pool=lambda layers: [layers.MaxPooling2D(), layers.Dropout(0.2)]),
                "`Dropout` behind the max",
            ),
            (
                dict(conv1=lambda layers: [layers.Conv2D(16, 3), layers.BatchNormalization()]),
                "`BatchNormalization` behind the first convolution is not part",
            ),
            (
                dict(conv1=lambda layers: [layers.Rescaling(1 / 255), layers.Conv2D(16, 3)]),
                "`Rescaling` at the beginning is not part",
            ),
            (
                dict(mean=lambda layers: [layers.MaxPooling2D(), layers.GlobalAveragePooling2D()]),
                "behind the ReLU",
            ),
            (
                dict(relu1=lambda layers: [layers.MaxPooling2D()], pool=lambda layers: [layers.ReLU()]),
                "in another order: behind the first convolution comes the ReLU",
            ),
        ],
    )
    def test_other_layers(self, changes, words, assert_finds):
        assert_finds(check.build_network, building(**changes), words)

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            (dict(conv1=lambda layers: [layers.Conv2D(8, 3, padding="same")]), "`filters=8`, but 16"),
            (dict(conv2=lambda layers: [layers.Conv2D(32, 5, padding="same")]), "`kernel_size=(5, 5)`"),
            (dict(conv1=lambda layers: [layers.Conv2D(16, 3)]), "would cut off the rim"),
            (dict(conv2=lambda layers: [layers.Conv2D(32, 3, 2, padding="same")]), "`strides=(2, 2)`"),
            (dict(conv2=lambda layers: [layers.Conv2D(32, 3, padding="same", use_bias=False)]), "has a bias"),
            (
                dict(conv2=lambda layers: [layers.Conv2D(32, 3, padding="same", dilation_rate=2)]),
                "`dilation_rate=(2, 2)`",
            ),
            (dict(conv2=lambda layers: [layers.Conv2D(32, 3, padding="same", groups=2)]), "`groups=2`"),
            (
                dict(pool=lambda layers: [layers.MaxPooling2D(data_format="channels_first")]),
                "`data_format='channels_first'`",
            ),
            (dict(mean=lambda layers: [layers.GlobalAveragePooling2D(keepdims=True)]), "`keepdims=True`"),
            (dict(relu1=lambda layers: [layers.ReLU(negative_slope=0.1)]), "`negative_slope=0.1`"),
            (dict(relu2=lambda layers: [layers.ReLU(max_value=6)]), "`max_value=6"),
            (dict(pool=lambda layers: [layers.MaxPooling2D(3)]), "`pool_size=(3, 3)`"),
            (dict(pool=lambda layers: [layers.MaxPooling2D(2, strides=1)]), "`strides=(1, 1)`"),
            (dict(pool=lambda layers: [layers.MaxPooling2D(2, padding="same")]), "do not fit as a whole"),
        ],
    )
    def test_other_settings(self, changes, words, assert_finds):
        assert_finds(check.build_network, building(**changes), words)

    def test_no_padding_at_all(self, assert_finds):
        """The most frequent slip: the network can be built, and the setting is named."""
        answer = building(
            conv1=lambda layers: [layers.Conv2D(16, 3, activation="relu")],
            relu1=lambda layers: [],
            conv2=lambda layers: [layers.Conv2D(32, 3, activation="relu")],
            relu2=lambda layers: [],
        )
        assert_finds(check.build_network, answer, "would cut off the rim")

    def test_every_setting_that_differs_is_named(self, assert_finds):
        answer = building(
            conv1=lambda layers: [layers.Conv2D(32, 3)],
            conv2=lambda layers: [layers.Conv2D(16, 3, padding="same")],
        )
        for words in ("The first convolution has `filters=32`", "`padding='valid'`", "`filters=16`, but 32"):
            assert_finds(check.build_network, answer, words)

    def test_the_example_shows_both_networks(self):
        example = check.build_network(building(relu1=lambda layers: [])).example
        assert example.startswith("build_network(input_shape, num_classes)\nwith input_shape = (8, 9, 1)\n")
        found, expected = example.split("\nexpected\n")
        assert found.count("\n  ReLU") == 1
        assert expected.splitlines() == [
            "  Conv2D(filters=16, kernel_size=(3, 3), padding='same', strides=(1, 1))",
            "  ReLU",
            "  MaxPooling2D(padding='valid', pool_size=(2, 2), strides=(2, 2))",
            "  Conv2D(filters=32, kernel_size=(3, 3), padding='same', strides=(1, 1))",
            "  ReLU",
            "  GlobalAveragePooling2D",
            "  Dense(units=2)",
        ]

    def test_a_network_is_no_function(self, assert_finds):
        assert_finds(check.build_network, sequential((8, 9, 1), 2), "Give the function itself")
        assert_finds(check.build_network, 3, "Give the function itself")

    def test_one_network_for_all_is_hard_coded(self, assert_finds):
        model = sequential((8, 9, 1), 2)
        assert_finds(check.build_network, lambda input_shape, num_classes: model, "written into the function")

    def test_a_layer_that_calculates_otherwise(self, keras, assert_finds):
        """Only the numbers tell: the class has the right name and the right settings."""

        class Dense(keras.layers.Dense):
            def call(self, features):
                return super().call(features) * 1.01

        def answer(input_shape, num_classes):
            return building(dense=lambda layers: [Dense(num_classes)])(input_shape, num_classes)

        assert_finds(check.build_network, answer, "does not give the numbers of `nn`")
