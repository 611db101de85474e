"""All chapters together, and what they refer to: other pages, labels, terms, literature, files.

The page leaves this to Sphinx. A notebook stands alone: its writer asks here for words and addresses.
"""

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from pybtex.database import parse_file
from pybtex.richtext import Text

from cellcnn_book.address import Address
from cellcnn_book.blocks import CodeCell, Exercise, Figure, Math, Quiz, Target, walk
from cellcnn_book.chapter import ChapterError, Problem, check_labels, parse

_LABEL_LINE = re.compile(r"\(([^()\s]+)\)=\s*")
_HEADING = re.compile(r"#{1,6} +(.+)")
_GLOSSARY = re.compile(r"^(`{3,}|:{3,})\{glossary\}\n(.*?)^\1", re.MULTILINE | re.DOTALL)


class NotFound(LookupError):
    """A reference leads nowhere; the message is for the author."""


@dataclass(frozen=True)
class Place:
    """Somewhere on the site: its words, empty where it has none of its own, and its address."""

    text: str
    url: str


@dataclass(frozen=True)
class Citation:
    """A work as it is cited: `authors` such as ``Yang et al.``, and its address, empty where it has none."""

    authors: str
    year: str
    url: str


class Library:
    """Every chapter of the course.

    A look-up of what does not exist raises `NotFound`.

    Parameters
    ----------
    root : str or Path
        The folder that has `_config.yml` and `book/`.
    address : Address, optional
        Where links lead to; the one that `_config.yml` names if not given.

    Raises
    ------
    ChapterError
        With every slip of every chapter.
    """

    def __init__(self, root, address=None):
        self.root = Path(root)
        self.address = address or Address.read(root)
        self.chapters = self._read_chapters()

    def _read_chapters(self):
        chapters, problems = [], []
        for path in sorted((self.root / "book" / "chapters").glob("*.md")):
            try:
                chapters.append(
                    parse(path.read_text(encoding="utf-8"), path.relative_to(self.root).as_posix())
                )
            except ChapterError as error:
                problems += error.problems
        if problems:
            raise ChapterError(problems)
        check_labels(chapters)
        self._check_picture_names(chapters)
        return tuple(chapters)

    @staticmethod
    def _check_picture_names(chapters):
        """Refuse two pictures of one name: Sphinx puts all of them into one folder and would rename one."""
        first, problems = {}, []
        for chapter in chapters:
            for block in walk(chapter.blocks):
                if isinstance(block, Figure):
                    path = PurePosixPath(os.path.normpath(f"{chapter.path}/../{block.path}"))
                    if first.setdefault(path.name, path) != path:
                        message = f"the picture {first[path.name]} has the same file name. Rename one."
                        problems.append(Problem(chapter.path, block.line, message))
        if problems:
            raise ChapterError(problems)

    def chapter_url(self, chapter):
        """The page of a chapter."""
        return self.address.page_url(_docname(chapter.path))

    def label(self, label, chapter):
        """The place of a label; one of `chapter` itself is found first."""
        for one in (chapter, *self.chapters):
            if label in one.labels:
                block = one.labels[label]
                if isinstance(block, Math):
                    raise NotFound(f"`{label}` is the label of a formula. Write {{eq}}`{label}`.")
                return Place(_title(block), f"{self.chapter_url(one)}#{label}")
        for docname, page in self._pages.items():
            if label in page.labels:
                return Place(page.labels[label], f"{self.address.page_url(docname)}#{label}")
        raise NotFound(f"no page has the label `{label}`. Write `({label})=` above the place that is meant.")

    def formula(self, label, chapter):
        """The place of a labelled formula; its words are its number."""
        for one in (chapter, *self.chapters):
            if isinstance(block := one.labels.get(label), Math):
                return Place(f"({block.number})", f"{self.chapter_url(one)}#equation-{label}")
        raise NotFound(
            f"no formula has the label `{label}`. Add `:label: {label}` to the {{math}} that is meant."
        )

    def page(self, path, chapter):
        """The place of a page, by the path of its source from the chapter's folder, with or without `.md`."""
        target = self._from_root(path if path.endswith(".md") else f"{path}.md", chapter)
        docname = _docname(target)
        for one in self.chapters:
            if _docname(one.path) == docname:
                return Place(one.title, self.chapter_url(one))
        if docname in self._pages:
            return Place(self._pages[docname].title, self.address.page_url(docname))
        raise NotFound(
            f"there is no page {target}. Give its path from {Path(chapter.path).parent.as_posix()}."
        )

    def file(self, path, chapter):
        """A file of the repository, by its path from the chapter's folder; returns its path from the root."""
        target = self._from_root(path, chapter)
        if not (self.root / target).is_file():
            raise NotFound(
                f"there is no file {target}. Give its path from {Path(chapter.path).parent.as_posix()}."
            )
        return target

    def _from_root(self, path, chapter):
        target = os.path.normpath(f"{chapter.path}/../{path}")
        if target.startswith(("..", "/")):
            raise NotFound(f"`{path}` leads out of the project. Link to a file of the project.")
        return target

    def term(self, term):
        """The place of a word in the glossary."""
        if term.lower() not in self._terms:
            raise NotFound(f"the glossary has no term `{term}`. Add it to book/guide/glossary.md.")
        return self._terms[term.lower()]

    def cite(self, key):
        """The citation for a key of `book/references.bib`."""
        if key not in self._citations:
            raise NotFound(f"book/references.bib has no entry `{key}`. Add it.")
        return self._citations[key]

    @cached_property
    def _pages(self):
        """The pages of the book that are no chapters."""
        book = self.root / "book"
        found = (path for path in sorted(book.rglob("*.md")) if path.parent != book / "chapters")
        return {
            _docname(path.relative_to(self.root).as_posix()): _Page.read(path.read_text(encoding="utf-8"))
            for path in found
        }

    @cached_property
    def _terms(self):
        terms = {}
        for docname, page in self._pages.items():
            for term in page.terms:
                url = f"{self.address.page_url(docname)}#{term_anchor(term)}"
                terms[term.lower()] = Place(term, url)
        return terms

    @cached_property
    def _citations(self):
        entries = parse_file(str(self.root / "book" / "references.bib")).entries
        return {key: _citation(entry) for key, entry in entries.items()}


@dataclass(frozen=True)
class _Page:
    """What a chapter may refer to on a page of the guide."""

    title: str
    labels: dict
    terms: tuple

    @classmethod
    def read(cls, text):
        title, labels, waiting = "", {}, []
        for line in text.split("\n"):
            if found := _LABEL_LINE.fullmatch(line):
                waiting.append(found[1])
            elif line.strip():
                heading = _HEADING.fullmatch(line.strip())
                labels |= dict.fromkeys(waiting, heading[1] if heading else "")
                title = title or (heading[1] if heading and line.startswith("# ") else "")
                waiting.clear()
        glossaries = "\n".join(body for _, body in _GLOSSARY.findall(text)).split("\n")
        terms = (line.strip() for line in glossaries if line.strip() and not line.startswith((" ", ":")))
        return cls(title, labels, tuple(terms))


def term_anchor(term):
    """The anchor that Sphinx gives a word of the glossary, for words of plain letters."""
    anchor = re.sub(r"[^a-zA-Z0-9._]+", "-", f"term-{term}").rstrip("-")
    if not term.isascii() or anchor == "term":
        raise NotFound(f"the term `{term}` has letters that an address cannot hold. Choose plain letters.")
    return anchor


def _docname(path):
    return path.removeprefix("book/").removesuffix(".md")


def _title(block):
    """The words by which a reference without words of its own calls a block."""
    match block:
        case Target():
            return block.title
        case Exercise():
            return f"Exercise {block.number}: {block.title}"
        case Quiz():
            return f"Question {block.number}"
        case Figure():
            return block.caption
        case CodeCell():
            return block.output["figure"].get("caption", "")


def _citation(entry):
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [" ".join(map(str, person.rich_prelast_names + person.rich_last_names)) for person in people]
    if len(names) > 2:
        authors = f"{names[0]} et al."
    else:
        authors = " and ".join(names) or str(Text.from_latex(entry.fields.get("title", entry.key)))
    doi = entry.fields.get("doi")
    url = f"https://doi.org/{doi}" if doi else entry.fields.get("url", "")
    return Citation(authors, entry.fields.get("year", "no year"), url)
