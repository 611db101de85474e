"""Pixels from an image file: what they hold is kept, and what would be changed on the way is refused."""

import numpy as np

TIFF_ENDINGS = (".tif", ".tiff")
ENDINGS = (".png", ".jpg", ".jpeg", *TIFF_ENDINGS)


def read_image(stream, name):
    """Return one grey or RGB image, and whether an opaque alpha channel was dropped.

    -> (H, W, 1) or (H, W, 3), uint8 or uint16

    Parameters
    ----------
    stream : binary file
        Opened for reading.
    name : str or Path
        Its name, for the messages; the ending tells a TIFF.

    Raises
    ------
    ValueError
        If the file cannot be read, is a stack, is partly transparent, or holds more than 16 bits or white as
        0.
    """
    is_tiff = str(name).lower().endswith(TIFF_ENDINGS)
    image = _read_tiff(stream, name) if is_tiff else _read_picture(stream, name)
    if image.ndim == 2:
        image = image[..., np.newaxis]
    if image.ndim != 3 or image.shape[-1] > 4:
        raise ValueError(
            f"{name} is not one grey or color image: got shape {image.shape}.\n"
            f"Save each plane of a stack as its own file."
        )
    if image.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"{name} holds {image.dtype} values.\nSave it with 8 or 16 bits per channel.")
    if image.shape[-1] in (1, 3):
        return image, False
    if image[..., -1].min() < np.iinfo(image.dtype).max:
        raise ValueError(
            f"{name} is transparent in places: its alpha channel goes down to {image[..., -1].min()}.\n"
            f"Save it without transparency (flatten the image)."
        )
    return image[..., :-1], True


def read_first_channel(stream, name):
    """Return the first channel of a PNG, whatever the others say: masks are stored so.

    -> (H, W), uint8 or uint16

    Parameters
    ----------
    stream : binary file
        Opened for reading.
    name : str or Path
        Its name, for the messages.

    Raises
    ------
    ValueError
        If the file cannot be read or has a palette.
    """
    from PIL import Image

    with _decode(name, Image.open, stream) as opened:
        if opened.mode not in ("L", "LA", "RGB", "RGBA", "I;16", "I"):
            raise ValueError(f"{name} has the color mode {opened.mode}.\nSave the mask as grey or RGB.")
        channels = _in_16_bits(_decode(name, np.array, opened), name)
    return channels if channels.ndim == 2 else channels[..., 0]


def _decode(name, function, *arguments):
    """`function(*arguments)`; what goes wrong inside a decoder, each with its own errors, names the file."""
    try:
        return function(*arguments)
    except Exception as error:
        raise ValueError(
            f"{name} cannot be read: {type(error).__name__}: {error}.\nOpen it in an image viewer; save it "
            "again or remove it."
        ) from error


def _read_picture(stream, name):
    from PIL import Image, ImageOps

    with _decode(name, Image.open, stream) as opened:
        num_frames = _decode(name, getattr, opened, "n_frames", 1)
        if num_frames > 1 and opened.format != "MPO":  # a phone's JPEG, with previews behind the image
            raise _stack(name, num_frames)
        if opened.format == "PNG" and _is_deep_color_png(stream):
            raise _cut(name, "a color PNG")
        picture = _decode(name, ImageOps.exif_transpose, opened)
    if picture.mode == "P":
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    if picture.mode == "1":
        picture = picture.convert("L")
    if picture.mode not in ("L", "LA", "RGB", "RGBA", "I;16", "I;16B", "I"):
        raise ValueError(f"{name} has the color mode {picture.mode}.\nSave it as grey or RGB.")
    return _in_16_bits(_decode(name, np.array, picture), name)


def _in_16_bits(image, name):
    """The image as uint8 or uint16; Pillow may give 16 bits as 32."""
    if image.dtype == np.uint8:
        return image
    if image.min() < 0 or image.max() > 65535:
        raise ValueError(
            f"{name} does not fit into 16 bits: got values from {image.min()} to {image.max()}.\n"
            f"Save it with 8 or 16 bits per channel."
        )
    return image.astype(np.uint16)


def _is_deep_color_png(stream):
    """Whether the header says 16 bits (byte 24) in a color type with several channels (byte 25)."""
    here = stream.tell()
    stream.seek(0)
    header = stream.read(26)
    stream.seek(here)
    return header[24] == 16 and header[25] != 0


def _read_tiff(stream, name):
    import tifffile

    with _decode(name, tifffile.TiffFile, stream) as opened:
        num_planes = _decode(name, len, opened.pages)
        if num_planes > 1:
            raise _stack(name, num_planes)
        page = _decode(name, opened.pages.__getitem__, 0)
        if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE:
            raise ValueError(f"{name} stores white as 0 (MINISWHITE).\nSave it with black as 0.")
        if page.tags.valueof("Orientation", 1) != 1:
            raise ValueError(f"{name} is marked as turned (Orientation).\nSave it upright, without the mark.")
        image = None
        if page.photometric in (tifffile.PHOTOMETRIC.MINISBLACK, tifffile.PHOTOMETRIC.RGB):
            image = _decode(name, _array_of_page, page)
        if image is None and page.bitspersample > 8 and page.samplesperpixel > 1:
            raise _cut(name, "a compressed color TIFF")
    stream.seek(0)
    return _read_picture(stream, name) if image is None else image


def _array_of_page(page):
    """The image; None where tifffile leaves the compression to a package of its own. Pillow knows LZW."""
    try:
        return page.asarray()
    except ValueError:
        return None


def _stack(name, num_planes):
    return ValueError(f"{name} is a stack of {num_planes} planes.\nSave each plane as its own file.")


def _cut(name, kind):
    return ValueError(
        f"{name} is {kind} with 16 bits per channel, which would be cut to 8 bits.\nSave it as plain TIFF."
    )
