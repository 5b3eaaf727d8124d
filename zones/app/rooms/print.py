"""Print: pages looked at before they are made, the files, and whether they say the same."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, get_args

from layers.base.language import Language
from layers.base.messages import message
from layers.io.atomic import scratch_folder
from maps import find_fonts, list_pages, save_page_picture
from maps.layout.page_table import PageTable, body_texts, header_cells
from maps.layout.tables import build_tables
from zones.app.desk import Desk, words
from zones.app.project_file import project_path, with_settings, write_project
from zones.app.question import Question
from zones.app.refused import RefusedError
from zones.app.rooms.cover import own_forecast
from zones.output.record import read_record
from zones.pages.annex_content import annex_content, annex_heading, with_cover_years
from zones.pages.atlas_content import atlas_content
from zones.project.model import Project, wants_trajectory
from zones.project.yaml import dump_document, parse_document, read_text
from zones.publish.verify import verify_folder
from zones.run.context import RunOptions
from zones.run.reuse import part_digests, read_sources
from zones.run.run import run_project
from zones.tables import TRAJECTORY

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


class Heading(Question):
    """Title of the annex, what it goes with, and who signs it; what is empty is left out."""

    title: str
    number: str = ""
    attached_to: str = ""
    signed_as: tuple[str, ...] = ()
    signed_by: str = ""


class Name(Question):
    """A file that was made."""

    name: str


def ground(desk: Desk) -> dict[str, Any]:
    """What there is to print, and what lies there already."""
    base = desk.base()
    return {
        "tables": _titles(desk),
        "language": desk.project().annex.language,
        "communes": [
            [str(code), str(name)]
            for code, name in zip(
                base.content.communes["commune_code"], base.content.communes["commune"], strict=True
            )
        ],
        "chosen": list(desk.project().atlas.communes),
        "changes": list(desk.project().allocation.changes),
        "left": len(desk.left),
        "heading": _heading(desk),
        "files": _files(desk),
        "folder": str(_folder(desk)),
    }


def _heading(desk: Desk) -> dict[str, Any]:
    """What the annex is headed and signed with; ``usual`` is what it goes with by itself."""
    project = desk.project()
    bare = project.annex.model_copy(update={"attached_to": ""})
    plain = annex_heading(project.model_copy(update={"annex": bare}), desk.base().context.plans())
    return _said(project) | {
        "scenario": project.scenario_of is not None,  # which takes it from its project
        "usual": plain.attached_to,
    }


def _said(project: Project) -> dict[str, Any]:
    """What a project says of the heading of its annex."""
    signature = project.annex.signature
    return {
        "title": project.title,
        "number": project.annex.number,
        "attached_to": project.annex.attached_to,
        "signed_as": [] if signature is None else list(signature.titles),
        "signed_by": "" if signature is None else signature.name,
    }


def head(desk: Desk, asked: Heading) -> dict[str, Any]:
    """Write title and signature into the project file; what else it says of the annex stays."""
    if asked.signed_by and not asked.signed_as:
        raise RefusedError(422, message("zones.app.signer_without_title"))
    file, said = project_path(desk), _said(desk.project())
    text = read_text(file)
    document = parse_document(text, file)
    if document.get("title") != asked.title:
        document["title"] = asked.title
        text = dump_document(document)
    name = {"name": asked.signed_by} if asked.signed_by else {}
    told = asked.model_dump()
    signed = any(list(told[key]) != list(said[key]) for key in ("signed_as", "signed_by"))
    wanted = {key: told[key] or None for key in ("number", "attached_to") if told[key] != said[key]}
    if signed:
        wanted["signature"] = {"titles": list(asked.signed_as)} | name if asked.signed_as else None
    write_project(desk, with_settings(text, file, "annex", wanted))
    return ground(desk)


def _folder(desk: Desk) -> Path:
    project = desk.project()
    return project.resolve(project.output)


def _files(desk: Desk) -> list[dict[str, Any]]:
    """Files that lie there; ``old`` are those made before the last change of what they show."""
    old, folder = _outdated(desk), _folder(desk)
    return [
        {"name": name, "bytes": (folder / name).stat().st_size, "old": product in old}
        for product, names in PRODUCTS.items()
        for name in names
        if (folder / name).is_file()
    ]


def _outdated(desk: Desk) -> set[str]:
    """Products made of settings or files that changed since, as the record of the run tells."""
    project, record = desk.project(), read_record(_folder(desk))
    if record is None:
        return set(PRODUCTS)
    parts = desk.made_once("parts", lambda: part_digests(project, read_sources(project)))
    changed = {
        name: step
        for name, step in record["steps"].items()
        if any(parts.get(it) != told for it, told in step["settings"].items())
    }
    if any(step["tables"] for step in changed.values()):
        return set(PRODUCTS)
    return PRODUCTS.keys() & changed.keys()


def _content(desk: Desk, spoken: Language | None = None) -> Any:
    """Figures of the project and what its annex holds, in its own language or another."""
    base, project = desk.base(), desk.project()
    if spoken is not None:
        annex = project.annex.model_copy(update={"language": spoken})
        project = project.model_copy(update={"annex": annex})
    figures = desk.published(project.allocation.changes)
    communes = base.context.communes()[0]
    content = annex_content(project, figures, base.context.plans(), communes)
    if wants_trajectory(project):
        content = with_cover_years(content, figures, own_forecast(desk)[1][TRAJECTORY])
    return figures, content


def _tables(desk: Desk) -> tuple[PageTable, ...]:
    return build_tables(_content(desk)[1])


def _titles(desk: Desk) -> list[dict[str, str]]:
    """Titles of the tables in both languages of the page, whichever the annex is printed in."""
    told = {
        code: [it.title for it in build_tables(_content(desk, code)[1])]
        for code in get_args(Language)
    }
    return [dict(zip(told, pair, strict=True)) for pair in zip(*told.values(), strict=True)]


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
        "files": _files(desk),
        "digest": found.digest,
        "compared": dict(found.compared),
        "note": words(found.note) if found.note else None,
        "differences": [words(it.phrase) for it in found.differences[:_MOST_DIFFERENCES]],
    }


ACTIONS: dict[str, Callable[..., Any]] = {
    "ground": ground,
    "table": table,
    "page": page,
    "head": head,
    "make": make,
    "file": file,
    "verify": verify,
}
