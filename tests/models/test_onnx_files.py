"""Models in ONNX: they give what Keras gives; what is damaged or foreign is refused, and nothing is run."""

import os
import pickle
import sys

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper, numpy_helper

from cellcnn_helpers import models
from cellcnn_helpers.models import _onnx_graph, onnx_files

BUILDERS = [models.linear, models.small_cnn, models.batchnorm_cnn]


def images_for(shape, num_images=5, seed=1):
    return np.random.default_rng(seed).uniform(size=(num_images, *shape)).astype(np.float32)


def logits_of(model, images):
    import keras

    return keras.ops.convert_to_numpy(model(images, training=False))


def scramble(model, seed=2):
    """Give every weight, running means and variances too, a value that cannot be missed."""
    rng = np.random.default_rng(seed)
    model.set_weights(
        [
            rng.uniform(0.2, 0.6, w.shape) * rng.choice([-1, 1], w.shape)
            if w.ndim > 1
            else rng.uniform(0.2, 1, w.shape)
            for w in model.get_weights()
        ]
    )
    return model


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cells.onnx"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a good file."""
    path = tmp_path_factory.mktemp("whole") / "cells.onnx"
    cells = images_for((8, 9, 2))
    models.save_onnx(models.batchnorm_cnn((8, 9, 2), 3, filters=(3, 4), standardize=cells), path)
    return path.read_bytes()


@pytest.fixture
def saved(whole, path):
    path.write_bytes(whole)
    return path


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize("shape, classes", [((28, 28, 3), 8), ((13, 22, 1), 2)])
def test_the_file_gives_the_logits_of_keras(build, shape, classes, path):
    images = images_for(shape, 70)  # more than go through at once
    model = scramble(build(shape, classes, standardize=images))
    models.save_onnx(model, path)
    loaded = models.load_onnx(path)
    assert (loaded.input_shape, loaded.num_classes) == (shape, classes)
    expected = logits_of(model, images)
    found = loaded.predict(images)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * max(1, np.abs(expected).max()))
    assert np.ptp(expected, axis=0).min() > 0.01  # the images differ, so that a constant would be seen
    assert list(path.parent.iterdir()) == [path]


@pytest.fixture(scope="module")
def keras_layers():
    from keras import layers

    return layers


@pytest.mark.parametrize("ending", ["Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D"])
@pytest.mark.parametrize(
    "shape, convolution, pooling",
    [
        ((11, 8, 3), {"kernel_size": (4, 3), "padding": "same", "strides": 2}, {"pool_size": (2, 3)}),
        ((10, 13, 1), {"kernel_size": (3, 2), "strides": 3}, {"pool_size": 2, "strides": 1}),
        ((9, 12, 2), {"kernel_size": (3, 2), "padding": "same"}, {"pool_size": 3}),
        ((12, 9, 2), {"kernel_size": 3, "dilation_rate": (1, 2), "use_bias": False}, {"pool_size": (3, 2)}),
        ((7, 11, 4), {"kernel_size": 2}, {"pool_size": (3, 2), "strides": 2, "padding": "same"}),
    ],
)
@pytest.mark.parametrize("pool", ["MaxPooling2D", "AveragePooling2D"])
def test_every_layer_of_the_table(keras_layers, shape, convolution, pooling, pool, ending, path):
    import keras

    bias = convolution.get("use_bias", True)
    network = [
        keras.Input(shape),
        keras_layers.Rescaling(3.0, offset=-1),
        keras_layers.Conv2D(4, **convolution),
        keras_layers.BatchNormalization(scale=bias, center=not bias, epsilon=0.01),
        keras_layers.Activation("relu"),
        getattr(keras_layers, pool)(**pooling),
        getattr(keras_layers, ending)(),
        keras_layers.Dense(5, activation="relu"),
        keras_layers.BatchNormalization(),
        keras_layers.Dropout(0.5),
        keras_layers.Dense(2, use_bias=bias),
    ]
    model = scramble(keras.Sequential(network))
    uneven_mean = pool == "AveragePooling2D" and pooling.get("padding") == "same"
    if uneven_mean and keras.backend.backend() == "torch":  # where Keras counts the padding in
        with pytest.raises(ValueError, match=r"those of the new file differ by .*\n.*Notes of save_onnx"):
            models.save_onnx(model, path)
        assert list(path.parent.iterdir()) == []
        return
    models.save_onnx(model, path)
    images = images_for(shape)
    expected = logits_of(model, images)
    tolerance = 1e-5 * max(1, np.abs(expected).max())
    np.testing.assert_allclose(models.load_onnx(path).predict(images), expected, rtol=0, atol=tolerance)


def test_a_model_says_what_it_takes_and_refuses_other_images(saved):
    model = models.load_onnx(str(saved))
    assert repr(model) == "OnnxModel((8, 9, 2) -> 3 logits)"
    assert model.predict(np.zeros((0, 8, 9, 2))).shape == (0, 3)
    with pytest.raises(
        ValueError, match=r"shape that the model takes, \(8, 9, 2\): got images.shape=\(1, 9, 8"
    ):
        model.predict(np.zeros((1, 9, 8, 2)))
    with pytest.raises(ValueError, match="The batch axis is missing"):
        model.predict(np.zeros((8, 9, 2)))


def test_images_of_any_size(path):
    import keras

    layers = [keras.Input((None, None, 1)), keras.layers.Conv2D(2, 3), keras.layers.GlobalMaxPooling2D()]
    model = keras.Sequential(layers)
    models.save_onnx(model, path)
    loaded = models.load_onnx(path)
    assert loaded.input_shape == (None, None, 1)
    for shape in (12, 9, 1), (7, 20, 1):
        images = images_for(shape)
        np.testing.assert_allclose(loaded.predict(images), logits_of(model, images), atol=1e-5)


# What is not written


def refused_to_write(path, layers, error, message):
    import keras

    with pytest.raises(error, match=message):
        models.save_onnx(keras.Sequential([keras.Input((8, 8, 1)), *layers]), path)
    assert list(path.parent.iterdir()) == []


def test_other_layers_are_refused_by_name(keras_layers, path):
    class Dense(keras_layers.Dense):
        pass

    layers = keras_layers
    table = [
        (
            [layers.Conv2DTranspose(1, 2, name="up"), layers.Flatten()],
            'got "up", of the class Conv2DTranspose',
        ),
        ([layers.Flatten(), Dense(2, name="own")], 'got "own", of the class Dense'),
        ([layers.Flatten(), layers.Dense(2, activation="gelu", name="late")], 'got gelu in layer "late"'),
        (
            [layers.Conv2D(1, 2, padding="same", dilation_rate=2, name="wide"), layers.Flatten()],
            'does not run: got "wide"',
        ),
        ([layers.Flatten(), layers.Dense(2, activation="softmax")], "got softmax in layer"),
    ]
    for network, message in table:
        refused_to_write(path, network, TypeError, message)


def test_what_would_give_other_logits_is_not_put_in_place(keras_layers, path):
    half = keras_layers.Conv2D(3, 3, dtype="mixed_bfloat16")
    network = [half, keras_layers.Flatten(), keras_layers.Dense(2, dtype="float32")]
    refused_to_write(path, network, ValueError, r"differ by 0\.\d+: got model=.*\n.* computes in float32")


def test_a_layer_that_was_written_wrongly_would_be_seen(whole, path, monkeypatch):
    def forget_the_order(graph, layer):
        graph.channels_first = False
        graph.add("Flatten", axis=1)

    monkeypatch.setitem(_onnx_graph.LAYERS, "Flatten", forget_the_order)
    with pytest.raises(ValueError, match="differ by"):
        models.save_onnx(models.small_cnn((16, 16, 1), 2), path)
    assert not path.exists()


def test_arguments(saved, tmp_path):
    import keras

    model = models.linear((4, 4, 1), 2)
    with pytest.raises(ValueError, match=r"`path` must end in \.onnx: got path='cells\.keras'"):
        models.save_onnx(model, "cells.keras")
    with pytest.raises(FileNotFoundError, match="in a folder that does not exist"):
        models.save_onnx(model, tmp_path / "none" / "cells.onnx")
    with pytest.raises(FileNotFoundError, match="`path` is not a file"):
        models.load_onnx(tmp_path / "others.onnx")
    with pytest.raises(TypeError, match=r"`model` must be a keras\.Sequential: got model=3"):
        models.save_onnx(3, saved)
    functional = keras.Model(model.inputs, model.outputs)
    with pytest.raises(TypeError, match=r"`model` must be a keras\.Sequential"):
        models.save_onnx(functional, saved)
    with pytest.raises(ValueError, match=r"`model` must map images .* to logits"):
        models.save_onnx(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]), saved)


@pytest.mark.parametrize("package", ["onnx", "onnxruntime"])
def test_a_missing_package_is_named(saved, package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)  # what Python itself sets for a module that must not load
    message = (
        "needs the packages onnx and onnxruntime, and .* is not installed.\nInstall them: pip install onnx"
    )
    with pytest.raises(ModuleNotFoundError, match=f"`load_onnx` {message}"):
        models.load_onnx(saved)
    with pytest.raises(ModuleNotFoundError, match=f"`save_onnx` {message}"):
        models.save_onnx(models.linear((4, 4, 1), 2), saved)


# What is not read


def refused(path, reason):
    with pytest.raises(
        ValueError, match=rf"`path` holds no model that can be run: got path='.*cells.onnx' \(.*{reason}"
    ):
        models.load_onnx(path)


def test_every_cut_is_refused(saved):
    whole = saved.read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        saved.write_bytes(whole[:length])
        refused(saved, "did not write it, or it was cut short|its checksum is another")
    saved.write_bytes(whole + b"\0")
    refused(saved, "did not write it|was changed")


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_changed_bit_is_refused(whole, tmp_path_factory, data):
    changed = bytearray(whole)
    changed[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path_factory.mktemp("changed") / "cells.onnx"
    path.write_bytes(changed)
    refused(path, "did not write it|its checksum is another")


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_a_pickle_is_not_opened(path, tmp_path):
    path.write_bytes(pickle.dumps(Bomb(tmp_path / "exploded")))
    refused(path, "did not write it")
    assert not (tmp_path / "exploded").exists()


def test_a_file_of_another_program_is_refused(whole, path):
    proto = onnx.load_model_from_string(whole)
    del proto.metadata_props[:]
    onnx.save(proto, path)
    refused(path, "did not write it")


def test_a_file_that_is_too_large_is_not_read(saved, monkeypatch):
    monkeypatch.setattr(onnx_files, "LARGEST", 1000)
    refused(saved, "it has .* bytes, more than 1,000")


def rewritten(whole, path, change):
    """A file that was changed by someone who knows how to make the checksum fit."""
    proto = onnx.load_model_from_string(whole)
    del proto.metadata_props[:]
    change(proto)
    path.write_bytes(onnx_files._sealed(proto.SerializeToString()))
    return path


def test_what_is_written_again_unchanged_is_taken(whole, path):
    assert models.load_onnx(rewritten(whole, path, lambda proto: None)).num_classes == 3


def keep_numbers_outside(proto):
    constant = proto.graph.initializer[0]
    constant.ClearField("raw_data")
    constant.data_location = onnx.TensorProto.EXTERNAL
    constant.external_data.add(key="location", value="/etc/hostname")


def add_node(operator, **settings):
    def change(proto):
        proto.graph.node.append(helper.make_node(operator, ["images"], ["more"], **settings))

    return change


def add_function(proto):
    proto.functions.append(helper.make_function("own", "F", ["a"], ["b"], [], []))


def cut_numbers(proto):
    proto.graph.initializer[2].raw_data = proto.graph.initializer[2].raw_data[:-4]


def turn_into_text(proto):
    proto.graph.initializer[0].CopyFrom(numpy_helper.from_array(np.array(["a"], object), "constant_0"))


def rename_input(proto):
    proto.graph.input[0].name = "pictures"
    proto.graph.node[0].input[0] = "pictures"


def shuffle(proto):
    nodes = list(proto.graph.node)[::-1]
    del proto.graph.node[:]
    proto.graph.node.extend(nodes)


TAMPERED = {
    "numbers in another file": (keep_numbers_outside, "it keeps numbers in another file"),
    "text for numbers": (turn_into_text, "it keeps numbers in another file, or in another form"),
    "an operator of another kind": (add_node("Scan"), "it has the operator Scan, which no layer becomes"),
    "a domain of its own": (add_node("Relu", domain="own"), "it has the operator Relu"),
    "another setting": (add_node("Relu", alpha=1.0), "Relu has the setting alpha, which no layer gives"),
    "functions": (add_function, "it brings operators of its own"),
    "another set of operators": (
        lambda proto: proto.opset_import.append(helper.make_opsetid("own", 1)),
        "it brings operators of its own",
    ),
    "numbers cut short": (cut_numbers, ""),
    "another input": (rename_input, "it does not go from images to one score"),
    "another order": (shuffle, ""),
    "no graph": (lambda proto: proto.ClearField("graph"), ""),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_checksum_that_fits_does_not_make_a_file_ours(whole, path, name):
    change, reason = TAMPERED[name]
    refused(rewritten(whole, path, change), reason)


def test_the_operators_that_are_read_are_those_that_are_written(path):
    """None is let in that no layer becomes."""
    import keras

    layers = keras.layers
    written = {}
    for pool, ending in (("Max", "Average"), ("Average", "Max")):
        network = [
            *(keras.Input((12, 12, 1)), layers.Rescaling(2.0), layers.Normalization(mean=[1], variance=[2])),
            *(layers.Conv2D(2, 3, activation="relu"), layers.BatchNormalization()),
            *(getattr(layers, f"{pool}Pooling2D")(2), getattr(layers, f"Global{ending}Pooling2D")()),
            *(layers.Dense(2),),
        ]
        for node in _onnx_graph.graph_of(keras.Sequential(network)).graph.node:
            written.setdefault(node.op_type, set()).update(setting.name for setting in node.attribute)
    assert written == _onnx_graph.OPERATORS
