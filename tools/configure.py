"""Point every link of the course to another repository: `make configure REPOSITORY=owner/name REF=main`.

`_config.yml` says where the course lives now. Links to that repository and its site are rewritten in every
file that git tracks, then the notebooks are made anew. All of it happens or none of it.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from cellcnn_book.address import Address  # noqa: E402
from cellcnn_book.library import Library  # noqa: E402
from cellcnn_book.notebook import student_notebooks  # noqa: E402

HOSTS = r"github\.com/|colab\.research\.google\.com/github/"
END = r"(?![\w-]|\.(?!git\b)\w)"  # the name ends here: `.git` may follow, or a full stop


def main(arguments=None):
    """Read the command line; what is wrong ends the program with one message."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("repository", help="owner/name on GitHub")
    parser.add_argument("ref", nargs="?", default="main", help="branch, tag or commit (main)")
    chosen = parser.parse_args(arguments)
    try:
        changed = configure(ROOT, Address(chosen.repository, chosen.ref))
    except (ValueError, OSError) as error:
        sys.exit(f"configure: {error}\nNothing was changed.")
    print(f"configure: {len(changed)} files now lead to {chosen.repository} at {chosen.ref}")


def configure(root, new):
    """Rewrite the links of the project in `root`; return the paths that changed.

    Parameters
    ----------
    root : Path
        The root of a git checkout.
    new : Address
        Where the course shall live.

    Raises
    ------
    ValueError
        If the present address cannot be read, or a chapter has slips.
    """
    old = Address.read(root)
    texts = {path: rewrite(text, old, new) for path, text in tracked_texts(root).items()}
    texts["_config.yml"] = set_ref(texts["_config.yml"], new)
    texts |= student_notebooks(Library(root, new))
    changed = {path: text for path, text in texts.items() if _text(root / path) != text}
    replace_all(root, changed)
    return sorted(changed)


def rewrite(text, old, new):
    """The text with every link to the old repository, its files at the old ref and its site made new."""
    at_ref = (
        rf"({HOSTS}){re.escape(old.repository)}(/(?:blob|tree|raw|archive)/){re.escape(old.ref)}(?![\w-])"
    )
    text = re.sub(at_ref, lambda found: f"{found[1]}{new.repository}{found[2]}{new.ref}", text)
    text = re.sub(
        rf"({HOSTS}){re.escape(old.repository)}{END}", lambda found: found[1] + new.repository, text
    )
    site = re.escape(old.site.rstrip("/"))
    return re.sub(rf"{site}(?![\w-]|\.\w)", lambda _: new.site.rstrip("/"), text)


def set_ref(config, new):
    """`_config.yml` with the branch set; checked by reading it back."""
    ref = new.ref if yaml.safe_load(new.ref) == new.ref else f'"{new.ref}"'  # a commit may look like a number
    config = re.sub(r"(?m)^(  branch:[ ]*)[^\s#]+", lambda found: found[1] + ref, config, count=1)
    if Address.from_config(config) != new:
        raise ValueError(
            f"_config.yml: `repository:` must have `  url: ...` and `  branch: ...` on lines of their own: "
            f"got {Address.from_config(config)}.\nWrite it in this form."
        )
    return config


def tracked_texts(root):
    """The text of every file that git tracks, but notebooks, which are made anew, and what is no text."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True)
    if listed.returncode != 0:
        raise ValueError(
            f"{root} is no git checkout: {listed.stderr.strip()}.\nRun it in a clone of the course."
        )
    paths = {"_config.yml", *listed.stdout.split("\0")}
    found = {path: _text(root / path) for path in sorted(paths) if not path.startswith("notebooks/")}
    return {path: text for path, text in found.items() if text is not None}


def _bytes(path):
    """The content of a file, None where there is none."""
    return path.read_bytes() if path.is_file() else None


def _text(path):
    """The text of a file with its line ends, None where there is none."""
    try:
        content = _bytes(path)
        return None if content is None else content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def replace_all(root, texts):
    """Write all files, or leave all as they were."""
    before = {path: _bytes(root / path) for path in texts}
    done = []
    with tempfile.TemporaryDirectory(dir=root, prefix=".configure-") as folder:
        new = {path: Path(folder) / str(number) for number, path in enumerate(texts)}
        for path, text in texts.items():  # a full disk is met here, where it does no harm
            new[path].write_bytes(text.encode("utf-8"))
            new[path].chmod((root / path).stat().st_mode if before[path] is not None else 0o644)
        try:
            for path in texts:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                os.replace(new[path], root / path)
                done.append(path)
        except OSError:
            for path in done:
                if before[path] is None:
                    (root / path).unlink()
                else:
                    (root / path).write_bytes(before[path])
            raise


if __name__ == "__main__":
    main()
