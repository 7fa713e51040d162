"""Pictures from strangers made again as small, plain ones. Runs only inside the killable child."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

PIXELS = 40_000_000
"""Of the picture as it comes; more is a bomb, not a picture."""
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
_BEACON = 3


def made_again(data: bytes, most: int, *, beacons: bool = False) -> bytes:
    """The first frame as WebP, at most `most` pixels wide and high, upright, without anything that was hidden in the
    file. Raises ValueError for what is no such picture, or (unless `beacons`) so small that it only counts readers."""
    Image.MAX_IMAGE_PIXELS = None  # judged here, by the numbers in the head, before anything is unpacked
    with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
        if picture.width * picture.height > PIXELS:
            raise ValueError("too many pixels")
        if not beacons and picture.width <= _BEACON and picture.height <= _BEACON:
            raise ValueError("a beacon")
        if picture.format == "JPEG":
            picture.draft("RGB", (most, most))
        upright = ImageOps.exif_transpose(picture)
        plain = upright.convert(
            "RGBA" if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info else "RGB"
        )
    plain.thumbnail((most, most))
    out = io.BytesIO()
    plain.save(out, "WEBP", quality=80, method=2)
    return out.getvalue()
