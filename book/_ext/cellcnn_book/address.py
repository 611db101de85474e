"""Where the course lives: the repository named in `_config.yml`, and every link that follows from it.

`repository.url` and `repository.branch` alone choose the addresses; `make configure` changes them.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

# What GitHub accepts as `owner/name`, and the part of git's rules for a branch, tag or commit that we use.
REPOSITORY = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9])*/(?!\.{1,2}$)(?!.*\.git$)[\w.-]{1,100}", re.ASCII)
REF = re.compile(r"(?!.*(?:\.\.|//|/\.|\.lock(?:/|$)))[\w][\w./-]*(?<![./])", re.ASCII)
_URL = re.compile(r"https://github\.com/([^/\s]+/[^/\s]+?)/?")


@dataclass(frozen=True)
class Address:
    """One repository on GitHub, at one branch, tag or commit, and the site that it publishes.

    Parameters
    ----------
    repository : str
        ``owner/name``.
    ref : str
        A branch, tag or commit.
    """

    repository: str
    ref: str

    def __post_init__(self):
        if not REPOSITORY.fullmatch(self.repository):
            raise ValueError(
                f"REPOSITORY must be `owner/name` as on GitHub: got REPOSITORY={self.repository!r}.\n"
                f"Give only these two words: REPOSITORY=your-name/cellcnn."
            )
        if not REF.fullmatch(self.ref):
            raise ValueError(
                f"REF must be the name of a branch, tag or commit: got REF={self.ref!r}.\n"
                f"For example REF=main."
            )

    @classmethod
    def read(cls, root):
        """The address that `_config.yml` in the folder `root` names."""
        return cls.from_config((Path(root) / "_config.yml").read_text(encoding="utf-8"))

    @classmethod
    def from_config(cls, text):
        """The address in the text of a `_config.yml`."""
        repository = (yaml.safe_load(text) or {}).get("repository") or {}
        url = _URL.fullmatch(str(repository.get("url")))
        if not url:
            raise ValueError(
                f"_config.yml: `repository: url` must be https://github.com/owner/name: "
                f"got url={repository.get('url')!r}.\nRun `make configure REPOSITORY=owner/name`."
            )
        return cls(url[1], str(repository.get("branch", "main")))

    @property
    def site(self):
        """Where GitHub Pages publishes the book, with a slash at the end."""
        owner, name = self.repository.split("/")
        pages = f"{owner.lower()}.github.io"
        return f"https://{pages}/" if name.lower() == pages else f"https://{pages}/{name}/"

    @property
    def repository_url(self):
        """The repository's own page."""
        return f"https://github.com/{self.repository}"

    @property
    def archive_url(self):
        """The archive that the setup cell of a notebook installs."""
        return f"{self.repository_url}/archive/{self.ref}.zip"

    def source_url(self, path):
        """A file of the repository, by its path from the root."""
        return f"{self.repository_url}/blob/{self.ref}/{path}"

    def page_url(self, docname):
        """A page of the site, by its path under `book/` without the ending."""
        return f"{self.site}{docname}.html"

    def colab_url(self, name):
        """The button that opens the student notebook `name`, such as ``03_convolution``, in Colab."""
        notebook = f"{self.repository}/blob/{self.ref}/notebooks/{name}.ipynb"
        return f"https://colab.research.google.com/github/{notebook}"
