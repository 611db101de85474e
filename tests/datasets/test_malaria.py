"""The malaria cells, in a small archive of the official layout, downloaded from a real server."""

import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cellcnn_helpers import datasets, images
from cellcnn_helpers.datasets import registry
from cellcnn_helpers.datasets.malaria import read_malaria

SUFFIXES = ("thinF", "_thinF", "P7ThinF", "NThinF", "P29N_ThinF", "BP2thinF", "P8thinOriginalOlympusCX21")


def png(array):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


def cell(number):
    """A cell with a size of its own, unlike all others."""
    shape = (20 + number % 5, 24 + number % 3, 3)
    return np.random.default_rng(number).integers(0, 256, shape).astype(np.uint8)


def name_of(folder, case, number):
    stem = f"C{case}{SUFFIXES[case % len(SUFFIXES)]}_IMG_20150619_114756a_cell_{number}"
    return f"cell_images/{folder}/{stem}.png"


def cells(cases=range(1, 11), each=4):
    """Members by name: `each` cells of both classes for every case."""
    made = {"cell_images/": b""}
    for case in cases:
        for number in range(each):
            for folder in ("Parasitized", "Uninfected"):
                made[name_of(folder, case, number)] = png(cell(len(made)))
    return made


def zipped(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def load(publish, members, **options):
    publish({"cell_images.zip": zipped(members)})
    return datasets.load("malaria", **options)


def test_cells_come_with_their_class_and_patient(publish, server):
    members = cells()
    everything = load(publish, members, split="all", size=16)
    assert everything.images.shape == (80, 16, 16, 3)
    assert everything.class_names == ("parasitized", "uninfected")
    assert everything.source == "Malaria cells (Rajaraman et al. 2018; NIH/NLM), resized"
    names = sorted(name for name in members if name.endswith(".png"))
    for position, name in enumerate(names):
        assert everything.labels[position] == ("Uninfected" in name)
        assert everything.groups[position] == re.search(r"/(C\d+)", name)[1]
        stored = np.array(Image.open(io.BytesIO(members[name])))
        np.testing.assert_array_equal(everything.images[position], images.resize(stored, 16))
    assert server.requested == ["file"]
    assert datasets.load("malaria").images.shape[1:] == (28, 28, 3)
    assert server.requested == ["file"]  # found in the cache


def test_the_split_divides_patients_and_is_always_the_same(publish):
    parts = [load(publish, cells(range(1, 31)), split=split, size=8) for split in ("train", "val", "test")]
    patients = [set(part.groups) for part in parts]
    assert [len(part) for part in parts] == [168, 24, 48]
    assert sum(map(len, patients)) == 30 == len(set.union(*patients))
    everything = datasets.load("malaria", split="all", size=8)
    for part, same in zip(parts, everything.split(seed=0), strict=True):
        np.testing.assert_array_equal(part.images, same.images)
        np.testing.assert_array_equal(part.groups, same.groups)


def test_one_patient_under_two_microscopes_is_one_group(publish):
    members = {
        f"cell_images/{folder}/C{name}_IMG_1_cell_{number}.png": png(cell(number))
        for number, name in enumerate(
            ("47P8thin_Original_Motic", "47P8thinOriginalOlympusCX21", "4thin_original", "48P9thinF")
        )
        for folder in ("Parasitized", "Uninfected")
    }
    found = load(publish, members, split="all")
    assert found.groups.tolist() == ["C47", "C47", "C48", "C4"] * 2


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=6, max_size=30), st.data())
@settings(max_examples=25, deadline=None)
def test_no_patient_is_in_two_parts_whatever_the_archive(tmp_path_factory, chosen, data):
    if len({case for case, _ in chosen}) < 3 or len({folder for _, folder in chosen}) < 2:
        chosen += [(1, True), (2, False), (3, True)]
    path = tmp_path_factory.mktemp("malaria") / "cell_images.zip"
    names = [
        name_of(("Parasitized", "Uninfected")[folder], case, n) for n, (case, folder) in enumerate(chosen)
    ]
    body = png(np.zeros((9, 9, 3), np.uint8))
    path.write_bytes(zipped({name: body for name in data.draw(st.permutations(names))}))
    record = registry.FILES["cell_images.zip"]
    parts = [read_malaria(path, record, split, 8) for split in ("train", "val", "test")]
    patients = [set(part.groups) for part in parts]
    assert sum(map(len, patients)) == len(set.union(*patients)) == len({case for case, _ in chosen})
    assert sum(map(len, parts)) == len(chosen)


def test_foreign_members_are_passed_over(publish):
    foreign = {
        "cell_images/Parasitized/Thumbs.db": b"not a picture",
        "cell_images/Uninfected/Thumbs.db": b"not a picture",
        "cell_images/Uninfected/.C9_thinF_cell_1.png": b"hidden",
        "cell_images/readme.txt": b"text",
        "__MACOSX/cell_images/Uninfected/._C9_thinF_cell_1.png": b"fork",
        "cell_images/Other/C9_thinF_cell_1.png": b"no class",
        "cell_images/Uninfected/deep/C9_thinF_cell_1.png": b"too deep",
    }
    assert len(load(publish, cells() | foreign, split="all")) == 80


def test_nothing_is_written_and_names_that_lead_out_are_refused(publish, online, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    for name in (
        "../../evil.png",
        "/evil.png",
        "cell_images/Uninfected/../../../evil.png",
        "a\\..\\evil.png",
    ):
        with pytest.raises(ValueError, match=rf"leads out of the archive: got {re.escape(repr(name))}"):
            load(publish, cells() | {name: png(cell(0))})
        (online / "cell_images.zip").unlink()
    assert sorted(set(tmp_path.rglob("*")) - {online}) == before


@pytest.mark.parametrize("stem", ["X1_thinF_cell_1", "thinF_cell_1", "c33P1thinF", "1C3_thinF"])
def test_a_name_without_a_patient_is_refused(publish, stem):
    name = f"cell_images/Uninfected/{stem}.png"
    with pytest.raises(
        ValueError, match=rf"(?s)cell_images.zip: the patient cannot be read .*got '{stem}'.*C33P1"
    ):
        load(publish, cells() | {name: png(cell(0))})


def test_a_class_without_cells_is_named(publish):
    members = {name: body for name, body in cells().items() if "Uninfected" not in name}
    with pytest.raises(ValueError, match=r"cell_images.zip holds no cells in cell_images/Uninfected"):
        load(publish, members)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"no picture", "cannot be read"),
        (png(cell(0))[:200], "cannot be read"),
        (png(cell(0)[..., 0]), "must be 8-bit RGB: got 1 channels of uint8"),
        (png(np.dstack([cell(0), cell(0)[..., :1]])), "transparent in places"),
    ],
)
def test_a_damaged_picture_is_named(publish, body, said):
    name = name_of("Uninfected", 3, 1)
    with pytest.raises(ValueError, match=f"(?s)cell_images.zip: {name}.*{said}"):
        load(publish, cells() | {name: body}, split="all")


def test_damage_inside_the_archive_is_found(publish):
    name = name_of("Uninfected", 3, 1)
    members = cells()
    body = bytearray(zipped(members))
    body[body.find(members[name]) + 60] ^= 255  # the zip's own checksum of the member does not fit any more
    publish({"cell_images.zip": bytes(body)})
    with pytest.raises(ValueError, match=rf"cell_images.zip: {name} is damaged"):
        datasets.load("malaria", split="all")


def test_a_member_that_unpacks_to_too_much_is_not_unpacked(publish, monkeypatch):
    from cellcnn_helpers.datasets import archive

    monkeypatch.setattr(archive, "LARGEST_MEMBER", 100)
    with pytest.raises(ValueError, match=r"is too large for a picture: got .* bytes unpacked"):
        load(publish, cells())


@pytest.mark.parametrize("kept", [0, 30, 0.5, -1])
def test_a_truncated_archive_is_no_zip_file(publish, kept):
    whole = zipped(cells())
    publish({"cell_images.zip": whole[: kept if isinstance(kept, int) else int(kept * len(whole))]})
    with pytest.raises(ValueError, match=r"cell_images.zip cannot be read as a zip file.*\n.*load again"):
        datasets.load("malaria")


def test_a_wrong_checksum_is_not_kept(publish, server, online):
    publish({"cell_images.zip": zipped(cells())})
    server.files["cell_images.zip"] += b"changed on the way"
    with pytest.raises(FileNotFoundError, match="wrong checksum"):
        datasets.load("malaria")
    assert list(Path(online).iterdir()) == []


def test_sizes(publish):
    with pytest.raises(ValueError, match="`size` must be at least 8: got size=7"):
        load(publish, cells(), size=7)
    assert datasets.load("malaria", split="val", size=50).images.shape[1:] == (50, 50, 3)
