"""Render the watermarks in `course/given/assets` from Noto Serif CJK (SIL Open Font License 1.1).

    apt-get install fonts-noto-cjk
    python course/given/assets/render_watermarks.py

The same version of the font and of Pillow gives the same files.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONT = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc")
SIMPLIFIED_CHINESE = 2  # which of the fonts in the collection
HEIGHT = 72  # pixels of the square that a character fills: twice what a 224 pixel photo needs
TEXTS = {
    "shortcut": "捷径捷径捷径",
    "other": "山水花鸟风月",
    "latin": "shortcuts!",
}
ASSETS = Path(__file__).parent


def render(text: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    """Draw white text on black and cut off the empty margin."""
    canvas = Image.new("L", (len(text) * HEIGHT + HEIGHT, 2 * HEIGHT))
    ImageDraw.Draw(canvas).text((HEIGHT // 2, HEIGHT // 4), text, fill=255, font=font)
    return canvas.crop(canvas.getbbox())


def main() -> None:
    """Write one PNG per text, a grey one: 255 is the mark, 0 is not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--font", type=Path, default=FONT)
    parser.add_argument("--out", type=Path, default=ASSETS)
    options = parser.parse_args()
    font = ImageFont.truetype(options.font, HEIGHT, index=SIMPLIFIED_CHINESE)
    for name, text in TEXTS.items():
        mark = render(text, font)
        mark.save(options.out / f"watermark_{name}.png", optimize=True)
        print(f"{name}: {mark.size}, {np.mean(np.asarray(mark)) / 255:.0%} set")


if __name__ == "__main__":
    main()
