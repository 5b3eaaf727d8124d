"""Kinds of files at the desk: exactly those that the readers read, and what belongs to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from layers.base.errors import InputError
from layers.base.messages import message
from layers.io.endings import (
    ARCHIVES,
    DOCUMENT_KINDS,
    DRAWINGS,
    DRIVERS,
    FOLDERS,
    PACKED,
    PARTS,
    RASTER_ENDINGS,
    SIDECARS,
    TABLE_KINDS,
    instead_of,
)
from zones.app.refused import RefusedError
from zones.reports.reading.kinds import unread_report

Form = Literal["polygons", "table", "raster", "document"]

_PROJECT = (".yaml", ".yml")
_READ = frozenset({*DRIVERS, *ARCHIVES, *TABLE_KINDS, *RASTER_ENDINGS, *DOCUMENT_KINDS, *_PROJECT})
_BESIDE = (*PARTS, *SIDECARS)


def form_of(path: Path) -> Form:
    """What a file is looked at as; one that no reader reads is refused with the reason."""
    from layers.io.vector import is_layer  # The server, which asks for names only, has no reader

    kind = path.suffix.lower()
    if is_layer(path):
        return "polygons"
    forms: tuple[tuple[Form, Iterable[str]], ...] = (
        ("table", TABLE_KINDS),
        ("raster", RASTER_ENDINGS),
        ("document", DOCUMENT_KINDS),
    )
    for form, kinds in forms:
        if kind in kinds:
            return form
    raise _refused(path.name, kind)


def refuse_unread(name: str) -> None:
    """Refuse a file that no reader of a project reads, also beside another."""
    kind = Path(name).suffix.lower()
    if kind in FOLDERS:
        raise RefusedError(415, message("zones.app.folder_dropped", name=name))
    if kind in _READ or name.lower().endswith(_BESIDE):
        return
    raise _refused(name, kind)


def refuse_unread_report(name: str) -> None:
    """Refuse a file that cannot be a report that came back."""
    refusal = unread_report(Path(name).suffix.lower(), name)
    if refusal is not None:
        raise RefusedError(415, refusal.phrase)


def _refused(name: str, kind: str) -> RefusedError:
    if kind in {*PARTS, *DRAWINGS, *PACKED}:
        hint = instead_of(kind)
        told = InputError("layers.io.not_a_vector_file", file=name, found=kind, hint=hint)
        return RefusedError(415, told.phrase)
    known = sorted(_READ - set(_PROJECT))
    return RefusedError(415, message("zones.app.bad_kind", name=name, known=known))


def whole_files(names: Iterable[str]) -> list[str]:
    """Names without those that belong to another of them and are opened with it."""
    listed = list(names)
    there = {name.lower() for name in listed}
    return [name for name in listed if there.isdisjoint(_wholes(name.lower()))]


def _wholes(name: str) -> Iterator[str]:
    """Names of the files that a file of this name may belong to."""
    for part, whole in PARTS.items():
        if name.endswith(part):
            yield name.removesuffix(part) + whole
    for ending in SIDECARS:
        if name.endswith(ending):
            stem = name.removesuffix(ending)
            yield from (stem, *(stem + raster for raster in RASTER_ENDINGS))
