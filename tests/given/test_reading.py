"""Image files as they come: with odd notes, from phones, very large, or no images at all."""

import io
import random
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from course.given import load_photo, reading

FILES = Path(__file__).resolve().parent / "files"


@pytest.mark.parametrize(
    ("name", "shape"),
    [("exif_resolution_as_text.jpg", (60, 40, 3)), ("png_damaged_exif.png", (40, 60, 3))],
)
def test_damaged_notes_do_not_spoil_a_photo(name: str, shape: tuple[int, int, int]) -> None:
    """The first says also that it was taken with the camera upright, and so it is shown."""
    photo = load_photo(FILES / name, None)
    assert photo.shape == shape
    assert photo.std() > 0.01


def exif_of(rng: random.Random) -> bytes:
    """A block of EXIF with a few bytes changed."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x011A], exif[0x8769] = 1, "camera", 72.0, {0x9003: "2026"}
    data = bytearray(exif.tobytes())
    for _ in range(rng.randint(1, 6)):
        data[rng.randrange(6, len(data))] = rng.randrange(256)
    return bytes(data)


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_no_odd_exif_keeps_a_photo_from_being_shown(tmp_path: Path, kind: str) -> None:
    rng, gray = random.Random(1), Image.new("RGB", (6, 4), "gray")
    for _ in range(150):
        path = tmp_path / f"photo.{kind}"
        gray.save(path, exif=exif_of(rng))
        assert load_photo(path, None).shape in ((4, 6, 3), (6, 4, 3))


def png_with(kind: bytes, content: bytes) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (6, 4), "gray").save(buffer, "png")
    data = buffer.getvalue()
    checked = kind + content
    chunk = struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))
    place = data.index(b"IDAT") - 4
    return data[:place] + chunk + data[place:]


NOTES = (
    b"cHRM gAMA iCCP sBIT sRGB bKGD hIST pHYs sPLT tIME tEXt zTXt iTXt eXIf acTL fcTL oFFs".split()
)


@pytest.mark.parametrize("kind", NOTES)
def test_no_odd_note_keeps_a_png_from_being_shown(tmp_path: Path, kind: bytes) -> None:
    rng, path = random.Random(1), tmp_path / "photo.png"
    for length in (0, 1, 2, 3, 5, 8, 9, 13, 26, 40, 200, 1000):
        path.write_bytes(png_with(kind, rng.randbytes(length)))
        assert load_photo(path, None).shape == (4, 6, 3)


@pytest.mark.parametrize("marker", [0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xFE])
def test_no_odd_note_keeps_a_jpeg_from_being_shown(tmp_path: Path, marker: int) -> None:
    rng, path, buffer = random.Random(1), tmp_path / "photo.jpg", io.BytesIO()
    Image.new("RGB", (6, 4), "gray").save(buffer, "jpeg")
    data = buffer.getvalue()
    names = (b"", b"Adobe", b"JFIF\0", b"Exif\0\0", b"MPF\0", b"ICC_PROFILE\0", b"Photoshop 3.0\0")
    for name in names:
        for length in (0, 1, 2, 5, 9, 14, 40, 400):
            note = name + rng.randbytes(length)
            head = struct.pack(">BBH", 0xFF, marker, len(note) + 2)
            path.write_bytes(data[:2] + head + note + data[2:])
            assert load_photo(path, None).shape in ((4, 6, 3), (6, 4, 3))


@pytest.mark.parametrize("turn", range(1, 9))
def test_photos_are_turned_as_their_camera_says(tmp_path: Path, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    pixels = np.zeros((4, 6, 3), np.uint8)
    pixels[0, 0] = 255
    Image.fromarray(pixels).save(tmp_path / "photo.png", exif=exif)
    photo = load_photo(tmp_path / "photo.png", None)
    corner = {
        1: (0, 0),
        2: (0, 5),
        3: (3, 5),
        4: (3, 0),
        5: (0, 0),
        6: (0, 3),
        7: (5, 3),
        8: (5, 0),
    }
    assert photo.shape == ((4, 6, 3) if turn < 5 else (6, 4, 3))
    assert tuple(np.argwhere(photo[..., 0])[0]) == corner[turn]


@pytest.mark.parametrize(
    "data", [b"", b"Dear all", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"%PDF-1.7"]
)
def test_what_is_no_image_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "essay.jpg"
    path.write_bytes(data)
    with pytest.raises(
        ValueError, match=r"essay\.jpg is not an image that can be read; save it as"
    ):
        load_photo(path)


@pytest.mark.filterwarnings("error")
def test_values_that_are_no_numbers_are_black_and_large_ones_are_scaled(tmp_path: Path) -> None:
    real = np.full((8, 8), 0.5, np.float32)
    real[0, 0] = np.nan
    whole = np.arange(0, 2**20, 2**14, dtype=np.int32).reshape(8, 8)
    for name, values in {"real": real, "whole": whole}.items():
        Image.fromarray(values).save(tmp_path / f"{name}.tif")
    shown = load_photo(tmp_path / "real.tif", None)[..., 0]
    assert shown[0, 0] == 0
    assert shown[1, 1] == pytest.approx(0.5, abs=0.01)
    shown = load_photo(tmp_path / "whole.tif", None)[..., 0]
    np.testing.assert_allclose(shown, whole / whole.max(), atol=0.01)


def test_damage_is_a_value_error_with_the_file_s_name(tmp_path: Path) -> None:
    rng, path = random.Random(1), tmp_path / "photo.png"
    for kind in ("png", "jpeg", "gif", "bmp", "tiff", "webp"):
        buffer = io.BytesIO()
        Image.effect_noise((9, 9), 50).convert("RGB").save(buffer, kind)
        for _ in range(40):
            data = bytearray(buffer.getvalue())
            for _ in range(rng.randint(1, 4)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            path.write_bytes(data)
            try:
                assert load_photo(path, 8).shape == (8, 8, 3)
            except ValueError as error:
                assert "photo.png" in str(error)  # noqa: PT017


# --- from phones ----------------------------------------------------------------------------------

HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"


@pytest.mark.parametrize("name", ["photo.heic", "photo.jpg"])
def test_a_phone_s_photo_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(reading.importlib.util, "find_spec", lambda package: None)
    (tmp_path / name).write_bytes(HEIC)
    with pytest.raises(ValueError, match=rf"{name} is a HEIC photo.*pip install.*or save it"):
        load_photo(tmp_path / name)


@pytest.mark.parametrize("name", ["photo.heic", "photo.jpg"])
def test_a_phone_s_photo_is_read_where_it_can_be(tmp_path: Path, name: str) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.register_heif_opener()
    Image.new("RGB", (64, 48), "gray").save(tmp_path / "saved.heic")
    (tmp_path / "saved.heic").rename(tmp_path / name)
    np.testing.assert_allclose(load_photo(tmp_path / name, 16), 0.5, atol=0.03)


# --- and large ------------------------------------------------------------------------------------


def test_large_photos_are_scaled_while_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LARGE", 1000)
    for name in ("photo.jpg", "photo.png"):
        Image.linear_gradient("L").resize((800, 400)).save(tmp_path / name)
        assert reading.read_image(tmp_path / name, 50).size == (100, 50)
        assert reading.read_image(tmp_path / name).size == (800, 400)
        whole = load_photo(tmp_path / name, None)
        near = load_photo(tmp_path / name, 40)
        assert abs(near.mean() - whole.mean()) < 0.01


@pytest.mark.slow
def test_a_photo_of_200_megapixels_is_read(tmp_path: Path) -> None:
    for name in ("photo.jpg", "photo.png"):
        Image.new("L", (16_320, 12_288), 128).save(tmp_path / name)
        np.testing.assert_allclose(load_photo(tmp_path / name), 0.5, atol=0.01)


def test_what_claims_to_be_larger_than_any_photo_is_refused(tmp_path: Path) -> None:
    size = struct.pack(">II", 60_000, 60_000)
    data = bytearray(png_with(b"tEXt", b"a\0b"))
    data[16:24] = size
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    (tmp_path / "bomb.png").write_bytes(data)
    with pytest.raises(ValueError, match=r"bomb\.png is too large.*400 million pixels"):
        load_photo(tmp_path / "bomb.png")


def test_a_photo_comes_in_the_size_of_the_network() -> None:
    import keras

    def network(height: int | None, width: int | None) -> keras.Model:
        images = keras.Input((height, width, 3))
        return keras.Model(images, keras.layers.GlobalAveragePooling2D()(images))

    assert load_photo("coffee", network(24, 32)).shape == (24, 32, 3)
    assert load_photo("coffee", network(None, None)).shape == (224, 224, 3)
