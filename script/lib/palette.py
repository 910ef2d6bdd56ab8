"""PNG with at most 256 colours: a picture of a page takes a third of the room, and looks the same."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
STEP = 4  # levels of a channel that are taken for one


def with_palette(png: bytes) -> bytes:
    """The same picture with a palette. `png` has 8 bits a channel, RGB or RGBA, no interlacing, as browsers write it."""
    pixels = _read(png)
    height, width, _ = pixels.shape
    coarse = (pixels.astype(np.uint32) + STEP // 2) // STEP
    keys = (coarse[..., 0] << 16 | coarse[..., 1] << 8 | coarse[..., 2]).ravel()
    every, where, count = np.unique(keys, return_inverse=True, return_counts=True)
    common = every[np.argsort(-count, kind="stable")[:COLOURS]]
    palette = np.stack([common >> 16, common >> 8 & 255, common & 255], axis=1)
    colours = np.stack([every >> 16, every >> 8 & 255, every & 255], axis=1).astype(np.int64)
    nearest = np.array([np.abs(palette - colour).sum(axis=1).argmin() for colour in colours], np.uint8)
    rows = nearest[where].reshape(height, width)
    body = np.hstack([np.zeros((height, 1), np.uint8), rows]).tobytes()  # 0: no filter, best for a palette
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    table = np.minimum(palette * STEP, 255).astype(np.uint8).tobytes()
    parts = ((b"IHDR", head), (b"PLTE", table), (b"IDAT", zlib.compress(body, 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def _read(png: bytes) -> NDArray[np.uint8]:
    """Rows, columns and the three channels."""
    chunks = list(_chunks(png))
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if depth != 8 or kind not in (2, 6) or interlaced:
        raise ValueError("Only plain PNG with 8 bits a channel can be read.")
    channels = 3 if kind == 2 else 4
    data = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    lines = np.frombuffer(data, np.uint8).reshape(height, 1 + width * channels)
    pixels = np.zeros((height, width, channels), np.uint8)
    above = np.zeros((width, channels), np.uint8)
    for number, line in enumerate(lines):
        above = _unfilter(int(line[0]), line[1:].reshape(width, channels), above)
        pixels[number] = above
    return pixels[..., :3]


def _unfilter(how: int, line: NDArray[np.uint8], above: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """One row as it was before PNG's filter `how`: 0 none, 1 left, 2 up, 3 average, 4 Paeth."""
    if how == 0:
        return line
    if how == 1:
        return np.cumsum(line, axis=0, dtype=np.uint8)
    if how == 2:
        return line + above
    made = np.zeros_like(line)
    left = corner = np.zeros(line.shape[1], np.int64)
    for column, up in enumerate(above.astype(np.int64)):
        guess = (left + up) // 2 if how == 3 else _paeth(left, up, corner)
        left, corner = (line[column] + guess) & 255, up
        made[column] = left
    return made


def _paeth(left: NDArray[np.int64], up: NDArray[np.int64], corner: NDArray[np.int64]) -> NDArray[np.int64]:
    to_left, to_up, to_corner = np.abs(up - corner), np.abs(left - corner), np.abs(left + up - 2 * corner)
    return np.where(
        (to_left <= to_up) & (to_left <= to_corner), left, np.where(to_up <= to_corner, up, corner)
    )


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(SIGNATURE)
    while place < len(png):
        (size,) = struct.unpack(">I", png[place : place + 4])
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + size]
        place += size + 12


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
