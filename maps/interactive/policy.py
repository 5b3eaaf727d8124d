"""What a page may load: nothing but itself, and the tile hosts that a project names.

The Content-Security-Policy stands in the page. Scripts and styles are allowed by the SHA-256 of
their text, so a script that slips in with data cannot run; images are data URIs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from layers.base.errors import InputError

# Not the machine's own table of types, which differs from one to the next.
_IMAGE_TYPES = {".png": "image/png", ".gif": "image/gif", ".svg": "image/svg+xml"}
_HOST = re.compile(r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$")


@dataclass(frozen=True, slots=True)
class TileSource:
    """A source of tiles: its origin, and its address with ``{z}``, ``{x}`` and ``{y}``."""

    host: str
    address: str


def tile_sources(hosts: tuple[str, ...]) -> list[TileSource]:
    """Read the tile hosts of a project."""
    found, faults = [], []
    for entry in hosts:
        address = entry if "://" in entry else f"https://{entry}"
        parts = urlsplit(address)
        if parts.path in ("", "/") and not (parts.query or parts.fragment):
            parts = urlsplit(f"{parts.scheme}://{parts.netloc}/{{z}}/{{x}}/{{y}}.png")
        host = parts.netloc.lower()
        whole = all(mark in parts.path + parts.query for mark in ("{z}", "{x}", "{y}"))
        if parts.scheme != "https" or not _HOST.match(host) or not whole:
            faults.append(entry)
            continue
        found.append(TileSource(host=f"https://{host}", address=parts.geturl()))
    if faults:
        listed = ", ".join(repr(fault) for fault in faults[:5])
        raise InputError("maps.interactive.bad_tile_hosts", count=len(faults), listed=listed)
    return found


def content_policy(scripts: list[str], styles: list[str], tiles: list[TileSource]) -> str:
    """Content-Security-Policy of a page."""
    images = " ".join(["data:", *sorted({tile.host for tile in tiles})])
    return "; ".join(
        [
            "default-src 'none'",
            "script-src " + " ".join(_hash(text) for text in scripts),
            "style-src " + " ".join(_hash(text) for text in styles),
            f"img-src {images}",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def inline_block(tag: Literal["script", "style"], text: str) -> str:
    """Script or style element around a text."""
    if f"</{tag}" in text.lower() or "<!--" in text:
        raise InputError("maps.interactive.tag_ends_itself", tag=tag)
    return f"<{tag}>{text}</{tag}>"


def json_block(identifier: str, data: Any) -> str:
    """Element that carries data which no browser runs."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f'<script type="application/json" id="{identifier}">{text}</script>'


def inline_images(style: str, folder: Path) -> str:
    """Put the images that a style sheet names into it."""

    def as_data(match: re.Match[str]) -> str:
        name = match.group(1).strip("\"'")
        if name.startswith(("#", "data:")):
            return match.group(0)
        path = folder / name
        kind = _IMAGE_TYPES.get(path.suffix.lower())
        if kind is None or not path.is_file():
            raise InputError("maps.interactive.style_image_missing", name=name)
        data = base64.b64encode(path.read_bytes()).decode("ascii")
        return f"url(data:{kind};base64,{data})"

    return re.sub(r"url\(([^)]*)\)", as_data, style)
