"""Fields of nuclei with numbered masks: BBBC039 from small archives of its layout, DSB2018 from a folder."""

import dataclasses
import hashlib
import io
import zipfile

import numpy as np
import pytest
import tifffile
from PIL import Image

from cellcnn_helpers import datasets
from cellcnn_helpers.datasets import fetch, registry
from cellcnn_helpers.datasets.nuclei import numbered
from cellcnn_helpers.simulate import simulate_fields

LISTS = {"training": ("a", "b", "c"), "validation": ("d",), "test": ("e", "f")}
FIELDS = [f"IXMtest_{letter.upper()}02_s1_w1051DAA7C" for letter in "abcdef"]
SHAPE = (12, 16)


def png(array):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


def tiff(array):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, array)
    return buffer.getvalue()


def field(number):
    """12-bit values in 16 bits, as the camera of the screen stored them."""
    return np.random.default_rng(number).integers(100, 4096, SHAPE).astype(np.uint16)


def colors():
    """Two nuclei apart that share color 1, and one of color 2 that touches the first."""
    mask = np.zeros(SHAPE, np.uint8)
    mask[1:5, 1:5], mask[1:5, 5:9], mask[8:11, 8:12] = 1, 2, 1
    return mask


def coded(mask):
    """The mask as the set stores it: its numbers in the red channel of a transparent RGBA picture."""
    return np.dstack([mask, *np.zeros((2, *mask.shape), np.uint8), np.full(mask.shape, 77, np.uint8)])


def zipped(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def members():
    """The members of the three archives."""
    return {
        "images": {f"images/{name}.tif": tiff(field(n)) for n, name in enumerate(FIELDS)},
        "masks": {f"masks/{name}.png": png(coded(colors())) for name in FIELDS},
        "metadata": {
            f"metadata/{part}.txt": "\n".join(f"{FIELDS['abcdef'.index(f)]}.png" for f in fields) + "\n"
            for part, fields in LISTS.items()
        },
    }


@pytest.fixture
def load(publish):
    """Load "bbbc039" from archives with some members changed; None removes one."""

    def start(changed=None, **options):
        made = members()
        for name, body in (changed or {}).items():
            archive = made[name.split("/")[0]]
            archive.pop(name, None)
            if body is not None:
                archive[name] = body
        publish({f"BBBC039/{part}.zip": zipped(files) for part, files in made.items()})
        return datasets.load("bbbc039", **options)

    return start


def test_fields_come_in_the_official_split_with_their_16_bits(load, server, online):
    train = load()
    assert train.images.shape == (3, *SHAPE, 1)
    assert train.images.dtype == np.uint16
    for position in range(3):
        np.testing.assert_array_equal(train.images[position, ..., 0], field(position))
    assert [len(datasets.load("bbbc039", split=split)) for split in ("val", "test", "all")] == [1, 2, 6]
    np.testing.assert_array_equal(datasets.load("bbbc039", split="test").images[1, ..., 0], field(5))
    assert train.source.startswith("BBBC039v1")
    assert train.license == "CC0"
    assert 0.9 < train.arrays(max_value=4095)[0].max() <= 1
    assert len(server.requested) == 3
    assert sorted(path.name for path in (online / "BBBC039").iterdir()) == [
        "images.zip",
        "masks.zip",
        "metadata.zip",
    ]


def test_masks_number_the_nuclei(load):
    masks = load().masks
    assert masks.dtype == np.uint16
    assert np.unique(masks[0]).tolist() == [0, 1, 2, 3]
    for box, number in (((1, 5, 1, 5), 1), ((1, 5, 5, 9), 2), ((8, 11, 8, 12), 3)):
        assert (masks[0, box[0] : box[1], box[2] : box[3]] == number).all()
    np.testing.assert_array_equal(masks[0] > 0, colors() > 0)


def test_regions_meet_at_corners_too_but_never_across_colors():
    assert numbered(np.eye(4, dtype=np.uint8)).max() == 1
    assert numbered(np.array([[1, 2, 1], [2, 1, 2]])).max() == 2
    assert numbered(np.array([[3, 0, 3]])).tolist() == [[1, 0, 2]]
    assert numbered(np.zeros((3, 3), np.uint8)).max() == 0


def test_other_members_are_passed_over(load):
    foreign = {"images/.DS_Store": b"", "masks/Thumbs.db": b"", "images/unlisted.tif": b"not read"}
    assert len(load(foreign, split="all")) == 6


NAME = FIELDS[1]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({f"masks/{NAME}.png": None}, rf"masks.zip: masks/{NAME}.png is missing"),
        ({f"images/{NAME}.tif": None}, rf"images.zip: images/{NAME}.tif is missing"),
        ({"metadata/test.txt": None}, "metadata.zip: metadata/test.txt is missing"),
        ({"metadata/test.txt": " \n"}, "metadata.zip has a list of fields that is empty"),
        ({"metadata/test.txt": f"{NAME}.png"}, rf"one field twice: got \['{NAME}'\]"),
        ({"metadata/training.txt": "../../gone.png"}, r"images.zip: images/../../gone.tif is missing"),
        ({f"masks/{NAME}.png": b"no picture"}, rf"masks.zip: masks/{NAME}.png cannot be read"),
        ({f"masks/{NAME}.png": png(coded(colors()))[:90]}, rf"masks/{NAME}.png cannot be read"),
        ({f"images/{NAME}.tif": tiff(field(1))[:300]}, rf"images.zip: images/{NAME}.tif cannot be read"),
        ({f"images/{NAME}.tif": tiff(field(1)[:6])}, rf"masks/{NAME}.png must have the size .*\(6, 16\)"),
        ({f"images/{NAME}.tif": tiff(field(1).astype(np.uint8))}, "uint16: got .* of uint8"),
        (
            {f"masks/{NAME}.png": png(colors()[:6])},
            r"must have the size of its image, \(12, 16\): got \(6, 16\)",
        ),
        ({"images/../../evil.tif": b""}, "images.zip has a member whose name leads out of the archive"),
    ],
)
def test_what_is_wrong_inside_is_named(load, changed, said):
    with pytest.raises(ValueError, match=rf"(?s){said}.*(again|do not use)"):
        load(changed)


def test_a_mask_with_a_palette_is_refused(load):
    buffer = io.BytesIO()
    Image.fromarray(colors()).convert("P").save(buffer, "PNG")
    with pytest.raises(ValueError, match=rf"masks/{NAME}.png has the color mode P"):
        load({f"masks/{NAME}.png": buffer.getvalue()})


def test_one_damaged_archive_of_three_is_named(publish, server, online):
    publish({f"BBBC039/{part}.zip": zipped(files) for part, files in members().items()})
    server.files["BBBC039/masks.zip"] = b"half"
    with pytest.raises(
        FileNotFoundError, match=r"BBBC039/masks.zip could not be downloaded.*\n.*wrong checksum"
    ):
        datasets.load("bbbc039")
    assert [path.name for path in (online / "BBBC039").iterdir()] == ["images.zip"]


def test_fields_have_no_size_to_choose():
    for name in ("bbbc039", "dsb2018_nuclei", "nuclei", "simulated_fields"):
        with pytest.raises(ValueError, match=rf'(?s)`size` cannot be chosen for "{name}": got size=64.*crop'):
            datasets.load(name, size=64)


# The fields of the Data Science Bowl 2018, in a folder


@pytest.fixture
def bowl(monkeypatch, tmp_path):
    """A small folder of its layout in $CELLCNN_DATA; returns it, and a function that writes the index."""
    folder = tmp_path / "data" / "nuclei_dsb2018"
    for kind in ("images", "labels"):
        (folder / kind).mkdir(parents=True)
    for number, field_id in enumerate(("0a", "1b", "2c", "3d")):
        image = np.random.default_rng(number).integers(0, 256, (8, 9)).astype(np.uint8)
        labels = np.zeros((8, 9), np.uint16)
        labels[:2, :2], labels[4:6, 4:6] = 1, 300  # more than 8 bits hold
        Image.fromarray(image).save(folder / "images" / f"{field_id}.png")
        Image.fromarray(labels).save(folder / "labels" / f"{field_id}.png")
    monkeypatch.setenv("CELLCNN_DATA", str(folder.parent))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def write(text="id,split,n_nuclei\n0a,train,2\n1b,test,2\n2c,val,2\n3d,train,2\n"):
        (folder / "index.csv").write_text(text)
        digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
        (record,) = registry.files_of("dsb2018_nuclei")
        records = tuple(
            dataclasses.replace(one, checksum=digest) if one is record else one for one in registry._RECORDS
        )
        monkeypatch.setattr(registry, "_RECORDS", records)

    write()
    return folder, write


def test_dsb2018_comes_by_its_index(bowl):
    folder, _ = bowl
    train = datasets.load("dsb2018_nuclei")
    assert train.images.shape == (2, 8, 9, 1)
    assert (train.images.dtype, train.masks.dtype) == (np.uint8, np.uint16)
    np.testing.assert_array_equal(train.images[1, ..., 0], np.array(Image.open(folder / "images" / "3d.png")))
    assert np.unique(train.masks[0]).tolist() == [0, 1, 300]
    assert [len(datasets.load("dsb2018_nuclei", split=split)) for split in ("val", "test", "all")] == [
        1,
        1,
        4,
    ]


@pytest.mark.parametrize(
    ("index", "said"),
    [
        ("id,split\n0a,train\n", "index.csv must have the columns id, split, n_nuclei"),
        ("", "index.csv must have the columns"),
        ("id,split,n_nuclei\n../0a,train,2\n", r"ids of letters and digits .* got id='../0a'"),
        ("id,split,n_nuclei\n0a,training,2\n", "split='training'"),
        ("id,split,n_nuclei\n0a,train,3\n", "0a.png holds 2 nuclei, but .*index.csv says 3"),
        ("id,split,n_nuclei\n9z,train,2\n", "images.9z.png is missing, but .*index.csv names it"),
        ("id,split,n_nuclei\n0a,val,2\n", 'index.csv names no field of the split "train"'),
    ],
)
def test_a_wrong_index_is_named(bowl, index, said):
    bowl[1](index)
    with pytest.raises(ValueError, match=rf"(?s){said}.*[Cc]opy the folder again"):
        datasets.load("dsb2018_nuclei")


def test_missing_and_damaged_pictures_are_named(bowl):
    folder, _ = bowl
    whole = (folder / "labels" / "3d.png").read_bytes()
    (folder / "labels" / "3d.png").write_bytes(whole[:60])
    with pytest.raises(ValueError, match=r"labels.3d.png cannot be read"):
        datasets.load("dsb2018_nuclei")
    (folder / "labels" / "3d.png").unlink()
    with pytest.raises(ValueError, match=r"labels.3d.png is missing"):
        datasets.load("dsb2018_nuclei")
    Image.fromarray(np.zeros((9, 8), np.uint16)).save(folder / "labels" / "3d.png")
    bowl[1]("id,split,n_nuclei\n3d,train,0\n")
    with pytest.raises(ValueError, match=r"3d.png must have the size of its image, \(8, 9\): got \(9, 8\)"):
        datasets.load("dsb2018_nuclei")


def test_an_index_that_was_changed_is_not_used(bowl):
    (bowl[0] / "index.csv").write_text("id,split,n_nuclei\n0a,test,2\n")
    with pytest.raises(ValueError, match=r"index.csv is not the file it should be"):
        datasets.load("dsb2018_nuclei")


# The soft name


def told(capsys):
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 76  # what fits into a page of the book
    assert out.count("nuclei:") == 1
    return " ".join(out.split())


def test_nuclei_are_simulated_where_there_are_none_and_say_so(online, capsys, server):
    fields = datasets.load("nuclei", split="val")
    assert fields.images.shape == (10, 256, 256, 1)
    assert (fields.masks.max(axis=(1, 2)) >= 5).all()
    assert fields.source.startswith("Simulated")
    assert f"nuclei: no fields of real nuclei on this machine; {fields.source} instead" in told(capsys)
    assert server.requested == []


def test_simulated_fields_share_no_field():
    val, test = (datasets.load("simulated_fields", split=split) for split in ("val", "test"))
    both = np.concatenate([val.images, test.images])
    np.testing.assert_array_equal(datasets.find_duplicates(both), np.arange(20))
    np.testing.assert_array_equal(simulate_fields(1, first_index=50).images[0], test.images[0])


def test_nuclei_take_bbbc039_only_when_all_of_it_is_here(load, online, capsys):
    load()
    assert datasets.load("nuclei").source.startswith("BBBC039v1")
    assert "nuclei: BBBC039v1" in told(capsys)
    (online / "BBBC039" / "masks.zip").unlink()
    assert datasets.load("nuclei", split="val").source.startswith("Simulated")
    assert "no fields of real nuclei" in told(capsys)
    assert fetch.find(registry.FILES["BBBC039/masks.zip"]) is None  # the soft name never downloads


def test_nuclei_take_the_folder_first(bowl, capsys):
    assert datasets.load("nuclei").source.startswith("Data Science Bowl 2018")
    assert "nuclei: Data Science Bowl 2018" in told(capsys)


@pytest.mark.real_data
def test_real_nuclei_are_brighter_than_what_is_around_them():
    sizes = {}
    for split in ("train", "val", "test"):
        fields = datasets.load("dsb2018_nuclei", split=split)
        sizes[split] = len(fields)
        for image, mask in zip(fields.images[..., 0], fields.masks, strict=True):
            assert image[mask > 0].mean() > image[mask == 0].mean()
    assert sizes == {"train": 120, "val": 20, "test": 20}
