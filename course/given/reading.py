"""Reading an image file, whatever cameras and programs have written into it beside the image."""

import importlib.util
import io
import struct
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

LARGE = 40_000_000
"""Pixels above which a JPEG is scaled while it is read: a 200-megapixel photo needs 600 MB."""

MAX_PIXELS = 400_000_000
"""More than any camera's; what claims to be larger is a mistake, or a trap for the memory."""

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_REDUCIBLE = ("L", "LA", "RGB", "RGBA")
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_JPEG_PIXELS = 0xDA
"""The marker after which the pixels come."""

_PNG_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")


def read_image(path: Path, needed: int | None = None) -> Image.Image:
    """Read an image file as RGB, turned as its camera says, on white where it is transparent.

    Args:
        path: of the file.
        needed: pixels along the shorter side that are enough; None for all. Only a very large
            photo is read in a smaller size, of at least this many.

    Returns:
        The image, in mode RGB.

    Raises:
        ValueError: if the file is not an image, is cut short, or is too large; names the file.
    """
    try:
        return _to_rgb(_decode(path.read_bytes(), needed))
    except _UnreadableError as error:
        raise ValueError(f"{path} {error}") from None
    except UnidentifiedImageError:
        raise ValueError(
            f"{path} is not an image that can be read; save it as JPEG or PNG"
        ) from None
    except Exception as error:  # of damaged files anything may come
        raise ValueError(f"{path} is not an image that can be read: {error}") from error


class _UnreadableError(Exception):
    """Why an image cannot be read, as the end of a sentence that begins with its name."""


def _decode(data: bytes, needed: int | None) -> Image.Image:
    if _is_heic(data):
        _learn_heic()
    try:
        return _load(data, needed)
    except _UnreadableError:
        raise
    except Exception:
        # Perhaps it is only one of the notes beside the pixels that is damaged.
        if data.startswith(_PNG):
            return _load(_png_without_notes(data), needed)
        if data.startswith(_JPEG):
            return _load(_jpeg_without_notes(data), needed)
        raise


def _load(data: bytes, needed: int | None) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on notes that are damaged, and on large images
        image = _open(data)
        if needed is None or image.width * image.height <= LARGE:
            image.load()  # a file cut short is noticed only here
            return _turned(image)
        image.draft(None, (needed, needed))  # only JPEG can be read in another size
        image.load()
        times = min(image.size) // needed
        turned = _turned(image)
        return turned.reduce(times) if times > 1 and turned.mode in _REDUCIBLE else turned


def _open(data: bytes) -> Image.Image:
    """Open an image, with a limit of our own: Pillow's is below the size of a phone's photo."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, MAX_PIXELS // 2
    try:
        return Image.open(io.BytesIO(data))
    except Image.DecompressionBombError:
        raise _UnreadableError(
            f"is too large: an image may have {MAX_PIXELS // 10**6} million pixels"
        ) from None
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _turned(image: Image.Image) -> Image.Image:
    """The image as it was seen. Of all that EXIF holds, only this is wanted."""
    try:
        turn = _TURNS.get(image.getexif().get(_ORIENTATION))  # type: ignore[arg-type]
    except Exception:  # a photo with damaged notes is still a photo
        turn = None
    return image if turn is None else image.transpose(turn)


def _is_heic(data: bytes) -> bool:
    """Whether it is a photo as phones take them, whatever its name ends with."""
    return data[4:8] == b"ftyp" and data[8:12] in _HEIC


def _learn_heic() -> None:
    if importlib.util.find_spec("pillow_heif") is None:
        raise _UnreadableError(
            "is a HEIC photo, as many phones take them: pip install 'introspection-course[heic]', "
            "or save it as JPEG"
        )
    import pillow_heif

    pillow_heif.register_heif_opener()


def _png_without_notes(data: bytes) -> bytes:
    """A PNG with only those of its chunks that make up the pixels."""
    kept, place = [_PNG], len(_PNG)
    while place + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        end = place + 12 + length
        if kind in _PNG_CHUNKS:
            kept.append(data[place:end])
        place = end
    return b"".join(kept)


def _jpeg_without_notes(data: bytes) -> bytes:
    """A JPEG without the segments of programs, but for the one that tells colours apart."""
    kept, place = [_JPEG[:2]], 2
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] != _JPEG_PIXELS:
        marker, length = struct.unpack_from(">xBH", data, place)
        segment = data[place : place + 2 + length]
        is_note = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if not is_note or (segment[4:9] == b"Adobe" and length >= 14):
            kept.append(segment)
        place += 2 + length
    return b"".join([*kept, data[place:]])


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):  # 16 bits or real numbers: Pillow would cut, not scale
        values = np.asarray(image, np.float64)
        values = np.nan_to_num(values, posinf=0.0, neginf=0.0)
        top = max(65535 if image.mode.startswith("I") else 1, values.max())
        image = Image.fromarray(np.uint8(np.clip(values / top, 0, 1) * 255 + 0.5))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")
