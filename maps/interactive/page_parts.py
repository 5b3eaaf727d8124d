"""Texts of the page: what the file carries inside, and another program serves one by one."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from maps.interactive.policy import inline_images

_TEMPLATES = Path(__file__).resolve().parent / "templates"
# In this order: each part uses what stands before it.
_SCRIPT_PARTS = (
    "shared",
    "content",
    "format",
    "classes",
    "map",
    "names",
    "controls",
    "table",
    "card",
    "path",
    "progress",
    "search",
    "link",
    "print",
    "start",
)


@functools.cache
def page_text(name: str) -> str:
    """Text of a template."""
    return (_TEMPLATES / name).read_text(encoding="utf-8")


@functools.cache
def leaflet() -> tuple[str, str]:
    """Script and style sheet of Leaflet, whole: no source map, images as data."""
    from xstatic.pkg import leaflet as package

    folder = Path(package.BASE_DIR)
    script = (folder / "leaflet.js").read_text(encoding="utf-8")
    script = script.split("//# sourceMappingURL=")[0]
    style = (folder / "leaflet.css").read_text(encoding="utf-8")
    return script, inline_images(style, folder)


@functools.cache
def page_function() -> str:
    """JavaScript of the page as one function: it draws data, and gives what draws other figures."""
    parts = "\n".join(page_text(f"script/{part}.js") for part in _SCRIPT_PARTS)
    return (
        f'function openMap(data, words, settings) {{\n"use strict";\n{parts}\n'
        "return { state, update, replaceFigures, close };\n}\n"
    )


def served_parts() -> dict[str, str]:
    """Files that a server gives a page: body, style, words, module, Leaflet."""
    script, style = leaflet()
    return {
        "body.html": page_text("body.html"),
        "page.css": style + "\n" + page_text("page.css"),
        "words.json": page_text("words.json"),
        "map.js": "export " + page_function(),
        "shared.js": _exporting(page_text("script/shared.js")),
        "leaflet.js": script,
    }


def _exporting(text: str) -> str:
    """A part as a module of its own: its functions are what it offers."""
    names = re.findall(r"^function (\w+)", text, flags=re.MULTILINE)
    return f"{text}export {{ {', '.join(names)} }};\n"
