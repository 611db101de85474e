"""Networks as JSON for a page: they come back equal; what is foreign, changed or unknown is refused."""

import base64
import json
import pickle

import keras
import numpy as np
import pytest
from keras import layers

from cellcnn_helpers import models
from cellcnn_helpers.models.page import COURSE_FILE, _checksum


def sequential(*stack, shape=(9, 7, 1)):
    return keras.Sequential([keras.Input(shape), *stack, layers.Flatten(), layers.Dense(2)])


def with_random_weights(model, seed=0):
    """Weights far from their start, variances above 0."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.uniform(0.1, 1, array.shape).astype(np.float32) for array in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def all_layers():
    """A network with every layer that the page knows."""
    adapted = layers.Normalization()
    adapted.adapt(np.random.default_rng(0).uniform(size=(4, 9, 7, 2)))
    stack = [
        *(layers.Rescaling([2.0, 0.5], offset=-0.1), adapted),
        *(
            layers.Conv2D(3, (3, 2), strides=(2, 1), activation="relu"),
            layers.BatchNormalization(scale=False),
        ),
        *(layers.Conv2D(4, 3, padding="same", use_bias=False), layers.BatchNormalization(epsilon=0.01)),
        *(layers.ReLU(), layers.Dropout(0.5), layers.MaxPooling2D((2, 3), strides=1, padding="same")),
        *(layers.GlobalAveragePooling2D(), layers.Dense(5, activation="relu"), layers.Dense(2)),
    ]
    return with_random_weights(keras.Sequential([keras.Input((9, 7, 2)), *stack]))


@pytest.fixture(scope="module")
def document(all_layers):
    return models.page_weights(all_layers, ["round", "spiky"], source="drawn at random")


def test_every_layer_comes_back_with_its_settings_and_weights(all_layers, document):
    again = models.from_page_weights(json.loads(json.dumps(document)))
    images = np.random.default_rng(1).uniform(size=(3, 9, 7, 2)).astype(np.float32)
    np.testing.assert_array_equal(again.predict(images, verbose=0), all_layers.predict(images, verbose=0))
    assert [type(layer) for layer in again.layers] == [type(layer) for layer in all_layers.layers]
    again = models.page_weights(again, ["round", "spiky"], source="drawn at random")
    assert again == document  # and nothing is lost on a second way


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (layers.LayerNormalization(), "layer 0 is 'LayerNormalization', a layer that the page does not know"),
        (layers.AveragePooling2D(2), "layer 0 is 'AveragePooling2D'"),
        (layers.Activation("relu"), "layer 0 is 'Activation'"),
        (layers.Conv2D(2, 1, activation="tanh"), "activation='tanh'; it must be 'linear' or 'relu'"),
        (layers.Conv2D(2, 3, dilation_rate=2), r"dilation_rate=\(2, 2\)"),
        (layers.ReLU(max_value=6), r"layer 0, ReLU, has max_value=6"),
        (layers.BatchNormalization(axis=1), "axis=1"),
        (layers.Normalization(mean=0.5, variance=1, invert=True), "invert=True"),
    ],
)
def test_a_layer_that_the_page_does_not_compute_is_refused_by_name(layer, said):
    with pytest.raises(ValueError, match=f"`model` cannot be put into a page: .*{said}"):
        models.page_weights(sequential(layer), ["a", "b"])


def test_a_layer_of_somebody_else_is_refused_though_its_name_is_known():
    class Dense(layers.Dense):
        def call(self, x):
            return -super().call(x)

    model = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), Dense(2)])
    with pytest.raises(ValueError, match="layer 1 is 'Dense'"):
        models.page_weights(model, ["a", "b"])


def test_what_is_no_network_or_has_no_finite_weights_is_refused():
    with pytest.raises(TypeError, match=r"`model` must be a keras.Sequential .*got model='cnn'"):
        models.page_weights("cnn", ["a", "b"])
    model = sequential()
    with pytest.raises(ValueError, match=r"it gives the shape \(2,\) for 3 class names"):
        models.page_weights(model, ["a", "b", "c"])
    with pytest.raises(ValueError, match="each given once"):
        models.page_weights(model, ["a", "a"])
    with pytest.raises(TypeError, match="`license` must be text"):
        models.page_weights(model, ["a", "b"], license=4)
    weights = model.get_weights()
    weights[0][3, 1] = np.nan
    model.set_weights(weights)
    with pytest.raises(ValueError, match="one of its weights is not a finite number"):
        models.page_weights(model, ["a", "b"])


# ---- files ----


def signed(document):
    """The document with a checksum that fits: a forger can compute it, too."""
    return {**document, "sha256": _checksum(document)}


def written(path, document):
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_file_comes_back(tmp_path, document):
    path = written(tmp_path / "cells.json", document)
    assert models.load_page_weights(path) == models.load_page_weights(str(path)) == document
    with pytest.raises(FileNotFoundError, match=r"`path` is not a file: got path='.*none.json'"):
        models.load_page_weights(tmp_path / "none.json")


def test_a_changed_number_or_a_cut_is_noticed(tmp_path, document):
    path = written(tmp_path / "cells.json", document)
    whole = path.read_text(encoding="utf-8")
    for text in (whole.replace("drawn", "drown"), whole.replace('"rate": 0.5', '"rate": 0.4')):
        assert text != whole
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=r"holds no network for a page.*checksum"):
            models.load_page_weights(path)
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_text(whole[:length], encoding="utf-8")
        with pytest.raises(ValueError, match=r"holds no network for a page: got path='.*cells\.json'"):
            models.load_page_weights(path)


CHANGES = {
    "no format": ({"format": "somebody's"}, "format"),
    "a part too many": ({"code": "print()"}, "it must have the parts"),
    "weights of another number": ({"weights": base64.b64encode(bytes(8)).decode()}, "weights, and it has 2"),
    "no base64": ({"weights": "a*b"}, "not base64"),
    "an image too large": ({"input_shape": [9000, 7, 2]}, "input_shape"),
    "a shape of text": ({"input_shape": "abc"}, "input_shape"),
    "no layers": ({"layers": []}, "1 to 200"),
    "another class": ({"class_names": ["a", "b", "c"]}, "3 class names"),
    "a class without a name": ({"class_names": [1, 2]}, "class names must be texts"),
}


@pytest.mark.parametrize(("change", "reason"), CHANGES.values(), ids=CHANGES)
def test_a_forged_document_is_refused_though_its_checksum_fits(tmp_path, document, change, reason):
    forged = signed({**document, **change})
    with pytest.raises(ValueError, match=reason):
        models.load_page_weights(written(tmp_path / "forged.json", forged))
    with pytest.raises(ValueError, match=f"`document` is no network for a page: .*{reason}"):
        models.from_page_weights(forged)


LAYERS = [
    ({"type": "Lambda"}, "layer 0 is 'Lambda', a layer that the page does not know"),
    ({"type": ["Dense"]}, "layer 0 is"),
    ({"type": "Dense", "units": 2, "use_bias": True}, "must have the settings units, use_bias, activation"),
    ({"type": "Dense", "units": True, "use_bias": True, "activation": "relu"}, "units=True"),
    ({"type": "Dense", "units": 2, "use_bias": True, "activation": "os.system"}, "activation='os.system'"),
    ({"type": "Dropout", "rate": float("nan")}, "holds no network for a page"),
    ({"type": "Dropout", "rate": 10**400}, "rate=1000"),
    ({"type": "Normalization", "mean": [0, 0, 0], "variance": 1}, "one for each of 2 channels"),
    (
        {"type": "MaxPooling2D", "pool_size": [20, 2], "strides": [1, 1], "padding": "valid"},
        "larger than its",
    ),
]


@pytest.mark.parametrize(("layer", "reason"), LAYERS)
def test_a_forged_layer_is_refused(tmp_path, document, layer, reason):
    forged = {**document, "layers": [layer, *document["layers"]]}
    try:
        forged = signed(forged)
    except ValueError:  # NaN has no checksum
        pass
    with pytest.raises(ValueError, match=reason):
        models.load_page_weights(written(tmp_path / "forged.json", forged))


def test_a_weight_that_is_no_number_is_refused(tmp_path, document):
    weights = np.frombuffer(base64.b64decode(document["weights"]), np.float32).copy()
    weights[5] = np.inf
    forged = signed({**document, "weights": base64.b64encode(weights.tobytes()).decode()})
    with pytest.raises(ValueError, match="not a finite number"):
        models.load_page_weights(written(tmp_path / "forged.json", forged))


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (type(self.path).touch, (self.path,))


def test_a_pickle_is_not_opened_and_a_giant_not_read(tmp_path):
    path = tmp_path / "cells.json"
    path.write_bytes(pickle.dumps(Bomb(tmp_path / "was-run")))
    with pytest.raises(ValueError, match="holds no network"):
        models.load_page_weights(path)
    assert not (tmp_path / "was-run").exists()
    path.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(ValueError, match="holds no network"):
        models.load_page_weights(path)
    path.write_text(" " * 9_000_000, encoding="utf-8")
    with pytest.raises(ValueError, match="9,000,000 bytes"):
        models.load_page_weights(path)


# ---- batch normalization taken into the convolutions ----


def test_folding_gives_the_same_scores_with_fewer_layers():
    cells = np.random.default_rng(0).uniform(size=(5, 8, 8, 1)).astype(np.float32)
    model = models.batchnorm_cnn((8, 8, 1), 2, filters=(3, 4), standardize=cells, dropout=0.1)
    with_random_weights(model)
    folded = models.fold_batch_normalization(model)
    kinds = [type(layer).__name__ for layer in folded.layers]
    assert kinds == [
        *("Normalization", "Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D"),
        *("GlobalAveragePooling2D", "Dense"),
    ]
    expected = model.predict(cells, verbose=0)
    np.testing.assert_allclose(folded.predict(cells, verbose=0), expected, rtol=1e-5, atol=1e-5)
    assert np.ptp(expected) > 0.1


def test_only_what_stands_directly_behind_a_convolution_is_folded():
    with pytest.raises(ValueError, match="got MaxPooling2D before layer 2"):
        models.fold_batch_normalization(
            sequential(layers.Conv2D(2, 1), layers.MaxPooling2D(), layers.BatchNormalization())
        )
    with pytest.raises(ValueError, match="got Conv2D before layer 1"):
        models.fold_batch_normalization(
            sequential(layers.Conv2D(2, 1, activation="relu"), layers.BatchNormalization())
        )
    with pytest.raises(ValueError, match="got nothing before layer 0"):
        models.fold_batch_normalization(sequential(layers.BatchNormalization()))
    with pytest.raises(TypeError, match="model=None"):
        models.fold_batch_normalization(None)
    limited = models.fold_batch_normalization(sequential(layers.Conv2D(2, 1), layers.ReLU(max_value=1)))
    assert type(limited.layers[1]) is layers.ReLU  # a ReLU of another kind stays


# ---- the course's own network ----


def test_the_course_network_says_where_it_comes_from():
    assert COURSE_FILE.stat().st_size < 300_000
    about = models.load_page_weights()["about"]
    assert about["license"] == "CC BY 4.0"
    assert "10.17632/snkd93bnjr.1" in about["citation"]
    assert "not BloodMNIST" in about["data_set"]
    assert {"split", "date", "versions", "training", "validation_accuracy"} <= about.keys()


@pytest.mark.real_data
def test_the_course_network_is_as_accurate_on_the_validation_images_as_its_file_says():
    from cellcnn_helpers import datasets

    document = models.load_page_weights()
    cells = datasets.load("pbc_blood_28", split="val")
    assert list(cells.class_names) == document["class_names"]
    images, labels = cells.arrays()
    logits = models.from_page_weights(document).predict(images, batch_size=256, verbose=0)
    right = (logits.argmax(axis=1) == labels).sum()
    told = int(document["about"]["validation_accuracy"].split("(")[1].split()[0])
    assert abs(right - told) <= 1  # a tie may fall the other way on another processor
    assert right / len(labels) > 0.96
