"""A screenshot in a quarter of its bytes: its 256 commonest colours, every other shown as the nearest of them."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import numpy as np

COLOURS = 256
STRIP = 2_000
"""Rows of pixels that are fetched from the browser at once."""
OPEN = """async png => {
  const image = new Image();
  image.src = "data:image/png;base64," + png;
  await image.decode();
  window.drawn = image;
  return [image.naturalWidth, image.naturalHeight];
}"""
READ = """async ([first, rows]) => {
  const canvas = new OffscreenCanvas(drawn.naturalWidth, rows);
  const pen = canvas.getContext("2d");
  pen.drawImage(drawn, 0, -first);
  const pixels = new Blob([pen.getImageData(0, 0, canvas.width, rows).data]);
  const reader = new FileReader();
  await new Promise(done => { reader.onload = done; reader.readAsDataURL(pixels); });
  return reader.result.split(",")[1];
}"""


def shrunk(png: bytes, browser: Any) -> bytes:
    """The picture with a palette; the browser that drew it reads its pixels, so that no library need."""
    pixels = read(png, browser)
    palette, index = reduced(pixels)
    return min(written(palette, index), png, key=len)


def read(png: bytes, browser: Any) -> Any:
    """A number a pixel, red * 65536 + green * 256 + blue, row by row."""
    page = browser.new_page()
    width, height = page.evaluate(OPEN, base64.b64encode(png).decode())
    strips = []
    for first in range(0, height, STRIP):
        told = page.evaluate(READ, [first, min(STRIP, height - first)])
        strips.append(np.frombuffer(base64.b64decode(told), np.uint8).reshape(-1, width, 4))
    page.close()
    red, green, blue = (np.concatenate(strips)[..., each].astype(np.int32) for each in range(3))
    return (red << 16) | (green << 8) | blue


def reduced(pixels: Any) -> tuple[Any, Any]:
    """The commonest colours, one row of red, green and blue each, and for every pixel the place of the nearest."""
    colours, place, counts = np.unique(pixels, return_inverse=True, return_counts=True)
    parts = np.stack([colours >> 16, (colours >> 8) & 255, colours & 255], axis=1)
    palette = parts[np.argsort(-counts, kind="stable")[:COLOURS]]
    nearest = np.empty(len(colours), np.uint8)
    for first in range(0, len(colours), 4_096):
        some = parts[first : first + 4_096]
        distance = ((some[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2)
        nearest[first : first + 4_096] = distance.argmin(axis=1)
    return palette.astype(np.uint8), nearest[place].reshape(pixels.shape)


def written(palette: Any, index: Any) -> bytes:
    """A PNG of one byte a pixel."""
    height, width = index.shape
    rows = np.zeros((height, width + 1), np.uint8)
    rows[:, 1:] = index
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, content)
        for kind, content in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            (b"PLTE", palette.tobytes()),
            (b"IDAT", zlib.compress(rows.tobytes(), 9)),
            (b"IEND", b""),
        )
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
