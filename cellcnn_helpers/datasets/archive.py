"""Zip archives, read member by member: nothing of them is ever written to disk."""

import contextlib
import io
import re
import zipfile
import zlib

LARGEST_MEMBER = 64 * 1024**2  # bytes; a picture of a cell or a field has some kilobytes or one megabyte


@contextlib.contextmanager
def open_archive(path):
    """Return a context with the opened zip file.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ValueError
        If it is no zip file, or has a member whose name leads out of the archive.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, EOFError) as error:
        raise ValueError(
            f"{path} cannot be read as a zip file: it is damaged, cut short, or of another kind.\n"
            f"Delete it and load again, or copy it again."
        ) from error
    with archive:
        for name in archive.namelist():
            if name.startswith("/") or ".." in re.split(r"[/\\]", name):
                raise ValueError(
                    f"{path} has a member whose name leads out of the archive: got {name!r}.\n"
                    f"No data set has such a name: do not use this file."
                )
        yield archive


def members(archive, pattern):
    """The matches of the names that fit `pattern` as a whole, sorted by name; all other members are foreign.

    Parameters
    ----------
    archive : ZipFile
    pattern : str
        A regular expression.
    """
    matches = (re.fullmatch(pattern, name) for name in sorted(set(archive.namelist())))
    return [match for match in matches if match]


def read_member(archive, name):
    """Return one member, unpacked in memory, as a binary stream.

    Parameters
    ----------
    archive : ZipFile
    name : str

    Raises
    ------
    ValueError
        If the member is not there, is damaged, or is larger than any picture.
    """
    place = f"{archive.filename}: {name}"
    try:
        info = archive.getinfo(name)
        if info.file_size > LARGEST_MEMBER:
            raise ValueError(
                f"{place} is too large for a picture: got {info.file_size:,} bytes unpacked.\n"
                f"Do not use this file; load the data set again."
            )
        return io.BytesIO(archive.read(info))
    except KeyError:
        raise ValueError(f"{place} is missing.\nDelete the file and load the data set again.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ValueError(
            f"{place} is damaged: {error}.\nDelete the file and load the data set again."
        ) from error
