"""A recorded training: what comes with the course, what is kept of one's own, what is refused."""

import importlib.util
import json

import pytest

from cellcnn_helpers import datasets, models, training
from cellcnn_helpers.nn.results import History
from cellcnn_helpers.training import recorded


@pytest.fixture(scope="module")
def network():
    return models.page_weights(models.linear((2, 2, 1), 2), ["round", "spiky"], data="24 cells")


@pytest.fixture
def run(network):
    return training.RecordedRun(
        history=History([2.0, 1.0], [0.3, 0.6], [1.5, 1.25], [0.5, 0.75]),
        seconds=[3.5, 5.0],
        images_per_second=1234.5,
        device="A processor, 2 cores",
        backend="jax 0.4",
        versions="Python 3, Keras 3, NumPy 2",
        date="2026-01-31",
        data="40 training and 8 validation images",
        recipe={"model": "small_cnn", "epochs": 2, "seed": 5},
        note="",
        network=network,
    )


def test_what_was_written_comes_back(run, tmp_path):
    path = tmp_path / "run.json"
    training.write_recorded_run(path, run)
    again = training.recorded_run(str(path))
    assert again == run
    assert again.history.val_accuracy == [0.5, 0.75]
    assert path.read_bytes().endswith(b"}\n")


def test_it_says_where_and_when_it_was_made(run):
    text = repr(run)
    assert text.splitlines()[0] == "recorded  2026-01-31"
    assert "result    2 epochs in 5 s, 1,234 images/s, validation accuracy 0.750" in text
    for part in (run.device, run.backend, run.versions, run.data, "model small_cnn", "seed 5"):
        assert part in text
    assert "2026-01-31 (a busy machine)" in repr(run._replace(note="a busy machine"))


def test_without_validation_it_is_whole_too(run, tmp_path):
    unseen = run._replace(history=run.history._replace(val_loss=[], val_accuracy=[]))
    training.write_recorded_run(tmp_path / "run.json", unseen)
    assert training.recorded_run(tmp_path / "run.json") == unseen
    assert "validation" not in repr(unseen).splitlines()[-1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda fields: fields.pop("device"), "device"),
        (lambda fields: fields.pop("format"), "format"),
        (lambda fields: fields.update(format="another 2"), "another format"),
        (lambda fields: fields.update(weights=[]), "weights"),
        (lambda fields: fields["history"].pop("loss"), "loss"),
        (lambda fields: fields["history"]["loss"].pop(), "epochs"),
        (lambda fields: fields.update(seconds=[]), "epochs"),
        (lambda fields: fields.update(history=None), "NoneType"),
        (lambda fields: fields.pop("network"), "network"),
        (lambda fields: fields.update(network=None), "no network for a page"),
        (lambda fields: fields["network"]["about"].update(data="more cells"), "its checksum does not fit"),
    ],
)
def test_a_file_with_something_else_is_refused_by_name(run, tmp_path, change, words):
    path = tmp_path / "run.json"
    training.write_recorded_run(path, run)
    fields = json.loads(path.read_text(encoding="utf-8"))
    change(fields)
    path.write_text(json.dumps(fields), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"`path` holds no recorded run: got path='.*run.json' \(.*{words}"):
        training.recorded_run(path)


@pytest.mark.parametrize("text", ["", "[]", "3", "{", "not JSON"])
def test_a_file_that_is_no_such_json_is_refused(tmp_path, text):
    path = tmp_path / "run.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="`path` holds no recorded run"):
        training.recorded_run(path)


def test_only_a_whole_run_is_written(run, tmp_path):
    with pytest.raises(TypeError, match="`run` must be a RecordedRun: got run="):
        training.write_recorded_run(tmp_path / "run.json", tuple(run))
    with pytest.raises(ValueError, match="epochs"):
        training.write_recorded_run(tmp_path / "run.json", run._replace(seconds=[1.0]))
    with pytest.raises(ValueError, match="`network` is no network for a page"):
        training.write_recorded_run(tmp_path / "run.json", run._replace(network={}))
    assert not list(tmp_path.iterdir())


# The course's own


def test_the_course_has_one_and_says_on_what():
    run = training.recorded_run()
    assert run.recipe["epochs"] == len(run.history.loss) == len(run.history.val_accuracy) == len(run.seconds)
    assert run.seconds == sorted(run.seconds)
    assert "Acevedo" in run.data and "not BloodMNIST" in run.data
    assert all(0 <= share <= 1 for share in run.history.val_accuracy)
    assert recorded.OWN.stat().st_size < 500_000


@pytest.mark.parametrize(("patience", "trained", "kept", "right"), [(2, 4, 2, 0.79), (5, 11, 6, 0.92)])
def test_early_stopping_would_have_ended_it_as_the_chapter_says(patience, trained, kept, right):
    losses, shares = training.recorded_run().history[2:]
    assert min(losses[:trained]) == losses[kept - 1] == min(losses[: trained - patience])
    assert [n for n in range(patience + 1, trained) if min(losses[:n]) == min(losses[: n - patience])] == []
    assert round(shares[kept - 1], 2) == right
    assert round(shares[-1], 2) == 0.98


@pytest.mark.real_data
def test_its_network_is_right_as_often_as_its_last_epoch_says():
    run = training.recorded_run()
    images, labels = datasets.load("pbc_blood_28", split="val").arrays()
    model = models.from_page_weights(run.network)
    right = model.predict(images, batch_size=256, verbose=0).argmax(axis=1) == labels
    assert right.mean() == pytest.approx(run.history.val_accuracy[-1], abs=0.001)  # a near tie may turn


@pytest.fixture
def tool(root):
    specification = importlib.util.spec_from_file_location("record_run", root / "tools" / "record_run.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_its_recipe_is_that_of_the_command(tool):
    assert training.recorded_run().recipe == tool.RECIPE | {"augment": "flips_and_turns"}


@pytest.fixture
def few_cells(tool, monkeypatch, cells, others):
    """The command with a few cells in place of all; the list of the splits that it loads."""
    splits = []

    def load(name, *, split):
        splits.append(split)
        return cells if split == "train" else others

    monkeypatch.setattr(tool.datasets, "load", load)
    return splits


def test_the_command_records_and_reads_no_test_image(tool, few_cells, others, tmp_path, monkeypatch, capsys):
    path = tmp_path / "run.json"
    monkeypatch.setattr("sys.argv", ["record_run.py", "--epochs", "2", "--note", "busy", "--to", str(path)])
    tool.main()
    run = training.recorded_run(path)
    assert few_cells == ["train", "val"]
    assert run.recipe == tool.RECIPE | {"epochs": 2, "augment": "flips_and_turns"}
    assert len(run.history.val_loss) == 2
    images, labels = others.arrays()
    right = models.from_page_weights(run.network).predict(images, verbose=0).argmax(axis=1) == labels
    assert right.mean() == pytest.approx(run.history.val_accuracy[-1])
    assert (run.device, run.note) == (training.device_report().device, "busy")
    assert run.data.startswith("40 training and 24 validation images")
    assert str(run) in capsys.readouterr().out
