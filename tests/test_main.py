"""The command line, run as a user runs it."""

import os
import shutil
import subprocess
import sys

import pytest

from cellcnn_helpers.__main__ import main


@pytest.fixture
def run(root, tmp_path):
    """Run ``python -m cellcnn_helpers`` with an empty cache and, if given, a data folder."""

    def start(*arguments, data=None):
        environment = {name: value for name, value in os.environ.items() if name != "CELLCNN_DATA"}
        environment |= {"XDG_CACHE_HOME": str(tmp_path / "cache"), "CELLCNN_OFFLINE": "1"}
        environment |= {"CELLCNN_DATA": str(data)} if data else {}
        command = [sys.executable, "-m", "cellcnn_helpers", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=root, env=environment, check=False)

    return start


def test_list_names_every_file_and_where_it_would_be(run, tmp_path):
    done = run("data", "list")
    assert done.returncode == 0
    assert done.stdout.count("\nbloodmnist ") == 4
    assert "CC BY 4.0" in done.stdout
    assert str(tmp_path / "cache") in done.stdout
    assert done.stderr == ""


def test_list_tells_when_only_some_files_of_a_set_are_here(run, tmp_path):
    (tmp_path / "data" / "BBBC039").mkdir(parents=True)
    (tmp_path / "data" / "BBBC039" / "images.zip").write_bytes(b"not read by list")
    lines = {
        line.split()[0]: line for line in run("data", "list", data=tmp_path / "data").stdout.splitlines()[:-3]
    }
    assert "80.7  1 of 3 files" in lines["bbbc039"]
    assert "205.6  no" in lines["pathmnist"]
    assert {"malaria", "tissuemnist", "dsb2018_nuclei", "pbc_blood_28"} < lines.keys()


def test_download_names_the_first_file_that_is_missing(run):
    for name, file in (("bbbc039", "BBBC039/images.zip"), ("malaria", "cell_images.zip")):
        done = run("data", "download", name)
        assert done.returncode == 1
        assert file in done.stderr
        assert "forbids downloads" in done.stderr


def test_a_data_folder_that_is_not_there_is_named(run, tmp_path):
    gone = f"$CELLCNN_DATA ({tmp_path / 'gone'}, which is no folder), then in {tmp_path / 'cache'}"
    assert gone in run("data", "list", data=tmp_path / "gone").stdout
    assert gone in run("data", "download", "bloodmnist", data=tmp_path / "gone").stderr
    assert "$CELLCNN_DATA (not set)" in run("data", "list").stdout
    assert f"$CELLCNN_DATA ({tmp_path})" in run("data", "list", data=tmp_path).stdout


def test_download_offline_fails_with_a_clear_message_and_no_traceback(run, tmp_path):
    done = run("data", "download", "bloodmnist", "--size", "64")
    assert done.returncode == 1
    assert "CELLCNN_OFFLINE=1 forbids downloads" in done.stderr
    assert "bloodmnist_64.npz" in done.stderr
    assert str(tmp_path / "cache") in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["data", "download", "blod"], 1, "name='blod'"),
        (["data", "download", "bloodmnist", "--size", "30"], 1, "28, 64, 128, 224: got size=30"),
        (["data", "download", "bloodmnist", "--size", "big"], 2, "invalid int value: 'big'"),
        (["data", "download"], 2, "NAME"),
        (["data"], 2, "COMMAND"),
        ([], 2, "TOPIC"),
    ],
)
def test_wrong_usage_is_explained(run, arguments, code, said):
    done = run(*arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_verify_finds_a_damaged_file(run, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "bloodmnist.npz").write_bytes(b"half of it")
    done = run("data", "verify", data=tmp_path / "data")
    assert done.returncode == 1
    assert "bloodmnist.npz is not the file it should be: got 10 bytes" in done.stdout
    assert "0 good, 1 damaged." in done.stdout


def test_verify_with_nothing_there_is_no_failure(run):
    done = run("data", "verify")
    assert (done.returncode, done.stdout) == (0, "0 good, 0 damaged.\n")


@pytest.mark.real_data
def test_verify_and_download_find_the_real_file(run, real_data, tmp_path):
    done = run("data", "verify", data=real_data)
    assert done.returncode == 0
    assert f"good     {real_data / 'pbc_blood_28.npz'}" in done.stdout
    assert "2 good, 0 damaged." in done.stdout
    done = run("data", "download", "pbc_blood_28", data=real_data)
    assert done.returncode == 0
    assert "is verified" in done.stdout
    assert "not BloodMNIST" in done.stdout
    done = run("data", "download", "dsb2018_nuclei", data=real_data)
    assert "nuclei_dsb2018/index.csv is verified" in done.stdout
    copied = tmp_path / "copied"
    copied.mkdir()
    shutil.copyfile(real_data / "pbc_blood_28.npz", copied / "pbc_blood_28.npz")
    with open(copied / "pbc_blood_28.npz", "r+b") as file:
        file.seek(10_000_000)
        file.write(b"damage")
    assert run("data", "verify", data=copied).returncode == 1


def test_main_returns_the_exit_code(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("CELLCNN_DATA", raising=False)
    assert main(["data", "verify"]) == 0
    assert main(["data", "download", "bloodmnist"]) == 1
    assert "CELLCNN_OFFLINE" in capsys.readouterr().err
