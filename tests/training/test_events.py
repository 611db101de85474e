"""What TensorBoard is given: read back by TensorFlow's own reader, and on every backend by its bytes."""

import struct

import pytest

from cellcnn_helpers import models, training
from cellcnn_helpers.training import _events


@pytest.fixture
def train(cells, tmp_path):
    """A function that trains into the folder `logs` and returns the run."""

    def call(validation=None, *, epochs=2, **arguments):
        model = models.linear((8, 8, 1), 2, standardize=cells)
        settings = {"epochs": epochs, "batch_size": 8, "seed": 1, "verbose": False} | arguments
        return training.train(model, cells, validation, tensorboard=str(tmp_path / "logs"), **settings)

    return call


def files(folder):
    return {path.relative_to(folder).parts[0]: path for path in sorted(folder.rglob("*")) if path.is_file()}


def points(path):
    """Everything in an event file: [(epoch, name, number)], and the times; its checksums are checked."""
    import tensorflow as tf

    events = list(tf.compat.v1.train.summary_iterator(str(path)))
    assert events[0].file_version == "brain.Event:2" and not events[0].summary.value
    found = [(e.step, value.tag, value.simple_value) for e in events[1:] for value in e.summary.value]
    return found, [e.wall_time for e in events]


def expected(loss, accuracy):
    """The points of a history."""
    table = enumerate(zip(loss, accuracy, strict=True), start=1)
    return [(n, name, y) for n, row in table for name, y in zip(("loss", "accuracy"), row, strict=True)]


def same(found, wanted):
    return [p[:2] for p in found] == [p[:2] for p in wanted] and [p[2] for p in found] == pytest.approx(
        [p[2] for p in wanted], rel=1e-6
    )


@pytest.mark.tensorflow
def test_tensorflow_reads_the_curves(train, others, tmp_path):
    run = train(others, epochs=3)
    found = files(tmp_path / "logs")
    assert list(found) == ["train", "validation"]
    assert all("tfevents" in path.name for path in found.values())  # else TensorBoard passes it over
    curves, times = points(found["train"])
    assert same(curves, expected(run.history.loss, run.history.accuracy))
    assert [t - times[0] for t in times[1:]] == pytest.approx(run.seconds, abs=0.01)
    curves, _ = points(found["validation"])
    assert same(curves, expected(run.history.val_loss, run.history.val_accuracy))


@pytest.mark.tensorflow
def test_what_goes_on_holds_every_epoch_once(keras, train, others, tmp_path):
    class Loss(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    checkpoint = {"checkpoint": tmp_path / "training.npz", "epochs": 4}
    with pytest.raises(KeyboardInterrupt):
        train(others, callbacks=[Loss()], **checkpoint)
    path = files(tmp_path / "logs")["train"]
    assert len(points(path)[0]) == 2 * 2  # it can be looked at meanwhile
    path.write_bytes(path.read_bytes()[:-7])  # as a machine that is lost may leave it
    run = train(others, **checkpoint)
    curves, times = points(path)
    assert same(curves, expected(run.history.loss, run.history.accuracy))
    assert [t - times[0] for t in times[1:]] == pytest.approx(run.seconds, abs=0.01)


def test_every_backend_writes_what_it_measured(train, others, tmp_path):
    run = train(others)
    found = files(tmp_path / "logs")
    for part, names in _events.PARTS.items():
        data, start = found[part].read_bytes(), 0
        lengths = []
        while start < len(data):
            lengths.append(struct.unpack_from("<Q", data, start)[0])
            start += 8 + 4 + lengths[-1] + 4
        assert (start, len(lengths)) == (len(data), 1 + 2)
        for name in names:
            for value in getattr(run.history, name):
                assert struct.pack("<f", value) in data, name


def test_a_new_training_leaves_nothing_of_an_old_one(train, others, tmp_path):
    train(others)
    size = files(tmp_path / "logs")["train"].stat().st_size
    (tmp_path / "logs" / "notes.txt").write_text("mine")
    train()
    found = files(tmp_path / "logs")
    assert list(found) == ["notes.txt", "train"]
    assert found["train"].stat().st_size == size


def test_the_checksum_is_that_of_castagnoli():
    # RFC 3720, B.4: 32 bytes of 0 and of 1; masked as records have it
    for byte, crc in ((0x00, 0x8A9136AA), (0xFF, 0x62A8AB43)):
        masked = (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF
        assert _events._checksum(bytes([byte]) * 32) == struct.pack("<I", masked)


@pytest.mark.parametrize(
    "number, groups", [(0, [0]), (1, [1]), (127, [127]), (128, [128, 1]), (300, [172, 2])]
)
def test_whole_numbers_in_groups_of_seven_bits(number, groups):
    assert list(_events._varint(number)) == groups


def test_what_is_no_folder_is_refused(train, tmp_path):
    (tmp_path / "logs").write_text("a file")
    with pytest.raises(
        FileNotFoundError, match=r"`tensorboard` must be a folder: got .*logs', which is a file"
    ):
        train()
    (tmp_path / "logs").unlink()
    with pytest.raises(
        FileNotFoundError, match="got tensorboard='none/logs', in a folder that does not exist"
    ):
        training.train(
            models.linear((8, 8, 1), 2), ([[[[0.0]] * 8] * 8], [0]), epochs=1, tensorboard="none/logs"
        )
