"""Files that TensorBoard draws: loss and accuracy of every epoch. Neither it nor TensorFlow writes them.

TensorFlow calls them event files: records, each framed by its length and checksums, that hold a protocol
buffer with the time, the epoch and named numbers.
"""

import struct
import time

NAME = "events.out.tfevents.training"  # TensorBoard reads what has "tfevents" in its name
VERSION = b"brain.Event:2"
# Curves of one name in two folders are drawn into one picture.
PARTS = {"train": ("loss", "accuracy"), "validation": ("val_loss", "val_accuracy")}
CRC32C = 0x82F63B78  # the polynomial of Castagnoli, bits reversed; zlib has another one


class EventFiles:
    """The event files of one training, in the folder's `train` and `validation`."""

    def __init__(self, folder, progress):
        self.progress, self.written = progress, 0
        self.start = time.time() - (progress.seconds[-1] if progress.seconds else 0)
        self.paths = {part: folder / part / NAME for part in PARTS}
        for path in self.paths.values():
            path.unlink(missing_ok=True)
        self.update()

    def update(self):
        """Append the epochs that are new, at first those of a checkpoint; TensorBoard follows."""
        history, seconds = self.progress.history, self.progress.seconds
        for part, names in PARTS.items():
            curves = {name.removeprefix("val_"): getattr(history, name) for name in names}
            records = b"".join(
                record(event(self.start + seconds[n], n + 1, {name: y[n] for name, y in curves.items()}))
                for n in range(self.written, len(curves["loss"]))
            )
            if records:
                self.paths[part].parent.mkdir(parents=True, exist_ok=True)
                with open(self.paths[part], "ab") as file:
                    file.write((b"" if file.tell() else record(header(self.start))) + records)
        self.written = self.progress.epochs


def header(seconds):
    """The event that a file begins with."""
    return struct.pack("<Bd", 0x09, seconds) + _bytes(3, VERSION)


def event(seconds, step, values):
    """An event as a protocol buffer: when, at which step, and numbers by name."""
    summary = b"".join(
        _bytes(1, _bytes(1, name.encode()) + struct.pack("<Bf", 0x15, value))
        for name, value in values.items()
    )
    return struct.pack("<Bd", 0x09, seconds) + b"\x10" + _varint(step) + _bytes(5, summary)


def record(data):
    """The bytes as a record: length, its checksum, data, their checksum."""
    length = struct.pack("<Q", len(data))
    return length + _checksum(length) + data + _checksum(data)


def _bytes(field, data):
    """A field of a protocol buffer that holds text or another buffer."""
    return bytes([field << 3 | 2]) + _varint(len(data)) + data


def _varint(number):
    """A whole number in groups of 7 bits, the lowest first; the highest bit says that another one follows."""
    groups = []
    while number > 127:
        groups.append(number & 127 | 128)
        number >>= 7
    return bytes([*groups, number])


def _checksum(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (CRC32C if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    # masked as records have it, so that a checksum of checksums is no special number
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
