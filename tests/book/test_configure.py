"""`make configure` points every link of the course to another repository, or changes nothing."""

import re
import shutil
import subprocess
import sys

import pytest
from cellcnn_book.address import Address


@pytest.fixture
def checkout(root, tmp_path):
    """What git tracks here, in a repository of its own."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (root / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, tmp_path / name)
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def configure(checkout, *arguments):
    command = [sys.executable, checkout / "tools" / "configure.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def contents(checkout):
    paths = (path for path in checkout.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(checkout)): path.read_bytes() for path in paths if path.suffix != ".pyc"}


def grep(checkout, pattern):
    """The files that match, tracked or not."""
    command = [
        "git",
        "grep",
        "--untracked",
        "--ignore-case",
        "--files-with-matches",
        "--extended-regexp",
        pattern,
    ]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True).stdout.split()


def test_no_file_names_the_old_repository(checkout):
    old = Address.read(checkout)
    owner, name = old.repository.split("/")
    old_names = rf"\b{owner}/{name}\b([^_-]|$)|{owner}\.github\.io"
    assert grep(checkout, old_names), "the pattern must find the old name before"

    result = configure(checkout, "A-Lab/cell-course", "v1.2")
    assert result.returncode == 0, result.stderr
    assert grep(checkout, old_names) == []
    assert Address.read(checkout) == Address("A-Lab/cell-course", "v1.2")
    for file in ("README.md", "CITATION.cff", "pyproject.toml"):
        assert "A-Lab/cell-course" in (checkout / file).read_text()
    assert "https://a-lab.github.io/cell-course/" in (checkout / "README.md").read_text()
    assert grep(checkout, rf"A-Lab/cell-course/(blob|tree|archive)/{re.escape(old.ref)}\b") == []


def test_there_and_back_changes_nothing(checkout):
    before, old = contents(checkout), Address.read(checkout)
    assert configure(checkout, "the-lab/copy", "feature/x").returncode == 0
    away = contents(checkout)
    again = configure(checkout, "the-lab/copy", "feature/x")
    assert (again.returncode, contents(checkout)) == (0, away)
    assert "0 files" in again.stdout
    assert configure(checkout, "the-lab/the-lab.github.io", "7310000").returncode == 0
    assert configure(checkout, old.repository, old.ref).returncode == 0
    # Notebooks are made anew, so compare them only if they were fresh before.
    hand_written = {name for name in before if not name.startswith("notebooks/")}
    assert {name: contents(checkout)[name] for name in hand_written} == {
        name: before[name] for name in hand_written
    }


def test_notebooks_follow(checkout):
    assert configure(checkout, "a/b").returncode == 0
    notebooks = list((checkout / "notebooks").glob("*.ipynb"))
    assert notebooks
    for notebook in notebooks:
        text = notebook.read_text()
        assert "%pip install -q --no-deps https://github.com/a/b/archive/main.zip" in text
        assert f"https://colab.research.google.com/github/a/b/blob/main/notebooks/{notebook.name}" in text
        assert "https://a.github.io/b/" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([""], "REPOSITORY must be `owner/name` as on GitHub: got REPOSITORY=''"),
        (["a/b", "x y"], "REF must be the name of a branch, tag or commit: got REF='x y'"),
    ],
)
def test_a_wrong_name_is_refused_and_nothing_changes(checkout, arguments, message):
    before = contents(checkout)
    result = configure(checkout, *arguments)
    assert result.returncode == 1
    assert f"configure: {message}" in result.stderr
    assert contents(checkout) == before


@pytest.mark.parametrize(
    "repository",
    ["cells", "https://github.com/a/b", "a/b/c", "-a/b", "a/..", "a/b.git", "a/b\n", "a b/c", "ä/b"],
)
def test_names_that_github_has_not(repository):
    with pytest.raises(ValueError, match=re.escape(f"got REPOSITORY={repository!r}")):
        Address(repository, "main")


@pytest.mark.parametrize("ref", ["", "x..y", "/x", "x/", "x.lock", "x\n", "-x", "x~1", "x//y", ".x"])
def test_refs_that_git_has_not(ref):
    with pytest.raises(ValueError, match=re.escape(f"got REF={ref!r}")):
        Address("a/b", ref)


def test_a_slip_in_a_chapter_stops_it_before_anything_is_written(checkout):
    (checkout / "book" / "chapters" / "99_slip.md").write_text("# No front matter\n")
    before = contents(checkout)
    result = configure(checkout, "a/b")
    assert "book/chapters/99_slip.md:1: the front matter" in result.stderr
    assert result.stderr.endswith("Nothing was changed.\n")
    assert contents(checkout) == before


def test_a_file_that_cannot_be_written_leaves_all_as_they_were(checkout):
    [notebook, *_] = [f"{path.stem}.ipynb" for path in (checkout / "book" / "chapters").glob("*.md")]
    blocker = checkout / "notebooks" / notebook / "a folder where the notebook belongs"
    (checkout / "notebooks" / notebook).unlink(missing_ok=True)
    blocker.mkdir(parents=True)
    before = contents(checkout)
    result = configure(checkout, "a/b")
    assert result.returncode == 1 and "Nothing was changed" in result.stderr
    assert contents(checkout) == before
    assert not list(checkout.glob(".configure-*"))


def test_outside_git_it_says_so(checkout):
    shutil.rmtree(checkout / ".git")
    before = contents(checkout)
    result = configure(checkout, "a/b")
    assert "is no git checkout" in result.stderr
    assert contents(checkout) == before


@pytest.mark.parametrize(
    ("repository", "site"),
    [
        ("owner/name", "https://owner.github.io/name/"),
        ("Owner/Name", "https://owner.github.io/Name/"),
        ("owner/owner.github.io", "https://owner.github.io/"),
        ("Owner/owner.GitHub.io", "https://owner.github.io/"),
    ],
)
def test_where_pages_are_published(repository, site):
    assert Address(repository, "main").site == site


def test_addresses_that_follow():
    address = Address("a/b", "v1")
    assert address.repository_url == "https://github.com/a/b"
    assert address.archive_url == "https://github.com/a/b/archive/v1.zip"
    assert address.source_url("README.md") == "https://github.com/a/b/blob/v1/README.md"
    assert address.page_url("chapters/03_convolution") == "https://a.github.io/b/chapters/03_convolution.html"
    assert address.colab_url("03_convolution") == (
        "https://colab.research.google.com/github/a/b/blob/v1/notebooks/03_convolution.ipynb"
    )


@pytest.mark.parametrize(
    "config", ["", "title: a", "repository: {url: https://example.org/a/b}", "repository: {}"]
)
def test_a_config_without_address_says_how_to_give_one(config):
    with pytest.raises(ValueError, match=r"Run `make configure REPOSITORY=owner/name`"):
        Address.from_config(config)
