"""Print: pages looked at before they are made, the files, and whether they say the same."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from layers.base.messages import message
from layers.io.atomic import scratch_folder
from maps import find_fonts, list_pages, save_page_picture
from maps.layout.page_table import PageTable, body_texts, header_cells
from maps.layout.tables import build_tables
from zones.app.desk import Desk
from zones.app.question import Question
from zones.app.refused import RefusedError
from zones.pages.annex_content import annex_content
from zones.pages.atlas_content import atlas_content
from zones.publish.verify import verify_folder
from zones.run.context import RunOptions
from zones.run.run import run_project

#: Files of each product, as a run names them.
PRODUCTS: dict[str, tuple[str, ...]] = {
    "annex": ("annex.xlsx", "annex.docx"),
    "atlas": ("atlas.pdf",),
    "map": ("map.html",),
}
_PREVIEW_DPI = 80
_MOST_DIFFERENCES = 50


class Table(Question):
    """A table of the annex by its place."""

    index: int


class Page(Question):
    """A page of the atlas: of a commune by its code, or of the province by its place."""

    commune: str = ""
    index: int = 0


class Make(Question):
    """What to make, and which communes the atlas shows; all where none is named."""

    products: tuple[Literal["annex", "atlas", "map"], ...]
    communes: tuple[str, ...] = ()


class Name(Question):
    """A file that was made."""

    name: str


def ground(desk: Desk) -> dict[str, Any]:
    """What there is to print, and what lies there already."""
    base = desk.base()
    return {
        "tables": [table.title for table in _tables(desk)],
        "communes": [
            [str(code), str(name)]
            for code, name in zip(
                base.content.communes["commune_code"], base.content.communes["commune"], strict=True
            )
        ],
        "chosen": list(desk.project().atlas.communes),
        "changes": list(desk.project().allocation.changes),
        "left": len(desk.left),
        "files": _files(desk),
        "folder": str(_folder(desk)),
    }


def _folder(desk: Desk) -> Path:
    project = desk.project()
    return project.resolve(project.output)


def _files(desk: Desk) -> list[dict[str, Any]]:
    names = [name for product in PRODUCTS.values() for name in product]
    there = [_folder(desk) / name for name in names if (_folder(desk) / name).is_file()]
    return [{"name": path.name, "bytes": path.stat().st_size} for path in there]


def _content(desk: Desk) -> Any:
    base, project = desk.base(), desk.project()
    figures = desk.published(project.allocation.changes)
    communes = base.context.communes()[0]
    return figures, annex_content(project, figures, base.context.plans(), communes)


def _tables(desk: Desk) -> tuple[PageTable, ...]:
    return build_tables(_content(desk)[1])


def table(desk: Desk, asked: Table) -> dict[str, Any]:
    """A table of the annex as it will be printed."""
    tables = _tables(desk)
    if not 0 <= asked.index < len(tables):
        raise RefusedError(404, message("zones.app.no_page"))
    found = tables[asked.index]
    heads = [asdict(cell) for cell in header_cells(found.columns)]
    return {
        "title": found.title,
        "heads": heads,
        "aligns": [column.align for column in found.columns],
        "rows": body_texts(found),
        "notes": list(found.notes),
    }


def page(desk: Desk, asked: Page) -> dict[str, Any]:
    """A page of the atlas as a picture, and how many pages of the province there are."""
    project, inputs = desk.project(), desk.inputs()
    figures, annex = _content(desk)
    content = atlas_content(project, figures, inputs, annex)
    pages = list_pages(
        content,
        communes=[asked.commune] if asked.commune else [],
        overview=not asked.commune,
        paper=project.atlas.paper,
    )
    if not 0 <= asked.index < len(pages):
        raise RefusedError(404, message("zones.app.no_page"))
    chosen = pages[asked.index]
    with scratch_folder() as folder:
        path = folder / "page.png"
        save_page_picture(chosen.make(), path, find_fonts(content.font), dpi=_PREVIEW_DPI)
        picture = base64.b64encode(path.read_bytes()).decode("ascii")
    return {"name": chosen.bookmark, "pages": len(pages), "picture": picture}


def make(desk: Desk, asked: Make) -> dict[str, Any]:
    """Write the files into the output folder, as a run of these steps does."""
    desk.may_print()
    project = desk.project()
    changes = {"atlas": {"make": True, "communes": asked.communes}}
    options = RunOptions(
        only=asked.products,
        overwrite=True,
        changes=changes if "atlas" in asked.products else {},
    )
    run_project(project, options=options, teller=desk.teller)
    return {"files": _files(desk), "folder": str(_folder(desk))}


def file(desk: Desk, asked: Name) -> str:
    """Path of a file that was made; no other can be had."""
    if asked.name not in [item["name"] for item in _files(desk)]:
        raise RefusedError(404, message("zones.app.no_page"))
    return str(_folder(desk) / asked.name)


def verify(desk: Desk) -> dict[str, Any]:
    """Whether the files of the output folder still say the same."""
    found = verify_folder(_folder(desk))
    return {
        "agrees": found.agrees,
        "digest": found.digest,
        "compared": dict(found.compared),
        "differences": [asdict(item) for item in found.differences[:_MOST_DIFFERENCES]],
    }


ACTIONS: dict[str, Callable[..., Any]] = {
    "ground": ground,
    "table": table,
    "page": page,
    "make": make,
    "file": file,
    "verify": verify,
}
